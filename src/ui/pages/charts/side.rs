//! What stands at the right of the charts: the inspector or the list of annotations; and what is asked for there.
//!
//! Beside the charts in a wide window, over them in a narrow one.

use std::time::Duration;

use eframe::egui::{Area, Context, Id, Order, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, vec2};

use super::chart_ui::drawn;
use super::inspector::{self, Busy, InspectorAsk, inspector_ui};
use super::notes::{self, Editor, NoteAsk, Written, list_ui};
use super::seek::Seek;
use super::{ChartsPanel, Place, SEEK_VIEW};
use crate::model::{Bucket, SeriesId, Snapshot, Timestamp};
use crate::ui::PanelCx;

/// Room between the charts and the panel.
const GAP: f32 = 12.0;

impl ChartsPanel {
    fn has_side(&self) -> bool {
        self.inspector.at().is_some() || self.notes.is_list_open
    }

    /// Opens the dialog for a new note.
    pub(super) fn add_note(&mut self, at: Timestamp, until: Option<Timestamp>) {
        self.notes.editor = Some(Editor::new(at, until, self.zone));
    }

    /// Opens the inspector on a bucket of a series: on the tick in it that stands out, which is looked for first.
    pub(super) fn inspect_bucket(
        &mut self,
        cx: &PanelCx<'_>,
        ctx: &Context,
        (series, bucket, step): (SeriesId, &Bucket, Duration),
        busy: Option<Busy>,
    ) {
        self.leave_seek(cx);
        if bucket.count <= 1 || step <= cx.snapshot.interval {
            self.inspector.open(bucket.at, busy);
            return;
        }
        let mut seek = Seek::new(SEEK_VIEW);
        seek.start(ctx, series, bucket, step);
        self.seek = Some(seek);
        self.inspector.open_seeking(bucket.at, busy);
    }

    /// Closes the inspector.
    pub(super) fn close_inspector(&mut self, cx: &PanelCx<'_>) {
        self.leave_seek(cx);
        self.inspector.close();
    }

    /// Gives up looking for the tick of a spike.
    pub(super) fn leave_seek(&mut self, cx: &PanelCx<'_>) {
        if let Some(mut seek) = self.seek.take() {
            seek.leave(cx.engine);
        }
    }

    /// Opens the inspector on a moment.
    pub(super) fn inspect_moment(&mut self, cx: &PanelCx<'_>, at: Timestamp, busy: Option<Busy>) {
        self.leave_seek(cx);
        self.inspector.open(at, busy);
    }

    /// Goes to the neighbour of the inspected moment: of the buckets that are drawn, or one step where none is.
    pub(super) fn step(&mut self, cx: &PanelCx<'_>, ctx: &Context, answers: &Snapshot, by: i32) {
        let Some(at) = self.inspector.at() else { return };
        let neighbour = self.model.charts.iter().zip(&self.charts).find_map(|(model, chart)| {
            let data = chart.subscription.data(answers)?;
            let (_, curve) = drawn(model, Some(data)).find(|(_, curve)| !curve.buckets.is_empty())?;
            let after = curve.buckets.partition_point(|bucket| bucket.at <= at);
            let i = if by < 0 { after.checked_sub(2)? } else { after };
            Some((curve.series, *curve.buckets.get(i)?, data.step))
        });
        let held = Self::held(cx);
        let next = match &neighbour {
            Some((_, bucket, _)) => bucket.at,
            None if by < 0 => at.minus(cx.snapshot.interval),
            None => at.plus(cx.snapshot.interval),
        }
        .clamp(held.oldest, held.newest);
        match neighbour {
            Some((series, bucket, step)) => self.inspect_bucket(cx, ctx, (series, &bucket, step), None),
            None => self.inspect_moment(cx, next, None),
        }
        if !self.range(cx).contains(next) && next < held.newest {
            let mut viewport = self.viewport(cx);
            viewport.center(next, held);
            self.viewport = Some(viewport);
        }
    }

    /// Goes one tick on or back, or one bucket where only buckets are kept.
    pub(super) fn step_tick(&mut self, cx: &PanelCx<'_>, by: i32) {
        let Some(at) = self.inspector.at() else { return };
        let step = self.inspector.tick().unwrap_or(cx.snapshot.interval);
        let held = Self::held(cx);
        let next = if by < 0 { at.minus(step) } else { at.plus(step) };
        self.inspect_moment(cx, next.clamp(held.oldest, held.newest), None);
    }

    /// Carries out what was asked for at annotations.
    pub(super) fn take_note_asks(&mut self, cx: &PanelCx<'_>) {
        for ask in std::mem::take(&mut self.note_asks) {
            match ask {
                NoteAsk::Inspect(at) => self.inspect_moment(cx, at, None),
                NoteAsk::Show(range) => self.go_to(cx, Place::Period(range)),
                NoteAsk::Jump(at) => {
                    let mut viewport = self.viewport(cx);
                    viewport.center(at, Self::held(cx));
                    self.viewport = Some(viewport);
                }
                NoteAsk::Edit(note) => self.notes.editor = Some(Editor::of(note, self.zone)),
                NoteAsk::Delete(note) => self.write_note(cx, Written::Deleted(note)),
                NoteAsk::List => self.notes.is_list_open = true,
            }
        }
    }
}

/// Where the charts stand, and the panel, if there is one.
pub fn places(cx: &PanelCx<'_>, panel: &ChartsPanel, rect: Rect) -> (Rect, Option<Rect>) {
    if !panel.has_side() {
        return (rect, None);
    }
    let side = rect.with_min_x(rect.right() - inspector::WIDTH);
    let stack = if cx.is_compact { rect } else { rect.with_max_x(side.left() - GAP) };
    (stack, Some(side))
}

/// Draws the panel: the inspector over the list.
pub fn side_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, answers: &Snapshot, rect: Rect) {
    if cx.is_compact {
        let area = Area::new(Id::unique("charts-side")).order(Order::Middle).fixed_pos(rect.min);
        area.fade_in(false).sense(Sense::CLICK).show(ui.ctx(), |ui| {
            ui.set_min_size(rect.size());
            ui.set_max_size(rect.size());
            body_ui(cx, ui, panel, answers, rect);
        });
    } else {
        body_ui(cx, ui, panel, answers, rect);
    }
}

fn body_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, answers: &Snapshot, rect: Rect) {
    let c = &cx.theme.color;
    let (ground, edge) = if cx.is_compact { (c.bg_raised, c.line_strong) } else { (c.bg_panel, c.line) };
    let radius = f32::from(cx.theme.radius.panel);
    ui.painter().rect(rect, radius, ground, Stroke::new(1.0, edge), StrokeKind::Inside);
    let inner = rect.shrink(1.0);
    let clock = (cx.now, panel.zone);
    let mut child = ui.new_child(UiBuilder::new().id_salt("charts-side").max_rect(inner));
    child.set_clip_rect(inner.intersect(ui.clip_rect()));
    child.spacing_mut().item_spacing = vec2(8.0, 0.0);
    if panel.inspector.at().is_none() {
        let range = panel.range(cx);
        let ask = list_ui(cx, &mut child, inner, &mut panel.notes, (&answers.annotations, range, panel.zone));
        panel.note_asks.extend(ask);
        return;
    }
    match inspector_ui(cx, &mut child, inner, &mut panel.inspector, &panel.model, clock) {
        None => {}
        Some(InspectorAsk::Close) => panel.close_inspector(cx),
        Some(InspectorAsk::Step(by)) => panel.step(cx, ui.ctx(), answers, by),
        Some(InspectorAsk::Go(at)) => panel.inspect_moment(cx, at, None),
        Some(InspectorAsk::AddNote(at)) => panel.add_note(at, None),
        Some(InspectorAsk::Note(ask)) => panel.note_asks.push(ask),
    }
}

/// Draws the dialog of a note while one is written.
pub fn editor_ui(cx: &PanelCx<'_>, ui: &Ui, panel: &mut ChartsPanel) {
    let clock = (cx.now, panel.zone);
    let Some(written) = panel.notes.editor.as_mut().and_then(|editor| notes::editor_ui(ui, cx.theme, editor, clock))
    else {
        return;
    };
    panel.notes.editor = None;
    panel.write_note(cx, written);
}

/// Where a note goes that is added without a place being pointed at: to the crosshair, the inspected moment, or now.
pub fn note_place(cx: &PanelCx<'_>, panel: &ChartsPanel) -> Timestamp {
    let at_crosshair = panel.hover.map(|hover| Timestamp::from_millis(hover.millis as i64));
    let range = panel.range(cx);
    let at_edge = if panel.follows_live() { cx.now.max(range.start) } else { range.end };
    at_crosshair.or(panel.inspector.at()).unwrap_or(at_edge)
}
