//! The main filter: colours what it knows while it is typed, counts what matches, and says what it does not understand.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align2, Color32, Frame, Galley, Id, Margin, Rect, Sense, Stroke, StrokeKind, TextBuffer, TextEdit, Ui, pos2, vec2,
};

use crate::analysis::process_filter::{Fault, PartKind, ProcessFilter, parts};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::IconButton;

/// What was typed and what it means.
#[derive(Debug, Default)]
pub(super) struct FilterDraft {
    pub text: String,
    /// The last filter that was understood; it stays in force while faults are put right.
    pub filter: ProcessFilter,
    pub faults: Vec<Fault>,
    wants_focus: bool,
}

/// Characters the field takes: every state of it is laid out anew while it is typed.
const MAX_CHARS: usize = 1000;
/// Faults shown below the field at one time.
const MAX_FAULTS: usize = 3;

impl FilterDraft {
    /// Types a text.
    pub(super) fn set(&mut self, text: String) {
        self.text = text;
        self.read();
    }

    /// Gives the field the keyboard in the next frame.
    pub(super) fn focus(&mut self) {
        self.wants_focus = true;
    }

    fn read(&mut self) {
        match ProcessFilter::parse(&self.text) {
            Ok(filter) => {
                self.filter = filter;
                self.faults.clear();
            }
            Err(faults) => self.faults = faults,
        }
    }
}

/// The field's id, so that shortcuts find it.
pub(super) fn field_id() -> Id {
    Id::unique("process filter")
}

/// Draws the field, 32 high. `count` stands at its right.
pub(super) fn filter_field(cx: &PanelCx<'_>, ui: &mut Ui, width: f32, draft: &mut FilterDraft, count: &str) {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, _) = ui.allocate_exact_size(vec2(width, theme.size.control_tall), Sense::hover());
    let radius = f32::from(theme.radius.control);
    ui.painter().rect_filled(rect, radius, c.bg_field);
    let has_text = !draft.text.is_empty();
    let mut right = rect.right() - 10.0;
    if has_text {
        let button = Rect::from_center_size(pos2(rect.right() - 16.0, rect.center().y), vec2(20.0, 20.0));
        let clear = ui.scope_builder(eframe::egui::UiBuilder::new().max_rect(button), |ui| {
            IconButton::new(icons::X, "Clear the filter").side(20.0).show(ui, theme).clicked()
        });
        if clear.inner {
            draft.set(String::new());
            draft.focus();
        }
        right = button.left() - 6.0;
    }
    if !count.is_empty() {
        let at = pos2(right, rect.center().y);
        let drawn = ui.painter().text(at, Align2::RIGHT_CENTER, count, theme.font(TextRole::Small), c.t3);
        right = drawn.left() - 8.0;
    }
    let inner = Rect::from_min_max(pos2(rect.left() + 32.0, rect.top() + 2.0), pos2(right, rect.bottom() - 2.0));
    let faults = draft.faults.clone();
    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, _width: f32| colour(ui, theme, text.as_str(), &faults);
    let edit = TextEdit::singleline(&mut draft.text)
        .id(field_id())
        .char_limit(MAX_CHARS)
        .font(theme.font(TextRole::Code))
        .text_color(c.t1)
        .hint_text(theme.colored(TextRole::Small, "Name, or cpu>5 user:root", c.t3).line_height(None))
        .frame(Frame::NONE)
        .margin(Margin::ZERO)
        .align(Align2::LEFT_CENTER)
        .desired_width(f32::INFINITY)
        .layouter(&mut layouter);
    let response = ui.put(inner, edit).accessible_name("Filter processes");
    icons::FUNNEL_SIMPLE.paint(ui.painter(), pos2(rect.left() + 17.0, rect.center().y), theme.size.icon, c.t3);
    if response.changed() {
        draft.read();
    }
    let is_over = ui.rect_contains_pointer(rect) && !ui.rect_contains_pointer(inner);
    let is_clicked_beside = is_over && !has_text && ui.input(|i| i.pointer.primary_clicked());
    if std::mem::take(&mut draft.wants_focus) || is_clicked_beside {
        response.request_focus();
    }
    let (edge, thickness) = match (draft.faults.is_empty(), response.has_focus()) {
        (false, focused) => (c.critical, if focused { 2.0 } else { 1.0 }),
        (true, true) => (c.accent, 2.0),
        (true, false) => (c.line_field, 1.0),
    };
    ui.painter().rect_stroke(rect, radius, Stroke::new(thickness, edge), StrokeKind::Inside);
}

/// The lines below the field, one for each fault.
pub(super) fn faults_ui(cx: &PanelCx<'_>, ui: &mut Ui, draft: &FilterDraft) {
    let theme = cx.theme;
    let c = &theme.color;
    let control = std::mem::replace(&mut ui.spacing_mut().interact_size.y, theme.line_height(TextRole::Small));
    let line = |ui: &mut Ui, text: &str| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.label(icons::fill::X_CIRCLE.text(14.0, c.critical));
            ui.label(theme.colored(TextRole::Small, text, c.critical));
        });
    };
    for fault in draft.faults.iter().take(MAX_FAULTS) {
        line(ui, &fault.text);
    }
    let more = draft.faults.len().saturating_sub(MAX_FAULTS);
    if more > 0 {
        line(ui, &format!("And {more} more"));
    }
    ui.spacing_mut().interact_size.y = control;
}

/// The text with its known words tinted and its faults underlined.
fn colour(ui: &Ui, theme: &Theme, text: &str, faults: &[Fault]) -> Arc<Galley> {
    let c = &theme.color;
    let known = parts(text);
    let plain = TextFormat { font_id: theme.font(TextRole::Code), color: c.t1, ..TextFormat::default() };
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    job.wrap.max_width = f32::INFINITY;
    let mut run = String::new();
    let mut run_format = plain.clone();
    for (i, character) in text.chars().enumerate() {
        let kind = known.iter().find(|part| (part.start..part.end).contains(&i)).map(|part| part.kind);
        let (color, background) = match kind {
            Some(PartKind::Field) => (c.accent, c.bg_control),
            Some(PartKind::Operator) => (c.t2, c.bg_control),
            Some(PartKind::Value) => (c.t1, c.bg_control),
            Some(PartKind::Joint) => (c.info, Color32::TRANSPARENT),
            Some(PartKind::Word) | None => (c.t1, Color32::TRANSPARENT),
        };
        let is_wrong = faults.iter().any(|fault| (fault.start..fault.end).contains(&i));
        let underline = if is_wrong { Stroke::new(1.0, c.critical) } else { Stroke::NONE };
        let format = TextFormat { color, background, underline, ..plain.clone() };
        if format != run_format && !run.is_empty() {
            job.append(&run, 0.0, run_format);
            run.clear();
        }
        run_format = format;
        run.push(character);
    }
    job.append(&run, 0.0, run_format);
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}
