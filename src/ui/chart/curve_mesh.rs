//! One curve as triangles: the envelope from least to greatest, the line through the mean, the fill to the base.
//!
//! Made once for new data and then painted again and again; see `mesh_cache`.

use eframe::egui::epaint::{BandPoint, BandShape, Mesh, PathShape, PathStroke, TessellationOptions, Tessellator};
use eframe::egui::{Color32, Pos2, Shape, Stroke, pos2};

use super::geometry::{Mapping, runs, thin, visible};
use crate::model::Bucket;

/// How a curve looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurveStyle {
    /// Colour of the line.
    pub color: Color32,
    /// Width of the line, points.
    pub width: f32,
    /// Opacity of the envelope, 0 to 1.
    pub envelope_ratio: f32,
    /// Opacity of the fill from the line to the base, 0 to 1; 0 draws none.
    pub fill_ratio: f32,
    /// Whether the line is drawn in long dashes, for series that share a colour.
    pub is_dashed: bool,
    /// Whether a value holds until the next one, as steps.
    pub is_stepped: bool,
}

/// The triangles of one curve. At most one bucket each two points of width is drawn.
pub fn curve_mesh(buckets: &[Bucket], map: &Mapping, style: &CurveStyle, pixels_per_point: f32) -> Mesh {
    let options = TessellationOptions::default();
    let mut tessellator = Tessellator::new(pixels_per_point, options, [1, 1], Vec::new());
    let mut mesh = Mesh::default();
    let shown = visible(buckets, map.start_millis, map.end_millis);
    let n_max = (map.rect.width() / 2.0).ceil().max(2.0) as usize;
    let shown = thin(shown, n_max + 2);
    for run in runs(&shown) {
        let line = line_points(run, map, style.is_stepped);
        if style.fill_ratio > 0.0 {
            let band = line.iter().map(|p| BandPoint::new(p.x, p.y..=map.rect.bottom().max(p.y))).collect();
            let fill = style.color.gamma_multiply(style.fill_ratio);
            tessellator.tessellate_band(&BandShape::filled(band, fill), &mut mesh);
        }
        if style.envelope_ratio > 0.0
            && let Some(band) = envelope(run, map)
        {
            let fill = style.color.gamma_multiply(style.envelope_ratio);
            tessellator.tessellate_band(&BandShape::filled(band, fill), &mut mesh);
        }
        stroke(&mut tessellator, &mut mesh, line, style);
    }
    mesh
}

fn stroke(tessellator: &mut Tessellator, mesh: &mut Mesh, line: Vec<Pos2>, style: &CurveStyle) {
    let stroke = Stroke::new(style.width, style.color);
    match line.as_slice() {
        [] => {}
        // A sample alone between two gaps has no neighbour to run to, and still must be seen.
        [one] => {
            let dash = [pos2(one.x - 1.0, one.y), pos2(one.x + 1.0, one.y)];
            tessellator.tessellate_line_segment(dash, Stroke::new(style.width.max(2.0), style.color), mesh);
        }
        _ if style.is_dashed => {
            for dash in Shape::dashed_line(&line, stroke, 8.0, 3.0) {
                tessellator.tessellate_shape(dash, mesh);
            }
        }
        _ => {
            let path = PathShape::line(line, PathStroke::new(style.width, style.color));
            tessellator.tessellate_path(&path, mesh);
        }
    }
}

fn line_points(run: &[Bucket], map: &Mapping, is_stepped: bool) -> Vec<Pos2> {
    let mut points = Vec::with_capacity(run.len() * if is_stepped { 2 } else { 1 });
    for bucket in run {
        let point = map.mean(bucket);
        if !point.y.is_finite() {
            continue;
        }
        if is_stepped && let Some(before) = points.last().copied() {
            let before: Pos2 = before;
            points.push(pos2(point.x, before.y));
        }
        points.push(point);
    }
    points
}

/// The band from least to greatest; `None` where every bucket is a single value.
fn envelope(run: &[Bucket], map: &Mapping) -> Option<Vec<BandPoint>> {
    if run.iter().all(|b| b.count <= 1 || b.min == b.max) {
        return None;
    }
    let band = run.iter().map(|b| {
        let (low, high) = (map.y(f64::from(b.min)), map.y(f64::from(b.max)));
        BandPoint::new(map.x(b.at.as_millis() as f64), high.min(low)..=low.max(high))
    });
    Some(band.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{TimeRange, Timestamp};
    use eframe::egui::{Rect, vec2};

    const STYLE: CurveStyle = CurveStyle {
        color: Color32::RED,
        width: 1.5,
        envelope_ratio: 0.24,
        fill_ratio: 0.0,
        is_dashed: false,
        is_stepped: false,
    };

    fn map() -> Mapping {
        let range = TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(100) };
        Mapping::new(Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0)), range, 0.0, 100.0)
    }

    fn bucket(at: i64, (min, mean, max): (f32, f32, f32), gap_before: bool) -> Bucket {
        Bucket { at: Timestamp::from_millis(at), min, mean, max, count: if min < max { 3 } else { 1 }, gap_before }
    }

    #[test]
    fn nothing_is_drawn_across_a_gap() {
        let flat = (50.0, 50.0, 50.0);
        let buckets = [(0, false), (20, false), (60, true), (80, false)].map(|(at, gap)| bucket(at, flat, gap));
        let mesh = curve_mesh(&buckets, &map(), &STYLE, 1.0);
        assert!(mesh.is_valid() && !mesh.is_empty());
        let in_gap = mesh.vertices.iter().filter(|v| (25.0..55.0).contains(&v.pos.x)).count();
        assert_eq!(in_gap, 0);
        for triangle in mesh.triangles() {
            let xs = triangle.map(|i| mesh.vertices[i as usize].pos.x);
            assert!(!(xs.iter().any(|x| *x < 25.0) && xs.iter().any(|x| *x > 55.0)), "a triangle spans the gap");
        }
    }

    #[test]
    fn the_envelope_reaches_from_least_to_greatest() {
        let buckets = [bucket(0, (10.0, 50.0, 90.0), false), bucket(50, (10.0, 50.0, 90.0), false)];
        let bounds = curve_mesh(&buckets, &map(), &STYLE, 1.0).calc_bounds();
        assert!((bounds.top() - 10.0).abs() < 2.0 && (bounds.bottom() - 90.0).abs() < 2.0, "{bounds:?}");
        let line_alone = curve_mesh(&buckets, &map(), &CurveStyle { envelope_ratio: 0.0, ..STYLE }, 1.0).calc_bounds();
        assert!(line_alone.height() < 4.0, "{line_alone:?}");
    }

    #[test]
    fn a_sample_alone_between_gaps_is_seen() {
        let buckets = [bucket(40, (50.0, 50.0, 50.0), true)];
        let bounds = curve_mesh(&buckets, &map(), &STYLE, 1.0).calc_bounds();
        assert!(bounds.width() >= 2.0 && bounds.center().x.round() == 40.0, "{bounds:?}");
    }

    #[test]
    fn cost_follows_the_pixels() {
        let buckets: Vec<Bucket> = (0..100_000).map(|i| bucket(i / 1000, (0.0, 1.0, 2.0), false)).collect();
        let mesh = curve_mesh(&buckets, &map(), &STYLE, 1.0);
        assert!(mesh.vertices.len() < 1000, "{}", mesh.vertices.len());
    }

    #[test]
    fn steps_hold_a_value_until_the_next() {
        let run = [bucket(0, (10.0, 10.0, 10.0), false), bucket(50, (90.0, 90.0, 90.0), false)];
        assert_eq!(line_points(&run, &map(), true), [pos2(0.0, 90.0), pos2(50.0, 90.0), pos2(50.0, 10.0)]);
    }
}
