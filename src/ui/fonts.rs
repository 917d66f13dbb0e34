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
