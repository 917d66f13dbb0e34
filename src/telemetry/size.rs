//! What things take in memory beside their own bytes: what the allocator adds to each block, and what tables add to their
//! entries.
//!
//! Sources: glibc's malloc (`malloc/malloc.c`: a chunk is a multiple of 16 bytes, 32 at least, 8 of them its size); Rust's
//! hashbrown (one byte of control beside each bucket, a power of two of them, seven of eight at most in use).

/// Bytes that a block on the heap takes; none where it is empty.
pub const fn block(bytes: usize) -> usize {
    if bytes == 0 {
        return 0;
    }
    let whole = (bytes + 8).next_multiple_of(16);
    if whole < 32 { 32 } else { whole }
}

/// Bytes of the room of a vector.
pub const fn room<T>(capacity: usize) -> usize {
    block(capacity * size_of::<T>())
}

/// Bytes that an entry takes in a table or a vector that doubles when it is full: as much again is free, or was, while it
/// was moved.
pub const fn place<T>() -> usize {
    2 * (size_of::<T>() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_a_multiple_of_sixteen_with_its_size() {
        let blocks: Vec<usize> = [0, 1, 24, 25, 40, 1000].into_iter().map(block).collect();
        assert_eq!(blocks, [0, 32, 32, 48, 48, 1008]);
        assert_eq!((room::<u64>(3), place::<u64>()), (32, 18));
    }
}
