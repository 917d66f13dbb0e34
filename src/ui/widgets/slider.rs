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
        let width = (ui.available_width() - theme.size.field_value - 8.0).clamp(80.0, 240.0);
        let slid = SliderRail::new(name, value, range.clone()).width(width).show(ui, theme).committed;
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

/// How the places along a rail are shared out among its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RailScale {
    /// Evenly.
    #[default]
    Linear,
    /// The smaller the value, the more room it has, as suits a range over several powers of ten.
    Logarithmic,
}

impl RailScale {
    /// Steps that the range is divided into before the logarithm is taken: small values still have room apart.
    const FINEST: f64 = 100.0;

    /// The place of a value, 0 to 1.
    fn share(self, value: f64, low: f64, high: f64) -> f64 {
        if high <= low {
            return 0.0;
        }
        let linear = ((value - low) / (high - low)).clamp(0.0, 1.0);
        match self {
            Self::Linear => linear,
            Self::Logarithmic => (linear * Self::FINEST).ln_1p() / Self::FINEST.ln_1p(),
        }
    }

    /// The value at a place.
    fn value(self, share: f64, low: f64, high: f64) -> f64 {
        let share = share.clamp(0.0, 1.0);
        let linear = match self {
            Self::Linear => share,
            Self::Logarithmic => (share * Self::FINEST.ln_1p()).exp_m1() / Self::FINEST,
        };
        low + linear * (high - low)
    }
}

/// The rail alone, for where its field has a place of its own.
#[must_use = "show the rail"]
pub struct SliderRail<'a> {
    name: &'a str,
    value: f64,
    range: RangeInclusive<f64>,
    width: f32,
    scale: RailScale,
    is_muted: bool,
}

/// What came of a rail in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slid {
    /// Where the knob stands; differs from the value while it is dragged.
    pub shown: f64,
    /// The new value, once the knob was let go or moved by a key.
    pub committed: Option<f64>,
}

impl<'a> SliderRail<'a> {
    /// A rail for a value within bounds, called `name` by screen readers and tests.
    pub const fn new(name: &'a str, value: f64, range: RangeInclusive<f64>) -> Self {
        Self { name, value, range, width: 120.0, scale: RailScale::Linear, is_muted: false }
    }

    /// Its width, points.
    pub const fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// How its places are shared out.
    pub const fn scale(mut self, scale: RailScale) -> Self {
        self.scale = scale;
        self
    }

    /// Draws it in grey, for a value that is inherited.
    pub const fn muted(mut self, is_muted: bool) -> Self {
        self.is_muted = is_muted;
        self
    }

    /// Draws it. The knob follows the pointer at once; the value is given when it is let go.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Slid {
        let c = &theme.color;
        let is_enabled = ui.is_enabled();
        let sense = if is_enabled { Sense::click_and_drag() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(self.width, theme.size.control), sense);
        let travel = (rect.left() + 6.0)..=(rect.right() - 6.0);
        let (low, high) = (*self.range.start(), *self.range.end());
        let held: Id = response.id.with("held");
        let mut shown = ui.data(|d| d.get_temp::<f64>(held)).unwrap_or(self.value);
        let mut committed = None;
        if let Some(at) = response.interact_pointer_pos() {
            let share = f64::from((at.x - travel.start()) / (travel.end() - travel.start()));
            shown = self.scale.value(share, low, high);
            ui.data_mut(|d| d.insert_temp(held, shown));
        }
        if response.drag_stopped() || response.clicked() {
            ui.data_mut(|d| d.remove::<f64>(held));
            committed = Some(shown);
        }
        if response.has_focus() && is_enabled {
            let right = ui.input(|i| i.num_presses(Key::ArrowRight) as i32 - i.num_presses(Key::ArrowLeft) as i32);
            if right != 0 {
                let share = self.scale.share(self.value, low, high) + f64::from(right) * 0.05;
                shown = self.scale.value(share, low, high);
                committed = Some(shown);
            }
        }
        let share = self.scale.share(shown, low, high) as f32;
        let knob = pos2(travel.start() + share * (travel.end() - travel.start()), rect.center().y);
        let bar = |from: f32, to: f32| Rect::from_min_max(pos2(from, knob.y - 1.0), pos2(to, knob.y + 1.0));
        let (fill, edge, dot) =
            if self.is_muted { (c.line_strong, c.line_strong, c.t3) } else { (c.accent, c.accent, c.t1) };
        let empty = if self.is_muted { c.line_strong } else { c.track };
        ui.painter().rect_filled(bar(rect.left(), rect.right()), 1.0, empty);
        ui.painter().rect_filled(bar(rect.left(), knob.x), 1.0, fill);
        ui.painter().circle(knob, 5.0, dot, Stroke::new(2.0, edge));
        focus_ring(ui, theme, &response, theme.radius.control);
        let name = self.name;
        response
            .widget_info(|| WidgetInfo { value: Some(shown), ..WidgetInfo::labeled(Role::Slider, is_enabled, name) });
        Slid { shown, committed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_on_the_rail_and_its_value_are_each_others_opposite() {
        for scale in [RailScale::Linear, RailScale::Logarithmic] {
            for value in [1.0, 2.0, 24.0, 500.0, 9_999.0, 10_000.0] {
                let share = scale.share(value, 1.0, 10_000.0);
                assert!((0.0..=1.0).contains(&share), "{scale:?} {value}");
                assert!((scale.value(share, 1.0, 10_000.0) - value).abs() < 1e-6, "{scale:?} {value}");
            }
            assert_eq!(scale.share(5.0, 5.0, 5.0), 0.0, "a range of one value");
        }
        let middle = RailScale::Logarithmic.value(0.5, 0.0, 10_000.0);
        assert!((500.0..1500.0).contains(&middle), "small values have the greater part of the rail: {middle}");
    }
}
