//! The second column: profiles, the person's own, the files they are bound to, and the environment that was detected.

use std::sync::Arc;

use eframe::egui::{Align, Color32, Layout, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::bar::chip_word;
use super::deed::Deed;
use super::dialog::Dialog;
use super::draft::Drafts;
use super::drift;
use super::model::PageModel;
use super::words::counted;
use crate::model::Timestamp;
use crate::model::profile::{ApplyPhase, BindingState, LOCAL_LAYER, Profile, ProfileName, Tuning};
use crate::profile::resolve::chain;
use crate::ui::PanelCx;
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::stamp;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, chip, focus_ring, text_at};

/// Height of a profile's entry, and of a bound file's.
const ENTRY: f32 = 48.0;
const BOUND: f32 = 46.0;
/// Height of the place at the bottom that tells the environment.
const DETECTED: f32 = 64.0;

/// The lists with their words, made once for each change.
#[derive(Debug, Default)]
pub struct List {
    made_of: Option<(Arc<Tuning>, u64, u64)>,
    shipped: Vec<Entry>,
    own: Vec<Entry>,
    bound: Vec<Bound>,
    detected: (String, String, String),
}

/// A profile.
#[derive(Debug)]
struct Entry {
    name: ProfileName,
    title: String,
    line: String,
    is_unsaved: bool,
    chip: Option<Chip>,
}

/// What a chip beside a profile says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chip {
    /// It is in force.
    Active,
    /// It is on trial.
    OnTrial,
    /// It is being written, or goes back.
    UnderWay,
}

/// A bound file.
#[derive(Debug)]
struct Bound {
    id: Arc<str>,
    line: String,
    trouble: String,
    tooltip: String,
}

impl List {
    fn refresh(&mut self, cx: &PanelCx<'_>, drafts: &Drafts, model: &PageModel) {
        let tuning = &cx.snapshot.tuning;
        let is_fresh = self.made_of.as_ref().is_some_and(|(of, revision, version)| {
            Arc::ptr_eq(of, tuning) && *revision == drafts.revision() && *version == model.version
        });
        if is_fresh {
            return;
        }
        self.made_of = Some((tuning.clone(), drafts.revision(), model.version));
        let host = &cx.snapshot.machine.host;
        let entry = |profile: &Arc<Profile>| entry(tuning, profile, drafts, model, host);
        // What all are based on stands last: it is changed least.
        let (based, roots): (Vec<_>, Vec<_>) =
            tuning.profiles.iter().filter(|p| p.is_shipped).partition(|p| p.base.is_some());
        self.shipped = based.into_iter().chain(roots).map(entry).collect();
        self.own = tuning.profiles.iter().filter(|p| !p.is_shipped).map(entry).collect();
        self.own.push(machine_entry(tuning, drafts, host));
        self.bound = tuning.bindings.iter().map(|state| bound(state, cx.now)).collect();
        self.detected = detected(tuning);
    }
}

fn entry(tuning: &Tuning, profile: &Profile, drafts: &Drafts, model: &PageModel, host: &str) -> Entry {
    let is_chosen = profile.name == *model.name();
    let is_unsaved = drafts.unsaved(&profile.name).is_some();
    let line = if is_unsaved && is_chosen && model.n_changed > 0 {
        format!("{}, not saved", counted(model.n_changed, "change"))
    } else if is_unsaved {
        "not saved".into()
    } else if chip_of(tuning, &profile.name).is_some_and(|chip| chip != Chip::Active) {
        layers(tuning, &profile.name, host)
    } else if !profile.is_shipped {
        own_line(profile)
    } else {
        profile.about.to_string()
    };
    Entry {
        title: profile.name.to_string(),
        name: profile.name.clone(),
        line,
        is_unsaved,
        chip: chip_of(tuning, &profile.name),
    }
}

fn machine_entry(tuning: &Tuning, drafts: &Drafts, host: &str) -> Entry {
    let n = tuning.local.as_ref().map_or(0, |local| local.entries.len());
    let is_unsaved = drafts.unsaved(LOCAL_LAYER).is_some();
    let line = match n {
        _ if is_unsaved => "not saved".into(),
        0 => "above every profile, nothing set".into(),
        n => format!("above every profile, {}", counted(n, "value")),
    };
    let title = if host.is_empty() { "This machine only".to_owned() } else { format!("{host} only") };
    Entry { name: LOCAL_LAYER.into(), title, line, is_unsaved, chip: None }
}

/// "high-load with 5 changes".
fn own_line(profile: &Profile) -> String {
    let n = profile.entries.len();
    match &profile.base {
        Some(base) => format!("{base} with {}", counted(n, "change")),
        None => counted(n, "value"),
    }
}

/// "base → production → atlas-02".
fn layers(tuning: &Tuning, name: &ProfileName, host: &str) -> String {
    let Ok(names) = chain(&tuning.profiles, name) else { return String::new() };
    let mut names: Vec<&str> = names.iter().map(|name| &**name).collect();
    if tuning.local.as_ref().is_some_and(|local| !local.entries.is_empty()) {
        names.push(host);
    }
    names.join(" → ")
}

/// What is said of a profile beside its name.
pub fn chip_of(tuning: &Tuning, name: &ProfileName) -> Option<Chip> {
    if let Some(record) = tuning.running().filter(|record| record.profile == *name) {
        let is_on_trial = matches!(record.phase, ApplyPhase::OnTrial { .. });
        return Some(if is_on_trial { Chip::OnTrial } else { Chip::UnderWay });
    }
    (tuning.active.as_ref() == Some(name)).then_some(Chip::Active)
}

fn bound(state: &BindingState, now: Timestamp) -> Bound {
    let n = state.binding.keys.len();
    let parameters = counted(n, "parameter");
    let trouble = drift::short(state);
    let line = match state.verified_at {
        _ if !trouble.is_empty() => format!("{parameters}, "),
        Some(at) => format!("{parameters}, verified {}", when(at, now)),
        None => format!("{parameters}, not verified yet"),
    };
    let mut tooltip = state.binding.path.display().to_string();
    if let Some(error) = &state.error {
        tooltip.push_str(&format!("\n{error}"));
    }
    for value in state.drift.iter().take(6) {
        tooltip.push_str(&format!("\n{}", drift::value_line(value, now)));
    }
    if let Some(why) = &state.unanswered {
        tooltip.push_str(&format!("\nThe service did not answer: {why}"));
    }
    Bound { id: state.binding.id.clone(), line, trouble, tooltip }
}

/// A time by the clock; of another day with its date.
fn when(at: Timestamp, now: Timestamp) -> String {
    stamp(at, now, Zone::LOCAL, false)
}

/// What was detected, its strongest reason, and all reasons.
fn detected(tuning: &Tuning) -> (String, String, String) {
    let detection = &tuning.detection;
    let Some(name) = &detection.profile else { return (String::new(), String::new(), String::new()) };
    let line = match detection.reasons.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    };
    let mut all = detection.reasons.join("\n");
    if !detection.against.is_empty() {
        all.push_str(&format!("\nBut: {}", detection.against.join("\n")));
    }
    (format!("Detected: {name}"), line, all)
}

/// Draws the column into `ui`, whose whole place it takes.
pub fn list_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    list: &mut List,
    drafts: &Drafts,
    model: &PageModel,
    deeds: &mut Vec<Deed>,
) {
    list.refresh(cx, drafts, model);
    let place = ui.max_rect();
    let (above, bottom) = place.split_top_bottom_at_y(place.bottom() - DETECTED);
    ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
        ScrollArea::vertical().id_salt("profile list").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ui.add_space(8.0);
            if heading_ui(cx, ui, "Profiles", Some("New profile")) {
                deeds.push(Deed::Ask(Dialog::new_profile(&model.profile)));
            }
            entries_ui(cx, ui, &list.shipped, model, deeds);
            ui.add_space(10.0);
            heading_ui(cx, ui, "Your own", None);
            entries_ui(cx, ui, &list.own, model, deeds);
            ui.add_space(10.0);
            if heading_ui(cx, ui, "Bound to", Some("Bind a file")) {
                deeds.push(Deed::Bind);
            }
            for bound in &list.bound {
                bound_ui(cx, ui, bound, deeds);
            }
            if list.bound.is_empty() {
                nothing_bound_ui(cx, ui);
            }
            ui.add_space(8.0);
        });
    });
    detected_ui(cx, ui, list, bottom, model, deeds);
}

/// A heading of a list, with a button that adds to it; true when that was clicked.
fn heading_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &str, add: Option<&str>) -> bool {
    let theme = cx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
    let words = Rect::from_min_max(rect.min + vec2(16.0, 0.0), rect.max - vec2(40.0, 0.0));
    text_at(ui.painter(), theme, words, text, TextRole::SmallStrong, theme.color.t2);
    let Some(add) = add else { return false };
    let at = Rect::from_center_size(pos2(rect.right() - 24.0, rect.center().y), vec2(28.0, 28.0));
    let mut button = ui.new_child(UiBuilder::new().max_rect(at).layout(Layout::left_to_right(Align::Center)));
    IconButton::new(icons::PLUS, add).show(&mut button, theme).clicked()
}

fn entries_ui(cx: &PanelCx<'_>, ui: &mut Ui, entries: &[Entry], model: &PageModel, deeds: &mut Vec<Deed>) {
    for entry in entries {
        entry_ui(cx, ui, entry, entry.name == *model.name(), deeds);
        ui.add_space(2.0);
    }
}

fn entry_ui(cx: &PanelCx<'_>, ui: &mut Ui, entry: &Entry, is_chosen: bool, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), ENTRY), Sense::hover());
    if !ui.is_rect_visible(whole) {
        return;
    }
    let rect = Rect::from_min_max(whole.min + vec2(8.0, 0.0), whole.max - vec2(9.0, 0.0));
    let response = ui.interact(rect, ui.scope_id().with(("profile", &*entry.name)), Sense::click());
    let ground = match (is_chosen, response.hovered()) {
        (true, _) => c.bg_selected,
        (false, true) => c.bg_hover,
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, f32::from(theme.radius.control), ground);
    let mut right = rect.right() - 8.0;
    if let Some(said) = entry.chip {
        let (tone, icon, word) = chip_word(said);
        let at = Rect::from_min_max(pos2(rect.left() + 60.0, rect.top() + 6.0), pos2(right, rect.top() + 26.0));
        let mut place = ui.new_child(UiBuilder::new().max_rect(at).layout(Layout::right_to_left(Align::Center)));
        right = chip(&mut place, theme, tone, icon, word).rect.left() - 6.0;
    }
    let line = |top: f32, right: f32| {
        Rect::from_min_max(pos2(rect.left() + 8.0, rect.top() + top), pos2(right, rect.top() + top + 17.0))
    };
    text_at(ui.painter(), theme, line(8.0, right), &entry.title, TextRole::BodyStrong, c.t1);
    let color = if is_chosen || entry.is_unsaved { c.t2 } else { c.t3 };
    let below = line(26.0, rect.right() - 8.0);
    let width = text_at(ui.painter(), theme, below, &entry.line, TextRole::Micro, color);
    focus_ring(ui, theme, &response, theme.radius.control);
    let name = format!("Profile {}", entry.title);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_chosen, &name));
    if response.clicked() {
        deeds.push(Deed::Choose(entry.name.clone()));
    }
    if width > below.width() {
        response.on_hover_text(&entry.line);
    }
}

fn bound_ui(cx: &PanelCx<'_>, ui: &mut Ui, bound: &Bound, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), BOUND), Sense::hover());
    if !ui.is_rect_visible(whole) {
        return;
    }
    let rect = Rect::from_min_max(whole.min + vec2(8.0, 2.0), whole.max - vec2(9.0, 2.0));
    let response = ui.interact(rect, ui.scope_id().with(("bound", &*bound.id)), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, f32::from(theme.radius.control), c.bg_hover);
    }
    icons::FILE_TEXT.paint(ui.painter(), pos2(rect.left() + 15.0, rect.top() + 14.0), 14.0, c.t3);
    let line = |top: f32| {
        Rect::from_min_max(pos2(rect.left() + 30.0, rect.top() + top), pos2(rect.right(), rect.top() + top + 16.0))
    };
    text_at(ui.painter(), theme, line(5.0), &bound.id, TextRole::Small, c.t1);
    let width = text_at(ui.painter(), theme, line(21.0), &bound.line, TextRole::Micro, c.t3);
    if !bound.trouble.is_empty() {
        let after = line(21.0);
        let after = after.with_min_x(after.left() + width);
        text_at(ui.painter(), theme, after, &bound.trouble, TextRole::Micro, c.warning);
    }
    focus_ring(ui, theme, &response, theme.radius.control);
    let name = format!("Binding {}: {}{}", bound.id, bound.line, bound.trouble);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.clicked() {
        deeds.push(Deed::OpenBinding(bound.id.clone()));
    }
    response.on_hover_text(&bound.tooltip);
}

fn nothing_bound_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    let width = ui.available_width() - 32.0;
    ui.horizontal(|ui| {
        ui.add_space(16.0);
        ui.vertical(|ui| {
            ui.set_max_width(width);
            let text = "No file yet: bind the .env or the settings of a service, and profiles are written to it";
            ui.label(theme.colored(TextRole::Micro, text, theme.color.t3));
        });
    });
}

/// The environment that was detected, at the bottom; a click puts its profile on the page.
fn detected_ui(cx: &PanelCx<'_>, ui: &mut Ui, list: &List, place: Rect, model: &PageModel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let (title, reason, all) = &list.detected;
    let top = place.bottom() - 56.0;
    let rect = Rect::from_min_max(pos2(place.left() + 8.0, top), pos2(place.right() - 9.0, place.bottom() - 12.0));
    let line = |top: f32| {
        Rect::from_min_max(pos2(rect.left() + 30.0, rect.top() + top), pos2(rect.right(), rect.top() + top + 16.0))
    };
    let icon = pos2(rect.left() + 15.0, rect.top() + 13.0);
    if title.is_empty() {
        icons::DETECTIVE.paint(ui.painter(), icon, 14.0, c.t3);
        text_at(ui.painter(), theme, line(5.0), "No environment detected", TextRole::Small, c.t3);
        return;
    }
    let response = ui.interact(rect, ui.scope_id().with("detected"), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, f32::from(theme.radius.control), c.bg_hover);
    }
    icons::DETECTIVE.paint(ui.painter(), icon, 14.0, c.t3);
    let wanted = cx.snapshot.tuning.detection.profile.as_ref();
    let is_elsewhere = wanted != Some(model.name());
    let color = if is_elsewhere { c.accent } else { c.t2 };
    text_at(ui.painter(), theme, line(4.0), title, TextRole::Small, color);
    text_at(ui.painter(), theme, line(21.0), reason, TextRole::Micro, c.t3);
    focus_ring(ui, theme, &response, theme.radius.control);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("{title}, {reason}")));
    if response.clicked()
        && let Some(name) = wanted
    {
        deeds.push(Deed::Choose(name.clone()));
    }
    response.on_hover_text(all);
}
