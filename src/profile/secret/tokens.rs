//! Secrets that show by their own form wherever they stand: keys and tokens with a known beginning, signed tokens, what
//! follows `Bearer`, private keys.

/// Beginnings of keys and tokens, the characters that follow, and the least number of these. As their makers document
/// them: GitHub, GitLab, Stripe, Slack, AWS, Google, npm, PyPI, SendGrid, DigitalOcean, Shopify, Hugging Face, OpenAI,
/// Anthropic, HashiCorp Vault.
const BEGINNINGS: &[(&str, usize)] = &[
    ("ghp_", 16),
    ("gho_", 16),
    ("ghu_", 16),
    ("ghs_", 16),
    ("ghr_", 16),
    ("github_pat_", 16),
    ("glpat-", 16),
    ("sk_live_", 8),
    ("sk_test_", 8),
    ("rk_live_", 8),
    ("rk_test_", 8),
    ("whsec_", 8),
    ("xoxa-", 8),
    ("xoxb-", 8),
    ("xoxe-", 8),
    ("xoxo-", 8),
    ("xoxp-", 8),
    ("xoxr-", 8),
    ("xoxs-", 8),
    ("xapp-", 8),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("npm_", 30),
    ("pypi-", 30),
    ("SG.", 30),
    ("dop_v1_", 30),
    ("shpat_", 16),
    ("hf_", 30),
    ("sk-ant-", 16),
    ("sk-proj-", 16),
    ("sk-", 40),
    ("hvs.", 20),
];

/// Words before a credential in a header: its scheme.
const SCHEMES: &[&str] = &["bearer ", "basic ", "token "];

/// Shortest credential behind a scheme: `basic auth` and `token bucket` are words of prose.
const MIN_CREDENTIAL: usize = 16;
/// The same behind `Bearer`, where there is a digit.
const MIN_BEARER: usize = 8;
/// What stands behind `authorization` where that is a switch of a configuration, as MongoDB has it.
const SWITCHES: &[&str] = &["enabled", "disabled", "true", "false", "on", "off", "yes", "no", "none", "required"];
/// The header whose value is a credential.
const HEADER: &str = "authorization";
/// Shortest part of a signed token (RFC 7519): `eyJ` and at least a header's worth, a dot, a payload.
const MIN_PART: usize = 6;

/// Whether it is, as a whole, a key or token of a known form.
pub fn is_token(text: &str) -> bool {
    token_spans(text).contains(&(0, text.len())) || text.contains("-----BEGIN ")
}

/// Where keys and tokens of a known form stand in a line, as ranges of bytes.
pub fn token_spans(line: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(length) = line[at..].find(is_token_char) {
        let start = at + length;
        let word = &line[start..];
        let word = &word[..word.find(|c| !is_token_char(c)).unwrap_or(word.len())];
        at = start + word.len();
        spans.extend(in_word(word).map(|(from, to)| (start + from, start + to)));
    }
    spans.extend(credentials(line));
    spans.extend(inline_key(line));
    spans
}

const fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The token in a word: at its beginning or behind a character that is neither letter nor digit, to the word's end.
fn in_word(word: &str) -> Option<(usize, usize)> {
    let starts = word
        .char_indices()
        .map(|(at, _)| at)
        .filter(|at| at.checked_sub(1).is_none_or(|before| !word.as_bytes()[before].is_ascii_alphanumeric()));
    starts
        .map(|at| (at, &word[at..]))
        .find(|(_, rest)| begins_token(rest) || is_signed(rest))
        .map(|(at, _)| (at, word.len()))
}

fn begins_token(word: &str) -> bool {
    BEGINNINGS.iter().any(|(beginning, least)| {
        let Some(rest) = word.strip_prefix(beginning) else { return false };
        // A name such as `sk-a-long-name-of-words` has no digit.
        rest.len() >= *least && rest.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    })
}

/// A JSON web token: a header that begins with `{"` in base64, and a payload.
fn is_signed(word: &str) -> bool {
    // First what is quick to see: a word may be as long as a file.
    word.starts_with("eyJ")
        && word.split_once('.').is_some_and(|(header, rest)| {
            header.len() >= MIN_PART && rest.split('.').next().is_some_and(|part| part.len() >= MIN_PART)
        })
}

/// What stands behind `Bearer` and its like, wherever that is; and all behind `Authorization:` but the scheme.
fn credentials(line: &str) -> Vec<(usize, usize)> {
    let small = line.to_ascii_lowercase();
    let is_word_at =
        |at: usize| at.checked_sub(1).is_none_or(|before| !small.as_bytes()[before].is_ascii_alphanumeric());
    let mut spans = Vec::new();
    for scheme in SCHEMES {
        for (at, _) in small.match_indices(scheme).filter(|(at, _)| is_word_at(*at)) {
            let start = line.len() - line[at + scheme.len()..].trim_start().len();
            let rest = &line[start..];
            let length = rest.find(|c| !is_credential_char(c)).unwrap_or(rest.len());
            let has_digit = rest[..length].bytes().any(|b| b.is_ascii_digit());
            if length >= MIN_CREDENTIAL || (*scheme == "bearer " && length >= MIN_BEARER && has_digit) {
                spans.push((start, start + length));
            }
        }
    }
    for (at, _) in small.match_indices(HEADER) {
        spans.extend(header_value(line, &small, at + HEADER.len()));
    }
    spans
}

const fn is_credential_char(c: char) -> bool {
    is_token_char(c) || matches!(c, '+' | '/' | '=' | '~')
}

/// The value of a header whose name ends here, up to its closing quotes or the line's end; its scheme is left out.
fn header_value(line: &str, small: &str, from: usize) -> Option<(usize, usize)> {
    let behind = line[from..].trim_start_matches(['"', '\'']).trim_start();
    let value = behind.strip_prefix([':', '='])?.trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    let at = line.len() - value.len();
    let scheme = SCHEMES.iter().find(|scheme| small[at..].starts_with(**scheme)).map_or(0, |scheme| scheme.len());
    let start = line.len() - line[at + scheme..].trim_start().len();
    let end = line[start..].find(['"', '\'']).map_or(line.trim_end().len(), |length| start + length);
    (start < end && !SWITCHES.contains(&&small[start..end])).then_some((start, end))
}

/// A private key that stands in one line, with `\n` written out: between its marks, or to the line's end.
fn inline_key(line: &str) -> Option<(usize, usize)> {
    let begin = line.find("-----BEGIN ")?;
    let kind = &line[begin + "-----BEGIN ".len()..];
    let label = kind.find("-----").filter(|length| kind[..*length].contains("PRIVATE KEY"))?;
    let start = begin + "-----BEGIN ".len() + label + "-----".len();
    let end = line[start..].find("-----END ").map_or(line.trim_end().len(), |length| start + length);
    let inner = line[start..end.max(start)].trim_matches(['"', '\'', ',']);
    (!inner.is_empty()).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_seen_by_their_form() {
        for (line, hidden) in [
            ("curl -H 'Authorization: Bearer abc123' x", &["abc123"][..]),
            ("Bearer q3Zx0_8fPq1bT7uYc2", &["q3Zx0_8fPq1bT7uYc2"]),
            ("authorization: token 0123456789abcdef0123", &["0123456789abcdef0123"]),
            ("Authorization: Basic dXNlcjpwdw==", &["dXNlcjpwdw=="]),
            ("a sk_live_4eC39HqLyjWDarjtT1 b", &["sk_live_4eC39HqLyjWDarjtT1"]),
            ("x=ghp_16C7e42F292c6912E7710c838347Ae178B4a", &["ghp_16C7e42F292c6912E7710c838347Ae178B4a"]),
            ("gho_16C7e42F292c6912E771", &["gho_16C7e42F292c6912E771"]),
            ("github_pat_11ABCDEFG0abcdefghij_x", &["github_pat_11ABCDEFG0abcdefghij_x"]),
            ("id: AKIAIOSFODNN7EXAMPLE,", &["AKIAIOSFODNN7EXAMPLE"]),
            ("xoxb-123456789012-abcdefAB", &["xoxb-123456789012-abcdefAB"]),
            ("'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc_-1'", &["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc_-1"]),
            ("K=\"-----BEGIN PRIVATE KEY-----\\nMIIx\\n-----END PRIVATE KEY-----\"", &["\\nMIIx\\n"]),
            ("a basic token bucket with a bearer of news", &[]),
            ("sk-learn and npm_config_cache, AKIA, eyJ.x, ghp_", &[]),
            ("the-sk-of-a-service-that-has-a-very-long-name-in-it", &[]),
            ("authorization: enabled", &[]),
            ("-----BEGIN CERTIFICATE-----", &[]),
            ("é Bearer é", &[]),
        ] {
            let mut found: Vec<&str> = token_spans(line).into_iter().map(|(from, to)| &line[from..to]).collect();
            found.dedup();
            assert_eq!(found, hidden, "{line}");
        }
    }
}
