//! Bytes into lines of text: cut where they are too long, without what steers a terminal.

/// Longest line that is kept, bytes.
pub(super) const MAX_LINE: usize = 4096;

/// The lines of one stream.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// What came of a line whose end did not come yet, cut.
    begun: Vec<u8>,
    /// Whether more came of it than is kept.
    is_cut: bool,
}

impl Lines {
    /// Takes bytes in; gives each line that ended, and whether it is cut.
    pub(super) fn take(&mut self, bytes: &[u8], line: &mut dyn FnMut(&[u8], bool)) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.keep(&rest[..end]);
            line(&self.begun, self.is_cut);
            self.begun.clear();
            self.is_cut = false;
            rest = &rest[end + 1..];
        }
        self.keep(rest);
    }

    /// The line that was begun, where one was; there will be no more.
    pub(super) fn end(&mut self, line: &mut dyn FnMut(&[u8], bool)) {
        if !self.begun.is_empty() {
            line(&self.begun, self.is_cut);
        }
        *self = Self::default();
    }

    /// Forgets the line that was begun: what follows of it is not taken in.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_LINE.saturating_sub(self.begun.len());
        self.is_cut |= bytes.len() > room;
        self.begun.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// The text of a line: what is no UTF-8 is replaced, escape sequences (ECMA-48) and control characters are left out.
pub(super) fn text_of(bytes: &[u8]) -> String {
    let raw = String::from_utf8_lossy(bytes);
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                // A control sequence ends with its first character from @ to ~.
                Some('[') => drop(chars.find(|c| ('@'..='~').contains(c))),
                // A string, such as a title, ends with BEL or ESC \.
                Some(']' | 'P' | 'X' | '^' | '_') => {
                    while let Some(c) = chars.next() {
                        if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                            break;
                        }
                    }
                }
                _ => {}
            },
            '\u{9b}' => drop(chars.find(|c| ('@'..='~').contains(c))),
            '\t' => text.push(c),
            // A line that is written over shows what was written last.
            '\r' if chars.peek().is_some() => text.clear(),
            // What turns the direction of writing would make a line read as another.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => {}
            c => text.push(c),
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_the_bytes_come() {
        for cut in 1..7 {
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for part in b"one\n\ntwo three\nfour".chunks(cut) {
                lines.take(part, &mut |line, _| found.push(String::from_utf8_lossy(line).into_owned()));
            }
            assert_eq!(found, ["one", "", "two three"], "in parts of {cut}");
            lines.end(&mut |line, _| found.push(String::from_utf8_lossy(line).into_owned()));
            assert_eq!(found.last().map(String::as_str), Some("four"));
        }
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_is_whole() {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for _ in 0..40 {
            lines.take(&[b'x'; 1000], &mut |_, _| panic!("no line ended"));
        }
        lines.take(b"\nnext\n", &mut |line, is_cut| found.push((line.len(), is_cut)));
        assert_eq!(found, [(MAX_LINE, true), (4, false)]);
    }

    #[test]
    fn what_steers_a_terminal_is_left_out() {
        for (bytes, expect) in [
            (&b"\x1b[1;31mred\x1b[0m text"[..], "red text"),
            (b"\x1b]0;a title\x07after", "after"),
            (b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
            (b"10 %\r50 %\r100 %\r", "100 %"),
            (b"a\tb\x00\x08c  ", "a\tbc"),
            (b"\xff\xfebad", "\u{fffd}\u{fffd}bad"),
            ("safe\u{202e}txt".as_bytes(), "safetxt"),
            (b"\x1b[", ""),
        ] {
            assert_eq!(text_of(bytes), expect, "{bytes:?}");
        }
    }
}
