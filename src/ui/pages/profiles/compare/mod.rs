//! All profiles side by side with their differences, and any two of them.

mod matrix;
mod two;

use std::sync::Arc;

use eframe::egui::{Align, Layout, Rect, Ui, UiBuilder, pos2};

use self::matrix::{Sheet, sheet_ui};
use self::two::two_ui;
use super::deed::Deed;
use super::model::PageModel;
use crate::model::profile::ProfileName;
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{choice, segments, toggle};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum What {
    /// All profiles.
    #[default]
    All,
    /// Two of them.
    Two,
}

/// What the tab remembers between frames.
#[derive(Debug)]
pub struct Compare {
    what: What,
    pair: Option<(ProfileName, ProfileName)>,
    is_differing_only: bool,
    sheet: Option<Sheet>,
    pair_rows: Option<two::Pair>,
}

impl Default for Compare {
    fn default() -> Self {
        Self { what: What::All, pair: None, is_differing_only: true, sheet: None, pair_rows: None }
    }
}

impl Compare {
    /// Compares two, those that were chosen last.
    pub fn show_two(&mut self) {
        self.what = What::Two;
    }

    /// Compares these two.
    pub fn set_pair(&mut self, left: ProfileName, right: ProfileName) {
        self.what = What::Two;
        self.pair = Some((left, right));
    }

    /// The two that are compared: those chosen, where they are still there.
    fn pair(&self, model: &PageModel) -> Option<(ProfileName, ProfileName)> {
        let is_there = |name: &ProfileName| model.profiles.iter().any(|profile| profile.name == *name);
        if let Some((left, right)) = self.pair.clone().filter(|(l, r)| is_there(l) && is_there(r)) {
            return Some((left, right));
        }
        let first = model.profiles.iter().find(|p| p.name == *model.name()).or(model.profiles.first())?;
        let other = model.profiles.iter().find(|p| p.name != first.name && p.base.is_some());
        let other = other.or_else(|| model.profiles.iter().find(|p| p.name != first.name))?;
        Some((first.name.clone(), other.name.clone()))
    }
}

/// Draws the tab into `ui`, whose whole place it takes.
pub fn compare_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut Compare, model: &PageModel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let frame = theme.frame(cx.is_compact);
    let place = ui.max_rect();
    let (left, right) = (place.left() + frame.margin_x, place.right() - frame.margin_x);
    let top = place.top() + 12.0;
    let bar = Rect::from_min_max(pos2(left, top), pos2(right, top + theme.size.control));
    let builder = UiBuilder::new().max_rect(bar).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        segments(ui, theme, "Compare", &mut state.what, &[(What::All, "All"), (What::Two, "Two")]);
        if state.what == What::Two {
            pair_ui(cx, ui, state, model);
        } else {
            toggle(ui, theme, &mut state.is_differing_only, "Differences only");
        }
    });
    let rest = Rect::from_min_max(pos2(place.left(), bar.bottom() + 12.0), place.max);
    ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| match state.what {
        What::All => {
            let is_fresh = state.sheet.as_ref().is_some_and(|sheet| sheet.is_of(model, state.is_differing_only));
            if !is_fresh {
                state.sheet = Some(Sheet::new(model, state.is_differing_only));
            }
            if let Some(sheet) = &state.sheet {
                sheet_ui(cx, ui, sheet, deeds);
            }
        }
        What::Two => {
            let Some(pair) = state.pair(model) else {
                ui.label(theme.colored(TextRole::Body, "There is no second profile", theme.color.t3));
                return;
            };
            let is_fresh = state.pair_rows.as_ref().is_some_and(|rows| rows.is_of(model, &pair));
            if !is_fresh {
                state.pair_rows = Some(two::Pair::new(model, pair));
            }
            if let Some(rows) = &state.pair_rows {
                two_ui(cx, ui, rows, deeds);
            }
        }
    });
}

/// The choice of the two.
fn pair_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut Compare, model: &PageModel) {
    let Some((left, right)) = state.pair(model) else { return };
    let names: Vec<Arc<str>> = model.profiles.iter().map(|profile| profile.name.clone()).collect();
    let choices: Vec<(usize, &str)> = names.iter().enumerate().map(|(i, name)| (i, &**name)).collect();
    let at = |name: &ProfileName| names.iter().position(|n| n == name).unwrap_or(0);
    let (mut a, mut b) = (at(&left), at(&right));
    let width = ((ui.available_width() - 40.0) / 2.0).clamp(90.0, 160.0);
    let first = choice(ui, cx.theme, "First profile", width, &mut a, &choices);
    ui.label(cx.theme.colored(TextRole::Small, "and", cx.theme.color.t3));
    let second = choice(ui, cx.theme, "Second profile", width, &mut b, &choices);
    if first || second {
        state.pair = Some((names[a].clone(), names[b].clone()));
    }
}
