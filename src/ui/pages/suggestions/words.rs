//! The words and the small arithmetic of the page: periods, shares, verdicts, and how a card stands.

use std::time::Duration;

use crate::model::quantity::{Quantity, THIN_SPACE, decimals};
use crate::model::suggest::{Advice, Card, Deed, Outcome, OutcomeVerdict, SeenPeriod, SuggestionState, TrackRecord};
use crate::model::{Timestamp, Units};
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::stamp;
use crate::ui::cx::PanelCx;
use crate::ui::icons::{self, Icon};
use crate::ui::period::words::length_words;
use crate::ui::widgets::{Mark, Tone};

/// A moment with as much of its date as is needful.
pub fn moment(at: Timestamp, now: Timestamp) -> String {
    stamp(at, now, Zone::LOCAL, false)
}

/// A day, such as "20 Nov"; the time of day where it is today's.
pub fn day(at: Timestamp, now: Timestamp) -> String {
    let (date, today) = (Zone::LOCAL.day(at), Zone::LOCAL.day(now));
    if date == today { moment(at, now) } else { date.format("%-d %b").to_string() }
}

/// Over what time something was seen: "Seen since 14:22:", "Seen in 15 min:".
pub fn seen_words(period: SeenPeriod, now: Timestamp) -> String {
    match period {
        SeenPeriod::Since(at) => format!("Seen since {}:", moment(at, now)),
        SeenPeriod::Last(span) => format!("Seen in {}:", length_words(span)),
    }
}

/// A change as a person reads it: "−21 %", "+3 %".
pub fn percent(share: f64) -> String {
    format!("{}{THIN_SPACE}%", signed(share))
}

/// The interval behind it: "(−29 to −12)".
pub fn interval_words(low: f64, high: f64) -> String {
    format!("({} to {})", signed(low), signed(high))
}

fn signed(share: f64) -> String {
    let percent = share * 100.0;
    // A change below ten needs its first decimal only where it would read as none.
    let number = decimals(percent, usize::from(percent != 0.0 && percent.abs() < 0.95));
    if percent > 0.0 { format!("+{number}") } else { number }
}

/// The tone of what is expected: grey where the interval holds no change as well.
pub fn expected_tone((low, mid, high): (f64, f64, f64), is_less_better: bool) -> Tone {
    if low <= 0.0 && high >= 0.0 {
        return Tone::Neutral;
    }
    if (mid < 0.0) == is_less_better { Tone::Success } else { Tone::Warning }
}

/// Round shares for an axis that holds an interval and zero: four to six of them.
pub fn axis_ticks(low: f64, high: f64) -> Vec<f64> {
    const STEPS: [f64; 10] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];
    if !(low.is_finite() && high.is_finite()) {
        return Vec::new();
    }
    let (from, to) = (low.min(high).min(0.0), high.max(low).max(0.0));
    let ends = |step: f64| ((from / step + 1e-9).floor(), (to / step - 1e-9).ceil());
    let step = STEPS.into_iter().find(|step| ends(*step).1 - ends(*step).0 <= 4.0).unwrap_or(10.0);
    let (mut first, mut last) = ends(step);
    // Zero stands free on both sides.
    first = first.min(-1.0);
    last = last.max(1.0);
    let n = ((last - first) as usize).min(100);
    (0..=n).map(|i| (first + i as f64) * step).collect()
}

/// The icon, tone and colour of a verdict.
pub const fn verdict_mark(verdict: OutcomeVerdict) -> Mark {
    match verdict {
        OutcomeVerdict::Helped => Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Success },
        OutcomeVerdict::NoEffect => Mark { icon: icons::fill::MINUS_CIRCLE, tone: Tone::Neutral },
        OutcomeVerdict::Worse => Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical },
        OutcomeVerdict::TooEarly => Mark { icon: icons::fill::HOURGLASS_MEDIUM, tone: Tone::Neutral },
    }
}

/// What came of it in a word or a figure: "−12 %" where it is known and not nothing, the verdict otherwise.
pub fn outcome_short(outcome: &Outcome) -> String {
    match (outcome.verdict, outcome.change()) {
        (OutcomeVerdict::Helped | OutcomeVerdict::Worse, Some(change)) => percent(change),
        (verdict, _) => verdict.words().to_owned(),
    }
}

/// The figures before and after: "CPU 83 % → 61 %"; `None` where there are none.
pub fn before_after(outcome: &Outcome, units: &Units) -> Option<String> {
    let text = |value: Option<f64>| value.map(|value| Quantity::new(value, outcome.unit).text(units));
    let figures = match (text(outcome.before), text(outcome.after)) {
        (Some(before), Some(after)) => format!("{before} \u{2192} {after}"),
        (Some(before), None) => format!("{before} before"),
        (None, Some(after)) => format!("{after} since"),
        (None, None) => return None,
    };
    Some(if outcome.metric.is_empty() { figures } else { format!("{} {figures}", outcome.metric) })
}

/// How everything that was tried did, in a sentence.
pub fn record_words(record: &TrackRecord) -> String {
    let n = record.n_judged();
    let waiting = match record.n_too_early {
        0 => String::new(),
        1 => " One is too early to judge.".into(),
        n => format!(" {n} are too early to judge."),
    };
    if n == 0 {
        return if record.n_too_early == 0 {
            "Nothing was tried yet. What you try is judged by its figures before and after.".into()
        } else {
            waiting.trim_start().to_owned()
        };
    }
    let counts =
        [(record.n_helped, "helped"), (record.n_no_effect, "had no effect"), (record.n_worse, "made it worse")];
    let parts: Vec<String> =
        counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect();
    format!("Of {n} tried, {}.{waiting}", parts.join(", "))
}

/// When a verdict can be told: "at 14:40 at the earliest, in 9 min"; "any moment now".
pub fn verdict_words(verdict_at: Timestamp, now: Timestamp) -> String {
    let left = verdict_at.since(now);
    if verdict_at <= now {
        return "A verdict can be told any moment now".into();
    }
    // Whole minutes: a count of seconds would be read as a promise.
    let minutes = left.as_secs().div_ceil(60).max(1);
    let left = length_words(Duration::from_secs(minutes * 60));
    format!("Too early to say. A verdict can be told at {} at the earliest, in {left}", moment(verdict_at, now))
}

/// The deed behind a card that is on trial or done.
pub fn deed_of<'a>(card: &Card, advice: &'a Advice) -> Option<&'a Deed> {
    match card.state {
        SuggestionState::OnTrial { apply, .. } => advice.deeds.iter().find(|deed| deed.apply == Some(apply)),
        SuggestionState::Done { deed: id, .. } => advice.deeds.iter().find(|deed| deed.id == id),
        _ => None,
    }
}

/// How a card stands that does not wait for somebody: an icon and words.
pub fn state_line(card: &Card, advice: &Advice, cx: &PanelCx<'_>) -> Option<(Icon, String)> {
    let now = cx.now;
    let outcome = |verdict_at: Timestamp| match deed_of(card, advice).map(|deed| &deed.outcome) {
        Some(outcome) if outcome.verdict != OutcomeVerdict::TooEarly => {
            let figures = before_after(outcome, &cx.snapshot.settings.units);
            let figures = figures.map(|figures| format!(": {figures}")).unwrap_or_default();
            format!("It {}{figures}", told(outcome.verdict))
        }
        _ => verdict_words(verdict_at, now),
    };
    match &card.state {
        SuggestionState::Open => None,
        SuggestionState::Snoozed { until } => Some((icons::CLOCK, format!("Snoozed until {}", moment(*until, now)))),
        SuggestionState::Dismissed { at, reason } if reason.is_empty() => {
            Some((icons::X_CIRCLE, format!("Dismissed {}", moment(*at, now))))
        }
        SuggestionState::Dismissed { at, reason } => {
            Some((icons::X_CIRCLE, format!("Dismissed {}: {reason}", moment(*at, now))))
        }
        SuggestionState::OnTrial { since, verdict_at, .. } => {
            Some((icons::FLASK, format!("On trial since {}. {}", moment(*since, now), outcome(*verdict_at))))
        }
        SuggestionState::Done { at, verdict_at, .. } => {
            Some((icons::CHECK, format!("Done {}. {}", moment(*at, now), outcome(*verdict_at))))
        }
    }
}

const fn told(verdict: OutcomeVerdict) -> &'static str {
    match verdict {
        OutcomeVerdict::NoEffect => "had no effect",
        other => other.words(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Unit;

    fn plain(text: &str) -> String {
        text.replace(THIN_SPACE, " ")
    }

    #[test]
    fn shares_have_their_sign_and_no_needless_decimals() {
        for (share, expect) in [(-0.21, "−21 %"), (0.03, "+3 %"), (0.0, "0 %"), (-0.004, "−0.4 %"), (1.5, "+150 %")]
        {
            assert_eq!(plain(&percent(share)), expect);
        }
        assert_eq!(interval_words(-0.29, -0.12), "(−29 to −12)");
    }

    #[test]
    fn an_axis_holds_its_interval_and_zero() {
        for (low, high, expect) in [
            (-0.29, -0.12, vec![-0.3, -0.2, -0.1, 0.0, 0.1]),
            (-0.22, 0.03, vec![-0.3, -0.2, -0.1, 0.0, 0.1]),
            (0.04, 0.08, vec![-0.02, 0.0, 0.02, 0.04, 0.06, 0.08]),
            (0.0, 0.0, vec![-0.005, 0.0, 0.005]),
        ] {
            let ticks = axis_ticks(low, high);
            assert_eq!(ticks.len(), expect.len(), "{low} {high}: {ticks:?}");
            assert!(ticks.iter().zip(&expect).all(|(a, b)| (a - b).abs() < 1e-9), "{low} {high}: {ticks:?}");
        }
        assert!(axis_ticks(f64::NAN, 1.0).is_empty());
        assert!(axis_ticks(-900.0, 1e12).len() <= 101);
    }

    #[test]
    fn an_interval_that_holds_zero_is_grey() {
        assert_eq!(expected_tone((-0.3, -0.2, -0.1), true), Tone::Success);
        assert_eq!(expected_tone((-0.3, -0.2, -0.1), false), Tone::Warning);
        assert_eq!(expected_tone((-0.3, -0.1, 0.1), true), Tone::Neutral);
    }

    #[test]
    fn a_record_is_told_without_what_did_not_happen() {
        let record = TrackRecord { n_helped: 5, n_no_effect: 2, n_worse: 1, n_too_early: 1 };
        let words = "Of 8 tried, 5 helped, 2 had no effect, 1 made it worse. One is too early to judge.";
        assert_eq!(record_words(&record), words);
        assert_eq!(record_words(&TrackRecord { n_helped: 2, ..TrackRecord::default() }), "Of 2 tried, 2 helped.");
        assert!(record_words(&TrackRecord::default()).starts_with("Nothing was tried yet."));
    }

    #[test]
    fn figures_before_and_after_have_their_units() {
        let outcome = Outcome {
            verdict: OutcomeVerdict::Helped,
            metric: "CPU".into(),
            unit: Unit::Ratio,
            before: Some(0.83),
            after: Some(0.61),
            why: "".into(),
        };
        assert_eq!(plain(&before_after(&outcome, &Units::default()).unwrap_or_default()), "CPU 83 % → 61 %");
        assert_eq!(plain(&outcome_short(&outcome)), "−27 %");
        let nothing = Outcome { before: None, after: None, ..outcome };
        assert_eq!(before_after(&nothing, &Units::default()), None);
        assert_eq!(outcome_short(&nothing), "helped");
    }
}
