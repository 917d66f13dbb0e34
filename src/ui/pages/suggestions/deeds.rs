//! What was done about suggestions: a row each, with the verdict and the figures before and after.

use eframe::egui::{Align, Frame, Label, Layout, Margin, Ui, vec2};

use super::words::{before_after, day, outcome_short, verdict_mark};
use crate::model::suggest::Deed;
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Tone, hairline, panel, panel_head};

/// Where the words of a row begin, behind the verdict's icon.
const INDENT: f32 = 22.0;

/// Draws everything that was done and has no card any more.
pub fn past_ui(cx: &PanelCx<'_>, ui: &mut Ui, deeds: &[&Deed]) {
    panel(ui, cx.theme, |ui| {
        panel_head(ui, cx.theme, cx.is_compact, "Done before", "before → after, over 15\u{2009}min each", |_| {});
        for (i, deed) in deeds.iter().enumerate() {
            if i > 0 {
                hairline(ui, cx.theme);
            }
            deed_ui(cx, ui, deed);
        }
    });
}

/// Draws one deed.
pub fn deed_ui(cx: &PanelCx<'_>, ui: &mut Ui, deed: &Deed) {
    let theme = cx.theme;
    let c = &theme.color;
    let outcome = &deed.outcome;
    let mark = verdict_mark(outcome.verdict);
    let shown = Frame::new().inner_margin(Margin::symmetric(16, 7)).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
        ui.set_min_width(ui.available_width());
        let row = vec2(ui.available_width(), theme.line_height(TextRole::Body));
        ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
            let color = if mark.tone == Tone::Neutral { c.t2 } else { mark.tone.colors(theme).0 };
            ui.label(theme.colored(TextRole::Small, outcome_short(outcome), color));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.label(mark.icon.text(14.0, mark.tone.icon_color(theme)));
                ui.add(Label::new(theme.text(TextRole::Body, deed.title.as_ref())).truncate());
            });
        });
        let mut lines = vec![what_was_done(deed, cx)];
        lines.extend(before_after(outcome, &cx.snapshot.settings.units));
        for line in lines {
            let row = vec2(ui.available_width(), theme.line_height(TextRole::Small));
            ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
                ui.add_space(INDENT);
                ui.add(Label::new(theme.colored(TextRole::Small, line, c.t3)).truncate());
            });
        }
    });
    if !outcome.why.is_empty() || !deed.change.is_empty() {
        shown.response.on_hover_text(format!("{}\n{}", deed.change, outcome.why).trim());
    }
}

fn what_was_done(deed: &Deed, cx: &PanelCx<'_>) -> String {
    let mut text = day(deed.at, cx.now);
    // Before the change, which may be long and is cut at its end.
    if deed.rolled_back_at.is_some() {
        text.push_str(", rolled back");
    } else if deed.apply.is_none() {
        text.push_str(", by hand");
    }
    if !deed.change.is_empty() {
        text.push_str(": ");
        text.push_str(&deed.change);
    }
    text
}
