//! The shipped profiles: nothing is wrong with them, and they hold what they promise.

use std::sync::Arc;

use super::{BASE, read, shipped};
use crate::model::profile::{Catalogue, ParamKey, ParamValue, Profile};
use crate::profile::check::check;
use crate::profile::resolve::{Origin, effective};
use crate::profile::{catalogue, value_text};

fn profiles(catalogue: &Catalogue) -> Vec<Arc<Profile>> {
    shipped().iter().map(|(name, text)| Arc::new(read(name, text, catalogue, true, false))).collect()
}

#[test]
fn nothing_is_wrong_with_what_is_shipped() {
    let catalogue = catalogue::shipped();
    let profiles = profiles(&catalogue);
    for profile in &profiles {
        assert_eq!(check(&catalogue, &profiles, None, &profile.name), [], "{}", profile.name);
        assert!(!profile.about.is_empty() && profile.about.chars().count() <= 60, "{}", profile.about);
    }
    let names: Vec<&str> = profiles.iter().map(|profile| &*profile.name).collect();
    assert_eq!(names, [BASE, "development", "testing", "production", "high-load"]);
}

#[test]
fn the_table_of_the_four_profiles_holds() {
    let catalogue = catalogue::shipped();
    let profiles = profiles(&catalogue);
    let rush = "product:* 3 h stale 10 min; price:* 60 s; * 1 h stale 10 min; jitter 0.1";
    for (key, values) in [
        ("database.pool_max", ["5", "3", "50", "100"]),
        ("http.pool_max", ["20", "10", "200", "500"]),
        ("cache.ttl", ["5 min", "60 s", "1 h", rush]),
        ("ml.batch_size", ["8", "8", "64", "128"]),
    ] {
        for (name, value) in ["development", "testing", "production", "high-load"].into_iter().zip(values) {
            let found = effective(&catalogue, &profiles, None, name).expect("a whole chain");
            let row = found.get(&ParamKey::new(key)).expect(key);
            assert_eq!(row.value.as_ref().map(value_text::write).as_deref(), Some(value), "{key} of {name}");
            assert_eq!(row.origin, Origin::Profile(name.into()), "{key} of {name}");
        }
    }
}

#[test]
fn every_value_has_its_reason_and_base_names_every_parameter() {
    let catalogue = catalogue::shipped();
    let profiles = profiles(&catalogue);
    for profile in &profiles {
        for entry in profile.entries.iter() {
            assert!(!entry.why.is_empty() && !entry.why.ends_with('.'), "{} of {}", entry.key, profile.name);
        }
    }
    let missing: Vec<&str> = catalogue
        .parameters
        .iter()
        .filter(|def| profiles[0].get(&def.key).is_none())
        .map(|def| def.key.as_str())
        .collect();
    // A key that all environments shared would be worth nothing.
    assert_eq!(missing, ["security.secret_key"]);
}

#[test]
fn no_secret_is_shipped_and_each_environment_has_its_own() {
    let catalogue = catalogue::shipped();
    let profiles = profiles(&catalogue);
    let key = ParamKey::new("security.secret_key");
    let named = |name: &str| {
        effective(&catalogue, &profiles, None, name).expect("a chain").get(&key).and_then(|row| row.value.clone())
    };
    let secret = |name: &str| Some(ParamValue::Secret(name.into()));
    assert_eq!(named("development"), secret("development-key"));
    assert_eq!(named("testing"), secret("testing-key"));
    assert_eq!(named("production"), secret("production-key"));
    assert_eq!(named("high-load"), secret("production-key"));
    assert_eq!(named(BASE), None);
}
