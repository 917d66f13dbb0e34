//! A chart's standing order with the engine: sent when what is wanted changed, ended when the chart goes.
//!
//! It holds no data. The answer is in the snapshot, under the subscription's number.

use std::sync::Arc;

use eframe::egui;

use crate::engine::Handle;
use crate::model::{Command, Snapshot, ViewCommand, ViewData, ViewId, ViewRange, ViewRequest};

/// A subscription under one number.
#[derive(Debug)]
pub struct Subscription {
    id: ViewId,
    sent: Option<ViewRequest>,
    sent_at_seconds: f64,
}

impl Subscription {
    /// Least time between two requests while a person drags or zooms, seconds.
    const MIN_SECONDS: f64 = 0.08;

    /// A subscription that has not been sent. Numbers are chosen by the page and used by nobody else.
    pub fn new(id: ViewId) -> Self {
        Self { id, sent: None, sent_at_seconds: f64::NEG_INFINITY }
    }

    /// Its number.
    pub fn id(&self) -> ViewId {
        self.id
    }

    /// Asks for this from now on. Cheap to call each frame: it sends only what changed, and a span that a
    /// person is dragging no oftener than the engine can answer.
    pub fn want(&mut self, engine: &Handle, ctx: &egui::Context, request: ViewRequest) {
        if self.sent.as_ref() == Some(&request) {
            return;
        }
        if request.series.is_empty() || request.width_px == 0 {
            self.leave(engine);
            return;
        }
        let now = ctx.input(|i| i.time);
        let wait = Self::MIN_SECONDS - (now - self.sent_at_seconds);
        let is_dragged = self.sent.is_some() && matches!(request.range, ViewRange::Fixed(_));
        if is_dragged && wait > 0.0 {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(wait));
            return;
        }
        // A full queue is no loss: the request is tried again in the next frame.
        if engine.send(Command::View(ViewCommand::Subscribe { id: self.id, request: request.clone() })) {
            self.sent = Some(request);
            self.sent_at_seconds = now;
        }
    }

    /// Ends it, if it was sent.
    pub fn leave(&mut self, engine: &Handle) {
        if self.sent.is_some() && engine.send(Command::View(ViewCommand::Unsubscribe { id: self.id })) {
            self.sent = None;
        }
    }

    /// The newest answer. It may be to an earlier request: an old curve stays until the new one arrives.
    pub fn data<'s>(&self, snapshot: &'s Snapshot) -> Option<&'s Arc<ViewData>> {
        snapshot.views.get(&self.id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Receiver;
    use std::time::Duration;

    use super::*;
    use crate::engine::handle::Input;
    use crate::model::{SeriesId, TimeRange, Timestamp};

    fn request(start: i64) -> ViewRequest {
        let range = TimeRange { start: Timestamp::from_millis(start), end: Timestamp::from_millis(start + 60_000) };
        ViewRequest { series: vec![SeriesId(0)].into(), range: ViewRange::Fixed(range), width_px: 300 }
    }

    fn sent(inputs: &Receiver<Input>) -> Vec<ViewCommand> {
        let commands = inputs.try_iter().filter_map(|input| match input {
            Input::Command(Command::View(command)) => Some(command),
            _ => None,
        });
        commands.collect()
    }

    fn at(ctx: &egui::Context, seconds: f64) {
        let input = egui::RawInput { time: Some(seconds), ..Default::default() };
        let output = ctx.run_ui(input, |_| {});
        output.drop_without_applying_deltas();
    }

    #[test]
    fn only_what_changed_is_sent_and_leaving_ends_it() {
        let (engine, inputs) = Handle::new(Snapshot::default());
        let ctx = egui::Context::default();
        let mut subscription = Subscription::new(ViewId(7));
        at(&ctx, 1.0);
        subscription.want(&engine, &ctx, request(0));
        subscription.want(&engine, &ctx, request(0));
        assert_eq!(sent(&inputs), [ViewCommand::Subscribe { id: ViewId(7), request: request(0) }]);
        subscription.leave(&engine);
        subscription.leave(&engine);
        assert_eq!(sent(&inputs), [ViewCommand::Unsubscribe { id: ViewId(7) }]);
    }

    #[test]
    fn a_dragged_span_is_asked_for_no_oftener_than_it_can_be_answered() {
        let (engine, inputs) = Handle::new(Snapshot::default());
        let ctx = egui::Context::default();
        let mut subscription = Subscription::new(ViewId(7));
        for i in 0..10 {
            at(&ctx, 1.0 + f64::from(i) * 0.016);
            subscription.want(&engine, &ctx, request(i64::from(i)));
        }
        assert_eq!(sent(&inputs).len(), 2);
        at(&ctx, 2.0);
        subscription.want(&engine, &ctx, request(9));
        let last = sent(&inputs).pop();
        assert_eq!(last, Some(ViewCommand::Subscribe { id: ViewId(7), request: request(9) }));
        let live = ViewRequest { range: ViewRange::Live { span: Duration::from_secs(60) }, ..request(0) };
        subscription.want(&engine, &ctx, live);
        assert_eq!(sent(&inputs).len(), 1, "a changed choice is sent at once");
    }
}
