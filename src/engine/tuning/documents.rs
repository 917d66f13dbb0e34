//! The person's documents of tuning, read into what they mean, with everything that is wrong with them.

use std::path::Path;
use std::sync::Arc;

use crate::apply::config::{self, ConfigError, Document, DocumentId};
use crate::model::profile::{Binding, Catalogue, LOCAL_LAYER, Place, Problem, ProblemKind, Profile, ProfileName};
use crate::profile::detect::{self, Rules};
use crate::profile::{bindings, catalogue, document};

/// The documents of a config folder, over those that came with the program.
#[derive(Debug, Clone)]
pub struct Documents {
    /// Every parameter, the person's own included.
    pub catalogue: Arc<Catalogue>,
    /// The text of the person's own catalogue; empty where there is none.
    pub own_catalogue: Arc<str>,
    /// What is wrong with it.
    pub catalogue_problems: Arc<[Problem]>,
    /// Profiles: `base`, the shipped, then the person's own by name.
    pub profiles: Arc<[Arc<Profile>]>,
    /// The machine's own layer.
    pub local: Option<Arc<Profile>>,
    /// Bindings, by name.
    pub bindings: Vec<Binding>,
    /// Their text; empty where there is none.
    pub bindings_text: Arc<str>,
    /// What is wrong with it.
    pub binding_problems: Arc<[Problem]>,
    /// The rules that tell the environment.
    pub rules: Rules,
    /// Their text: the person's own, or the shipped.
    pub rules_text: Arc<str>,
    /// What is wrong with it.
    pub rule_problems: Arc<[Problem]>,
    /// Files that were not read, each as a sentence.
    pub unread: Vec<String>,
}

/// A document with errors, for a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faulty {
    /// Its file, within the config folder.
    pub file: String,
    /// Its first errors: "line 3, column 5: …".
    pub faults: String,
}

/// Errors that a notice names.
const MAX_NAMED: usize = 3;

impl Documents {
    /// Reads a config folder.
    pub fn read(folder: &Path) -> Self {
        let found = config::load(folder);
        let text = |id: &DocumentId| found.get(id).map(|document| document.text.as_str());
        let own_catalogue = text(&DocumentId::Catalogue).unwrap_or_default();
        let (catalogue, catalogue_problems) = catalogue_of(own_catalogue);
        let local =
            text(&DocumentId::Local).map(|text| Arc::new(document::read(LOCAL_LAYER, text, &catalogue, false, true)));
        let bindings_text = text(&DocumentId::Bindings).unwrap_or_default();
        let (bindings, binding_problems) = if bindings_text.is_empty() {
            Default::default()
        } else {
            bindings::read_checked(bindings_text, &catalogue)
        };
        let rules_text = text(&DocumentId::Rules).unwrap_or_else(|| detect::shipped_rules_text());
        let (rules, rule_problems) = detect::read_rules(rules_text);
        let (profiles, mut unread) = profiles_of(&found.documents, &catalogue);
        unread.extend(found.errors.iter().map(ConfigError::to_string));
        Self {
            own_catalogue: own_catalogue.into(),
            catalogue_problems: catalogue_problems.into(),
            profiles,
            local,
            bindings,
            bindings_text: bindings_text.into(),
            binding_problems: binding_problems.into(),
            rules,
            rules_text: rules_text.into(),
            rule_problems: rule_problems.into(),
            unread,
            catalogue,
        }
    }

    /// The profile of this name, the machine's own layer under its.
    pub fn profile(&self, name: &str) -> Option<&Arc<Profile>> {
        self.profiles.iter().chain(&self.local).find(|profile| &*profile.name == name)
    }

    /// The names of all profiles.
    pub fn names(&self) -> Vec<ProfileName> {
        self.profiles.iter().map(|profile| profile.name.clone()).collect()
    }

    /// Documents of the person's own that have errors.
    pub fn faulty(&self) -> Vec<Faulty> {
        let own = self.profiles.iter().filter(|profile| profile.is_edited);
        let profiles = own.map(|profile| (format!("profiles/{}.ron", profile.name), &profile.problems));
        let local = self.local.iter().map(|local| ("local.ron".to_owned(), &local.problems));
        let rest = [
            ("catalogue.ron".to_owned(), &self.catalogue_problems),
            ("bindings.ron".to_owned(), &self.binding_problems),
            ("environments.ron".to_owned(), &self.rule_problems),
        ];
        profiles.chain(local).chain(rest).filter_map(|(file, problems)| faulty(file, problems)).collect()
    }
}

fn faulty(file: String, problems: &[Problem]) -> Option<Faulty> {
    let errors: Vec<&Problem> = problems.iter().filter(|problem| problem.kind == ProblemKind::Error).collect();
    let named = errors.iter().take(MAX_NAMED).map(|problem| problem_text(problem)).collect::<Vec<_>>().join("; ");
    let more = errors.len().checked_sub(MAX_NAMED).filter(|n| *n > 0).map(|n| format!("; and {n} more"));
    (!errors.is_empty()).then(|| Faulty { file, faults: named + &more.unwrap_or_default() })
}

/// A problem as a sentence with its place: "line 3, column 5: …".
pub fn problem_text(problem: &Problem) -> String {
    match (problem.place, &problem.key) {
        (Some(Place { line, column }), _) => format!("line {line}, column {column}: {}", problem.text),
        (None, Some(key)) => format!("{key}: {}", problem.text),
        (None, None) => problem.text.to_string(),
    }
}

/// The catalogue with the person's own parameters; the shipped one itself where there are none.
fn catalogue_of(own_text: &str) -> (Arc<Catalogue>, Vec<Problem>) {
    if own_text.is_empty() {
        return (catalogue::shipped(), Vec::new());
    }
    let (catalogue, problems) = catalogue::with_own(own_text);
    (Arc::new(catalogue), problems)
}

/// The shipped profiles, each as the person edited it, then those of the person's own by name; and files that are none.
fn profiles_of(documents: &[Document], catalogue: &Catalogue) -> (Arc<[Arc<Profile>]>, Vec<String>) {
    let own = |name: &str| documents.iter().find(|d| matches!(&d.id, DocumentId::Profile(own) if own == name));
    let mut profiles: Vec<Arc<Profile>> = document::shipped()
        .iter()
        .map(|(name, text)| match own(name) {
            Some(edited) => document::read(name, &edited.text, catalogue, true, true),
            None => document::read(name, text, catalogue, true, false),
        })
        .map(Arc::new)
        .collect();
    let mut unread = Vec::new();
    for found in documents {
        let DocumentId::Profile(name) = &found.id else { continue };
        if name == LOCAL_LAYER {
            unread.push("profiles/local.ron was not read: this machine's own layer stands beside that folder".into());
        } else if document::shipped().iter().all(|(shipped, _)| shipped != name) {
            profiles.push(Arc::new(document::read(name, &found.text, catalogue, false, true)));
        }
    }
    (profiles.into(), unread)
}
