//! Numbers, strings and characters.

use super::cursor::{Cursor, is_name_part};
use super::tree::Value;

/// The number, string or character that begins with `c`; `None` where none begins so.
pub(super) fn read(cursor: &mut Cursor<'_>, c: char) -> Option<Value> {
    match c {
        '"' => Some(string(cursor)),
        '\'' => Some(character(cursor)),
        '0'..='9' | '+' | '-' | '.' => Some(number(cursor)),
        'r' => raw_string(cursor),
        'b' if cursor.rest().starts_with("b\"") => {
            cursor.at += 1;
            Some(as_bytes(string(cursor)))
        }
        'b' if cursor.rest().starts_with("b'") => {
            cursor.at += 1;
            Some(match character(cursor) {
                Value::Char(c) if u32::from(c) < 256 => Value::Int(u32::from(c).into()),
                other => other,
            })
        }
        'b' if cursor.rest().starts_with("br") => {
            cursor.at += 1;
            let value = raw_string(cursor).map(as_bytes);
            if value.is_none() {
                cursor.at -= 1;
            }
            value
        }
        _ => None,
    }
}

fn as_bytes(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Bytes(text.into_bytes()),
        other => other,
    }
}

/// Steps over a string without a look at what is in it.
pub(super) fn skip_string(cursor: &mut Cursor<'_>) {
    cursor.take();
    loop {
        cursor.take_until(b'"', b'\\');
        match cursor.take() {
            None | Some('"') => return,
            Some(_) => {
                cursor.take();
            }
        }
    }
}

fn string(cursor: &mut Cursor<'_>) -> Value {
    let start = cursor.at;
    cursor.at += 1;
    let mut text = String::new();
    let mut is_well = true;
    loop {
        let part = cursor.take_until(b'"', b'\\');
        text.push_str(part);
        match cursor.take() {
            None => {
                cursor.lose(start, "this string is not closed: \" is missing");
                return Value::Broken;
            }
            Some('"') => break,
            Some(_) => match escape(cursor) {
                Some(c) => text.push(c),
                None => is_well = false,
            },
        }
    }
    // A string whose escape is wrong has been reported, and is no value.
    if is_well { Value::Text(text) } else { Value::Broken }
}

/// What stands behind a backslash.
fn escape(cursor: &mut Cursor<'_>) -> Option<char> {
    let start = cursor.at - 1;
    let found = match cursor.peek() {
        Some('n') => Some('\n'),
        Some('r') => Some('\r'),
        Some('t') => Some('\t'),
        Some('0') => Some('\0'),
        Some(c @ ('\\' | '"' | '\'')) => Some(c),
        Some('x') => return code(cursor, start, 2, 2),
        Some('u') if cursor.rest().starts_with("u{") => {
            cursor.at += 1;
            let c = code(cursor, start, 1, 6)?;
            if !cursor.eat("}") {
                cursor.fault(start, "} is missing behind \\u{…");
                return None;
            }
            return Some(c);
        }
        _ => None,
    };
    match found {
        Some(c) => {
            cursor.at += 1;
            Some(c)
        }
        None => {
            cursor
                .fault(start, "no such escape: write \\\\ for a backslash, or \\n \\r \\t \\0 \\\" \\' \\x41 \\u{e9}");
            None
        }
    }
}

/// The character whose number stands behind the next byte, in at least and at most so many hexadecimal digits.
fn code(cursor: &mut Cursor<'_>, start: usize, least: usize, most: usize) -> Option<char> {
    cursor.at += 1;
    let digits: String = cursor.rest().chars().take(most).take_while(char::is_ascii_hexdigit).collect();
    cursor.at += digits.len();
    let found = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
    if digits.len() < least || found.is_none() {
        cursor.fault(start, "no such character: write \\x41 or \\u{e9}");
        return None;
    }
    found
}

/// `r"…"`, `r#"…"#`; nothing is read where none is next.
pub(super) fn raw_string(cursor: &mut Cursor<'_>) -> Option<Value> {
    let start = cursor.at;
    let n_marks = cursor.rest()[1..].bytes().take_while(|b| *b == b'#').count();
    let body = cursor.rest().get(1 + n_marks..)?.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(n_marks));
    let Some(length) = body.find(&end) else {
        cursor.lose(start, format!("this string is not closed: {end} is missing"));
        return Some(Value::Broken);
    };
    cursor.at += 2 + n_marks + length + end.len();
    Some(Value::Text(body[..length].to_owned()))
}

fn character(cursor: &mut Cursor<'_>) -> Value {
    let start = cursor.at;
    cursor.at += 1;
    let c = match cursor.take() {
        Some('\\') => match escape(cursor) {
            Some(c) => Some(c),
            None => return Value::Broken,
        },
        Some('\'' | '\n') => None,
        c => c,
    };
    match c.filter(|_| cursor.eat("'")) {
        Some(c) => Value::Char(c),
        None => {
            cursor.fault(start, "one character stands between ' and '; a text stands between \" and \"");
            Value::Broken
        }
    }
}

fn number(cursor: &mut Cursor<'_>) -> Value {
    let start = cursor.at;
    let written = written_number(cursor);
    let plain: String = written.chars().filter(|c| *c != '_').collect();
    let (sign, digits): (i8, _) = match plain.as_bytes().first() {
        Some(b'-') => (-1, &plain[1..]),
        Some(b'+') => (1, &plain[1..]),
        _ => (1, &plain[..]),
    };
    let based = |prefix: &str, radix| {
        let digits = without_suffix(digits.strip_prefix(prefix)?, radix);
        i128::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))
    };
    if let Some(value) = based("0x", 16).or_else(|| based("0b", 2)).or_else(|| based("0o", 8)) {
        return Value::Int(i128::from(sign) * value);
    }
    match digits {
        "inf" => return Value::Float(f64::from(sign) * f64::INFINITY),
        "NaN" => return Value::Float(f64::NAN),
        _ => {}
    }
    let digits = without_suffix(digits, 10);
    let is_number = digits.contains(|c: char| c.is_ascii_digit())
        && digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && !digits.ends_with(['e', 'E', '+', '-']);
    if is_number && digits.bytes().all(|b| b.is_ascii_digit()) {
        if let Ok(value) = digits.parse::<i128>() {
            return Value::Int(i128::from(sign) * value);
        }
        cursor.fault(start, "this number is too large to be read");
        return Value::Broken;
    }
    match digits.parse::<f64>() {
        Ok(value) if is_number => Value::Float(f64::from(sign) * value),
        _ => {
            cursor.fault(start, format!("`{written}` is no number; a text stands in quotes"));
            Value::Broken
        }
    }
}

/// All that looks like one number, with signs behind an exponent's letter.
fn written_number<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    let start = cursor.at;
    cursor.at += usize::from(matches!(cursor.byte(), Some(b'+' | b'-')));
    let is_hex = cursor.rest().starts_with("0x");
    loop {
        let part = cursor.take_while(|c| is_name_part(c) || c == '.');
        let is_exponent =
            !is_hex && part.ends_with(['e', 'E']) && part.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        if !(is_exponent && matches!(cursor.byte(), Some(b'+' | b'-'))) {
            return &cursor.text()[start..cursor.at];
        }
        cursor.at += 1;
    }
}

/// Digits without a type behind them, such as `i32`.
fn without_suffix(digits: &str, radix: u32) -> &str {
    const SUFFIXES: [&str; 12] = ["i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128", "f32", "f64"];
    let is_type = |suffix: &&&str| digits.ends_with(**suffix) && !(radix == 16 && suffix.starts_with('f'));
    SUFFIXES.iter().find(is_type).map_or(digits, |suffix| &digits[..digits.len() - suffix.len()])
}
