//! The help page: the keys, how to read the charts, and the language that filters processes.

use eframe::egui::{Align, Layout, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::ui::actions;
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::icons::Icon;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{hairline, key_cap, link, panel, panel_head};

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
    ("Breaks", "Where the line breaks nothing was read; it is never drawn as zero. The flag above says why"),
    ("Crosshair", "Point anywhere: every chart shows its values at that moment in its head"),
    (
        "Zoom and pan",
        "Ctrl and the wheel zoom around the pointer; a drag pans; a drag with Shift or the right button zooms into a box",
    ),
    ("Live", "Panning back leaves live; “Follow live” returns to now"),
    ("Grey values", "A reason stands where a number cannot be had on this machine"),
];

const HISTORY: [(&str, &str); 7] = [
    (
        "Tiers",
        "Every sample is kept for some days, one-minute buckets for some months, one-hour buckets for years; Settings \
         says how long. Beside the spans of the charts stands how finely what they show is kept",
    ),
    ("Bucket", "The least, the greatest and the mean of all samples of its minute or hour"),
    (
        "Inspector",
        "Click a point of a chart: the busiest processes then, every value, and what was noted near. In a long view \
         the click goes to the second that made the spike",
    ),
    ("Jump to", "The calendar takes days, a period, or one time as you write it: 14:03, yesterday 14:03, -2h"),
    (
        "Notes",
        "N or “Add note” writes one, at the inspected moment or now; a click on its flag shows, changes or removes it",
    ),
    (
        "Flags",
        "Notes, starts, stops, sleep, clock and settings changes; “Flags on the charts” chooses, searches and lists them",
    ),
    (
        "Reports",
        "A period as a page, its samples as a file, recordings of other tools, and the whole history as one archive",
    ),
];

const COMPARE: [(&str, &str); 5] = [
    ("A and B", "The baseline, and what is compared with it. Right-click a chart to take the shown span for either"),
    ("Median, p95", "Half of the samples lie below the median, 95 of 100 below p95"),
    (
        "Interval",
        "Where the change of the median lies with 95 % confidence, allowing for samples that resemble their neighbours",
    ),
    (
        "Higher, lower",
        "The whole interval lies on one side of zero. “No difference shown”: it holds zero, so chance may have made \
         the change; that does not prove the periods equal",
    ),
    ("Too little data", "Fewer independent samples than an interval needs: choose longer periods"),
];

/// Draws the page.
pub fn help_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let sizes = cx.theme.frame(cx.is_compact);
    let place = super::page_place(ui, sizes.margin_x);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ScrollArea::vertical().id_salt("help").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - sizes.margin_x);
            ui.spacing_mut().item_spacing = vec2(sizes.gap, sizes.gap);
            ui.add_space(sizes.margin_y);
            let words = |ui: &mut Ui| {
                words_ui(cx, ui, "Filter processes", "on the Processes page", &FILTERS, TextRole::Code);
                words_ui(cx, ui, "Read the charts", "", &CHARTS, TextRole::SmallStrong);
                words_ui(cx, ui, "Look back", "history, notes and reports", &HISTORY, TextRole::SmallStrong);
                words_ui(cx, ui, "Compare two periods", "", &COMPARE, TextRole::SmallStrong);
            };
            if cx.is_compact {
                keys_ui(cx, ui);
                words(ui);
            } else {
                ui.columns(2, |columns| {
                    keys_ui(cx, &mut columns[0]);
                    words(&mut columns[1]);
                });
            }
        });
    });
}

fn keys_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Keys", "everything is in the palette, too", |ui| {
            if link(ui, theme, "Take the tour").clicked() {
                cx.ask(Intent::TakeTour);
            }
        });
        for (i, action) in actions::listed().enumerate() {
            if let Some(keys) = action.keys(ui.ctx()) {
                if i > 0 {
                    hairline(ui, theme);
                }
                key_row(cx, ui, Some(action.icon), action.name, &[&keys]);
            }
        }
    });
    let pages = [
        ("Keys on Charts", &actions::CHART_KEYS[..]),
        ("Keys on Processes", &actions::PROCESS_KEYS),
        ("Keys on Profiles", &actions::PROFILE_KEYS),
        ("Keys on Alerts", &actions::ALERT_KEYS),
        ("Keys on Services", &actions::SERVICE_KEYS),
    ];
    for (title, rows) in pages {
        panel(ui, theme, |ui| {
            panel_head(ui, theme, cx.is_compact, title, "", |_| {});
            for (i, (name, keys)) in rows.iter().enumerate() {
                if i > 0 {
                    hairline(ui, theme);
                }
                key_row(cx, ui, None, name, keys);
            }
        });
    }
}

fn key_row(cx: &PanelCx<'_>, ui: &mut Ui, icon: Option<Icon>, name: &str, keys: &[&str]) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    if let Some(icon) = icon {
        row.label(icon.text(theme.size.icon, theme.color.t3));
    }
    row.label(theme.text(TextRole::Body, name));
    row.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for key in keys.iter().rev() {
            key_cap(ui, theme, key);
        }
    });
}

fn words_ui(cx: &PanelCx<'_>, ui: &mut Ui, title: &str, hint: &str, words: &[(&str, &str)], role: TextRole) {
    const MEANING_AT: f32 = 160.0;
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, title, hint, |_| {});
        for (i, (word, meaning)) in words.iter().enumerate() {
            if i > 0 {
                hairline(ui, theme);
            }
            let width = ui.available_width();
            let room = width - MEANING_AT - 16.0;
            let font = theme.font(TextRole::Small);
            let meaning_text = ui.painter().layout((*meaning).to_owned(), font, theme.color.t2, room);
            let height = meaning_text.size().y + 12.0;
            let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
            let word_text = ui.painter().layout_no_wrap((*word).to_owned(), theme.font(role), theme.color.t1);
            let first_line = rect.top() + 6.0 + 8.0;
            let at = pos2(rect.left() + 16.0, first_line - word_text.size().y / 2.0);
            ui.painter().galley(at, word_text, theme.color.t1);
            let at = pos2(rect.left() + MEANING_AT, rect.top() + 6.0);
            ui.painter().galley(at, meaning_text, theme.color.t2);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{word}: {meaning}")));
        }
    });
}
