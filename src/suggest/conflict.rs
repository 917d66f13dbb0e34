//! Cards that would contradict each other: which of them wait.
//!
//! A card that would take more of what another says is short waits: that it is short was measured. Of several that would
//! turn one parameter the best evidenced stays.

use super::finding::Resource;
use crate::model::profile::ParamKey;
use crate::model::suggest::{SuggestionId, Sureness};

/// What of a card bears on others.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// Which card.
    pub id: &'a SuggestionId,
    /// Its title, for the reason.
    pub title: &'a str,
    /// The parameter it would turn.
    pub key: Option<&'a ParamKey>,
    /// What its change takes more of.
    pub takes: &'a [Resource],
    /// What is short by it.
    pub short_of: &'a [Resource],
    /// How sure it is.
    pub sure: Sureness,
    /// Its worth.
    pub value: f64,
    /// Whether its change is under way: it stays, whatever others say.
    pub is_under_way: bool,
}

/// Cards that wait, with the reason: a sentence without a final period.
pub fn held_back(claims: &[Claim<'_>]) -> Vec<(SuggestionId, String)> {
    let mut waiting = Vec::new();
    let mut rest: Vec<&Claim<'_>> = Vec::new();
    for claim in claims {
        let is_short = |other: &&Claim<'_>| other.short_of.iter().any(|resource| claim.takes.contains(resource));
        match claims.iter().filter(|other| other.id != claim.id).find(is_short) {
            Some(other) if !claim.is_under_way => {
                waiting.push((claim.id.clone(), format!("It would take more of what is short: {}", other.title)));
            }
            _ => rest.push(claim),
        }
    }
    rest.sort_by(|a, b| {
        (b.is_under_way, b.sure).cmp(&(a.is_under_way, a.sure)).then(b.value.total_cmp(&a.value)).then(a.id.cmp(b.id))
    });
    let mut kept: Vec<&Claim<'_>> = Vec::new();
    for claim in rest {
        match kept.iter().find(|other| other.key.is_some() && other.key == claim.key) {
            Some(other) => {
                waiting.push((claim.id.clone(), format!("Another card turns the same parameter: {}", other.title)));
            }
            None => kept.push(claim),
        }
    }
    waiting
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RESOURCES: [&[Resource]; 4] =
        [&[], &[Resource::Memory], &[Resource::Cpu], &[Resource::Memory, Resource::Cpu]];

    fn sureness() -> impl Strategy<Value = Sureness> {
        prop_oneof![Just(Sureness::Low), Just(Sureness::Medium), Just(Sureness::High)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_two_cards_that_stay_contradict_each_other(
            made in proptest::collection::vec((0..5_usize, 0..4_usize, 0..4_usize, sureness(), 0.0..1.0_f64), 0..12)
        ) {
            let ids: Vec<SuggestionId> = (0..made.len()).map(|i| SuggestionId::new(format!("k{i}"), "")).collect();
            let keys: Vec<ParamKey> = (0..4).map(|i| ParamKey::new(format!("a.p{i}"))).collect();
            let claims: Vec<Claim<'_>> = made.iter().zip(&ids).map(|(&(key, takes, short, sure, value), id)| Claim {
                id, title: "x", key: keys.get(key), takes: RESOURCES[takes], short_of: RESOURCES[short], sure, value,
                is_under_way: false,
            }).collect();
            let waiting = held_back(&claims);
            let stays: Vec<_> = claims.iter().filter(|c| waiting.iter().all(|(id, _)| id != c.id)).collect();
            for (i, a) in stays.iter().enumerate() {
                for b in &stays[i + 1..] {
                    prop_assert!(a.key.is_none() || a.key != b.key);
                    prop_assert!(a.takes.iter().all(|r| !b.short_of.contains(r)));
                    prop_assert!(b.takes.iter().all(|r| !a.short_of.contains(r)));
                }
            }
            // A parameter that somebody may turn is turned by the best evidenced of them.
            for claim in &claims {
                let (Some(key), Some((_, why))) = (claim.key, waiting.iter().find(|(id, _)| id == claim.id)) else { continue };
                if why.starts_with("Another") {
                    let better = stays.iter().find(|c| c.key == Some(key)).expect("one stays");
                    prop_assert!((better.sure, better.value) >= (claim.sure, claim.value));
                }
            }
        }
    }
}
