//! The diff of a file: number, sign and text, with the changed part of a line on a ground of its own.

use std::path::Path;

use eframe::egui::{Color32, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::profile::{DiffLine, DiffSign};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{elided, focus_ring, number_cell};

/// Height of the line that names the file.
const HEAD: f32 = 33.0;
/// Right edge of the numbers, left edge of the signs and of the text.
const NUMBER: f32 = 29.0;
const SIGN: f32 = 36.0;
const TEXT: f32 = 52.0;

/// What stands at the right of a file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// Lines that are added and removed.
    Planned(usize, usize),
    /// It is written.
    Written,
    /// It has its old content again.
    Back,
}

/// The line that names a file; true when it was clicked, which folds and unfolds its diff.
pub fn file_head_ui(cx: &PanelCx<'_>, ui: &mut Ui, path: &Path, state: FileState, is_open: bool) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEAD), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, c.bg_hover);
    }
    let y = rect.center().y;
    icons::FILE_TEXT.paint(ui.painter(), pos2(rect.left() + 23.0, y), 16.0, c.t3);
    let mut right = rect.right() - 16.0;
    let text = |right: f32, text: &str, color: Color32| -> f32 {
        let galley = ui.painter().layout_no_wrap(text.to_owned(), theme.font(TextRole::Small), color);
        let left = right - galley.size().x;
        ui.painter().galley(pos2(left, y - galley.size().y / 2.0), galley, color);
        left
    };
    let word = match state {
        FileState::Planned(added, removed) => {
            right = text(right, &format!("−{removed}"), c.diff_removed_text) - 8.0;
            right = text(right, &format!("+{added}"), c.diff_added_text);
            format!("{added} added, {removed} removed")
        }
        FileState::Written | FileState::Back => {
            if !is_open {
                icons::CARET_DOWN.paint(ui.painter(), pos2(right - 6.0, y), 12.0, c.t3);
                right -= 20.0;
            }
            let (word, color) = match state {
                FileState::Back => ("as it was", c.t2),
                _ => ("written", c.success),
            };
            right = text(right, word, color) - 12.0;
            let icon =
                if state == FileState::Back { icons::ARROW_COUNTER_CLOCKWISE } else { icons::fill::CHECK_CIRCLE };
            icon.paint(ui.painter(), pos2(right, y), 14.0, color);
            right -= 8.0;
            word.to_owned()
        }
    };
    let name = path.display().to_string();
    let room = right - 8.0 - (rect.left() + 39.0);
    let galley = elided(ui.painter(), theme, &name, TextRole::Code, c.t1, room);
    let is_cut = galley.elided;
    ui.painter().galley(pos2(rect.left() + 39.0, y - galley.size().y / 2.0), galley, c.t1);
    focus_ring(ui, theme, &response, theme.radius.bar);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_open, format!("{name}: {word}")));
    let is_clicked = response.clicked();
    if is_cut {
        response.on_hover_text(name);
    }
    is_clicked
}

/// The lines of a diff, those that are seen.
pub fn diff_ui(cx: &PanelCx<'_>, ui: &mut Ui, lines: &[DiffLine]) {
    let theme = cx.theme;
    let row = theme.size.diff_row;
    let height = 8.0 + row * lines.len() as f32;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    if !ui.is_rect_visible(rect) {
        return;
    }
    ui.painter().rect_filled(rect, 0.0, theme.color.bg_page);
    let seen = ui.clip_rect();
    for (i, line) in lines.iter().enumerate() {
        let top = rect.top() + 4.0 + row * i as f32;
        if top + row < seen.top() || top > seen.bottom() {
            continue;
        }
        line_ui(theme, ui, Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), row)), line, i);
    }
}

fn line_ui(theme: &Theme, ui: &Ui, rect: Rect, line: &DiffLine, i: usize) {
    let c = &theme.color;
    let (ground, word, ink, sign) = match line.sign {
        DiffSign::Same => (None, c.bg_page, c.t2, ""),
        DiffSign::Added => (Some(c.diff_added_ground), c.diff_added_word, c.diff_added_text, "+"),
        DiffSign::Removed => (Some(c.diff_removed_ground), c.diff_removed_word, c.diff_removed_text, "\u{2212}"),
        DiffSign::Skipped => (None, c.bg_page, c.t3, ""),
    };
    let painter = ui.painter();
    if let Some(ground) = ground {
        painter.rect_filled(rect, 0.0, ground);
    }
    let y = rect.center().y;
    let code = |text: &str, color: Color32| painter.layout_no_wrap(text.to_owned(), theme.font(TextRole::Code), color);
    if line.sign == DiffSign::Skipped {
        let dots = code("⋯", c.t3);
        painter.galley(pos2(rect.left() + TEXT, y - dots.size().y / 2.0), dots, c.t3);
        return;
    }
    let number = Rect::from_min_max(rect.min, pos2(rect.left() + NUMBER, rect.bottom()));
    let number_ink = if ground.is_some() { ink } else { c.t3 };
    number_cell(painter, theme, number, &line.number.to_string(), TextRole::Code, number_ink);
    let sign_text = code(sign, ink);
    painter.galley(pos2(rect.left() + SIGN, y - sign_text.size().y / 2.0), sign_text, ink);
    let (before, changed, after) = split(&line.text, &line.changed);
    let mut x = rect.left() + TEXT;
    for (text, is_changed) in [(before, false), (changed, true), (after, false)] {
        if text.is_empty() {
            continue;
        }
        let galley = code(text, ink);
        if is_changed {
            let at = Rect::from_min_size(pos2(x, y - 8.0), vec2(galley.size().x, 17.0)).expand2(vec2(1.5, 0.0));
            painter.rect_filled(at, f32::from(theme.radius.bar), word);
        }
        let width = galley.size().x;
        painter.galley(pos2(x, y - galley.size().y / 2.0), galley, ink);
        x += width;
    }
    let response = ui.interact(rect, ui.scope_id().with(("diff", i)), Sense::hover());
    let told = match line.sign {
        DiffSign::Added => "added",
        DiffSign::Removed => "removed",
        DiffSign::Same | DiffSign::Skipped => "unchanged",
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{} {told}: {}", line.number, line.text)));
    if x > rect.right() {
        response.on_hover_text(&*line.text);
    }
}

/// A text before, within and after a range of its characters.
fn split<'a>(text: &'a str, changed: &std::ops::Range<usize>) -> (&'a str, &'a str, &'a str) {
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(i, _)| i);
    let (start, end) = (at(changed.start), at(changed.end.max(changed.start)));
    (&text[..start], &text[start..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_at_characters_and_not_at_bytes() {
        assert_eq!(split("NAME=größe", &(5..10)), ("NAME=", "größe", ""));
        assert_eq!(split("a=1 # x", &(2..3)), ("a=", "1", " # x"));
        assert_eq!(split("a", &(0..0)), ("", "", "a"));
        assert_eq!(split("a", &(7..9)), ("a", "", ""));
    }
}
