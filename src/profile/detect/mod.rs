//! Which environment this seems to be: rules that read variables, marks and the host's name, and what they say together.
//!
//! It proposes and gives its reasons. Switching by itself is for the engine, and only where the rules say so.

mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::profile::{Detection, ProfileName};
use crate::model::wildcard::is_like;

pub use read::{read_rules, shipped_rules_text};

/// A mark of [`Evidence`]: the program runs in a container.
pub const MARK_CONTAINER: &str = "container";
/// A mark of [`Evidence`]: the program runs in Kubernetes.
pub const MARK_KUBERNETES: &str = "kubernetes";
/// Begins a mark of [`Evidence`] that names the Kubernetes namespace: `namespace:shop-staging`.
pub const MARK_NAMESPACE: &str = "namespace:";

/// What is known of the surroundings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Variables of the environment, those that rules ask for ([`Rules::variables`]) at least.
    pub env: Vec<(String, String)>,
    /// The host's name; may be empty.
    pub host_name: String,
    /// Marks: [`MARK_CONTAINER`], [`MARK_KUBERNETES`], [`MARK_NAMESPACE`] with a name.
    pub marks: Vec<String>,
}

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// A variable whose value is an environment's word, or several with commas between.
    Variable(Arc<str>),
    /// A variable that is there, and not `false`, `0`, `no` or empty.
    Present(Arc<str>),
    /// A mark.
    Mark(Arc<str>),
    /// The host's name, with `*` for any text.
    Host(Arc<str>),
    /// The name of the Kubernetes namespace, with `*` for any text.
    Namespace(Arc<str>),
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it looks at.
    pub look: Look,
    /// The word it stands for where it fits; a variable says its own.
    pub means: Option<Arc<str>>,
    /// How much it says, 1 to 100.
    pub weight: u32,
}

/// All rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Whether the proposed profile is taken without asking.
    pub switch_by_itself: bool,
    /// Words in small letters, and the profiles each may mean, the first that exists holding.
    pub words: BTreeMap<Arc<str>, Vec<ProfileName>>,
    /// Rules, in the order in which equals win.
    pub rules: Vec<Rule>,
}

impl Rules {
    /// The variables that rules ask for.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| match &rule.look {
            Look::Variable(name) | Look::Present(name) => Some(&**name),
            _ => None,
        })
    }
}

/// The profile that the evidence speaks for, why, and what speaks against it.
///
/// Each rule that fits adds its weight to a profile; the greatest sum wins, of equal ones that of the first rule. Of
/// host patterns, and of namespace patterns, the heaviest that fits speaks alone: `*preprod*` silences `*prod*`.
pub fn detect(rules: &Rules, evidence: &Evidence, profiles: &[ProfileName]) -> Detection {
    let mut clues: Vec<Clue<'_>> = Vec::new();
    let mut unknown = Vec::new();
    for rule in &rules.rules {
        for (word, reason) in sayings(rule, evidence) {
            match meaning(rules, &word, profiles) {
                Some(profile) => clues.push(Clue { rule, profile, reason: reason.into() }),
                None => unknown.push(format!("{reason}, for which there is no profile").into()),
            }
        }
    }
    keep_heaviest(&mut clues, |look| matches!(look, Look::Host(_)));
    keep_heaviest(&mut clues, |look| matches!(look, Look::Namespace(_)));

    let sum = |profile: &str| -> u32 { clues.iter().filter(|c| &**c.profile == profile).map(|c| c.rule.weight).sum() };
    // The first of equals: `max_by_key` would take the last.
    let winner = clues.iter().rev().max_by_key(|clue| sum(clue.profile)).map(|clue| Arc::clone(clue.profile));
    clues.sort_by_key(|clue| std::cmp::Reverse(clue.rule.weight));
    let (reasons, others): (Vec<&Clue<'_>>, Vec<&Clue<'_>>) =
        clues.iter().partition(|clue| Some(clue.profile) == winner.as_ref());
    let mut against: Vec<Arc<str>> =
        others.iter().map(|clue| format!("{}, which speaks for {}", clue.reason, clue.profile).into()).collect();
    against.extend(unknown);
    Detection { profile: winner, reasons: reasons.iter().map(|clue| Arc::clone(&clue.reason)).collect(), against }
}

/// A rule that fits, and the profile it speaks for.
struct Clue<'a> {
    rule: &'a Rule,
    profile: &'a ProfileName,
    reason: Arc<str>,
}

/// Of the clues of one kind leaves the heaviest alone, of equal ones the first.
fn keep_heaviest(clues: &mut Vec<Clue<'_>>, is_kind: impl Fn(&Look) -> bool) {
    let of_kind = clues.iter().enumerate().rev().filter(|(_, clue)| is_kind(&clue.rule.look));
    let Some(best) = of_kind.max_by_key(|(_, clue)| clue.rule.weight).map(|(i, _)| i) else { return };
    let mut i = 0;
    clues.retain(|clue| {
        i += 1;
        i - 1 == best || !is_kind(&clue.rule.look)
    });
}

/// The words a rule finds, each with the reason in words.
fn sayings(rule: &Rule, evidence: &Evidence) -> Vec<(String, String)> {
    let value = |name: &str| evidence.env.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim());
    let means = rule.means.as_deref().unwrap_or_default().to_owned();
    match &rule.look {
        Look::Variable(name) => {
            let value = value(name).unwrap_or_default();
            // Values are bounded: a variable may hold anything.
            let words = value.split(',').map(|word| word.trim().chars().take(64).collect::<String>());
            words
                .filter(|word| !word.is_empty())
                .take(16)
                .map(|word| (word.clone(), format!("{name} is {word}")))
                .collect()
        }
        Look::Present(name) => {
            let is_set = value(name).is_some_and(|v| !matches!(&*v.to_lowercase(), "" | "0" | "false" | "no" | "off"));
            is_set.then(|| (means, format!("{name} is set"))).into_iter().collect()
        }
        Look::Mark(mark) => {
            let reason = match &**mark {
                MARK_CONTAINER => "it runs in a container".to_owned(),
                MARK_KUBERNETES => "it runs in Kubernetes".to_owned(),
                other => format!("the mark {other} is there"),
            };
            let is_there = evidence.marks.iter().any(|there| **there == **mark);
            is_there.then_some((means, reason)).into_iter().collect()
        }
        Look::Host(pattern) => {
            let fits = fits(pattern, &evidence.host_name);
            fits.then(|| (means, format!("the host is called {}", evidence.host_name))).into_iter().collect()
        }
        Look::Namespace(pattern) => {
            let mut names = evidence.marks.iter().filter_map(|mark| mark.strip_prefix(MARK_NAMESPACE));
            let name = names.find(|name| fits(pattern, name));
            name.map(|name| (means, format!("the Kubernetes namespace is {name}"))).into_iter().collect()
        }
    }
}

/// The profile a word means: one of its name, or the first of those the rules name that exists.
fn meaning<'a>(rules: &Rules, word: &str, profiles: &'a [ProfileName]) -> Option<&'a ProfileName> {
    let word = word.to_lowercase();
    let named = |name: &str| profiles.iter().find(|profile| profile.to_lowercase() == name.to_lowercase());
    named(&word).or_else(|| rules.words.get(word.as_str())?.iter().find_map(|profile| named(profile)))
}

/// Whether a name fits a pattern in which `*` stands for any text, large and small letters alike.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    !name.is_empty() && is_like(&pattern, &name)
}

#[cfg(test)]
mod tests;
