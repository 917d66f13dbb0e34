//! The HTTP API: where it listens, who may use it, what is unsafe about it, and what was changed through it.

mod dialogs;
mod log;
mod tokens;

use eframe::egui::{Align, Key, Label, Layout, Sense, Ui, vec2};

use self::dialogs::{Dialog, dialog_ui};
use super::row_ui;
use crate::model::access::{Access, AccessCommand, ApiCounts, ApiSettings, Listening, MAIN_TOKEN, ServerState};
use crate::model::quantity::decimals;
use crate::model::{Command, Settings, Timestamp};
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, Problem, Tone, banner, hairline, panel, panel_head, text_at, toggle};

/// A text that was asked for and has not come by then will not.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// What the section remembers between frames.
#[derive(Debug, Default)]
pub struct ApiPanel {
    address_draft: Option<String>,
    dialog: Option<Dialog>,
    /// Since when the main token's text is waited for.
    copying: Option<Timestamp>,
}

/// Draws the section.
pub fn api_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ApiPanel, wanted: &mut Settings) {
    let theme = cx.theme;
    let access = &cx.snapshot.access;
    take_secret(cx, state);
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "API", "for programs, Prometheus and other machines", |_| {});
        for warning in access.warnings.iter() {
            banner(ui, theme, Tone::Warning, warning, None);
        }
        if !access.file_error.is_empty() {
            banner(ui, theme, Tone::Warning, &access.file_error, None);
        }
        row_ui(cx, ui, "Serve the API", &state_words(&access.server), |ui| {
            toggle(ui, theme, &mut wanted.api.is_on, "Serve the API");
            if let Some(listening) = access.listening() {
                url_ui(cx, ui, listening);
            }
        });
        if let ServerState::Failed(why) = &access.server {
            banner(ui, theme, Tone::Warning, why, None);
        }
        hairline(ui, theme);
        row_ui(cx, ui, "Address", address_hint(access, &cx.snapshot.settings.api), |ui| {
            address_ui(cx, ui, &mut state.address_draft, &mut wanted.api);
        });
        if let Some(fingerprint) = access.listening().and_then(|listening| listening.fingerprint.as_deref()) {
            hairline(ui, theme);
            row_ui(cx, ui, "Certificate", "SHA-256, to be compared at the first visit", |ui| {
                copied_ui(cx, ui, fingerprint, "Copy the fingerprint of the certificate");
            });
        }
        hairline(ui, theme);
        row_ui(cx, ui, "Changes", changes_hint(access), |ui| {
            toggle(ui, theme, &mut wanted.api.read_only, "Refuse every change");
        });
        hairline(ui, theme);
        row_ui(cx, ui, "Main token", &main_words(cx), |ui| main_ui(cx, ui, state));
        hairline(ui, theme);
        tokens::tokens_ui(cx, ui, &mut state.dialog);
        hairline(ui, theme);
        log::log_ui(cx, ui, access);
        foot_ui(cx, ui, &counts_words(&access.counts));
    });
    dialog_ui(cx, ui, &mut state.dialog);
}

/// Puts a text that has come where it was asked for: on the clipboard, or into the dialog that shows it once.
fn take_secret(cx: &PanelCx<'_>, state: &mut ApiPanel) {
    if state.copying.is_some_and(|since| cx.now.since(since) > PATIENCE) {
        state.copying = None;
    }
    let Some(revealed) = &cx.snapshot.access.revealed else { return };
    let is_awaited = match &state.dialog {
        Some(Dialog::Making(name)) => revealed.is_new && *revealed.name == **name,
        _ => false,
    };
    if is_awaited {
        state.dialog = Some(Dialog::Made { name: revealed.name.clone(), secret: revealed.secret.clone() });
        cx.send(Command::Access(AccessCommand::Hide));
    } else if !revealed.is_new && state.copying.take().is_some() {
        cx.ask(Intent::Copy(revealed.secret.0.to_string()));
        cx.send(Command::Access(AccessCommand::Hide));
    }
}

fn state_words(state: &ServerState) -> String {
    match state {
        ServerState::Off => "It is off".into(),
        ServerState::OffByFlag => "Kept off when Perfdesk was started: --no-api".into(),
        ServerState::Listening(listening) if listening.fingerprint.is_some() => "It listens, with TLS".into(),
        ServerState::Listening(_) => "It listens".into(),
        ServerState::Failed(_) => "It does not listen".into(),
    }
}

fn address_hint(access: &Access, settings: &ApiSettings) -> &'static str {
    match access.listening() {
        Some(listening) if *listening.address != settings.place() => "Another was chosen with --api",
        _ => "Others than 127.0.0.1 have TLS",
    }
}

fn changes_hint(access: &Access) -> &'static str {
    match access.listening() {
        Some(listening) if listening.is_read_only => "Refused when Perfdesk was started: --read-only",
        _ => "Every token may then read alone",
    }
}

fn main_words(cx: &PanelCx<'_>) -> String {
    match cx.snapshot.access.token(MAIN_TOKEN) {
        Some(token) => tokens::used_words(token.used, cx.now),
        None => "Made when the API first starts".into(),
    }
}

fn url_ui(cx: &PanelCx<'_>, ui: &mut Ui, listening: &Listening) {
    copied_ui(cx, ui, &listening.url(), "Copy the address of the API");
}

/// A text of code with a button that copies it, which stands at the right.
fn copied_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &str, name: &str) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if Button::quiet("Copy").icon(icons::COPY).name(name).show(ui, cx.theme).clicked() {
            cx.ask(Intent::Copy(text.to_owned()));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add(Label::new(cx.theme.text(TextRole::Code, text)).truncate().selectable(true));
        });
    });
}

fn address_ui(cx: &PanelCx<'_>, ui: &mut Ui, draft: &mut Option<String>, api: &mut ApiSettings) {
    let mut text = draft.clone().unwrap_or_else(|| api.place());
    let read = api.at(&text);
    let problem = read.as_ref().err().filter(|_| draft.is_some()).map(|why| Problem::Error(why));
    let field = Field::new(&mut text, "Address and port").code().width(200.0).problem(problem).show(ui, cx.theme);
    if field.changed() {
        *draft = Some(text);
    }
    if field.lost_focus()
        && draft.take().is_some()
        && !ui.input(|i| i.key_pressed(Key::Escape))
        && let Ok(changed) = read
    {
        *api = changed;
    }
}

fn main_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ApiPanel) {
    let theme = cx.theme;
    let is_made = cx.snapshot.access.token(MAIN_TOKEN).is_some();
    let why_not = (!is_made).then_some("There is none yet");
    ui.label(theme.colored(TextRole::Code, if is_made { "••••••••••••" } else { "–" }, theme.color.t2));
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let renew = Button::quiet("Renew…").icon(icons::ARROWS_CLOCKWISE).name("Renew the main token").why_not(why_not);
        if renew.show(ui, theme).clicked() {
            state.dialog = Some(Dialog::Rotate);
        }
        let copy = Button::quiet("Copy").icon(icons::COPY).name("Copy the main token").why_not(why_not);
        if copy.show(ui, theme).clicked() {
            state.copying = Some(cx.now);
            cx.send(Command::Access(AccessCommand::Reveal));
        }
    });
}

fn counts_words(counts: &ApiCounts) -> String {
    let n = |n: u64| decimals(n as f64, 0);
    let mut words = format!(
        "{} requests, {} connections, {} open",
        n(counts.n_requests),
        n(counts.n_connections),
        n(counts.n_open)
    );
    for (count, what) in [
        (counts.n_refused, "refused"),
        (counts.n_rate_limited, "slowed down after wrong tokens"),
        (counts.n_turned_away, "connections turned away"),
        (counts.n_timed_out, "clients too slow"),
        (counts.n_panics, "broke down"),
    ] {
        if count > 0 {
            words.push_str(&format!(", {} {what}", n(count)));
        }
    }
    words
}

/// A line below the section, in small type.
fn foot_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    text_at(ui.painter(), cx.theme, inner, text, TextRole::Small, cx.theme.color.t3);
    response.widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Label, true, text));
}
