//! The part in which a line differs from the one that stood there before.

use std::ops::Range;

use crate::profile::secret::MASK;

/// The changed characters of each, whole words and numbers at a time: `=50` and `=24` differ in `50` and `24`, and so do
/// `500` and `250`. Empty where the lines have nothing in common, or nothing differs.
///
/// Where both show dots for a secret and nothing else differs, the dots are what changed.
pub fn changed_part(before: &str, after: &str) -> (Range<usize>, Range<usize>) {
    if before == after {
        let dots = before.find(MASK).map(|at| before[..at].chars().count());
        let part = dots.map_or(0..0, |start| start..start + MASK.chars().count());
        return (part.clone(), part);
    }
    let (old, new): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let shorter = old.len().min(new.len());
    let mut head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = shorter - head;
    let mut tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let is_common = |chars: &[char]| chars.iter().any(|c| c.is_alphanumeric());
    if !is_common(&old[..head]) && !is_common(&old[old.len() - tail..]) {
        return (0..0, 0..0);
    }
    // A word is changed as a whole, in either line.
    while head > 0 && is_word(&old, head - 1) && (is_word(&old, head) || is_word(&new, head)) {
        head -= 1;
    }
    let ends_in_word = |chars: &[char], tail: usize| {
        let end = chars.len() - tail;
        end > head && is_word(chars, end - 1)
    };
    while tail > 0 && is_word(&old, old.len() - tail) && (ends_in_word(&old, tail) || ends_in_word(&new, tail)) {
        tail -= 1;
    }
    (head..old.len() - tail, head..new.len() - tail)
}

/// Whether the character there is part of a word or a number: of the signs that join, those between two digits are.
fn is_word(chars: &[char], at: usize) -> bool {
    let is_digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit);
    match chars.get(at) {
        Some('.' | ',' | '-' | ':') => is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)),
        Some(c) => c.is_alphanumeric() || matches!(c, '_' | '%'),
        None => false,
    }
}
