//! The text of the profile: RON, with line numbers, edited as text; what is wrong with it is listed with its place.

use std::sync::Arc;

use eframe::egui::text::{CCursor, CCursorRange, LayoutJob, TextFormat};
use eframe::egui::{
    Align2, Color32, FontId, Frame, Id, Rect, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};

use super::deed::Deed;
use super::model::PageModel;
use super::words::source_words;
use crate::model::profile::{Place, Problem, ProblemKind};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{focus_ring, text_at};

/// Width of the line numbers.
const NUMBERS: f32 = 40.0;
/// Height of a problem, and how many are seen at once.
const PROBLEM: f32 = 28.0;
const MAX_SEEN: usize = 5;
/// Longest text, characters.
const MAX_CHARS: usize = 1 << 20;

/// What the tab remembers between frames.
#[derive(Debug, Default)]
pub struct TextTab {
    buffer: String,
    of: Option<Arc<str>>,
    wanted: Option<Place>,
}

impl TextTab {
    /// Puts the cursor there at the next drawing.
    pub fn go_to(&mut self, place: Option<Place>) {
        self.wanted = place;
    }

    /// Another profile is on the page.
    pub fn forget(&mut self) {
        self.of = None;
        self.wanted = None;
    }

    /// Whether the text is being written in.
    pub fn has_focus(&self, ui: &Ui) -> bool {
        ui.memory(|memory| memory.has_focus(edit_id()))
    }
}

fn edit_id() -> Id {
    Id::unique("profile text")
}

/// Draws the tab into `ui`, whose whole place it takes.
pub fn text_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut TextTab, model: &PageModel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let place = ui.max_rect();
    let text = &model.profile.text;
    if state.of.as_ref().is_none_or(|of| !Arc::ptr_eq(of, text)) {
        if state.buffer != **text {
            state.buffer = text.to_string();
        }
        state.of = Some(text.clone());
    }
    let problems: Vec<(&Problem, String)> = problems(model);
    let foot = PROBLEM * problems.len().min(MAX_SEEN) as f32;
    let (above, below) = place.split_top_bottom_at_y(place.bottom() - foot);
    ui.painter().rect_filled(above, 0.0, c.bg_field);
    ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(above));
        ScrollArea::both().id_salt(("profile text", &**model.name())).auto_shrink(false).show(ui, |ui| {
            if edit_ui(cx, ui, state, &problems) {
                deeds.push(Deed::Text(state.buffer.clone()));
            }
        });
    });
    if foot > 0.0 {
        problems_ui(cx, ui, state, &problems, below);
    }
}

/// Every problem, those with a place first, in order.
fn problems(model: &PageModel) -> Vec<(&Problem, String)> {
    let of_rows = model.rows.iter().flat_map(|row| row.problems.iter().map(|problem| (problem, row.name.clone())));
    let mut all: Vec<_> = model.problems.iter().map(|problem| (problem, String::new())).chain(of_rows).collect();
    all.sort_by_key(|(problem, _)| (problem.place.is_none(), problem.place, problem.kind));
    all
}

/// The text with its numbers; true when it was changed.
fn edit_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut TextTab, problems: &[(&Problem, String)]) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let font = theme.font(TextRole::Code);
    let look = Colors { text: c.t1, comment: c.t3, string: c.diff_added_text, font: font.clone() };
    let margin = eframe::egui::Margin { left: (NUMBERS + 12.0) as i8, right: 12, top: 8, bottom: 8 };
    let frame = Frame::new().inner_margin(margin);
    let shown = frame.show(ui, |ui| {
        let mut layouter = |ui: &Ui, text: &dyn eframe::egui::TextBuffer, _width: f32| {
            ui.painter().layout_job(colored(text.as_str(), &look))
        };
        TextEdit::multiline(&mut state.buffer)
            .id(edit_id())
            .char_limit(MAX_CHARS)
            .code_editor()
            .font(font.clone())
            .frame(Frame::NONE)
            .margin(eframe::egui::Margin::ZERO)
            .desired_width(f32::INFINITY)
            .desired_rows(20)
            .layouter(&mut layouter)
            .show(ui)
    });
    let mut output = shown.inner;
    output.response.response.clone().accessible_name("Text of the profile");
    if let Some(place) = state.wanted.take() {
        let cursor = CCursor::new(char_at(&state.buffer, place));
        output.state.cursor.set_char_range(Some(CCursorRange::one(cursor)));
        let at = output.galley.pos_from_cursor(cursor).translate(output.galley_pos.to_vec2());
        ui.scroll_to_rect(at.expand(60.0), None);
        output.state.clone().store(ui.ctx(), edit_id());
        output.response.response.request_focus();
    }
    numbers_ui(theme, ui, &output, problems);
    output.response.response.changed()
}

/// Line numbers beside the rows of the text; a line with a problem is marked.
fn numbers_ui(
    theme: &Theme,
    ui: &Ui,
    output: &eframe::egui::text_edit::TextEditOutput,
    problems: &[(&Problem, String)],
) {
    let c = &theme.color;
    let clip = ui.clip_rect();
    let mut line = 1;
    let mut begins = true;
    for row in &output.galley.rows {
        let y = output.galley_pos.y + row.rect().center().y;
        if begins && (clip.top() - 20.0..=clip.bottom() + 20.0).contains(&y) {
            let worst = problems.iter().filter(|(p, _)| p.place.is_some_and(|place| place.line == line));
            let worst = worst.map(|(problem, _)| problem.kind).min();
            let color = match worst {
                Some(ProblemKind::Error) => c.critical,
                Some(ProblemKind::Warning) => c.warning,
                None => c.t3,
            };
            let at = pos2(output.galley_pos.x - 12.0, y);
            ui.painter().text(at, Align2::RIGHT_CENTER, line, theme.font(TextRole::Code), color);
        }
        begins = row.ends_with_newline;
        line += usize::from(begins);
    }
}

/// How the text is coloured.
struct Colors {
    text: Color32,
    comment: Color32,
    string: Color32,
    font: FontId,
}

/// The text with comments in grey and strings in green. Not a parser: what is faulty is coloured, too.
fn colored(text: &str, look: &Colors) -> LayoutJob {
    let mut job = LayoutJob::default();
    let mut put = |part: &str, color: Color32| {
        if !part.is_empty() {
            job.append(part, 0.0, TextFormat::simple(look.font.clone(), color));
        }
    };
    let mut rest = text;
    while !rest.is_empty() {
        let comment = rest.find("//");
        let string = rest.find('"');
        match (comment, string) {
            (Some(at), string) if string.is_none_or(|s| at < s) => {
                put(&rest[..at], look.text);
                let end = rest[at..].find('\n').map_or(rest.len(), |n| at + n);
                put(&rest[at..end], look.comment);
                rest = &rest[end..];
            }
            (_, Some(at)) => {
                put(&rest[..at], look.text);
                let end = at + 1 + string_end(&rest[at + 1..]);
                put(&rest[at..end], look.string);
                rest = &rest[end..];
            }
            _ => {
                put(rest, look.text);
                rest = "";
            }
        }
    }
    job
}

/// Bytes up to and with the quote that ends a string; a string ends with its line at the latest.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (i, letter) in text.char_indices() {
        match letter {
            '\n' => return i,
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

/// The character at a line and column, both from 1.
fn char_at(text: &str, place: Place) -> usize {
    let mut at = 0;
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let n = line.chars().count();
        if i + 1 == place.line {
            return at + place.column.saturating_sub(1).min(n);
        }
        at += n;
    }
    at
}

/// What is wrong, below the text; a click goes to its place.
fn problems_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut TextTab, problems: &[(&Problem, String)], place: Rect) {
    let theme = cx.theme;
    let c = &theme.color;
    ui.painter().rect_filled(place, 0.0, c.bg_panel);
    ui.painter().hline(place.x_range(), place.top() + 0.5, Stroke::new(1.0, c.line));
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().id_salt("text problems").auto_shrink(false).show_rows(
            ui,
            PROBLEM,
            problems.len(),
            |ui, seen| {
                for i in seen {
                    let (problem, name) = &problems[i];
                    if problem_ui(cx, ui, problem, name, i) {
                        state.wanted = problem.place;
                    }
                }
            },
        );
    });
}

fn problem_ui(cx: &PanelCx<'_>, ui: &mut Ui, problem: &Problem, name: &str, i: usize) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), PROBLEM), Sense::hover());
    let sense = if problem.place.is_some() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(("problem", i)), sense);
    if response.hovered() && problem.place.is_some() {
        ui.painter().rect_filled(rect, 0.0, c.bg_hover);
    }
    let (icon, color) = match problem.kind {
        ProblemKind::Error => (icons::fill::X_CIRCLE, c.critical),
        ProblemKind::Warning => (icons::fill::WARNING, c.warning_icon),
    };
    icon.paint(ui.painter(), pos2(rect.left() + 24.0, rect.center().y), 14.0, color);
    let place = problem.place.map_or_else(String::new, |p| format!("{}:{}", p.line, p.column));
    let at = Rect::from_min_max(pos2(rect.left() + 40.0, rect.top()), pos2(rect.left() + 88.0, rect.bottom()));
    text_at(ui.painter(), theme, at, &place, TextRole::Code, c.t3);
    let words = if name.is_empty() { problem.text.to_string() } else { format!("{name}: {}", problem.text) };
    let at = Rect::from_min_max(pos2(rect.left() + 92.0, rect.top()), pos2(rect.right() - 16.0, rect.bottom()));
    text_at(ui.painter(), theme, at, &words, TextRole::Small, c.t1);
    focus_ring(ui, theme, &response, theme.radius.bar);
    let told = if place.is_empty() { words.clone() } else { format!("{place} {words}") };
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &told));
    let is_clicked = response.clicked();
    response.on_hover_text(match source_words(problem) {
        Some(source) => format!("{words}\n{source}"),
        None => words,
    });
    is_clicked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_characters() {
        let text = "(\n  größe: 1,\n)\n";
        assert_eq!(char_at(text, Place { line: 1, column: 1 }), 0);
        assert_eq!(char_at(text, Place { line: 2, column: 3 }), 4);
        assert_eq!(char_at(text, Place { line: 3, column: 1 }), 14);
        assert_eq!(char_at(text, Place { line: 99, column: 1 }), text.chars().count());
    }

    #[test]
    fn comments_and_strings_are_told_apart_and_nothing_is_lost() {
        let look = Colors {
            text: Color32::WHITE,
            comment: Color32::GRAY,
            string: Color32::GREEN,
            font: FontId::monospace(12.0),
        };
        let text = "a: \"x // no\\\" comment\", // yes \"no string\"\nb: \"open\nc";
        let job = colored(text, &look);
        let parts: Vec<(String, Color32)> = job
            .sections
            .iter()
            .map(|s| (job.text[s.byte_range.start.0..s.byte_range.end.0].to_owned(), s.format.color))
            .collect();
        let of =
            |color: Color32| parts.iter().filter(|(_, c)| *c == color).map(|(t, _)| t.as_str()).collect::<Vec<_>>();
        assert_eq!(of(Color32::GREEN), ["\"x // no\\\" comment\"", "\"open"]);
        assert_eq!(of(Color32::GRAY), ["// yes \"no string\""]);
        assert_eq!(job.text, text);
    }
}
