//! Where flags stand in their lane: which collapse into one, which keep only their icon, which turn left.
//!
//! Arithmetic alone; nothing here draws.

use std::ops::Range;

/// Width of a flag that shows its icon alone, points.
pub const ICON: f32 = 24.0;
/// Width of a flag that stands for several.
pub const CROWD: f32 = 34.0;
const GAP: f32 = 4.0;
/// Least width at which a text that is cut still says something.
const LEAST_TEXT: f32 = 84.0;

/// A flag with its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Left edge.
    pub left: f32,
    /// Right edge.
    pub right: f32,
    /// Whether the pole stands at its right edge.
    pub turns: bool,
    /// Whether there is room for words.
    pub has_words: bool,
}

/// Flags that stand too close to be told apart, as ranges of `xs`, which ascend.
pub fn crowds(xs: &[f32]) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for (i, x) in xs.iter().enumerate() {
        match all.last_mut() {
            Some(crowd) if x - xs[crowd.start] < CROWD + GAP => crowd.end = i + 1,
            _ => all.push(i..i + 1),
        }
    }
    all
}

/// Places flags whose poles stand at `poles`, which ascend, with the widths they would like. The newer ones, at the
/// right, are served first. `least` is the width of a flag that has no words to lose.
pub fn place(poles: &[(f32, f32)], lane: (f32, f32)) -> Vec<Place> {
    let mut places = Vec::with_capacity(poles.len());
    let mut free_until = lane.1;
    for (i, (x, width)) in poles.iter().copied().enumerate().rev() {
        let free_from = i.checked_sub(1).and_then(|before| poles.get(before)).map_or(lane.0, |(x, _)| x + CROWD + GAP);
        let room = free_until - x;
        let turned = x - free_from;
        let (left, right, turns) = if room >= width {
            (x, x + width, false)
        } else if turned >= width && x <= free_until {
            (x - width, x, true)
        } else if room >= LEAST_TEXT {
            (x, free_until, false)
        } else if turned >= LEAST_TEXT && x <= free_until {
            (free_from, x, true)
        } else if room >= ICON.min(width) {
            (x, x + ICON.min(width), false)
        } else {
            (x - ICON.min(width), x, true)
        };
        let has_words = right - left >= width.min(LEAST_TEXT);
        free_until = left.min(x) - GAP;
        places.push(Place { left, right, turns, has_words });
    }
    places.reverse();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_stand_too_close_collapse_and_chains_do_not_swallow_the_lane() {
        assert_eq!(crowds(&[]), []);
        assert_eq!(crowds(&[10.0, 100.0]), [0..1, 1..2]);
        assert_eq!(crowds(&[10.0, 20.0, 47.0, 49.0, 300.0]), [0..3, 3..4, 4..5]);
        let many: Vec<f32> = (0..1000).map(|i| i as f32).collect();
        assert_eq!(crowds(&many).len(), 27);
    }

    #[test]
    fn newer_flags_keep_their_words_and_those_at_the_edge_turn_left() {
        let lane = (0.0, 500.0);
        let words = |poles: &[(f32, f32)]| -> Vec<(f32, f32, bool, bool)> {
            place(poles, lane).into_iter().map(|p| (p.left, p.right, p.turns, p.has_words)).collect()
        };
        assert_eq!(
            words(&[(100.0, 120.0), (300.0, 120.0)]),
            [(100.0, 220.0, false, true), (300.0, 420.0, false, true)]
        );
        assert_eq!(words(&[(450.0, 120.0)]), [(330.0, 450.0, true, true)]);
        assert_eq!(
            words(&[(100.0, 150.0), (200.0, 120.0)]),
            [(100.0, 196.0, false, true), (200.0, 320.0, false, true)]
        );
        assert_eq!(words(&[(150.0, 150.0), (200.0, 120.0)])[0], (0.0, 150.0, true, true));
        assert_eq!(words(&[(40.0, 150.0), (80.0, 120.0)])[0], (40.0, 64.0, false, false), "the icon alone");
    }

    #[test]
    fn no_two_flags_overlap() {
        for step in [39.0, 47.0, 80.0, 133.0] {
            let poles: Vec<(f32, f32)> =
                (0..12).map(|i| (5.0 + i as f32 * step, 60.0 + (i * 37 % 90) as f32)).collect();
            let places = place(&poles, (0.0, 5.0 + 12.0 * step));
            for pair in places.windows(2) {
                assert!(pair[0].right <= pair[1].left, "{step}: {pair:?}");
            }
        }
    }
}
