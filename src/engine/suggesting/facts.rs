//! The profile in force as kinds see it: what holds for every parameter on this machine.

use crate::model::profile::{ParamKey, ParamValue, Tuning};
use crate::profile::resolve::{Effective, effective};
use crate::suggest::ProfileFacts;

/// The profile in force; `None` where there is none or nothing can be said of it.
pub fn facts(tuning: &Tuning) -> Option<ProfileFacts> {
    let name = tuning.active.clone()?;
    let values = holding(tuning, &name)?.rows.into_iter().filter_map(|row| Some((row.key, row.value?))).collect();
    Some(ProfileFacts { name, catalogue: tuning.catalogue.clone(), values })
}

/// What a parameter has under a profile on this machine.
pub fn holds(tuning: &Tuning, profile: &str, key: &ParamKey) -> Option<ParamValue> {
    holding(tuning, profile)?.get(key)?.value.clone()
}

fn holding(tuning: &Tuning, profile: &str) -> Option<Effective> {
    effective(&tuning.catalogue, &tuning.profiles, tuning.local.as_deref(), profile).ok()
}
