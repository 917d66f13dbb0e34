//! What was done: written down with the metric before, linked to its apply, and judged once enough was seen since.

use std::sync::Arc;
use std::time::Duration;

use super::{Desk, DeskEvent};
use crate::model::profile::{ApplyId, ApplyPhase, ApplyRecord, ParamKey, ParamValue};
use crate::model::suggest::{Change, DeedId, Outcome, OutcomeVerdict, SuggestionId};
use crate::model::{TimeRange, Timestamp};
use crate::suggest::change::number;
use crate::suggest::ledger::{DeedRecord, MetricRecord, Stand};
use crate::suggest::outcome::{LEAST_MINUTES, judge};
use crate::suggest::put_back::PutBack;
use crate::suggest::trail::Trail;

/// A plan that is not applied for so long is no longer the card's.
const ASKED_FOR: Duration = Duration::from_secs(3600);
/// How much later than the window a verdict stands even where minutes are missing.
const SLACK: Duration = Duration::from_secs(2 * 60);

impl Desk {
    /// Writes down that a card's change was done; `None` where there is no such card.
    pub(super) fn write_deed(
        &mut self,
        id: &SuggestionId,
        apply: Option<ApplyId>,
        put_back: Option<PutBack>,
        trail: &Trail,
        now: Timestamp,
    ) -> Option<DeedId> {
        let suggestion = self.cards.get(id)?.suggestion.clone();
        let turned = match &suggestion.change {
            Change::Parameter { key, from, to, .. } => {
                let is_raise = from.as_ref().and_then(number).zip(number(to)).is_none_or(|(from, to)| to > from);
                Some((key.0.clone(), is_raise))
            }
            Change::ByHand { .. } | Change::NoMore { .. } => None,
        };
        let before = TimeRange::ending_at(now, Outcome::WINDOW);
        let series = suggestion.metric.as_ref().and_then(|metric| trail.find(&metric.series));
        let minutes_before = series.map_or_else(Vec::new, |(series, _)| trail.minute_means(series, before));
        let deed = DeedRecord {
            id: DeedId(self.ledger.next_deed),
            suggestion: id.clone(),
            title: suggestion.title.clone(),
            change: suggestion.change.line().into(),
            turned,
            at: now,
            apply: apply.map(|apply| apply.0),
            rolled_back_at: None,
            put_back,
            metric: suggestion.metric.as_ref().map(MetricRecord::of),
            minutes_before,
            is_final: false,
            verdict: OutcomeVerdict::TooEarly,
            before: None,
            after: None,
            why: "".into(),
        };
        let number = deed.id;
        self.ledger.next_deed += 1;
        self.ledger.push(deed);
        (self.is_changed, self.is_unsaved) = (true, true);
        Some(number)
    }

    /// Follows how applies went on. `holds` tells what a parameter has under a profile now.
    pub fn follow(
        &mut self,
        applies: &[Arc<ApplyRecord>],
        holds: impl Fn(&str, &ParamKey) -> Option<ParamValue>,
        trail: &Trail,
        now: Timestamp,
    ) {
        self.link(applies, holds, trail, now);
        let on_trial: Vec<(SuggestionId, DeedId)> = self
            .ledger
            .stands
            .iter()
            .filter_map(|standing| match standing.stand {
                Stand::OnTrial { deed } => Some((standing.id.clone(), deed)),
                _ => None,
            })
            .collect();
        for (id, deed) in on_trial {
            let apply = self.ledger.deed(deed).and_then(|deed| deed.apply);
            let record = applies.iter().find(|record| Some(record.id.0) == apply);
            match record.map(|record| &record.phase) {
                Some(ApplyPhase::Kept) => self.put(&id, Some(Stand::Done { deed })),
                Some(ApplyPhase::RolledBack { .. }) => {
                    self.rolled_back(deed, now, trail);
                    self.put(&id, None);
                }
                // Of a stuck one nobody knows what holds; one that is gone from the list is over.
                Some(ApplyPhase::Stuck { .. }) | None => self.put(&id, None),
                Some(_) => {}
            }
        }
        // One that was kept may go back later.
        let back: Vec<DeedId> = self
            .ledger
            .deeds
            .iter()
            .filter(|deed| deed.rolled_back_at.is_none() && deed.apply.is_some())
            .filter(|deed| {
                let record = applies.iter().find(|record| Some(record.id.0) == deed.apply);
                record.is_some_and(|record| matches!(record.phase, ApplyPhase::RolledBack { .. }))
            })
            .map(|deed| deed.id)
            .collect();
        for deed in back {
            self.rolled_back(deed, now, trail);
        }
    }

    /// Takes the apply that carries out what was asked for as the card's.
    fn link(
        &mut self,
        applies: &[Arc<ApplyRecord>],
        holds: impl Fn(&str, &ParamKey) -> Option<ParamValue>,
        trail: &Trail,
        now: Timestamp,
    ) {
        let Some(asked) = self.asked.take_if(|asked| now.since(asked.at) <= ASKED_FOR) else {
            self.asked = None;
            return;
        };
        let is_it = |record: &&Arc<ApplyRecord>| {
            record.profile == asked.profile
                && record.at >= asked.at
                && !matches!(record.phase, ApplyPhase::RolledBack { .. })
        };
        let Some(record) = applies.iter().find(is_it) else {
            self.asked = Some(asked);
            return;
        };
        match &record.phase {
            ApplyPhase::OnTrial { .. } | ApplyPhase::Kept => {}
            _ => {
                self.asked = Some(asked);
                return;
            }
        }
        // The person may have edited the plan away: then it is not the card's.
        if holds(&asked.profile, &asked.key).as_ref() != Some(&asked.to) {
            return;
        }
        if let Some(deed) = self.write_deed(&asked.id, Some(record.id), asked.put_back, trail, now) {
            self.undo = None;
            self.put(&asked.id, Some(Stand::OnTrial { deed }));
        }
    }

    fn rolled_back(&mut self, id: DeedId, now: Timestamp, trail: &Trail) {
        let Some(deed) = self.ledger.deeds.iter_mut().find(|deed| deed.id == id) else { return };
        deed.rolled_back_at = Some(now);
        let put_back = deed.put_back.clone().map(Box::new);
        self.events.push(DeskEvent::RolledBack { title: deed.title.clone(), put_back });
        (self.is_changed, self.is_unsaved) = (true, true);
        if !deed.is_final {
            look_at(deed, trail, now);
            deed.is_final = true;
            self.events.push(judged(deed));
        }
    }

    /// Judges what was done and is not judged yet, as far as enough was seen since.
    pub fn judge(&mut self, trail: &Trail, now: Timestamp) {
        let mut events = Vec::new();
        for deed in self.ledger.deeds.iter_mut().filter(|deed| !deed.is_final) {
            let until = deed.at.plus(Outcome::SETTLE + Outcome::WINDOW);
            let before = (deed.verdict, deed.why.clone());
            look_at(deed, trail, now);
            deed.is_final = now >= until.plus(SLACK) || deed.metric.is_none() && now >= until;
            if deed.is_final {
                events.push(judged(deed));
            }
            if deed.is_final || before != (deed.verdict, deed.why.clone()) {
                (self.is_changed, self.is_unsaved) = (true, self.is_unsaved || deed.is_final);
            }
        }
        self.events.extend(events);
    }

    /// When a verdict on something done at `at` can be told at the earliest.
    pub(super) fn verdict_at(at: Timestamp) -> Timestamp {
        at.plus(Outcome::SETTLE + Duration::from_secs(60 * (LEAST_MINUTES as u64 + 1)))
    }
}

/// Holds what was seen since against what was before.
fn look_at(deed: &mut DeedRecord, trail: &Trail, now: Timestamp) {
    let Some(metric) = &deed.metric else {
        deed.why = "No figure tells whether it helped".into();
        return;
    };
    let start = deed.at.plus(Outcome::SETTLE);
    let end = deed.rolled_back_at.unwrap_or(now).min(start.plus(Outcome::WINDOW));
    let after = match trail.find(&metric.series) {
        Some((series, _)) => trail.minute_means(series, TimeRange { start, end }),
        None => Vec::new(),
    };
    let judged = judge(&deed.minutes_before, &after, metric.is_less_better);
    (deed.verdict, deed.before, deed.after, deed.why) =
        (judged.verdict, judged.before, judged.after, judged.why.into());
}

fn judged(deed: &DeedRecord) -> DeskEvent {
    DeskEvent::Judged { title: deed.title.clone(), change: deed.change.clone(), verdict: deed.verdict }
}
