//! Statements without their values, so that the same one with others is the same, and none of them is shown.
//!
//! Not a parser: literals, comments and lists of values are recognised, everything else stays as it is. In doubt a
//! value is left out.

/// How a system writes what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQL whose double quotes hold names.
    Sql,
    /// SQL whose double quotes hold texts.
    MySql,
    /// JSON: double quotes before a colon hold names, others texts.
    Json,
    /// A command and its arguments.
    Command,
}

impl Dialect {
    /// That of a system by its name in `db.system.name` or `db.system`.
    pub fn of(system: &str) -> Self {
        match system {
            "mysql" | "mariadb" | "clickhouse" | "spanner" | "gcp.spanner" => Self::MySql,
            "mongodb" | "elasticsearch" | "opensearch" | "couchdb" | "cosmosdb" | "azure.cosmosdb" | "dynamodb"
            | "aws.dynamodb" => Self::Json,
            "redis" | "memcached" | "valkey" => Self::Command,
            _ => Self::Sql,
        }
    }
}

/// Writes a statement of at most `most` bytes, its values replaced by `?`.
pub fn without_values(statement: &str, dialect: Dialect, most: usize, out: &mut String) {
    let start = out.len();
    if dialect == Dialect::Command {
        let mut words = statement.split_whitespace();
        out.push_str(words.next().unwrap_or(""));
        if words.next().is_some() {
            out.push_str(" ?");
        }
    } else {
        let mut reader = Reader { text: statement, at: 0, dialect };
        while out.len() - start < most && reader.step(out, start) {}
    }
    let end = out.floor_char_boundary((start + most).min(out.len()));
    out.truncate(end);
    out.truncate(start + out[start..].trim_end().len());
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    dialect: Dialect,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Reads one thing; gives whether there was one.
    fn step(&mut self, out: &mut String, start: usize) -> bool {
        let Some(c) = self.text[self.at..].chars().next() else { return false };
        let begin = self.at;
        match c {
            c if c.is_whitespace() => {
                self.at += c.len_utf8();
                space(out, start);
            }
            '-' if self.rest().starts_with(b"--") => self.skip_past("\n", out, start),
            '/' if self.rest().starts_with(b"/*") => self.skip_past("*/", out, start),
            '\'' => {
                self.quoted(b'\'');
                value(out, start);
            }
            '"' => {
                self.quoted(b'"');
                let is_name = match self.dialect {
                    Dialect::Json => self.text[self.at..].trim_start().starts_with(':'),
                    Dialect::MySql => false,
                    _ => true,
                };
                if is_name { out.push_str(&self.text[begin..self.at]) } else { value(out, start) }
            }
            '$' if self.dollar_quoted() => value(out, start),
            '$' if self.rest().get(1).is_some_and(u8::is_ascii_digit) => {
                self.at += 1;
                self.skip_while(|b| b.is_ascii_digit());
                value(out, start);
            }
            c if c.is_ascii_digit() => {
                self.number();
                value(out, start);
            }
            c if c.is_alphanumeric() || c == '_' || c == '@' || c == '$' => {
                self.skip_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'@' | b'$') || b >= 0x80);
                self.at = self.at.max(begin + c.len_utf8());
                out.push_str(&self.text[begin..self.at]);
            }
            '?' => {
                self.at += 1;
                value(out, start);
            }
            ')' => {
                self.at += 1;
                close(out, start);
            }
            c => {
                self.at += c.len_utf8();
                out.push(c);
            }
        }
        true
    }

    fn skip_while(&mut self, is_part: impl Fn(u8) -> bool) {
        self.at += self.rest().iter().take_while(|b| is_part(**b)).count();
        self.at = self.text.ceil_char_boundary(self.at);
    }

    fn skip_past(&mut self, end: &str, out: &mut String, start: usize) {
        self.at = self.text[self.at..].find(end).map_or(self.text.len(), |i| self.at + i + end.len());
        space(out, start);
    }

    /// To the end of what began with this quote. A doubled quote is one within; so is one behind a backslash, unless
    /// in standard SQL, which has no such escape, what follows says that the text ended there.
    fn quoted(&mut self, quote: u8) {
        let bytes = self.text.as_bytes();
        let is_escaped = self.dialect != Dialect::Sql || bytes[..self.at].ends_with(b"E");
        let mut i = self.at + 1;
        while i < bytes.len() {
            let next = bytes.get(i + 1).copied();
            match bytes[i] {
                b'\\' if next == Some(quote) => {
                    let after = bytes.get(i + 2).copied().unwrap_or(b' ');
                    let ends = after.is_ascii_whitespace() || matches!(after, b',' | b')' | b';');
                    i += 2;
                    if ends && !is_escaped {
                        break;
                    }
                }
                b'\\' if is_escaped => i += 2,
                b if b == quote && next == Some(quote) => i += 2,
                b if b == quote => {
                    i += 1;
                    break;
                }
                _ => i += 1,
            }
        }
        self.at = i.min(bytes.len());
    }

    /// `$tag$ … $tag$`, as PostgreSQL quotes.
    fn dollar_quoted(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let Some(n) = rest[1..].find('$') else { return false };
        let tag = &rest[..n + 2];
        let is_tag = !tag[1..].starts_with(|c: char| c.is_ascii_digit())
            && tag[1..tag.len() - 1].chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_tag {
            self.at += rest[tag.len()..].find(tag).map_or(rest.len(), |i| i + 2 * tag.len());
        }
        is_tag
    }

    fn number(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(b) = bytes.get(self.at) {
            let is_sign = matches!(b, b'+' | b'-') && matches!(bytes[self.at - 1], b'e' | b'E');
            if !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_') || is_sign) {
                break;
            }
            self.at += 1;
        }
    }
}

fn space(out: &mut String, start: usize) {
    if out.len() > start && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Writes a value, once in a row of them.
fn value(out: &mut String, start: usize) {
    let before = out[start..].trim_end().trim_end_matches(',').trim_end();
    if before.len() < out[start..].trim_end().len() && before.ends_with('?') {
        out.truncate(start + before.len());
    } else {
        out.push('?');
    }
}

/// Closes a bracket, and writes a row of `(?)` once.
fn close(out: &mut String, start: usize) {
    out.push(')');
    let written = &out[start..];
    if let Some(before) = written.strip_suffix("(?)") {
        let before = before.trim_end();
        if let Some(kept) = before.strip_suffix(',').map(str::trim_end).filter(|kept| kept.ends_with("(?)")) {
            let n = start + kept.len();
            out.truncate(n);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(statement: &str, system: &str) -> String {
        let mut out = String::from("x");
        without_values(statement, Dialect::of(system), 512, &mut out);
        out.split_off(1)
    }

    #[test]
    fn values_are_left_out() {
        for (system, statement, expect) in [
            ("postgresql", "SELECT * FROM users WHERE id = 42", "SELECT * FROM users WHERE id = ?"),
            (
                "postgresql",
                "select  a1,\n b_2 from t3 where n='it''s' and m = $1",
                "select a1, b_2 from t3 where n=? and m = ?",
            ),
            (
                "postgresql",
                "SELECT \"Name\" FROM t WHERE a IN (1, 2,3) AND b = -1.5e-3",
                "SELECT \"Name\" FROM t WHERE a IN (?) AND b = -?",
            ),
            ("mysql", "SELECT `a` FROM t WHERE n = \"it's\" OR n = 'a\\'b'", "SELECT `a` FROM t WHERE n = ? OR n = ?"),
            (
                "postgresql",
                "INSERT INTO t VALUES (1, 'a'), (2, 'b'),(3,'c') RETURNING id",
                "INSERT INTO t VALUES (?) RETURNING id",
            ),
            ("postgresql", "SELECT 1 -- secret\nFROM t /*traceparent='00-1-2-01'*/", "SELECT ? FROM t"),
            ("postgresql", "SELECT $$it's 5$$, $a$x$a$, f(b)", "SELECT ?, f(b)"),
            ("sqlite", "UPDATE t SET p = 'C:\\', q = x'ff' WHERE id = 0x1F", "UPDATE t SET p = ?, q = x? WHERE id = ?"),
            ("postgresql", "SELECT 'never ends", "SELECT ?"),
            ("postgresql", "select %s, %(name)s, :id, x::int", "select %s, %(name)s, :id, x::int"),
            (
                "mongodb",
                r#"{"find": "users", "filter": {"name": "bob", "age": 7}}"#,
                r#"{"find": ?, "filter": {"name": ?, "age": ?}}"#,
            ),
            ("redis", "SET session:42 secret", "SET ?"),
            ("redis", "PING", "PING"),
            ("", "", ""),
        ] {
            assert_eq!(written(statement, system), expect, "{statement}");
        }
    }

    #[test]
    fn a_long_one_is_cut() {
        let mut out = String::new();
        without_values(&"äb ".repeat(1000), Dialect::Sql, 100, &mut out);
        assert!(out.len() <= 100 && out.starts_with("äb äb"), "{out}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "\\PC{0,60}", quotes in "['\"$\\\\/*?(),0-9a ]{0,60}") {
            for statement in [&text, &quotes] {
                for system in ["postgresql", "mysql", "mongodb", "redis"] {
                    prop_assert!(written(statement, system).len() <= 512);
                }
            }
        }

        #[test]
        fn no_digit_of_a_literal_is_left(number in any::<u32>(), text in "[1-9]{1,8}") {
            let statement = format!("select a from t where b = {number} and c = '{text}' and d in ({number},{number})");
            prop_assert!(!written(&statement, "postgresql").contains(|c: char| c.is_ascii_digit()));
        }
    }
}
