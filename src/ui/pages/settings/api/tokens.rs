//! Further tokens: what each may do, when it was last used, and the buttons that make and end them.

use eframe::egui::{Align, Label, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::dialogs::Dialog;
use crate::model::Timestamp;
use crate::model::access::{Grant, MAIN_TOKEN, TokenStatus};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::period::words::ago_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, outline_chip, text_at};

const ROW: f32 = 36.0;

/// When a token was last used.
pub fn used_words(used: Option<Timestamp>, now: Timestamp) -> String {
    used.map_or_else(|| "Never used".to_owned(), |at| format!("Last used {}", ago_words(at, now)))
}

/// Draws the tokens with a row each, and the button that makes one.
pub fn tokens_ui(cx: &PanelCx<'_>, ui: &mut Ui, dialog: &mut Option<Dialog>) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
    let mut row = ui.new_child(
        UiBuilder::new().max_rect(rect.shrink2(vec2(16.0, 0.0))).layout(Layout::right_to_left(Align::Center)),
    );
    if Button::secondary("New token…").icon(icons::PLUS).show(&mut row, theme).clicked() {
        *dialog = Some(Dialog::add());
    }
    row.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.label(theme.text(TextRole::BodyStrong, "Further tokens"));
        let hint = theme.colored(TextRole::Small, "one for each program: each can be revoked alone", theme.color.t3);
        ui.add(Label::new(hint).truncate());
    });
    for token in cx.snapshot.access.tokens.iter().filter(|token| &*token.name != MAIN_TOKEN) {
        token_ui(cx, ui, token, dialog);
    }
}

fn token_ui(cx: &PanelCx<'_>, ui: &mut Ui, token: &TokenStatus, dialog: &mut Option<Dialog>) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let may = if token.grant == Grant::Full { "reads and changes" } else { "reads alone" };
    let used = used_words(token.used, cx.now);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {may}, {used}", token.name)));
    let name = Rect::from_min_max(inner.min, pos2(inner.left() + 232.0, inner.bottom()));
    text_at(ui.painter(), theme, name, &token.name, TextRole::Body, theme.color.t1);
    let rest = Rect::from_min_max(pos2(inner.left() + 240.0, inner.top()), inner.max);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rest).layout(Layout::right_to_left(Align::Center)));
    let revoke = format!("Revoke {}", token.name);
    if IconButton::new(icons::TRASH, &revoke).show(&mut ui, theme).clicked() {
        *dialog = Some(Dialog::Revoke(token.name.clone()));
    }
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        outline_chip(ui, theme, may);
        ui.add(Label::new(theme.colored(TextRole::Small, used, theme.color.t3)).truncate());
    });
}
