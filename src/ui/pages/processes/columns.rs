//! Where the columns stand, and the chooser that adds, removes and moves them.

use eframe::egui::{Popup, PopupCloseBehavior, Rangef, Response, Ui};

use crate::analysis::process_table::Column;
use crate::model::Units;
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, checkbox, link, popup_frame};

/// Width of the mini bar at the right of a cell, with the gap before it.
pub(super) const BAR: f32 = 44.0;
pub(super) const BAR_GAP: f32 = 8.0;
const MIN_GAP: f32 = 14.0;
const MAX_GAP: f32 = 28.0;
const MIN_NAME: f32 = 160.0;
const USUAL_NAME: f32 = 300.0;
const MIN_COMMAND: f32 = 200.0;

/// A column and where it stands, from left to right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    pub column: Column,
    pub x: Rangef,
}

fn width(column: Column) -> f32 {
    match column {
        Column::Name => MIN_NAME,
        Column::Pid => 42.0,
        Column::User => 56.0,
        Column::Cpu => 100.0,
        Column::Memory => 90.0,
        Column::Read => 62.0,
        Column::Write => 66.0,
        Column::Threads => 48.0,
        Column::State => 72.0,
        Column::Started => 66.0,
        Column::Waits => 108.0,
        Column::Command => MIN_COMMAND,
    }
}

/// Places columns between two edges. Where they do not fit, those farthest to the right go; Name and the column the
/// table is sorted by stay.
pub(super) fn place(columns: &[Column], x: Rangef, sorted: Column) -> Vec<Placed> {
    let mut shown = columns.to_vec();
    let taken = |shown: &[Column]| {
        let widths: f32 = shown.iter().map(|column| width(*column)).sum();
        widths + MIN_GAP * (shown.len().saturating_sub(1)) as f32
    };
    while taken(&shown) > x.span() {
        let Some(last) = shown.iter().rposition(|column| *column != Column::Name && *column != sorted) else { break };
        shown.remove(last);
    }
    // What is left goes to the name, then between the columns, then to the command or the name again.
    let mut spare = (x.span() - taken(&shown)).max(0.0);
    let for_name = spare.min(USUAL_NAME - MIN_NAME);
    spare -= for_name;
    let n_gaps = shown.len().saturating_sub(1).max(1) as f32;
    let for_gaps = spare.min((MAX_GAP - MIN_GAP) * n_gaps);
    spare -= for_gaps;
    let taker = if shown.contains(&Column::Command) { Column::Command } else { Column::Name };
    let mut left = x.min;
    let mut placed = Vec::with_capacity(shown.len());
    for column in shown {
        let mut w = width(column);
        if column == Column::Name {
            w += for_name;
        }
        if column == taker {
            w += spare;
        }
        placed.push(Placed { column, x: Rangef::new(left, left + w) });
        left += w + MIN_GAP + for_gaps / n_gaps;
    }
    placed
}

/// The chooser, below its button: a checkbox and two arrows for each column.
pub(super) fn chooser(cx: &PanelCx<'_>, button: &Response, columns: &mut Vec<Column>) {
    let theme = cx.theme;
    let units = cx.snapshot.settings.units;
    Popup::menu(button)
        .frame(popup_frame(theme))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(4.0)
        .show(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.set_width(236.0);
            let hidden = Column::ALL.into_iter().filter(|column| !columns.contains(column));
            let all: Vec<Column> = columns.iter().copied().chain(hidden).collect();
            for column in all {
                entry(cx, ui, column, &units, columns);
            }
            ui.add_space(4.0);
            ui.horizontal(|ui| {
                ui.add_space(8.0);
                if link(ui, theme, "Usual columns").clicked() {
                    *columns = Column::USUAL.to_vec();
                }
            });
            ui.add_space(2.0);
        });
}

fn entry(cx: &PanelCx<'_>, ui: &mut Ui, column: Column, units: &Units, columns: &mut Vec<Column>) {
    let theme = cx.theme;
    let title = column.title(units);
    ui.horizontal(|ui| {
        ui.set_height(26.0);
        ui.add_space(8.0);
        if column == Column::Name {
            // A row without its name says nothing.
            ui.label(icons::CHECK.text(14.0, theme.color.t3));
            ui.label(theme.colored(TextRole::Body, "Name, always shown", theme.color.t3));
            return;
        }
        let at = columns.iter().position(|shown| *shown == column);
        let mut is_shown = at.is_some();
        if checkbox(ui, theme, &mut is_shown, title).changed() {
            match at {
                Some(i) => drop(columns.remove(i)),
                None => columns.push(column),
            }
            return;
        }
        let Some(i) = at else { return };
        ui.with_layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.add_space(4.0);
            let last = (i + 1 >= columns.len()).then_some("It is the last one");
            let down = format!("Move {title} to the right");
            if IconButton::new(icons::CARET_DOWN, &down).side(20.0).why_not(last).show(ui, theme).clicked() {
                columns.swap(i, i + 1);
            }
            let first = (i <= 1).then_some("Name stays the first one");
            let up = format!("Move {title} to the left");
            if IconButton::new(icons::CARET_UP, &up).side(20.0).why_not(first).show(ui, theme).clicked() {
                columns.swap(i, i - 1);
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(columns: &[Column], width: f32, sorted: Column) -> String {
        let placed = place(columns, Rangef::new(24.0, 24.0 + width), sorted);
        for pair in placed.windows(2) {
            assert!(pair[0].x.max + MIN_GAP <= pair[1].x.min + 0.01, "{pair:?}");
        }
        assert!(placed.last().is_some_and(|last| last.x.max <= 24.0 + width + 0.01), "{placed:?}");
        placed.iter().map(|placed| placed.column.id()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn columns_go_from_the_right_where_they_do_not_fit() {
        let usual = Column::USUAL;
        assert_eq!(drawn(&usual, 1184.0, Column::Cpu), "name pid user cpu memory read write threads state");
        assert_eq!(drawn(&usual, 860.0, Column::Cpu), "name pid user cpu memory read write threads state");
        assert_eq!(drawn(&usual, 600.0, Column::Cpu), "name pid user cpu memory read");
        assert_eq!(drawn(&usual, 400.0, Column::State), "name pid user state");
        assert_eq!(drawn(&[Column::Name, Column::Command, Column::Pid], 900.0, Column::Pid), "name command pid");
    }
}
