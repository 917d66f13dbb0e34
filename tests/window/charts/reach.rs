//! How far the charts reach: spans to 30 d, the calendar, jumps, what other pages ask for, how finely time is kept.

use super::*;

const DAY: Duration = Duration::from_secs(86_400);

/// A page over a history of 100 days.
fn open() -> Page {
    let mut page = Page::open();
    page.change(|snapshot| {
        let now = snapshot.at.expect("time");
        let covers = Some(TimeRange::ending_at(now, 100 * DAY));
        let tiers = vec![TierStatus { tier: Tier::Minute, covers, bytes: 1, n_rows: 1 }];
        snapshot.history = Arc::new(HistoryStatus { state: HistoryState::Writing, tiers, ..Default::default() });
    });
    page
}

#[test]
fn spans_reach_to_thirty_days_and_keys_zoom_on_to_two_years() {
    let mut page = open();
    for (name, span) in
        [("Range: 6 h", DAY / 4), ("Range: 24 h", DAY), ("Range: 7 d", 7 * DAY), ("Range: 30 d", 30 * DAY)]
    {
        page.click(name);
        assert_eq!(page.span().span(), span, "{name}");
        assert!(page.follows_live());
    }
    assert!(page.shows_part("in the last 30\u{2009}d"));
    for _ in 0..12 {
        page.press(Modifiers::NONE, Key::Minus);
    }
    assert_eq!(page.span().span(), 731 * DAY);
}

#[test]
fn panning_goes_back_to_the_oldest_history() {
    let mut page = open();
    let now = page.engine.snapshot().at.expect("time");
    page.click("Range: 30 d");
    for _ in 0..60 {
        page.harness.key_press(Key::ArrowLeft);
    }
    page.harness.run();
    page.settle();
    assert_eq!(page.span().start, now.minus(100 * DAY));
}

#[test]
fn the_calendar_jumps_to_a_time_and_keeps_the_span() {
    let mut page = open();
    let now = page.engine.snapshot().at.expect("time");
    page.click("Range: 1 h");
    page.click("Choose a period or jump to a time");
    page.fill("Jump to", "-30x");
    assert!(page.shows_part("is no time: write"));
    page.fill("Jump to", "-26h");
    page.click("Jump");
    let shown = page.span();
    assert_eq!(shown.span(), Duration::from_secs(3600));
    assert_eq!(shown.start, now.minus(Duration::from_secs(26 * 3600 + 1800)));
    assert!(!page.follows_live() && !page.shows("Jump to"), "it closes");
}

#[test]
fn the_calendar_shows_a_period_of_days_and_quick_choices() {
    let mut page = open();
    page.click("Choose a period or jump to a time");
    page.click("Last 7 days");
    assert_eq!(page.span().span().as_secs() / 3600, 7 * 24);
    page.click("Choose a period or jump to a time");
    let today = page.engine.snapshot().at.expect("time");
    let zone = perfdesk::ui::chart::Zone::LOCAL;
    let day = zone.day(today.minus(10 * DAY));
    if zone.day(today).format("%Y-%m").to_string() == day.format("%Y-%m").to_string() {
        page.click(&day.format("%-d %B %Y").to_string());
    }
    page.click("Show period");
    assert_eq!(page.span(), zone.day_range(day));
    page.click("Choose a period or jump to a time");
    assert!(page.shows_part(", no history"), "days to come are dim");
}

#[test]
fn how_finely_time_is_kept_and_what_is_still_read_is_told() {
    let mut page = open();
    assert!(!page.shows_part("buckets: least, mean, greatest"));
    let change = |page: &mut Page, is_loading, tier| {
        let mut snapshot = Snapshot::clone(&page.engine.snapshot());
        let views = snapshot
            .views
            .iter()
            .map(|(id, data)| (*id, Arc::new(ViewData { is_loading, tier, ..ViewData::clone(data) })));
        snapshot.views = Arc::new(views.collect());
        page.engine.publish(snapshot);
        page.harness.run();
    };
    change(&mut page, true, Tier::Full);
    assert!(page.shows("Older parts are still being read from disk"));
    change(&mut page, false, Tier::Minute);
    assert!(page.shows("one-minute buckets: least, mean, greatest"));
}

#[test]
fn what_is_shown_can_be_compared_exported_and_reported() {
    let mut page = open();
    page.click("Range: 1 h");
    let shown = page.span();
    let day_before = TimeRange { start: shown.start.minus(DAY), end: shown.end.minus(DAY) };
    let hour_before = TimeRange::ending_at(shown.start, shown.span());
    let series = 9;
    let mut choose = |name: &str| {
        let at = page.plot("CPU").center();
        page.harness.hover_at(at);
        page.harness.run();
        for pressed in [true, false] {
            let button = egui::PointerButton::Secondary;
            page.harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
            page.harness.run();
        }
        page.harness.get_by_label(name).click();
        page.harness.run();
        let mut intents = page.intents();
        assert_eq!(intents.len(), 1, "{name}: {intents:?}");
        intents.remove(0)
    };
    for (name, expect_a, expect_b) in [
        ("Compare with the period before", Some(hour_before), Some(shown)),
        ("Compare with yesterday, same time", Some(day_before), Some(shown)),
        ("Set as A", Some(shown), None),
        ("Set as B", None, Some(shown)),
    ] {
        let Intent::ComparePeriods { a, b, series: chosen } = choose(name) else { panic!("{name}") };
        assert_eq!((a, b, chosen.len()), (expect_a, expect_b, series), "{name}");
    }
    assert!(
        matches!(choose("Export this period…"), Intent::ExportPeriod(range, s) if range == shown && s.len() == series)
    );
    assert_eq!(choose("Report of this period…"), Intent::ReportPeriod(shown));
    page.click("Export…");
    assert!(matches!(&page.intents()[..], [Intent::ExportPeriod(range, s)] if *range == shown && s.len() == series));
}

#[test]
fn other_pages_open_a_period_or_a_moment() {
    let mut page = open();
    let now = page.engine.snapshot().at.expect("time");
    let period = TimeRange { start: now.minus(3 * DAY), end: now.minus(2 * DAY) };
    page.shown.borrow_mut().panel.show_period(period);
    page.harness.run();
    page.settle();
    assert_eq!(page.span(), period);
    let at = now.minus(5 * DAY);
    page.shown.borrow_mut().panel.inspect(at);
    page.harness.run();
    page.settle();
    assert!(page.span().contains(at));
    assert_eq!(page.inspected(), [Some(at)]);
}
