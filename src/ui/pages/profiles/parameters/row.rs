//! One row: the parameter's name, its control, where the value comes from, and what is wrong with it.

use eframe::egui::{Align, CursorIcon, Label, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::control::{Place, control_ui};
use super::details::{details_popup, details_tooltip};
use super::{Parameters, Typed};
use crate::model::profile::ProblemKind;
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::pages::profiles::deed::Deed;
use crate::ui::pages::profiles::model::{Layer, PageModel, Row, worst};
use crate::ui::pages::profiles::words::source_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, elided, focus_ring, link};

/// Left edges within the column: of the control, and of where the value comes from.
const CONTROL: f32 = 204.0;
const FROM: f32 = 416.0;
/// Height of the control's line and the gap below a row.
const LINE: f32 = 28.0;
const GAP: f32 = 8.0;

/// Draws one row.
pub fn row_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &mut Parameters,
    model: &PageModel,
    row: &Row,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    let c = &theme.color;
    let margin = theme.frame(cx.is_compact).margin_x;
    let whole = ui.available_rect_before_wrap();
    let (left, right) = (whole.left() + margin, whole.right() - margin);
    let top = ui.cursor().top();
    let line = Rect::from_min_max(pos2(left, top), pos2(right, top + LINE));
    name_ui(cx, ui, model, row, line.with_max_x(left + CONTROL - 12.0), deeds);
    // Where there is room, what follows the control stands further to the right.
    let from = left + FROM.max((right - left) * 0.62).min(FROM + 140.0);
    let fault = fault_of(state, row);
    let place = Rect::from_min_max(pos2(left + CONTROL, top), pos2(right, whole.bottom().max(top + LINE)));
    let builder = UiBuilder::new().max_rect(place).layout(Layout::top_down(Align::Min)).id_salt(&*row.key.0);
    let used = ui
        .scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
            ui.set_max_width(right - left - CONTROL);
            if row.layer == Layer::Machine && !model.is_machine() {
                // What the machine's own layer sets is changed there: here it would have no effect.
                ui.visuals_mut().disabled_alpha = 1.0;
                ui.disable();
            }
            let room = Place { line: from - (left + CONTROL) - 16.0, whole: right - (left + CONTROL) };
            control_ui(cx, ui, state, model, row, room, deeds);
            problem_ui(cx, ui, row, fault.as_deref(), deeds);
            ui.min_rect().bottom()
        })
        .inner;
    from_ui(cx, ui, model, row, line.with_min_x(from), deeds);
    let bottom = used.max(line.bottom());
    if row.was.is_some() {
        let bar = Rect::from_min_max(pos2(whole.left(), top), pos2(whole.left() + 2.0, bottom));
        ui.painter().rect_filled(bar, 0.0, c.accent);
    }
    let below = bottom + GAP - ui.cursor().top();
    ui.add_space(below.max(0.0));
}

/// The name; pointing at it tells about the parameter, a click opens everything that is known of it.
fn name_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &PageModel, row: &Row, rect: Rect, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let def = model.def(row);
    let is_set_here = row.layer == Layer::Own || row.layer == Layer::Machine;
    let color = if is_set_here { c.t1 } else { c.t2 };
    let galley = elided(ui.painter(), theme, &def.title, TextRole::Body, color, rect.width());
    let words = Rect::from_min_size(rect.min, vec2(galley.size().x, rect.height()));
    let response = ui.interact(words, ui.scope_id().with(("about", &*row.key.0)), Sense::click());
    let color = if response.hovered() { c.t1 } else { color };
    ui.painter().galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, color);
    focus_ring(ui, theme, &response, theme.radius.bar);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("About {}", row.name)));
    details_popup(cx, &response, model, row, deeds);
    let response = response.on_hover_cursor(CursorIcon::Help);
    details_tooltip(cx, response, model, row);
}

/// "was 50", "from base", "production", "atlas-02 only"; and the way back to the kept value.
fn from_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &PageModel, row: &Row, rect: Rect, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if row.was.is_some() {
            let name = format!("Take back {}", row.name);
            if IconButton::new(icons::ARROW_COUNTER_CLOCKWISE, &name).side(20.0).show(ui, theme).clicked() {
                deeds.push(take_back(model, row));
                deeds.push(Deed::Settle);
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if let Some(was) = &row.was {
                let text = theme.colored(TextRole::Small, format!("was {was}"), c.accent);
                ui.add(Label::new(text).truncate());
                return;
            }
            let target = match &row.layer {
                Layer::Base(name) => Some(name.clone()),
                Layer::Machine => Some(crate::model::profile::LOCAL_LAYER.into()),
                Layer::Own | Layer::Default => None,
            };
            let text = theme.colored(TextRole::Small, &row.from, c.t3);
            let Some(target) = target else {
                ui.add(Label::new(text).truncate());
                return;
            };
            let said = ui.add(Label::new(text).truncate().sense(Sense::click()));
            let name = format!("{}: {}", row.name, row.from);
            said.widget_info(|| WidgetInfo::labeled(Role::Link, true, &name));
            focus_ring(ui, theme, &said, theme.radius.bar);
            if said.clicked() {
                deeds.push(Deed::Choose(target));
            }
            said.on_hover_cursor(CursorIcon::PointingHand).on_hover_text("Goes there");
        });
    });
}

/// The value that is kept again: its own one, or none of its own.
fn take_back(model: &PageModel, row: &Row) -> Deed {
    use crate::model::profile::ProfileEdit;
    let edit = match model.kept_value(&row.key) {
        Some(value) => ProfileEdit::Set(row.key.clone(), value),
        None => ProfileEdit::Reset(row.key.clone()),
    };
    Deed::Edit { edit, what: format!("take back {}", row.key) }
}

/// Why what is typed cannot be taken.
fn fault_of(state: &Parameters, row: &Row) -> Option<String> {
    let mut typed = state.typed.iter().filter(|((key, _), _)| *key == row.key);
    typed.find_map(|(_, Typed { fault, .. })| fault.clone())
}

/// What is wrong, below the control, with the fix as a link.
fn problem_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &Row, fault: Option<&str>, deeds: &mut Vec<Deed>) {
    if let Some(fault) = fault {
        line_ui(cx, ui, ProblemKind::Error, fault, None, None, deeds);
    }
    // The first is the worst; more than two would drown the row.
    for problem in row.problems.iter().take(if fault.is_some() { 1 } else { 2 }) {
        let source = source_words(problem);
        line_ui(cx, ui, problem.kind, &problem.text, problem.fix.as_deref(), source, deeds);
    }
}

fn line_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    kind: ProblemKind,
    text: &str,
    fix: Option<&crate::model::profile::Fix>,
    source: Option<String>,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    let c = &theme.color;
    let (icon, icon_color, color) = match kind {
        ProblemKind::Error => (icons::fill::X_CIRCLE, c.critical, c.critical),
        ProblemKind::Warning => (icons::fill::WARNING, c.warning_icon, c.warning),
    };
    let width = ui.available_width().min(320.0);
    let is_sentence = fix.is_some() && !text.ends_with('.');
    let text = if is_sentence { format!("{text}.") } else { text.to_owned() };
    let galley = ui.painter().layout(text.clone(), theme.font(TextRole::Small), color, width - 20.0);
    let link_width = fix.map_or(0.0, |fix| {
        let font = theme.font(TextRole::SmallStrong);
        ui.painter().layout_no_wrap(fix.text.to_string(), font, color).size().x
    });
    // The fix stands behind the last word where there is room, below it where there is none.
    let last = galley.rows.last().map_or(0.0, |row| row.rect().right());
    let is_behind = last + 4.0 + link_width <= width - 20.0;
    let line = theme.line_height(TextRole::Small);
    let n_lines = galley.rows.len() as f32 + if fix.is_some() && !is_behind { 1.0 } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(width, line * n_lines), Sense::hover());
    icon.paint(ui.painter(), pos2(rect.left() + 7.0, rect.top() + line / 2.0), 14.0, icon_color);
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &text));
    if let Some(source) = source {
        response.on_hover_text(source);
    }
    let step = galley.size().y / galley.rows.len().max(1) as f32;
    let n_text_lines = galley.rows.len() as f32;
    ui.painter().galley(pos2(rect.left() + 20.0, rect.top()), galley, color);
    if let Some(fix) = fix {
        let at = if is_behind {
            pos2(rect.left() + 20.0 + last + 4.0, rect.top() + step * (n_text_lines - 1.0))
        } else {
            pos2(rect.left() + 20.0, rect.top() + step * n_text_lines)
        };
        let place = Rect::from_min_size(at - vec2(0.0, 2.0), vec2(link_width + 2.0, 20.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(Layout::left_to_right(Align::Center)));
        if link(&mut child, theme, &fix.text).clicked() {
            deeds.push(Deed::fix(fix));
            deeds.push(Deed::Settle);
        }
    }
}

/// Whether a control shows a problem at its edge, and which.
pub fn edge<'a>(state: &'a Parameters, row: &'a Row, field: usize) -> Option<crate::ui::widgets::Problem<'a>> {
    use crate::ui::widgets::Problem;
    let typed = state.typed.get(&(row.key.clone(), field)).and_then(|typed| typed.fault.as_deref());
    match (typed, worst(row)) {
        (Some(fault), _) => Some(Problem::Error(fault)),
        (None, Some((problem, true))) => Some(Problem::Error(&problem.text)),
        (None, Some((problem, false))) => Some(Problem::Warning(&problem.text)),
        (None, None) => None,
    }
}
