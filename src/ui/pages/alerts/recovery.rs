//! The form's rows about the end: recovery, missing data, severity.

use eframe::egui::{Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::fields::Rows;
use super::form::{Form, Recovery};
use super::words::tone;
use crate::model::alert::{Comparison, MissingPolicy, RuleField, RuleSeverity};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{choice, focus_ring, menu_item, popup_menu, text_at};

const CHOICE: f32 = 124.0;
const AMOUNT: f32 = 66.0;
const DURATION: f32 = 72.0;
const SEVERITY: f32 = 140.0;

/// Draws the rows.
pub fn recovery_ui(rows: &Rows<'_, '_>, ui: &mut Ui, form: &mut Form) {
    let theme = rows.cx.theme;
    rows.row(ui, "Recovers", &[RuleField::Recover, RuleField::KeepFiring], |ui| {
        let choices = [
            (Recovery::At(Comparison::Below), "below"),
            (Recovery::At(Comparison::Above), "above"),
            (Recovery::AtOnce, "at the limit"),
        ];
        if choice(ui, theme, "Recovery", CHOICE, &mut form.recovery, &choices) && form.recover.is_empty() {
            form.recover = form.when.first().map(|first| first.threshold.clone()).unwrap_or_default();
        }
        if form.recovery != Recovery::AtOnce {
            rows.field(ui, &mut form.recover, "Recovery threshold", AMOUNT, &[RuleField::Recover]);
            let now = form.recover.clone();
            rows.was(ui, &now, |kept| Some(kept.recover.clone()));
        }
        rows.word(ui, "for");
        rows.field(ui, &mut form.keep, "Recovery lasts", DURATION, &[RuleField::KeepFiring]);
        let now = form.keep.clone();
        rows.was(ui, &now, |kept| Some(kept.keep.clone()));
    });
    rows.row(ui, "Without data", &[], |ui| {
        let choices =
            [(MissingPolicy::Keep, "keep state"), (MissingPolicy::Alert, "fire"), (MissingPolicy::Ok, "count as well")];
        choice(ui, theme, "Without data", CHOICE, &mut form.missing, &choices);
        rows.word(ui, "severity");
        severity_ui(rows, ui, form);
        let now = form.severity;
        rows.was(ui, now.name(), |kept| Some(kept.severity.name().to_owned()));
    });
}

fn severity_ui(rows: &Rows<'_, '_>, ui: &mut Ui, form: &mut Form) {
    let theme = rows.cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(SEVERITY, theme.size.control), Sense::click());
    let edge = if response.hovered() { c.line_strong } else { c.line_field };
    let radius = f32::from(theme.radius.control);
    ui.painter().rect(rect, radius, c.bg_field, Stroke::new(1.0, edge), StrokeKind::Inside);
    let mark = pos2(rect.left() + 16.0, rect.center().y);
    icons::fill::BELL_RINGING.paint(ui.painter(), mark, 14.0, tone(form.severity).icon_color(theme));
    let inner = Rect::from_min_max(pos2(rect.left() + 30.0, rect.top()), pos2(rect.right() - 26.0, rect.bottom()));
    text_at(ui.painter(), theme, inner, form.severity.name(), TextRole::Body, c.t1);
    icons::CARET_DOWN.paint(ui.painter(), pos2(rect.right() - 14.0, rect.center().y), 12.0, c.t3);
    focus_ring(ui, theme, &response, theme.radius.control);
    let name = format!("Severity: {}", form.severity.name());
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    popup_menu(theme, &response, |ui| {
        for severity in [RuleSeverity::Critical, RuleSeverity::Warning, RuleSeverity::Info] {
            let is_chosen = severity == form.severity;
            if menu_item(ui, theme, severity.name(), Some(icons::BELL), is_chosen).clicked() {
                form.severity = severity;
            }
        }
    });
}
