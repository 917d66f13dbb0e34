//! The list of annotations at the right of the charts, and the choice of the kinds that are shown.

use eframe::egui::{
    Align, Frame, Label, Layout, Margin, Popup, PopupCloseBehavior, Rect, Response, Role, ScrollArea, Sense, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use super::card::{NoteAsk, look, time_words, tooltip_ui};
use super::{NotesState, in_range};
use crate::model::{Annotation, AnnotationKind, TimeRange};
use crate::ui::PanelCx;
use crate::ui::chart::Zone;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, IconButton, checkbox, focus_ring, link, popup_frame, row_ground, text_at};

const ROW: f32 = 44.0;

/// Opens below `button`: the kinds with how many of each lie in the period, and the way to the list.
pub fn filter_ui(cx: &PanelCx<'_>, button: &Response, state: &mut NotesState, all: &[Annotation], range: TimeRange) {
    let theme = cx.theme;
    let popup = Popup::menu(button)
        .frame(popup_frame(theme).inner_margin(12))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(4.0)
        .width(230.0);
    popup.show(|ui| {
        ui.set_width(230.0);
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.label(theme.text(TextRole::Heading, "Flags on the charts"));
        for kind in AnnotationKind::ALL {
            let count = in_range(all, range).filter(|note| note.text.kind == kind).count();
            let is_known = count > 0 || kind.is_own() || all.iter().any(|note| note.text.kind == kind);
            if !is_known && !state.hidden.contains(&kind) {
                continue;
            }
            let mut is_on = !state.hidden.contains(&kind);
            ui.horizontal(|ui| {
                let (icon, color) = look(theme, kind);
                let (place, _) = ui.allocate_exact_size(vec2(16.0, 20.0), Sense::hover());
                icon.paint(ui.painter(), place.center(), 14.0, color);
                if checkbox(ui, theme, &mut is_on, kind.name()).changed() {
                    if is_on {
                        state.hidden.remove(&kind)
                    } else {
                        state.hidden.insert(kind)
                    };
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.label(theme.colored(TextRole::Small, count.to_string(), theme.color.t3));
                });
            });
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            if !state.hidden.is_empty() && link(ui, theme, "Show all").clicked() {
                state.hidden.clear();
            }
            if link(ui, theme, "Open as a list").clicked() {
                state.is_list_open = true;
                ui.close();
            }
        });
    });
}

/// Draws the list into `rect`, newest first.
pub fn list_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    state: &mut NotesState,
    (all, range, zone): (&std::sync::Arc<[Annotation]>, TimeRange, Zone),
) -> Option<NoteAsk> {
    let theme = cx.theme;
    let head = Rect::from_min_max(rect.min + vec2(16.0, 8.0), pos2(rect.right() - 10.0, rect.top() + 40.0));
    let shown = state.shown(all);
    let words: Vec<String> = state.search.split_whitespace().map(str::to_lowercase).collect();
    let matches = |note: &&Annotation| {
        let text = format!("{} {} {}", note.text.kind.name(), note.text.text, note.text.detail).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let found: Vec<&Annotation> = in_range(&shown, range).filter(matches).collect();
    let mut head_ui = ui.new_child(UiBuilder::new().max_rect(head).layout(Layout::right_to_left(Align::Center)));
    if IconButton::new(icons::X, "Close the list of annotations").show(&mut head_ui, theme).clicked() {
        state.is_list_open = false;
    }
    head_ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.label(theme.text(TextRole::Title, "Annotations"));
        ui.label(theme.colored(TextRole::Small, format!("{} in this period", found.len()), theme.color.t3));
    });
    let body = Rect::from_min_max(pos2(rect.left(), head.bottom() + 4.0), rect.max);
    let mut body_ui = ui.new_child(UiBuilder::new().max_rect(body).layout(Layout::top_down(Align::Min)));
    body_ui.spacing_mut().item_spacing.y = 8.0;
    body_ui.horizontal(|ui| {
        ui.add_space(16.0);
        Field::new(&mut state.search, "Find annotations")
            .hint("Find…")
            .icon(icons::MAGNIFYING_GLASS)
            .width(rect.width() - 32.0)
            .show(ui, theme);
    });
    if found.is_empty() {
        let text = if in_range(&shown, range).next().is_none() {
            "Nothing was noted in this period. N adds a note"
        } else {
            "Nothing matches"
        };
        Frame::new().inner_margin(Margin::symmetric(16, 0)).show(&mut body_ui, |ui| {
            ui.add(Label::new(theme.colored(TextRole::Small, text, theme.color.t2)).wrap());
        });
        return None;
    }
    let mut ask = None;
    let clock = (cx.now, zone);
    ScrollArea::vertical().id_salt("charts-annotations").auto_shrink(false).show_rows(
        &mut body_ui,
        ROW,
        found.len(),
        |ui, rows| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for note in rows.filter_map(|i| found.len().checked_sub(1 + i).and_then(|i| found.get(i))) {
                ask = row_ui(cx, ui, note, clock).or(ask.take());
            }
        },
    );
    ask
}

/// A row of a list of annotations: a click jumps there, the pencil edits.
pub fn row_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    note: &Annotation,
    clock: (crate::model::Timestamp, Zone),
) -> Option<NoteAsk> {
    let theme = cx.theme;
    let c = &theme.color;
    let mut ask = None;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    row_ground(ui.painter(), theme, rect, response.hovered(), false);
    let (icon, color) = look(theme, note.text.kind);
    icon.paint(ui.painter(), pos2(rect.left() + 24.0, rect.top() + 14.0), 14.0, color);
    let right = if note.text.kind.is_own() { rect.right() - 44.0 } else { rect.right() - 16.0 };
    let words = Rect::from_min_max(pos2(rect.left() + 40.0, rect.top() + 4.0), pos2(right, rect.top() + 24.0));
    text_at(ui.painter(), theme, words, &note.text.text, TextRole::Body, c.t1);
    let time = words.translate(vec2(0.0, 17.0));
    text_at(ui.painter(), theme, time, &time_words(note, clock), TextRole::Micro, c.t3);
    if note.text.kind.is_own() {
        let place = Rect::from_center_size(pos2(rect.right() - 26.0, rect.center().y), vec2(24.0, 24.0));
        let mut edit = ui.new_child(UiBuilder::new().max_rect(place));
        let name = format!("Edit note {}", note.text.text);
        if IconButton::new(icons::PENCIL_SIMPLE, &name).side(24.0).show(&mut edit, theme).clicked() {
            ask = Some(NoteAsk::Edit(note.clone()));
        }
    }
    if response.clicked() {
        ask = Some(NoteAsk::Jump(note.text.at));
    }
    focus_ring(ui, theme, &response, theme.radius.bar);
    let name = format!("{}: {}, {}", note.text.kind.name(), note.text.text, time_words(note, clock));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    response.on_hover_ui(|ui| tooltip_ui(ui, theme, note, clock));
    ask
}
