//! Looking at another machine: whose pages are on the screen, the strip that says so, and the way back.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{Color32, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::Desk;
use super::panels::Panels;
use crate::engine::Handle;
use crate::model::Snapshot;
use crate::model::link::LinkState;
use crate::model::machines::{MachineCommand, MachineId};
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::fleet::{Fleet, NoFleet};
use crate::ui::icons;
use crate::ui::pages::machines::words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{banner, focus_ring, menu_item, popup_menu};

/// Room the strip takes, with the margin above it.
const HEIGHT: f32 = 40.0;

/// Which machine is looked at, and what its neighbours' pages remember.
pub struct Away {
    pub fleet: Box<dyn Fleet>,
    pub looked_at: Option<MachineId>,
    /// The pages of machines that were looked at before.
    others: BTreeMap<Option<MachineId>, Panels>,
    /// The last refusal that was told, by its number.
    told: u64,
}

impl Default for Away {
    fn default() -> Self {
        Self { fleet: Box::<NoFleet>::default(), looked_at: None, others: BTreeMap::new(), told: 0 }
    }
}

impl Desk {
    /// The same window with machines to look at.
    pub fn with_fleet(mut self, fleet: Box<dyn Fleet>) -> Self {
        self.away.fleet = fleet;
        self
    }

    /// The engine that is looked at; home where that is none of the list any more.
    pub(super) fn engine(&mut self, home: &Handle) -> Handle {
        let Some(id) = self.away.looked_at else { return home.clone() };
        if let Some(engine) = self.away.fleet.handle(id) {
            return engine;
        }
        // It was taken off the list: nobody is left to be told.
        self.away.looked_at = None;
        self.away.fleet.send(MachineCommand::Look(None));
        let panels = self.away.others.remove(&None);
        self.panels = panels.unwrap_or_else(|| self.new_panels());
        self.frozen = None;
        self.toasts.pass_over(&home.snapshot().notices);
        home.clone()
    }

    /// Looks at another machine, or at this one again. The pages of each stay as they were left.
    pub(super) fn look_at(&mut self, id: Option<MachineId>, now: &Handle, home: &Handle) {
        let next = match id {
            None => Some(home.clone()),
            Some(id) => self.away.fleet.handle(id),
        };
        let Some(next) = next.filter(|_| id != self.away.looked_at) else { return };
        self.panels.leave_all_but(None, now);
        let panels = self.away.others.remove(&id);
        let panels = panels.unwrap_or_else(|| self.new_panels());
        let left = std::mem::replace(&mut self.panels, panels);
        self.away.others.insert(self.away.looked_at, left);
        let list = self.away.fleet.list();
        self.away.others.retain(|id, _| id.is_none_or(|id| list.get(id).is_some()));
        self.away.looked_at = id;
        self.away.fleet.send(MachineCommand::Look(id));
        let snapshot = next.snapshot();
        self.frozen = None;
        self.away.told = snapshot.link.as_ref().and_then(|link| link.refusal.as_ref()).map_or(0, |(number, _)| *number);
        // What was told there before is not told again now.
        self.toasts.pass_over(&snapshot.notices);
    }

    fn new_panels(&self) -> Panels {
        let mut panels = Panels::new(self.memory.last());
        panels.set_folder(self.folder.clone());
        panels
    }

    /// Tells of a command that was not carried out.
    pub(super) fn tell_refusal(&mut self, now_seconds: f64, live: &Snapshot) {
        let refusal = live.link.as_ref().and_then(|link| link.refusal.clone());
        if let Some((number, why)) = refusal.filter(|(number, _)| *number > self.away.told) {
            self.away.told = number;
            self.toasts.add(now_seconds, crate::model::Severity::Error, why.to_string());
        }
    }
}

/// Draws the strip about the link, if what is shown comes over one that a person has to know of; answers with the place
/// that is left.
pub fn away_banner_ui(cx: &PanelCx<'_>, ui: &mut Ui, live: &Snapshot, page: Rect) -> Rect {
    let Some(link) = &live.link else { return page };
    let is_own = link.machine.is_none();
    if is_own && link.is_live() {
        return page;
    }
    if !link.is_live() {
        // Nothing publishes while nothing comes in, so the times are counted on here.
        ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
    }
    let (tone, text) = words::sentence(link, cx.now);
    let margin = cx.theme.frame(cx.is_compact).margin_x;
    let place = Rect::from_min_max(
        pos2(page.left() + margin, page.top() + 8.0),
        pos2(page.right() - margin, page.top() + HEIGHT),
    );
    let mut child = ui.new_child(UiBuilder::new().id_salt("away banner").max_rect(place));
    if banner(&mut child, cx.theme, tone, &text, (!is_own).then_some("Back to this machine")) {
        cx.ask(Intent::LookAt(None));
    }
    Rect::from_min_max(pos2(page.left(), page.top() + HEIGHT), page.max)
}

/// What the status bar says of the link: who keeps this machine's history.
pub fn kept_by(link: Option<&Arc<LinkState>>) -> Option<String> {
    let link = link.filter(|link| link.machine.is_none())?;
    Some(format!("History kept by the agent, process {}", link.process))
}

/// The switcher in the top bar, where there are other machines: which one is looked at, and a menu of all.
pub fn switcher_ui(cx: &PanelCx<'_>, ui: &mut Ui, away: &Away, home: &str) {
    let list = away.fleet.list();
    if list.machines.is_empty() {
        return;
    }
    let theme = cx.theme;
    let c = &theme.color;
    let looked_at = away.looked_at.and_then(|id| list.get(id));
    let name = looked_at.map_or(home, |machine| machine.name());
    let name: String = name.chars().take(24).collect();
    let galley = ui.painter().layout_no_wrap(name.clone(), theme.font(TextRole::SmallStrong), Color32::PLACEHOLDER);
    let size = vec2((galley.size().x + 56.0).ceil(), theme.size.control);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let (ground, edge) = match (looked_at.is_some(), response.hovered()) {
        (_, true) => (c.bg_control_hover, c.line_strong),
        (true, false) => (c.accent_dim, c.accent),
        (false, false) => (c.bg_control, c.line),
    };
    ui.painter().rect(rect, f32::from(theme.radius.control), ground, Stroke::new(1.0, edge), StrokeKind::Inside);
    let icon = if looked_at.is_some() { icons::DESKTOP_TOWER } else { icons::DESKTOP };
    icon.paint(ui.painter(), pos2(rect.left() + 16.0, rect.center().y), theme.size.icon, c.t2);
    ui.painter().galley(pos2(rect.left() + 30.0, rect.center().y - galley.size().y / 2.0), galley, c.t1);
    icons::CARET_DOWN.paint(ui.painter(), pos2(rect.right() - 13.0, rect.center().y), 12.0, c.t2);
    focus_ring(ui, theme, &response, theme.radius.control);
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Machine: {name}")));
    popup_menu(theme, &response, |ui| {
        if menu_item(ui, theme, &format!("{home} (this machine)"), None, away.looked_at.is_none()).clicked() {
            cx.ask(Intent::LookAt(None));
        }
        for machine in list.machines.iter() {
            let is_looked_at = away.looked_at == Some(machine.entry.id);
            let icon = words::state(&machine.link).0.icon;
            if menu_item(ui, theme, machine.name(), Some(icon), is_looked_at).clicked() {
                cx.ask(Intent::LookAt(Some(machine.entry.id)));
            }
        }
    });
}
