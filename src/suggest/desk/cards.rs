//! Findings become cards, and cards end.

use std::sync::Arc;

use super::{Desk, DeskEvent, GONE_FOR, LONGEST_GAP, MATERIALLY, MAX_CARDS, Seen};
use crate::model::suggest::{
    Change, KindState, OutcomeVerdict, SeenPeriod, Suggestion, SuggestionEvidence, SuggestionId,
};
use crate::model::{TimeRange, Timestamp};
use crate::suggest::change::number;
use crate::suggest::finding::{Finding, Verdict};
use crate::suggest::kind::Kind;
use crate::suggest::ledger::Stand;

impl Desk {
    /// Takes in what a kind found at `now`; `kind` is its place among the kinds.
    pub fn looked(&mut self, kind: usize, verdict: Verdict, now: Timestamp) {
        let Some(&about) = self.kinds.get(kind) else { return };
        let before = self.looked_at[kind].replace(now);
        let is_watched = before.is_some_and(|before| now.since(before) <= LONGEST_GAP && now >= before);
        let (state, mut findings) = match verdict {
            Verdict::NoData(why) => {
                // Nothing was seen, so nothing was seen to be gone.
                self.cards.values_mut().filter(|seen| is_of(seen, about)).for_each(|seen| seen.gone_since = None);
                self.put_state(kind, KindState::NoData(why.into()));
                return;
            }
            Verdict::Fine(why) => (KindState::Fine(sentence(&why).into()), Vec::new()),
            Verdict::Cards(findings) => (KindState::Raised(findings.len().min(MAX_CARDS)), findings),
        };
        findings.sort_by(|a, b| b.value().total_cmp(&a.value()).then_with(|| a.subject.cmp(&b.subject)));
        findings.truncate(MAX_CARDS);
        let found: Vec<SuggestionId> = findings.into_iter().map(|finding| self.found(about, finding, now)).collect();
        self.put_state(kind, state);
        self.end_others(about, &found, is_watched, now);
    }

    fn put_state(&mut self, kind: usize, state: KindState) {
        self.is_changed |= self.states[kind] != state;
        self.states[kind] = state;
    }

    fn found(&mut self, kind: &'static Kind, finding: Finding, now: Timestamp) -> SuggestionId {
        let id = SuggestionId::new(kind.name, finding.subject.as_str());
        let known = self.cards.get(&id);
        let since = known.map_or_else(|| now.minus(finding.span), |seen| seen.suggestion.since);
        let (size, takes, short_of) = (finding.size, finding.takes, finding.short_of);
        self.reconsider(&id, size, now);
        let suggestion = Arc::new(self.suggestion(kind, id.clone(), finding, since, now));
        let is_new = !self.cards.contains_key(&id);
        if is_new && self.ledger.stand(&id).is_none() {
            self.events.push(DeskEvent::Raised { title: suggestion.title.clone() });
        }
        let is_same = self.cards.get(&id).is_some_and(|seen| is_same_to_read(&seen.suggestion, &suggestion));
        self.is_changed |= !is_same;
        let takes = if matches!(suggestion.change, Change::NoMore { .. }) { &[] } else { takes };
        let seen = Seen { suggestion, size, takes, short_of, gone_since: None };
        self.cards.insert(id.clone(), seen);
        id
    }

    /// Opens a dismissed card that is materially different now, and one whose deed was judged and did not end it.
    fn reconsider(&mut self, id: &SuggestionId, size: f64, now: Timestamp) {
        let opens = match self.ledger.stand(id) {
            Some(Stand::Dismissed { size: then, .. }) => size >= then * MATERIALLY,
            Some(Stand::Snoozed { until }) => now >= *until,
            Some(Stand::Done { deed }) => self.ledger.deed(*deed).is_none_or(|deed| deed.is_final),
            Some(Stand::OnTrial { .. }) | None => false,
        };
        if opens {
            self.put(id, None);
        }
    }

    fn suggestion(
        &self,
        kind: &'static Kind,
        id: SuggestionId,
        finding: Finding,
        since: Timestamp,
        now: Timestamp,
    ) -> Suggestion {
        let value = finding.value();
        let change = self.without_repeating(&id, finding.change);
        // A card with nothing more to do is worth a look, not a hurry.
        let value = if matches!(change, Change::NoMore { .. }) { value / 4.0 } else { value };
        let span = finding.span;
        let is_long = now.since(since) > span * 2;
        Suggestion {
            topic: kind.topic,
            subject: id.subject.clone(),
            id,
            title: finding.title.into(),
            period: if is_long { SeenPeriod::Since(since) } else { SeenPeriod::Last(span) },
            seen: finding.seen.into(),
            why: finding.why.into(),
            change,
            expected: finding.expected,
            sure: finding.sure,
            sure_why: finding.sure_why.into(),
            stop_at: finding.stop_at.into(),
            against: finding.against.into(),
            evidence: SuggestionEvidence { series: finding.series.into(), range: TimeRange::ending_at(now, span * 2) },
            picture: finding.picture,
            metric: finding.metric,
            source: kind.source.into(),
            value,
            since,
        }
    }

    /// The change, or why not to ask for the same again: the last time it had no effect or made things worse.
    fn without_repeating(&self, id: &SuggestionId, change: Change) -> Change {
        let turned = match &change {
            Change::Parameter { key, from, to, .. } => {
                let is_raise = from.as_ref().and_then(number).zip(number(to)).is_none_or(|(from, to)| to > from);
                Some((key, is_raise))
            }
            Change::ByHand { .. } => None,
            Change::NoMore { .. } => return change,
        };
        let Some(last) = self.ledger.last_same(id, turned).filter(|deed| deed.is_final) else { return change };
        let what = match last.verdict {
            OutcomeVerdict::NoEffect => "had no effect",
            OutcomeVerdict::Worse => "made it worse",
            OutcomeVerdict::Helped | OutcomeVerdict::TooEarly => return change,
        };
        Change::NoMore { why: format!("{} {what} the last time: look for another cause", last.change).into() }
    }

    fn end_others(&mut self, kind: &'static Kind, found: &[SuggestionId], is_watched: bool, now: Timestamp) {
        let mut ended = Vec::new();
        for (id, seen) in self.cards.iter_mut().filter(|(id, seen)| is_of(seen, kind) && !found.contains(id)) {
            match seen.gone_since {
                Some(since) if is_watched && now.since(since) >= GONE_FOR => ended.push(id.clone()),
                Some(since) if is_watched && now >= since => {}
                _ => seen.gone_since = Some(now),
            }
        }
        for id in ended {
            self.is_changed = true;
            let Some(seen) = self.cards.remove(&id) else { continue };
            if self.ledger.stand(&id).is_none() {
                self.events.push(DeskEvent::Ended { title: seen.suggestion.title.clone() });
            }
            // Put off is put off until its time; a dismissal holds for the next time as well.
            if let Some(Stand::Done { deed }) = self.ledger.stand(&id)
                && self.ledger.deed(*deed).is_none_or(|deed| deed.is_final)
            {
                self.put(&id, None);
            }
        }
    }
}

/// With its first letter in capitals.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn is_of(seen: &Seen, kind: &Kind) -> bool {
    *seen.suggestion.id.kind == *kind.name
}

/// Whether two cards read the same, so that clients need not be told: times alone differ.
fn is_same_to_read(a: &Suggestion, b: &Suggestion) -> bool {
    a.seen == b.seen
        && a.title == b.title
        && a.change == b.change
        && a.sure == b.sure
        && a.period == b.period
        && a.stop_at == b.stop_at
}
