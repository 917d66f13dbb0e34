//! The Suggestions page: what is read on a card, and the commands that leave when a person clicks.

#[path = "suggestions_world.rs"]
mod made_up;

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::profile::{ApplyCommand, ParamKey, ParamValue, Tuning};
use perfdesk::model::suggest::*;
use perfdesk::model::*;
use perfdesk::profile::document;
use perfdesk::suggest::put_back::trial_edits;
use perfdesk::ui::Page;

use self::made_up::{INDEX, POOL, TTL, advice, id};
use crate::support::tuning::{PRODUCTION, bound, on_trial, plan, unbound};
use crate::support::{NOW, Window, snapshot};

const WIDE: [f32; 2] = [1440.0, 900.0];
const NARROW: [f32; 2] = [1024.0, 700.0];

fn world(advice: Advice) -> Snapshot {
    Snapshot { advice: Arc::new(advice), tuning: Arc::new(bound()), ..snapshot() }
}

fn open_at(world: Snapshot, size: [f32; 2]) -> Window {
    let mut window = Window::open_at(world, size, Some(Page::Suggestions));
    window.commands();
    window
}

fn open() -> Window {
    open_at(world(advice()), WIDE)
}

/// What was sent about suggestions.
fn sent(window: &mut Window) -> Vec<SuggestCommand> {
    let commands = window.commands().into_iter();
    commands.filter_map(|c| if let Command::Suggest(command) = c { Some(command) } else { None }).collect()
}

/// Clicks something that may stand below the edge of the window.
#[track_caller]
fn reach(window: &mut Window, name: &str) {
    window.harness.get_by_label(name).scroll_to_me();
    window.run();
    window.click(name);
}

/// Whether a text is on the screen, thin spaces as spaces.
fn reads(window: &Window, part: &str) -> bool {
    window.shows_part(&part.replace('~', "\u{2009}"))
}

#[test]
fn the_page_says_first_how_many_there_are_and_what_the_first_brings() {
    let window = open();
    assert!(window.shows("Three suggestions. The first could cut checkout p95 by about a fifth."));
    for tab in ["Open 3", "On trial 1", "Done 3", "Dismissed 2"] {
        assert!(window.harness.query_by_role_and_label(Role::Tab, tab).is_some(), "{tab}");
    }
    assert!(window.shows("Most valuable first"));
}

#[test]
fn a_card_has_its_numbers_its_bound_and_what_speaks_against_it() {
    let window = open();
    assert!(window.shows(POOL) && window.shows("Database pool") && window.shows("Sure: high"));
    assert!(reads(&window, "Seen in 15~min: 50 queries share 16 cores"));
    for name in ["Why it matters", "Stop at", "Against it"] {
        assert_eq!(window.harness.query_all_by_label(name).count(), 3, "{name}");
    }
    assert!(window.shows("18: below it requests wait for the pool"));
    assert!(window.shows("database.pool_max") && window.shows("50") && window.shows("24"));
    assert!(reads(&window, "−21~%") && window.shows("(−29 to −12)"));
    assert!(window.shows("CREATE INDEX CONCURRENTLY ON order_items (sku_id)"));
    assert!(reads(&window, "Query time by queries running: 60 points by queries running, now 50"));
    assert!(reads(&window, "Hits: now 61~%"), "a curve says its newest value");
    assert!(reads(&window, "order_items by sku_id: 31~%"), "a bar says its value");
}

#[test]
fn trying_opens_the_profiles_with_the_change_filled_in_and_its_plan() {
    let mut window = open();
    window.click(&format!("Try it: {POOL}"));
    assert_eq!(window.page(), Page::Profiles);
    assert!(window.shows_part("is filled into production. Nothing is written yet."));
    let commands = window.commands();
    assert!(commands.contains(&Command::Suggest(SuggestCommand::TryIt(id("pool_large")))), "{commands:?}");
    assert!(!commands.iter().any(|c| matches!(c, Command::Apply(_))), "the page plans after that: {commands:?}");
    window.run();
    assert_eq!(sent(&mut window), [], "once");
    // Once the engine's plan is there the page asks for that of what it shows, which is the same text.
    planned(&mut window, bound());
    let text = drafted(&mut window).expect("planned with the draft");
    assert_eq!(text, tried(PRODUCTION));
    assert!(window.shows("Database: Pool, maximum, exact") && window.shows_part("One change waits to be applied."));
}

/// The profile's text with the change of the first card.
fn tried(text: &str) -> String {
    let edits = trial_edits(&ParamKey::new("database.pool_max"), &ParamValue::Count(24), POOL);
    edits.iter().fold(text.to_owned(), |text, next| document::edit(&text, next).expect("edited"))
}

/// Publishes a plan of production, and lets what is on the page settle.
fn planned(window: &mut Window, tuning: Tuning) {
    let tuning = Tuning { plan: Some(Arc::new(plan(1))), ..tuning };
    window.publish(Snapshot { tuning: Arc::new(tuning), ..world(advice()) });
    for _ in 0..60 {
        window.harness.step();
    }
}

/// The unsaved text that a plan was asked for with last.
fn drafted(window: &mut Window) -> Option<String> {
    window.commands().into_iter().rev().find_map(|command| match command {
        Command::Apply(ApplyCommand::Plan { draft, .. }) => draft.map(|text| text.to_string()),
        _ => None,
    })
}

/// Types a value into a field of a profile's page.
fn edit(window: &mut Window, profile: &str, field: &str, value: &str) {
    window.go(Page::Profiles);
    window.click_role(Role::ListItem, &format!("Profile {profile}"));
    window.harness.get_by_label(field).click();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text(value);
    window.press(Modifiers::NONE, Key::Enter);
}

#[test]
fn edits_of_another_profile_stay_in_its_draft_when_a_suggestion_is_tried() {
    let mut window = open();
    edit(&mut window, "high-load", "Database: Pool, maximum, exact", "80");
    window.go(Page::Suggestions);
    window.commands();
    window.click(&format!("Try it: {POOL}"));
    assert!(window.shows_part("Your edits of high-load stay in its draft."));
    assert_eq!(sent(&mut window), [SuggestCommand::TryIt(id("pool_large"))]);
    planned(&mut window, bound());
    assert_eq!(drafted(&mut window), Some(tried(PRODUCTION)), "production is on the page");
    window.click_role(Role::ListItem, "Profile high-load");
    assert!(window.shows_part("One change waits to be applied."), "nothing of it is lost");
}

#[test]
fn unsaved_edits_of_the_profile_in_force_stay_and_are_planned_with_the_change_only_if_wanted() {
    let mut window = open();
    edit(&mut window, "production", "Database: Pool, minimum, exact", "7");
    for (answer, is_tried) in [("Cancel", false), ("Fill it in", true)] {
        window.go(Page::Suggestions);
        window.commands();
        window.click(&format!("Try it: {POOL}"));
        assert!(window.shows("Try it with your unsaved edits of production?"));
        assert_eq!(sent(&mut window), [], "nothing happens before the answer");
        window.click(answer);
        assert_eq!(!sent(&mut window).is_empty(), is_tried, "{answer}");
    }
    planned(&mut window, bound());
    let text = drafted(&mut window).expect("planned with the draft");
    assert!(text.contains("\"database.pool_min\": (value: 7)"), "{text}");
    assert!(text.contains("\"database.pool_max\": (value: 24, why: \"suggested: "), "{text}");
    window.press(Modifiers::COMMAND, Key::Z);
    planned(&mut window, bound());
    let text = drafted(&mut window).expect("planned again");
    assert!(text.contains("(value: 7)") && text.contains("value: 50"), "Undo takes back the change alone: {text}");
}

#[test]
fn what_stands_in_the_way_of_a_trial_makes_it_impossible() {
    let trying = Tuning { applies: vec![Arc::new(on_trial())].into(), ..bound() };
    let unapplied = Tuning { active: None, ..bound() };
    for tuning in [unbound(), trying, unapplied] {
        let mut window = open_at(Snapshot { tuning: Arc::new(tuning), ..world(advice()) }, WIDE);
        window.click(&format!("Try it: {POOL}"));
        assert_eq!(window.page(), Page::Suggestions);
        assert_eq!(sent(&mut window), []);
    }
}

#[test]
fn the_evidence_opens_on_the_charts() {
    let mut window = open();
    window.click(&format!("Evidence: {TTL}"));
    assert_eq!(window.page(), Page::Charts);
    let is_of = |c: &Command| match c {
        Command::View(ViewCommand::Subscribe { request, .. }) => request.series.contains(&SeriesId(0)),
        _ => false,
    };
    assert!(window.commands().iter().any(is_of));
    let mut gone = open();
    reach(&mut gone, &format!("Evidence: {INDEX}"));
    assert!(gone.shows_part("None of the series it was seen in is there any more"));
}

#[test]
fn a_statement_is_copied_and_marked_done() {
    let mut window = open();
    reach(&mut window, &format!("Copy: {INDEX}"));
    assert!(window.shows_part("Copied"));
    reach(&mut window, &format!("Mark done: {INDEX}"));
    assert_eq!(sent(&mut window), [SuggestCommand::MarkDone(id("slow_statement"))]);
}

#[test]
fn a_card_is_put_off_for_an_hour_a_day_or_a_week() {
    for (choice, hours) in [("For 1~h", 1), ("For 1~day", 24), ("For 1~week", 168)] {
        let mut window = open();
        window.click(&format!("Snooze: {TTL}"));
        window.click(&choice.replace('~', "\u{2009}"));
        let until = NOW.plus(Duration::from_secs(hours * 3600));
        assert_eq!(sent(&mut window), [SuggestCommand::Snooze(id("cache_ttl"), until)]);
    }
}

#[test]
fn a_card_is_dismissed_with_a_reason_or_not_at_all() {
    let mut window = open();
    window.click(&format!("Dismiss: {TTL}"));
    assert!(window.shows("Dismiss this suggestion?"));
    window.press(Modifiers::NONE, Key::Escape);
    assert_eq!(sent(&mut window), []);
    window.click(&format!("Dismiss: {TTL}"));
    window.click("Not worth it");
    window.click("Reason");
    window.press(Modifiers::COMMAND, Key::End);
    window.type_text(": pages change hourly");
    window.click_role(Role::Button, "Dismiss");
    let reason = "Not worth it: pages change hourly";
    assert_eq!(sent(&mut window), [SuggestCommand::Dismiss(id("cache_ttl"), reason.into())]);
    assert!(!window.shows("Dismiss this suggestion?"));
}

#[test]
fn what_was_put_away_says_until_when_and_why_and_opens_again() {
    let mut window = open();
    window.click_role(Role::Tab, "Dismissed 2");
    assert!(window.shows_part("Snoozed until "));
    assert!(window.shows_part(": meant to be so"));
    assert!(!window.shows(POOL));
    window.click("Reopen: Compress less");
    assert_eq!(sent(&mut window), [SuggestCommand::Reopen(id("compression"))]);
}

#[test]
fn the_last_act_is_taken_back_by_its_button_or_by_ctrl_z() {
    let mut window = open();
    window.click("Undo: Dismissed: Fewer workers");
    assert_eq!(sent(&mut window), [SuggestCommand::Undo]);
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(sent(&mut window), [SuggestCommand::Undo]);
    window.publish(world(Advice { undo: "".into(), ..advice() }));
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(sent(&mut window), []);
    assert!(!window.shows_part("Undo:"));
}

#[test]
fn the_track_record_tells_before_and_after() {
    let mut window = open();
    assert!(window.shows("Of 3 tried, 1 helped, 1 had no effect, 1 made it worse. One is too early to judge."));
    assert!(window.shows("Fewer workers") && reads(&window, "CPU 83~% → 61~%") && reads(&window, "−27~%"));
    assert!(window.shows_part("rolled back"));
    window.click_role(Role::Tab, "Done 3");
    assert!(window.shows("Done before"));
}

#[test]
fn what_is_on_trial_says_when_it_is_judged() {
    let mut window = open();
    assert!(window.shows_part("Too early to say. A verdict can be told at "));
    assert!(reads(&window, "in 9~min"));
    window.click_role(Role::Tab, "On trial 1");
    assert!(window.shows("Larger ML batch"));
    window.click("Keep or roll back: Larger ML batch");
    assert_eq!(window.page(), Page::Profiles);
}

#[test]
fn what_was_looked_at_unfolds_with_its_reasons() {
    let mut window = open();
    assert!(window.shows("4 kinds: 1 with a card, 1 fine, 1 without data, 1 not yet"));
    assert!(!window.shows("No data"));
    reach(&mut window, "Unfold what was looked at");
    assert!(window.shows("No data") && window.shows("no service reports its response time"));
    assert!(window.shows("Fine") && window.shows("12 series are not followed, because there are too many"));
    reach(&mut window, "Fold what was looked at");
    assert!(!window.shows("No data"));
}

#[test]
fn nothing_to_suggest_is_said_in_words_with_what_was_looked_at() {
    let nothing = Advice {
        headline: "No suggestions.".into(),
        headline_rest: "3 kinds were looked at; 1 have no data yet.".into(),
        cards: Arc::new([]),
        n_open: 0,
        deeds: Arc::new([]),
        record: TrackRecord::default(),
        ..advice()
    };
    let mut window = open_at(world(nothing), WIDE);
    assert!(window.shows("Nothing to suggest now"));
    assert!(window.shows("no service reports its response time"), "unfolded where there is nothing else");
    assert!(window.shows_part("Nothing was tried yet."));
    for (tab, title) in [
        ("On trial 0", "Nothing is on trial"),
        ("Done 0", "Nothing was done yet"),
        ("Dismissed 0", "Nothing is dismissed or snoozed"),
    ] {
        window.click_role(Role::Tab, tab);
        assert!(window.shows(title), "{tab}");
    }
    let window = open_at(world(Advice::default()), WIDE);
    assert!(window.shows_part("Looking.") && window.shows("Nothing was looked at yet"));
}

#[test]
fn the_rail_counts_the_open_ones() {
    let mut window = Window::open(world(advice()), WIDE);
    assert!(window.shows("3 open suggestions"));
    window.publish(world(Advice::default()));
    assert!(!window.shows_part("open suggestion"));
    window.press(Modifiers::COMMAND, Key::Num9);
    assert_eq!(window.page(), Page::Suggestions);
}

#[test]
fn a_narrow_window_has_the_track_record_on_a_tab() {
    for theme in [ThemeChoice::Dark, ThemeChoice::Light] {
        let settings = Arc::new(Settings { theme, ..Settings::default() });
        let mut window = open_at(Snapshot { settings, ..world(advice()) }, NARROW);
        assert!(window.shows(POOL) && !window.shows_part("Of 3 tried"));
        let card = window.harness.get_by_label(&format!("Dismiss: {POOL}")).rect();
        assert!(card.right() <= NARROW[0] && card.bottom() <= NARROW[1], "{card:?}");
        window.click_role(Role::Tab, "Track record");
        assert!(window.shows_part("Of 3 tried") && !window.shows(POOL));
    }
}
