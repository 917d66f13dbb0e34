//! Colours by token, read from "#RRGGBB".

use eframe::egui::Color32;
use serde::de::{Deserialize, Deserializer, Error};

/// A colour as the theme file writes it.
#[derive(Clone, Copy)]
pub(super) struct Hex(pub Color32);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).map(Self).ok_or_else(|| D::Error::custom(format!("`{text}` is not #RRGGBB or #RRGGBBAA")))
    }
}

fn parse(text: &str) -> Option<Color32> {
    let digits = text.strip_prefix('#')?;
    let byte = |i: usize| u8::from_str_radix(digits.get(i..i + 2)?, 16).ok();
    match digits.len() {
        6 => Some(Color32::from_rgb(byte(0)?, byte(2)?, byte(4)?)),
        8 => Some(Color32::from_rgba_unmultiplied(byte(0)?, byte(2)?, byte(4)?, byte(6)?)),
        _ => None,
    }
}

macro_rules! palette {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Every colour by its token.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Palette {
            $($(#[$doc])* pub $name: Color32,)*
        }

        impl<'de> Deserialize<'de> for Palette {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                struct File { $($name: Hex,)* }
                let file = File::deserialize(deserializer)?;
                Ok(Self { $($name: file.$name.0,)* })
            }
        }
    };
}

palette! {
    /// Rail, status bar, head of full-bleed tables.
    bg_rail,
    /// Page, and gaps in charts.
    bg_page,
    /// Panels, side panels, chart ground.
    bg_panel,
    /// Menu, tooltip, toast, modal, palette; always edged with `line_strong`.
    bg_raised,
    /// Fields, code, core strip.
    bg_field,
    /// Buttons, chosen segment, keys.
    bg_control,
    /// The same under the pointer.
    bg_control_hover,
    /// Current entry of the rail.
    bg_nav,
    /// Row under the pointer.
    bg_hover,
    /// Chosen row.
    bg_selected,
    /// Grid, and lines between rows.
    line_subtle,
    /// Edges of panels, dividers, base of an axis.
    line,
    /// Edge of a field.
    line_field,
    /// Edge of raised things, toggle that is off, guides of a tree.
    line_strong,
    /// Empty part of a bar.
    track,
    /// Text.
    t1,
    /// Secondary text.
    t2,
    /// Axis, hints, reasons.
    t3,
    /// Not possible now.
    disabled,
    /// Primary button, link, focus, current place, live edge.
    accent,
    /// The same under the pointer.
    accent_hover,
    /// Ground of an accent chip.
    accent_dim,
    /// Text on accent.
    on_accent,
    /// Failed, at its limit.
    critical,
    /// Its ground.
    critical_ground,
    /// Busy, problem, stale.
    warning,
    /// Its ground.
    warning_ground,
    /// Filled warning icons alone.
    warning_icon,
    /// Done, verified; not for "calm".
    success,
    /// Its ground.
    success_ground,
    /// Neutral facts.
    info,
    /// Its ground.
    info_ground,
    /// No data, inconclusive.
    neutral,
    /// Its ground.
    neutral_ground,
    /// The button that does harm, in a modal.
    danger_fill,
    /// Text on it.
    danger_text,
    /// Crosshair and its tags.
    crosshair,
    /// Behind a modal.
    scrim,
    /// Ground of an added line.
    diff_added_ground,
    /// Ground of an added word.
    diff_added_word,
    /// Text of an added line.
    diff_added_text,
    /// Ground of a removed line.
    diff_removed_ground,
    /// Ground of a removed word.
    diff_removed_word,
    /// Text of a removed line.
    diff_removed_text,
    /// Ground of a changed cell.
    diff_changed_ground,
    /// Text of a changed cell.
    diff_changed_text,
    /// Span of a critical state on a chart.
    span_critical,
    /// Span of a warning on a chart.
    span_warning,
    /// Span of what is pending on a chart.
    span_pending,
}

impl Palette {
    /// Draws edges in the colour of hints, and hints in the colour of secondary text.
    pub(super) fn raise_contrast(&mut self) {
        self.line_field = self.t3;
        self.line_strong = self.t3;
        self.t3 = self.t2;
    }
}

/// Contrast of two opaque colours after WCAG 2.2, 1 to 21.
#[cfg(test)]
pub(super) fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |c: Color32| {
        let linear = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_from_hex() {
        assert_eq!(parse("#0C0F13"), Some(Color32::from_rgb(12, 15, 19)));
        assert_eq!(parse("#06080A99").map(|c| c.a()), Some(0x99));
        for wrong in ["0C0F13", "#0C0F1", "#0C0F1G", "", "#äö"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
