//! The small chart of a card: ready to draw, with nothing left to compute.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Bucket, Unit};

/// The small chart of a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// What it shows, such as "Query time by queries running".
    pub title: Arc<str>,
    /// Unit of the values on the upright axis, or of the bars.
    pub unit: Unit,
    /// What is drawn.
    pub form: PictureForm,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PictureForm {
    /// A line over time.
    Line {
        /// Its buckets by time, at most 144.
        #[serde(with = "crate::model::packed")]
        buckets: Arc<[Bucket]>,
        /// A line across, in the picture's unit.
        threshold: Option<f64>,
    },
    /// Bars, the longest first, at most six; the last may be "other".
    Bars(Arc<[Bar]>),
    /// Points with the line that fits them.
    Scatter(ScatterPicture),
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Its name.
    pub name: Arc<str>,
    /// Its value, in the picture's unit; of shares 1 is the whole.
    pub value: f64,
    /// Whether the card is about this one.
    pub is_marked: bool,
}

/// Points with the line that fits them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScatterPicture {
    /// What the level axis counts, such as "queries running".
    pub x_title: Arc<str>,
    /// Its unit.
    pub x_unit: Unit,
    /// The points, at most 300.
    pub points: Arc<[(f32, f32)]>,
    /// The fitted line from left to right; may be empty.
    pub fit: Arc<[(f32, f32)]>,
    /// Where the parameter stands now.
    pub now: Option<f64>,
    /// Where the card would put it.
    pub suggested: Option<f64>,
}
