//! Toasts: what the program has to tell, bottom right, at most three; errors stay until they are put away.

use std::time::Duration;

use eframe::egui::{Align, Align2, Area, Context, Id, Label, Layout, Order, Role, Sense, Stroke, WidgetInfo, vec2};

use crate::model::{Command, Notice, NoticeCommand, NoticeId, Severity};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{IconButton, Mark};

const AT_MOST: usize = 3;
const SECONDS: f64 = 5.0;

#[derive(Debug, Clone)]
struct Toast {
    number: u64,
    severity: Severity,
    text: String,
    detail: String,
    born_seconds: f64,
    notice: Option<NoticeId>,
}

/// The toasts on the screen and those that wait for a place.
#[derive(Debug, Default)]
pub struct Toasts {
    toasts: Vec<Toast>,
    next_number: u64,
    last_notice: Option<NoticeId>,
}

impl Toasts {
    /// Adds one of the window's own.
    pub fn add(&mut self, now_seconds: f64, severity: Severity, text: String) {
        self.push(now_seconds, severity, text, String::new(), None);
    }

    /// Takes over notices that were not seen before.
    pub fn feed(&mut self, now_seconds: f64, notices: &[Notice]) {
        for notice in notices {
            if self.last_notice.is_none_or(|last| notice.id > last) {
                self.last_notice = Some(notice.id);
                let (text, detail) = (notice.text.to_string(), notice.detail.to_string());
                self.push(now_seconds, notice.severity, text, detail, Some(notice.id));
            }
        }
    }

    /// Counts what another engine told before as seen.
    pub fn pass_over(&mut self, notices: &[Notice]) {
        self.last_notice = notices.iter().map(|notice| notice.id).max();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.toasts.len()
    }

    /// Puts all away.
    pub fn clear(&mut self) {
        self.toasts.clear();
    }

    fn push(&mut self, born_seconds: f64, severity: Severity, text: String, detail: String, notice: Option<NoticeId>) {
        // The same words again refresh what is there instead of piling up.
        self.toasts.retain(|t| t.text != text || t.detail != detail);
        self.next_number += 1;
        self.toasts.push(Toast { number: self.next_number, severity, text, detail, born_seconds, notice });
        while self.toasts.len() > AT_MOST {
            let passing = self.toasts.iter().position(|t| t.severity != Severity::Error).unwrap_or(0);
            self.toasts.remove(passing);
        }
    }

    /// Drops what has stood long enough; answers with the time until the next one has.
    fn expire(&mut self, now_seconds: f64) -> Option<f64> {
        self.toasts.retain(|t| t.severity == Severity::Error || now_seconds - t.born_seconds < SECONDS);
        let left = |t: &Toast| t.born_seconds + SECONDS - now_seconds;
        self.toasts.iter().filter(|t| t.severity != Severity::Error).map(left).reduce(f64::min)
    }
}

/// Draws the toasts over the page, `aside` points from the window's right edge: a column there that ends in buttons stays
/// free.
pub fn toasts_ui(cx: &PanelCx<'_>, ctx: &Context, toasts: &mut Toasts, aside: f32) {
    let now = ctx.input(|i| i.time);
    if let Some(left) = toasts.expire(now) {
        ctx.request_repaint_after(Duration::from_secs_f64(left.max(0.05)));
    }
    let mut above = cx.theme.size.status_bar + 16.0;
    let mut dismissed = None;
    for toast in toasts.toasts.iter().rev() {
        let shown = Area::new(Id::unique(("toast", toast.number)))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, vec2(-16.0 - aside, -above))
            .show(ctx, |ui| {
                let frame = crate::ui::widgets::popup_frame(cx.theme)
                    .stroke(Stroke::new(1.0, cx.theme.color.line_strong))
                    .inner_margin(eframe::egui::Margin::symmetric(12, 8));
                frame.show(ui, |ui| toast_ui(ui, cx.theme, toast)).inner
            });
        above += shown.response.rect.height() + 8.0;
        if shown.inner {
            dismissed = Some((toast.number, toast.notice));
        }
    }
    if let Some((number, notice)) = dismissed {
        toasts.toasts.retain(|t| t.number != number);
        if let Some(id) = notice {
            cx.send(Command::Notice(NoticeCommand::Dismiss(id)));
        }
    }
}

/// One toast; true when it was put away.
fn toast_ui(ui: &mut eframe::egui::Ui, theme: &Theme, toast: &Toast) -> bool {
    let width = theme.size.toast - 24.0;
    ui.set_width(width);
    let mark = Mark::from(toast.severity);
    let role = if toast.severity >= Severity::Warning { Role::Alert } else { Role::Status };
    let mut is_dismissed = false;
    let row = ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
        ui.label(mark.icon.text(16.0, mark.tone.icon_color(theme)));
        ui.allocate_ui_with_layout(vec2(width - 56.0, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.add(Label::new(theme.text(TextRole::BodyStrong, toast.text.as_str())).wrap());
            if !toast.detail.is_empty() {
                let detail = theme.colored(TextRole::Small, toast.detail.as_str(), theme.color.t2);
                ui.add(Label::new(detail).wrap());
            }
        });
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            let name = format!("Dismiss: {}", toast.text);
            is_dismissed = IconButton::new(icons::X, &name).side(20.0).show(ui, theme).clicked();
        });
    });
    let whole = ui.interact(row.response.rect, ui.scope_id().with("words"), Sense::hover());
    whole.widget_info(|| WidgetInfo::labeled(role, true, format!("{} {}", toast.text, toast.detail).trim()));
    is_dismissed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn notice(id: u64, severity: Severity) -> Notice {
        Notice {
            id: NoticeId(id),
            at: Timestamp::from_millis(0),
            severity,
            text: format!("notice {id}").into(),
            detail: "".into(),
        }
    }

    #[test]
    fn each_notice_is_told_once_and_errors_stay() {
        let mut toasts = Toasts::default();
        let notices = [notice(1, Severity::Error), notice(2, Severity::Info)];
        toasts.feed(0.0, &notices);
        toasts.feed(1.0, &notices);
        assert_eq!(toasts.len(), 2);
        assert_eq!(toasts.expire(4.0), Some(1.0));
        assert_eq!(toasts.expire(5.1), None);
        assert_eq!(toasts.toasts.iter().map(|t| t.text.as_str()).collect::<Vec<_>>(), ["notice 1"]);
    }

    #[test]
    fn a_crowd_drops_what_passes_before_an_error() {
        let mut toasts = Toasts::default();
        toasts.feed(0.0, &[notice(1, Severity::Error)]);
        for i in 2..6 {
            toasts.feed(0.0, &[notice(i, Severity::Success)]);
        }
        let texts: Vec<_> = toasts.toasts.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["notice 1", "notice 4", "notice 5"]);
    }
}
