//! Text pressed: what has stood before is pointed to, and what has not is kept as numbers are. Meant for command lines and
//! descriptions of series, which say much the same again and again.

use std::collections::HashMap;

use super::bytes::{Malformed, Take, put_varint};
use super::numbers::{self, Habit};

/// Longest text, bytes.
const LONGEST: usize = 1 << 24;
/// Fewest bytes that are pointed to.
const LEAST: usize = 4;

/// Text as it is pressed: stretches of new bytes, each followed by some that stood `back` before.
#[derive(Debug, Default)]
struct Stretches {
    new: Vec<u8>,
    n_new: Vec<u32>,
    n_old: Vec<u32>,
    back: Vec<u32>,
}

/// Appends `text`, which must be shorter than 16 MiB.
pub(in super::super) fn put(out: &mut Vec<u8>, text: &[u8]) {
    let Stretches { new, n_new, n_old, back } = stretches(text);
    for n in [text.len(), n_new.len(), new.len()] {
        put_varint(out, n as u64);
    }
    numbers::put(out, &new, Habit::Loose);
    for column in [&n_new, &n_old, &back] {
        numbers::put(out, column, Habit::Loose);
    }
}

fn stretches(text: &[u8]) -> Stretches {
    let mut seen: HashMap<[u8; LEAST], usize> = HashMap::new();
    let mut found = Stretches::default();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (mut at, mut start) = (0, 0);
    while at < text.len() {
        let next = text[at..].first_chunk::<LEAST>().copied();
        let old = next.and_then(|next| seen.insert(next, at));
        let Some(old) = old else {
            at += 1;
            continue;
        };
        let len = text[at..].iter().zip(&text[old..]).take_while(|(a, b)| a == b).count();
        found.new.extend_from_slice(&text[start..at]);
        found.n_new.push(number(at - start));
        found.n_old.push(number(len));
        found.back.push(number(at - old));
        for inside in at + 1..at + len {
            if let Some(next) = text[inside..].first_chunk::<LEAST>() {
                seen.insert(*next, inside);
            }
        }
        at += len;
        start = at;
    }
    found.new.extend_from_slice(&text[start..]);
    found.n_new.push(number(text.len() - start));
    found.n_old.push(0);
    found.back.push(0);
    found
}

/// Reads a text that [`put`] has written.
pub(in super::super) fn take(from: &mut Take<'_>) -> Result<Vec<u8>, Malformed> {
    const WRONG: Malformed = Malformed("a text cannot be unpacked");
    let len = from.count(LONGEST)?;
    let n = from.count(len + 1)?;
    let n_bytes = from.count(len)?;
    let new: Vec<u8> = numbers::take(from, n_bytes)?;
    let [n_new, n_old, back]: [Vec<u32>; 3] =
        [numbers::take(from, n)?, numbers::take(from, n)?, numbers::take(from, n)?];
    let mut text = Vec::new();
    let mut new = Take::new(&new);
    for ((n_new, n_old), back) in n_new.into_iter().zip(n_old).zip(back) {
        text.extend_from_slice(new.bytes(n_new as usize)?);
        let start = text.len().checked_sub(back as usize).ok_or(WRONG)?;
        if text.len() + n_old as usize > len || (n_old > 0 && back == 0) {
            return Err(WRONG);
        }
        // Byte by byte, since what is pointed to may reach into what it becomes.
        for i in start..start + n_old as usize {
            text.push(text[i]);
        }
    }
    if text.len() == len && new.rest.is_empty() { Ok(text) } else { Err(WRONG) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn command_lines_take_a_fraction_of_their_length() {
        let line = |i: usize| format!("/usr/bin/cc1 -I/usr/include/part{} -O2 -Wall -o part{i}.o part{i}.c\n", i % 7);
        let text: String = (0..100).map(line).collect();
        let mut out = Vec::new();
        put(&mut out, text.as_bytes());
        assert!(out.len() * 6 < text.len(), "{} bytes of {}", out.len(), text.len());
        assert_eq!(take(&mut Take::new(&out)), Ok(text.into_bytes()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn text_comes_back_and_changed_bytes_never_panic(
            text in prop::collection::vec(prop_oneof![5 => 97..101_u8, 1 => any::<u8>()], 0..600),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut out = Vec::new();
            put(&mut out, &text);
            prop_assert_eq!(take(&mut Take::new(&out)), Ok(text));
            for (place, byte) in changes {
                let place = place.index(out.len());
                out[place] = byte;
            }
            let _ = take(&mut Take::new(&out));
        }
    }
}
