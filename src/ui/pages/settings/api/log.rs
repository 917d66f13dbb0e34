//! The newest changes that were asked for through the API, with who asked and what came of it.

use eframe::egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::access::{Access, AuditEntry};
use crate::ui::cx::PanelCx;
use crate::ui::period::words::ago_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::text_at;

/// Entries on the page.
const N_SHOWN: usize = 8;
const ROW: f32 = 28.0;

/// Draws the entries.
pub fn log_ui(cx: &PanelCx<'_>, ui: &mut Ui, access: &Access) {
    let theme = cx.theme;
    let hint = match access.audit.len() {
        0 => "Nothing was changed through the API yet".to_owned(),
        _ => "The newest; all of them stand in api-audit.jsonl of the data folder".to_owned(),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let title = "Changes asked for";
    let width = text_at(ui.painter(), theme, inner, title, TextRole::BodyStrong, theme.color.t1);
    let beside = Rect::from_min_max(pos2(inner.left() + width + 8.0, inner.top()), inner.max);
    text_at(ui.painter(), theme, beside, &hint, TextRole::Small, theme.color.t3);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{title} {hint}")));
    for entry in access.audit.iter().take(N_SHOWN) {
        entry_ui(cx, ui, entry);
    }
}

/// What came of it, in a word beside the status.
fn outcome(entry: &AuditEntry) -> &'static str {
    match entry.status {
        200..=399 => "done",
        401 | 403 => "not allowed",
        500.. => "failed",
        _ => "refused",
    }
}

fn entry_ui(cx: &PanelCx<'_>, ui: &mut Ui, entry: &AuditEntry) {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let ago = ago_words(entry.at, cx.now);
    let who = format!("{}, {}", entry.token, entry.peer);
    let came = format!("{} {}", entry.status, outcome(entry));
    let what = match &*entry.summary {
        "" => format!("{} {}", entry.method, entry.path),
        summary => format!("{} {}: {summary}", entry.method, entry.path),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{what}, {who}: {came}, {ago}")));
    let cell = |from: f32, to: f32| Rect::from_min_max(pos2(from, inner.top()), pos2(to, inner.bottom()));
    let right = inner.right();
    let color = if entry.is_done() { c.t2 } else { c.warning };
    text_at(ui.painter(), theme, cell(inner.left(), inner.left() + 96.0), &ago, TextRole::Small, c.t3);
    text_at(ui.painter(), theme, cell(inner.left() + 104.0, right - 308.0), &what, TextRole::Small, c.t1);
    text_at(ui.painter(), theme, cell(right - 300.0, right - 128.0), &who, TextRole::Small, c.t2);
    text_at(ui.painter(), theme, cell(right - 120.0, right), &came, TextRole::Small, color);
}
