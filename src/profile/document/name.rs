//! What a profile, or a secret, may be named: its name is a file's, on every system.

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
    is_name(name)?;
    let has = |is_kind: fn(&char) -> bool| name.chars().any(|c| is_kind(&c));
    let is_mixed = has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit);
    if name.len() >= 20 && is_mixed { Err("this looks like a secret, not like a name".to_owned()) } else { Ok(()) }
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
        let why = "this looks like a secret, not like a name";
        for (name, expected) in [
            ("production-key", Ok(())),
            ("the-key-of-the-second-checkout-service-2", Ok(())),
            ("q3Zx0_8fPq-1bT7uYc2LkM9sWv4RdJ6hNeAoGi5XtBE", Err(why.to_owned())),
            ("a b", Err("a name is made of letters, digits, - and _".to_owned())),
        ] {
            assert_eq!(is_secret_name(name), expected, "{name}");
        }
    }
}
