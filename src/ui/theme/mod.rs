//! The one theme value: every colour, size and type role of the window, by name.
//!
//! Read from `assets/theme.ron`, which is part of the binary. Not a widget and not egui's style: `style` makes that.

mod palette;
mod sizes;
mod style;
mod text;

use std::sync::Arc;

use eframe::egui::{Color32, RichText};
use serde::Deserialize;

use crate::model::Level;
pub use palette::Palette;
pub use sizes::{FrameSizes, Radii, Sizes};
pub use style::apply;
pub use text::TextRole;
use text::{Faces, TextSizes};

const EMBEDDED: &str = include_str!("../../../assets/theme.ron");
const VERSION: u32 = 1;

/// Why the theme file cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ThemeError {
    /// It does not parse.
    #[error("the theme does not parse: {why}")]
    Parse {
        /// Line, column and cause.
        why: String,
    },
    /// It was written for another version of the program.
    #[error("the theme has version {found}, this program reads {VERSION}")]
    Version {
        /// The version it says.
        found: u32,
    },
}

/// Colours, sizes, faces. Panels name its fields and write no values of their own.
#[derive(Debug, Clone)]
pub struct Theme {
    /// Whether it is the dark one.
    pub is_dark: bool,
    /// Every colour by its token.
    pub color: Palette,
    /// Series colours in their order; see [`Theme::series_color`].
    pub series: [Color32; 10],
    /// Share of a series' colour in the band from least to greatest.
    pub envelope_share: f32,
    /// Share of a series' colour below a sparkline.
    pub spark_fill_share: f32,
    /// Sizes in points.
    pub size: Sizes,
    /// Corner radii in points.
    pub radius: Radii,
    wide: FrameSizes,
    compact: FrameSizes,
    compact_below: f32,
    fade_seconds: f32,
    text: TextSizes,
    faces: Arc<Faces>,
}

impl Theme {
    /// Margins and heights of the page for a wide or a narrow window.
    pub fn frame(&self, is_compact: bool) -> &FrameSizes {
        if is_compact { &self.compact } else { &self.wide }
    }

    /// Width in points below which the window is compact.
    pub fn compact_below(&self) -> f32 {
        self.compact_below
    }

    /// The colour of the `n`th series, from 0; starts again after ten.
    pub fn series_color(&self, n: usize) -> Color32 {
        self.series[n % self.series.len()]
    }

    /// Whether the `n`th series is drawn in long dashes because its colour is taken.
    pub fn series_is_dashed(&self, n: usize) -> bool {
        (n / self.series.len()) % 2 == 1
    }

    /// The colour in which a level is written. Calm is grey: colour is for what needs a look.
    pub fn level_color(&self, level: Level) -> Color32 {
        match level {
            Level::Unknown => self.color.t3,
            Level::Calm => self.color.t2,
            Level::Busy => self.color.warning,
            Level::Critical => self.color.critical,
        }
    }

    /// Text in a role, in the ordinary colour of text.
    pub fn text(&self, role: TextRole, text: impl Into<String>) -> RichText {
        self.colored(role, text, self.color.t1)
    }

    /// Text in a role and a colour.
    pub fn colored(&self, role: TextRole, text: impl Into<String>, color: Color32) -> RichText {
        RichText::new(text).font(self.font(role)).line_height(Some(self.line_height(role))).color(color)
    }
}

/// The four themes there are.
#[derive(Debug, Clone)]
pub struct ThemeSet {
    dark: Theme,
    light: Theme,
    dark_contrast: Theme,
    light_contrast: Theme,
}

impl ThemeSet {
    /// The themes of this program.
    pub fn embedded() -> Result<Self, ThemeError> {
        Self::parse(EMBEDDED)
    }

    /// Reads a theme file.
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        let file: File = ron::from_str(text).map_err(|e| ThemeError::Parse { why: e.to_string() })?;
        if file.version != VERSION {
            return Err(ThemeError::Version { found: file.version });
        }
        let faces = Arc::new(Faces::default());
        let theme = |is_dark: bool, more_contrast: bool| {
            let mut color = if is_dark { file.dark.clone() } else { file.light.clone() };
            if more_contrast {
                color.raise_contrast();
            }
            let pick = |pair: &Pair| if is_dark { pair.dark } else { pair.light };
            Theme {
                is_dark,
                color,
                series: (if is_dark { &file.series_dark } else { &file.series_light }).map(|hex| hex.0),
                envelope_share: pick(&file.envelope),
                spark_fill_share: pick(&file.spark_fill),
                size: file.size.clone(),
                radius: file.radius.clone(),
                wide: file.wide.clone(),
                compact: file.compact.clone(),
                compact_below: file.compact_below,
                fade_seconds: file.fade_seconds,
                text: file.text.clone(),
                faces: faces.clone(),
            }
        };
        Ok(Self {
            dark: theme(true, false),
            light: theme(false, false),
            dark_contrast: theme(true, true),
            light_contrast: theme(false, true),
        })
    }

    /// The theme for a choice.
    pub fn pick(&self, is_dark: bool, more_contrast: bool) -> &Theme {
        match (is_dark, more_contrast) {
            (true, false) => &self.dark,
            (false, false) => &self.light,
            (true, true) => &self.dark_contrast,
            (false, true) => &self.light_contrast,
        }
    }

    /// The dark theme.
    pub fn dark(&self) -> &Theme {
        &self.dark
    }

    /// The light theme.
    pub fn light(&self) -> &Theme {
        &self.light
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    dark: Palette,
    light: Palette,
    series_dark: [palette::Hex; 10],
    series_light: [palette::Hex; 10],
    envelope: Pair,
    spark_fill: Pair,
    text: TextSizes,
    size: Sizes,
    radius: Radii,
    wide: FrameSizes,
    compact: FrameSizes,
    compact_below: f32,
    fade_seconds: f32,
}

#[derive(Deserialize)]
struct Pair {
    dark: f32,
    light: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_theme_has_the_colours_of_the_design() {
        let themes = ThemeSet::embedded().expect("embedded theme");
        assert_eq!(themes.dark().color.accent, Color32::from_rgb(0x4C, 0xCD, 0xC6));
        assert_eq!(themes.light().color.accent, Color32::from_rgb(0x00, 0x70, 0x6C));
        assert_eq!(themes.dark().series_color(0), themes.dark().series_color(10));
        assert!(!themes.dark().series_is_dashed(9) && themes.dark().series_is_dashed(10));
        let contrast = themes.pick(true, true);
        assert_eq!(contrast.color.line_field, themes.dark().color.t3);
        assert_eq!(contrast.color.t3, themes.dark().color.t2);
    }

    #[test]
    fn text_is_readable_on_its_ground() {
        let themes = ThemeSet::embedded().expect("embedded theme");
        for theme in [themes.dark(), themes.light()] {
            let c = &theme.color;
            for (text, ground) in [
                (c.t1, c.bg_panel),
                (c.t2, c.bg_panel),
                (c.t3, c.bg_rail),
                (c.accent, c.bg_panel),
                (c.on_accent, c.accent),
                (c.critical, c.critical_ground),
                (c.warning, c.warning_ground),
                (c.danger_text, c.danger_fill),
            ] {
                assert!(palette::contrast(text, ground) >= 4.5, "{text:?} on {ground:?}");
            }
        }
    }

    #[test]
    fn a_theme_that_does_not_fit_says_why() {
        let other = EMBEDDED.replace("version: 1", "version: 9");
        assert_eq!(ThemeSet::parse(&other).err(), Some(ThemeError::Version { found: 9 }));
        let broken = EMBEDDED.replace("\"#0C0F13\"", "\"dark\"");
        let error = ThemeSet::parse(&broken).expect_err("a colour that is none").to_string();
        assert!(error.contains("#RRGGBB"), "{error}");
    }
}
