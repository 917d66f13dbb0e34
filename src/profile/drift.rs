//! Drift: where a bound file no longer says what the active profile does.

use crate::model::profile::{Binding, Catalogue};
use crate::profile::formats::scan;
use crate::profile::plan::{Difference, Secrets, differences, wanted};
use crate::profile::resolve::Effective;

/// The bound keys whose value is not the profile's. Parameters that have no value there, and values that cannot be
/// written, are no drift: a plan tells of them.
///
/// # Errors
/// Where the file cannot be read as its format: a sentence without a final period.
pub fn differs(
    binding: &Binding,
    bytes: &[u8],
    effective: &Effective,
    catalogue: &Catalogue,
    secrets: Secrets<'_>,
) -> Result<Vec<Difference>, String> {
    let found = scan(binding.format, bytes).map_err(|error| error.to_string())?;
    let (wanted, _) = wanted(&binding.keys, binding.format, effective, catalogue, secrets);
    Ok(differences(&wanted, &found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::{BoundKey, Conversion, FileFormat, ParamKey};
    use crate::profile::resolve::effective;
    use crate::profile::{catalogue, document};

    const KEYS: [(&str, &str); 5] = [
        ("database.pool_max", "POOL"),
        ("database.acquire_timeout", "WAIT"),
        ("service.log_level", "LEVEL"),
        ("security.secret_key", "SIGNING"),
        ("no.such", "X"),
    ];

    /// The differences of a file from the catalogue's defaults, as `KEY: found, not expected`.
    fn drift(text: &str) -> Vec<String> {
        let catalogue = catalogue::shipped();
        let key = |(param, key): (&str, &str)| BoundKey {
            param: ParamKey::new(param),
            key: key.into(),
            conversion: if key == "WAIT" { Conversion::DurationText } else { Conversion::Plain },
        };
        let binding = Binding {
            id: "a".into(),
            path: "/a.env".into(),
            format: FileFormat::Env,
            keys: KEYS.map(key).to_vec(),
            reload: None,
            verify: None,
        };
        let text_of_profile = r#"(version: 1, values: {"security.secret_key": "p-key"})"#;
        let profile = document::read("p", text_of_profile, &catalogue, false, true);
        let effective = effective(&catalogue, &[std::sync::Arc::new(profile)], None, "p").expect("values");
        match differs(&binding, text.as_bytes(), &effective, &catalogue, &|_| Some("the-secret-itself".into())) {
            Ok(found) => found
                .iter()
                .map(|d| format!("{}: {}, not {}", d.key, d.found.as_deref().unwrap_or("nothing"), d.expected))
                .collect(),
            Err(why) => vec![why],
        }
    }

    #[test]
    fn what_differs_is_told_and_what_only_reads_otherwise_is_not() {
        let secret = "SIGNING=the-secret-itself";
        for (text, expected) in [
            (format!("POOL=10\nWAIT=30s\nLEVEL=info\n{secret}"), &[][..]),
            (format!("POOL=\"10\"\nWAIT=0.5m\nLEVEL=INFO\n{secret}"), &[]),
            (
                format!("POOL=50\nLEVEL=debug\n{secret}"),
                &["POOL: 50, not 10", "WAIT: nothing, not 30s", "LEVEL: debug, not info"],
            ),
        ] {
            assert_eq!(drift(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_secret_that_differs_shows_dots_alone() {
        let said = drift("POOL=10\nWAIT=30s\nLEVEL=info\nSIGNING=another-secret");
        assert_eq!(said, ["SIGNING: ••••••••, not ••••••••"]);
    }

    #[test]
    fn a_file_that_cannot_be_read_says_so() {
        assert!(drift("POOL=1\nPOOL=2\n")[0].contains("lines 1 and 2"));
    }
}
