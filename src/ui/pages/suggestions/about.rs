//! The words of a card: what it is about, what was seen, why it matters, when to stop, and what speaks against it.

use eframe::egui::text::LayoutJob;
use eframe::egui::{Align, Label, Layout, TextFormat, Ui, vec2};

use super::words::{seen_words, state_line};
use crate::model::suggest::{Card, Sureness, Topic};
use crate::ui::cx::PanelCx;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Tone, chip};

/// Width of the names of what stands below the text.
const NAMES: f32 = 92.0;

/// The icon of a topic.
pub const fn topic_icon(topic: Topic) -> Icon {
    match topic {
        Topic::Cpu => icons::CPU,
        Topic::Memory => icons::MEMORY,
        Topic::Disk => icons::HARD_DRIVES,
        Topic::Filesystem => icons::FOLDER_OPEN,
        Topic::Network => icons::NETWORK,
        Topic::Scheduler => icons::LIST,
        Topic::Workers => icons::USERS,
        Topic::DatabasePool => icons::DATABASE,
        Topic::Statement => icons::MAGNIFYING_GLASS,
        Topic::Errors => icons::WARNING,
        Topic::ResponseTime => icons::CLOCK,
        Topic::Cache => icons::ROWS,
        Topic::Ml => icons::STACK,
        Topic::Profile => icons::SLIDERS_HORIZONTAL,
    }
}

/// The tone of how sure a card is.
const fn sure_tone(sure: Sureness) -> Tone {
    match sure {
        Sureness::High => Tone::Success,
        Sureness::Medium => Tone::Info,
        Sureness::Low => Tone::Neutral,
    }
}

/// Draws the words of a card.
pub fn about_ui(cx: &PanelCx<'_>, ui: &mut Ui, card: &Card) {
    let theme = cx.theme;
    let c = &theme.color;
    let suggestion = &card.suggestion;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), theme.size.chip),
        Layout::right_to_left(Align::Center),
        |ui| {
            let sure = chip(ui, theme, sure_tone(suggestion.sure), None, &format!("Sure: {}", suggestion.sure.word()));
            let why = if suggestion.source.is_empty() {
                suggestion.sure_why.to_string()
            } else {
                format!("{}\n\nRule of thumb: {}", suggestion.sure_why, suggestion.source)
            };
            sure.on_hover_text(why);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.label(topic_icon(suggestion.topic).text(theme.size.icon, c.t2));
                ui.label(theme.colored(TextRole::Small, suggestion.topic.title(), c.t2));
                if !suggestion.subject.is_empty() {
                    let subject = theme.colored(TextRole::Small, suggestion.subject.as_ref(), c.t3);
                    ui.add(Label::new(subject).truncate()).on_hover_text(suggestion.subject.as_ref());
                }
            });
        },
    );
    ui.add(Label::new(theme.text(TextRole::Title, suggestion.title.as_ref())).wrap());
    if let Some((icon, words)) = state_line(card, &cx.snapshot.advice, cx) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.label(icon.text(14.0, c.t2));
            ui.add(Label::new(theme.colored(TextRole::Small, words, c.t2)).wrap());
        });
    }
    let text = |color| TextFormat {
        line_height: Some(theme.line_height(TextRole::Body)),
        ..TextFormat::simple(theme.font(TextRole::Body), color)
    };
    let strong = TextFormat { font_id: theme.font(TextRole::BodyStrong), ..text(c.t1) };
    let mut seen = LayoutJob::default();
    seen.append(&seen_words(suggestion.period, cx.now), 0.0, strong);
    seen.append(&format!(" {}", suggestion.seen), 0.0, text(c.t2));
    ui.add(Label::new(seen).wrap());
    ui.add_space(2.0);
    for (name, text) in
        [("Why it matters", &suggestion.why), ("Stop at", &suggestion.stop_at), ("Against it", &suggestion.against)]
    {
        if !text.is_empty() {
            fact_ui(cx, ui, name, text);
        }
    }
}

fn fact_ui(cx: &PanelCx<'_>, ui: &mut Ui, name: &str, text: &str) {
    let theme = cx.theme;
    let c = &theme.color;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let height = theme.line_height(TextRole::Small);
        ui.allocate_ui_with_layout(vec2(NAMES, height), Layout::left_to_right(Align::Min), |ui| {
            ui.set_width(NAMES);
            ui.label(theme.colored(TextRole::Small, name, c.t3));
        });
        ui.add(Label::new(theme.colored(TextRole::Small, text, c.t2)).wrap());
    });
}
