//! Traces and logs: what is asked, what stands there until it is answered, the waterfall and its keys.

use std::sync::Arc;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::service::*;

use super::open;
use super::told::answer;
use super::world::{with, world};
use crate::support::Window;

/// Answers the newest question that was asked.
fn answer_newest(window: &mut Window) -> TraceQuestion {
    let question = window.asked().into_iter().rev().find_map(|command| match command {
        ServiceCommand::Ask(question) => Some(question),
        _ => None,
    });
    let question = question.expect("a question");
    let given = Arc::new(answer(&question));
    window.publish(with(|services| services.answer = Some(given)));
    question
}

#[test]
fn traces_are_asked_for_and_one_is_opened_as_a_waterfall() {
    let mut window = open(world());
    window.click("Traces");
    assert!(window.shows("Looking for traces…"), "until the answer fits the question");
    let question = answer_newest(&mut window);
    assert_eq!((&*question.service, question.filter), ("checkout", TraceFilter::Slowest));
    assert!(window.shows("3 of 180\u{2009}traces"));
    window.click("Which: Failed");
    assert!(window.shows("Looking for traces…"));
    assert_eq!(answer_newest(&mut window).filter, TraceFilter::Failed);
    window.click("Trace POST /orders, 842\u{2009}ms, 1\u{2009}span failed");
    assert!(window.shows("Opening the trace…"));
    assert!(answer_newest(&mut window).open.starts_with("4bf92f"));
    assert!(window.shows("Span wait for a connection, 560\u{2009}ms, own 560\u{2009}ms"));
    window.click("Span INSERT orders, 30.0\u{2009}ms, own 30.0\u{2009}ms, failed: deadlock detected");
    assert!(window.shows("db.query.text") && window.shows("INSERT INTO orders VALUES (?)"));
    assert!(window.shows("Logs while it ran") && window.shows("deadlock detected, giving up"));
    assert!(!window.shows("reserving 3 items"), "that line is of another time");
    assert!(window.asked().is_empty(), "an open trace is not asked for again");
}

#[test]
fn the_waterfall_is_walked_by_keys_and_searched() {
    let mut window = open(world());
    window.click("Traces");
    answer_newest(&mut window);
    window.click("Trace POST /orders, 842\u{2009}ms, 1\u{2009}span failed");
    answer_newest(&mut window);
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(window.shows("Kind: server"));
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(window.shows("Of its own: 22.0\u{2009}ms"));
    window.harness.get_by_label("Find in the trace").focus();
    window.run();
    window.type_text("insert");
    assert!(window.shows("1 of 6"));
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(window.shows("Begins after: 610\u{2009}ms"), "the next that fits");
    window.harness.get_by_label("Find in the trace").focus();
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.shows("Which: Failed") || window.shows("Looking for traces…"), "back at the list");
}

#[test]
fn what_a_span_calls_is_folded_by_a_click_or_a_key() {
    let mut window = open(world());
    window.click("Traces");
    answer_newest(&mut window);
    window.click("Trace POST /orders, 842\u{2009}ms, 1\u{2009}span failed");
    answer_newest(&mut window);
    let deep = "Span wait for a connection, 560\u{2009}ms, own 560\u{2009}ms";
    assert!(window.shows(deep));
    window.click("Fold POST /orders");
    assert!(!window.shows(deep) && window.shows("Unfold POST /orders"));
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::ArrowRight);
    assert!(window.shows(deep), "the root is chosen, and shows what it calls again");
    window.press(Modifiers::NONE, Key::ArrowLeft);
    assert!(!window.shows(deep));
    window.harness.get_by_label("Find in the trace").focus();
    window.run();
    window.type_text("connection");
    assert!(window.shows(deep), "what is looked for is shown wherever it stands");
}

#[test]
fn a_trace_that_is_not_kept_any_more_says_so() {
    let mut window = open(world());
    window.click("Errors 3");
    window.click("Open its trace: 502");
    let question = window.asked().into_iter().find_map(|c| if let ServiceCommand::Ask(q) = c { Some(q) } else { None });
    let gone = TraceAnswer { open: None, ..answer(&question.expect("a question")) };
    window.publish(with(|services| services.answer = Some(Arc::new(gone))));
    assert!(window.shows("This trace is not kept any more"));
    window.click("Back to the traces");
    assert!(window.shows("Which: Slowest"));
}

#[test]
fn logs_are_cut_down_by_level_and_words_and_lead_to_their_trace() {
    let mut window = open(world());
    window.click("Logs");
    answer_newest(&mut window);
    assert!(window.shows("info: reserving 3 items") && window.shows("error: deadlock detected, giving up"));
    window.click("Level: Every level");
    window.click("Warnings and errors");
    assert!(!window.shows("info: reserving 3 items"));
    window.harness.get_by_label("Find in the logs").focus();
    window.run();
    window.type_text("deadlock");
    window.harness.run_steps(4);
    let question = answer_newest(&mut window);
    assert_eq!(&*question.log_text, "deadlock");
    window.click("error: deadlock detected, giving up");
    window.click("Open its trace");
    assert!(answer_newest(&mut window).open.starts_with("4bf92f"));
    assert!(window.shows_part("Span reserve_stock"));
}

#[test]
fn an_old_answer_is_asked_for_again() {
    let mut window = open(world());
    window.click("Traces");
    let question = window.asked();
    let [ServiceCommand::Ask(question)] = question.as_slice() else { panic!("{question:?}") };
    let old = TraceAnswer { at: crate::support::NOW.minus(std::time::Duration::from_secs(9)), ..answer(question) };
    window.publish(with(|services| services.answer = Some(Arc::new(old))));
    assert!(window.asked().is_empty(), "it was asked this very second");
    window.click("Look again");
    window.harness.run_steps(4);
    assert_eq!(window.asked().len(), 1);
}
