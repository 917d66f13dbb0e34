//! The page of machines: this one and those that are looked at through their agents, side by side.

mod cells;
mod dialog;
mod row;
pub mod words;

use eframe::egui::{ScrollArea, Ui, UiBuilder, vec2};

use self::dialog::{Dialog, dialog_ui};
use self::row::{Row, head_ui, row_ui};
use crate::analysis::machine_brief::brief;
use crate::model::Severity;
use crate::model::Snapshot;
use crate::model::machines::{MachineCommand, MachineEntry, MachineId};
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::fleet::Fleet;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Tone, banner, empty_state, panel_in};

/// Steps that can be taken back.
const MAX_UNDO: usize = 50;

/// What the page remembers.
#[derive(Debug, Default)]
pub struct MachinesPanel {
    dialog: Option<Dialog>,
    /// What would take the last steps back, and what each is called.
    undo: Vec<(String, MachineCommand)>,
    asked: Option<Asked>,
}

/// Something a row asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Look at it whole; `None` is this machine.
    Look(Option<MachineId>),
    /// Change what is said of it.
    Edit(MachineId),
    /// Take it off the list.
    Remove(MachineId),
    /// Try again now.
    Retry(MachineId),
    /// Trust the certificate it shows now.
    Trust(MachineId),
}

impl MachinesPanel {
    /// Begins to add a machine.
    pub fn begin_adding(&mut self) {
        self.dialog = Some(Dialog::of(&MachineEntry::default(), true));
    }

    fn send(&mut self, cx: &PanelCx<'_>, fleet: &dyn Fleet, command: MachineCommand) {
        if !fleet.send(command) {
            cx.ask(Intent::Toast(
                Severity::Error,
                "The list of machines is busy and did not take that: try again".into(),
            ));
        }
    }

    fn remember(&mut self, what: String, back: MachineCommand) {
        self.undo.push((what, back));
        if self.undo.len() > MAX_UNDO {
            self.undo.remove(0);
        }
    }

    fn undo(&mut self, cx: &PanelCx<'_>, fleet: &dyn Fleet) {
        if let Some((_, back)) = self.undo.pop() {
            self.send(cx, fleet, back);
        }
    }
}

/// Draws the page. `home` is this machine's snapshot, `looked_at` the machine the window looks at.
pub fn machines_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    panel: &mut MachinesPanel,
    fleet: &dyn Fleet,
    home: &Snapshot,
    looked_at: Option<MachineId>,
) {
    let sizes = cx.theme.frame(cx.is_compact);
    let list = fleet.list();
    let place = ui.max_rect().shrink2(vec2(sizes.margin_x, sizes.margin_y));
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, sizes.gap);
        let (mark, sentence) = words::headline(&list);
        ui.horizontal(|ui| {
            ui.label(mark.icon.text(18.0, mark.tone.icon_color(cx.theme)));
            ui.label(cx.theme.text(TextRole::SentenceDense, sentence));
            ui.with_layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Center), |ui| {
                if Button::primary("Add a machine").icon(icons::PLUS).show(ui, cx.theme).clicked() {
                    panel.begin_adding();
                }
                let what = panel.undo.last().map(|(what, _)| format!("Undo: {what}"));
                let why_not = what.is_none().then_some("nothing to undo");
                let words = what.as_deref().unwrap_or("Undo");
                if Button::secondary("Undo").name(words).why_not(why_not).show(ui, cx.theme).clicked() {
                    panel.undo(cx, fleet);
                }
            });
        });
        if !list.problem.is_empty() {
            banner(ui, cx.theme, Tone::Warning, &list.problem, None);
        }
        let this = brief(home, Default::default());
        let rows: Vec<Row<'_>> = std::iter::once(Row::this(home, &this, looked_at.is_none()))
            .chain(list.machines.iter().map(|machine| Row::other(machine, looked_at == Some(machine.entry.id))))
            .collect();
        let left = ui.available_rect_before_wrap();
        panel_in(ui, cx.theme, left, |ui| {
            head_ui(cx, ui);
            let height = row::HEIGHT;
            ui.spacing_mut().item_spacing.y = 0.0;
            ScrollArea::vertical().id_salt("machines").auto_shrink(false).show_rows(ui, height, rows.len(), |ui, shown| {
                for row in rows.get(shown).unwrap_or_default() {
                    if let Some(asked) = row_ui(cx, ui, row) {
                        panel.asked = Some(asked);
                    }
                }
                if list.machines.is_empty() {
                    let text = "Start `perfdesk agent` on another machine, take its token from `perfdesk token show` there, and \
                                look at it here: every page then shows that machine.";
                    if empty_state(ui, cx.theme, "No other machine yet", text, Some("Add the first machine")) {
                        panel.begin_adding();
                    }
                }
            });
        });
    });
    if let Some(asked) = panel.asked.take() {
        carry_out(cx, panel, fleet, asked);
    }
    if let Some((command, undo)) = dialog_ui(cx, ui, &mut panel.dialog, fleet) {
        if let Some((what, back)) = undo {
            panel.remember(what, back);
        }
        panel.send(cx, fleet, command);
    }
    keys(cx, ui, panel, fleet);
}

fn keys(cx: &PanelCx<'_>, ui: &Ui, panel: &mut MachinesPanel, fleet: &dyn Fleet) {
    use eframe::egui::{Key, KeyboardShortcut, Modifiers};
    let is_free = panel.dialog.is_none() && ui.memory(|memory| memory.focused().is_none());
    let undo = KeyboardShortcut::new(Modifiers::COMMAND, Key::Z);
    if is_free && ui.input_mut(|input| input.consume_shortcut(&undo)) {
        panel.undo(cx, fleet);
    }
}

fn carry_out(cx: &PanelCx<'_>, panel: &mut MachinesPanel, fleet: &dyn Fleet, asked: Asked) {
    let list = fleet.list();
    match asked {
        Asked::Look(id) => cx.ask(Intent::LookAt(id)),
        Asked::Edit(id) => {
            panel.dialog = list.get(id).map(|machine| Dialog::of(&machine.entry, false));
        }
        Asked::Remove(id) => {
            let Some(place) = list.machines.iter().position(|machine| machine.entry.id == id) else { return };
            let machine = &list.machines[place];
            let back = MachineCommand::Save(Box::new((*machine.entry).clone()), Some(place));
            panel.remember(format!("remove {}", machine.name()), back);
            panel.send(cx, fleet, MachineCommand::Remove(id));
        }
        Asked::Retry(id) => panel.send(cx, fleet, MachineCommand::Retry(id)),
        Asked::Trust(id) => panel.send(cx, fleet, MachineCommand::Trust(id)),
    }
}
