//! A profile's values as variables of an environment, for services that are started with them and read no file.

use std::sync::Arc;

use super::convert::write;
use super::resolve::Effective;
use crate::model::profile::{Catalogue, Conversion, FileFormat, ParamKind, ParamValue};

/// Name and value of each parameter that has a value: `database.pool_max` is `DATABASE_POOL_MAX`. Times are written with
/// their unit (`250ms`), sizes in bytes. Secrets, and times to live by class of keys, are left out: they go by a file.
pub fn variables(holds: &Effective, catalogue: &Catalogue) -> Vec<(Arc<str>, Arc<str>)> {
    let of = |row: &super::resolve::EffectiveValue| {
        let (value, def) = (row.value.as_ref()?, catalogue.get(&row.key)?);
        if matches!(value, ParamValue::Secret(_) | ParamValue::ByClass(_)) {
            return None;
        }
        let conversion = match def.kind {
            ParamKind::Duration { .. } | ParamKind::TimeToLive { .. } => Conversion::DurationText,
            _ => Conversion::Plain,
        };
        let text = write(value, &def.kind, conversion, FileFormat::Env, None).ok()?.scalar_text()?;
        Some((name(row.key.as_str()).into(), text.into()))
    };
    holds.rows.iter().filter_map(of).collect()
}

fn name(key: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    key.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::profile::ParamKey;
    use crate::profile::catalogue::shipped;
    use crate::profile::resolve::{EffectiveValue, Origin};

    #[test]
    fn values_have_the_parameters_name_in_capitals_and_secrets_are_left_out() {
        let row = |key: &str, value: ParamValue| EffectiveValue {
            key: ParamKey::new(key),
            value: Some(value),
            origin: Origin::Default,
            why: "".into(),
        };
        let rows = vec![
            row("database.pool_max", ParamValue::Count(50)),
            row("database.acquire_timeout", ParamValue::Duration(Duration::from_millis(250))),
            row("cache.enabled", ParamValue::Switch(true)),
            row("security.secret_key", ParamValue::Secret("session".into())),
            row("no.such", ParamValue::Count(1)),
        ];
        let found = variables(&Effective { name: "x".into(), rows }, &shipped());
        let text: Vec<String> = found.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(text, ["DATABASE_POOL_MAX=50", "DATABASE_ACQUIRE_TIMEOUT=250ms", "CACHE_ENABLED=true"]);
    }
}
