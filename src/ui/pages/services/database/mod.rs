//! A database's own page: what its server tells of itself, of what takes its time, of who waits, of tables and indexes.
//!
//! It draws what the engine read and decides nothing. What a server does not tell stands in its place, with the reason and
//! what brings it.

mod facts;
mod hints;
mod locks;
mod missing;
mod postgres;
mod redis;
mod rows;
mod set_up;
mod statements;
mod tables;

use std::sync::Arc;

use eframe::egui::{Align, Frame, Layout, Margin, Rect, Ui, UiBuilder, pos2, vec2};

use self::missing::missing_ui;
use self::rows::{INDEXES, SLOW, STATEMENTS, TABLES};
use super::ServicesPanel;
use super::head::sentence_line_ui;
use super::sheet::Sheet;
use super::watch::DatabaseAsk;
use crate::model::Command;
use crate::model::database::{DatabaseKind, DatabaseState, DatabaseStatus, StatementId};
use crate::model::service::{Service, ServiceCommand};
use crate::ui::PanelCx;
use crate::ui::chart::time_axis::about_words;
use crate::ui::icons;
use crate::ui::widgets::{Button, Tone, banner, loading_bars, panel_in, tabs};

/// A part of a database's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Summary,
    Statements,
    Locks,
    Indexes,
    Tables,
    SlowLog,
    SetUp,
}

const POSTGRES: &[Tab] = &[Tab::Summary, Tab::Statements, Tab::Locks, Tab::Indexes, Tab::Tables, Tab::SetUp];
const REDIS: &[Tab] = &[Tab::Summary, Tab::SlowLog, Tab::SetUp];

/// What the page of a database remembers between frames.
#[derive(Debug)]
pub(super) struct DatabasePage {
    tab: Tab,
    statements: Sheet,
    brief_statements: Sheet,
    indexes: Sheet,
    tables: Sheet,
    slow: Sheet,
    /// The statement whose plan was asked for.
    asked: Option<StatementId>,
}

impl Default for DatabasePage {
    fn default() -> Self {
        Self {
            tab: Tab::default(),
            statements: Sheet::new(STATEMENTS, 1),
            brief_statements: Sheet::new(rows::BRIEF_STATEMENTS, 1),
            indexes: Sheet::new(INDEXES, 2),
            tables: Sheet::new(TABLES, 3),
            slow: Sheet::new(SLOW, 1),
            asked: None,
        }
    }
}

impl DatabasePage {
    /// Gives up what was chosen of the database before.
    pub(super) fn forget(&mut self) {
        for sheet in [&mut self.statements, &mut self.indexes, &mut self.tables, &mut self.slow] {
            sheet.chosen = None;
        }
        self.asked = None;
    }

    /// Whether the Summary with its charts is open.
    pub(super) fn shows_charts(&self) -> bool {
        self.tab == Tab::Summary
    }

    /// Opens the next or the previous tab.
    pub(super) fn turn(&mut self, kind: DatabaseKind, by: isize) {
        let all = of_kind(kind);
        let at = all.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let to = at.cast_signed() + by;
        self.tab = all[to.rem_euclid(all.len().cast_signed()).cast_unsigned()];
    }

    /// Whether something on the open tab takes the arrow keys.
    pub(super) fn is_row_chosen(&self) -> bool {
        match self.tab {
            Tab::Statements => self.statements.chosen().is_some(),
            Tab::Indexes => self.indexes.chosen().is_some(),
            Tab::Tables => self.tables.chosen().is_some(),
            Tab::SlowLog => self.slow.chosen().is_some(),
            Tab::Summary | Tab::Locks | Tab::SetUp => false,
        }
    }
}

const fn of_kind(kind: DatabaseKind) -> &'static [Tab] {
    match kind {
        DatabaseKind::Postgres => POSTGRES,
        DatabaseKind::Redis => REDIS,
    }
}

/// Draws the page of a database into `rect`; `margin` is the same with the margin at the right, for a scroll bar.
pub(super) fn database_page_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    (rect, margin): (Rect, Rect),
    panel: &mut ServicesPanel,
    (service, status): (&Arc<Service>, &Arc<DatabaseStatus>),
) {
    let gap = if cx.is_compact { 10.0 } else { 12.0 };
    let top = head_ui(cx, ui, rect, panel, (service, status)) + gap;
    let (mut rect, mut margin) = (rect.with_min_y(top), margin.with_min_y(top));
    if let DatabaseState::Down { since, fault } = &status.state
        && status.view.is_some()
    {
        let age = status.last_at.map(|at| about_words(cx.now.since(at)));
        let shown = age.map_or_else(|| "nothing was read yet".to_owned(), |age| format!("these figures are {age} old"));
        let since = about_words(cx.now.since(*since));
        let next = if fault.next.is_empty() { String::new() } else { format!(". {}", fault.next) };
        let text = format!("No answer for {since}, {shown}: {}{next}", fault.why);
        let place = Rect::from_min_size(rect.min, vec2(rect.width(), 32.0));
        let asks = ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
            banner(ui, cx.theme, Tone::Critical, &text, Some("Try now"))
        });
        if asks.inner {
            cx.send(Command::Service(ServiceCommand::AskDatabase(status.target.name.clone())));
        }
        (rect.min.y, margin.min.y) = (place.bottom() + gap, place.bottom() + gap);
    }
    let whole = rect.with_max_y(rect.bottom() - gap);
    if !of_kind(status.target.kind).contains(&panel.database.tab) {
        panel.database.tab = Tab::Summary;
    }
    if panel.database.tab == Tab::SetUp {
        set_up::set_up_ui(cx, ui, (margin, rect.width()), panel, status);
        return;
    }
    if let Some(view) = status.postgres().cloned() {
        match panel.database.tab {
            Tab::Statements => statements::statements_ui(cx, ui, whole, panel, (status, &view)),
            Tab::Locks => locks::locks_ui(cx, ui, whole, (status, &view)),
            Tab::Indexes => tables::indexes_ui(cx, ui, whole, panel, &view),
            Tab::Tables => tables::tables_ui(cx, ui, whole, panel, &view),
            Tab::Summary | Tab::SlowLog | Tab::SetUp => {
                postgres::summary_ui(cx, ui, (margin, rect.width()), panel, (status, &view));
            }
        }
    } else if let Some(view) = status.redis().cloned() {
        match panel.database.tab {
            Tab::SlowLog => redis::slow_ui(cx, ui, whole, panel, &view),
            _ => redis::summary_ui(cx, ui, (margin, rect.width()), panel, (status, &view)),
        }
    } else if let DatabaseState::Down { fault, .. } = &status.state {
        let mut edits = false;
        panel_in(ui, cx.theme, whole.with_max_y(whole.bottom().min(whole.top() + 240.0)), |ui| {
            missing_ui(cx, ui, "Nothing was read yet", fault);
            ui.horizontal(|ui| {
                ui.add_space(16.0);
                edits = Button::primary("Edit…").icon(icons::PENCIL_SIMPLE).show(ui, cx.theme).clicked();
            });
        });
        if edits {
            panel.watch.database(cx, &status.target.name, DatabaseAsk::Edit);
        }
    } else {
        panel_in(ui, cx.theme, whole.with_max_y(whole.top() + 148.0), |ui| loading_ui(cx, ui));
    }
}

/// Draws grey bars, 16 from the edges.
fn loading_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    Frame::new().inner_margin(Margin::same(16)).show(ui, |ui| loading_bars(ui, cx.theme, 6));
}

/// Draws sentence, tabs and what can be done; answers with the place below them.
fn head_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    place: Rect,
    panel: &mut ServicesPanel,
    (service, status): (&Arc<Service>, &Arc<DatabaseStatus>),
) -> f32 {
    let line = sentence_line_ui(cx, ui, place, service);
    let rect = Rect::from_min_size(pos2(place.left(), line + 2.0), vec2(place.width(), 36.0));
    let view = status.postgres();
    let count = |tab| match tab {
        Tab::Statements => view.and_then(|view| view.statements.value()).map_or(0, |all| all.rows.len()),
        Tab::Locks => view.and_then(|view| view.locks.value()).map_or(0, |locks| locks.n_waiting as usize),
        Tab::Indexes => view.and_then(|view| view.indexes.value()).map_or(0, |all| all.rows.len()),
        Tab::Tables => view.and_then(|view| view.tables.value()).map_or(0, |all| all.rows.len()),
        Tab::SlowLog => status.redis().and_then(|view| view.slow_log.value()).map_or(0, |log| log.rows.len()),
        Tab::Summary | Tab::SetUp => 0,
    };
    let words = |tab| match tab {
        Tab::Summary => "Summary",
        Tab::Statements => "Statements",
        Tab::Locks => "Locks",
        Tab::Indexes => "Indexes",
        Tab::Tables => "Tables",
        Tab::SlowLog => "Slow log",
        Tab::SetUp => "Set-up and rights",
    };
    let all = of_kind(status.target.kind);
    let texts: Vec<String> = all
        .iter()
        .map(|tab| match count(*tab) {
            0 => words(*tab).to_owned(),
            n => format!("{} {n}", words(*tab)),
        })
        .collect();
    let choices: Vec<(Tab, &str)> = all.iter().copied().zip(texts.iter().map(String::as_str)).collect();
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| tabs(ui, cx.theme, &mut panel.database.tab, &choices));
    let acts = Rect::from_min_max(pos2(rect.right() - 200.0, rect.top()), pos2(rect.right(), rect.bottom() - 4.0));
    ui.scope_builder(UiBuilder::new().max_rect(acts).layout(Layout::right_to_left(Align::Center)), |ui| {
        let why_not = (!status.target.is_on).then_some("It is switched off");
        let look = Button::secondary("Look now").icon(icons::ARROW_CLOCKWISE).why_not(why_not);
        let every = format!("It is looked at every {}\u{2009}s", status.target.interval_seconds);
        if look.show(ui, cx.theme).on_hover_text(every).clicked() {
            cx.send(Command::Service(ServiceCommand::AskDatabase(status.target.name.clone())));
        }
    });
    rect.bottom()
}
