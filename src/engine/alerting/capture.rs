//! A detailed capture: sampling at the shortest interval for a while after an alert.

use std::time::Duration;

use super::desk::{AlertDesk, Deed};
use crate::model::alert::{ActionKind, Delivery, Rule};
use crate::model::duration_text::write_duration;
use crate::model::{AnnotationKind, AnnotationText, SeriesKey, Settings, Timestamp};

/// A capture goes on for no longer, whatever a rule asks for.
const LONGEST: Duration = Duration::from_secs(3600);

/// A capture under way.
#[derive(Debug, Clone, Copy)]
pub struct Capture {
    /// Monotonic time of its end.
    until: Duration,
}

impl AlertDesk {
    /// Begins the capture that a rule asks for, or makes that under way longer.
    pub(super) fn start_capture(&mut self, rule: &Rule, instance: &SeriesKey, at: Timestamp) {
        let Some(span) = rule.actions.capture.map(|span| span.min(LONGEST)) else { return };
        if self.is_silenced(rule, instance, at) {
            return;
        }
        let until = self.clock.now() + span;
        if self.capture.is_some_and(|capture| capture.until >= until) {
            return;
        }
        if self.capture.replace(Capture { until }).is_none() {
            self.deeds.push(Deed::Sample(Some(Settings::MIN_INTERVAL)));
        }
        let interval = write_duration(Settings::MIN_INTERVAL);
        let text = format!("Detailed capture: sampling every {interval} for {}", write_duration(span));
        let note = AnnotationText {
            until: Some(at.plus(span)),
            ..AnnotationText::at(at, AnnotationKind::Alert, format!("{text}, after {}", rule.name))
        };
        self.deeds.push(Deed::Note(note.bounded()));
        let delivery = Delivery { kind: ActionKind::Capture, at, is_ok: true, text: text.into() };
        self.put_delivery(&rule.id, delivery);
    }

    /// Goes back to the interval of the settings when the capture is over.
    pub(super) fn end_capture(&mut self, now: Duration) {
        if self.capture.take_if(|capture| capture.until <= now).is_some() {
            self.deeds.push(Deed::Sample(None));
        }
    }

    /// Whether a capture is under way.
    pub fn is_capturing(&self) -> bool {
        self.capture.is_some()
    }
}
