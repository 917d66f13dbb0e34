//! From "try it" through the apply to the verdict, and what that verdict does to the next card.

use super::*;
use crate::model::profile::{ApplyId, ApplyPhase, ApplyRecord};
use crate::model::suggest::OutcomeVerdict;

fn record(phase: ApplyPhase, n: i64) -> Arc<ApplyRecord> {
    Arc::new(ApplyRecord {
        id: ApplyId(7),
        profile: "production".into(),
        previous: None,
        at: at(n),
        who: "mara".into(),
        phase,
        steps: Vec::new(),
        files: Vec::new(),
    })
}

/// A desk and its trail, fed with the series `wait`, and the seconds passed.
struct Bench {
    desk: Desk,
    trail: Trail,
    now: i64,
    holds: i64,
}

impl Bench {
    fn new() -> Self {
        let (desk, trail) = desk();
        Self { desk, trail, now: 0, holds: 50 }
    }

    /// Lets `seconds` pass with this wait and with what kind `a` finds each half minute.
    fn pass(&mut self, seconds: i64, wait: f64, find: impl Fn() -> Verdict) {
        let infos = [info(0, "wait")];
        for n in (self.now..self.now + seconds).step_by(10) {
            // Minutes scatter a little and do not depend on each other.
            let scatter = [1.0, 0.99, 1.01, 1.0][usize::try_from(n / 60 % 4).expect("small")];
            self.trail.take(at(n), &infos, &[(crate::model::SeriesId(0), (wait * scatter) as f32)]);
            if n % 30 == 0 {
                self.desk.looked(0, find(), at(n));
            }
            self.desk.judge(&self.trail, at(n));
        }
        self.now += seconds;
    }

    fn try_it(&mut self) {
        let wanted = self.command(SuggestCommand::TryIt(id("a"))).expect("tried").expect("a plan");
        self.holds = match wanted.to {
            ParamValue::Count(count) => count,
            other => panic!("{other:?}"),
        };
    }

    fn command(&mut self, command: SuggestCommand) -> Result<Option<Wanted>, String> {
        self.desk.command(command, Some(&"production".into()), &self.trail, at(self.now))
    }

    fn follow(&mut self, phase: ApplyPhase) {
        let holds = ParamValue::Count(self.holds);
        let applies = [record(phase, self.now)];
        self.desk.follow(&applies, |_, _| Some(holds.clone()), &self.trail, at(self.now));
    }

    fn advice(&self) -> Advice {
        self.desk.advice(at(self.now), 0)
    }

    fn verdict(&self) -> (OutcomeVerdict, usize) {
        let advice = self.advice();
        (advice.deeds[0].outcome.verdict, advice.record.n_judged())
    }
}

fn raise() -> Verdict {
    Verdict::Cards(vec![turning(50, 64, 0.9)])
}

#[test]
fn a_change_that_is_kept_and_helps_is_in_the_track_record_and_its_card_ends() {
    let mut bench = Bench::new();
    bench.pass(1200, 0.2, raise);
    bench.try_it();
    assert_eq!(bench.advice().n_open, 1, "a plan alone changes nothing");
    bench.follow(ApplyPhase::OnTrial { until: at(5000) });
    let state = bench.advice().cards[0].state.clone();
    assert!(matches!(state, SuggestionState::OnTrial { apply: ApplyId(7), .. }), "{state:?}");
    assert!(bench.command(SuggestCommand::Dismiss(id("a"), "".into())).is_err(), "it is on trial");
    bench.pass(60, 0.1, || Verdict::Fine("well".into()));
    bench.follow(ApplyPhase::Kept);
    assert!(matches!(bench.advice().cards[0].state, SuggestionState::Done { .. }));
    assert_eq!(bench.verdict(), (OutcomeVerdict::TooEarly, 0));
    bench.pass(1200, 0.1, || Verdict::Fine("well".into()));
    assert_eq!(bench.verdict(), (OutcomeVerdict::Helped, 1));
    let advice = bench.advice();
    assert_eq!((advice.cards.len(), advice.kinds[0].record.n_helped), (0, 1));
    let change = advice.deeds[0].outcome.change().expect("before and after");
    assert!((change + 0.5).abs() < 0.02, "{change}");
    assert_eq!(&*advice.deeds[0].change, "database.pool_max 50 → 64");
    // Whoever sees the same cause again may take the next step.
    bench.pass(60, 0.2, || Verdict::Cards(vec![turning(64, 90, 0.9)]));
    assert_eq!(open(&bench.advice()), ["a checkout | database.pool_max 64 → 90"]);
}

#[test]
fn after_no_effect_or_worse_the_same_is_not_asked_for_again() {
    for (after, verdict, words) in
        [(0.2, OutcomeVerdict::NoEffect, "had no effect"), (0.4, OutcomeVerdict::Worse, "made it worse")]
    {
        let mut bench = Bench::new();
        bench.pass(1200, 0.2, raise);
        bench.try_it();
        bench.follow(ApplyPhase::Kept);
        let more = || Verdict::Cards(vec![turning(64, 90, 0.9)]);
        bench.pass(600, after, more);
        assert_eq!(bench.advice().n_open, 0, "it is given time");
        bench.pass(900, after, more);
        assert_eq!(bench.verdict().0, verdict);
        let line = format!("a checkout | database.pool_max 50 → 64 {words} the last time: look for another cause");
        assert_eq!(open(&bench.advice()), [line]);
        let refused = bench.command(SuggestCommand::TryIt(id("a"))).expect_err("nothing to try");
        assert!(refused.starts_with("There is no parameter"));
        // The other way is another matter.
        bench.pass(60, after, || Verdict::Cards(vec![turning(64, 40, 0.9)]));
        assert_eq!(open(&bench.advice()), ["a checkout | database.pool_max 64 → 40"]);
    }
}

#[test]
fn a_trial_that_goes_back_is_judged_by_what_was_seen_and_its_card_is_open_again() {
    let mut bench = Bench::new();
    bench.pass(1200, 0.2, raise);
    bench.try_it();
    bench.follow(ApplyPhase::OnTrial { until: at(5000) });
    bench.pass(720, 0.4, raise);
    bench.desk.take_events();
    bench.follow(ApplyPhase::RolledBack { why: "it was asked for".into() });
    let events = bench.desk.take_events();
    let is_back = |event: &DeskEvent| matches!(event, DeskEvent::RolledBack { title, .. } if !title.is_empty());
    assert!(events.iter().any(is_back), "{events:?}");
    let advice = bench.advice();
    assert_eq!((advice.deeds[0].outcome.verdict, advice.n_open), (OutcomeVerdict::Worse, 1));
    assert!(advice.deeds[0].rolled_back_at.is_some());
    bench.follow(ApplyPhase::RolledBack { why: "it was asked for".into() });
    assert!(bench.desk.take_events().is_empty(), "told once");
}

#[test]
fn an_apply_of_something_else_is_not_taken_for_the_card() {
    let mut bench = Bench::new();
    bench.pass(600, 0.2, raise);
    bench.try_it();
    bench.holds = 55;
    bench.follow(ApplyPhase::Kept);
    assert_eq!((bench.advice().n_open, bench.advice().deeds.len()), (1, 0), "the person edited the plan away");
    bench.try_it();
    bench.pass(4000, 0.2, raise);
    bench.follow(ApplyPhase::Kept);
    assert_eq!(bench.advice().deeds.len(), 0, "an hour later it is no longer the card's");
}

#[test]
fn what_was_done_by_hand_is_judged_as_well_and_a_restart_in_between_costs_nothing() {
    let mut bench = Bench::new();
    let by_hand = || {
        let metric = turning(1, 2, 0.5).metric;
        Verdict::Cards(vec![Finding { metric, ..plain("Do it", 0.5) }])
    };
    bench.pass(1200, 0.2, by_hand);
    bench.command(SuggestCommand::MarkDone(id("a"))).expect("done");
    bench.pass(120, 0.1, by_hand);
    let ledger = bench.desk.take_unsaved().expect("kept");
    bench.desk = Desk::new(KINDS);
    bench.desk.remember(ledger);
    bench.pass(1200, 0.1, by_hand);
    assert_eq!(bench.verdict(), (OutcomeVerdict::Helped, 1));
}

#[test]
fn where_too_little_was_seen_no_verdict_is_made_up() {
    let mut bench = Bench::new();
    bench.pass(120, 0.2, raise);
    bench.try_it();
    bench.follow(ApplyPhase::Kept);
    bench.pass(1800, 0.1, raise);
    assert_eq!(bench.verdict(), (OutcomeVerdict::TooEarly, 0));
    assert_eq!(bench.advice().n_open, 1, "and the card is open again");
}
