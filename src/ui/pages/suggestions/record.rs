//! The track record: how everything that was tried did, and the newest of it with its figures.

use eframe::egui::{Frame, Label, Margin, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::deeds::deed_ui;
use super::words::{day, record_words};
use crate::model::suggest::TrackRecord;
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{hairline, panel, panel_head};

/// Most deeds in the column; all of them stand under Done.
const MAX_ROWS: usize = 8;

/// Draws the track record.
pub fn record_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    let advice = &cx.snapshot.advice;
    panel(ui, theme, |ui| {
        let since = advice.record_since.map(|at| format!("since {}", day(at, cx.now))).unwrap_or_default();
        panel_head(ui, theme, cx.is_compact, "Track record", &since, |_| {});
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            ui.add(Label::new(theme.text(TextRole::Body, record_words(&advice.record))).wrap());
            if advice.record.n_judged() > 0 {
                bar_ui(cx, ui, &advice.record);
            }
        });
        for deed in advice.deeds.iter().take(MAX_ROWS) {
            hairline(ui, theme);
            deed_ui(cx, ui, deed);
        }
        let n_more = advice.deeds.len().saturating_sub(MAX_ROWS);
        if n_more > 0 {
            hairline(ui, theme);
            Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| {
                let text = format!("{n_more} more under Done");
                ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
            });
        }
    });
}

/// One bar in as many parts as there are verdicts, each as long as its count.
fn bar_ui(cx: &PanelCx<'_>, ui: &mut Ui, record: &TrackRecord) {
    let theme = cx.theme;
    let c = &theme.color;
    let parts = [(record.n_helped, c.success), (record.n_no_effect, c.neutral), (record.n_worse, c.critical)];
    let parts: Vec<_> = parts.into_iter().filter(|(n, _)| *n > 0).collect();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 8.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, record_words(record)));
    const GAP: f32 = 2.0;
    let room = rect.width() - GAP * (parts.len().saturating_sub(1)) as f32;
    let mut x = rect.left();
    for (n, color) in parts {
        let width = room * n as f32 / record.n_judged() as f32;
        let part = Rect::from_min_size(pos2(x, rect.top()), vec2(width, rect.height()));
        ui.painter().rect_filled(part, f32::from(theme.radius.bar), color);
        x += width + GAP;
    }
}
