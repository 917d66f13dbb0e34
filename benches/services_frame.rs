//! What one frame of the Services page costs the main thread: `cargo bench --bench services_frame`.
//!
//! The whole window is laid out and turned into triangles without a display, over 50 services, the chosen one with 500
//! routes and 500 functions, and curves of 240 buckets. In every frame the pointer moves over the page; each 60th frame
//! everything that was reported is new, as it is once a second. The Summary and the whole table of routes, which is
//! scrolled, are measured apart. Painting is not counted.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;
use perfdesk::engine::Handle;
use perfdesk::model::service::{
    Flow, FunctionRow, PoolRow, RouteRow, Service, ServiceLevel, Services, SpanFigures, StreamFigures, TimePart,
    TimeSplit,
};
use perfdesk::model::*;
use perfdesk::ui::{Desk, FrameFigures, Page, desk_ui};

const N_SERVICES: u64 = 50;
const N_ROUTES: u64 = 500;
const N_BUCKETS: i64 = 240;
const N_FRAMES: usize = 1200;
const WARM_UP: usize = 60;
const SIZE: egui::Vec2 = egui::vec2(1440.0, 900.0);
const NOW: Timestamp = Timestamp::from_millis(1_795_440_000_000);

/// A number that differs from row to row and from turn to turn.
fn varied(i: u64, turn: usize) -> f64 {
    ((i * 37 + turn as u64 * 7) % 101) as f64 / 101.0 + 0.01
}

fn flow(i: u64, turn: usize) -> Flow {
    let base = varied(i, turn);
    Flow {
        per_second: base * 400.0,
        error_ratio: Some(base * 0.01),
        mean_seconds: Some(base * 0.2),
        p50_seconds: Some(base * 0.15),
        p95_seconds: Some(base * 0.6),
        p99_seconds: Some(base),
        p95_error_ratio: Some(0.05),
    }
}

fn service(i: u64, turn: usize) -> Service {
    let route = |k: u64| RouteRow { route: format!("GET /resource-{k}/{{id}}").into(), flow: flow(k, turn) };
    let function = |k: u64| FunctionRow {
        name: format!("function_{k}").into(),
        flow: flow(k + 3, turn),
        own_seconds_per_second: varied(k, turn),
        ..FunctionRow::default()
    };
    let n = if i == 0 { N_ROUTES } else { 10 };
    Service {
        name: format!("service-{i:02}").into(),
        level: if i == 0 { ServiceLevel::Warning } else { ServiceLevel::Fine },
        sentence: format!("service-{i} is slow: p95 640 ms").into(),
        short: "slow: p95 640 ms".into(),
        metrics: Arc::new(StreamFigures {
            window: Duration::from_secs(15),
            requests: Some(flow(i, turn)),
            routes: (0..n).map(route).collect(),
            pools: [PoolRow {
                name: "db".into(),
                used: Some(40.0),
                idle: Some(4.0),
                max: Some(50.0),
                ..PoolRow::default()
            }]
            .into(),
            ..StreamFigures::default()
        }),
        spans: Arc::new(SpanFigures {
            functions: (0..n).map(function).collect(),
            split: Some(TimeSplit {
                near_seconds: 0.6,
                n: 100,
                parts: vec![(TimePart::Database, 0.4), (TimePart::OwnCode, 0.2)],
            }),
            ..SpanFigures::default()
        }),
        ..Service::default()
    }
}

fn series() -> Arc<[SeriesInfo]> {
    let mut all = Vec::new();
    for i in 0..N_SERVICES {
        for statistic in ["rate", "error_ratio", "p50", "p95", "p99"] {
            let name = format!("service-{i:02}");
            let attributes = [("service.name", name.as_str()), ("statistic", statistic)];
            let unit = if statistic == "rate" { Unit::PerSecond("request") } else { Unit::Seconds };
            let def = SeriesDef {
                key: SeriesKey::new("http.server.request.duration", &attributes),
                unit,
                group: SeriesGroup::Services,
                name: "Duration".into(),
                instance: name.as_str().into(),
                probe: ProbeId("services"),
                cadence: None,
            };
            all.push(SeriesInfo { id: SeriesId(all.len() as u32), def: Arc::new(def) });
        }
    }
    all.into()
}

fn curves(series: &[SeriesInfo], turn: usize) -> Arc<[Curve]> {
    let bucket = |i: i64, of: u64| {
        let mean = varied(of * 31 + i as u64, turn) as f32;
        let at = NOW.plus(Duration::from_secs(turn as u64)).minus(Duration::from_secs(900 - 4 * i as u64));
        Bucket { at, min: mean * 0.8, max: mean * 1.2, mean, count: 4, gap_before: false }
    };
    let curve = |info: &SeriesInfo| Curve {
        series: info.id,
        buckets: (0..N_BUCKETS).map(|i| bucket(i, u64::from(info.id.0))).collect(),
    };
    series.iter().map(curve).collect()
}

fn snapshot(series: &Arc<[SeriesInfo]>, turn: usize) -> Snapshot {
    let at = NOW.plus(Duration::from_secs(turn as u64));
    let curves = curves(series, turn);
    let range = TimeRange::ending_at(at, Duration::from_secs(900));
    let data = Arc::new(ViewData {
        request: ViewRequest {
            series: Arc::default(),
            range: ViewRange::Live { span: Duration::from_secs(900) },
            width_px: 96,
        },
        range,
        step: Duration::from_secs(4),
        curves,
        gaps: Arc::default(),
        is_loading: false,
        tier: Tier::Full,
    });
    let views = BTreeMap::from([(ViewId(11_001), data.clone()), (ViewId(11_002), data)]);
    Snapshot {
        seq: turn as u64,
        at: Some(at),
        interval: Duration::from_secs(1),
        series: series.clone(),
        latest: vec![0.5; series.len()].into(),
        views: Arc::new(views),
        services: Arc::new(Services {
            list: (0..N_SERVICES).map(|i| Arc::new(service(i, turn))).collect(),
            ..Services::default()
        }),
        settings: Arc::new(Settings { theme: ThemeChoice::Dark, hint_dismissed: true, ..Settings::default() }),
        ..Snapshot::default()
    }
}

/// Runs the frames on one tab and prints what they took.
fn measure(tab: &str, presses: usize, series: &Arc<[SeriesInfo]>) {
    let first = snapshot(series, 0);
    let settings = first.settings.clone();
    let (engine, _inputs) = Handle::new(first.clone());
    let Ok(mut desk) = Desk::new(&first, Some(Page::Services)) else {
        println!("the theme does not read");
        return;
    };
    let ctx = egui::Context::default();
    desk.install(&ctx, &settings);
    let figures = FrameFigures::default();
    let mut times = Vec::new();
    for frame in 0..N_FRAMES + WARM_UP {
        let turn = frame / 60;
        if frame % 60 == 0 {
            engine.publish(snapshot(series, turn));
        }
        let share = (frame % 397) as f32 / 397.0;
        let mut events = vec![egui::Event::PointerMoved(egui::pos2(450.0 + 900.0 * share, 160.0 + 680.0 * share))];
        if frame < presses {
            events.push(egui::Event::Key {
                key: egui::Key::CloseBracket,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers: egui::Modifiers::NONE,
            });
        }
        let by = egui::vec2(0.0, if frame % 400 < 200 { -40.0 } else { 40.0 });
        events.push(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: by,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: egui::Modifiers::NONE,
        });
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, SIZE)),
            time: Some(frame as f64 / 60.0),
            events,
            focused: true,
            ..Default::default()
        };
        let now = NOW.plus(Duration::from_secs(turn as u64));
        let before = Instant::now();
        let mut output = ctx.run_ui(input, |ui| desk_ui(ui, &mut desk, &engine, now, &figures));
        let _triangles = ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let took = before.elapsed();
        output.drop_without_applying_deltas();
        if frame >= WARM_UP {
            times.push(took);
        }
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
    println!("{tab}, {} frames", times.len());
    println!("  p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms", at(0.5), at(0.99), at(1.0));
}

fn main() {
    let series = series();
    println!("{N_SERVICES} services, {N_ROUTES} routes, {} curves of {N_BUCKETS} buckets", series.len());
    measure("Summary", 0, &series);
    measure("Routes", 1, &series);
    measure("Functions", 3, &series);
}
