//! The sentence of the editor: how often the rule would have fired, as it is edited and as it is saved.

use std::time::Duration;

use super::asking::Answer;
use super::words::{duration_words, lasting_words, times};
use crate::model::alert::Backtest;

/// Trouble first, then what is calm.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentence {
    /// In the ordinary colour of text.
    pub strong: String,
    /// In the secondary one.
    pub calm: String,
}

/// The sentence for what is known. `span` is the past that is looked at.
pub fn sentence(answer: &Answer<'_>, is_dirty: bool, is_valid: bool, span: Duration) -> Sentence {
    let only = |strong: &str| Sentence { strong: strong.to_owned(), calm: String::new() };
    let mut told = match answer {
        Answer::Failed(_) => only("When this rule would have fired could not be found out."),
        Answer::None if !is_valid => only("This rule cannot run yet: fill in what is marked."),
        Answer::None | Answer::Awaited => only("Looking for when this rule would have fired…"),
        Answer::Whole(backtest) | Answer::Earlier(backtest) => of(backtest, is_dirty, span),
    };
    match answer {
        _ if !is_valid && answer.backtest().is_some() => {
            told.calm = "That was before the last change, which cannot be read.".into();
        }
        Answer::Earlier(_) => told.calm = "Looking again…".into(),
        _ => {}
    }
    told
}

fn of(backtest: &Backtest, is_dirty: bool, span: Duration) -> Sentence {
    if backtest.covered.is_zero() {
        let strong = "History holds nothing yet that this rule looks at.".to_owned();
        return Sentence { strong, calm: "It counts from now on.".into() };
    }
    // A little of the past is always missing: the newest seconds, a restart.
    let is_short = backtest.covered < span.mul_f64(0.9);
    let within = if is_short { format!("the {} there are", lasting_words(backtest.covered)) } else { long_words(span) };
    let lead = if is_dirty { "As edited, this rule" } else { "This rule" };
    let strong = match backtest.n_times {
        0 => format!("{lead} would not have fired in {within}."),
        n => {
            let total = lasting_words(backtest.total);
            let all = if n == 1 { format!("for {total}") } else { format!("{total} in all") };
            format!("{lead} would have fired {} in {within}, {all}.", times(n))
        }
    };
    let calm = match backtest.saved_times.filter(|_| is_dirty) {
        Some(0) => "As saved, never.".to_owned(),
        Some(n) => format!("As saved, {}.", times(n)),
        None => String::new(),
    };
    Sentence { strong, calm }
}

/// "7 days", "24 h", "30 days".
pub fn long_words(span: Duration) -> String {
    match span.as_secs() / 86_400 {
        0 | 1 => duration_words(span),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::alert::{BacktestId, BacktestState};
    use crate::model::{TimeRange, Timestamp};

    const WEEK: Duration = Duration::from_secs(7 * 86_400);

    fn backtest(n_times: usize, minutes: u64, covered: Duration, saved: Option<usize>) -> Arc<Backtest> {
        Arc::new(Backtest {
            id: BacktestId(1),
            state: BacktestState::Done,
            range: TimeRange::ending_at(Timestamp::from_millis(0), WEEK),
            covered,
            step: Duration::from_secs(60),
            n_instances: 1,
            spans: Arc::new([]),
            n_times,
            total: Duration::from_secs(60 * minutes),
            pending: Arc::new([]),
            saved_times: saved,
            if_it_lasted: Arc::new([]),
            curve: None,
            drawn: "atlas-02".into(),
        })
    }

    #[test]
    fn the_sentence_says_how_often_and_for_how_long() {
        for (n, minutes, covered, saved, is_dirty, expect) in [
            (
                3,
                42,
                WEEK,
                Some(9),
                true,
                "As edited, this rule would have fired 3 times in 7 days, 42 min in all. As saved, 9 times.",
            ),
            (
                1,
                6,
                WEEK,
                Some(0),
                true,
                "As edited, this rule would have fired once in 7 days, for 6 min. As saved, never.",
            ),
            (0, 0, WEEK, None, false, "This rule would not have fired in 7 days. "),
            (
                2,
                9,
                Duration::from_secs(7200),
                None,
                false,
                "This rule would have fired 2 times in the 2 h there are, 9 min in all. ",
            ),
            (
                0,
                0,
                Duration::ZERO,
                None,
                false,
                "History holds nothing yet that this rule looks at. It counts from now on.",
            ),
        ] {
            let backtest = backtest(n, minutes, covered, saved);
            let told = sentence(&Answer::Whole(&backtest), is_dirty, true, WEEK);
            let text = format!("{} {}", told.strong, told.calm).replace('\u{2009}', " ");
            assert_eq!(text, expect);
        }
    }

    #[test]
    fn an_answer_from_before_is_told_as_such() {
        let backtest = backtest(3, 42, WEEK, None);
        assert_eq!(sentence(&Answer::Earlier(&backtest), true, true, WEEK).calm, "Looking again…");
        let told = sentence(&Answer::Earlier(&backtest), true, false, WEEK);
        assert_eq!(told.calm, "That was before the last change, which cannot be read.");
        assert!(sentence(&Answer::None, true, false, WEEK).strong.starts_with("This rule cannot run yet"));
    }
}
