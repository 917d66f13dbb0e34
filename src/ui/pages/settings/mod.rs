//! The settings page. What is typed is a draft until the field is left; each change can be undone.

mod api;
mod history;
mod remote_write;
mod sources;

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{
    Align, Key, Layout, Modifiers, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use self::api::{ApiPanel, api_ui};
pub use self::history::disk_bytes;
use self::history::{HistoryDrafts, history_ui};
use self::remote_write::{RemoteWritePanel, remote_write_ui};
use self::sources::{SourcesPanel, sources_ui};
use crate::model::quantity::{decimals, joined};
use crate::model::{ByteUnits, Command, Settings, SettingsCommand, TemperatureUnit, ThemeChoice};
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::icons;
use crate::ui::pages::page_place;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, hairline, panel, panel_head, segments, slider_field, text_at, toggle};

/// What the page remembers between frames.
#[derive(Debug, Default)]
pub struct SettingsPanel {
    interval_draft: Option<String>,
    zoom_draft: Option<String>,
    history: HistoryDrafts,
    api: ApiPanel,
    remote_write: RemoteWritePanel,
    sources: SourcesPanel,
    /// Settings before each change, oldest first.
    undo: Vec<Settings>,
    /// What was sent and not yet answered, and the settings it was sent over.
    sent: Option<(Settings, Arc<Settings>)>,
}

impl SettingsPanel {
    const UNDO_DEPTH: usize = 50;

    /// The settings as they will be once the engine has taken what was sent.
    fn present(&mut self, in_force: &Arc<Settings>) -> Settings {
        match &self.sent {
            Some((wanted, over)) if Arc::ptr_eq(over, in_force) => wanted.clone(),
            _ => {
                self.sent = None;
                (**in_force).clone()
            }
        }
    }

    fn commit(&mut self, cx: &PanelCx<'_>, wanted: Settings) {
        self.sent = Some((wanted.clone(), cx.snapshot.settings.clone()));
        cx.send(Command::Settings(SettingsCommand::Replace(wanted)));
    }
}

/// Draws the page.
pub fn settings_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut SettingsPanel) {
    let before = state.present(&cx.snapshot.settings);
    let mut wanted = before.clone();
    let sizes = cx.theme.frame(cx.is_compact);
    let place = page_place(ui, sizes.margin_x);
    let mut is_undo = !ui.ctx().text_edit_focused() && ui.input_mut(|i| i.consume_key(Modifiers::COMMAND, Key::Z));
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ScrollArea::vertical().id_salt("settings").auto_shrink(false).show(ui, |ui| {
            let most = if cx.is_compact { 720.0 } else { 1240.0 };
            ui.set_max_width((ui.available_width() - sizes.margin_x).min(most));
            ui.spacing_mut().item_spacing = vec2(sizes.gap, sizes.gap);
            ui.add_space(sizes.margin_y);
            if cx.is_compact {
                sampling_ui(cx, ui, state, &mut wanted);
                history_ui(cx, ui, &mut state.history, &mut wanted);
                look_ui(cx, ui, state, &mut wanted);
                units_ui(cx, ui, &mut wanted);
                folders_ui(cx, ui);
                api_ui(cx, ui, &mut state.api, &mut wanted);
                remote_write_ui(cx, ui, &mut state.remote_write);
                sources_ui(cx, ui, &mut state.sources);
                is_undo |= foot_ui(cx, ui, state, &mut wanted);
            } else {
                ui.columns(2, |columns| {
                    sampling_ui(cx, &mut columns[0], state, &mut wanted);
                    history_ui(cx, &mut columns[0], &mut state.history, &mut wanted);
                    look_ui(cx, &mut columns[1], state, &mut wanted);
                    units_ui(cx, &mut columns[1], &mut wanted);
                    folders_ui(cx, &mut columns[1]);
                    is_undo |= foot_ui(cx, &mut columns[1], state, &mut wanted);
                });
                api_ui(cx, ui, &mut state.api, &mut wanted);
                remote_write_ui(cx, ui, &mut state.remote_write);
                sources_ui(cx, ui, &mut state.sources);
            }
        });
    });
    let wanted = wanted.clamped();
    if is_undo {
        if let Some(previous) = state.undo.pop() {
            state.commit(cx, previous);
        }
    } else if wanted != before {
        state.undo.push(before);
        if state.undo.len() > SettingsPanel::UNDO_DEPTH {
            state.undo.remove(0);
        }
        state.commit(cx, wanted);
    }
}

fn sampling_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut SettingsPanel, wanted: &mut Settings) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Sampling", "in the background, also while the screen is paused", |_| {});
        row_ui(cx, ui, "Interval", "Shorter shows more and costs more", |ui| {
            let millis = wanted.interval_millis as f64;
            let range = Settings::MIN_INTERVAL.as_millis() as f64..=Settings::MAX_INTERVAL.as_millis() as f64;
            let picked = slider_field(
                ui,
                theme,
                "Interval",
                millis,
                range,
                &mut state.interval_draft,
                write_millis,
                read_millis,
            );
            if let Some(millis) = picked {
                wanted.interval_millis = ((millis / 50.0).round() * 50.0) as u64;
            }
        });
    });
}

fn look_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut SettingsPanel, wanted: &mut Settings) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Look", "", |_| {});
        row_ui(cx, ui, "Theme", "", |ui| {
            let choices = [(ThemeChoice::System, "System"), (ThemeChoice::Dark, "Dark"), (ThemeChoice::Light, "Light")];
            segments(ui, theme, "Theme", &mut wanted.theme, &choices);
        });
        hairline(ui, theme);
        row_ui(cx, ui, "Zoom", "Ctrl and +, −, 0", |ui| {
            let percent = f64::from(wanted.zoom * 100.0).round();
            let range = f64::from(Settings::ZOOM.0 * 100.0).round()..=f64::from(Settings::ZOOM.1 * 100.0).round();
            let write = |v: f64| joined(&decimals(v, 0), "%");
            let picked = slider_field(ui, theme, "Zoom", percent, range, &mut state.zoom_draft, write, read_percent);
            if let Some(percent) = picked {
                wanted.zoom = ((percent / 5.0).round() * 5.0 / 100.0) as f32;
            }
        });
        hairline(ui, theme);
        row_ui(cx, ui, "Contrast", "Edges and hints stand out more", |ui| {
            toggle(ui, theme, &mut wanted.more_contrast, "More contrast");
        });
        hairline(ui, theme);
        row_ui(cx, ui, "Motion", "Menus and messages do not fade", |ui| {
            toggle(ui, theme, &mut wanted.reduce_motion, "Reduce motion");
        });
    });
}

fn units_ui(cx: &PanelCx<'_>, ui: &mut Ui, wanted: &mut Settings) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Units", "on the screen; what is stored does not change", |_| {});
        row_ui(cx, ui, "Memory", "Disk and network are always MB/s", |ui| {
            let choices = [(ByteUnits::Binary, "MiB, GiB"), (ByteUnits::Decimal, "MB, GB")];
            segments(ui, theme, "Memory", &mut wanted.units.memory, &choices);
        });
        hairline(ui, theme);
        row_ui(cx, ui, "Temperature", "", |ui| {
            let choices = [(TemperatureUnit::Celsius, "°C"), (TemperatureUnit::Fahrenheit, "°F")];
            segments(ui, theme, "Temperature", &mut wanted.units.temperature, &choices);
        });
    });
}

fn folders_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    let folders = &cx.snapshot.folders;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Folders", "chosen with --config-dir and --data-dir at the start", |_| {});
        folder_ui(cx, ui, "Settings and layouts", "Copy the settings folder", &folders.config);
        hairline(ui, theme);
        folder_ui(cx, ui, "Data", "Copy the data folder", &folders.data);
    });
}

fn folder_ui(cx: &PanelCx<'_>, ui: &mut Ui, label: &str, name: &str, path: &Path) {
    let text = path.display().to_string();
    row_ui(cx, ui, label, "", |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if Button::quiet("Copy").icon(icons::COPY).name(name).show(ui, cx.theme).clicked() {
                cx.ask(Intent::Copy(text.clone()));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let path = cx.theme.text(TextRole::Code, text.as_str());
                ui.add(eframe::egui::Label::new(path).truncate().selectable(true));
            });
        });
    });
}

/// Undo and reset; true when undo was asked for.
fn foot_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &SettingsPanel, wanted: &mut Settings) -> bool {
    let Settings { hint_dismissed, tour_dismissed, .. } = *wanted;
    let defaults = Settings { hint_dismissed, tour_dismissed, ..Settings::default() };
    ui.horizontal(|ui| {
        let why_not = (*wanted == defaults).then_some("These are the defaults");
        if Button::secondary("Reset to defaults").why_not(why_not).show(ui, cx.theme).clicked() {
            *wanted = defaults.clone();
        }
        let why_not = state.undo.is_empty().then_some("Nothing was changed");
        let undo = Button::quiet("Undo").icon(icons::ARROW_COUNTER_CLOCKWISE).why_not(why_not);
        undo.show(ui, cx.theme).clicked()
    })
    .inner
}

/// One setting: its name and hint at the left, its control from 256 points on.
fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, label: &str, hint: &str, control: impl FnOnce(&mut Ui)) {
    const CONTROL_AT: f32 = 256.0;
    let theme = cx.theme;
    let height = if hint.is_empty() { 44.0 } else { 56.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let (left, right) = rect.shrink2(vec2(16.0, 4.0)).split_left_right_at_x(rect.left() + CONTROL_AT);
    let line = |top: f32, height: f32| Rect::from_min_size(pos2(left.left(), top), vec2(left.width(), height));
    let lines = if hint.is_empty() { 20.0 } else { 36.0 };
    let top = rect.center().y - lines / 2.0;
    text_at(ui.painter(), theme, line(top, 20.0), label, TextRole::BodyStrong, theme.color.t1);
    text_at(ui.painter(), theme, line(top + 20.0, 16.0), hint, TextRole::Small, theme.color.t3);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{label} {hint}").trim()));
    // A child of its own: its height must not move the next row.
    control(&mut ui.new_child(UiBuilder::new().max_rect(right).layout(Layout::left_to_right(Align::Center))));
}

fn write_millis(millis: f64) -> String {
    if millis < 1000.0 {
        joined(&decimals(millis, 0), "ms")
    } else {
        let n = if (millis / 1000.0).fract() == 0.0 { 0 } else { 2 };
        joined(&decimals(millis / 1000.0, n), "s")
    }
}

/// Reads "250 ms", "1.5 s" or a plain number of seconds.
fn read_millis(text: &str) -> Result<f64, String> {
    let text = text.trim().replace(crate::model::quantity::THIN_SPACE, " ").to_lowercase();
    let (number, times) = if let Some(number) = text.strip_suffix("ms") {
        (number, 1.0)
    } else {
        (text.strip_suffix('s').unwrap_or(&text), 1000.0)
    };
    number
        .trim()
        .replace(',', ".")
        .parse::<f64>()
        .ok()
        .filter(|v| v.is_finite())
        .map(|v| v * times)
        .ok_or_else(|| "Type a time, such as 250 ms or 2 s".to_owned())
}

fn read_percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').replace(crate::model::quantity::THIN_SPACE, " ");
    let parsed = number.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    parsed.ok_or_else(|| "Type a percentage, such as 125".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_as_people_write_them() {
        for (text, expect) in [
            ("250 ms", Some(250.0)),
            ("1.5s", Some(1500.0)),
            ("1,5 s", Some(1500.0)),
            ("2", Some(2000.0)),
            ("soon", None),
            ("", None),
            ("inf", None),
        ] {
            assert_eq!(read_millis(text).ok(), expect, "{text}");
        }
        for millis in [250.0, 1000.0, 1500.0, 10_000.0] {
            assert_eq!(read_millis(&write_millis(millis)), Ok(millis));
        }
    }
}
