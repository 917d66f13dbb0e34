//! Foreign text made harmless for each form: names of processes and series are what others chose.

/// The text without what cannot be seen or changes how the text around it reads: control characters and marks of
/// direction. Breaks of lines become spaces.
pub(super) fn visible(text: &str) -> String {
    let keep = |c: char| match c {
        '\n' | '\r' | '\t' => Some(' '),
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => None,
        c if c.is_control() => None,
        c => Some(c),
    };
    text.chars().filter_map(keep).collect()
}

/// Text for HTML and SVG, between tags or in a quoted attribute.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // A number and its unit stay on one line: the narrow space that does not break, U+202F.
            '\u{2009}' => out.push('\u{202F}'),
            c => out.push(c),
        }
    }
    out
}

/// Text for Markdown, also in a cell of a table.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let text = visible(text);
    for c in text.trim().chars() {
        match c {
            // HTML in Markdown is HTML, whatever stands before it.
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '>' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    // At the beginning of a line these make a list or a heading.
    if out.starts_with(['-', '+', '=']) {
        out.insert(0, '\\');
    }
    out
}

/// Text for a cell of a table that a spreadsheet may open: what it would take for a formula is marked as text, as
/// OWASP's "CSV Injection" asks. Quotes and commas are the writer's work.
pub(super) fn cell(text: &str) -> String {
    let text = visible(text);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_harmless_in_every_form() {
        for (text, as_html, as_markdown, as_cell) in [
            ("plain name", "plain name", "plain name", "plain name"),
            (
                "<script>alert('a&b')</script>",
                "&lt;script&gt;alert(&#39;a&amp;b&#39;)&lt;/script&gt;",
                "&lt;script\\>alert('a&amp;b')&lt;/script\\>",
                "<script>alert('a&b')</script>",
            ),
            ("a|b, \"c\"", "a|b, &quot;c&quot;", "a\\|b, \"c\"", "a|b, \"c\""),
            ("=cmd()\r\n", "=cmd()  ", "\\=cmd()", "'=cmd()  "),
            ("x\u{202E}gpj.exe\u{7}", "xgpj.exe", "xgpj.exe", "xgpj.exe"),
            ("[a](b) `c`", "[a](b) `c`", "\\[a\\](b) \\`c\\`", "[a](b) `c`"),
        ] {
            assert_eq!(
                (html(text).as_str(), markdown(text).as_str(), cell(text).as_str()),
                (as_html, as_markdown, as_cell)
            );
        }
    }
}
