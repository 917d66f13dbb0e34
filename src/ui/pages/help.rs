//! The help page: the keys, how to read the charts, and the language that filters processes.

use eframe::egui::{Align, Layout, ScrollArea, Sense, Ui, UiBuilder, vec2};

use crate::ui::actions;
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{hairline, key_cap, panel, panel_head};

const FILTERS: [(&str, &str); 12] = [
    ("post", "name or command contains “post”"),
    ("name:post", "name contains “post”; name=postgres for exactly that"),
    ("cmd:--serve", "command line contains “--serve”"),
    ("user:root", "runs as a user whose name contains “root”"),
    ("pid=2251", "exactly this process"),
    ("cpu>5", "more than 5 % of one core"),
    ("mem>500MiB", "more than 500 MiB resident"),
    ("threads>=10", "10 threads or more"),
    ("state:running", "running, sleeping, disk wait, stopped, zombie, idle"),
    ("cpu>5 user:root", "both must hold"),
    ("nginx or redis", "one must hold; parentheses group"),
    ("-user:root", "must not hold; also written: not user:root"),
];

const CHARTS: [(&str, &str); 7] = [
    (
        "Line and band",
        "The line is the mean of each step of time, the band reaches from its least to its greatest value",
    ),
    ("Spikes", "A spike of a single sample stays visible at every zoom: it is the top of the band"),
    ("Breaks", "Where the line breaks nothing was read; it is never drawn as zero"),
    ("Crosshair", "Point anywhere: every chart shows its values at that moment in its head"),
    (
        "Zoom and pan",
        "Ctrl and the wheel zoom around the pointer; a drag pans; a drag with the right button zooms into a box",
    ),
    ("Live", "Panning back leaves live; “Follow live” returns to now"),
    ("Grey values", "A reason stands where a number cannot be had on this machine"),
];

/// Draws the page.
pub fn help_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let sizes = cx.theme.frame(cx.is_compact);
    let place = ui.max_rect().shrink2(vec2(sizes.margin_x, 0.0));
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(sizes.gap, sizes.gap);
            ui.add_space(sizes.margin_y - sizes.gap);
            if cx.is_compact {
                keys_ui(cx, ui);
                words_ui(cx, ui, "Filter processes", "on the Processes page", &FILTERS, TextRole::Code);
                words_ui(cx, ui, "Read the charts", "", &CHARTS, TextRole::SmallStrong);
            } else {
                ui.columns(2, |columns| {
                    keys_ui(cx, &mut columns[0]);
                    words_ui(
                        cx,
                        &mut columns[1],
                        "Filter processes",
                        "on the Processes page",
                        &FILTERS,
                        TextRole::Code,
                    );
                    words_ui(cx, &mut columns[1], "Read the charts", "", &CHARTS, TextRole::SmallStrong);
                });
            }
            ui.add_space(sizes.margin_y);
        });
    });
}

fn keys_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Keys", "everything is in the palette, too", |_| {});
        for action in actions::listed() {
            let Some(keys) = action.keys(ui.ctx()) else { continue };
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row), Sense::hover());
            let row = rect.shrink2(vec2(16.0, 0.0));
            ui.scope_builder(UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center)), |ui| {
                ui.label(action.icon.text(theme.size.icon, theme.color.t3));
                ui.label(theme.text(TextRole::Body, action.name));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| key_cap(ui, theme, &keys));
            });
            hairline(ui, theme);
        }
        ui.add_space(4.0);
    });
}

fn words_ui(cx: &PanelCx<'_>, ui: &mut Ui, title: &str, hint: &str, words: &[(&str, &str)], role: TextRole) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, title, hint, |_| {});
        for (word, meaning) in words {
            ui.add_space(4.0);
            ui.horizontal(|ui| {
                ui.add_space(16.0);
                ui.allocate_ui_with_layout(vec2(140.0, 20.0), Layout::left_to_right(Align::Min), |ui| {
                    ui.set_min_width(140.0);
                    ui.label(theme.text(role, *word));
                });
                ui.vertical(|ui| {
                    ui.set_max_width(ui.available_width() - 16.0);
                    ui.label(theme.colored(TextRole::Small, *meaning, theme.color.t2));
                });
            });
            ui.add_space(4.0);
            hairline(ui, theme);
        }
        ui.add_space(4.0);
    });
}
