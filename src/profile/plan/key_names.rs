//! Keys of files taken apart: `cache."product:*".ttl` is the names `cache`, `product:*` and `ttl`.

/// The names of a key. Within double quotes a dot joins nothing, and a backslash keeps the character behind it.
pub fn names_of(key: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = key.chars();
    while let Some(c) = chars.next() {
        let c = match c {
            '"' => {
                is_quoted = !is_quoted;
                continue;
            }
            '.' if !is_quoted => {
                names.push(String::new());
                continue;
            }
            '\\' if is_quoted => chars.next().unwrap_or('\\'),
            _ => c,
        };
        if let Some(name) = names.last_mut() {
            name.push(c);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_apart_at_dots_outside_of_quotes() {
        for (key, names) in [
            ("DB_POOL_MAX", &["DB_POOL_MAX"][..]),
            ("servers.0.port", &["servers", "0", "port"]),
            ("cache.\"product:*\".ttl", &["cache", "product:*", "ttl"]),
            ("a.\"b.c\"", &["a", "b.c"]),
            ("\"say \\\"so\\\"\".x", &["say \"so\"", "x"]),
        ] {
            assert_eq!(names_of(key), names, "{key}");
        }
    }
}
