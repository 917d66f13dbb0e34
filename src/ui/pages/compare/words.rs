//! What the page says of a comparison: its first line, and what chance alone would do.

use crate::model::quantity::decimals;
use crate::model::{CompareVerdict, Comparison};

/// How many rows came to which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Rows.
    pub n: usize,
    /// Rows that are higher in B.
    pub higher: usize,
    /// Rows that are lower in B.
    pub lower: usize,
    /// Rows without a difference that shows.
    pub same: usize,
    /// Rows with too little data.
    pub too_little: usize,
    /// Rows without any sample in A.
    pub empty_a: usize,
    /// Rows without any sample in B.
    pub empty_b: usize,
}

impl Tally {
    /// Counts the rows of a comparison.
    pub fn of(comparison: &Comparison) -> Self {
        let mut tally = Self { n: comparison.rows.len(), ..Self::default() };
        for row in comparison.rows.iter() {
            match row.verdict {
                CompareVerdict::Higher => tally.higher += 1,
                CompareVerdict::Lower => tally.lower += 1,
                CompareVerdict::NoDifferenceShown => tally.same += 1,
                CompareVerdict::TooLittleData => tally.too_little += 1,
            }
            tally.empty_a += usize::from(row.a.is_none());
            tally.empty_b += usize::from(row.b.is_none());
        }
        tally
    }

    /// Rows that could be judged.
    pub const fn judged(&self) -> usize {
        self.higher + self.lower + self.same
    }
}

/// The first line in two parts: what differs, and what does not.
pub fn headline(tally: &Tally) -> (String, String) {
    let is = |n: usize, word: &str| format!("{n} {} {word}", if n == 1 { "is" } else { "are" });
    if tally.empty_a == tally.n && tally.empty_b == tally.n {
        return ("Nothing was recorded in either period.".into(), "Choose others.".into());
    }
    if tally.empty_a == tally.n || tally.empty_b == tally.n {
        let which = if tally.empty_a == tally.n { "A" } else { "B" };
        return (format!("Nothing was recorded in {which}."), "Choose another period.".into());
    }
    if tally.n == 1 && tally.higher + tally.lower == 1 {
        let word = if tally.higher == 1 { "higher" } else { "lower" };
        return (format!("It is {word} in B."), String::new());
    }
    let series = format!("Of {} series", tally.n);
    let differs = match (tally.higher, tally.lower) {
        (0, 0) => String::new(),
        (h, 0) => format!("{series} {} in B.", is(h, "higher")),
        (0, l) => format!("{series} {} in B.", is(l, "lower")),
        (h, l) => format!("{series} {} and {} in B.", is(h, "higher"), is(l, "lower")),
    };
    let mut rest = Vec::new();
    if tally.same > 0 {
        rest.push(format!(
            "{} no difference",
            if tally.same == 1 { "1 shows".into() } else { format!("{} show", tally.same) }
        ));
    }
    if tally.too_little > 0 {
        let has = if tally.too_little == 1 { "1 has".into() } else { format!("{} have", tally.too_little) };
        rest.push(format!("{has} too little data"));
    }
    let rest = if rest.is_empty() { String::new() } else { format!("{}.", rest.join(", ")) };
    if differs.is_empty() {
        let words = if tally.same == 0 {
            "There is too little data to say anything."
        } else if tally.too_little == 0 {
            "No difference shows in any series."
        } else {
            "No difference shows."
        };
        let rest = if tally.same == 0 || tally.too_little == 0 { String::new() } else { rest };
        return (words.into(), rest);
    }
    (differs, rest)
}

/// What chance alone would do at the level of the intervals.
pub fn chance(tally: &Tally, level: f64) -> String {
    let judged = tally.judged();
    if judged == 0 {
        return "A period needs some minutes of samples to be judged".into();
    }
    let expected = judged as f64 * (1.0 - level);
    let number = decimals(expected, usize::from(expected < 9.95));
    let percent = decimals(level * 100.0, 0);
    format!("At {percent}\u{2009}% intervals, chance alone would call about {number} of {judged} different")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_says_what_differs_and_then_what_does_not() {
        for ((higher, lower, same, too_little), (differs, rest)) in [
            ((3, 1, 4, 0), ("Of 8 series 3 are higher and 1 is lower in B.", "4 show no difference.")),
            ((1, 0, 0, 2), ("Of 3 series 1 is higher in B.", "2 have too little data.")),
            ((0, 2, 1, 1), ("Of 4 series 2 are lower in B.", "1 shows no difference, 1 has too little data.")),
            ((0, 0, 5, 0), ("No difference shows in any series.", "")),
            ((0, 0, 5, 1), ("No difference shows.", "5 show no difference, 1 has too little data.")),
            ((0, 0, 0, 2), ("There is too little data to say anything.", "")),
            ((0, 1, 0, 0), ("It is lower in B.", "")),
        ] {
            let n = higher + lower + same + too_little;
            let tally = Tally { n, higher, lower, same, too_little, empty_a: 0, empty_b: 0 };
            assert_eq!(headline(&tally), (differs.into(), rest.into()));
        }
        let empty = Tally { n: 2, too_little: 2, empty_a: 2, ..Tally::default() };
        assert_eq!(headline(&empty).0, "Nothing was recorded in A.");
        let both = Tally { empty_b: 2, ..empty };
        assert_eq!(headline(&both).0, "Nothing was recorded in either period.");
    }

    #[test]
    fn chance_is_told_for_what_was_judged() {
        let tally = Tally { n: 9, higher: 3, lower: 1, same: 4, too_little: 1, ..Tally::default() };
        let words = chance(&tally, 0.95).replace('\u{2009}', " ");
        assert_eq!(words, "At 95 % intervals, chance alone would call about 0.4 of 8 different");
        assert!(chance(&Tally::default(), 0.95).contains("needs some minutes"));
    }
}
