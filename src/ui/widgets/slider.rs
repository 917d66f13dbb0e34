//! The slider, always with a field for the exact value beside it.

use std::ops::RangeInclusive;

use eframe::egui::{Id, Key, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::field::{Field, Problem};
use super::focus_ring;
use crate::ui::theme::Theme;

/// A slider and its field. `draft` is what is being typed; `write` and `read` turn the value into text and back.
///
/// Answers with the new value when it was committed: the slider let go or moved by a key, or the field left.
#[expect(clippy::too_many_arguments, reason = "a slider is its value, its bounds and its two directions of text")]
pub fn slider_field(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    value: f64,
    range: RangeInclusive<f64>,
    draft: &mut Option<String>,
    write: impl Fn(f64) -> String,
    read: impl Fn(&str) -> Result<f64, String>,
) -> Option<f64> {
    ui.horizontal(|ui| {
        let slid = rail(ui, theme, name, value, &range);
        let mut text = draft.clone().unwrap_or_else(|| write(slid.unwrap_or(value)));
        let parsed = read(&text).and_then(|v| {
            if range.contains(&v) {
                Ok(v)
            } else {
                Err(format!("Between {} and {}", write(*range.start()), write(*range.end())))
            }
        });
        let problem = parsed.as_ref().err().filter(|_| draft.is_some()).map(|why| Problem::Error(why));
        let exact = format!("{name}, exact");
        let response =
            Field::new(&mut text, &exact).number().width(theme.size.field_value).problem(problem).show(ui, theme);
        if response.changed() {
            *draft = Some(text);
        }
        if response.lost_focus() && draft.is_some() {
            let is_given_up = ui.input(|i| i.key_pressed(Key::Escape));
            *draft = None;
            return if is_given_up { None } else { parsed.ok() };
        }
        slid
    })
    .inner
}

/// The rail alone. The knob follows the pointer at once; the value is given when it is let go.
fn rail(ui: &mut Ui, theme: &Theme, name: &str, value: f64, range: &RangeInclusive<f64>) -> Option<f64> {
    let c = &theme.color;
    let width = (ui.available_width() - theme.size.field_value - 8.0).clamp(80.0, 240.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme.size.control), Sense::click_and_drag());
    let travel = (rect.left() + 6.0)..=(rect.right() - 6.0);
    let (low, high) = (*range.start(), *range.end());
    let held: Id = response.id.with("held");
    let mut shown = ui.data(|d| d.get_temp::<f64>(held)).unwrap_or(value);
    let mut committed = None;
    if let Some(at) = response.interact_pointer_pos() {
        let share = f64::from((at.x - travel.start()) / (travel.end() - travel.start())).clamp(0.0, 1.0);
        shown = low + share * (high - low);
        ui.data_mut(|d| d.insert_temp(held, shown));
    }
    if response.drag_stopped() || response.clicked() {
        ui.data_mut(|d| d.remove::<f64>(held));
        committed = Some(shown);
    }
    if response.has_focus() {
        let step = (high - low) / 20.0;
        let by = ui.input(|i| f64::from(i.num_presses(Key::ArrowRight) as i32 - i.num_presses(Key::ArrowLeft) as i32));
        if by != 0.0 {
            shown = (value + by * step).clamp(low, high);
            committed = Some(shown);
        }
    }
    let share = ((shown - low) / (high - low)).clamp(0.0, 1.0) as f32;
    let knob = pos2(travel.start() + share * (travel.end() - travel.start()), rect.center().y);
    let bar = |from: f32, to: f32| Rect::from_min_max(pos2(from, knob.y - 1.0), pos2(to, knob.y + 1.0));
    ui.painter().rect_filled(bar(rect.left(), rect.right()), 1.0, c.track);
    ui.painter().rect_filled(bar(rect.left(), knob.x), 1.0, c.accent);
    ui.painter().circle(knob, 5.0, c.t1, Stroke::new(2.0, c.accent));
    focus_ring(ui, theme, &response, theme.radius.control);
    response.widget_info(|| WidgetInfo { value: Some(shown), ..WidgetInfo::labeled(Role::Slider, true, name) });
    committed
}
