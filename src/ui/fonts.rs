//! The fonts of the window: Inter with tabular figures in three weights, JetBrains Mono, and the icons.
//!
//! egui's own fonts stay behind them for what they lack.

use std::sync::Arc;

use eframe::egui::{FontData, FontDefinitions, FontFamily};

use super::icons::Face;

/// Family of the medium weight.
pub const MEDIUM: &str = "InterTabular-Medium";
/// Family of the semibold weight.
pub const SEMIBOLD: &str = "InterTabular-SemiBold";
const REGULAR: &str = "InterTabular-Regular";
const MONO: &str = "JetBrainsMono";

/// All fonts and their families.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let files: [(&str, &'static [u8]); 7] = [
        (REGULAR, include_bytes!("../../assets/fonts/InterTabular-Regular.otf")),
        (MEDIUM, include_bytes!("../../assets/fonts/InterTabular-Medium.otf")),
        (SEMIBOLD, include_bytes!("../../assets/fonts/InterTabular-SemiBold.otf")),
        (MONO, include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf")),
        (Face::Regular.family(), include_bytes!("../../assets/fonts/Phosphor-Regular.ttf")),
        (Face::Fill.family(), include_bytes!("../../assets/fonts/Phosphor-Fill.ttf")),
        (Face::Bold.family(), include_bytes!("../../assets/fonts/Phosphor-Bold.ttf")),
    ];
    for (name, bytes) in files {
        fonts.font_data.insert(name.into(), Arc::new(FontData::from_static(bytes)));
    }
    let behind = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let named = |name: &str| FontFamily::Name(name.into());
    for (family, first) in [
        (FontFamily::Proportional, REGULAR),
        (named(MEDIUM), MEDIUM),
        (named(SEMIBOLD), SEMIBOLD),
        (FontFamily::Monospace, MONO),
    ] {
        let list = fonts.families.entry(family).or_insert_with(|| behind.clone());
        list.insert(0, first.into());
    }
    for face in [Face::Regular, Face::Fill, Face::Bold] {
        fonts.families.insert(named(face.family()), vec![face.family().into()]);
    }
    fonts
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Color32, Context, RawInput};

    use super::*;
    use crate::ui::icons::{self, Icon};

    /// An icon whose font has lost its side bearings stands at the left of its place.
    #[test]
    fn icons_stand_in_the_middle_of_their_place() {
        let ctx = Context::default();
        ctx.set_fonts(definitions());
        let measure = |icon: Icon| {
            let mut off = f32::MAX;
            let mut shown = ctx.run_ui(RawInput::default(), |ui| {
                let galley = ui.painter().layout_no_wrap(icon.glyph.into(), icon.font(64.0), Color32::WHITE);
                off = (galley.mesh_bounds.center().x - galley.size().x / 2.0).abs();
            });
            shown.textures_delta.clear();
            off
        };
        for icon in [icons::PAUSE, icons::X, icons::PLUS, icons::CALENDAR_BLANK, icons::fill::X_CIRCLE] {
            let off = measure(icon);
            assert!(off < 2.0, "{icon:?} is {off} of 64 points off its middle");
        }
    }
}
