//! What one frame of the rule editor costs the main thread: `cargo bench --bench alert_editor_frame`.
//!
//! The whole window is laid out and turned into triangles without a display: 50 rules in the list, one of them open over
//! a back-test of 30 days with 500 spans, 3 of them drawn with their curves, and 200 series known. In every frame the
//! pointer moves; in every 30th the threshold is typed into, which reads and checks the rule again and has it asked about
//! again once it has settled. The back-test is answered at once. Painting is not counted. The goal is 3 ms.

#![allow(clippy::print_stdout)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;
use perfdesk::alert::expression::read_line;
use perfdesk::alert::script::rule_of;
use perfdesk::engine::{Handle, Input};
use perfdesk::model::alert::{
    AlertCommand, Alerting, Backtest, BacktestId, BacktestSpan, BacktestState, IfItLasted, InstanceStatus, Phase, Rule,
    RuleStatus,
};
use perfdesk::model::{
    Bucket, Command, Curve, ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Settings, Snapshot,
    ThemeChoice, TimeRange, Timestamp, Unit,
};
use perfdesk::ui::{Desk, FrameFigures, Page, desk_ui};

const N_RULES: usize = 50;
const N_SERIES: u32 = 200;
const N_SPANS: usize = 500;
const N_FRAMES: usize = 1200;
const WARM_UP: usize = 120;
const SIZE: egui::Vec2 = egui::vec2(1440.0, 900.0);
const NOW: Timestamp = Timestamp::from_millis(1_795_440_000_000);
const METRICS: [&str; 5] =
    ["system.cpu.utilization", "system.memory.utilization", "system.network.io", "system.disk.io", "process.count"];

fn series() -> Vec<SeriesInfo> {
    let info = |i: u32| SeriesInfo {
        id: SeriesId(i),
        def: Arc::new(SeriesDef {
            key: SeriesKey::new(METRICS[i as usize % METRICS.len()], &[("instance", &format!("i{i}"))]),
            unit: Unit::Ratio,
            group: SeriesGroup::Cpu,
            name: METRICS[i as usize % METRICS.len()].into(),
            instance: format!("i{i}").into(),
            probe: ProbeId("bench"),
            cadence: None,
        }),
    };
    (0..N_SERIES).map(info).collect()
}

fn status(i: usize) -> Option<RuleStatus> {
    let line = read_line(&format!("{} > 80% for 5m recover < 70%", METRICS[i % METRICS.len()])).ok()?;
    let rule = Rule { id: format!("rule-{i}").into(), name: format!("Rule {i}").into(), ..rule_of(&line) };
    let instance = |n: usize| InstanceStatus {
        key: SeriesKey::new(METRICS[i % METRICS.len()], &[("instance", &format!("i{n}"))]),
        name: format!("i{n}").into(),
        series: Some(SeriesId(n as u32)),
        phase: if n == 0 { Phase::Firing } else { Phase::Inactive },
        value: Some(0.83),
        held: Duration::from_secs(60),
        since: NOW.minus(Duration::from_secs(360)),
        alert: None,
        reason: "83\u{2009}%, above 80\u{2009}% since 6\u{2009}min ago".into(),
    };
    Some(RuleStatus {
        rule: Arc::new(rule),
        is_shipped: false,
        problems: Arc::default(),
        phase: Phase::Firing,
        reason: "i0: 83\u{2009}%, above 80\u{2009}% since 6\u{2009}min ago".into(),
        instances: (0..RuleStatus::MAX_SHOWN).map(instance).collect(),
        n_instances: 200,
        n_firing: 1,
        n_left_out: 0,
        silence: None,
        deliveries: Arc::default(),
    })
}

fn curve(range: TimeRange, n: u32) -> Arc<Curve> {
    let bucket = |i: u32| {
        let mean = 0.6 + 0.3 * (i as f32 * 0.1).sin();
        let at = range.start.plus(range.span() / n * i);
        Bucket { at, min: mean - 0.05, max: mean + 0.05, mean, count: 60, gap_before: false }
    };
    Arc::new(Curve { series: SeriesId(0), buckets: (0..n).map(bucket).collect() })
}

fn found(id: BacktestId) -> Backtest {
    let range = TimeRange::ending_at(NOW, Duration::from_secs(30 * 86_400));
    let hour = Duration::from_secs(3600);
    let span = |i: usize| {
        let start = range.start.plus(hour * i as u32);
        let around = TimeRange { start: start.minus(hour / 4), end: start.plus(hour / 2) };
        BacktestSpan {
            instance: "i0".into(),
            pending_from: start.minus(hour / 12),
            start,
            end: Some(start.plus(hour / 4)),
            worst: 0.94,
            curve: (i + 3 >= N_SPANS).then(|| curve(around, 250)),
            range: around,
        }
    };
    let lasted = |minutes: u32| IfItLasted { hold: hour / 60 * minutes, n_times: 600, total: hour * 100 };
    Backtest {
        id,
        state: BacktestState::Done,
        range,
        covered: range.span(),
        step: Duration::from_secs(1),
        n_instances: 40,
        spans: (0..N_SPANS).map(span).collect(),
        n_times: N_SPANS,
        total: hour / 4 * N_SPANS as u32,
        pending: (0..N_SPANS).map(|i| TimeRange::ending_at(range.start.plus(hour * i as u32), hour / 6)).collect(),
        saved_times: Some(480),
        if_it_lasted: [1, 2, 5, 10].map(lasted).into(),
        curve: Some(curve(range, 480)),
        drawn: "i0".into(),
    }
}

/// The middle of what is named so.
fn place_of(output: &egui::FullOutput, name: &str) -> Option<egui::Pos2> {
    let nodes = &output.platform_output.accesskit_update.as_ref()?.nodes;
    let named = |node: &egui::accesskit::Node| node.label().is_some_and(|label| label.starts_with(name));
    let bounds = nodes.iter().find(|(_, node)| named(node))?.1.bounds()?;
    Some(egui::pos2((bounds.x0 + bounds.x1) as f32 / 2.0, (bounds.y0 + bounds.y1) as f32 / 2.0))
}

fn click(at: egui::Pos2, pressed: bool) -> Vec<egui::Event> {
    let button = egui::PointerButton::Primary;
    let modifiers = egui::Modifiers::NONE;
    vec![egui::Event::PointerMoved(at), egui::Event::PointerButton { pos: at, button, pressed, modifiers }]
}

fn main() {
    let first = Snapshot {
        at: Some(NOW),
        series: series().into(),
        alerts: Arc::new(Alerting { rules: (0..N_RULES).filter_map(status).collect(), ..Alerting::default() }),
        settings: Arc::new(Settings { theme: ThemeChoice::Dark, hint_dismissed: true, ..Settings::default() }),
        ..Snapshot::default()
    };
    let settings = first.settings.clone();
    let (engine, inputs) = Handle::new(first.clone());
    let Ok(mut desk) = Desk::new(&first, Some(Page::Alerts)) else {
        println!("the theme does not read");
        return;
    };
    let ctx = egui::Context::default();
    desk.install(&ctx, &settings);
    let figures = FrameFigures::default();
    let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, SIZE);
    let (mut plain, mut typed) = (Vec::new(), Vec::new());
    let (mut n_asked, mut place) = (0, None);
    // Where things stand is what a screen reader is told, which costs: it is off while frames are timed.
    ctx.enable_accesskit();
    for frame in 0..N_FRAMES + WARM_UP {
        for input in inputs.try_iter() {
            let Input::Command(Command::Alert(AlertCommand::Backtest(Some(request)))) = input else { continue };
            n_asked += 1;
            let mut snapshot = Snapshot::clone(&engine.snapshot());
            Arc::make_mut(&mut snapshot.alerts).backtest = Some(Arc::new(found(request.id)));
            engine.publish(snapshot);
        }
        let share = (frame % 397) as f32 / 397.0;
        let mut events = vec![egui::Event::PointerMoved(egui::pos2(450.0 + 900.0 * share, 150.0 + 700.0 * share))];
        let is_typing = frame >= WARM_UP && frame % 30 == 29;
        match (frame, place) {
            (10 | 20 | 30, Some(at)) => {
                events = click(at, true);
                events.extend(click(at, false));
            }
            // A letter, and at the next turn it is taken back.
            _ if is_typing && frame % 60 == 29 => events.push(egui::Event::Text("1".into())),
            _ if is_typing => events.push(egui::Event::Key {
                key: egui::Key::Backspace,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers: egui::Modifiers::NONE,
            }),
            _ => {}
        }
        let input = egui::RawInput {
            screen_rect: Some(screen),
            time: Some(frame as f64 / 60.0),
            events,
            focused: true,
            ..Default::default()
        };
        let before = Instant::now();
        let mut output = ctx.run_ui(input, |ui| desk_ui(ui, &mut desk, &engine, NOW, &figures));
        let _triangles = ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let took = before.elapsed();
        match frame {
            5 => place = place_of(&output, "Rule 0"),
            15 => place = place_of(&output, "Threshold"),
            40 => ctx.disable_accesskit(),
            _ => {}
        }
        output.drop_without_applying_deltas();
        if frame >= WARM_UP {
            // What is typed shows in the frame after it.
            if is_typing || frame % 30 == 0 { &mut typed } else { &mut plain }.push(took);
        }
    }
    if n_asked == 0 {
        println!("no rule was opened: the figures are not those of the editor");
    }
    if n_asked == 1 {
        println!("nothing that was typed changed the rule: the figures are those of the pointer alone");
    }
    println!("{N_RULES} rules, {N_SERIES} series, {N_SPANS} spans; the back-test was asked for {n_asked} times");
    for (name, times) in [("pointer", &mut plain), ("clicking and typing", &mut typed)] {
        times.sort();
        let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
        let n = times.len();
        println!("  {name:20} n {n:5}  p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms", at(0.5), at(0.99), at(1.0));
    }
}
