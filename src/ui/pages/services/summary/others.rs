//! What else a service may report: caches, batches, queues and what it calls; each where it is reported.

use eframe::egui::{Rangef, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::super::placed_panel;
use super::super::sheet::{Form, number_text};
use super::super::words::{percent_words, rate_number};
use super::missing_ui;
use crate::model::quantity::decimals;
use crate::model::service::{Flow, Service};
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{number_cell, panel_head, row_ground, text_at};

/// Rows of one panel.
const MAX_ROWS: usize = 12;
/// Width of a column of numbers.
const NUMBER: f32 = 78.0;

/// A small table: its title, heads and rows, the first cell a name.
struct Small {
    title: &'static str,
    hint: &'static str,
    heads: &'static [&'static str],
    rows: Vec<(String, Vec<String>)>,
    n: usize,
}

/// Draws what is reported, two panels beside each other where there is room, and one line about what is not.
pub(super) fn others_ui(cx: &PanelCx<'_>, ui: &mut Ui, (width, gap): (f32, f32), service: &Service) {
    let all = [dependencies(service), caches(service), queues(service), batches(service)];
    let missing: Vec<&str> = all.iter().filter(|small| small.n == 0).map(|small| small.title).collect();
    let shown: Vec<&Small> = all.iter().filter(|small| small.n > 0).collect();
    let theme = cx.theme;
    let head = theme.frame(cx.is_compact).panel_head;
    let row = theme.frame(cx.is_compact).row;
    let per_row = if cx.is_compact { 1 } else { 2 };
    for pair in shown.chunks(per_row) {
        ui.add_space(gap);
        let most = pair.iter().map(|small| small.rows.len()).max().unwrap_or(0);
        let height = head + theme.size.table_head + most as f32 * row + 8.0;
        let (place, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        let one = if pair.len() == 1 { width } else { (width - gap) / 2.0 };
        for (i, small) in pair.iter().enumerate() {
            let at = pos2(place.left() + (one + gap) * i as f32, place.top());
            small_ui(cx, ui, Rect::from_min_size(at, vec2(one, height)), small);
        }
    }
    if !missing.is_empty() {
        ui.add_space(gap);
        let (place, _) = ui.allocate_exact_size(vec2(width, head + 42.0), Sense::hover());
        placed_panel(ui, theme, "not reported", place, |ui| {
            panel_head(ui, theme, cx.is_compact, "Not reported", &missing.join(", ").to_lowercase(), |_| {});
            missing_ui(
                cx,
                ui,
                "They appear by themselves with client spans, cache.requests, messaging.client.* and ml.batch.*",
            );
        });
    }
}

fn small_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, small: &Small) {
    let theme = cx.theme;
    let c = &theme.color;
    placed_panel(ui, theme, small.title, rect, |ui| {
        let hint = if small.n > small.rows.len() {
            format!("{} of {}, {}", small.rows.len(), small.n, small.hint)
        } else {
            small.hint.to_owned()
        };
        panel_head(ui, theme, cx.is_compact, small.title, &hint, |_| {});
        let top = ui.cursor().top();
        let inner = rect.shrink2(vec2(16.0, 0.0));
        let left_of = |i: usize| inner.right() - NUMBER * (small.heads.len() - 1 - i) as f32;
        let cell = |i: usize, row: Rect| {
            let x = if i == 0 {
                Rangef::new(inner.left(), left_of(0) - 8.0)
            } else {
                Rangef::new(left_of(i) - NUMBER + 8.0, left_of(i))
            };
            Rect::from_x_y_ranges(x, row.y_range())
        };
        let head = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), theme.size.table_head));
        for (i, text) in small.heads.iter().enumerate() {
            let (place, role) = (cell(i, head), TextRole::SmallStrong);
            if i == 0 {
                text_at(ui.painter(), theme, place, text, role, c.t2);
            } else {
                number_cell(ui.painter(), theme, place, text, role, c.t2);
            }
        }
        let line = eframe::egui::Stroke::new(1.0, c.line);
        ui.painter().hline(head.x_range(), head.bottom().round() - 0.5, line);
        let height = theme.frame(cx.is_compact).row;
        for (nth, (name, numbers)) in small.rows.iter().enumerate() {
            let at = pos2(rect.left(), head.bottom() + nth as f32 * height);
            let row = Rect::from_min_size(at, vec2(rect.width(), height));
            let response = ui.interact(row, ui.scope_id().with((small.title, nth, name)), Sense::hover());
            row_ground(ui.painter(), theme, row, response.hovered(), false);
            let cut = text_at(ui.painter(), theme, cell(0, row), name, TextRole::Code, c.t1) > cell(0, row).width();
            for (i, number) in numbers.iter().enumerate() {
                let is_faint = number == "–" || !number.bytes().any(|b| b.is_ascii_digit() && b != b'0');
                let color = if is_faint { c.t3 } else { c.t1 };
                number_cell(ui.painter(), theme, cell(i + 1, row), number, TextRole::Body, color);
            }
            let figures = small.heads.iter().skip(1).zip(numbers).map(|(head, number)| format!("{head} {number}"));
            let told = format!("{name}, {}", figures.collect::<Vec<_>>().join(", "));
            response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
            if cut {
                response.on_hover_text(name);
            }
        }
    });
}

fn or_dash(number: Option<f64>, text: impl Fn(f64) -> String) -> String {
    number.map_or_else(|| "–".into(), text)
}

fn millis(seconds: Option<f64>) -> String {
    or_dash(seconds, |s| number_text(Form::Millis, s, s))
}

fn flow(flow: &Flow) -> Vec<String> {
    let errors = or_dash(flow.error_ratio, |ratio| decimals(ratio * 100.0, 2));
    vec![rate_number(flow.per_second), errors, millis(flow.p50_seconds), millis(flow.p95_seconds)]
}

fn dependencies(service: &Service) -> Small {
    let of = service.dependencies();
    let rows = of.iter().take(MAX_ROWS).map(|d| {
        let name = if d.kind.is_empty() { d.name.to_string() } else { format!("{} ({})", d.name, d.kind) };
        (name, flow(&d.flow))
    });
    let heads = &["Service", "calls/s", "Errors, %", "p50, ms", "p95, ms"];
    Small { title: "Dependencies", hint: "what it calls", heads, rows: rows.collect(), n: of.len() }
}

fn caches(service: &Service) -> Small {
    let of = &service.metrics.caches;
    let rows = of.iter().take(MAX_ROWS).map(|cache| {
        let hits = or_dash(cache.hit_ratio, percent_words);
        let gone = or_dash(cache.evictions_per_second, rate_number);
        (cache.name.to_string(), vec![hits, rate_number(cache.per_second), gone])
    });
    let heads = &["Cache", "Hits", "look-ups/s", "Evicted/s"];
    Small { title: "Caches", hint: "", heads, rows: rows.collect(), n: of.len() }
}

fn queues(service: &Service) -> Small {
    let of = &service.metrics.queues;
    let rows = of.iter().take(MAX_ROWS).map(|queue| {
        let cells = vec![
            or_dash(queue.depth, |n| decimals(n, 0)),
            or_dash(queue.sent_per_second, rate_number),
            or_dash(queue.taken_per_second, rate_number),
            millis(queue.flow.and_then(|flow| flow.p95_seconds)),
        ];
        (queue.name.to_string(), cells)
    });
    let heads = &["Queue", "Waiting", "sent/s", "taken/s", "p95, ms"];
    Small { title: "Queues", hint: "", heads, rows: rows.collect(), n: of.len() }
}

fn batches(service: &Service) -> Small {
    let of = &service.metrics.batches;
    let rows = of.iter().take(MAX_ROWS).map(|batch| {
        let cells = vec![
            or_dash(batch.size_mean, |n| decimals(n, 1)),
            millis(batch.wait_mean_seconds),
            millis(batch.duration_mean_seconds),
            or_dash(batch.items_per_second, rate_number),
        ];
        (batch.name.to_string(), cells)
    });
    let heads = &["Model", "Batch size", "Wait, ms", "Time, ms", "items/s"];
    Small { title: "Batches", hint: "means", heads, rows: rows.collect(), n: of.len() }
}
