//! Names a person may have meant: the nearest to a word that is none.

/// At most this many are offered.
const MAX_OFFERED: usize = 3;
/// Longer words are not compared.
const MAX_CHARS: usize = 64;

/// The names nearest to a word, the nearest first: few letters differ, or the word is a name's end or part.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let n_chars = word.chars().count();
    if n_chars == 0 || n_chars > MAX_CHARS {
        return Vec::new();
    }
    // Of a word of two letters, every other is near.
    let far = (n_chars / 3).min(4);
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let last = lower.rsplit('.').next().unwrap_or(&lower);
            let distance = distance(&word, &lower).min(distance(&word, last) + usize::from(last.len() < lower.len()));
            match distance {
                near if near <= far => Some((near, name)),
                _ if n_chars >= 4 && lower.contains(&*word) => Some((far, name)),
                _ => None,
            }
        })
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(MAX_OFFERED).map(|(_, name)| name).collect()
}

/// ": did you mean a, b or c?", or nothing where there is nothing near.
pub fn did_you_mean<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(word, names).as_slice() {
        [] => String::new(),
        [one] => format!(": did you mean {one}?"),
        [first @ .., last] => format!(": did you mean {} or {last}?", first.join(", ")),
    }
}

/// How many letters differ: put in, left out, changed, or two beside each other swapped.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(MAX_CHARS + 1).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (i, c) in a.chars().enumerate() {
        let mut next = vec![i + 1; b.len() + 1];
        for (j, d) in b.iter().enumerate() {
            let changed = row[j] + usize::from(c != *d);
            next[j + 1] = changed.min(row[j + 1] + 1).min(next[j] + 1);
            if j > 0 && last == Some(*d) && b[j - 1] == c {
                next[j + 1] = next[j + 1].min(before[j - 1] + 1);
            }
        }
        before = std::mem::replace(&mut row, next);
        last = Some(c);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_are_offered() {
        let names = ["database.pool_max", "database.pool_min", "http.pool_max", "cache.ttl", "service.log_level"];
        for (word, offered) in [
            ("database.pool_mxa", ": did you mean database.pool_max or database.pool_min?"),
            ("pool_max", ": did you mean database.pool_max or http.pool_max?"),
            ("Cache.TTL", ": did you mean cache.ttl?"),
            ("log_levle", ": did you mean service.log_level?"),
            ("colour", ""),
            ("cache.tlt", ": did you mean cache.ttl?"),
            ("x", ""),
            ("", ""),
        ] {
            assert_eq!(did_you_mean(word, names), offered, "{word}");
        }
        assert_eq!((distance("abc", "acb"), distance("", "ab"), distance("kitten", "sitting")), (1, 2, 3));
    }
}
