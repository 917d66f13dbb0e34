//! The words a key is made of, however it is written: `DB_POOL_MAX`, `db.pool.max`, `dbPoolMax` and `db-pool-max` are one.

/// The words of a key in lower case. A capital letter behind a small one begins a word; so does the last capital of
/// several before a small one (`HTTPTimeout`: `http`, `timeout`). Digits stay with the letters before them.
pub fn words_of(key: &str) -> Vec<String> {
    let chars: Vec<char> = key.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (i, c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            end_word(&mut words, &mut word);
            continue;
        }
        let follows_small = i > 0 && (chars[i - 1].is_lowercase() || chars[i - 1].is_numeric());
        let precedes_small = i > 0 && chars[i - 1].is_uppercase() && chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        if c.is_uppercase() && (follows_small || precedes_small) {
            end_word(&mut words, &mut word);
        }
        word.extend(c.to_lowercase());
    }
    end_word(&mut words, &mut word);
    words
}

fn end_word(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_in_all_its_spellings() {
        for spelling in
            ["DB_POOL_MAX", "db.pool.max", "dbPoolMax", "db-pool-max", "DbPoolMax", "db pool  max", "dbPOOLMax"]
        {
            assert_eq!(words_of(spelling), ["db", "pool", "max"], "{spelling}");
        }
        assert_eq!(words_of("HTTPTimeout2xx"), ["http", "timeout2xx"]);
        assert_eq!(words_of("cache.\"product:*\".ttl"), ["cache", "product", "ttl"]);
        assert_eq!(words_of("--"), [""; 0]);
    }
}
