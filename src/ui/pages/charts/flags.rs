//! Flags above the charts: spans without data, how long each was and why, where that is known.

use std::time::Duration;

use eframe::egui::{Align2, Painter, Rect, StrokeKind, pos2, vec2};

use crate::model::{Health, TimeRange, WorkerState};
use crate::ui::chart::Mapping;
use crate::ui::chart::time_axis::span_words;
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};

/// Height of the lane the flags stand in.
pub const LANE: f32 = 32.0;

/// The words for a span without data.
pub fn gap_words(gap: &TimeRange, health: &Health) -> String {
    let span = span_words(gap.span().as_secs_f64().round().max(1.0) as u64);
    let slack = Duration::from_secs(5);
    let around = TimeRange { start: gap.start.minus(slack), end: gap.end.plus(slack) };
    let broke = health.workers.iter().find_map(|worker| match &worker.state {
        WorkerState::Restarted { at, .. } if around.contains(*at) => Some(format!("{} thread restarted", worker.name)),
        WorkerState::Stopped { at, .. } if around.contains(*at) => Some(format!("{} thread stopped", worker.name)),
        _ => None,
    });
    match broke {
        Some(why) => format!("No data {span}, {why}"),
        None => format!("No data {span}"),
    }
}

/// Draws the flags. They turn left at the right edge; in a crowd the older ones keep only the icon.
pub fn flags_ui(painter: &Painter, theme: &Theme, lane: Rect, map: &Mapping, gaps: &[TimeRange], health: &Health) {
    let mut free_until = f32::INFINITY;
    for gap in gaps.iter().rev() {
        let x = map.x(gap.start.as_millis() as f64).clamp(lane.left(), lane.right()).round();
        let galley = painter.layout_no_wrap(gap_words(gap, health), theme.font(TextRole::MicroStrong), theme.color.t1);
        let whole = galley.size().x + 34.0;
        let turns = x + whole > lane.right();
        let (left, right) = if turns { (x - whole, x) } else { (x, x + whole) };
        let is_icon_alone = right > free_until || left < lane.left();
        let rect = if is_icon_alone {
            Rect::from_min_size(pos2(x, lane.top() + 5.0), vec2(24.0, 22.0))
        } else {
            Rect::from_min_max(pos2(left, lane.top() + 5.0), pos2(right, lane.top() + 27.0))
        };
        free_until = rect.left() - 4.0;
        painter.rect(
            rect,
            f32::from(theme.radius.bar),
            theme.color.bg_control,
            eframe::egui::Stroke::NONE,
            StrokeKind::Inside,
        );
        let pole = if turns && !is_icon_alone { rect.right() - 2.0 } else { rect.left() };
        let pole = Rect::from_min_max(pos2(pole, rect.top()), pos2(pole + 2.0, rect.bottom()));
        painter.rect_filled(pole, 0.0, theme.color.t2);
        icons::PROHIBIT.paint(painter, pos2(rect.left() + 14.0, rect.center().y), 12.0, theme.color.t2);
        if !is_icon_alone {
            let at = pos2(rect.left() + 26.0, rect.center().y);
            let at = Align2::LEFT_CENTER.anchor_size(at, galley.size());
            painter.galley(at.min, galley, theme.color.t1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Timestamp, WorkerStatus};

    #[test]
    fn a_gap_says_how_long_and_why_where_that_is_known() {
        let at = Timestamp::from_millis;
        let gap = TimeRange { start: at(100_000), end: at(250_000) };
        let mut health = Health::default();
        let words = |health: &Health| gap_words(&gap, health).replace('\u{2009}', " ");
        assert_eq!(words(&health), "No data 2:30");
        let restarted = |millis| WorkerStatus {
            name: "sample",
            state: WorkerState::Restarted { at: at(millis), why: "x".into() },
            n_restarts: 1,
        };
        health.workers = vec![restarted(900_000)];
        assert_eq!(words(&health), "No data 2:30");
        health.workers = vec![restarted(101_000)];
        assert_eq!(words(&health), "No data 2:30, sample thread restarted");
    }
}
