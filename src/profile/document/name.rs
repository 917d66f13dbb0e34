//! What a profile, or a secret, may be named: its name is a file's, on every system.

use crate::profile::secret::looks_like_secret;

/// Longest name, characters.
const MAX_CHARS: usize = 64;

/// Names that Windows keeps for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Whether a profile may be named so; why not, as a sentence without a final period.
pub fn is_name(name: &str) -> Result<(), String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let lower = name.to_ascii_lowercase();
    let is_port = |prefix: &str| {
        lower.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    if name.is_empty() {
        Err("a name is missing".to_owned())
    } else if !name.chars().all(is_part) {
        Err("a name is made of letters, digits, - and _".to_owned())
    } else if name.len() > MAX_CHARS {
        Err(format!("a name has at most {MAX_CHARS} characters"))
    } else if DEVICES.contains(&&*lower) || is_port("com") || is_port("lpt") {
        Err(format!("{name} is the name of a device on Windows; choose another"))
    } else {
        Ok(())
    }
}

/// Whether a secret may be named so. What looks like a secret itself, put here by mistake, is refused and not repeated.
pub fn is_secret_name(name: &str) -> Result<(), String> {
    // Looked at first: why it is no name could repeat a part of it.
    if looks_like_secret(name) {
        return Err("this looks like a secret, not like the name of one: write a name such as checkout-key, \
                    under which Perfdesk makes and keeps the secret"
            .to_owned());
    }
    is_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_files() {
        for name in ["production", "high-load", "A_1", "x", "console", "com10"] {
            assert_eq!(is_name(name), Ok(()), "{name}");
        }
        let long = "a".repeat(65);
        for (name, why) in [
            ("", "a name is missing"),
            ("../x", "a name is made of letters, digits, - and _"),
            ("a b", "a name is made of letters, digits, - and _"),
            ("é", "a name is made of letters, digits, - and _"),
            (&long, "a name has at most 64 characters"),
            ("NUL", "NUL is the name of a device on Windows; choose another"),
            ("com1", "com1 is the name of a device on Windows; choose another"),
        ] {
            assert_eq!(is_name(name), Err(why.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_secret_in_its_names_place_is_refused_and_not_repeated() {
        for name in ["production-key", "the-key-of-the-second-checkout-service-2", "CheckoutServiceKey-2024"] {
            assert_eq!(is_secret_name(name), Ok(()), "{name}");
        }
        assert_eq!(is_secret_name("a b"), Err("a name is made of letters, digits, - and _".to_owned()));
        for name in ["q3Zx0_8fPq-1bT7uYc2LkM9sWv4RdJ6hNeAoGi5XtBE", "sk_live_4eC39HqLyjWD", "Bearer 0123456789abcdef01"]
        {
            let why = is_secret_name(name).expect_err("refused");
            assert!(why.starts_with("this looks like a secret") && why.contains("write a name such as"), "{why}");
            assert!(!why.contains(name), "{why}");
        }
    }
}
