//! A quiet line at the foot: what was left out of what services reported, each number with its reason.

use eframe::egui::{Align, Layout, Rect, Stroke, Ui, UiBuilder, vec2};

use crate::model::quantity::{decimals, joined};
use crate::model::service::IntakeFigures;
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;

/// Height of the line; none where nothing was left out.
pub(super) fn height(intake: &IntakeFigures) -> f32 {
    if lost(intake).next().is_some() { 26.0 } else { 0.0 }
}

/// A counter in words: how many, of what, and why.
type Counter = (u64, &'static str, &'static str, &'static str);

/// Every counter of losses that is not zero.
fn lost(intake: &IntakeFigures) -> impl Iterator<Item = Counter> {
    let all = [
        (
            intake.n_refused,
            "refused request",
            "refused requests",
            "Malformed, too large, or without the token: the answer told the sender which",
        ),
        (
            intake.n_bad_points,
            "bad data point",
            "bad data points",
            "Of a wrong type, not finite, repeated, too old, or more than 5\u{2009}min in the future",
        ),
        (
            intake.n_over_points,
            "data point over the limit",
            "data points over the limit",
            "Of series that are not kept because there are too many; services.ron holds the limits",
        ),
        (
            intake.n_over_series,
            "series over the limit",
            "series over the limit",
            "An attribute with too many values makes too many series: leave it out in the SDK",
        ),
        (intake.n_bad_spans, "bad span", "bad spans", "Without an id, or with times that cannot be"),
        (
            intake.n_over_services,
            "service over the limit",
            "services over the limit",
            "There are too many services: look for a service.name that changes",
        ),
    ];
    all.into_iter().filter(|(n, ..)| *n > 0)
}

/// What went for newer ones, which is as it should be and only told beside losses.
fn gone(intake: &IntakeFigures) -> impl Iterator<Item = Counter> {
    let spans = "Went for newer ones: the slowest and the failed are kept longest";
    let all = [
        (intake.n_evicted_spans, "older span", "older spans", spans),
        (intake.n_evicted_logs, "older log line", "older log lines", "Went for newer ones"),
    ];
    all.into_iter().filter(|(n, ..)| *n > 0)
}

/// Draws the line.
pub(super) fn losses_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect) {
    let theme = cx.theme;
    let c = &theme.color;
    ui.painter().hline(rect.x_range(), rect.top().round() + 0.5, Stroke::new(1.0, c.line_subtle));
    let inner = rect.shrink2(vec2(20.0, 0.0));
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        ui.label(theme.colored(TextRole::Micro, "Left out since the start", c.t3));
        let intake = &cx.snapshot.services.intake;
        for (n, one, many, why) in lost(intake).chain(gone(intake)) {
            let text = joined(&decimals(n as f64, 0), if n == 1 { one } else { many });
            ui.label(theme.colored(TextRole::Micro, text, c.t2)).on_hover_text(why);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_went_for_newer_ones_is_no_loss() {
        assert_eq!(height(&IntakeFigures { n_evicted_spans: 9, n_spans: 100, ..IntakeFigures::default() }), 0.0);
        assert!(height(&IntakeFigures { n_over_points: 1, ..IntakeFigures::default() }) > 0.0);
    }
}
