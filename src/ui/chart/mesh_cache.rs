//! Curves that were already turned into triangles: a pointer that moves re-uses them all.
//!
//! An entry is kept for as long as its curve is drawn, and rebuilt when its data, place, scale or look changed.

use std::collections::HashMap;
use std::sync::Arc;

use eframe::egui::epaint::Mesh;

use super::curve_mesh::{CurveStyle, curve_mesh};
use super::geometry::Mapping;
use crate::model::{Bucket, SeriesId, ViewId};

/// Meshes by chart and series.
#[derive(Debug, Default)]
pub struct MeshCache {
    entries: HashMap<(ViewId, SeriesId), Entry>,
    n_built: u64,
}

#[derive(Debug)]
struct Entry {
    // Held, not only compared: while this lives its address stands for this data alone.
    buckets: Arc<[Bucket]>,
    map: Mapping,
    style: CurveStyle,
    pixels_per_point: f32,
    mesh: Arc<Mesh>,
    is_used: bool,
}

impl MeshCache {
    /// The mesh of a curve, built if anything about it changed.
    pub fn get(
        &mut self,
        chart: ViewId,
        series: SeriesId,
        buckets: &Arc<[Bucket]>,
        map: Mapping,
        style: CurveStyle,
        pixels_per_point: f32,
    ) -> Arc<Mesh> {
        if let Some(entry) = self.entries.get_mut(&(chart, series))
            && Arc::ptr_eq(&entry.buckets, buckets)
            && entry.map == map
            && entry.style == style
            && entry.pixels_per_point == pixels_per_point
        {
            entry.is_used = true;
            return entry.mesh.clone();
        }
        self.n_built += 1;
        let mesh = Arc::new(curve_mesh(buckets, &map, &style, pixels_per_point));
        let entry = Entry { buckets: buckets.clone(), map, style, pixels_per_point, mesh: mesh.clone(), is_used: true };
        self.entries.insert((chart, series), entry);
        mesh
    }

    /// Drops what was not asked for since the last call; called once a frame.
    pub fn end_frame(&mut self) {
        self.entries.retain(|_, entry| std::mem::take(&mut entry.is_used));
    }

    /// Meshes built so far.
    pub fn n_built(&self) -> u64 {
        self.n_built
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{TimeRange, Timestamp};
    use eframe::egui::{Color32, Pos2, Rect, vec2};

    #[test]
    fn a_mesh_is_built_once_for_the_same_data_place_and_look() {
        let bucket =
            |at| Bucket { at: Timestamp::from_millis(at), min: 1.0, max: 1.0, mean: 1.0, count: 1, gap_before: false };
        let buckets: Arc<[Bucket]> = vec![bucket(0), bucket(50)].into();
        let range = TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(100) };
        let map = Mapping::new(Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0)), range, 0.0, 2.0);
        let style = CurveStyle {
            color: Color32::RED,
            width: 1.5,
            envelope_ratio: 0.2,
            fill_ratio: 0.0,
            is_dashed: false,
            is_stepped: false,
        };
        let mut cache = MeshCache::default();
        let mut get = |buckets: &Arc<[Bucket]>, map, style| {
            cache.get(ViewId(1), SeriesId(2), buckets, map, style, 1.0);
            cache.end_frame();
            cache.n_built()
        };
        assert_eq!((get(&buckets, map, style), get(&buckets, map, style)), (1, 1));
        assert_eq!(get(&buckets.to_vec().into(), map, style), 2, "other data");
        assert_eq!(get(&buckets, Mapping { top: 3.0, ..map }, style), 3, "another scale");
        assert_eq!(get(&buckets, map, CurveStyle { color: Color32::BLUE, ..style }), 4, "another look");
        cache.end_frame();
        cache.get(ViewId(1), SeriesId(2), &buckets, map, style, 1.0);
        assert_eq!(cache.n_built(), 5, "dropped when unused for a frame");
    }
}
