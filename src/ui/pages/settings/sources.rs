//! Prometheus-compatible servers as sources: whom to ask, how they answer, and a search for series to chart.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{Align, Key, Label, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::model::profile::Secret;
use crate::model::quantity::decimals;
use crate::model::remote_write::Login;
use crate::model::source::{Source, SourceCommand, SourceState, SourceStatus};
use crate::model::{Command, Timestamp};
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::icons;
use crate::ui::period::words::ago_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{
    Answer, Button, Field, IconButton, Mark, Tone, banner, hairline, modal, panel, panel_head, question, segments,
    state_mark, text_at,
};

/// Series of a search that are listed.
const N_SHOWN: usize = 12;
const ROW: f32 = 28.0;

/// What the section remembers between frames.
#[derive(Debug, Default)]
pub struct SourcesPanel {
    dialog: Option<Dialog>,
    /// What is typed into the search of each source.
    searches: BTreeMap<Arc<str>, String>,
}

#[derive(Debug)]
enum Dialog {
    Form(Box<Form>),
    Remove(Arc<str>),
}

#[derive(Debug, Default)]
struct Form {
    before: Option<Source>,
    has_secret: bool,
    name: String,
    url: String,
    has_token: bool,
    secret: String,
    tenant: String,
}

impl Form {
    fn of(status: &SourceStatus) -> Self {
        let source = &status.source;
        Self {
            before: Some(source.clone()),
            has_secret: status.has_secret,
            name: source.name.to_string(),
            url: source.url.to_string(),
            has_token: source.login != Login::Open,
            secret: String::new(),
            tenant: source.tenant.to_string(),
        }
    }

    /// The source that is meant.
    ///
    /// # Errors
    /// What is wrong, in words.
    fn read(&self, is_taken: impl Fn(&str) -> bool) -> Result<Source, String> {
        if self.before.is_none() && is_taken(self.name.trim()) {
            return Err("There is one of this name: choose another".into());
        }
        let before = self.before.clone().unwrap_or_default();
        let login = match (&before.login, self.has_token) {
            (_, false) => Login::Open,
            (Login::Basic { user }, true) => Login::Basic { user: user.clone() },
            (_, true) => Login::Bearer,
        };
        let typed = Some(self.secret.trim()).filter(|text| !text.is_empty()).map(|text| Secret(text.into()));
        let source = Source {
            name: self.name.trim().into(),
            url: self.url.trim().trim_end_matches('/').into(),
            login,
            secret: typed.clone(),
            tenant: self.tenant.trim().into(),
            ..before
        };
        // What is kept already is no want.
        let judged =
            Source { secret: typed.or_else(|| self.has_secret.then(|| Secret("kept".into()))), ..source.clone() };
        judged.fault().map_or(Ok(source), Err)
    }
}

/// Draws the section.
pub fn sources_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut SourcesPanel) {
    let theme = cx.theme;
    let sources = &cx.snapshot.sources;
    panel(ui, theme, |ui| {
        panel_head(
            ui,
            theme,
            cx.is_compact,
            "Sources",
            "series of Prometheus-compatible servers, charted like local ones",
            |ui| {
                if Button::secondary("New source…").icon(icons::PLUS).show(ui, theme).clicked() {
                    state.dialog = Some(Dialog::Form(Box::default()));
                }
            },
        );
        if !sources.file_error.is_empty() {
            banner(ui, theme, Tone::Warning, &sources.file_error, None);
        }
        if sources.list.is_empty() {
            let text =
                "No server is asked. With one, its series are searched and charted here; nothing there is changed";
            line_ui(cx, ui, text);
        }
        for (i, status) in sources.list.iter().enumerate() {
            if i > 0 {
                hairline(ui, theme);
            }
            source_ui(cx, ui, status, state);
        }
    });
    dialog_ui(cx, ui, &mut state.dialog);
}

fn send(cx: &PanelCx<'_>, command: SourceCommand) {
    cx.send(Command::Source(command));
}

fn line_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
    text_at(ui.painter(), cx.theme, rect.shrink2(vec2(16.0, 0.0)), text, TextRole::Small, cx.theme.color.t3);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

/// How a source answers, as a mark and a sentence.
fn mark_of(state: &SourceState, now: Timestamp) -> (Mark, String) {
    match state {
        SourceState::Unasked => (Mark { icon: icons::CIRCLE, tone: Tone::Neutral }, "Not asked yet".into()),
        SourceState::Answering(at) => {
            (Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }, format!("Answered {}", ago_words(*at, now)))
        }
        SourceState::Failed(since, why) => {
            let text = format!("Does not answer, first {}: {why}", ago_words(*since, now));
            (Mark { icon: icons::fill::WARNING, tone: Tone::Warning }, text)
        }
    }
}

fn source_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &SourceStatus, state: &mut SourcesPanel) {
    let theme = cx.theme;
    let source = &status.source;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 60.0), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 8.0));
    let (mark, word) = mark_of(&status.state, cx.now);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {word}", source.name)));
    let line = |n: f32| Rect::from_min_size(pos2(inner.left(), inner.top() + n * 22.0), vec2(inner.width(), 22.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(line(0.0)).layout(Layout::right_to_left(Align::Center)));
    if IconButton::new(icons::TRASH, &format!("Remove {}", source.name)).show(&mut row, theme).clicked() {
        state.dialog = Some(Dialog::Remove(source.name.clone()));
    }
    if IconButton::new(icons::PENCIL_SIMPLE, &format!("Change {}", source.name)).show(&mut row, theme).clicked() {
        state.dialog = Some(Dialog::Form(Box::new(Form::of(status))));
    }
    row.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.label(theme.text(TextRole::BodyStrong, &*source.name));
        ui.add(Label::new(theme.colored(TextRole::Code, &*source.url, theme.color.t2)).truncate());
    });
    let mut row = ui.new_child(UiBuilder::new().max_rect(line(1.0)).layout(Layout::left_to_right(Align::Center)));
    state_mark(&mut row, theme, mark, &word);
    search_ui(cx, ui, status, state.searches.entry(source.name.clone()).or_default());
}

fn search_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &SourceStatus, typed: &mut String) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 4.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)));
    let name = format!("Search {}", status.source.name);
    let mut is_asked = Button::secondary("Search").name(&name).show(&mut row, theme).clicked();
    row.with_layout(Layout::left_to_right(Align::Center), |ui| {
        let label = format!("Series of {}", status.source.name);
        let field =
            Field::new(typed, &label).icon(icons::MAGNIFYING_GLASS).hint("Words of a name, or up{job=\"node\"}");
        let response = field.path().show(ui, theme);
        is_asked |= response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    });
    if is_asked {
        send(cx, SourceCommand::Search { source: status.source.name.clone(), text: typed.trim().into() });
    }
    let search = &status.search;
    match (search.is_running, &*search.why) {
        (true, _) => line_ui(cx, ui, "It is being asked"),
        (false, "") if search.found.is_empty() => {}
        (false, "") => found_ui(cx, ui, status),
        (false, why) => line_ui(cx, ui, why),
    }
}

fn found_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &SourceStatus) {
    let theme = cx.theme;
    let c = &theme.color;
    let search = &status.search;
    for id in search.found.iter().take(N_SHOWN) {
        let Some(info) = cx.snapshot.info(*id) else { continue };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let inner = rect.shrink2(vec2(16.0, 0.0));
        let text = format!("{} {}", info.def.name, info.def.instance);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)));
        let name = format!("Chart {text}");
        if Button::quiet("Chart").icon(icons::CHART_LINE).name(&name).show(&mut row, theme).clicked() {
            cx.ask(Intent::ShowOnCharts(vec![*id]));
        }
        row.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(theme.text(TextRole::Code, &*info.def.name));
            ui.add(Label::new(theme.colored(TextRole::Small, &*info.def.instance, c.t3)).truncate());
        });
    }
    let n = |n: usize| decimals(n as f64, 0);
    let text = match (search.found.len(), usize::try_from(search.n_all).unwrap_or(usize::MAX)) {
        (listed, all) if all > listed => {
            format!(
                "{} fit; the first {} are listed among all series. Look for less to see the others",
                n(all),
                n(listed)
            )
        }
        (listed, _) if listed > N_SHOWN => format!("{} fit; all are listed among all series", n(listed)),
        (listed, _) => format!("{} fit", n(listed)),
    };
    line_ui(cx, ui, &text);
}

fn dialog_ui(cx: &PanelCx<'_>, ui: &Ui, dialog: &mut Option<Dialog>) {
    let is_over = match dialog {
        None => false,
        Some(Dialog::Form(form)) => form_ui(cx, ui, form),
        Some(Dialog::Remove(name)) => {
            let title = format!("Ask {name} no more?");
            let text = "Nothing there is changed. Charts of its series stay empty.";
            let answer = question(ui.ctx(), cx.theme, "remove source", &title, text, "Remove");
            if answer == Some(Answer::Act) {
                send(cx, SourceCommand::Remove(name.clone()));
            }
            answer.is_some()
        }
    };
    if is_over {
        *dialog = None;
    }
}

fn form_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut Form) -> bool {
    let theme = cx.theme;
    let title = form.before.as_ref().map_or("New source".to_owned(), |before| format!("Change {}", before.name));
    let read = form.read(|name| cx.snapshot.sources.source(name).is_some());
    let ((keeps, cancels), wants_close) = modal(ui.ctx(), theme, "source", &title, |ui| {
        if form.before.is_none() {
            Field::new(&mut form.name, "Name of the source").hint("Name, such as home").show(ui, theme);
        }
        let hint = "http://127.0.0.1:9090, what stands before /api/v1";
        Field::new(&mut form.url, "Address of the source").hint(hint).path().show(ui, theme);
        let ways = [(false, "No login"), (true, "Token")];
        segments(ui, theme, "Login", &mut form.has_token, &ways);
        if form.has_token {
            let hint = if form.has_secret { "Stays as it is" } else { "Token" };
            Field::new(&mut form.secret, "Token").hint(hint).secret().show(ui, theme);
        }
        Field::new(&mut form.tenant, "Tenant").hint("Tenant, for Mimir").show(ui, theme);
        let why_not = read.as_ref().err().map(String::as_str);
        if let Some(why) = why_not.filter(|_| !form.name.is_empty() && !form.url.is_empty()) {
            ui.label(theme.colored(TextRole::Small, why, theme.color.critical));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keep = Button::primary("Save").tall().name("Save the source").why_not(why_not);
            let keeps = keep.show(ui, theme).clicked();
            (keeps, Button::secondary("Cancel").tall().show(ui, theme).clicked())
        })
        .inner
    });
    match read {
        Ok(source) if keeps => {
            send(cx, SourceCommand::Put(Box::new(source)));
            true
        }
        _ => cancels || wants_close,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_and_a_token_that_is_kept_need_not_be_typed() {
        let form = Form { name: "home".into(), url: "http://h:9090/".into(), ..Form::default() };
        let source = form.read(|_| false).expect("reads");
        assert_eq!((&*source.url, &source.login), ("http://h:9090", &Login::Open));
        let without = Form { has_token: true, ..form };
        assert!(without.read(|_| false).expect_err("no token").contains("missing"));
        let status = SourceStatus {
            source: Source { login: Login::Bearer, ..source },
            has_secret: true,
            ..SourceStatus::default()
        };
        assert_eq!(Form::of(&status).read(|_| true), Ok(status.source));
    }
}
