//! The banner over every page while history is not written or cannot be used. It stands until that is over.

use eframe::egui::{Rect, Ui, UiBuilder, pos2};

use crate::model::{HistoryState, Snapshot};
use crate::ui::cx::{Intent, Page, PanelCx};
use crate::ui::pages::health::history_trouble;
use crate::ui::widgets::{Tone, banner};

/// Room the banner takes, with the margin above it.
const HEIGHT: f32 = 40.0;

/// Draws the banner, if there is reason for it, and answers with the place that is left for the page.
pub fn history_banner_ui(cx: &PanelCx<'_>, ui: &mut Ui, live: &Snapshot, page: Rect) -> Rect {
    let Some(text) = history_trouble(&live.history, cx.now) else { return page };
    let is_closed = matches!(live.history.state, HistoryState::Closed { .. });
    let tone = if is_closed { Tone::Critical } else { Tone::Warning };
    let margin = cx.theme.frame(cx.is_compact).margin_x;
    let place = Rect::from_min_max(
        pos2(page.left() + margin, page.top() + 8.0),
        pos2(page.right() - margin, page.top() + HEIGHT),
    );
    let mut child = ui.new_child(UiBuilder::new().id_salt("history banner").max_rect(place));
    if banner(&mut child, cx.theme, tone, &text, Some("Details")) {
        cx.ask(Intent::Open(Page::Health));
    }
    Rect::from_min_max(pos2(page.left(), page.top() + HEIGHT), page.max)
}
