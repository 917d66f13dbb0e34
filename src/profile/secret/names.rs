//! Names under which secrets stand in configuration files.

use crate::profile::mapping::words_of;

/// Words that make it a secret's name wherever they stand in it.
const SECRET_WORDS: &[&str] = &[
    "secret",
    "secrets",
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "token",
    "credential",
    "credentials",
    "salt",
    "pepper",
    "cookie",
    "dsn",
    "signature",
];

/// Ends of words written together: `pgpassword`, `apikey`, `requirepass`.
const SECRET_ENDS: &[&str] = &["password", "passwd", "secret", "apikey", "secretkey", "token", "requirepass"];

/// What makes a `key` behind it a secret: `api_key`, `master-key`, `encryptionKey`.
const KEYS_OF: &[&str] = &[
    "access",
    "account",
    "aes",
    "api",
    "app",
    "auth",
    "deploy",
    "encrypt",
    "encryption",
    "hmac",
    "jwt",
    "license",
    "master",
    "private",
    "rsa",
    "secret",
    "shared",
    "sign",
    "signing",
    "ssh",
];

/// Last words that make it a plain number, switch or name after all: `token_lifetime`, `password_min_length`.
const HARMLESS_ENDS: &[&str] = &[
    "age",
    "algorithm",
    "bytes",
    "cost",
    "count",
    "days",
    "enabled",
    "expiration",
    "expires",
    "expiry",
    "header",
    "hours",
    "in",
    "length",
    "lifetime",
    "limit",
    "max",
    "min",
    "minutes",
    "ms",
    "name",
    "rounds",
    "seconds",
    "secs",
    "size",
    "timeout",
    "ttl",
    "type",
];

/// Whether a value under this name is a secret, as names go: `DB_PASSWORD`, `jwtSecret`, `api-key`; but not
/// `TOKEN_LIFETIME`.
pub fn is_secret_name(name: &str) -> bool {
    let words = words_of(name);
    if words.last().is_none_or(|last| HARMLESS_ENDS.contains(&last.as_str())) {
        return false;
    }
    let is_key_of = |pair: &[String]| matches!(&*pair[1], "key" | "keys") && KEYS_OF.contains(&pair[0].as_str());
    words.iter().any(|word| SECRET_WORDS.contains(&word.as_str()) || SECRET_ENDS.iter().any(|end| word.ends_with(end)))
        || words.windows(2).any(is_key_of)
}
