//! The Compare page: choosing two periods, the question that leaves, and the answer in words and figures.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use perfdesk::model::*;
use perfdesk::ui::Page;

use crate::support::{NOW, Window, snapshot};

const WIDE: [f32; 2] = [1440.0, 900.0];
const HOUR: Duration = Duration::from_secs(3600);

fn open() -> Window {
    Window::open_at(snapshot(), WIDE, Some(Page::Compare))
}

fn last_request(window: &mut Window) -> Option<CompareRequest> {
    window.commands().into_iter().rev().find_map(|command| match command {
        Command::History(HistoryCommand::Compare(request)) => request,
        _ => None,
    })
}

fn bucket(at: Timestamp, mean: f32) -> Bucket {
    Bucket { at, min: mean * 0.9, max: mean * 1.1, mean, count: 10, gap_before: false }
}

/// An answer: CPU higher, memory the same, a pressure lower, the rest with too little data.
pub fn answer(request: CompareRequest) -> Arc<Comparison> {
    let figures = |median: f64| PeriodFigures {
        n: 3600,
        n_effective: 240.0,
        median,
        p95: median * 1.5,
        max: median * 1.9,
        mean: median,
    };
    let row = |(i, series): (usize, &SeriesId)| {
        let (a, b, verdict) = match i {
            0 => (0.37, 0.44, CompareVerdict::Higher),
            1 => (0.52, 0.52, CompareVerdict::NoDifferenceShown),
            2 => (0.12, 0.09, CompareVerdict::Lower),
            _ => (0.02, 0.03, CompareVerdict::TooLittleData),
        };
        let interval = (verdict != CompareVerdict::TooLittleData).then_some((b - a - 0.01, b - a + 0.012));
        let curve = |range: TimeRange, level: f64| {
            let at = |k: u64| range.start.plus(Duration::from_secs(30 * k));
            (0..120).map(|k| bucket(at(k), (level + 0.05 * (k as f64 / 9.0).sin()) as f32)).collect()
        };
        CompareRow {
            series: *series,
            a: Some(figures(a)),
            b: Some(figures(b)),
            change: Some(b - a),
            interval,
            verdict,
            sentence: format!("row {i} in one sentence").into(),
            curve_a: curve(request.a, a),
            curve_b: curve(request.b, b),
        }
    };
    let rows = request.series.iter().enumerate().map(row).collect();
    Arc::new(Comparison {
        tiers: (Tier::Full, Tier::Full),
        level: 0.95,
        rows,
        method: "Medians with an interval".into(),
        request,
    })
}

fn answered(size: [f32; 2]) -> (Window, CompareRequest) {
    let mut window = Window::open_at(snapshot(), size, Some(Page::Compare));
    window.click("Last hour, and the hour before");
    let request = last_request(&mut window).expect("a preset is asked at once");
    let world = Snapshot { comparison: Some(answer(request.clone())), ..snapshot() };
    window.publish(world);
    (window, request)
}

#[test]
fn a_preset_fills_both_periods_and_asks_for_the_series_of_the_charts() {
    let mut window = open();
    assert!(window.shows("No periods chosen yet"));
    window.click("Last hour, and the hour before");
    let request = last_request(&mut window).expect("asked");
    assert_eq!(request.b, TimeRange::ending_at(NOW, HOUR));
    assert_eq!(request.a, TimeRange::ending_at(NOW.minus(HOUR), HOUR));
    let names: Vec<String> =
        request.series.iter().map(|id| snapshot().series[id.0 as usize].def.key.to_string()).collect();
    assert_eq!(names[0], "system.cpu.utilization");
    assert_eq!(names.len(), 9, "each series of the layout once");
    window.harness.run_steps(30);
    assert!(window.shows("Comparing…"), "it waits for the answer to what was asked");
}

#[test]
fn typed_periods_are_compared_when_asked_and_faults_stand_at_their_field() {
    let mut window = open();
    for (field, text) in [("A from", "-3h"), ("A to", "-2h"), ("B from", "-1h"), ("B to", "soon")] {
        window.click_role(Role::TextInput, field);
        // Letter by letter, as a hand does: what is not yet a time must not take the keyboard away.
        for letter in text.chars() {
            window.type_text(&letter.to_string());
        }
    }
    assert!(!window.shows_part("is no time"), "what is being typed is not yet wrong");
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.shows_part("“soon” is no time"));
    assert_eq!(last_request(&mut window), None);
    window.click_role(Role::TextInput, "B to");
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text("now");
    window.click("Compare A and B");
    let request = last_request(&mut window).expect("asked");
    assert_eq!((request.a.span(), request.b.span()), (HOUR, HOUR));
    assert_eq!(request.b.end, NOW);
}

#[test]
fn an_answer_to_another_question_is_not_shown() {
    let (mut window, request) = answered(WIDE);
    assert!(window.shows_part("1 is higher"));
    let other = CompareRequest { b: TimeRange::ending_at(NOW, HOUR * 2), ..request };
    window.publish(Snapshot { comparison: Some(answer(other)), ..snapshot() });
    assert!(!window.shows_part("1 is higher"));
}

#[test]
fn the_answer_is_told_in_words_sorted_and_filtered() {
    for size in [WIDE, [1024.0, 700.0]] {
        let (mut window, _) = answered(size);
        assert!(window.shows_part("Of 9 series 1 is higher and 1 is lower in B."));
        assert!(window.shows_part("chance alone would call about 0.2 of 3 different"));
        let rows = |window: &Window| {
            let mut rows: Vec<(f32, String)> = window
                .harness
                .query_all_by_role(Role::Row)
                .map(|node| (node.rect().top(), node.accesskit_node().label().unwrap_or_default()))
                .collect();
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            rows.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        let first = rows(&window);
        assert!(first[0].starts_with("CPU: higher, change +19"), "{first:?}");
        assert!(first[1].contains(": lower, change \u{2212}25"), "{first:?}");
        assert_eq!(first.len(), 9);
        window.click("Show: Only differing");
        assert_eq!(rows(&window).len(), 2);
        window.click("Change");
        assert!(rows(&window)[0].starts_with("CPU"), "greatest change first");
        window.click("Change");
        assert!(rows(&window)[1].starts_with("CPU"), "and the other way round");
    }
}

#[test]
fn a_row_shows_both_curves_and_the_table_is_copied() {
    let (mut window, _) = answered(WIDE);
    assert!(window.shows_part("Curves of CPU in A and B"));
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert!(!window.shows_part("Curves of CPU in A and B"), "the next row is chosen");
    window.click("Copy the table");
    assert!(window.shows_part("Copied"));
    assert!(!window.shows("Medians with an interval"));
    window.click("How this was computed");
    assert!(window.shows("Medians with an interval"));
}

#[test]
fn a_swap_asks_again_and_leaving_the_page_frees_the_engine() {
    let (mut window, request) = answered(WIDE);
    window.click("Swap A and B");
    let swapped = last_request(&mut window).expect("asked again");
    assert_eq!((swapped.a, swapped.b), (request.b, request.a));
    window.go(Page::Health);
    assert!(window.commands().contains(&Command::History(HistoryCommand::Compare(None))));
    window.go(Page::Compare);
    assert_eq!(last_request(&mut window), Some(swapped), "it is asked for again on return");
}

#[test]
fn series_are_searched_and_ticked() {
    let mut window = open();
    window.click("Series: 9 series of the charts");
    window.click("No series");
    assert!(window.shows("Series: No series"));
    window.harness.get_by_label("Search series").click();
    window.run();
    window.type_text("core 3");
    window.click_role(Role::CheckBox, "CPU core 3");
    assert!(window.shows("Series: CPU core 3"));
}

#[test]
fn a_period_without_data_is_said_to_have_none() {
    let (mut window, request) = answered(WIDE);
    let mut empty = (*answer(request)).clone();
    let nothing = |row: &CompareRow| CompareRow {
        a: None,
        change: None,
        interval: None,
        verdict: CompareVerdict::TooLittleData,
        curve_a: Vec::new().into(),
        ..row.clone()
    };
    empty.rows = empty.rows.iter().map(nothing).collect();
    window.publish(Snapshot { comparison: Some(Arc::new(empty)), ..snapshot() });
    assert!(window.shows_part("Nothing was recorded in A."));
}
