//! What one frame of the Profiles page costs the main thread: `cargo bench --bench profiles_frame`.
//!
//! The whole window is laid out and turned into triangles without a display, over a catalogue of 200 parameters and 50
//! profiles of 60 values each, with 20 bound files and a plan. In every frame the pointer moves; the list is scrolled, a
//! letter is typed in every 30th frame, which reads, resolves and checks the profile again. Painting is not counted.

#![allow(clippy::print_stdout)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui;
use perfdesk::engine::Handle;
use perfdesk::model::profile::{
    Binding, BindingState, BoundKey, Catalogue, Conversion, DiffLine, DiffSign, FileFormat, FilePlan, ParamDef,
    ParamGroup, ParamKey, ParamKind, ParamValue, Plan, PlanId, Profile, Tuning,
};
use perfdesk::model::{Settings, Snapshot, ThemeChoice, Timestamp};
use perfdesk::profile::document;
use perfdesk::ui::{Desk, FrameFigures, Page, desk_ui};

const N_PARAMETERS: usize = 200;
const N_PROFILES: usize = 50;
const N_VALUES: usize = 60;
const N_FILES: usize = 20;
const N_FRAMES: usize = 1200;
const WARM_UP: usize = 60;
const SIZE: egui::Vec2 = egui::vec2(1440.0, 900.0);
const NOW: Timestamp = Timestamp::from_millis(1_795_440_000_000);

fn key(i: usize) -> String {
    format!("group{}.parameter_{i}", i / 25)
}

fn catalogue() -> Catalogue {
    let def = |i: usize| {
        let (kind, default) = match i % 4 {
            0 => (ParamKind::Count { min: 1, max: 1000, unit: "connections".into() }, ParamValue::Count(10)),
            1 => (
                ParamKind::Duration { min: Duration::ZERO, max: Duration::from_secs(86_400) },
                ParamValue::Duration(Duration::from_secs(30)),
            ),
            2 => (ParamKind::Switch, ParamValue::Switch(true)),
            _ => (ParamKind::Size { min: 0, max: 1 << 40 }, ParamValue::Size(256 << 20)),
        };
        ParamDef {
            key: ParamKey::new(key(i)),
            title: format!("Parameter number {i}").into(),
            group: format!("group{}", i / 25).into(),
            kind,
            default: Some(default),
            about: "What it does, in a sentence.".into(),
            raising: "What raising costs.".into(),
            lowering: "What lowering costs.".into(),
            source: "a rule of thumb".into(),
            is_own: false,
        }
    };
    let group = |i: usize| ParamGroup { key: format!("group{i}").into(), title: format!("Group {i}").into() };
    Catalogue { groups: (0..N_PARAMETERS / 25).map(group).collect(), parameters: (0..N_PARAMETERS).map(def).collect() }
}

fn text(n: usize) -> String {
    let values: String = (0..N_VALUES)
        .map(|i| {
            let i = (i * 3 + n) % N_PARAMETERS;
            let value = match i % 4 {
                0 => format!("{}", 10 + n),
                1 => format!("\"{} s\"", 5 + n),
                2 => "false".to_owned(),
                _ => format!("\"{} MiB\"", 64 + n),
            };
            format!(
                "        // Why parameter {i} is so.\n        \"{}\": (value: {value}, why: \"measured\"),\n",
                key(i)
            )
        })
        .collect();
    let base = if n == 0 { String::new() } else { "    base: \"profile-0\",\n".to_owned() };
    format!("(\n    version: 1,\n{base}    about: \"profile number {n}\",\n    values: {{\n{values}    }},\n)\n")
}

fn tuning() -> Tuning {
    let catalogue = Arc::new(catalogue());
    let profile = |n: usize| -> Arc<Profile> {
        Arc::new(document::read(&format!("profile-{n}"), &text(n), &catalogue, n < 5, n >= 5))
    };
    let bound = |n: usize| BindingState {
        binding: Binding {
            id: format!("service/{n}.env").into(),
            path: format!("/srv/service/{n}.env").into(),
            format: FileFormat::Env,
            keys: (0..20)
                .map(|i| BoundKey {
                    param: ParamKey::new(key(i)),
                    key: format!("KEY_{i}").into(),
                    conversion: Conversion::Plain,
                })
                .collect(),
            reload: None,
            verify: None,
        },
        checked_at: Some(NOW),
        verified_at: Some(NOW),
        drift: Arc::new([]),
        unanswered: None,
        error: None,
    };
    let line = |i: usize| DiffLine {
        sign: if i.is_multiple_of(2) { DiffSign::Removed } else { DiffSign::Added },
        number: i / 2 + 1,
        text: format!("KEY_{i}={i}").into(),
        changed: 6..8,
    };
    let file = |n: usize| FilePlan {
        binding: format!("service/{n}.env").into(),
        path: format!("/srv/service/{n}.env").into(),
        changes: Vec::new(),
        diff: (0..40).map(line).collect(),
        n_lines: (20, 20),
        before: (0, 0),
        after: (1, 1),
        problems: Vec::new(),
    };
    Tuning {
        profiles: (0..N_PROFILES).map(profile).collect(),
        catalogue,
        active: Some("profile-1".into()),
        bindings: (0..N_FILES).map(bound).collect(),
        plan: Some(Arc::new(Plan {
            id: PlanId(1),
            profile: "profile-1".into(),
            files: (0..N_FILES).map(file).collect(),
            n_unchanged: 0,
            reloads: Vec::new(),
            verifies: Vec::new(),
            problems: Vec::new(),
        })),
        ..Tuning::default()
    }
}

fn main() {
    for tab in ["Parameters", "Compare all", "Text", "History"] {
        run(tab);
    }
}

/// Where the tabs stand in a window of this size.
fn tab_at(tab: &str) -> egui::Pos2 {
    let x = match tab {
        "Compare all" => 565.0,
        "Text" => 645.0,
        "History" => 700.0,
        _ => 480.0,
    };
    egui::pos2(x, 112.0)
}

fn run(tab: &str) {
    let first = Snapshot {
        at: Some(NOW),
        tuning: Arc::new(tuning()),
        settings: Arc::new(Settings { theme: ThemeChoice::Dark, hint_dismissed: true, ..Settings::default() }),
        ..Snapshot::default()
    };
    let settings = first.settings.clone();
    let (engine, inputs) = Handle::new(first.clone());
    let Ok(mut desk) = Desk::new(&first, Some(Page::Profiles)) else {
        println!("the theme does not read");
        return;
    };
    let ctx = egui::Context::default();
    desk.install(&ctx, &settings);
    let figures = FrameFigures::default();
    let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, SIZE);
    let (mut plain, mut typed) = (Vec::new(), Vec::new());
    let mut plan_id = 1;
    for frame in 0..N_FRAMES + WARM_UP {
        // The engine answers every plan at once, so that its diff is drawn.
        if inputs.try_iter().count() > 0 {
            plan_id += 1;
            let mut snapshot = Snapshot::clone(&engine.snapshot());
            let mut tuning = Tuning::clone(&snapshot.tuning);
            let plan = tuning.plan.as_ref().map(|plan| Plan { id: PlanId(plan_id), ..Plan::clone(plan) });
            tuning.plan = plan.map(Arc::new);
            snapshot.tuning = Arc::new(tuning);
            engine.publish(snapshot);
        }
        let share = (frame % 397) as f32 / 397.0;
        let pointer = egui::pos2(450.0 + 500.0 * share, 200.0 + 600.0 * share);
        let mut events = vec![egui::Event::PointerMoved(pointer)];
        let is_typing = tab == "Parameters" && frame % 30 == 29;
        match frame {
            2 | 3 => events = click(tab_at(tab), frame == 2),
            // The field of the first parameter of the list.
            20 | 21 if tab == "Parameters" => events = click(egui::pos2(800.0, 232.0), frame == 20),
            _ if is_typing => events.push(egui::Event::Text("1".into())),
            _ if is_typing || frame % 30 == 14 => {
                events.push(egui::Event::Key {
                    key: egui::Key::Backspace,
                    physical_key: None,
                    pressed: true,
                    repeat: false,
                    modifiers: egui::Modifiers::NONE,
                });
            }
            _ if frame > WARM_UP && tab != "Parameters" => {
                events.push(scroll(if frame % 400 < 200 { -40.0 } else { 40.0 }))
            }
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
        output.drop_without_applying_deltas();
        if frame >= WARM_UP {
            // What is typed shows in the frame after it.
            let is_after =
                tab == "Parameters" && (frame % 30 == 0 || frame % 30 == 15 || is_typing || frame % 30 == 14);
            if is_after { &mut typed } else { &mut plain }.push(took);
        }
    }
    println!("{tab}: {N_PARAMETERS} parameters, {N_PROFILES} profiles, {N_FILES} files");
    for (name, times) in [("pointer and wheel", &mut plain), ("typing", &mut typed)] {
        times.sort();
        if times.is_empty() {
            continue;
        }
        let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
        let n = times.len();
        println!("  {name:18} n {n:5}  p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms", at(0.5), at(0.99), at(1.0));
    }
}

fn click(at: egui::Pos2, pressed: bool) -> Vec<egui::Event> {
    let button = egui::PointerButton::Primary;
    let modifiers = egui::Modifiers::NONE;
    vec![egui::Event::PointerMoved(at), egui::Event::PointerButton { pos: at, button, pressed, modifiers }]
}

fn scroll(by: f32) -> egui::Event {
    egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, by),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    }
}
