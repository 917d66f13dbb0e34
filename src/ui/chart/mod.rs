//! Curves over time: from buckets to meshes, the axes around them, and the small curve that stands in a tile.
//!
//! Everything here draws answers to subscriptions, never raw samples, and its cost follows the pixels.

pub mod alert_spans;
pub mod curve_item;
pub mod curve_mesh;
pub mod geometry;
pub mod mesh_cache;
pub mod spark;
pub mod time_axis;
pub use crate::analysis::value_axis;
pub mod viewport;
pub mod zone;

pub use alert_spans::AlertSpans;
pub use curve_mesh::{CurveStyle, curve_mesh};
pub use geometry::Mapping;
pub use mesh_cache::MeshCache;
pub use spark::{SparkData, SparkStyle, spark_ui};
pub use viewport::Viewport;
pub use zone::Zone;
