//! The past-moment inspector: a click on a chart, and the panel at the right shows that moment.
//!
//! The busiest processes stand first: they are what made the spike. The moment itself comes in the snapshot.

mod busy;
mod text;
mod values;

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align, Frame, Label, Layout, Margin, Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};

pub use busy::Busy;
use busy::{BusyRow, busy_rows, busy_ui};
use text::moment_text;
use values::{ValueRow, value_rows, values_ui};

use super::notes::NoteAsk;
use super::page_model::PageModel;
use super::sentence::Clock;
use crate::engine::Handle;
use crate::model::{Command, HistoryCommand, PastMoment, Snapshot, Tier, TimeRange, Timestamp};
use crate::ui::chart::time_axis::{about_words, full_stamp, span_words, stamp};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, IconButton, link, loading_bars, segments};
use crate::ui::{Intent, PanelCx};

/// Width of the panel, points.
pub const WIDTH: f32 = 320.0;
/// Time for which the moment before stays on the screen while the next is read, seconds.
const QUIET_SECONDS: f64 = 0.2;

/// What the inspector remembers.
#[derive(Debug, Default)]
pub struct Inspector {
    at: Option<Timestamp>,
    sent: Option<Timestamp>,
    asked_seconds: Option<f64>,
    is_seeking: bool,
    moment: Option<Arc<PastMoment>>,
    busy: Busy,
    search: String,
    built: Option<Built>,
}

/// What is drawn of a moment, worked out once for it.
#[derive(Debug)]
struct Built {
    of: Arc<PastMoment>,
    busy: Busy,
    search: String,
    processes: Vec<BusyRow>,
    charted: Vec<ValueRow>,
    values: Vec<ValueRow>,
}

/// What a person asked for in the panel.
#[derive(Debug, Clone, PartialEq)]
pub enum InspectorAsk {
    /// Closes it.
    Close,
    /// Goes to the tick or bucket before (negative) or after.
    Step(i32),
    /// Goes to another moment.
    Go(Timestamp),
    /// Writes a note about this moment.
    AddNote(Timestamp),
    /// Something at an annotation.
    Note(NoteAsk),
}

impl Inspector {
    /// The moment under inspection.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// The distance between ticks or buckets around the shown moment.
    pub fn tick(&self) -> Option<Duration> {
        let moment = self.moment.as_ref()?;
        Some(moment.tier.step().unwrap_or(moment.interval))
    }

    /// Opens on a moment; `busy` is what the processes are ordered by at first.
    pub fn open(&mut self, at: Timestamp, busy: Option<Busy>) {
        self.at = Some(at);
        self.is_seeking = false;
        self.asked_seconds = None;
        if let Some(busy) = busy {
            self.busy = busy;
        }
    }

    /// Opens before the very moment is known; nothing is asked for until [`Self::open`] says it.
    pub fn open_seeking(&mut self, near: Timestamp, busy: Option<Busy>) {
        self.open(near, busy);
        self.is_seeking = true;
    }

    /// Closes.
    pub fn close(&mut self) {
        self.at = None;
    }

    /// Puts back what was open before, for a click that turned out to be the first of two.
    pub fn restore(&mut self, before: Option<Timestamp>) {
        self.is_seeking = false;
        self.at = before;
    }

    /// Takes the moment out of the snapshot while the page is not shown.
    pub fn leave(&mut self, engine: &Handle) {
        if self.sent.is_some() && engine.send(Command::History(HistoryCommand::Inspect(None))) {
            self.sent = None;
        }
    }

    /// Asks for the moment where that is needed, and takes in the answer.
    pub fn follow(&mut self, cx: &PanelCx<'_>, answers: &Snapshot) {
        if self.is_seeking && self.at.is_some() {
            return;
        }
        if self.sent != self.at && cx.engine.send(Command::History(HistoryCommand::Inspect(self.at))) {
            self.sent = self.at;
        }
        let Some(at) = self.at else {
            self.moment = None;
            self.built = None;
            return;
        };
        if let Some(moment) = answers.moment.as_ref().filter(|moment| moment.asked == at) {
            self.moment = Some(moment.clone());
        }
    }

    fn sync(&mut self, cx: &PanelCx<'_>, moment: &Arc<PastMoment>, model: &PageModel) {
        let is_same = self.built.as_ref().is_some_and(|built| {
            Arc::ptr_eq(&built.of, moment) && built.busy == self.busy && built.search == self.search
        });
        if is_same {
            return;
        }
        let units = &cx.snapshot.settings.units;
        let charted = values::charted_rows(moment, cx.snapshot, model, units);
        self.built = Some(Built {
            of: moment.clone(),
            busy: self.busy,
            search: self.search.clone(),
            processes: busy_rows(&moment.processes, self.busy, units),
            values: value_rows(moment, cx.snapshot, &self.search, units),
            charted,
        });
    }
}

/// Draws the panel into `rect`.
pub fn inspector_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    panel: &mut Inspector,
    model: &PageModel,
    clock: Clock,
) -> Option<InspectorAsk> {
    let at = panel.at?;
    let now_seconds = ui.input(|i| i.time);
    let asked = *panel.asked_seconds.get_or_insert(now_seconds);
    let is_answered = panel.moment.as_ref().is_some_and(|moment| moment.asked == at);
    let is_quiet = now_seconds - asked < QUIET_SECONDS;
    // While the next moment is read the one before stays for a blink, under its own time.
    let moment = panel.moment.clone().filter(|_| is_answered || is_quiet);
    if !is_answered && is_quiet {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(QUIET_SECONDS));
    }
    let shown_at = moment.as_ref().map_or(at, |moment| moment.at.unwrap_or(moment.asked));
    let head = Rect::from_min_max(rect.min + vec2(16.0, 8.0), pos2(rect.right() - 10.0, rect.top() + 62.0));
    let mut ask = head_ui(cx, ui, head, (shown_at, moment.as_deref()), clock);
    let body = Rect::from_min_max(pos2(rect.left(), head.bottom() + 4.0), rect.max);
    let mut child = ui.new_child(UiBuilder::new().max_rect(body).layout(Layout::top_down(Align::Min)));
    child.set_clip_rect(body.intersect(ui.clip_rect()));
    child.spacing_mut().item_spacing.y = 0.0;
    let Some(moment) = moment else {
        if !is_quiet {
            let place = body.shrink2(vec2(16.0, 8.0));
            child.scope_builder(UiBuilder::new().max_rect(place), |ui| {
                ui.label(cx.theme.colored(TextRole::Small, "Reading that moment…", cx.theme.color.t3));
                loading_bars(ui, cx.theme, 8);
            });
        }
        return ask;
    };
    panel.sync(cx, &moment, model);
    let built = panel.built.take()?;
    ScrollArea::vertical().id_salt("charts-inspector").auto_shrink(false).show(&mut child, |ui| {
        ui.set_width(body.width());
        ask = body_ui(cx, ui, (&moment, &built), panel, clock).or(ask.take());
        ui.add_space(16.0);
    });
    panel.built = Some(built);
    ask
}

fn head_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    (at, moment): (Timestamp, Option<&PastMoment>),
    (now, zone): Clock,
) -> Option<InspectorAsk> {
    let theme = cx.theme;
    let mut ask = None;
    let row = rect.with_max_y(rect.top() + 28.0);
    let mut right = ui.new_child(UiBuilder::new().max_rect(row).layout(Layout::right_to_left(Align::Center)));
    right.spacing_mut().item_spacing.x = 0.0;
    if IconButton::new(icons::X, "Close the inspector").show(&mut right, theme).clicked() {
        ask = Some(InspectorAsk::Close);
    }
    if IconButton::new(icons::COPY, "Copy this moment as text").show(&mut right, theme).clicked()
        && let Some(moment) = moment
    {
        cx.ask(Intent::Copy(moment_text(moment, cx.snapshot, zone)));
    }
    if IconButton::new(icons::FLAG, "Add a note here").show(&mut right, theme).clicked() {
        ask = Some(InspectorAsk::AddNote(at));
    }
    if IconButton::new(icons::CARET_RIGHT, "Moment after").show(&mut right, theme).clicked() {
        ask = Some(InspectorAsk::Step(1));
    }
    if IconButton::new(icons::CARET_LEFT, "Moment before").show(&mut right, theme).clicked() {
        ask = Some(InspectorAsk::Step(-1));
    }
    right.with_layout(Layout::left_to_right(Align::Center), |ui| {
        let title = stamp(at, now, zone, true);
        ui.add(Label::new(theme.text(TextRole::Title, title)).truncate()).on_hover_text(full_stamp(at, zone));
    });
    let since = now.since(at);
    let age = if since < Duration::from_secs(2) { "now".to_owned() } else { format!("{} ago", about_words(since)) };
    let told = moment.filter(|moment| moment.at.is_some());
    let told = told.map_or_else(String::new, |moment| format!(", {}", tier_words(moment.tier)));
    let line = Rect::from_min_max(pos2(rect.left(), row.bottom()), rect.max);
    let mut below = ui.new_child(UiBuilder::new().max_rect(line).layout(Layout::left_to_right(Align::Center)));
    below.add(Label::new(theme.colored(TextRole::Small, format!("{age}{told}"), theme.color.t3)).truncate());
    ask
}

/// How finely a time is kept, in the words of a reader.
pub fn tier_words(tier: Tier) -> &'static str {
    match tier {
        Tier::Full => "every sample kept",
        Tier::Minute => "one-minute buckets: least, mean, greatest",
        Tier::Hour => "one-hour buckets: least, mean, greatest",
    }
}

fn body_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    (moment, built): (&PastMoment, &Built),
    panel: &mut Inspector,
    clock: Clock,
) -> Option<InspectorAsk> {
    let theme = cx.theme;
    let mut ask = None;
    if moment.at.is_none() {
        return gap_ui(cx, ui, moment, clock);
    }
    section(cx, ui, "Busiest processes", &processes_hint(moment));
    if moment.processes.is_empty() {
        paragraph(cx, ui, &no_processes(cx, moment));
    } else {
        ui.horizontal(|ui| {
            ui.add_space(16.0);
            segments(ui, theme, "Busiest by", &mut panel.busy, &Busy::CHOICES);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_space(16.0);
                ui.label(theme.colored(TextRole::Micro, panel.busy.measure(), theme.color.t3));
            });
        });
        ui.add_space(6.0);
        busy_ui(cx, ui, &built.processes, &moment.processes);
    }
    if !built.charted.is_empty() {
        section(cx, ui, "On these charts", "");
        values_ui(cx, ui, &built.charted);
    }
    if !moment.annotations.is_empty() {
        section(cx, ui, "Annotations near", "");
        for note in moment.annotations.iter() {
            ask = super::notes::row_ui(cx, ui, note, clock).map(InspectorAsk::Note).or(ask.take());
        }
    }
    section(cx, ui, "Everything then", &format!("{} values", moment.values.len()));
    ui.horizontal(|ui| {
        ui.add_space(16.0);
        Field::new(&mut panel.search, "Find a value")
            .hint("Find a value…")
            .icon(icons::MAGNIFYING_GLASS)
            .width(ui.available_width() - 16.0)
            .show(ui, theme);
    });
    ui.add_space(6.0);
    if built.values.is_empty() {
        paragraph(cx, ui, if moment.values.is_empty() { "No value was recorded then" } else { "Nothing matches" });
    }
    values_ui(cx, ui, &built.values);
    ask
}

fn section(cx: &PanelCx<'_>, ui: &mut Ui, title: &str, hint: &str) {
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        ui.add_space(16.0);
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(cx.theme.text(TextRole::Heading, title));
        ui.add(Label::new(cx.theme.colored(TextRole::Small, hint, cx.theme.color.t3)).truncate());
    });
    ui.add_space(4.0);
}

fn paragraph(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    Frame::new().inner_margin(Margin::symmetric(16, 2)).show(ui, |ui| {
        ui.add(Label::new(cx.theme.colored(TextRole::Small, text, cx.theme.color.t2)).wrap());
    });
}

fn processes_hint(moment: &PastMoment) -> String {
    let late = moment.at.zip(moment.processes_at).map(|(at, read)| at.since(read)).unwrap_or_default();
    if late > moment.interval.mul_f64(1.5) && late >= Duration::from_secs(1) {
        format!("read {} before", span_words(late.as_secs()))
    } else {
        String::new()
    }
}

/// Why there are no processes.
fn no_processes(cx: &PanelCx<'_>, moment: &PastMoment) -> String {
    if moment.tier == Tier::Full {
        return "No reading of the processes is kept from then".into();
    }
    let kept = span_words(u64::from(cx.snapshot.settings.history.full_hours) * 3600);
    format!("Processes are kept as long as every sample is, {kept}: this moment is older")
}

/// Nothing was recorded then: how long that lasted, and the ways out of it.
fn gap_ui(cx: &PanelCx<'_>, ui: &mut Ui, moment: &PastMoment, (now, zone): Clock) -> Option<InspectorAsk> {
    let mut ask = None;
    section(cx, ui, "Nothing was recorded then", "");
    let Some(gap) = moment.gap else {
        paragraph(cx, ui, "There is no history near this moment");
        return None;
    };
    let TimeRange { start, end } = gap;
    let text = format!(
        "No data for {}, from {} to {}",
        span_words(gap.span().as_secs().max(1)),
        stamp(start, now, zone, true),
        stamp(end, now, zone, true)
    );
    paragraph(cx, ui, &text);
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        ui.add_space(16.0);
        ui.spacing_mut().item_spacing.x = 16.0;
        if link(ui, cx.theme, "Last moment before").clicked() {
            ask = Some(InspectorAsk::Go(start));
        }
        if link(ui, cx.theme, "First moment after").clicked() {
            ask = Some(InspectorAsk::Go(end));
        }
    });
    ask
}
