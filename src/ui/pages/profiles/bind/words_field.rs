//! A program and its arguments in one field: words with spaces between, in double quotes where a word has spaces itself.
//!
//! Never a shell line: nothing is expanded, joined or redirected, and what looks like that is refused.

/// The words of a line.
///
/// # Errors
/// A quote that is not closed, or a sign that only a shell would understand.
pub fn read_words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for letter in line.trim().chars() {
        match letter {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            letter if letter.is_whitespace() && !is_quoted => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    if is_quoted {
        return Err("A quotation mark is not closed".into());
    }
    words.extend(word);
    let is_of_shell =
        |word: &&String| matches!(word.as_str(), "|" | "||" | "&&" | ";" | "&" | ">" | ">>" | "<" | "2>&1");
    match words.iter().find(is_of_shell) {
        Some(word) => Err(format!("{word} is a shell's: name one program, or a script that does the rest")),
        None => Ok(words),
    }
}

/// The line of words.
pub fn write_words(words: &[String]) -> String {
    let quoted = |word: &String| {
        if word.is_empty() || word.contains(char::is_whitespace) { format!("\"{word}\"") } else { word.clone() }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for words in [vec!["systemctl", "reload", "checkout"], vec!["/opt/my app/reload", "", "--all"], vec![]] {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            assert_eq!(read_words(&write_words(&words)), Ok(words));
        }
        assert_eq!(read_words("a $HOME *.conf"), Ok(vec!["a".into(), "$HOME".into(), "*.conf".into()]), "not expanded");
    }

    #[test]
    fn what_only_a_shell_understands_is_refused() {
        for line in ["a | b", "a && b", "a > /tmp/x", "say \"no end"] {
            assert!(read_words(line).is_err(), "{line}");
        }
    }
}
