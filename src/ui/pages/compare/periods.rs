//! The head of the page: periods A and B, presets, swap, series, and the button that compares.

use eframe::egui::{Align, Layout, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use super::ComparePanel;
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::period::PeriodDraft;
use crate::ui::period::presets::PairPreset;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{Button, hairline, menu_item, panel, popup_menu};

/// Draws the head. True when what is chosen is to be compared now.
pub fn periods_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ComparePanel) -> bool {
    let theme = cx.theme;
    let mut is_due = false;
    panel(ui, theme, |ui| {
        let width = ui.available_width();
        let side = ((width - 32.0 - 48.0) / 2.0).floor();
        ui.add_space(12.0);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(16.0);
            is_due |= side_ui(cx, ui, &mut state.a, Side::A, side);
            ui.allocate_ui_with_layout(vec2(48.0, 76.0), Layout::top_down(Align::Center), |ui| {
                ui.add_space(24.0);
                let both_empty = state.a.is_empty() && state.b.is_empty();
                let why_not = both_empty.then_some("There is nothing to swap");
                let swap = crate::ui::widgets::IconButton::new(icons::ARROWS_CLOCKWISE, "Swap A and B");
                if swap.framed().why_not(why_not).show(ui, theme).clicked() {
                    std::mem::swap(&mut state.a, &mut state.b);
                    is_due |= state.asked.is_some();
                }
            });
            is_due |= side_ui(cx, ui, &mut state.b, Side::B, side);
        });
        ui.add_space(10.0);
        hairline(ui, theme);
        let (rect, _) = ui.allocate_exact_size(vec2(width, 44.0), Sense::hover());
        let inner = rect.shrink2(vec2(16.0, 0.0));
        let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
        is_due |= foot_ui(cx, &mut row, state);
    });
    is_due
}

/// One of the two periods.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The measure.
    A,
    /// What is held against it.
    B,
}

impl Side {
    /// Its letter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    /// Its colour, always with its shape: A is round, B is square.
    pub fn color(self, theme: &Theme) -> eframe::egui::Color32 {
        theme.series_color(if self == Self::A { 0 } else { 1 })
    }

    /// Its mark: a round dot for A, a square one for B.
    pub fn paint(self, painter: &eframe::egui::Painter, theme: &Theme, center: eframe::egui::Pos2) {
        match self {
            Self::A => {
                painter.circle_filled(center, 4.5, self.color(theme));
            }
            Self::B => {
                let square = Rect::from_center_size(center, vec2(8.0, 8.0));
                painter.rect_filled(square, 1.0, self.color(theme));
            }
        }
    }
}

fn side_ui(cx: &PanelCx<'_>, ui: &mut Ui, draft: &mut PeriodDraft, side: Side, width: f32) -> bool {
    let theme = cx.theme;
    let mut is_entered = false;
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
        ui.set_width(width);
        let (rect, _) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
        side.paint(ui.painter(), theme, pos2(rect.left() + 5.0, rect.center().y));
        let label = Rect::from_min_max(pos2(rect.left() + 18.0, rect.top()), rect.max);
        let mut row = ui.new_child(UiBuilder::new().max_rect(label).layout(Layout::left_to_right(Align::Center)));
        row.spacing_mut().item_spacing.x = 8.0;
        row.label(theme.text(TextRole::SmallStrong, side.name()));
        let role = if side == Side::A { "the baseline" } else { "compared with it" };
        row.label(theme.colored(TextRole::Small, role, theme.color.t3));
        is_entered = draft.show(cx, ui, side.name(), width);
        draft.words_ui(cx, ui);
    });
    is_entered
}

fn foot_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut ComparePanel) -> bool {
    let theme = cx.theme;
    let mut is_due = false;
    ui.spacing_mut().item_spacing.x = 8.0;
    let presets = Button::secondary("Presets").icon(icons::CALENDAR_BLANK).show(ui, theme);
    let chosen = popup_menu(theme, &presets, |ui| {
        ui.set_max_width(330.0);
        let mut chosen = None;
        for preset in PairPreset::ALL {
            if menu_item(ui, theme, preset.name(), None, false).clicked() {
                chosen = Some(preset);
            }
        }
        chosen
    });
    if let Some(preset) = chosen.flatten() {
        state.fill(preset, cx);
    }
    if state.series.show(cx, ui, "Series", true) {
        is_due |= state.asked.is_some();
    }
    let n = state.series.ids(cx.snapshot).len();
    if n > super::MAX_SERIES {
        let text = format!("the first {} of {n} are compared", super::MAX_SERIES);
        ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let wanted = state.wanted(cx);
        let why_not = match &wanted {
            Err(why) => Some(*why),
            Ok(wanted) if state.asked.as_ref() == Some(wanted) => Some("This is what stands below"),
            Ok(_) => None,
        };
        is_due |= Button::primary("Compare").name("Compare A and B").why_not(why_not).show(ui, theme).clicked();
        if why_not.is_none() && state.asked.is_some() {
            ui.label(theme.colored(TextRole::Small, "changed, not compared yet", theme.color.t3));
        }
    });
    is_due
}
