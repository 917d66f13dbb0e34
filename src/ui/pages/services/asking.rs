//! The question about traces and logs: sent when what is wanted changed, and again while it ages.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::Ui;

use crate::model::service::{ServiceCommand, TraceAnswer, TraceFilter, TraceQuestion};
use crate::model::{Command, Timestamp};
use crate::ui::PanelCx;

/// Least time between two questions while a person types, seconds.
const MIN_SECONDS: f64 = 0.15;
/// An answer as old as this is asked for again.
const MAX_AGE: Duration = Duration::from_secs(5);
/// An answer that did not come in this time is asked for again.
const LOST: Duration = Duration::from_secs(3);

/// What is wanted and what was asked.
#[derive(Debug, Default)]
pub(super) struct Asking {
    pub filter: TraceFilter,
    /// The route or function whose traces are wanted; empty is every one.
    pub span_name: Arc<str>,
    pub log_text: String,
    sent: Option<TraceQuestion>,
    sent_at: Option<Timestamp>,
    sent_seconds: f64,
}

impl Asking {
    /// The answer to what is wanted, once it is there; asks for it where it was not asked for.
    pub(super) fn answer<'a>(
        &mut self,
        cx: &'a PanelCx<'_>,
        ui: &Ui,
        service: &Arc<str>,
        open: &Arc<str>,
    ) -> Option<&'a Arc<TraceAnswer>> {
        let wanted = TraceQuestion {
            service: service.clone(),
            filter: self.filter,
            span_name: self.span_name.clone(),
            log_text: self.log_text.trim().into(),
            open: open.clone(),
        };
        let answer = cx.snapshot.services.answer.as_ref().filter(|answer| answer.question == wanted);
        let is_new = self.sent.as_ref() != Some(&wanted);
        // An open trace does not change, and a list that moves under the pointer cannot be read.
        let ages = |at: Timestamp| open.is_empty() && !cx.is_paused && cx.now.since(at) >= MAX_AGE;
        let is_old = self.sent_at.is_some_and(ages) && answer.is_none_or(|answer| ages(answer.at));
        // Another window may have asked meanwhile: then what it was told stands where this answer would.
        let is_lost = answer.is_none() && self.sent_at.is_some_and(|at| cx.now.since(at) >= LOST);
        if is_new || is_old || is_lost {
            let seconds = ui.input(|i| i.time);
            let wait = MIN_SECONDS - (seconds - self.sent_seconds);
            if wait > 0.0 && self.sent.is_some() {
                ui.ctx().request_repaint_after(Duration::from_secs_f64(wait));
            } else {
                cx.send(Command::Service(ServiceCommand::Ask(wanted.clone())));
                self.sent = Some(wanted);
                self.sent_at = Some(cx.now);
                self.sent_seconds = seconds;
            }
        }
        answer
    }

    /// Asks again now.
    pub(super) fn again(&mut self) {
        self.sent = None;
    }
}
