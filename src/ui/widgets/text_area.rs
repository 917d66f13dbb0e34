//! A field of several lines, for a person's own words.

use eframe::egui::{Color32, Frame, Margin, Response, Stroke, TextEdit, Ui};

use crate::ui::theme::{TextRole, Theme};

/// A field of `n_rows` lines that grows with its text, called `name` by screen readers and tests.
pub fn text_area(
    ui: &mut Ui,
    theme: &Theme,
    text: &mut String,
    name: &str,
    hint: &str,
    n_rows: usize,
    max_chars: usize,
) -> Response {
    let c = &theme.color;
    let frame =
        Frame::new().fill(c.bg_field).corner_radius(theme.radius.control).inner_margin(Margin::symmetric(10, 6));
    let shown = frame.show(ui, |ui| {
        let edit = TextEdit::multiline(text)
            .char_limit(max_chars)
            .font(theme.font(TextRole::Body))
            .text_color(c.t1)
            .hint_text(theme.colored(TextRole::Body, hint, c.t3))
            .frame(Frame::NONE)
            .margin(Margin::ZERO)
            .background_color(Color32::TRANSPARENT)
            .desired_rows(n_rows)
            .desired_width(f32::INFINITY);
        ui.add(edit).accessible_name(name)
    });
    let (edge, width) = if shown.inner.has_focus() { (c.accent, 2.0) } else { (c.line_field, 1.0) };
    let radius = f32::from(theme.radius.control);
    let stroke = Stroke::new(width, edge);
    ui.painter().rect_stroke(shown.response.rect, radius, stroke, eframe::egui::StrokeKind::Inside);
    shown.inner
}
