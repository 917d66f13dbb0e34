//! The desk on made-up findings and made-up time.

mod applies;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::model::profile::{ParamKey, ParamValue};
use crate::model::suggest::{Advice, Change, SuggestCommand, SuggestionState, Topic};
use crate::suggest::evidence::Evidence;
use crate::suggest::finding::{Finding, Resource, Verdict, by_hand, metric};
use crate::suggest::kind::Want;
use crate::suggest::scenario::{at, info};
use crate::suggest::trail::Trail;

const fn kind(name: &'static str) -> Kind {
    fn nothing(_: &Evidence<'_>) -> Verdict {
        Verdict::Fine("nothing".into())
    }
    Kind { name, title: name, topic: Topic::Cpu, source: "made up for tests", wants: &[], look: nothing }
}

static A: Kind = kind("a");
static B: Kind = kind("b");
static KINDS: &[&Kind] = &[&A, &B];

fn id(kind: &str) -> SuggestionId {
    SuggestionId::new(kind, "checkout")
}

/// A finding that would turn `database.pool_max`.
fn turning(from: i64, to: i64, stake: f64) -> Finding {
    let change = Change::Parameter {
        key: ParamKey::new("database.pool_max"),
        from: Some(ParamValue::Count(from)),
        to: ParamValue::Count(to),
        from_text: from.to_string().into(),
        to_text: to.to_string().into(),
        unit_text: "".into(),
    };
    let series = info(0, "wait").def.key.clone();
    let metric = metric(&series, "Pool wait", crate::model::Unit::Seconds, true);
    Finding { change, stake, metric, ..Finding::new("checkout", "Let checkout use more", Duration::from_secs(600)) }
}

fn plain(title: &str, stake: f64) -> Finding {
    let change = by_hand("Do something", "");
    Finding { change, stake, ..Finding::new("checkout", title, Duration::from_secs(600)) }
}

/// A desk with no history, and a trail that follows the series `wait`.
fn desk() -> (Desk, Trail) {
    (Desk::new(KINDS), Trail::new([Want::all("wait")]))
}

fn open(advice: &Advice) -> Vec<String> {
    advice.open().map(|card| format!("{} | {}", card.suggestion.id, card.suggestion.change.line())).collect()
}

fn command(desk: &mut Desk, command: SuggestCommand, n: i64) -> Result<Option<Wanted>, String> {
    desk.command(command, Some(&"production".into()), &Trail::default(), at(n))
}

#[test]
fn a_card_ends_once_its_cause_was_seen_to_be_gone_for_five_minutes() {
    use Verdict::{Fine, NoData};
    let cards = || Verdict::Cards(vec![plain("x", 0.5)]);
    // From second 60 on in steps of 30 s, with what is found then; when the card ends, if it does.
    let fine = |n: usize| (0..n).map(|_| Fine("well".into())).collect::<Vec<_>>();
    let cases: Vec<(&str, Vec<Verdict>, Option<i64>)> = vec![
        ("gone for good", fine(15), Some(60 + 300)),
        ("gone for four minutes", fine(9).into_iter().chain([cards()]).collect(), None),
        (
            "comes back, goes again",
            fine(9).into_iter().chain([cards()]).chain(fine(15)).collect(),
            Some(60 + 300 + 300),
        ),
        ("not seen is not gone", (0..15).map(|_| NoData("?".into())).collect(), None),
        ("the count begins anew", fine(9).into_iter().chain([NoData("?".into())]).chain(fine(9)).collect(), None),
    ];
    for (name, verdicts, expect) in cases {
        let (mut desk, _) = desk();
        desk.looked(0, cards(), at(30));
        let mut ended = None;
        for (i, verdict) in verdicts.into_iter().enumerate() {
            let now = 60 + 30 * i as i64;
            desk.looked(0, verdict, at(now));
            if desk.take_events().iter().any(|event| matches!(event, DeskEvent::Ended { .. })) {
                ended = Some(now);
            }
        }
        assert_eq!(ended, expect, "{name}");
    }
}

#[test]
fn time_in_which_nobody_looked_is_not_time_in_which_it_was_gone() {
    let (mut desk, _) = desk();
    desk.looked(0, Verdict::Cards(vec![plain("x", 0.5)]), at(0));
    for n in [30, 7200, 7230] {
        desk.looked(0, Verdict::Fine("well".into()), at(n));
    }
    assert_eq!(desk.advice(at(7230), 0).n_open, 1);
}

#[test]
fn put_off_cards_come_back_in_time_or_when_they_are_materially_different() {
    let (mut desk, _) = desk();
    let found = |size| Verdict::Cards(vec![Finding { size, ..plain("Do it", 0.5) }]);
    desk.looked(0, found(1.0), at(0));
    command(&mut desk, SuggestCommand::Snooze(id("a"), at(600)), 1).expect("snoozed");
    assert_eq!(desk.advice(at(2), 0).n_open, 0);
    desk.looked(0, found(9.0), at(30));
    assert_eq!(desk.advice(at(30), 0).n_open, 0, "larger or not, its time has not come");
    desk.looked(0, found(1.0), at(601));
    assert_eq!(desk.advice(at(601), 0).n_open, 1);

    command(&mut desk, SuggestCommand::Dismiss(id("a"), "we know".into()), 602).expect("dismissed");
    for (n, size, n_open) in [(700, 1.0, 0), (90_000, 1.4, 0), (90_030, 1.5, 1)] {
        desk.looked(0, found(size), at(n));
        assert_eq!(desk.advice(at(n), 0).n_open, n_open, "{size} at {n}");
    }
    command(&mut desk, SuggestCommand::Dismiss(id("a"), "x".repeat(9999).into()), 90_031).expect("dismissed");
    let state = desk.advice(at(90_032), 0).cards[0].state.clone();
    assert!(matches!(state, SuggestionState::Dismissed { reason, .. } if reason.len() == 500));
}

#[test]
fn commands_can_be_taken_back_and_refused_with_a_reason() {
    let (mut desk, _) = desk();
    assert!(command(&mut desk, SuggestCommand::Undo, 0).expect_err("nothing").starts_with("There is nothing"));
    let gone = command(&mut desk, SuggestCommand::Dismiss(id("a"), "".into()), 0).expect_err("no card");
    assert!(gone.starts_with("There is no such suggestion"));
    desk.looked(0, Verdict::Cards(vec![plain("Do it", 0.5)]), at(0));
    let past = command(&mut desk, SuggestCommand::Snooze(id("a"), at(0)), 1).expect_err("past");
    assert_eq!(past, "That time is over already");
    let by_hand = command(&mut desk, SuggestCommand::TryIt(id("a")), 1).expect_err("by hand");
    assert!(by_hand.ends_with("it is done by hand"));
    for command_ in [SuggestCommand::Dismiss(id("a"), "".into()), SuggestCommand::MarkDone(id("a"))] {
        command(&mut desk, command_, 2).expect("done");
        assert_eq!(desk.advice(at(2), 0).n_open, 0);
        command(&mut desk, SuggestCommand::Undo, 3).expect("taken back");
        let advice = desk.advice(at(3), 0);
        assert_eq!((advice.n_open, advice.deeds.len(), &*advice.undo), (1, 0, ""));
    }
    command(&mut desk, SuggestCommand::Dismiss(id("a"), "".into()), 4).expect("dismissed");
    assert_eq!(&*desk.advice(at(4), 0).undo, "Dismissed: Do it");
    command(&mut desk, SuggestCommand::Reopen(id("a")), 5).expect("opened");
    assert_eq!(desk.advice(at(5), 0).n_open, 1);
}

#[test]
fn the_most_valuable_card_comes_first_and_the_headline_speaks_of_it() {
    let (mut desk, _) = desk();
    assert_eq!(&*desk.advice(at(0), 0).headline, "Looking.");
    desk.looked(0, Verdict::NoData("x".into()), at(0));
    desk.looked(1, Verdict::Fine("x".into()), at(0));
    let advice = desk.advice(at(0), 0);
    assert_eq!(
        (&*advice.headline, &*advice.headline_rest),
        ("No suggestions.", "1 kinds were looked at; 1 have no data yet.")
    );
    let share = crate::suggest::finding::as_share("checkout p95", -0.29, -0.21, -0.12, true);
    desk.looked(0, Verdict::Cards(vec![plain("Small", 0.2)]), at(30));
    let advice = desk.advice(at(30), 0);
    assert_eq!((&*advice.headline, &*advice.headline_rest), ("One suggestion.", "Small."));
    desk.looked(1, Verdict::Cards(vec![Finding { expected: share, ..plain("Large", 0.9) }]), at(30));
    let advice = desk.advice(at(30), 0);
    assert_eq!(open(&advice)[0], "b checkout | Do something");
    assert_eq!(
        (&*advice.headline, &*advice.headline_rest),
        ("Two suggestions.", "The first could cut checkout p95 by about a fifth.")
    );
}

#[test]
fn cards_that_contradict_each_other_are_never_open_together() {
    let (mut desk, _) = desk();
    desk.looked(0, Verdict::Cards(vec![turning(50, 64, 0.9)]), at(0));
    desk.looked(1, Verdict::Cards(vec![turning(50, 25, 0.5)]), at(0));
    let advice = desk.advice(at(0), 0);
    assert_eq!(open(&advice), ["a checkout | database.pool_max 50 → 64"]);
    assert_eq!(
        advice.kinds[1].state,
        KindState::Fine("Another card turns the same parameter: Let checkout use more".into())
    );
    let refused = command(&mut desk, SuggestCommand::TryIt(id("b")), 1).expect_err("held back");
    assert!(refused.starts_with("Another card turns the same parameter"));
    // Dismissing the one lets the other come forward.
    command(&mut desk, SuggestCommand::Dismiss(id("a"), "".into()), 2).expect("dismissed");
    assert_eq!(open(&desk.advice(at(2), 0)), ["b checkout | database.pool_max 50 → 25"]);

    let (mut desk, _) = self::desk();
    desk.looked(0, Verdict::Cards(vec![Finding { takes: &[Resource::Memory], ..plain("More", 0.9) }]), at(0));
    assert_eq!(desk.advice(at(0), 0).n_open, 1);
    desk.looked(1, Verdict::Cards(vec![Finding { short_of: &[Resource::Memory], ..plain("Full", 0.1) }]), at(0));
    assert_eq!(open(&desk.advice(at(0), 0)), ["b checkout | Do something"]);
}

#[test]
fn what_was_put_off_stays_so_over_a_restart() {
    let (mut desk, _) = desk();
    desk.looked(0, Verdict::Cards(vec![plain("x", 0.5)]), at(0));
    assert!(desk.take_unsaved().is_none(), "nothing was done");
    command(&mut desk, SuggestCommand::Dismiss(id("a"), "".into()), 1).expect("dismissed");
    let ledger = desk.take_unsaved().expect("to be kept");
    let (mut desk, _) = self::desk();
    desk.remember(ledger);
    desk.looked(0, Verdict::Cards(vec![plain("x", 0.5)]), at(100));
    assert_eq!(desk.advice(at(100), 0).n_open, 0);
    assert!(desk.take_events().is_empty(), "and is no news");
}

#[test]
fn a_kind_raises_its_eight_most_valuable_cards_at_most() {
    let (mut desk, _) = desk();
    let many = (0..20).map(|i| Finding { stake: f64::from(i) / 20.0, ..plain("x", 0.0) });
    let many = many.enumerate().map(|(i, finding)| Finding { subject: format!("s{i}"), ..finding }).collect();
    desk.looked(0, Verdict::Cards(many), at(0));
    let advice = desk.advice(at(0), 0);
    assert_eq!((advice.n_open, &*advice.cards[0].suggestion.subject), (8, "s19"));
    let kept: Vec<Arc<str>> = advice.open().map(|card| card.suggestion.subject.clone()).collect();
    assert_eq!(&*kept[7], "s12");
}
