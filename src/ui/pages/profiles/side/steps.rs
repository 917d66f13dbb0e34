//! The four steps of an apply across the panel: plan, apply, verify, keep.

use eframe::egui::{Align2, Color32, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Not begun.
    Ahead,
    /// Where it is now.
    Current,
    /// Done.
    Done,
    /// Failed.
    Failed,
}

impl Stand {
    const fn word(self) -> &'static str {
        match self {
            Self::Ahead => "not begun",
            Self::Current => "now",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// Names of the steps.
pub const STEPS: [&str; 4] = ["Plan", "Apply", "Verify", "Keep"];
const HEIGHT: f32 = 44.0;
/// Between a circle and its word, and between a word or a circle and the line.
const GAP: f32 = 6.0;
const LINE_GAP: f32 = 8.0;

/// Draws the steps.
pub fn steps_ui(cx: &PanelCx<'_>, ui: &mut Ui, stands: [Stand; 4]) {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let side = theme.size.step;
    let galleys: Vec<_> = STEPS
        .iter()
        .zip(stands)
        .map(|(name, stand)| {
            let role = if stand == Stand::Current { TextRole::SmallStrong } else { TextRole::Small };
            ui.painter().layout_no_wrap((*name).to_owned(), theme.font(role), Color32::PLACEHOLDER)
        })
        .collect();
    let words: f32 = galleys.iter().map(|galley| side + GAP + galley.size().x).sum();
    let between = ((inner.width() - words) / (STEPS.len() - 1) as f32).max(2.0 * LINE_GAP);
    let y = inner.center().y.round();
    let mut x = inner.left();
    for (i, (galley, stand)) in galleys.into_iter().zip(stands).enumerate() {
        let circle = Rect::from_center_size(pos2(x + side / 2.0, y), vec2(side, side));
        let (fill, edge, ink) = match stand {
            Stand::Current => (c.accent, c.accent, c.on_accent),
            Stand::Done => (Color32::TRANSPARENT, c.success, c.success),
            Stand::Failed => (Color32::TRANSPARENT, c.critical, c.critical),
            Stand::Ahead => (Color32::TRANSPARENT, c.line_strong, c.t2),
        };
        ui.painter().circle(circle.center(), side / 2.0 - 0.5, fill, Stroke::new(1.0, edge));
        match stand {
            Stand::Done => icons::CHECK.paint(ui.painter(), circle.center(), 12.0, ink),
            Stand::Failed => icons::X.paint(ui.painter(), circle.center(), 12.0, ink),
            Stand::Current | Stand::Ahead => {
                let font = theme.font(TextRole::MicroSemi);
                ui.painter().text(circle.center(), Align2::CENTER_CENTER, i + 1, font, ink);
            }
        }
        let color = if stand == Stand::Current { c.t1 } else { c.t2 };
        let at = pos2(circle.right() + GAP, y - galley.size().y / 2.0);
        let end = at.x + galley.size().x;
        ui.painter().galley(at, galley, color);
        if i + 1 < STEPS.len() {
            let line = (end + LINE_GAP)..=(end + between - LINE_GAP);
            ui.painter().hline(line, y + 0.5, Stroke::new(1.0, c.line));
        }
        x = end + between;
    }
    let told: Vec<String> = STEPS.iter().zip(stands).map(|(name, stand)| format!("{name}: {}", stand.word())).collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, told.join(", ")));
}
