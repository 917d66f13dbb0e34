//! Rows of the panel: an icon, what is done, and what exactly, partly in the face of code.

use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{Color32, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::profile::{Problem, ProblemKind};
use crate::ui::PanelCx;
use crate::ui::icons::{self, Icon};
use crate::ui::pages::profiles::deed::Deed;
use crate::ui::pages::profiles::words::source_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::link;

/// A part of what a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Words.
    Words(&'a str),
    /// A command, an address, a name in a file.
    Code(&'a str),
}

/// Left edges of the words and of what exactly.
const LABEL: f32 = 40.0;
const EXACTLY: f32 = 108.0;
const ROW: f32 = 28.0;

/// One row.
pub fn fact_ui(cx: &PanelCx<'_>, ui: &mut Ui, (icon, color): (Icon, Color32), label: &str, parts: &[Part<'_>]) {
    let theme = cx.theme;
    let c = &theme.color;
    let width = ui.available_width();
    let mut job = LayoutJob::default();
    for part in parts {
        let (role, text) = match part {
            Part::Words(text) => (TextRole::Small, text),
            Part::Code(text) => (TextRole::Code, text),
        };
        job.append(text, 0.0, TextFormat::simple(theme.font(role), c.t1));
    }
    job.wrap = TextWrapping { max_width: width - EXACTLY - 16.0, ..TextWrapping::default() };
    let galley = ui.painter().layout_job(job);
    let height = (galley.size().y + 12.0).max(ROW);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let first_line = rect.top() + ROW / 2.0;
    icon.paint(ui.painter(), pos2(rect.left() + 24.0, first_line), 16.0, color);
    let word = ui.painter().layout_no_wrap(label.to_owned(), theme.font(TextRole::Small), c.t2);
    ui.painter().galley(pos2(rect.left() + LABEL, first_line - word.size().y / 2.0), word, c.t2);
    let top = if height > ROW { rect.top() + 6.0 } else { first_line - galley.size().y / 2.0 };
    ui.painter().galley(pos2(rect.left() + EXACTLY, top), galley, c.t1);
    let exactly: String = parts.iter().map(|(Part::Words(text) | Part::Code(text))| *text).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{label}: {exactly}")));
}

/// A problem of a plan, with what would mend it: its fix, or this.
pub fn problem_ui(cx: &PanelCx<'_>, ui: &mut Ui, problem: &Problem, mend: Option<(&str, Deed)>, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let (icon, icon_color, color) = match problem.kind {
        ProblemKind::Error => (icons::fill::X_CIRCLE, c.critical, c.critical),
        ProblemKind::Warning => (icons::fill::WARNING, c.warning_icon, c.warning),
    };
    let width = ui.available_width();
    let font = theme.font(TextRole::Small);
    let galley = ui.painter().layout(problem.text.to_string(), font, color, width - LABEL - 16.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y + 12.0), Sense::hover());
    icon.paint(ui.painter(), pos2(rect.left() + 24.0, rect.top() + 14.0), 14.0, icon_color);
    ui.painter().galley(pos2(rect.left() + LABEL, rect.top() + 6.0), galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &*problem.text));
    if let Some(source) = source_words(problem) {
        response.on_hover_text(source);
    }
    let fix = problem.fix.as_ref().map(|fix| (&*fix.text, Deed::fix(fix)));
    if let Some((words, deed)) = fix.or(mend) {
        ui.horizontal(|ui| {
            ui.add_space(LABEL - 8.0);
            if link(ui, theme, words).clicked() {
                deeds.push(deed);
                deeds.push(Deed::Settle);
            }
        });
        ui.add_space(4.0);
    }
}

/// What a program printed, in the face of code.
pub fn output_ui(cx: &PanelCx<'_>, ui: &mut Ui, output: &str) {
    let theme = cx.theme;
    let c = &theme.color;
    let width = ui.available_width();
    let font = theme.font(TextRole::Code);
    let galley = ui.painter().layout(output.trim_end().to_owned(), font, c.t2, width - LABEL - 32.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y + 16.0), Sense::hover());
    let ground = Rect::from_min_max(pos2(rect.left() + LABEL, rect.top()), rect.max - vec2(16.0, 4.0));
    ui.painter().rect_filled(ground, f32::from(theme.radius.chip), c.bg_field);
    ui.painter().galley(ground.min + vec2(8.0, 6.0), galley, c.t2);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, output));
}
