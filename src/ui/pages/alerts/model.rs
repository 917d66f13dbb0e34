//! The rule in the editor, read and checked once for each change of its draft or of what it is checked against.

use std::sync::Arc;
use std::time::Duration;

use super::draft::Drafts;
use super::form::id_of;
use super::reading::Reading;
use crate::alert::check::Known;
use crate::model::alert::{Rule, RuleId, Webhook};
use crate::model::{SeriesInfo, Snapshot};

/// What the model was made of: it is made again when one of these is another.
#[derive(Debug, Clone)]
struct MadeOf {
    key: RuleId,
    revision: u64,
    series: Arc<[SeriesInfo]>,
    webhooks: Arc<[Webhook]>,
    programs_allowed: bool,
    n_rules: usize,
    history: Option<Duration>,
}

impl MadeOf {
    fn is_fresh(&self, key: &RuleId, revision: u64, snapshot: &Snapshot) -> bool {
        let alerts = &snapshot.alerts;
        self.key == *key
            && self.revision == revision
            && Arc::ptr_eq(&self.series, &snapshot.series)
            && Arc::ptr_eq(&self.webhooks, &alerts.webhooks)
            && self.programs_allowed == alerts.programs_allowed
            && self.n_rules == alerts.rules.len()
            && self.history == history_of(snapshot)
    }
}

/// How far back stored history goes.
fn history_of(snapshot: &Snapshot) -> Option<Duration> {
    snapshot.history.reaches_back(snapshot.at?)
}

/// The rule in the editor.
#[derive(Debug, Clone)]
pub struct EditModel {
    made_of: MadeOf,
    /// What the draft means.
    pub reading: Reading,
}

impl EditModel {
    /// The same where nothing changed, else a new one; `None` where there is no such draft.
    pub fn refreshed(before: Option<Self>, drafts: &Drafts, key: &RuleId, snapshot: &Snapshot) -> Option<Self> {
        let draft = drafts.get(key)?;
        if let Some(before) = before
            && before.made_of.is_fresh(key, drafts.revision(), snapshot)
        {
            return Some(before);
        }
        let alerts = &snapshot.alerts;
        let rules: Vec<RuleId> = alerts.rules.iter().map(|status| status.rule.id.clone()).collect();
        let known = Known {
            series: &snapshot.series,
            rules: &rules,
            webhooks: &alerts.webhooks,
            programs_allowed: alerts.programs_allowed,
            history: history_of(snapshot),
        };
        let is_paused = draft.kept().is_some_and(|rule| rule.is_paused);
        let mut reading = Reading::of(draft.form(), is_paused, &known);
        if reading.rule.id.is_empty() {
            let id = id_of(&reading.rule.name, |id| rules.iter().any(|other| &**other == id));
            reading.rule = Arc::new(Rule { id, ..(*reading.rule).clone() });
        }
        let made_of = MadeOf {
            key: key.clone(),
            revision: drafts.revision(),
            series: snapshot.series.clone(),
            webhooks: alerts.webhooks.clone(),
            programs_allowed: alerts.programs_allowed,
            n_rules: alerts.rules.len(),
            history: history_of(snapshot),
        };
        Some(Self { made_of, reading })
    }

    /// The rule, where it can run.
    pub fn valid_rule(&self) -> Option<&Arc<Rule>> {
        self.reading.is_valid().then_some(&self.reading.rule)
    }
}
