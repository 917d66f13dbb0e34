//! What was looked at: every kind of suggestion, and why it raised nothing.

use eframe::egui::{
    Align, CursorIcon, Frame, Label, Layout, Margin, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::about::topic_icon;
use super::words::record_words;
use crate::model::suggest::{Advice, KindState, KindStatus};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Mark, Tone, focus_ring, hairline, panel, state_mark};

const TITLE: f32 = 236.0;
const STATE: f32 = 104.0;

/// Draws the kinds below the cards; true when the head was clicked, which folds or unfolds them.
pub fn looked_ui(cx: &PanelCx<'_>, ui: &mut Ui, is_open: bool) -> bool {
    let advice = &cx.snapshot.advice;
    if advice.kinds.is_empty() {
        return false;
    }
    panel(ui, cx.theme, |ui| {
        let is_clicked = head_ui(cx, ui, advice, is_open);
        if is_open {
            for (i, kind) in advice.kinds.iter().enumerate() {
                if i > 0 {
                    hairline(ui, cx.theme);
                }
                kind_ui(cx, ui, kind);
            }
            if advice.n_left_out > 0 {
                hairline(ui, cx.theme);
                left_out_ui(cx, ui, advice.n_left_out);
            }
        }
        is_clicked
    })
    .inner
}

fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, advice: &Advice, is_open: bool) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let height = theme.frame(cx.is_compact).panel_head;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let caret = if is_open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
    let color = if response.hovered() { c.t1 } else { c.t3 };
    caret.paint(ui.painter(), pos2(rect.left() + 22.0, rect.center().y), 12.0, color);
    let inner = rect.shrink2(vec2(16.0, 0.0)).with_min_x(rect.left() + 34.0);
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    row.add(Label::new(theme.text(TextRole::Heading, "What was looked at")).sense(Sense::empty()));
    let hint = theme.colored(TextRole::Small, tally(advice), c.t3);
    row.add(Label::new(hint).truncate().sense(Sense::empty()));
    if is_open {
        ui.painter().hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, c.line));
    }
    focus_ring(ui, theme, &response, theme.radius.panel);
    let name = if is_open { "Fold what was looked at" } else { "Unfold what was looked at" };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_open, name));
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

/// How many kinds came to what.
fn tally(advice: &Advice) -> String {
    let count = |wanted: fn(&KindState) -> bool| advice.kinds.iter().filter(|kind| wanted(&kind.state)).count();
    let parts = [
        (count(|state| matches!(state, KindState::Raised(_))), "with a card"),
        (count(|state| matches!(state, KindState::Fine(_))), "fine"),
        (count(|state| matches!(state, KindState::NoData(_))), "without data"),
        (count(|state| matches!(state, KindState::Waiting)), "not yet"),
    ];
    let words: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    format!("{} kinds: {}", advice.kinds.len(), words.join(", "))
}

fn kind_ui(cx: &PanelCx<'_>, ui: &mut Ui, kind: &KindStatus) {
    let theme = cx.theme;
    let c = &theme.color;
    let shown = Frame::new().inner_margin(Margin::symmetric(16, 6)).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.spacing_mut().interact_size.y = theme.line_height(TextRole::Small);
            cell(ui, TITLE, |ui| {
                ui.label(topic_icon(kind.topic).text(14.0, c.t3));
                ui.add(Label::new(theme.colored(TextRole::Small, kind.title.as_ref(), c.t1)).truncate());
            });
            let (mark, word, text) = told(&kind.state);
            cell(ui, STATE, |ui| {
                state_mark(ui, theme, mark, &word);
            });
            ui.add(Label::new(theme.colored(TextRole::Small, text, c.t2)).wrap());
        });
    });
    let mut tip = format!("Rule of thumb: {}", kind.source);
    if kind.record.n_judged() > 0 {
        tip = format!("{tip}\n{}", record_words(&kind.record));
    }
    shown.response.on_hover_text(tip);
}

fn cell(ui: &mut Ui, width: f32, draw: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, 16.0), Layout::left_to_right(Align::Min), |ui| {
        ui.set_width(width);
        draw(ui);
    });
}

fn told(state: &KindState) -> (Mark, String, &str) {
    let neutral = |icon| Mark { icon, tone: Tone::Neutral };
    match state {
        KindState::Waiting => (neutral(icons::CIRCLE), "Not yet".into(), "It is looked at within half a minute"),
        KindState::NoData(why) => (neutral(icons::PROHIBIT), "No data".into(), why),
        KindState::Fine(why) => (neutral(icons::fill::CHECK_CIRCLE), "Fine".into(), why),
        KindState::Raised(n) => {
            let mark = Mark { icon: icons::LIGHTBULB, tone: Tone::Accent };
            (mark, format!("{n} card{}", if *n == 1 { "" } else { "s" }), "")
        }
    }
}

fn left_out_ui(cx: &PanelCx<'_>, ui: &mut Ui, n: usize) {
    Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| {
        let text = match n {
            1 => "One series is not followed, because there are too many".to_owned(),
            n => format!("{n} series are not followed, because there are too many"),
        };
        ui.label(cx.theme.colored(TextRole::Small, text, cx.theme.color.t3));
    });
}
