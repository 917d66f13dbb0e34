//! The overview page in the window.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use perfdesk::model::*;
use perfdesk::ui::pages::overview::{OverviewPanel, overview_ui};
use perfdesk::ui::{Intent, Page};

use crate::page::PageHarness;
use crate::support::snapshot;

const WIDE: [f32; 2] = [1232.0, 828.0];
const COMPACT: [f32; 2] = [968.0, 628.0];

fn open(snapshot: Snapshot, size: [f32; 2]) -> PageHarness {
    PageHarness::open(snapshot, size, Rc::new(RefCell::new(OverviewPanel::default())), overview_ui)
}

fn with_overview(change: impl FnOnce(&mut Overview)) -> Snapshot {
    let mut world = snapshot();
    let mut overview = (*world.overview).clone();
    change(&mut overview);
    world.overview = Arc::new(overview);
    world
}

fn subscriptions(page: &mut PageHarness) -> Vec<ViewRequest> {
    let commands = page.commands().into_iter();
    commands
        .filter_map(|command| match command {
            Command::View(ViewCommand::Subscribe { request, .. }) => Some(request),
            _ => None,
        })
        .collect()
}

#[test]
fn the_sentence_comes_first_and_tiles_lead_to_charts() {
    let mut page = open(snapshot(), WIDE);
    assert!(page.shows("CPU is busy: 83 %, mostly postgres."));
    assert!(page.shows("Memory and disks are calm."));
    assert!(page.shows("For 11 min, since 14:22"));
    let cpu = page.names("CPU: 83");
    assert_eq!(cpu, ["CPU: 83\u{2009}%, Busy"]);
    page.click(&cpu[0]);
    assert_eq!(page.intents(), [Intent::ShowOnCharts(vec![SeriesId(0)])]);
    assert!(page.shows("Pressure, CPU: this kernel was built without PSI"), "the reason stands in its place");
}

#[test]
fn programs_lead_to_their_processes_and_attention_to_its_place() {
    let mut page = open(snapshot(), WIDE);
    page.click("postgres, 2.10 cores");
    assert_eq!(page.intents(), [Intent::FilterProcesses("name:postgres".into())]);
    assert!(page.shows("perfdesk, <\u{2009}0.01 cores"), "small is not zero");
    page.click("Open Processes");
    page.click("CPU has been above 80 % for 11 min");
    assert_eq!(page.intents(), [Intent::Open(Page::Processes), Intent::Open(Page::Charts)]);
    assert!(page.shows("Host: atlas-02") && page.shows("Memory: 64.0\u{2009}GiB"));
}

#[test]
fn calm_is_said_in_words() {
    let mut page = open(with_overview(|overview| overview.attention.clear()), WIDE);
    assert!(page.shows("Nothing needs attention"));
    page.publish(with_overview(|overview| {
        overview.trouble = "".into();
        overview.calm = "All is calm: CPU 4 %, memory 31 %".into();
        overview.level = Level::Calm;
    }));
    assert!(page.shows("All is calm: CPU 4 %, memory 31 %"));
}

#[test]
fn the_page_asks_for_its_curves_once() {
    let mut page = open(snapshot(), WIDE);
    let asked = subscriptions(&mut page);
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].range, ViewRange::Live { span: Duration::from_secs(900) });
    assert_eq!(asked[0].series.len(), 5);
    assert_eq!(asked[1].range, ViewRange::Live { span: Duration::from_secs(60) });
    assert_eq!(asked[1].series.len(), 4);
    let mut next = snapshot();
    next.seq += 1;
    let mut overview = (*next.overview).clone();
    overview.programs.reverse();
    next.overview = Arc::new(overview);
    page.publish(next);
    assert_eq!(subscriptions(&mut page), [], "another order of programs asks for nothing new");
}

#[test]
fn many_cores_are_counted_by_tenths() {
    let page = open(snapshot(), WIDE);
    assert!(page.shows("Core 0: 75\u{2009}%"));
    let many = with_overview(|overview| {
        overview.cores = (0..128).map(|i| (SeriesId(1), f64::from(i) / 128.0)).collect();
    });
    let mut page = open(many, WIDE);
    assert!(!page.shows_part("Core 0"));
    assert!(page.shows("13 cores at 0–10\u{2009}%"));
    assert_eq!(subscriptions(&mut page).len(), 1, "single cores are not asked for");
    for n in [1, 31, 32, 64] {
        let page = open(with_overview(|o| o.cores = (0..n).map(|_| (SeriesId(1), 0.5)).collect()), COMPACT);
        assert!(page.shows(&format!("Core {}: 50\u{2009}%", n - 1)), "{n}");
    }
}

#[test]
fn a_narrow_window_keeps_everything_but_the_second_line_and_the_trends() {
    let mut page = open(snapshot(), COMPACT);
    assert!(page.shows("CPU is busy: 83 %, mostly postgres."));
    assert!(!page.shows("For 11 min, since 14:22"));
    assert!(page.shows("postgres, 2.10 cores") && page.shows("Host: atlas-02"));
    assert_eq!(subscriptions(&mut page)[0].series.len(), 5);
    let low = open(snapshot(), [968.0, 400.0]);
    assert!(low.shows("CPU: 83\u{2009}%, Busy"), "a low window scrolls");
}

#[test]
fn old_values_are_said_to_be_old() {
    let mut page = open(snapshot(), WIDE);
    assert!(!page.shows_part("old"));
    page.wait(Duration::from_secs(9));
    assert!(page.shows_part("These values are 9\u{2009}s old"));
    page.click("Open Health");
    assert_eq!(page.intents(), [Intent::Open(Page::Health)]);
}

#[test]
fn what_is_drawn_again_builds_no_curve() {
    let panel = Rc::new(RefCell::new(OverviewPanel::default()));
    let mut world = snapshot();
    let now = world.at.expect("time");
    let range = TimeRange::ending_at(now, Duration::from_secs(900));
    let series: Arc<[SeriesId]> = world.overview.tiles.iter().filter_map(|tile| tile.series).collect();
    let bucket = |ago| {
        let at = now.minus(Duration::from_secs(ago));
        Bucket { at, min: 0.1, max: 0.5, mean: 0.3, count: 4, gap_before: false }
    };
    let buckets: Arc<[Bucket]> = (0..200).rev().map(|i| bucket(i * 4)).collect();
    let view = ViewData {
        request: ViewRequest {
            series: series.clone(),
            range: ViewRange::Live { span: Duration::from_secs(900) },
            width_px: 256,
        },
        range,
        step: Duration::from_secs(4),
        curves: series.iter().map(|id| Curve { series: *id, buckets: buckets.clone() }).collect(),
        gaps: Arc::default(),
        is_loading: false,
        tier: Tier::Full,
    };
    world.views = Arc::new([(ViewId(10_001), Arc::new(view))].into());
    let mut page = PageHarness::open(world, WIDE, panel.clone(), overview_ui);
    let built = panel.borrow().n_meshes_built();
    assert!(built >= 4, "{built} curves are drawn");
    page.harness.run_steps(20);
    assert_eq!(panel.borrow().n_meshes_built(), built);
}

#[test]
fn values_that_are_old_stay_under_a_banner_that_says_so() {
    let mut page = open(snapshot(), WIDE);
    assert!(!page.shows_part("These values are"));
    page.wait(Duration::from_secs(42));
    assert!(page.shows("These values are 42\u{2009}s old: nothing new came since"));
    assert!(page.shows("CPU is busy: 83 %, mostly postgres."), "the values stay");
    page.click("Open Health");
    assert_eq!(page.intents(), [Intent::Open(Page::Health)]);
}
