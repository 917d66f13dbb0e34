//! The parameters of a profile by group: a search, a choice of which to see, and a control for each.
//!
//! Rows that are not seen are not drawn: their height is known from when they were.

mod class_table;
mod control;
mod details;
mod row;
mod secret;

use std::collections::BTreeMap;

use eframe::egui::{Id, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use super::deed::Deed;
use super::model::{PageModel, Row};
use crate::model::profile::ParamKey;
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, empty_state, segments, text_at};

/// Which parameters are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Filter {
    /// All of them.
    #[default]
    All,
    /// Those whose value is not the kept one.
    Changed,
    /// Those with a problem.
    Problems,
}

/// A field: a parameter, and which of its fields where it has several.
type FieldId = (ParamKey, usize);

/// What is being typed into a field.
#[derive(Debug, Clone, PartialEq)]
struct Typed {
    text: String,
    /// Why it cannot be taken.
    fault: Option<String>,
}

/// What the tab remembers between frames.
#[derive(Debug, Default)]
pub struct Parameters {
    search: String,
    filter: Filter,
    typed: BTreeMap<FieldId, Typed>,
    seen: Seen,
    wants_search: bool,
}

/// Which rows are seen, and how high each was when it was drawn last.
#[derive(Debug, Default)]
struct Seen {
    made_of: Option<(u64, String, Filter)>,
    groups: Vec<SeenGroup>,
    heights: BTreeMap<ParamKey, f32>,
}

/// A group with those of its rows that are seen.
#[derive(Debug)]
struct SeenGroup {
    title: String,
    count: String,
    rows: Vec<usize>,
}

impl Parameters {
    /// Gives the search the keyboard's focus at the next drawing.
    pub fn focus_search(&mut self) {
        self.wants_search = true;
    }

    /// Gives up everything that is being typed.
    pub fn forget_typed(&mut self) {
        self.typed.clear();
    }

    /// Gives up what is being typed for a parameter.
    pub fn forget(&mut self, key: &ParamKey) {
        self.typed.retain(|(of, _), _| of != key);
    }

    /// Whether a field holds what cannot be read.
    pub fn has_faulty_text(&self) -> bool {
        self.typed.values().any(|typed| typed.fault.is_some())
    }

    fn see(&mut self, model: &PageModel) {
        let is_fresh = self.seen.made_of.as_ref().is_some_and(|(version, search, filter)| {
            *version == model.version && *search == self.search && *filter == self.filter
        });
        if is_fresh {
            return;
        }
        self.seen.made_of = Some((model.version, self.search.clone(), self.filter));
        let words: Vec<String> = self.search.split_whitespace().map(str::to_lowercase).collect();
        let typed = &self.typed;
        let is_seen = |row: &Row| match self.filter {
            Filter::All => true,
            Filter::Changed => row.was.is_some() || typed.keys().any(|(key, _)| *key == row.key),
            Filter::Problems => !row.problems.is_empty() || typed.keys().any(|(key, _)| *key == row.key),
        };
        self.seen.groups = model
            .groups
            .iter()
            .map(|group| {
                let rows: Vec<usize> =
                    group.rows.clone().filter(|i| is_seen(&model.rows[*i]) && model.rows[*i].fits(&words)).collect();
                SeenGroup { title: group.title.to_string(), count: rows.len().to_string(), rows }
            })
            .filter(|group| !group.rows.is_empty())
            .collect();
    }
}

/// Draws the tab into `ui`, whose whole place it takes.
pub fn parameters_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut Parameters, model: &PageModel, deeds: &mut Vec<Deed>) {
    let frame = cx.theme.frame(cx.is_compact);
    let place = ui.max_rect();
    let inner = Rect::from_min_max(
        pos2(place.left() + frame.margin_x, place.top() + 12.0),
        pos2(place.right() - frame.margin_x, place.bottom()),
    );
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| filter_ui(cx, ui, state, model));
    state.see(model);
    let top = inner.top() + cx.theme.size.control;
    let rest = Rect::from_min_max(pos2(place.left(), top), place.max);
    ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| {
        ScrollArea::vertical().id_salt(("parameters", &**model.name())).auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
            ui.add_space(8.0);
            let groups = std::mem::take(&mut state.seen.groups);
            for group in &groups {
                group_ui(cx, ui, state, model, group, deeds);
            }
            if groups.is_empty() {
                nothing_ui(cx, ui, state, model);
            }
            state.seen.groups = groups;
            ui.add_space(16.0);
        });
    });
}

/// The search, and the choice of which to see.
fn filter_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut Parameters, model: &PageModel) {
    let theme = cx.theme;
    let n_all = model.rows.len();
    let (all, changed) = (format!("All {n_all}"), format!("Changed {}", model.n_changed));
    let problems = format!("Problems {}", model.n_with_problem);
    let place = ui.max_rect();
    let builder = UiBuilder::new()
        .max_rect(place.with_max_y(place.top() + theme.size.control))
        .layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Min));
    let left = ui
        .scope_builder(builder, |ui| {
            let choices =
                [(Filter::All, all.as_str()), (Filter::Changed, changed.as_str()), (Filter::Problems, &problems)];
            segments(ui, theme, "Show", &mut state.filter, &choices);
            ui.min_rect().left()
        })
        .inner;
    let field = Rect::from_min_max(place.min, pos2(left - 8.0, place.top() + theme.size.control));
    ui.scope_builder(UiBuilder::new().max_rect(field), |ui| {
        let search = Field::new(&mut state.search, "Find parameter").hint("Find parameter…");
        let id = Id::unique("profiles search");
        let response = search.icon(icons::MAGNIFYING_GLASS).id(id).show(ui, theme);
        if std::mem::take(&mut state.wants_search) {
            response.request_focus();
        }
    });
}

/// A group: its title with a line behind it, and its rows.
fn group_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    model: &PageModel,
    group: &SeenGroup,
    deeds: &mut Vec<Deed>,
) {
    const HEIGHT: f32 = 38.0;
    let theme = cx.theme;
    let c = &theme.color;
    let margin = theme.frame(cx.is_compact).margin_x;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    if ui.is_rect_visible(rect) {
        let line = Rect::from_min_max(
            pos2(rect.left() + margin, rect.top() + 8.0),
            pos2(rect.right() - margin, rect.top() + 28.0),
        );
        let width = text_at(ui.painter(), theme, line, &group.title, TextRole::Heading, c.t1);
        let count = line.with_min_x(line.left() + width + 8.0);
        let n_width = text_at(ui.painter(), theme, count, &group.count, TextRole::Micro, c.t3);
        let rule = (count.left() + n_width + 8.0)..=line.right();
        ui.painter().hline(rule, line.center().y.round() + 0.5, Stroke::new(1.0, c.line_subtle));
    }
    for i in &group.rows {
        let row = &model.rows[*i];
        let known = state.seen.heights.get(&row.key).copied();
        let top = ui.cursor().top();
        let is_away = |height: f32| {
            let clip = ui.clip_rect();
            top > clip.bottom() + height || top + height < clip.top() - height
        };
        // A field that is written in stays there even where it is scrolled away: it would lose what is typed.
        let is_typed = state.typed.keys().any(|(key, _)| *key == row.key);
        if let Some(height) = known.filter(|height| is_away(*height) && !is_typed) {
            ui.add_space(height);
            continue;
        }
        row::row_ui(cx, ui, state, model, row, deeds);
        let height = ui.cursor().top() - top;
        if known != Some(height) {
            state.seen.heights.insert(row.key.clone(), height);
        }
    }
}

/// Nothing is seen: why, and the way back.
fn nothing_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut Parameters, model: &PageModel) {
    let (title, text) = match state.filter {
        _ if model.rows.is_empty() => ("The catalogue is empty", "No parameter is known: see the messages."),
        _ if !state.search.trim().is_empty() => ("No parameter matches", "Change the search, or clear it."),
        Filter::Changed => ("Nothing is changed", "Every value is the one that is kept."),
        Filter::Problems => ("No problems", "Every value fits, and they go together."),
        Filter::All => ("No parameter", ""),
    };
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.add_space(cx.theme.frame(cx.is_compact).margin_x - 16.0);
        ui.vertical(|ui| {
            if empty_state(ui, cx.theme, title, text, Some("Show all parameters")) {
                state.search.clear();
                state.filter = Filter::All;
            }
        });
    });
}

/// What the draft calls the typing into a field.
fn typing(id: &FieldId) -> String {
    format!("{}#{}", id.0, id.1)
}

/// Whether a change of the draft came from typing into a field.
pub fn is_typing(what: &str) -> bool {
    what.contains('#')
}
