//! What one frame of the Machines page costs the main thread: `cargo bench --bench machines_frame`.
//!
//! The whole window is laid out and turned into triangles without a display, over a list of 100 machines with 120 points
//! each. In every frame the pointer moves and the list is scrolled; each 60th frame all figures are new. Painting is not
//! counted.

#![allow(clippy::print_stdout)]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use eframe::egui;
use perfdesk::engine::Handle;
use perfdesk::model::link::{LinkPhase, LinkState};
use perfdesk::model::machines::{MachineBrief, MachineCommand, MachineEntry, MachineId, MachineList, MachineStatus};
use perfdesk::model::{Level, Settings, Snapshot, ThemeChoice, Timestamp};
use perfdesk::ui::{Desk, Fleet, FrameFigures, Page, desk_ui};

const N_MACHINES: u64 = 100;
const N_FRAMES: usize = 1200;
const WARM_UP: usize = 60;
const SIZE: egui::Vec2 = egui::vec2(1440.0, 900.0);
const NOW: Timestamp = Timestamp::from_millis(1_795_440_000_000);

/// Machines without anything behind them.
#[derive(Clone, Default)]
struct Made(Rc<RefCell<Arc<MachineList>>>);

impl Fleet for Made {
    fn list(&self) -> Arc<MachineList> {
        self.0.borrow().clone()
    }
    fn send(&self, _command: MachineCommand) -> bool {
        true
    }
    fn handle(&self, _id: MachineId) -> Option<Handle> {
        None
    }
}

fn list(turn: usize) -> MachineList {
    let machine = |i: u64| {
        let share = |k: u64| ((i * 37 + k * 13 + turn as u64 * 7) % 100) as f64 / 100.0;
        let phase = match i % 10 {
            9 => LinkPhase::Lost { since: NOW, why: "nothing listens there".into(), again_at: NOW },
            _ => LinkPhase::Live,
        };
        let name = format!("web-{i}.example.org");
        let link = LinkState { address: name.as_str().into(), phase, data_at: Some(NOW), ..LinkState::default() };
        let brief = MachineBrief {
            host: name.as_str().into(),
            system: "Debian 12".into(),
            level: if i.is_multiple_of(7) { Level::Busy } else { Level::Calm },
            sentence: "CPU, memory, pressure, disks and network are calm.".into(),
            cpu_ratio: Some(share(0)),
            memory_ratio: Some(share(1)),
            n_firing: (i % 5) as usize,
            cpu_past: (0..MachineBrief::PAST as u64).map(|k| share(k) as f32).collect(),
        };
        let entry = MachineEntry { id: MachineId(i + 1), address: name, ..MachineEntry::default() };
        MachineStatus { entry: Arc::new(entry), link: Arc::new(link), brief: Arc::new(brief) }
    };
    MachineList { machines: (0..N_MACHINES).map(machine).collect(), at: NOW, ..MachineList::default() }
}

fn main() {
    let first = Snapshot {
        at: Some(NOW),
        settings: Arc::new(Settings { theme: ThemeChoice::Dark, hint_dismissed: true, ..Settings::default() }),
        ..Snapshot::default()
    };
    let settings = first.settings.clone();
    let (engine, _inputs) = Handle::new(first.clone());
    let made = Made::default();
    let Ok(desk) = Desk::new(&first, Some(Page::Machines)) else {
        println!("the theme does not read");
        return;
    };
    let mut desk = desk.with_fleet(Box::new(made.clone()));
    let ctx = egui::Context::default();
    desk.install(&ctx, &settings);
    let figures = FrameFigures::default();
    let mut times = Vec::new();
    for frame in 0..N_FRAMES + WARM_UP {
        if frame % 60 == 0 {
            *made.0.borrow_mut() = Arc::new(list(frame / 60));
        }
        let share = (frame % 397) as f32 / 397.0;
        let pointer = egui::pos2(450.0 + 500.0 * share, 200.0 + 600.0 * share);
        let by = egui::vec2(0.0, if frame % 400 < 200 { -40.0 } else { 40.0 });
        let wheel = egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: by,
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: egui::Modifiers::NONE,
        };
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, SIZE)),
            time: Some(frame as f64 / 60.0),
            events: vec![egui::Event::PointerMoved(pointer), wheel],
            focused: true,
            ..Default::default()
        };
        let before = Instant::now();
        let mut output = ctx.run_ui(input, |ui| desk_ui(ui, &mut desk, &engine, NOW, &figures));
        let _triangles = ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let took = before.elapsed();
        output.drop_without_applying_deltas();
        if frame >= WARM_UP {
            times.push(took);
        }
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
    println!("{N_MACHINES} machines, {} frames", times.len());
    println!("  p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms", at(0.5), at(0.99), at(1.0));
}
