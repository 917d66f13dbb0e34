//! The charts page, driven by its accessible names.

mod inspector;
mod notes;
mod page;
mod reach;

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{self, Key, Modifiers, pos2, vec2};
use egui_kittest::kittest::Queryable;
use page::Page;
use perfdesk::model::*;
use perfdesk::ui::Intent;

#[test]
fn every_chart_subscribes_and_leaving_ends_it() {
    let mut page = Page::open();
    assert_eq!(page.requests.len(), 5, "{:?}", page.requests);
    let cpu = page.requests.values().next().expect("first");
    assert_eq!(cpu.range, ViewRange::Live { span: Duration::from_secs(900) });
    assert!((100..=400).contains(&cpu.width_px), "{}", cpu.width_px);
    for title in ["CPU", "Memory", "Disk I/O", "Network"] {
        assert!(page.shows_part(&format!("Chart {title}, ")), "{title}");
    }
    page.shown.borrow_mut().panel.leave(&page.engine);
    page.settle_commands_alone();
    assert!(page.requests.is_empty());
}

#[test]
fn a_series_is_found_added_and_removed() {
    let mut page = Page::open();
    page.harness.get_by_label("Find series").click();
    page.harness.run();
    page.harness.get_by_label("Find series").type_text("core 2");
    page.harness.run();
    page.click("CPU core 2");
    assert_eq!(page.charts()[0], "CPU: system.cpu.utilization system.cpu.utilization{cpu=\"2\"}");
    assert!(page.shows("CPU core 2 in the legend of CPU"));
    page.click("CPU core 2");
    assert_eq!(page.charts()[0], "CPU: system.cpu.utilization");
    assert!(!page.shows("CPU core 2 in the legend of CPU"));
}

#[test]
fn a_series_with_another_unit_comes_onto_a_chart_of_its_own() {
    let mut page = Page::open();
    page.click("Select chart CPU");
    page.click("Memory and swap, 2 series, closed");
    page.click("Memory available");
    let charts = page.charts();
    assert_eq!(charts.len(), 6);
    let said = page.intents();
    assert!(matches!(&said[..], [Intent::Toast(_, text)] if text.contains("another unit than CPU")), "{said:?}");
    assert_eq!(charts[1], "Memory available: system.memory.usage{state=\"available\"}");
}

#[test]
fn the_legend_hides_and_shows_a_series_and_keeps_it() {
    let mut page = Page::open();
    let name = "Disk read in the legend of Disk I/O";
    page.click(name);
    let hidden = |page: &Page| page.layouts().current().expect("layout").charts[3].hidden.len();
    assert_eq!(hidden(&page), 1);
    assert_eq!(page.layouts().current().expect("layout").charts[3].series.len(), 2);
    page.click(name);
    assert_eq!(hidden(&page), 0);
}

#[test]
fn dragging_pans_and_stops_following_live() {
    let mut page = Page::open();
    assert!(page.follows_live());
    let plot = page.plot("CPU");
    let before = page.span();
    let (from, to) = (plot.center(), plot.center() + vec2(plot.width() / 4.0, 0.0));
    // A span shorter than what is held, so that there is something to pan to.
    page.click("Range: 5 min");
    let short = page.span();
    assert_eq!((short.end, short.span()), (before.end, Duration::from_secs(300)));
    page.drag(from, to, Modifiers::NONE, egui::PointerButton::Primary);
    assert!(!page.follows_live());
    let panned = page.span();
    let moved = short.start.since(panned.start).as_secs_f64();
    assert!((60.0..=90.0).contains(&moved), "moved by {moved} s");
    assert_eq!(panned.span(), Duration::from_secs(300));
    page.click("Follow live");
    assert!(page.follows_live());
    assert_eq!(page.span(), short);
}

#[test]
fn panning_stops_at_the_oldest_data() {
    let mut page = Page::open();
    for _ in 0..40 {
        page.harness.key_press(Key::ArrowLeft);
    }
    page.harness.run();
    page.settle();
    let started = page.engine.snapshot().health.started_at;
    assert_eq!(page.span().start, started);
}

#[test]
fn a_box_shows_its_span_and_a_double_click_goes_back_to_live() {
    let mut page = Page::open();
    let plot = page.plot("Memory");
    let at = |share: f32| pos2(plot.left() + plot.width() * share, plot.center().y);
    page.drag(at(0.5), at(0.75), Modifiers::NONE, egui::PointerButton::Secondary);
    let span = page.span().span().as_secs_f64();
    assert!(!page.follows_live());
    assert!((215.0..=235.0).contains(&span), "{span}");
    page.drag(at(0.25), at(0.75), Modifiers::SHIFT, egui::PointerButton::Primary);
    let span = page.span().span().as_secs_f64();
    assert!((105.0..=120.0).contains(&span), "{span}");
    for pressed in [true, false, true, false] {
        page.harness.event(egui::Event::PointerButton {
            pos: at(0.5),
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        page.harness.step();
    }
    page.harness.run();
    assert!(page.follows_live());
}

#[test]
fn the_wheel_with_ctrl_zooms_around_the_pointer() {
    let mut page = Page::open();
    let plot = page.plot("CPU");
    page.harness.hover_at(plot.center());
    page.harness.run();
    page.harness.event(egui::Event::Zoom(2.0));
    page.harness.run();
    page.settle();
    let (span, end) = (page.span(), page.engine.snapshot().at.expect("time"));
    assert!((440.0..=460.0).contains(&span.span().as_secs_f64()), "{span:?}");
    let middle = end.since(span.end).as_secs_f64();
    assert!((210.0..=240.0).contains(&middle), "{middle}");
}

#[test]
fn keys_pan_zoom_and_follow() {
    let mut page = Page::open();
    page.press(Modifiers::NONE, Key::Plus);
    assert_eq!(page.span().span(), Duration::from_secs(600));
    assert!(page.follows_live());
    page.press(Modifiers::NONE, Key::Plus);
    page.press(Modifiers::NONE, Key::ArrowLeft);
    assert!(!page.follows_live());
    page.press(Modifiers::NONE, Key::L);
    assert!(page.follows_live());
}

#[test]
fn layouts_are_made_renamed_copied_deleted_and_brought_back() {
    let mut page = Page::open();
    page.click("Layout: Host");
    page.click("New layout…");
    page.harness.get_by_label("Name of the layout").type_text("Disks only");
    page.harness.run();
    page.click("Create layout");
    assert_eq!(page.layouts().current, "Disks only");
    assert!(page.shows("No charts in this layout"));
    page.click("Add a chart");
    assert_eq!(page.charts(), ["New chart: "]);
    page.click("Layout: Disks only");
    page.click("Duplicate layout");
    assert_eq!(page.layouts().current, "Disks only 2");
    page.click("Layout: Disks only 2");
    page.click("Delete layout");
    assert_eq!(page.layouts().layouts.len(), 2);
    assert!(page.shows("Deleted layout “Disks only 2”"));
    page.click("Undo");
    assert_eq!(page.layouts().layouts.len(), 3);
    page.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(page.layouts().layouts.len(), 2, "the copy is taken back, too");
    page.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(page.layouts().layouts.len(), 3);
}

#[test]
fn a_charts_menu_moves_renames_and_removes_it() {
    let mut page = Page::open();
    page.click("Menu of chart Memory");
    page.click("Move up");
    assert!(page.charts()[0].starts_with("Memory"));
    page.click("Menu of chart Network");
    page.click("Remove Network receive");
    assert_eq!(page.charts()[4], "Network: system.network.io{network.io.direction=\"transmit\"}");
    page.click("Menu of chart Memory");
    page.click("Remove chart");
    assert_eq!(page.charts().len(), 4);
    assert!(page.shows("Removed chart “Memory”"));
}

#[test]
fn what_cannot_be_sampled_gives_its_reason() {
    let mut page = Page::open();
    assert!(page.shows_part("permission denied reading /sys/class/powercap"));
    page.click("Pressure stall, 3 series, closed");
    assert!(page.shows_part("this kernel was built without PSI"));
    let mut snapshot = Snapshot::clone(&page.engine.snapshot());
    let mut layouts = Layouts::clone(&snapshot.layouts);
    layouts.layouts[0].charts[0].series = vec![SeriesKey::new("hw.gpu.utilization", &[])];
    snapshot.layouts = Arc::new(layouts);
    page.engine.publish(snapshot);
    page.harness.run();
    page.settle();
    assert!(page.shows("gpu utilization in the legend of CPU"));
    assert!(page.shows_part("gpu utilization, on these charts"));
}

#[test]
fn the_first_line_speaks_and_the_crosshair_can_be_copied() {
    let mut page = Page::open();
    assert!(page.shows_part("Nothing stands out in the last 15"));
    let plot = page.plot("CPU");
    let at = pos2(plot.left() + plot.width() * 0.25, plot.center().y);
    page.harness.hover_at(at);
    page.harness.run();
    for pressed in [true, false] {
        let button = egui::PointerButton::Secondary;
        page.harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
        page.harness.run();
    }
    page.harness.get_by_label_contains("Copy all values at").click();
    page.harness.run();
    let copied = page.intents();
    assert!(matches!(&copied[..], [Intent::Copy(text)] if text.contains("CPU 4")), "{copied:?}");
}

#[test]
fn a_paused_page_can_be_panned() {
    let mut page = Page::open();
    page.click("Range: 1 min");
    page.click("Pause");
    assert!(page.shows("Resume"));
    let frozen = page.span();
    page.press(Modifiers::NONE, Key::ArrowLeft);
    let panned = page.span();
    assert_eq!(frozen.start.since(panned.start), Duration::from_secs(6));
}

#[test]
fn a_layout_with_a_long_name_leaves_the_rest_of_the_bar_alone() {
    let mut page = Page::open();
    let name = format!("\"ä\" ({})", "x".repeat(500));
    let mut layouts = Layouts::clone(&page.layouts());
    layouts.layouts[0].name.clone_from(&name);
    layouts.current.clone_from(&name);
    page.engine.publish(Snapshot { layouts: Arc::new(layouts), ..Snapshot::clone(&page.engine.snapshot()) });
    page.settle();
    let title = format!("Layout: {name}");
    let bar = page.harness.get_by_label(&title).rect();
    assert!(bar.right() < page.harness.get_by_label("Add chart").rect().left(), "{bar:?}");
    page.click(&title);
    let entry = page.harness.get_by_label("Delete layout").rect();
    assert!(entry.right() < 700.0, "{entry:?}");
}

#[test]
fn following_live_is_off_while_paused_and_turning_it_on_resumes() {
    let mut page = Page::open();
    page.click("Pause");
    assert!(page.shown.borrow().is_paused);
    page.click("Follow live");
    assert!(!page.shown.borrow().is_paused && page.follows_live() && page.shows("Pause"));
}

#[test]
fn old_data_and_a_stopped_thread_are_told_above_the_charts() {
    let mut page = Page::open();
    assert!(!page.shows_part("No new data for") && !page.shows_part("stays stopped"));
    *page.late.borrow_mut() = Duration::from_secs(42);
    page.harness.run();
    assert!(page.shows_part("No new data for 42\u{2009}s: the charts show what came before"));
    let mut world = Snapshot::clone(&page.engine.snapshot());
    let state = WorkerState::Stopped { at: world.at.expect("time"), why: "index out of bounds".into() };
    let sample = WorkerStatus { name: "sample", state, n_restarts: 3 };
    world.health = Arc::new(Health { workers: vec![sample], ..Health::clone(&world.health) });
    page.engine.publish(world);
    page.harness.run();
    assert!(page.shows_part("The sample thread stopped and stays stopped: index out of bounds"));
    assert!(!page.shows_part("No new data for"), "the cause says more than the age");
    page.click("Open Health");
    assert_eq!(page.intents(), [Intent::Open(perfdesk::ui::Page::Health)]);
}

#[test]
fn a_moving_pointer_builds_no_mesh() {
    let mut page = Page::open();
    let plot = page.plot("CPU");
    page.harness.hover_at(plot.center());
    page.harness.run();
    let built = page.shown.borrow().panel.n_meshes_built();
    assert!(built > 0);
    for i in 0..50 {
        page.harness.hover_at(pos2(plot.left() + i as f32 * 3.0, plot.top() + i as f32));
        page.harness.run();
    }
    assert_eq!(page.shown.borrow().panel.n_meshes_built(), built);
}

#[test]
fn a_narrow_window_keeps_the_list_in_a_drawer() {
    let mut page = Page::open_sized(960.0, 600.0);
    assert!(!page.shows("Find series"));
    page.click("Series");
    assert!(page.shows("Find series"));
    page.click("Close the list of series");
    assert!(!page.shows("Find series"));
}
