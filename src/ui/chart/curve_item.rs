//! A curve as an item of a plot: it hands over its cached mesh and takes no part in the plot's own hovering.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::sync::Arc;

use eframe::egui::{Color32, Shape, Ui};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotTransform};

use super::curve_mesh::CurveStyle;
use super::geometry::Mapping;
use super::mesh_cache::MeshCache;
use crate::model::{Bucket, SeriesId, ViewId};

/// One curve of one chart.
pub struct CurveItem<'a> {
    base: PlotItemBase,
    cache: &'a RefCell<MeshCache>,
    chart: ViewId,
    series: SeriesId,
    buckets: &'a Arc<[Bucket]>,
    style: CurveStyle,
}

impl<'a> CurveItem<'a> {
    /// A curve to be drawn out of `cache`.
    pub fn new(
        cache: &'a RefCell<MeshCache>,
        chart: ViewId,
        series: SeriesId,
        buckets: &'a Arc<[Bucket]>,
        style: CurveStyle,
    ) -> Self {
        Self { base: PlotItemBase::new(String::new()), cache, chart, series, buckets, style }
    }
}

/// The mapping that a plot's transform stands for.
pub fn mapping(transform: &PlotTransform) -> Mapping {
    let bounds = transform.bounds();
    Mapping {
        rect: *transform.frame(),
        start_millis: bounds.min()[0],
        end_millis: bounds.max()[0],
        bottom: bounds.min()[1],
        top: bounds.max()[1],
    }
}

impl PlotItem for CurveItem<'_> {
    fn shapes(&self, ui: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        let pixels_per_point = ui.ctx().pixels_per_point();
        let map = mapping(transform);
        let mesh =
            self.cache.borrow_mut().get(self.chart, self.series, self.buckets, map, self.style, pixels_per_point);
        shapes.push(Shape::Mesh(mesh));
    }

    fn initialize(&mut self, _x_range: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        self.style.color
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        PlotBounds::NOTHING
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}
