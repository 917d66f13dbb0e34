//! Patterns in which `*` stands for any text.

/// Whether a text is as the pattern says, where `*` stands for any text, also for none. All else is taken as written.
pub fn is_like(pattern: &str, text: &str) -> bool {
    let Some((head, mut pattern)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(head) else { return false };
    while let Some((part, after)) = pattern.split_once('*') {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        pattern = after;
    }
    rest.ends_with(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expect) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("a.*", "a.", true),
            ("*", "", true),
            ("*b*d", "abcd", true),
            ("*b*b", "ab", false),
            ("a*a", "a", false),
            ("a*c", "abd", false),
        ] {
            assert_eq!(is_like(pattern, text), expect, "{pattern} {text}");
        }
    }
}
