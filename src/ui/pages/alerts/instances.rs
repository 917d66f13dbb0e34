//! The instances of a rule: which series, its value, its state and why.

use eframe::egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::words::{Standing, counted, instance_words, value_words};
use crate::model::alert::{InstanceStatus, RuleStatus};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, link, number_cell, panel, panel_head, row_ground, text_at};
use crate::ui::{Intent, PanelCx};

/// Instances that are shown before more are asked for.
const FIRST: usize = 8;
const ROW: f32 = 28.0;

/// Draws the panel.
pub fn instances_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &RuleStatus) {
    let theme = cx.theme;
    let id = ui.scope_id().with(("instances", &*status.rule.id));
    let shows_all = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
    let n = status.instances.len();
    let mut hint = counted(status.n_instances, "instance");
    if status.n_firing > 0 {
        hint.push_str(&format!(", {} firing", status.n_firing));
    }
    if status.n_left_out > 0 {
        hint.push_str(&format!("; {} more are not watched because there are too many", status.n_left_out));
    }
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Instances", &hint, |ui| {
            if n > FIRST {
                let text = if shows_all { "Show fewer".to_owned() } else { format!("Show all {n}") };
                if link(ui, theme, &text).clicked() {
                    ui.data_mut(|data| data.insert_temp(id, !shows_all));
                }
            }
        });
        let shown = if shows_all { n } else { n.min(FIRST) };
        for instance in &status.instances[..shown] {
            row_ui(cx, ui, status, instance);
        }
        if n == 0 {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW + 8.0), Sense::hover());
            let at = rect.shrink2(vec2(16.0, 0.0));
            text_at(ui.painter(), theme, at, &status.reason, TextRole::Small, theme.color.t3);
        }
    });
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &RuleStatus, instance: &InstanceStatus) {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    row_ground(ui.painter(), theme, rect, response.hovered(), false);
    let standing = Standing::of_phase(instance.phase, status.rule.severity);
    let name = if instance.name.is_empty() { &cx.snapshot.machine.host } else { &*instance.name };
    let unit = status.rule.when.first().map(|first| first.threshold.dimension.unit());
    let value = match (instance.value, unit) {
        (Some(value), Some(unit)) => value_words(value, unit, &cx.snapshot.settings.units),
        _ => "–".to_owned(),
    };
    let state = instance_words(standing, instance, status.rule.hold, cx.now);
    let cell = |from: f32, to: f32| {
        Rect::from_min_max(pos2(rect.left() + from, rect.top()), pos2(rect.left() + to, rect.bottom()))
    };
    standing.mark().icon.paint(
        ui.painter(),
        pos2(rect.left() + 24.0, rect.center().y),
        14.0,
        standing.icon_color(theme),
    );
    text_at(ui.painter(), theme, cell(40.0, 200.0), name, TextRole::Small, c.t1);
    number_cell(ui.painter(), theme, cell(200.0, 280.0), &value, TextRole::Small, c.t1);
    text_at(ui.painter(), theme, cell(296.0, 400.0), &state, TextRole::Small, standing.color(theme));
    let right = (rect.width() - 48.0).max(410.0);
    text_at(ui.painter(), theme, cell(408.0, right), &instance.reason, TextRole::Small, c.t3);
    let told = format!("{name}: {value}, {state}, {}", instance.reason);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &told));
    if let Some(series) = instance.series {
        let button = Rect::from_center_size(pos2(rect.right() - 26.0, rect.center().y), vec2(22.0, 22.0));
        ui.scope_builder(eframe::egui::UiBuilder::new().max_rect(button), |ui| {
            let label = format!("Show {name} on the charts");
            if IconButton::new(icons::CHART_LINE, &label).side(22.0).show(ui, theme).clicked() {
                cx.ask(Intent::ShowOnCharts(vec![series]));
            }
        });
    }
    response.on_hover_text(format!("{}\n{}", instance.key, instance.reason));
}
