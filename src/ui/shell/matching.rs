//! Finds an action by what was typed: every letter in order, whole words and beginnings of words first.
//!
//! Pure; the palette draws what it finds.

/// How well a name fits, and which of its characters were meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Smaller fits better.
    pub distance: u32,
    /// Character positions in the name, rising.
    pub letters: Vec<usize>,
}

/// Fits `query` to `name`; `None` where a letter of the query is missing. Case does not count, nor do spaces at the ends.
pub fn fit(query: &str, name: &str) -> Option<Match> {
    let name: Vec<char> = name.chars().map(lower).collect();
    let mut letters = Vec::new();
    let mut distance = 0;
    for word in query.split_whitespace() {
        let word: Vec<char> = word.chars().map(lower).collect();
        let (found, cost) = whole(&word, &name).or_else(|| scattered(&word, &name))?;
        distance += cost;
        letters.extend(found);
    }
    letters.sort_unstable();
    letters.dedup();
    Some(Match { distance, letters })
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn starts_word(name: &[char], i: usize) -> bool {
    i == 0 || !name[i - 1].is_alphanumeric()
}

/// The word in one piece; the beginning of the name costs 0, of a word 1, elsewhere 10.
fn whole(word: &[char], name: &[char]) -> Option<(Vec<usize>, u32)> {
    let places = (0..name.len()).filter(|&i| name[i..].starts_with(word));
    let cost = |i: usize| match (i, starts_word(name, i)) {
        (0, _) => 0,
        (_, true) => 1,
        _ => 10,
    };
    let best = places.min_by_key(|&i| cost(i))?;
    Some(((best..best + word.len()).collect(), cost(best)))
}

/// The letters one after another with others between; costs 20 and the letters between.
fn scattered(word: &[char], name: &[char]) -> Option<(Vec<usize>, u32)> {
    let mut found = Vec::with_capacity(word.len());
    let mut from = 0;
    for &letter in word {
        let i = (from..name.len()).find(|&i| name[i] == letter)?;
        found.push(i);
        from = i + 1;
    }
    let (first, last) = (*found.first()?, *found.last()?);
    let between = (last - first + 1 - found.len()) as u32;
    Some((found, 20 + between))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_what_was_typed() {
        for (query, name, expect) in [
            ("", "Charts", Some((0, vec![]))),
            ("char", "Charts", Some((0, vec![0, 1, 2, 3]))),
            ("LAST", "Show the last hour", Some((1, vec![9, 10, 11, 12]))),
            ("hour show", "Show the last hour", Some((1, vec![0, 1, 2, 3, 14, 15, 16, 17]))),
            ("oom", "Zoom in", Some((10, vec![1, 2, 3]))),
            ("zin", "Zoom in", Some((24, vec![0, 5, 6]))),
            ("zz", "Zoom in", None),
            ("é", "É", Some((0, vec![0]))),
        ] {
            let found = fit(query, name).map(|m| (m.distance, m.letters));
            assert_eq!(found, expect, "{query} in {name}");
        }
    }
}
