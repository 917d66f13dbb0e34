//! A machine as a row: name, how the link stands, how it does, and what can be done with it.

use eframe::egui::{Align, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::Asked;
use super::cells::{past_cell, share_cell};
use super::words;
use crate::model::link::LinkPhase;
use crate::model::machines::{MachineBrief, MachineId, MachineStatus};
use crate::model::{Level, Snapshot};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Mark, Tone, number_cell, row_ground, text_at};

/// Height of a row, points.
pub const HEIGHT: f32 = 52.0;

/// A row.
pub struct Row<'a> {
    status: Option<&'a MachineStatus>,
    name: &'a str,
    brief: &'a MachineBrief,
    is_looked_at: bool,
    has_data: bool,
}

impl<'a> Row<'a> {
    /// This machine.
    pub fn this(home: &'a Snapshot, brief: &'a MachineBrief, is_looked_at: bool) -> Self {
        let name = if brief.host.is_empty() { "This machine" } else { &*brief.host };
        Self { status: None, name, brief, is_looked_at, has_data: home.at.is_some() }
    }

    /// Another one.
    pub fn other(status: &'a MachineStatus, is_looked_at: bool) -> Self {
        let has_data = status.link.data_at.is_some();
        Self { status: Some(status), name: status.name(), brief: &status.brief, is_looked_at, has_data }
    }

    fn id(&self) -> Option<MachineId> {
        self.status.map(|status| status.entry.id)
    }

    fn is_old(&self) -> bool {
        self.status.is_some_and(|status| !status.link.is_live())
    }
}

/// Places of the columns in a row.
struct Columns {
    name: Rect,
    state: Rect,
    age: Rect,
    cpu: Rect,
    past: Rect,
    memory: Rect,
    firing: Rect,
    acts: Rect,
}

impl Columns {
    fn new(row: Rect, is_compact: bool) -> Self {
        let inner = row.shrink2(vec2(16.0, 0.0));
        let mut right = inner.right();
        let mut take = |width: f32| {
            let cell = Rect::from_min_max(pos2(right - width, inner.top()), pos2(right, inner.bottom()));
            right -= width + 16.0;
            cell
        };
        let acts = take(150.0);
        let firing = take(44.0);
        let memory = take(if is_compact { 100.0 } else { 130.0 });
        let past = take(if is_compact { 60.0 } else { 110.0 });
        let cpu = take(if is_compact { 100.0 } else { 130.0 });
        let age = take(56.0);
        let state = take(if is_compact { 84.0 } else { 96.0 });
        let name = Rect::from_min_max(inner.min, pos2(right, inner.bottom()));
        Self { name, state, age, cpu, past, memory, firing, acts }
    }
}

/// The head of the table.
pub fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.table_head), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.color.bg_rail);
    let columns = Columns::new(rect, cx.is_compact);
    let head = |at: Rect, text: &str| {
        text_at(ui.painter(), theme, at, text, TextRole::SmallStrong, theme.color.t2);
    };
    head(columns.name, "Machine");
    head(columns.state, "State");
    head(columns.cpu, "CPU");
    head(columns.past, "Lately");
    head(columns.memory, "Memory");
    let (age, firing) = (columns.age, columns.firing);
    number_cell(ui.painter(), theme, age, "Data age", TextRole::SmallStrong, theme.color.t2);
    number_cell(ui.painter(), theme, firing, "Alerts", TextRole::SmallStrong, theme.color.t2);
}

/// Draws a row; gives what was asked for in it.
pub fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &Row<'_>) -> Option<Asked> {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    if !ui.is_rect_visible(rect) {
        return None;
    }
    row_ground(ui.painter(), theme, rect, response.hovered(), row.is_looked_at);
    let columns = Columns::new(rect, cx.is_compact);
    let (mark, word) = state(row);
    let second = second_line(row);
    let (above, below) = columns.name.shrink2(vec2(0.0, 7.0)).split_top_bottom_at_y(columns.name.center().y);
    let name = above.with_min_x(above.left() + 22.0);
    let level = Mark::from(if row.is_old() { Level::Unknown } else { row.brief.level });
    level.icon.paint(ui.painter(), pos2(above.left() + 7.0, above.center().y), 14.0, level.tone.icon_color(theme));
    text_at(ui.painter(), theme, name, row.name, TextRole::BodyStrong, c.t1);
    let color = if second.1 { c.critical } else { c.t2 };
    text_at(ui.painter(), theme, below.with_min_x(below.left() + 22.0), &second.0, TextRole::Small, color);
    let at = pos2(columns.state.left() + 7.0, columns.state.center().y);
    mark.icon.paint(ui.painter(), at, 14.0, mark.tone.icon_color(theme));
    let place = columns.state.with_min_x(columns.state.left() + 20.0);
    let color = if mark.tone == Tone::Neutral { c.t2 } else { mark.tone.colors(theme).0 };
    text_at(ui.painter(), theme, place, word, TextRole::Small, color);
    let age = row.status.map_or_else(|| "–".to_owned(), |status| words::age(&status.link, cx.now));
    number_cell(ui.painter(), theme, columns.age, &age, TextRole::Small, if row.is_old() { c.warning } else { c.t3 });
    share_cell(ui.painter(), theme, columns.cpu, row.brief.cpu_ratio.filter(|_| row.has_data), row.is_old());
    let past = columns.past.shrink2(vec2(0.0, 12.0));
    past_cell(ui.painter(), theme, past, &row.brief.cpu_past, MachineBrief::PAST, row.is_old());
    share_cell(ui.painter(), theme, columns.memory, row.brief.memory_ratio.filter(|_| row.has_data), row.is_old());
    let n = row.brief.n_firing;
    let color = if n > 0 && !row.is_old() { c.critical } else { c.t3 };
    number_cell(ui.painter(), theme, columns.firing, &n.to_string(), TextRole::BodyStrong, color);
    let told = format!("{}, {word}, {}", row.name, second.0);
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
    let asked = acts_ui(cx, ui, row, columns.acts);
    if row.status.is_some() {
        response.on_hover_text(told);
    }
    asked
}

fn state(row: &Row<'_>) -> (Mark, &'static str) {
    match row.status {
        Some(status) => words::state(&status.link),
        None => (Mark { icon: icons::DESKTOP, tone: Tone::Neutral }, "Here"),
    }
}

/// The second line of a row: why it is not live, else what needs a look there; and whether that is a refusal.
fn second_line(row: &Row<'_>) -> (String, bool) {
    let Some(status) = row.status else {
        let sentence = if row.brief.sentence.is_empty() { "This machine" } else { &*row.brief.sentence };
        return (sentence.to_owned(), false);
    };
    let is_refused = matches!(status.link.phase, LinkPhase::Refused { .. });
    match status.link.why() {
        Some(why) => (format!("{}: {why}", status.link.address), is_refused),
        None if row.brief.sentence.is_empty() => (status.link.address.to_string(), false),
        None => (format!("{}: {}", status.link.address, row.brief.sentence), false),
    }
}

fn acts_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &Row<'_>, place: Rect) -> Option<Asked> {
    let theme = cx.theme;
    let builder = UiBuilder::new().id_salt(("acts", row.id())).max_rect(place);
    let mut acts = ui.new_child(builder.layout(Layout::right_to_left(Align::Center)));
    acts.spacing_mut().item_spacing.x = 2.0;
    let mut asked = None;
    if let Some(status) = row.status {
        let id = status.entry.id;
        let remove = format!("Remove {}", row.name);
        if IconButton::new(icons::TRASH, &remove).side(26.0).show(&mut acts, theme).clicked() {
            asked = Some(Asked::Remove(id));
        }
        let edit = format!("Edit {}", row.name);
        if IconButton::new(icons::PENCIL_SIMPLE, &edit).side(26.0).show(&mut acts, theme).clicked() {
            asked = Some(Asked::Edit(id));
        }
        let is_other_certificate = matches!(status.link.phase, LinkPhase::Refused { .. })
            && status.entry.fingerprint.is_some()
            && status.link.fingerprint.is_some()
            && status.entry.fingerprint.as_deref() != status.link.fingerprint.as_deref();
        if is_other_certificate {
            let trust = format!("Trust the new certificate of {}", row.name);
            if IconButton::new(icons::SEAL_CHECK, &trust).side(26.0).show(&mut acts, theme).clicked() {
                asked = Some(Asked::Trust(id));
            }
        } else if status.link.why().is_some() {
            let retry = format!("Try {} again now", row.name);
            if IconButton::new(icons::ARROW_CLOCKWISE, &retry).side(26.0).show(&mut acts, theme).clicked() {
                asked = Some(Asked::Retry(id));
            }
        }
    }
    let name = format!("Look at {}", row.name);
    let why_not = row.is_looked_at.then_some("it is looked at now");
    if Button::secondary("Look").name(&name).why_not(why_not).show(&mut acts, theme).clicked() {
        asked = Some(Asked::Look(row.id()));
    }
    asked
}
