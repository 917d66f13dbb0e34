//! The past-moment inspector: what made that spike, in two clicks; its states; its keys.

use super::*;

fn process(pid: u32, name: &str, cpu: f32, memory: u64) -> BusyProcess {
    BusyProcess {
        key: ProcessKey { pid, start_mark: u64::from(pid) * 10 },
        name: name.into(),
        command: format!("/usr/bin/{name} --serve").into(),
        user: "ada".into(),
        cpu_cores: Some(cpu),
        memory_bytes: Some(memory),
        read_bytes_per_second: Some(1_024),
        write_bytes_per_second: None,
    }
}

fn moment(page: &Page, asked: Timestamp) -> PastMoment {
    let snapshot = page.engine.snapshot();
    let values =
        snapshot.series.iter().map(|info| MomentValue { series: info.id, at: asked, mean: 0.5, min: 0.4, max: 0.9 });
    PastMoment {
        asked,
        at: Some(asked),
        tier: Tier::Full,
        interval: Duration::from_secs(1),
        processes: vec![process(2234, "postgres", 0.4, 3 << 30), process(77_000, "cargo", 3.1, 1 << 30)].into(),
        processes_at: Some(asked),
        values: values.collect(),
        annotations: Vec::new().into(),
        profile: None,
        gap: None,
    }
}

/// Clicks the middle of a chart and gives the moment that was asked for.
fn click(page: &mut Page, title: &str) -> Timestamp {
    let plot = page.plot(title);
    page.click_at(pos2(plot.left() + plot.width() * 0.4, plot.center().y));
    // The tick within a long bucket is looked for in a few steps.
    let asked = (0..4).find_map(|_| {
        page.settle();
        page.inspected().first().copied()
    });
    asked.flatten().expect("a moment")
}

fn show(page: &mut Page, moment: PastMoment) {
    page.change(|snapshot| snapshot.moment = Some(Arc::new(moment)));
}

#[test]
fn the_processes_behind_a_spike_are_two_clicks_away() {
    let mut page = Page::open();
    page.click("Range: 24 h");
    let at = click(&mut page, "CPU");
    let found = moment(&page, at);
    show(&mut page, found);
    assert_eq!(page.requests.len(), 5, "looking for the tick within the bucket is over");
    let rows: Vec<f32> = ["cargo 77000, 310.0\u{2009}%, ended since", "postgres 2234, 40.0\u{2009}%, still running"]
        .map(|name| page.harness.get_by_label(name).rect().top())
        .to_vec();
    assert!(rows[0] < rows[1], "the busiest first");
    page.click("Busiest by: Memory");
    let postgres = page.harness.get_by_label_contains("postgres 2234, 3.00").rect().top();
    assert!(postgres < page.harness.get_by_label_contains("cargo 77000, 1.00").rect().top());
    page.harness.get_by_label_contains("postgres 2234").click();
    page.harness.run();
    assert_eq!(page.intents(), [Intent::ShowProcess(ProcessKey { pid: 2234, start_mark: 22_340 })]);
}

#[test]
fn a_click_on_memory_asks_about_memory_first() {
    let mut page = Page::open();
    let at = click(&mut page, "Memory");
    let found = moment(&page, at);
    show(&mut page, found);
    assert!(page.shows_part("postgres 2234, 3.00"));
}

#[test]
fn every_value_is_there_by_heading_and_can_be_searched_and_copied() {
    let mut page = Page::open_sized(1200.0, 2400.0);
    let at = click(&mut page, "CPU");
    let found = moment(&page, at);
    show(&mut page, found);
    assert!(page.shows("CPU core 2: 50\u{2009}%"));
    page.fill("Find a value", "core 2");
    assert!(page.shows("CPU core 2: 50\u{2009}%") && !page.shows("CPU core 3: 50\u{2009}%"));
    page.click("Copy this moment as text");
    let copied = page.intents();
    let [Intent::Copy(text)] = &copied[..] else { panic!("{copied:?}") };
    assert!(text.contains("cargo (77000, ada): 310.0\u{2009}%") && text.contains("CPU core 3: 50\u{2009}%"), "{text}");
}

#[test]
fn a_moment_in_a_gap_says_so_and_leads_out_of_it() {
    let mut page = Page::open();
    let at = click(&mut page, "CPU");
    let gap = TimeRange { start: at.minus(Duration::from_secs(60)), end: at.plus(Duration::from_secs(90)) };
    let found = moment(&page, at);
    show(
        &mut page,
        PastMoment { at: None, gap: Some(gap), processes: Vec::new().into(), values: Vec::new().into(), ..found },
    );
    assert!(page.shows_part("No data for 2:30, from"));
    page.click("First moment after");
    assert_eq!(page.inspected(), [Some(gap.end)]);
}

#[test]
fn processes_that_are_no_longer_kept_give_the_reason() {
    let mut page = Page::open();
    let at = click(&mut page, "CPU");
    let found = moment(&page, at);
    show(&mut page, PastMoment { tier: Tier::Minute, processes: Vec::new().into(), processes_at: None, ..found });
    assert!(page.shows_part("Processes are kept as long as every sample is, 2\u{2009}d"));
    assert!(page.shows_part("one-minute buckets: least, mean, greatest"));
}

#[test]
fn what_is_not_answered_yet_is_shown_as_loading_and_nothing_is_promised() {
    let mut page = Page::open();
    click(&mut page, "CPU");
    for _ in 0..4 {
        page.harness.step();
    }
    assert!(page.shows("Reading that moment…"));
    for absent in ["Annotations near", "Alerts", "Profile"] {
        assert!(!page.shows(absent), "{absent}");
    }
}

#[test]
fn arrows_go_from_bucket_to_bucket_and_escape_closes() {
    let mut page = Page::open();
    let at = click(&mut page, "CPU");
    let before = page.span();
    page.press(Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(page.inspected(), [Some(at.minus(Duration::from_secs(10)))]);
    page.press(Modifiers::NONE, Key::ArrowRight);
    page.press(Modifiers::NONE, Key::ArrowRight);
    assert_eq!(page.inspected(), [Some(at), Some(at.plus(Duration::from_secs(10)))]);
    assert_eq!(page.span(), before, "the charts stand still");
    page.press(Modifiers::NONE, Key::Escape);
    assert_eq!(page.inspected(), [None]);
    assert!(!page.shows("Close the inspector"));
}

#[test]
fn a_drag_opens_nothing_and_a_double_click_goes_live_without_the_inspector() {
    let mut page = Page::open();
    page.click("Range: 5 min");
    let plot = page.plot("CPU");
    page.drag(plot.center(), plot.center() + vec2(60.0, 0.0), Modifiers::NONE, egui::PointerButton::Primary);
    assert!(page.inspected().is_empty());
    let at = pos2(plot.left() + 40.0, plot.center().y);
    page.harness.hover_at(at);
    page.harness.run();
    for pressed in [true, false, true, false] {
        let button = egui::PointerButton::Primary;
        page.harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
        page.harness.step();
    }
    page.harness.run();
    page.settle();
    assert!(page.follows_live() && !page.shows("Close the inspector"));
}

#[test]
fn shift_and_an_arrow_go_by_single_ticks() {
    let mut page = Page::open();
    let at = click(&mut page, "CPU");
    let found = moment(&page, at);
    show(&mut page, found);
    page.press(Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(page.inspected(), [Some(at.plus(Duration::from_secs(1)))]);
}

#[test]
fn leaving_the_page_takes_the_moment_out_and_coming_back_asks_again() {
    let mut page = Page::open();
    let at = click(&mut page, "CPU");
    page.shown.borrow_mut().panel.leave(&page.engine);
    page.harness.run();
    page.settle();
    assert_eq!(page.inspected(), [None, Some(at)]);
}

#[test]
fn in_a_narrow_window_it_lies_over_the_charts() {
    let mut page = Page::open_sized(960.0, 600.0);
    let before = page.plot("CPU");
    click(&mut page, "CPU");
    assert_eq!(page.plot("CPU"), before);
    page.click("Close the inspector");
    assert!(!page.shows("Close the inspector"));
}
