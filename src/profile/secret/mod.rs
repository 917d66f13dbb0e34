//! Secrets: how one looks on the screen, how fresh ones are written, and whether one is weak.
//!
//! It makes none and reads none: the random bytes and the text come in. No sentence given back repeats any of a secret.

mod argv;
mod conceal;
mod likeness;
mod names;
mod tokens;

pub use argv::conceal_argv;
pub use conceal::{conceal, hide_known};
pub use likeness::looks_like_secret;
pub use names::is_secret_name;

/// What stands where a secret would; of one length whatever the secret's.
pub const MASK: &str = "••••••••";

/// What stands where a secret would.
pub const fn mask() -> &'static str {
    MASK
}

/// Letters of URL-safe base64 (RFC 4648, section 5).
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// 32 bytes as URL-safe base64 without padding: 43 characters.
pub fn encode(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(43);
    for group in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|i| group.get(i).copied().unwrap_or(0));
        let bits = u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c);
        // One byte fills two letters, two fill three, three fill four.
        for place in 0..=group.len() {
            let letter = (bits >> (18 - 6 * place)) & 63;
            text.push(char::from(BASE64_URL[letter as usize]));
        }
    }
    text
}

/// Shortest secret that is not called short, characters. 16 random letters of base64 hold 96 bits.
const MIN_CHARS: usize = 16;

/// Least information that is not called easy to guess, bits: OWASP's least for session identifiers.
const MIN_BITS: f64 = 64.0;

/// Words that stand in examples and in people's first try. Compared in lower case, letters and digits alone.
const KNOWN_WORDS: &[&str] = &[
    "changeme",
    "changethis",
    "changeit",
    "replaceme",
    "replacethis",
    "pleasechange",
    "insecure",
    "placeholder",
    "notsecret",
    "notasecret",
    "notsosecret",
    "topsecret",
    "supersecret",
    "verysecret",
    "mysecret",
    "yoursecret",
    "secretkeybase",
    "secretkey",
    "jwtsecret",
    "secret",
    "password",
    "passw0rd",
    "p4ssw0rd",
    "letmein",
    "welcome",
    "qwertyuiop",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "keyboardcat",
    "default",
    "example",
    "sample",
    "dummy",
    "fixme",
    "todo",
    "admin",
    "root",
    "guest",
    "local",
    "development",
    "production",
    "testing",
    "django",
    "rails",
    "flask",
    "spring",
    "postgres",
    "test",
    "demo",
    "dev",
    "key",
    "your",
    "here",
    "value",
    "token",
    "for",
    "the",
    "only",
    "not",
    "use",
    "this",
    "with",
    "real",
];

/// Known words of at least so many letters condemn a secret wherever they stand: by chance they are in one of ten million.
const MIN_TELLING_WORD: usize = 8;

/// Why a secret is weak, if it is; a sentence without a final period that tells nothing of the secret beyond that.
///
/// Weak is what is known from examples, what is short, what repeats or runs along the alphabet, and what holds under
/// 64 bits as its letters are spread.
pub fn weakness(text: &str) -> Option<String> {
    let text = text.trim();
    let chars: Vec<char> = text.chars().collect();
    let why = if chars.is_empty() {
        "it is empty".to_owned()
    } else if is_known(text) {
        "it is a word of examples, which everybody knows".to_owned()
    } else if chars.len() < MIN_CHARS {
        let characters = if chars.len() == 1 { "character" } else { "characters" };
        format!("it has {} {characters}, and fewer than {MIN_CHARS} can be guessed", chars.len())
    } else if repeats(&chars) {
        "it repeats itself".to_owned()
    } else if runs(&chars) {
        "most of it runs along the alphabet or the digits".to_owned()
    } else if information_bits(&chars) < MIN_BITS {
        format!("its letters hold under {MIN_BITS} bits and can be guessed")
    } else {
        return None;
    };
    Some(format!("the secret is weak: {why}"))
}

/// Whether it is put together of known words: a long one anywhere, or short ones that make up half of it.
fn is_known(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if KNOWN_WORDS.iter().any(|word| word.len() >= MIN_TELLING_WORD && plain.contains(word)) {
        return true;
    }
    let mut rest = plain.as_str();
    let mut n_known = 0;
    while let Some(first) = rest.chars().next() {
        let word = KNOWN_WORDS.iter().filter(|word| rest.starts_with(**word)).map(|word| word.len()).max();
        n_known += word.unwrap_or(0);
        rest = &rest[word.unwrap_or(first.len_utf8())..];
    }
    n_known > 0 && n_known * 2 >= plain.len()
}

/// Whether the whole is one part, at most half as long, again and again.
fn repeats(chars: &[char]) -> bool {
    (1..=chars.len() / 2).any(|period| chars[period..].iter().zip(chars).all(|(a, b)| a == b))
}

/// Whether half of the neighbours are equal or next to each other, as in `aaaabbbb` and `12345678`.
fn runs(chars: &[char]) -> bool {
    let n_close = chars.windows(2).filter(|pair| u32::from(pair[0]).abs_diff(u32::from(pair[1])) <= 1).count();
    n_close * 2 >= chars.len() - 1
}

/// Shannon's entropy of the letters as they are spread, times their number; bits. For random letters it lies a little
/// under the truth: 43 of base64 hold 258 and come out at about 210.
fn information_bits(chars: &[char]) -> f64 {
    let mut sorted = chars.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as f64;
    sorted.chunk_by(|a, b| a == b).map(|same| -(same.len() as f64) * (same.len() as f64 / n).log2()).sum()
}

#[cfg(test)]
mod tests;
