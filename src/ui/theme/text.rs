//! Type roles: a size, a line height and a face each.

use std::sync::Arc;

use eframe::egui::{FontFamily, FontId};
use serde::Deserialize;

use super::Theme;

/// What a text is on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextRole {
    /// Number of a tile, countdown.
    Value,
    /// The same in a narrow window.
    ValueCompact,
    /// Unit of such a number.
    ValueUnit,
    /// Verdict of an experiment.
    Verdict,
    /// First line of a page.
    Sentence,
    /// The same in a narrow window.
    SentenceCompact,
    /// The same on dense pages.
    SentenceDense,
    /// Page title, card title, head of a side panel.
    Title,
    /// Panel title.
    Heading,
    /// Text, cells, fields.
    Body,
    /// Names in tables and lists, current rail entry.
    BodyStrong,
    /// Secondary text, dense rows, tooltips.
    Small,
    /// Buttons, labels, table heads.
    SmallStrong,
    /// Axis, status bar.
    Micro,
    /// Chips and groups.
    MicroStrong,
    /// Counts.
    MicroSemi,
    /// Metric names, keys, paths, commands.
    Code,
}

/// Size and line height of each role.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TextSizes {
    value: (f32, f32),
    value_compact: (f32, f32),
    value_unit: (f32, f32),
    verdict: (f32, f32),
    sentence: (f32, f32),
    sentence_compact: (f32, f32),
    sentence_dense: (f32, f32),
    title: (f32, f32),
    heading: (f32, f32),
    body: (f32, f32),
    small: (f32, f32),
    micro: (f32, f32),
    code: (f32, f32),
}

/// Names of the font families; kept so that asking for a font allocates nothing.
#[derive(Debug)]
pub(super) struct Faces {
    medium: FontFamily,
    semibold: FontFamily,
}

impl Default for Faces {
    fn default() -> Self {
        let named = |name: &str| FontFamily::Name(Arc::from(name));
        Self { medium: named(crate::ui::fonts::MEDIUM), semibold: named(crate::ui::fonts::SEMIBOLD) }
    }
}

impl Theme {
    /// The font of a role.
    pub fn font(&self, role: TextRole) -> FontId {
        let family = match role {
            TextRole::Value | TextRole::ValueCompact | TextRole::Title | TextRole::Heading | TextRole::MicroSemi => {
                self.faces.semibold.clone()
            }
            TextRole::ValueUnit
            | TextRole::Verdict
            | TextRole::Sentence
            | TextRole::SentenceCompact
            | TextRole::SentenceDense
            | TextRole::BodyStrong
            | TextRole::SmallStrong
            | TextRole::MicroStrong => self.faces.medium.clone(),
            TextRole::Body | TextRole::Small | TextRole::Micro => FontFamily::Proportional,
            TextRole::Code => FontFamily::Monospace,
        };
        FontId::new(self.sizes_of(role).0, family)
    }

    /// The line height of a role, in points.
    pub fn line_height(&self, role: TextRole) -> f32 {
        self.sizes_of(role).1
    }

    fn sizes_of(&self, role: TextRole) -> (f32, f32) {
        let t = &self.text;
        match role {
            TextRole::Value => t.value,
            TextRole::ValueCompact => t.value_compact,
            TextRole::ValueUnit => t.value_unit,
            TextRole::Verdict => t.verdict,
            TextRole::Sentence => t.sentence,
            TextRole::SentenceCompact => t.sentence_compact,
            TextRole::SentenceDense => t.sentence_dense,
            TextRole::Title => t.title,
            TextRole::Heading => t.heading,
            TextRole::Body | TextRole::BodyStrong => t.body,
            TextRole::Small | TextRole::SmallStrong => t.small,
            TextRole::Micro | TextRole::MicroStrong | TextRole::MicroSemi => t.micro,
            TextRole::Code => t.code,
        }
    }
}
