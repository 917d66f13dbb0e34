//! The focus ring: 2 points of accent, 2 points away, by keyboard only.

use eframe::egui::{Rect, Response, Stroke, StrokeKind, Ui};

use crate::ui::theme::Theme;

/// Width of the ring, points.
const WIDTH: f32 = 2.0;
/// How far away from the control it stands where there is room, points.
const AWAY: f32 = 2.0;

/// Draws the ring where the keyboard's focus is on `response`.
pub fn focus_ring(ui: &Ui, theme: &Theme, response: &Response, radius: u8) {
    if response.has_focus()
        && let Some(inside) = inner_edge(response.rect, ui.clip_rect())
    {
        let stroke = Stroke::new(WIDTH, theme.color.accent);
        ui.painter().rect_stroke(inside, f32::from(radius) + AWAY, stroke, StrokeKind::Outside);
    }
}

/// The inner edge of the ring around `control`: drawn in where a panel would cut it, so that all four sides are seen.
fn inner_edge(control: Rect, clip: Rect) -> Option<Rect> {
    let edge = control.expand(AWAY).intersect(clip.shrink(WIDTH));
    edge.is_positive().then_some(edge)
}

#[cfg(test)]
mod tests {
    use eframe::egui::{pos2, vec2};

    use super::*;

    #[test]
    fn the_whole_ring_stays_within_what_is_drawn() {
        let clip = Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 40.0));
        let alone = Rect::from_min_size(pos2(20.0, 10.0), vec2(30.0, 20.0));
        assert_eq!(inner_edge(alone, clip), Some(alone.expand(2.0)));
        for filling in [clip, clip.translate(vec2(-50.0, 0.0)), clip.translate(vec2(0.0, 30.0))] {
            let ring = inner_edge(filling, clip).map(|edge| edge.expand(2.0));
            assert!(ring.is_some_and(|ring| clip.contains_rect(ring)), "{ring:?}");
        }
        assert_eq!(inner_edge(clip.translate(vec2(0.0, 50.0)), clip), None, "scrolled out of sight");
    }
}
