//! Where the time of a request goes: each moment belongs to one part, so that the parts add up to the whole.

use crate::model::service::TimePart;

/// The parts, by their place in [`Parts`]. Where several go on at once, the one further to the front has the moment: a
/// wait for a connection stands within a database's span, a database's behind a call of another service.
pub const ORDER: [TimePart; 6] = [
    TimePart::WaitsForConnection,
    TimePart::Database,
    TimePart::Cache,
    TimePart::Queue,
    TimePart::Downstream,
    TimePart::OwnCode,
];

/// Time by part, ns, in [`ORDER`].
pub type Parts = [u64; 6];

/// The place of a part.
pub fn place(part: TimePart) -> usize {
    match part {
        TimePart::WaitsForConnection => 0,
        TimePart::Database => 1,
        TimePart::Cache => 2,
        TimePart::Queue => 3,
        TimePart::Downstream => 4,
        TimePart::OwnCode => 5,
    }
}

/// Something that went on for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub part: TimePart,
    /// When it began, ns.
    pub start: u64,
    /// When it ended, ns.
    pub end: u64,
}

/// Divides the time from `start` to `end`, ns, among what went on; what is left over is the service's own.
pub fn split(start: u64, end: u64, pieces: &[Piece]) -> Parts {
    let mut parts = [0; 6];
    let end = end.max(start);
    let mut turns: Vec<(u64, usize, i32)> = Vec::with_capacity(2 * pieces.len());
    for piece in pieces {
        let (from, to) = (piece.start.clamp(start, end), piece.end.clamp(start, end));
        if from < to {
            turns.extend([(from, place(piece.part), 1), (to, place(piece.part), -1)]);
        }
    }
    turns.sort_unstable();
    let mut going = [0i32; 6];
    let mut reached = start;
    for (at, part, change) in turns {
        let holder = going.iter().position(|n| *n > 0).unwrap_or(5);
        parts[holder] += at - reached;
        reached = at;
        going[part] += change;
    }
    parts[5] += end - reached;
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn piece(part: usize, start: u64, end: u64) -> Piece {
        Piece { part: ORDER[part], start, end }
    }

    #[test]
    fn each_moment_has_one_part() {
        for (pieces, expect) in [
            (vec![], [0, 0, 0, 0, 0, 100]),
            (vec![piece(1, 110, 130)], [0, 20, 0, 0, 0, 80]),
            // Two at once count once; a wait within a database's span is the wait's.
            (vec![piece(1, 110, 130), piece(1, 120, 140)], [0, 30, 0, 0, 0, 70]),
            (vec![piece(1, 110, 150), piece(0, 110, 130)], [20, 20, 0, 0, 0, 60]),
            // What stands out is cut, what lies outside is nothing.
            (vec![piece(4, 0, 110), piece(2, 190, 900), piece(3, 300, 400)], [0, 0, 10, 0, 10, 80]),
            (vec![piece(1, 150, 120)], [0, 0, 0, 0, 0, 100]),
        ] {
            assert_eq!(split(100, 200, &pieces), expect, "{pieces:?}");
        }
        assert!((0..6).all(|i| place(ORDER[i]) == i));
    }

    proptest! {
        #[test]
        fn the_parts_add_up_to_the_whole(
            pieces in prop::collection::vec((0usize..6, 0u64..300, 0u64..300), 0..20),
            span in (0u64..300, 0u64..300),
        ) {
            let pieces: Vec<_> = pieces.into_iter().map(|(part, a, b)| piece(part, a, b)).collect();
            let (start, end) = (span.0.min(span.1), span.0.max(span.1));
            prop_assert_eq!(split(start, end, &pieces).iter().sum::<u64>(), end - start);
        }
    }
}
