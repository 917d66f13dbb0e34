//! Annotations: a person's, and what the program itself notes on the time axis.

use std::sync::Arc;
use std::time::Duration;

use super::{Core, Effect};
use crate::engine::store_worker::StoreRequest;
use crate::model::{
    Annotation, AnnotationCommand, AnnotationId, AnnotationKind, AnnotationText, Batch, Settings, Severity, SourceId,
    Timestamp,
};

/// Annotations in a snapshot; the oldest are left out.
const MAX_SHOWN: usize = 10_000;
/// Notes of the program's own that wait for history to open.
const MAX_NOTED: usize = 1000;
/// A step of the wall clock, or a sleep, of less than this is not noted.
const LEAST_STEP: Duration = Duration::from_secs(2);

/// All annotations, by time.
#[derive(Debug, Default)]
pub struct AnnotationBook {
    all: Vec<Annotation>,
}

impl AnnotationBook {
    /// Those of an opened history.
    pub fn replace(&mut self, mut all: Vec<Annotation>) {
        all.sort_by_key(|annotation| (annotation.text.at, annotation.id));
        self.all = all;
    }

    /// Adds one, or puts it in the place of that of the same number.
    pub fn put(&mut self, annotation: Annotation) {
        self.remove(annotation.id);
        let key = (annotation.text.at, annotation.id);
        let place = self.all.partition_point(|other| (other.text.at, other.id) < key);
        self.all.insert(place, annotation);
    }

    /// Takes one away.
    pub fn remove(&mut self, id: AnnotationId) {
        self.all.retain(|annotation| annotation.id != id);
    }

    /// One of them.
    pub fn get(&self, id: AnnotationId) -> Option<&Annotation> {
        self.all.iter().find(|annotation| annotation.id == id)
    }

    /// All of them, by time.
    pub fn all(&self) -> &[Annotation] {
        &self.all
    }

    /// The newest, as a snapshot shows them.
    pub fn shown(&self) -> Arc<[Annotation]> {
        self.all[self.all.len().saturating_sub(MAX_SHOWN)..].into()
    }

    /// The last start that no stop follows: the run that began then ended without a word.
    pub fn unfinished_start(&self) -> Option<Timestamp> {
        let last = self
            .all
            .iter()
            .filter(|a| matches!(a.text.kind, AnnotationKind::Start | AnnotationKind::Stop))
            .max_by_key(|annotation| annotation.id)?;
        (last.text.kind == AnnotationKind::Start).then_some(last.text.at)
    }
}

/// The clocks of a source's last batch.
#[derive(Debug, Default)]
pub struct ClockWatch {
    last: Option<(SourceId, u32, Timestamp, Duration, Option<Duration>)>,
}

impl ClockWatch {
    /// What the clocks of this batch tell beside the passing of time: a sleep, a clock that was set.
    pub fn take(&mut self, batch: &Batch) -> Vec<AnnotationText> {
        let now = (batch.source, batch.generation, batch.at, batch.elapsed, batch.asleep);
        let Some((source, generation, at, elapsed, asleep)) = self.last.replace(now) else { return Vec::new() };
        // A thread that was started again may count from another start.
        if (source, generation) != (batch.source, batch.generation) {
            return Vec::new();
        }
        let slept = asleep.zip(batch.asleep).map(|(before, now)| now.saturating_sub(before));
        let mut noted = Vec::new();
        if let Some(slept) = slept.filter(|slept| *slept > LEAST_STEP) {
            let text = format!("The machine slept for {}", span_text(slept));
            let until = Some(batch.at).filter(|until| *until > at);
            noted.push(AnnotationText { until, ..AnnotationText::at(at, AnnotationKind::Sleep, text) });
        }
        let passed = batch.elapsed.saturating_sub(elapsed) + slept.unwrap_or_default();
        let expected = at.plus(passed);
        let forward = batch.at.since(expected);
        let back = expected.since(batch.at);
        if back > LEAST_STEP {
            let text = format!("The clock was set back by {}", span_text(back));
            noted.push(AnnotationText::at(batch.at, AnnotationKind::Clock, text));
        } else if forward > LEAST_STEP {
            let text = match slept {
                Some(_) => format!("The clock was set forward by {}", span_text(forward)),
                None => format!("The machine slept or its clock was set forward: {}", span_text(forward)),
            };
            let until = slept.is_none().then_some(batch.at);
            noted.push(AnnotationText { until, ..AnnotationText::at(at, AnnotationKind::Clock, text) });
        }
        noted
    }
}

/// A span in the two greatest of its units, such as "8 h 12 min".
pub fn span_text(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)];
    let first = units.iter().position(|(_, length)| seconds >= *length).unwrap_or(3);
    let mut left = seconds;
    let mut parts = Vec::new();
    for (i, (name, length)) in units.iter().enumerate().skip(first).take(2) {
        let n = left / length;
        left %= length;
        if n > 0 || i == first {
            parts.push(format!("{n} {name}"));
        }
    }
    parts.join(" ")
}

/// What changed in the settings that bears on what is recorded, in words; `None` where nothing of that kind did. How
/// the screen looks is no event on the time axis.
pub fn settings_text(before: &Settings, after: &Settings) -> Option<String> {
    let seconds = |settings: &Settings| format!("{} s", settings.interval().as_secs_f64());
    let (old, new) = (before.history, after.history);
    let change = |name: &str, from: String, to: String| (from != to).then(|| format!("{name} {from} -> {to}"));
    let on = |is_on: bool| if is_on { "on" } else { "off" }.to_owned();
    let changes: Vec<String> = [
        change("sampling interval", seconds(before), seconds(after)),
        change("history", on(old.is_on), on(new.is_on)),
        change("full resolution kept", hours(old.full_hours), hours(new.full_hours)),
        change("one-minute buckets kept", days(old.minute_days), days(new.minute_days)),
        change("one-hour buckets kept", days(old.hour_days), days(new.hour_days)),
        change("greatest size of history", megabytes(old.max_megabytes), megabytes(new.max_megabytes)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let text = changes.join(", ");
    let mut letters = text.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

fn hours(n: u32) -> String {
    format!("{n} h")
}

fn days(n: u32) -> String {
    format!("{n} d")
}

fn megabytes(n: u32) -> String {
    format!("{n} MB")
}

impl Core {
    pub(super) fn annotation_command(&mut self, command: AnnotationCommand) -> Vec<Effect> {
        let is_own = |id| self.annotations.get(id).is_some_and(|annotation| annotation.text.kind.is_own());
        let request = match command {
            AnnotationCommand::Add(text) if text.kind.is_own() => StoreRequest::Annotate(text.bounded()),
            AnnotationCommand::Edit(Annotation { id, text }) if is_own(id) && text.kind.is_own() => {
                StoreRequest::Edit(id, text.bounded())
            }
            AnnotationCommand::Remove(id) if is_own(id) => StoreRequest::Remove(id),
            _ => {
                self.tell(Severity::Warning, "Nothing was changed", "Only your own notes can be written and changed");
                return Vec::new();
            }
        };
        vec![Effect::Store(request)]
    }

    /// Notes something of the program's own.
    pub(super) fn note(&mut self, at: Timestamp, kind: AnnotationKind, text: impl Into<Arc<str>>) {
        if self.noted.len() < MAX_NOTED {
            self.noted.push(AnnotationText::at(at, kind, text).bounded());
        }
    }

    /// What was noted since the last call, on its way to the store.
    pub(super) fn take_notes(&mut self) -> impl Iterator<Item = Effect> + use<> {
        std::mem::take(&mut self.noted).into_iter().map(|text| Effect::Store(StoreRequest::Annotate(text)))
    }

    /// What the store writes last, when the program ends in order.
    pub(in crate::engine) fn farewell(&self, now: Timestamp) -> AnnotationText {
        AnnotationText::at(now, AnnotationKind::Stop, "Perfdesk stopped")
    }

    pub(super) fn annotations_changed(&mut self) {
        self.next.annotations = self.annotations.shown();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HistorySettings;

    #[test]
    fn spans_are_told_in_their_two_greatest_units() {
        for (seconds, expect) in
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (29_520, "8 h 12 min"), (90_000, "1 d 1 h"), (86_405, "1 d")]
        {
            assert_eq!(span_text(Duration::from_secs(seconds)), expect);
        }
    }

    #[test]
    fn changes_of_what_is_recorded_are_told_and_those_of_the_screen_are_not() {
        let before = Settings::default();
        let zoomed = Settings { zoom: 2.0, ..before.clone() };
        assert_eq!(settings_text(&before, &zoomed), None);
        let history = HistorySettings { is_on: false, full_hours: 72, ..before.history };
        let after = Settings { interval_millis: 2500, history, ..before.clone() };
        let text = "Sampling interval 1 s -> 2.5 s, history on -> off, full resolution kept 48 h -> 72 h";
        assert_eq!(settings_text(&before, &after).as_deref(), Some(text));
    }
}
