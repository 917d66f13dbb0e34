//! The list of rules: state by icon and word, one sentence of reason, those that need attention first.

use std::sync::Arc;

use eframe::egui::{Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::deed::Deed;
use super::draft::NEW;
use super::words::{Standing, reason, state_words};
use super::{AlertsPanel, Tab};
use crate::model::Timestamp;
use crate::model::alert::{Alerting, RuleId, RuleStatus};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, focus_ring, row_ground, tabs, text_at};

/// Height of the tabs above the list.
const TABS: f32 = 40.0;
/// Height of a rule.
const ROW: f32 = 53.0;

/// The order of the list, made once for each change.
#[derive(Debug, Default)]
pub struct List {
    made_of: Option<Arc<Alerting>>,
    rows: Vec<(Standing, usize)>,
    ids: Vec<RuleId>,
}

impl List {
    fn refresh(&mut self, alerts: &Arc<Alerting>, now: Timestamp) {
        if self.made_of.as_ref().is_some_and(|of| Arc::ptr_eq(of, alerts)) {
            return;
        }
        self.rows = sorted(alerts, now);
        self.ids = self.rows.iter().map(|(_, i)| alerts.rules[*i].rule.id.clone()).collect();
        self.made_of = Some(alerts.clone());
    }

    /// The rule that stands so many rows below another one.
    pub fn beside(&self, id: Option<&RuleId>, step: isize) -> Option<RuleId> {
        let at = self.ids.iter().position(|other| Some(other) == id);
        let to = at.map_or(0, |at| at.saturating_add_signed(step)).min(self.ids.len().saturating_sub(1));
        self.ids.get(to).cloned()
    }
}

/// Rules by need of attention; of those that need it alike, the one that has been so for the shortest time first.
fn sorted(alerts: &Alerting, now: Timestamp) -> Vec<(Standing, usize)> {
    let mut rows: Vec<(Standing, usize)> =
        alerts.rules.iter().enumerate().map(|(i, status)| (Standing::of(status, now), i)).collect();
    rows.sort_by_key(|(standing, i)| {
        let since = alerts.rules[*i].instances.first().map(|instance| std::cmp::Reverse(instance.since));
        (*standing, since.filter(|_| !standing.is_calm()), *i)
    });
    rows
}

/// The rule the page begins with.
pub fn first(alerts: &Alerting, now: Timestamp) -> Option<RuleId> {
    sorted(alerts, now).first().map(|(_, i)| alerts.rules[*i].rule.id.clone())
}

/// Tabs for rules and log, with the button for a new rule.
pub fn tabs_ui(cx: &PanelCx<'_>, ui: &mut Ui, tab: &mut Tab, place: Rect, deeds: &mut Vec<Deed>) {
    let alerts = &cx.snapshot.alerts;
    let inner =
        Rect::from_min_max(pos2(place.left() + 16.0, place.top() + 4.0), pos2(place.right() - 56.0, place.bottom()));
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        let rules = format!("Rules {}", alerts.rules.len());
        let log = format!("Log {}", alerts.log.len() + alerts.n_older);
        tabs(ui, cx.theme, tab, &[(Tab::Rules, &rules), (Tab::Log, &log)]);
    });
    ui.painter().hline(place.x_range(), place.bottom().round() - 0.5, Stroke::new(1.0, cx.theme.color.line));
    let side = cx.theme.size.control;
    let button = Rect::from_min_size(pos2(place.right() - 16.0 - side, place.top() + 6.0), vec2(side, side));
    ui.scope_builder(UiBuilder::new().max_rect(button), |ui| {
        if IconButton::new(icons::PLUS, "Add a rule").framed().show(ui, cx.theme).clicked() {
            deeds.push(Deed::Begin);
        }
    });
}

/// Draws the list into `ui`, whose whole place it takes.
pub fn list_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut AlertsPanel, deeds: &mut Vec<Deed>) {
    let alerts = &cx.snapshot.alerts;
    panel.list.refresh(alerts, cx.now);
    let (head, below) = ui.max_rect().split_top_bottom_at_y(ui.max_rect().top() + TABS);
    tabs_ui(cx, ui, &mut panel.tab, head, deeds);
    let has_new = panel.drafts.get(NEW).is_some();
    let n_rows = panel.list.rows.len() + usize::from(has_new);
    ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ScrollArea::vertical().id_salt("alert rules").auto_shrink(false).show_rows(ui, ROW, n_rows, |ui, seen| {
            for i in seen {
                match (has_new, i) {
                    (true, 0) => new_ui(cx, ui, panel, deeds),
                    _ => {
                        let (standing, rule) = panel.list.rows[i - usize::from(has_new)];
                        row_ui(cx, ui, panel, standing, &alerts.rules[rule], deeds);
                    }
                }
            }
        });
    });
}

/// What a row says.
struct Row<'a> {
    id: &'a RuleId,
    name: &'a str,
    standing: Option<Standing>,
    state: &'a str,
    line: &'a str,
}

fn new_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &AlertsPanel, deeds: &mut Vec<Deed>) {
    let id: RuleId = NEW.into();
    let name = panel.drafts.get(NEW).map(|draft| draft.form().name.clone()).unwrap_or_default();
    let name = if name.trim().is_empty() { "New rule" } else { &name };
    let row = Row { id: &id, name, standing: None, state: "Not saved", line: "runs once it is saved" };
    paint_row(cx, ui, panel, &row, deeds);
}

fn row_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    panel: &AlertsPanel,
    standing: Standing,
    status: &RuleStatus,
    deeds: &mut Vec<Deed>,
) {
    let (state, mut line) = (state_words(standing, status, cx.now), reason(standing, status, cx.now));
    if status.n_firing > 1 && matches!(standing, Standing::Firing(_)) {
        line = format!("{} of {} fire; {line}", status.n_firing, status.n_instances);
    }
    if panel.drafts.is_dirty(&status.rule.id) {
        line = format!("Not saved; {line}");
    }
    let row =
        Row { id: &status.rule.id, name: &status.rule.name, standing: Some(standing), state: &state, line: &line };
    paint_row(cx, ui, panel, &row, deeds);
}

fn paint_row(cx: &PanelCx<'_>, ui: &mut Ui, panel: &AlertsPanel, row: &Row<'_>, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let is_chosen = panel.chosen.as_ref() == Some(row.id);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let response = ui.interact(rect, ui.scope_id().with(("rule", &**row.id)), Sense::click());
    row_ground(ui.painter(), theme, rect, response.hovered(), is_chosen);
    let top = rect.top() + 18.0;
    let (icon, icon_color, color) = match row.standing {
        Some(standing) => (standing.mark().icon, standing.icon_color(theme), standing.color(theme)),
        None => (icons::PENCIL_SIMPLE, c.accent, c.accent),
    };
    icon.paint(ui.painter(), pos2(rect.left() + 24.0, top), theme.size.icon, icon_color);
    let state = ui.painter().layout_no_wrap(row.state.to_owned(), theme.font(TextRole::Small), color);
    let right = rect.right() - 16.0;
    let state_left = right - state.size().x;
    ui.painter().galley(pos2(state_left, top - state.size().y / 2.0), state, color);
    let line = |y: f32, right: f32| Rect::from_min_max(pos2(rect.left() + 42.0, y - 10.0), pos2(right, y + 10.0));
    let is_calm = row.standing.is_some_and(Standing::is_calm);
    let name_color = if is_calm { c.t2 } else { c.t1 };
    text_at(ui.painter(), theme, line(top, state_left - 8.0), row.name, TextRole::BodyStrong, name_color);
    let line_color = if is_calm { c.t3 } else { c.t2 };
    let place = line(top + 18.0, right);
    let is_cut = text_at(ui.painter(), theme, place, row.line, TextRole::Small, line_color) > place.width();
    focus_ring(ui, theme, &response, theme.radius.bar);
    let name = format!("{}: {}, {}", row.name, row.state, row.line);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_chosen, &name));
    if response.clicked() {
        deeds.push(Deed::Choose(row.id.clone()));
    }
    if is_cut {
        response.on_hover_text(row.line);
    }
}
