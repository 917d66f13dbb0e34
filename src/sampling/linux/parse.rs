//! Reading the kernel's text: lines, fields and numbers in bytes.
//!
//! Nothing here allocates or panics, whatever the bytes.

use std::borrow::Cow;

/// The lines that hold anything.
pub fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| *b == b'\n').filter(|line| !line.is_empty())
}

/// The fields of a line, which blanks and tabs part.
pub fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|b| matches!(b, b' ' | b'\t' | b'\n')).filter(|field| !field.is_empty())
}

/// A whole decimal number; `None` for anything else and for what 64 bits do not hold.
pub fn number(field: &[u8]) -> Option<u64> {
    if field.is_empty() {
        return None;
    }
    field.iter().try_fold(0u64, |sum, b| {
        let digit = b.wrapping_sub(b'0');
        (digit <= 9).then(|| sum.checked_mul(10)?.checked_add(u64::from(digit))).flatten()
    })
}

/// A decimal number with an optional sign and fraction.
pub fn decimal(field: &[u8]) -> Option<f64> {
    let value: f64 = std::str::from_utf8(field).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// The first number of a file that holds one.
pub fn only_number(text: &[u8]) -> Option<u64> {
    fields(text).next().and_then(number)
}

/// The first number of a file that holds one, which may be negative.
pub fn only_decimal(text: &[u8]) -> Option<f64> {
    fields(text).next().and_then(decimal)
}

/// The number in the line `name number`, where a colon may follow the name.
pub fn named_number(text: &[u8], name: &[u8]) -> Option<u64> {
    lines(text).find_map(|line| {
        let rest = line.strip_prefix(name)?;
        let rest = rest.strip_prefix(b":").unwrap_or(rest);
        let mut rest = rest.split(|b| matches!(b, b' ' | b'\t')).filter(|field| !field.is_empty());
        let starts_anew = line.get(name.len()).is_some_and(|b| matches!(b, b' ' | b'\t' | b':'));
        if starts_anew { rest.next().and_then(number) } else { None }
    })
}

/// The text of a field, as far as it is text.
pub fn text(field: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_whole_or_not_at_all() {
        for (field, expect) in [
            ("0", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("-1", None),
            ("12x", None),
        ] {
            assert_eq!(number(field.as_bytes()), expect, "{field}");
        }
        assert_eq!(only_decimal(b" -12.5\n"), Some(-12.5));
        assert_eq!(decimal(b"inf"), None);
    }

    #[test]
    fn a_named_number_is_found_by_its_whole_name() {
        let text = b"MemTotalX: 1 kB\nMemTotal:   2 kB\npgpgin 3\npgpginx 4\n";
        for (name, expect) in [("MemTotal", Some(2)), ("pgpgin", Some(3)), ("Mem", None), ("absent", None)] {
            assert_eq!(named_number(text, name.as_bytes()), expect, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for line in lines(&bytes) {
                for field in fields(line) {
                    let _ = (number(field), decimal(field), text(field));
                }
            }
            let _ = (only_number(&bytes), only_decimal(&bytes), named_number(&bytes, b"a"));
        }

        #[test]
        fn every_number_is_read_back(value: u64) {
            prop_assert_eq!(number(value.to_string().as_bytes()), Some(value));
        }
    }
}
