//! One card: what was seen, the evidence drawn, and the change, side by side; below them what can be done.

use eframe::egui::{Align, Frame, Layout, Margin, Stroke, Ui, Vec2, vec2};

use super::about::about_ui;
use super::act::Act;
use super::change::change_ui;
use super::chart::chart_ui;
use super::foot::foot_ui;
use crate::model::suggest::Card;
use crate::ui::cx::PanelCx;
use crate::ui::widgets::panel;

/// Shares of the card's width: the text, the chart, the change.
const SHARES: [f32; 3] = [0.46, 0.284, 0.256];

/// Draws a card. `is_first` is the one whose button is the page's primary one.
pub fn card_ui(cx: &PanelCx<'_>, ui: &mut Ui, card: &Card, is_first: bool, acts: &mut Vec<Act>) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        let width = ui.available_width();
        let suggestion = &card.suggestion;
        let [about, chart, change] = SHARES.map(|share| (share * width).floor());
        // Without a chart the words have its room.
        let about = if suggestion.picture.is_some() { about } else { about + chart };
        let row = ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing = Vec2::ZERO;
            let mut edges = Vec::new();
            part(ui, about, |ui| about_ui(cx, ui, card));
            edges.push(ui.min_rect().right());
            if let Some(picture) = &suggestion.picture {
                part(ui, chart, |ui| chart_ui(cx, ui, picture));
                edges.push(ui.min_rect().right());
            }
            part(ui, change, |ui| change_ui(cx, ui, suggestion));
            edges
        });
        let rect = row.response.rect;
        for x in row.inner {
            ui.painter().vline(x.round() - 0.5, rect.y_range(), Stroke::new(1.0, theme.color.line_subtle));
        }
        ui.painter().hline(
            rect.left()..=rect.left() + width,
            rect.bottom().round() + 0.5,
            Stroke::new(1.0, theme.color.line_subtle),
        );
        ui.add_space(1.0);
        foot_ui(cx, ui, card, is_first, acts);
    });
}

fn part(ui: &mut Ui, width: f32, draw: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
            ui.set_min_width(ui.available_width());
            draw(ui);
        });
    });
}
