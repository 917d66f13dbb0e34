//! What one frame of the Charts page costs the main thread: `cargo bench --bench chart_frame`.
//!
//! The whole window is laid out and turned into triangles without a display, over the real recent window: 8 series in
//! 4 charts with 1 h on the screen, a pointer that moves in every frame and a new snapshot in every 60th. What the
//! engine does for a snapshot is not counted; what the page does with it is. Painting by OpenGL is not counted.
//! On Linux the frames in which another program took the core away are also left out of a second set of figures.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use eframe::egui;
use perfdesk::engine::Handle;
use perfdesk::engine::handle::Input;
use perfdesk::model::{
    ChartSpec, Command, Health, Layout, Layouts, ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey,
    Settings, Snapshot, ThemeChoice, Timestamp, Unit, ViewCommand, ViewId, ViewRequest,
};
use perfdesk::store::recent::{Retention, Window};
use perfdesk::ui::{Desk, FrameFigures, Page, desk_ui};

const N_SERIES: u32 = 8;
const N_FRAMES: usize = 1200;
const FRAMES_A_SNAPSHOT: usize = 60;
const SPAN: Duration = Duration::from_secs(3600);
const START: i64 = 1_795_440_000_000;
const SIZE: egui::Vec2 = egui::vec2(1560.0, 900.0);

fn main() {
    for n_samples in [86_400, 1_000_000] {
        run(n_samples);
    }
}

/// The engine's side: the recent window and the subscriptions.
struct World {
    window: Window,
    requests: BTreeMap<ViewId, ViewRequest>,
    inputs: Receiver<Input>,
    engine: Handle,
    at: Timestamp,
    seed: u64,
}

impl World {
    fn tick(&mut self, at: Timestamp, interval: Duration) {
        self.at = at;
        self.window.mark_tick(at, interval);
        for i in 0..N_SERIES {
            self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let noise = (self.seed >> 40) as f64 / (1u64 << 24) as f64;
            self.window.append(at, SeriesId(i), 0.1 * f64::from(i) + 0.2 * noise);
        }
    }

    /// Takes in what the page asked for, and publishes.
    fn publish(&mut self) {
        for input in self.inputs.try_iter() {
            match input {
                Input::Command(Command::View(ViewCommand::Subscribe { id, request })) => {
                    self.requests.insert(id, request);
                }
                Input::Command(Command::View(ViewCommand::Unsubscribe { id })) => {
                    self.requests.remove(&id);
                }
                _ => {}
            }
        }
        let mut snapshot = Snapshot::clone(&self.engine.snapshot());
        let views = self.requests.iter().map(|(id, request)| (*id, Arc::new(self.window.view(request, self.at))));
        snapshot.views = Arc::new(views.collect());
        snapshot.latest = (0..N_SERIES).map(|i| 0.1 * f64::from(i)).collect();
        snapshot.at = Some(self.at);
        snapshot.seq += 1;
        self.engine.publish(snapshot);
    }
}

fn first_snapshot() -> Snapshot {
    let key = |i: u32| SeriesKey::new("system.cpu.utilization", &[("cpu", &i.to_string())]);
    let info = |i: u32| SeriesInfo {
        id: SeriesId(i),
        def: Arc::new(SeriesDef {
            key: key(i),
            unit: Unit::Ratio,
            group: SeriesGroup::Cpu,
            name: "CPU".into(),
            instance: format!("core {i}").into(),
            probe: ProbeId("cpu"),
            cadence: None,
        }),
    };
    let chart =
        |i: u32| ChartSpec { title: format!("CPU {i}"), series: vec![key(2 * i), key(2 * i + 1)], hidden: Vec::new() };
    let layout = Layout { name: "Bench".into(), charts: (0..N_SERIES / 2).map(chart).collect() };
    let layouts = Layouts { version: Layouts::VERSION, current: "Bench".into(), layouts: vec![layout] };
    let window = perfdesk::model::WindowMemory { range_seconds: SPAN.as_secs(), ..Default::default() };
    Snapshot {
        interval: Duration::from_secs(1),
        series: (0..N_SERIES).map(info).collect(),
        layouts: Arc::new(layouts),
        settings: Arc::new(Settings { theme: ThemeChoice::Dark, hint_dismissed: true, ..Settings::default() }),
        health: Arc::new(Health { started_at: Timestamp::from_millis(START), ..Health::default() }),
        window: Arc::new(window),
        ..Snapshot::default()
    }
}

fn run(n_samples: usize) {
    let (engine, inputs) = Handle::new(first_snapshot());
    let mut world = World {
        window: Window::new(Retention { span: SPAN }),
        requests: BTreeMap::new(),
        inputs,
        engine: engine.clone(),
        at: Timestamp::default(),
        seed: 7,
    };
    let step = SPAN.div_f64(n_samples as f64);
    for i in 0..n_samples {
        world.tick(Timestamp::from_millis(START + (SPAN.as_millis() as usize * i / n_samples) as i64), step);
    }
    world.publish();

    let snapshot = engine.snapshot();
    let Ok(mut desk) = Desk::new(&snapshot, Some(Page::Charts)) else {
        println!("the theme does not read");
        return;
    };
    let ctx = egui::Context::default();
    desk.install(&ctx, &snapshot.settings);
    let figures = FrameFigures::default();
    let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, SIZE);
    let (mut plain, mut fresh, mut undisturbed) = (Vec::new(), Vec::new(), Vec::new());
    let (mut n_vertices, mut n_buckets) = (0, 0);
    for frame in 0..N_FRAMES + FRAMES_A_SNAPSHOT {
        let is_fresh = frame % FRAMES_A_SNAPSHOT == 0 || frame < 4;
        if is_fresh {
            world.tick(world.at.plus(Duration::from_secs(1)), step);
            world.publish();
        }
        let share = (frame % 397) as f32 / 397.0;
        let pointer = egui::pos2(560.0 + 900.0 * share, 200.0 + 600.0 * share);
        let input = egui::RawInput {
            screen_rect: Some(screen),
            time: Some(frame as f64 / 60.0),
            events: vec![egui::Event::PointerMoved(pointer)],
            ..Default::default()
        };
        let now = world.at;
        let taken_away = n_taken_away();
        let before = Instant::now();
        let mut output = ctx.run_ui(input, |ui| desk_ui(ui, &mut desk, &engine, now, &figures));
        let triangles = ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let took = before.elapsed();
        output.drop_without_applying_deltas();
        n_vertices = triangles.iter().map(|t| vertices(&t.primitive)).sum();
        n_buckets = engine.snapshot().views.values().flat_map(|v| v.curves.iter()).map(|c| c.buckets.len()).sum();
        // The first second lays out fonts and sends the subscriptions.
        if frame >= FRAMES_A_SNAPSHOT {
            if is_fresh { &mut fresh } else { &mut plain }.push(took);
            if taken_away.is_some() && taken_away == n_taken_away() {
                undisturbed.push(took);
            }
        }
    }
    let n_held = world.window.n_samples();
    println!("{N_SERIES} series of {n_samples} samples ({n_held} held), {n_buckets} buckets, {n_vertices} vertices");
    let mut all = [plain.clone(), fresh.clone()].concat();
    let sets = [
        ("all frames", &mut all),
        ("undisturbed", &mut undisturbed),
        ("pointer alone", &mut plain),
        ("new snapshot", &mut fresh),
    ];
    for (name, times) in sets {
        times.sort();
        if times.is_empty() {
            continue;
        }
        let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
        println!(
            "  {name:14} n {:5}  p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms",
            times.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
}

/// How often this thread has lost its core to another since it began; `None` where that is not told.
fn n_taken_away() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/thread-self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"))?;
    line.trim().parse().ok()
}

fn vertices(primitive: &egui::epaint::Primitive) -> usize {
    match primitive {
        egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
        egui::epaint::Primitive::Callback(_) => 0,
    }
}
