//! What the page shows of one profile, made ready once for each change of the tuning or of a draft.
//!
//! It reads drafts, resolves layers and checks values with the pure functions of `profile`; it decides nothing itself.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::draft::Drafts;
use super::tried::Before;
use super::words::{tally, value_words};
use crate::model::profile::{
    Catalogue, LOCAL_LAYER, ParamDef, ParamKey, ParamValue, Problem, ProblemKind, Profile, ProfileName, Tuning,
};
use crate::profile::resolve::{Effective, Origin, effective};
use crate::profile::{check, document, value_text};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// It is set in what is on the page.
    Own,
    /// It is set in this profile, which the one on the page is based on.
    Base(ProfileName),
    /// It is set in the machine's own layer.
    Machine,
    /// No profile says anything: the catalogue's default.
    Default,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name in files.
    pub key: ParamKey,
    /// Its place in the catalogue.
    pub def: usize,
    /// What its control is called: group and title.
    pub name: String,
    /// The value in force with the draft.
    pub value: Option<ParamValue>,
    /// The same as it stands in a field.
    pub text: String,
    /// The same as people read it.
    pub words: String,
    /// Where it comes from.
    pub layer: Layer,
    /// Where it comes from, in words.
    pub from: String,
    /// The kept value, where the draft has another: "was 50".
    pub was: Option<String>,
    /// What would hold without a value of its own.
    pub below: Option<String>,
    /// Why it has this value.
    pub why: Arc<str>,
    /// What is wrong with it, the worst first.
    pub problems: Vec<Problem>,
    /// Names in small letters, for the search.
    haystack: String,
}

impl Row {
    /// Whether every word of a search is in its names.
    pub fn fits(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.haystack.contains(word.as_str()))
    }
}

/// A group of parameters.
#[derive(Debug, Clone)]
pub struct GroupRows {
    /// Its title.
    pub title: Arc<str>,
    /// Its rows.
    pub rows: Range<usize>,
}

/// What the model was made of: it is made again when one of these is another.
#[derive(Debug, Clone)]
struct MadeOf {
    catalogue: Arc<Catalogue>,
    profiles: Arc<[Arc<Profile>]>,
    local: Option<Arc<Profile>>,
    /// What is on trial was kept like this before: values are held against that.
    before: Option<Before>,
    active: Option<ProfileName>,
    host: Arc<str>,
    name: ProfileName,
    revision: u64,
}

impl MadeOf {
    /// The kept profiles, and the machine's own layer, against which values count as changed.
    fn kept(&self) -> (&Arc<[Arc<Profile>]>, Option<&Arc<Profile>>) {
        match &self.before {
            Some(before) => (&before.profiles, before.local.as_ref()),
            None => (&self.profiles, self.local.as_ref()),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let is_same_local = match (&self.local, &other.local) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        let is_same_before = match (&self.before, &other.before) {
            (Some(a), Some(b)) => a.is_same(b),
            (None, None) => true,
            _ => false,
        };
        Arc::ptr_eq(&self.catalogue, &other.catalogue)
            && Arc::ptr_eq(&self.profiles, &other.profiles)
            && is_same_local
            && is_same_before
            && self.active == other.active
            && self.host == other.host
            && self.name == other.name
            && self.revision == other.revision
    }
}

/// One profile as it is on the page.
#[derive(Debug)]
pub struct PageModel {
    made_of: MadeOf,
    parsed: BTreeMap<ProfileName, (Arc<str>, Arc<Profile>)>,
    /// Grows each time it is made.
    pub version: u64,
    /// The profile with its draft.
    pub profile: Arc<Profile>,
    /// All profiles with their drafts.
    pub profiles: Arc<[Arc<Profile>]>,
    /// The machine's own layer with its draft.
    pub local: Option<Arc<Profile>>,
    /// Groups that have parameters, in order.
    pub groups: Vec<GroupRows>,
    /// Parameters in order.
    pub rows: Vec<Row>,
    /// What is wrong with the whole and not with one parameter.
    pub problems: Vec<Problem>,
    /// Parameters whose value differs from the kept one.
    pub n_changed: usize,
    /// Parameters with a problem.
    pub n_with_problem: usize,
    /// Errors and warnings in all.
    pub tally: (usize, usize),
    /// Problems that stand at a place of the text.
    pub n_in_text: usize,
    /// Whether something is unsaved.
    pub is_dirty: bool,
}

impl PageModel {
    /// The profile's name.
    pub fn name(&self) -> &ProfileName {
        &self.made_of.name
    }

    /// Whether it is the machine's own layer.
    pub fn is_machine(&self) -> bool {
        &*self.made_of.name == LOCAL_LAYER
    }

    /// The catalogue.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.made_of.catalogue
    }

    /// What is known of a row's parameter.
    pub fn def(&self, row: &Row) -> &ParamDef {
        &self.made_of.catalogue.parameters[row.def]
    }

    /// The kept profile's own value of a parameter.
    pub fn kept_value(&self, key: &ParamKey) -> Option<ParamValue> {
        let (profiles, local) = self.made_of.kept();
        let kept = if self.is_machine() { local } else { find(profiles, &self.made_of.name) };
        kept.and_then(|kept| kept.get(key)).map(|entry| entry.value.clone())
    }

    /// Whether something stands in the way of applying it.
    pub fn has_errors(&self) -> bool {
        self.tally.0 > 0
    }

    /// The model for this state of things: `before` where that is still right, or made anew with what it had read.
    pub fn refreshed(
        before: Option<Self>,
        tuning: &Tuning,
        before_trial: Option<Before>,
        host: &Arc<str>,
        drafts: &Drafts,
        name: &ProfileName,
    ) -> Option<Self> {
        let made_of = MadeOf {
            catalogue: tuning.catalogue.clone(),
            profiles: tuning.profiles.clone(),
            local: tuning.local.clone(),
            before: before_trial,
            active: tuning.active.clone(),
            host: host.clone(),
            name: name.clone(),
            revision: drafts.revision(),
        };
        let (parsed, version) = match before {
            Some(before) if before.made_of.is_same(&made_of) => return Some(before),
            Some(before) if Arc::ptr_eq(&before.made_of.catalogue, &made_of.catalogue) => {
                (before.parsed, before.version + 1)
            }
            Some(before) => (BTreeMap::new(), before.version + 1),
            None => (BTreeMap::new(), 1),
        };
        Self::make(made_of, parsed, version, drafts)
    }

    fn make(
        made_of: MadeOf,
        mut parsed: BTreeMap<ProfileName, (Arc<str>, Arc<Profile>)>,
        version: u64,
        drafts: &Drafts,
    ) -> Option<Self> {
        let catalogue = &*made_of.catalogue;
        let mut with_draft = |profile: &Arc<Profile>| -> Arc<Profile> {
            let Some(text) = drafts.unsaved(&profile.name) else { return profile.clone() };
            if let Some((of, read)) = parsed.get(&profile.name)
                && of == text
            {
                return read.clone();
            }
            let read = document::read(&profile.name, text, catalogue, profile.is_shipped, true);
            let read = Arc::new(read);
            parsed.insert(profile.name.clone(), (text.clone(), read.clone()));
            read
        };
        let profiles: Arc<[Arc<Profile>]> = made_of.profiles.iter().map(&mut with_draft).collect();
        let empty_machine = || Arc::new(machine_layer(catalogue));
        let local = with_draft(&made_of.local.clone().unwrap_or_else(empty_machine));
        let (kept_profiles, kept_local) = made_of.kept();
        let kept_local = kept_local.cloned().unwrap_or_else(empty_machine);
        let is_machine = &*made_of.name == LOCAL_LAYER;
        let kept_profile = if is_machine { kept_local.clone() } else { find(kept_profiles, &made_of.name)?.clone() };
        let profile = if is_machine { local.clone() } else { find(&profiles, &made_of.name)?.clone() };
        // The machine's own layer stands above the active profile, or above what all are based on.
        let resolved = if is_machine {
            let below = made_of.active.clone().filter(|name| find(&profiles, name).is_some());
            below.or_else(|| profiles.first().map(|profile| profile.name.clone()))?
        } else {
            made_of.name.clone()
        };
        let now = effective(catalogue, &profiles, Some(&local), &resolved);
        let kept = effective(catalogue, kept_profiles, Some(&kept_local), &resolved);
        let mut found = profile.problems.to_vec();
        for problem in check::check(catalogue, &profiles, Some(&local), &resolved) {
            if !found.contains(&problem) {
                found.push(problem);
            }
        }
        if let Err(problem) = &now
            && !found.contains(problem)
        {
            found.push(problem.clone());
        }
        let tally = tally(found.iter());
        let n_in_text = found.iter().filter(|problem| problem.place.is_some()).count();
        let is_dirty = drafts.unsaved(&made_of.name).is_some();
        let sources = Sources {
            made_of: &made_of,
            profile: &profile,
            kept_profile: &kept_profile,
            profiles: &profiles,
            now: now.ok(),
            kept: kept.ok(),
            is_machine,
        };
        let rows: Vec<Row> =
            catalogue.parameters.iter().enumerate().map(|(i, def)| sources.row(i, def, &mut found)).collect();
        let n_changed = rows.iter().filter(|row| row.was.is_some()).count();
        let n_with_problem = rows.iter().filter(|row| !row.problems.is_empty()).count();
        let groups = groups(catalogue);
        Some(Self {
            parsed,
            version,
            profile,
            profiles,
            local: Some(local),
            groups,
            rows,
            problems: found,
            n_changed,
            n_with_problem,
            tally,
            n_in_text,
            is_dirty,
            made_of,
        })
    }
}

/// The machine's own layer where there is none yet.
fn machine_layer(catalogue: &Catalogue) -> Profile {
    let text = machine_text();
    Profile { text: text.clone(), ..document::read(LOCAL_LAYER, &text, catalogue, false, false) }
}

/// What the machine's own layer begins with.
pub fn machine_text() -> Arc<str> {
    document::new_text(None, "what holds on this machine alone").into()
}

/// The profile of a name.
pub fn find<'a>(profiles: &'a [Arc<Profile>], name: &str) -> Option<&'a Arc<Profile>> {
    profiles.iter().find(|profile| &*profile.name == name)
}

fn groups(catalogue: &Catalogue) -> Vec<GroupRows> {
    let mut groups: Vec<GroupRows> = Vec::new();
    let mut last: Option<&Arc<str>> = None;
    for (i, def) in catalogue.parameters.iter().enumerate() {
        match groups.last_mut().filter(|_| last == Some(&def.group)) {
            Some(group) => group.rows.end = i + 1,
            None => groups.push(GroupRows { title: group_title(catalogue, &def.group), rows: i..i + 1 }),
        }
        last = Some(&def.group);
    }
    groups
}

fn group_title(catalogue: &Catalogue, key: &Arc<str>) -> Arc<str> {
    catalogue.groups.iter().find(|group| group.key == *key).map_or_else(|| key.clone(), |group| group.title.clone())
}

/// What rows are made of.
struct Sources<'a> {
    made_of: &'a MadeOf,
    profile: &'a Profile,
    kept_profile: &'a Profile,
    profiles: &'a [Arc<Profile>],
    now: Option<Effective>,
    kept: Option<Effective>,
    is_machine: bool,
}

impl Sources<'_> {
    /// One row; takes the problems that are its own out of `found`.
    fn row(&self, i: usize, def: &ParamDef, found: &mut Vec<Problem>) -> Row {
        let key = &def.key;
        let now = self.now.as_ref().and_then(|effective| effective.get(key));
        let kept = self.kept.as_ref().and_then(|effective| effective.get(key));
        let own = self.profile.get(key);
        let layer = match now.map(|value| &value.origin) {
            None if own.is_some() => Layer::Own,
            None | Some(Origin::Default) => Layer::Default,
            Some(Origin::Local) if self.is_machine => Layer::Own,
            Some(Origin::Local) => Layer::Machine,
            Some(Origin::Profile(name)) if *name == self.made_of.name => Layer::Own,
            Some(Origin::Profile(name)) => Layer::Base(name.clone()),
        };
        let value = match now {
            Some(now) => now.value.clone(),
            None => own.map(|entry| entry.value.clone()).or_else(|| def.default.clone()),
        };
        let (was_own, is_own) = (self.kept_profile.get(key).map(|e| &e.value), own.map(|e| &e.value));
        let before = kept.and_then(|kept| kept.value.as_ref());
        let was = (was_own != is_own && before != value.as_ref()).then(|| value_words(before));
        let mut problems = take_of(found, key);
        problems.sort_by_key(|problem| problem.kind);
        let group = group_title(&self.made_of.catalogue, &def.group);
        let name = format!("{group}: {}", def.title);
        let haystack = format!("{name} {key}").to_lowercase();
        Row {
            key: key.clone(),
            def: i,
            name,
            text: value.as_ref().map(value_text::write).unwrap_or_default(),
            words: value_words(value.as_ref()),
            from: self.from(&layer),
            below: (layer == Layer::Own).then(|| value_words(self.below(def))),
            why: now.map(|value| value.why.clone()).unwrap_or_default(),
            value,
            layer,
            was,
            problems,
            haystack,
        }
    }

    fn from(&self, layer: &Layer) -> String {
        match layer {
            Layer::Own | Layer::Machine if self.is_machine || *layer == Layer::Machine => {
                format!("{} only", self.made_of.host)
            }
            Layer::Own | Layer::Machine => self.made_of.name.to_string(),
            Layer::Base(name) => format!("from {name}"),
            Layer::Default => "default".into(),
        }
    }

    /// What the profile would have without a value of its own: the nearest base's, or the default.
    fn below<'a>(&'a self, def: &'a ParamDef) -> Option<&'a ParamValue> {
        let first = if self.is_machine { self.made_of.active.as_ref() } else { self.profile.base.as_ref() };
        let mut next = first.and_then(|name| find(self.profiles, name));
        // A circle of bases has no more steps than there are profiles.
        for _ in 0..self.profiles.len() {
            let Some(profile) = next else { break };
            if let Some(entry) = profile.get(&def.key) {
                return Some(&entry.value);
            }
            next = profile.base.as_ref().and_then(|name| find(self.profiles, name));
        }
        def.default.as_ref()
    }
}

fn take_of(found: &mut Vec<Problem>, key: &ParamKey) -> Vec<Problem> {
    let mut own = Vec::new();
    found.retain(|problem| {
        let is_own = problem.key.as_ref() == Some(key);
        if is_own {
            own.push(problem.clone());
        }
        !is_own
    });
    own
}

/// The worst problem of a row.
pub fn worst(row: &Row) -> Option<(&Problem, bool)> {
    row.problems.first().map(|problem| (problem, problem.kind == ProblemKind::Error))
}
