//! Whether a text by itself looks like a secret, where a name was asked for.

use super::tokens::is_token;

/// Shortest text of random letters and digits that is told from a name.
const MIN_RANDOM: usize = 10;
/// Shortest text in hexadecimal that is told from a name: 64 bits.
const MIN_HEX: usize = 16;
/// From so many characters on, large and small letters with digits among them are a secret's.
const MIN_MIXED: usize = 20;

/// Whether it looks like a secret and not like the name of one: a token of a known form, hexadecimal, or letters and
/// digits that change places as they do by chance. Names are words, with a number at an end if any.
pub fn looks_like_secret(text: &str) -> bool {
    let text = text.trim();
    is_token(text) || is_hex(text) || is_encoded(text) || is_mixed(text) || text.split(['-', '_', '.']).any(is_random)
}

/// Hexadecimal digits in one piece or, as an UUID has them, in five.
fn is_hex(text: &str) -> bool {
    let plain: String = if text.len() == 36 { text.split('-').collect() } else { text.to_owned() };
    plain.len() >= MIN_HEX
        && plain.bytes().all(|b| b.is_ascii_hexdigit())
        && plain.bytes().any(|b| b.is_ascii_digit())
        && plain.bytes().any(|b| b.is_ascii_alphabetic())
}

/// What `encode` makes of 32 bytes: 43 letters of URL-safe base64, large and small.
fn is_encoded(text: &str) -> bool {
    text.len() == 43
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && text.bytes().any(|b| b.is_ascii_uppercase())
}

fn is_mixed(text: &str) -> bool {
    let has = |is_kind: fn(&u8) -> bool| text.bytes().any(|b| is_kind(&b));
    text.len() >= MIN_MIXED
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
        && n_changes(text) >= 2
}

fn is_random(piece: &str) -> bool {
    piece.len() >= MIN_RANDOM && piece.is_ascii() && n_changes(piece) >= 3
}

/// How often a letter stands beside a digit.
fn n_changes(text: &str) -> usize {
    let is_digit: Vec<bool> = text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.is_ascii_digit()).collect();
    is_digit.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::profile::secret::encode;

    #[test]
    fn names_and_secrets_are_told_apart() {
        for (text, is_secret) in [
            ("production-key", false),
            ("session", false),
            ("checkout-2024-key-2", false),
            ("the-key-of-the-second-checkout-service-2", false),
            ("CheckoutServiceKey-2024", false),
            ("oauth2-client-1-of-v2", false),
            ("s3_eu_west_1_backup_key", false),
            ("deadbeefdeadbeef", false),
            ("q3Zx0_8fPq-1bT7uYc2LkM9sWv4RdJ6hNeAoGi5XtBE", true),
            ("x7Kq9vB2mL4p", true),
            ("Tr0ub4dor3", true),
            ("d41d8cd98f00b204e9800998ecf8427e", true),
            ("9f1c2b7e-4d3a-4c1e-8b2a-0d9e8f7a6b5c", true),
            ("sk_live_4eC39HqLyjWD", true),
            ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", true),
            ("github_pat_11ABCDEFG0abcdefghij_x", true),
            ("AKIAIOSFODNN7EXAMPLE", true),
            ("xoxb-123456789012-abcdefAB", true),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc_-1", true),
            ("Bearer q3Zx0_8fPq1bT7uYc2", true),
            ("-----BEGIN PRIVATE KEY-----", true),
        ] {
            assert_eq!(looks_like_secret(text), is_secret, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_here_is_always_known(bytes: [u8; 32]) {
            let secret = encode(&bytes);
            let has = |is_kind: fn(&u8) -> bool| secret.bytes().any(|b| is_kind(&b));
            prop_assume!(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase));
            prop_assert!(looks_like_secret(&secret));
        }
    }
}
