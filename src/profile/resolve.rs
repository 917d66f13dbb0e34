//! Inheritance: what holds for a profile, key by key, and where each value comes from.
//!
//! Pure: the same profiles give the same answer. A chain never runs in a circle, and says so where a document would have it.

use std::sync::Arc;

use super::fields::problem;
use super::nearest::did_you_mean;
use super::positions::Positions;
use super::ron_text;
use crate::model::profile::{
    Catalogue, Entry, ParamDef, ParamKey, ParamValue, Problem, ProblemKind, Profile, ProfileName,
};

/// Where an effective value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The catalogue's default.
    Default,
    /// A profile: the asked one or one of its bases.
    Profile(ProfileName),
    /// The machine's own layer.
    Local,
}

/// What holds for one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectiveValue {
    /// Which parameter.
    pub key: ParamKey,
    /// Its value; `None` leaves it to the service.
    pub value: Option<ParamValue>,
    /// The layer it comes from.
    pub origin: Origin,
    /// The reason given there; may be empty.
    pub why: Arc<str>,
}

/// What holds for a profile: every parameter of the catalogue, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective {
    /// The profile.
    pub name: ProfileName,
    /// Every parameter.
    pub rows: Vec<EffectiveValue>,
}

impl Effective {
    /// What holds for this parameter; `None` where the catalogue has no such.
    pub fn get(&self, key: &ParamKey) -> Option<&EffectiveValue> {
        self.rows.iter().find(|row| row.key == *key)
    }
}

/// The profile and its bases, the one that stands lowest first and the profile itself last; a base that is missing or a
/// circle of bases is a problem.
pub fn chain(profiles: &[Arc<Profile>], name: &str) -> Result<Vec<ProfileName>, Problem> {
    Ok(layers(profiles, name)?.into_iter().map(|profile| Arc::clone(&profile.name)).collect())
}

/// What holds for a profile on this machine: defaults, then its bases, then itself, then the machine's own layer.
pub fn effective(
    catalogue: &Catalogue,
    profiles: &[Arc<Profile>],
    local: Option<&Profile>,
    name: &str,
) -> Result<Effective, Problem> {
    let layers = layers(profiles, name)?;
    let name = layers.last().map_or_else(|| name.into(), |profile| Arc::clone(&profile.name));
    let own = layers.iter().map(|profile| (&profile.entries, Origin::Profile(Arc::clone(&profile.name))));
    let mut from: Vec<Option<(&Entry, Origin)>> = vec![None; catalogue.parameters.len()];
    let mut positions = Positions::of(catalogue);
    // From the top down: what is found first holds.
    for (entries, origin) in local.map(|local| (&local.entries, Origin::Local)).into_iter().chain(own.rev()) {
        for entry in entries.iter() {
            let slot = positions.find(entry.key.as_str()).and_then(|i| from.get_mut(i));
            if let Some(slot @ None) = slot {
                *slot = Some((entry, origin.clone()));
            }
        }
    }
    let row = |(def, found): (&ParamDef, Option<(&Entry, Origin)>)| {
        let (value, origin, why) = match found {
            Some((entry, origin)) => (Some(entry.value.clone()), origin, Arc::clone(&entry.why)),
            None => (def.default.clone(), Origin::Default, Arc::default()),
        };
        EffectiveValue { key: def.key.clone(), value, origin, why }
    };
    Ok(Effective { name, rows: catalogue.parameters.iter().zip(from).map(row).collect() })
}

/// The documents of a chain, the lowest first.
pub(super) fn layers<'p>(profiles: &'p [Arc<Profile>], name: &str) -> Result<Vec<&'p Arc<Profile>>, Problem> {
    let mut layers: Vec<&Arc<Profile>> = Vec::new();
    let mut next = name;
    loop {
        if let Some(at) = layers.iter().position(|layer| &*layer.name == next) {
            let circle: Vec<&str> = layers[at..].iter().map(|layer| &*layer.name).chain([next]).collect();
            return Err(broken(&layers, format!("its bases run in a circle: {}", circle.join(" \u{2192} "))));
        }
        let Some(layer) = profiles.iter().find(|profile| &*profile.name == next) else {
            let near = did_you_mean(next, profiles.iter().map(|profile| &*profile.name));
            let text = match layers.as_slice() {
                [] => format!("there is no profile {next}{near}"),
                [_] => format!("its base {next} is not there{near}"),
                [.., layer] => format!("{next}, the base of {}, is not there{near}", layer.name),
            };
            return Err(broken(&layers, text));
        };
        layers.push(layer);
        match &layer.base {
            Some(base) => next = base,
            None => break,
        }
    }
    layers.reverse();
    Ok(layers)
}

/// A fault of a chain, told where the asked profile names its base.
fn broken(layers: &[&Arc<Profile>], text: String) -> Problem {
    let place = layers.first().and_then(|profile| {
        let (tree, _) = ron_text::read(&profile.text);
        let base = tree.as_ref()?.root.as_group()?.get("base")?.value.span.start;
        Some(ron_text::place(&profile.text, base))
    });
    problem(ProblemKind::Error, None, place, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{catalogue, document};

    /// A profile of `key = value` entries, on a base.
    fn profile(name: &str, base: &str, values: &str) -> Arc<Profile> {
        let base = if base.is_empty() { String::new() } else { format!("base: \"{base}\",") };
        let text = format!("(version: 1, {base} values: {{{values}}})");
        let profile = document::read(name, &text, &catalogue::shipped(), false, true);
        assert_eq!(profile.problems.as_ref(), []);
        Arc::new(profile)
    }

    #[test]
    fn each_key_goes_its_own_way_and_its_origin_is_known() {
        let profiles = [
            profile("high", "middle", r#""http.retries": 4"#),
            profile(
                "low",
                "",
                r#""http.retries": 1, "http.pool_max": 10, "cache.policy": (value: "lfu", why: "scans")"#,
            ),
            profile("middle", "low", r#""http.retries": 2, "http.pool_max": 20"#),
        ];
        let local = profile("local", "", r#""database.pool_max": 7"#);
        let found = effective(&catalogue::shipped(), &profiles, Some(&local), "high").expect("a whole chain");
        assert_eq!(found.rows.len(), catalogue::shipped().parameters.len());
        let from = |name: &str| Origin::Profile(name.into());
        for (key, value, origin) in [
            ("http.retries", Some(ParamValue::Count(4)), from("high")),
            ("http.pool_max", Some(ParamValue::Count(20)), from("middle")),
            ("cache.policy", Some(ParamValue::Text("lfu".into())), from("low")),
            ("database.pool_max", Some(ParamValue::Count(7)), Origin::Local),
            ("service.workers", Some(ParamValue::Count(1)), Origin::Default),
            ("security.secret_key", None, Origin::Default),
        ] {
            let row = found.get(&ParamKey::new(key)).expect(key);
            assert_eq!((&row.value, &row.origin), (&value, &origin), "{key}");
        }
        assert_eq!(&*found.get(&ParamKey::new("cache.policy")).expect("a row").why, "scans");
        assert_eq!(chain(&profiles, "high").expect("a chain"), ["low".into(), "middle".into(), "high".into()]);
    }

    #[test]
    fn circles_and_missing_bases_are_told_with_their_path() {
        let profiles = [
            profile("a", "b", ""),
            profile("b", "c", ""),
            profile("c", "b", ""),
            profile("d", "d", ""),
            profile("e", "producton", ""),
            profile("f", "e", ""),
            profile("production", "", ""),
        ];
        for (name, text, place) in [
            ("a", "its bases run in a circle: b \u{2192} c \u{2192} b", Some((1, 20))),
            ("d", "its bases run in a circle: d \u{2192} d", Some((1, 20))),
            ("e", "its base producton is not there: did you mean production?", Some((1, 20))),
            ("f", "producton, the base of e, is not there: did you mean production?", Some((1, 20))),
            ("x", "there is no profile x", None),
        ] {
            let problem = chain(&profiles, name).expect_err(name);
            assert_eq!((&*problem.text, problem.place.map(|p| (p.line, p.column))), (text, place), "{name}");
            assert_eq!(problem.kind, ProblemKind::Error);
        }
    }
}
