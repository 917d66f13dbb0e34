//! An apply: how its steps go, what is on trial and for how long, and what became of it.

use std::time::Duration;

use eframe::egui::{Align, Layout, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::diff::{FileState, diff_ui, file_head_ui};
use super::facts::{Part, fact_ui, output_ui};
use super::foot::{foot_ui, height, split};
use super::steps::{Stand, steps_ui};
use super::{Shown, Side, head_ui, line_ui};
use crate::model::profile::{ApplyPhase, ApplyRecord, ApplyStep, StepKind, StepState};
use crate::ui::PanelCx;
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::{clock_in, stamp};
use crate::ui::icons;
use crate::ui::pages::profiles::FOOT;
use crate::ui::pages::profiles::deed::{Deed, KEEP_WITHIN};
use crate::ui::pages::profiles::words::{all_files, backups_kept, countdown, counted};
use crate::ui::theme::TextRole;
use crate::ui::widgets::Button;

/// Draws an apply.
pub fn record_ui(cx: &PanelCx<'_>, ui: &mut Ui, side: &mut Side, record: &ApplyRecord, deeds: &mut Vec<Deed>) {
    let (title, line) = head_words(cx, record);
    head_ui(cx, ui, &title, &line, side.is_over, deeds);
    steps_ui(cx, ui, stands(record));
    line_ui(cx, ui);
    let words = foot_words(record);
    let is_on_trial = matches!(record.phase, ApplyPhase::OnTrial { .. });
    let has_foot = is_on_trial || record.phase.is_over();
    let foot_height = match (is_on_trial, has_foot) {
        (true, _) => FOOT,
        (false, true) => height(cx, ui, &words),
        (false, false) => 0.0,
    };
    let (above, foot) = split(ui, foot_height);
    ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
        ScrollArea::vertical().id_salt(("apply", record.id.0)).auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add_space(8.0);
            for step in &record.steps {
                step_ui(cx, ui, step);
            }
            ui.add_space(8.0);
            files_ui(cx, ui, side, record);
        });
    });
    match &record.phase {
        ApplyPhase::OnTrial { until } => trial_ui(cx, ui, side, record, until.since(cx.now), foot, deeds),
        _ if has_foot => foot_ui(cx, ui, foot, &words, |ui| over_buttons_ui(cx, ui, side, record, deeds)),
        _ => {}
    }
}

/// The title and the line below it.
fn head_words(cx: &PanelCx<'_>, record: &ApplyRecord) -> (String, String) {
    let name = &record.profile;
    let when = stamp(record.at, cx.now, Zone::LOCAL, true);
    let files = counted(record.files.len(), "file");
    match &record.phase {
        ApplyPhase::Writing | ApplyPhase::Reloading | ApplyPhase::Verifying => {
            ("Applying".into(), format!("{name}, since {when}."))
        }
        ApplyPhase::OnTrial { .. } => {
            let is_verified = record.steps.iter().any(|s| s.kind == StepKind::Verify && s.state == StepState::Done);
            let title = if is_verified { "Applied and verified" } else { "Applied" };
            let clock = clock_in(record.at, Zone::LOCAL, true);
            (title.into(), format!("At {clock}. Keep it, or it goes back by itself."))
        }
        ApplyPhase::Kept => ("Kept".into(), format!("{name} in {files}, applied {when} by {}.", record.who)),
        ApplyPhase::RollingBack { why } => ("Going back".into(), sentence(why)),
        ApplyPhase::RolledBack { why } => ("Rolled back".into(), sentence(why)),
        ApplyPhase::Stuck { why } => ("It could not go back wholly".into(), sentence(why)),
    }
}

/// Words with a period behind them.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let text: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    if text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// How the four steps stand.
fn stands(record: &ApplyRecord) -> [Stand; 4] {
    let failed = |kinds: &[StepKind]| {
        record.steps.iter().any(|step| kinds.contains(&step.kind) && step.state == StepState::Failed)
    };
    let (apply, verify) = (failed(&[StepKind::Write]), failed(&[StepKind::Reload, StepKind::Verify]));
    let [done, now, ahead] = [Stand::Done, Stand::Current, Stand::Ahead];
    match &record.phase {
        ApplyPhase::Writing => [done, now, ahead, ahead],
        ApplyPhase::Reloading | ApplyPhase::Verifying => [done, done, now, ahead],
        ApplyPhase::OnTrial { .. } => [done, done, done, now],
        ApplyPhase::Kept => [done, done, done, done],
        ApplyPhase::RollingBack { .. } | ApplyPhase::RolledBack { .. } | ApplyPhase::Stuck { .. } => {
            match (apply, verify) {
                (true, _) => [done, Stand::Failed, ahead, ahead],
                (false, true) => [done, done, Stand::Failed, ahead],
                (false, false) => [done, done, done, Stand::Failed],
            }
        }
    }
}

fn step_ui(cx: &PanelCx<'_>, ui: &mut Ui, step: &ApplyStep) {
    let c = &cx.theme.color;
    let mark = match step.state {
        StepState::Waiting => (icons::CIRCLE, c.t3),
        StepState::Running => (icons::CIRCLE_NOTCH, c.accent),
        StepState::Done => (icons::fill::CHECK_CIRCLE, c.success),
        StepState::Failed => (icons::fill::X_CIRCLE, c.critical),
    };
    let is_done = step.state == StepState::Done;
    let label = match (step.kind, is_done) {
        (StepKind::Write, true) => "Written",
        (StepKind::Write, false) => "Write",
        (StepKind::Reload, true) => "Reloaded",
        (StepKind::Reload, false) => "Reload",
        (StepKind::Verify, true) => "Verified",
        (StepKind::Verify, false) => "Verify",
        (StepKind::Restore, true) => "Restored",
        (StepKind::Restore, false) => "Restore",
    };
    // "systemctl reload checkout in 0.8 s": what stands before the time is a command.
    let parts = match step.text.rsplit_once(" in ") {
        Some((command, _)) if step.kind == StepKind::Reload && is_done => {
            [Part::Code(command), Part::Words(&step.text[command.len()..])]
        }
        _ => [Part::Words(&step.text), Part::Words("")],
    };
    fact_ui(cx, ui, mark, label, &parts);
    if step.state == StepState::Failed && !step.output.trim().is_empty() {
        output_ui(cx, ui, &step.output);
    }
}

/// What was written. The first file is unfolded, the rest are one line each.
fn files_ui(cx: &PanelCx<'_>, ui: &mut Ui, side: &mut Side, record: &ApplyRecord) {
    let is_back = matches!(record.phase, ApplyPhase::RolledBack { .. });
    for (i, file) in record.files.iter().enumerate() {
        line_ui(cx, ui);
        let is_open = (i == 0) != side.folded.contains(&file.path);
        let state = if is_back { FileState::Back } else { FileState::Written };
        if file_head_ui(cx, ui, &file.path, state, is_open) {
            side.toggle(&file.path);
        }
        if is_open {
            line_ui(cx, ui);
            ui.push_id(("diff", i), |ui| diff_ui(cx, ui, &file.diff));
        }
    }
    if !record.files.is_empty() {
        line_ui(cx, ui);
    }
}

/// What is left of the trial, and the two ways it can end.
fn trial_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    side: &mut Side,
    record: &ApplyRecord,
    left: Duration,
    place: Rect,
    deeds: &mut Vec<Deed>,
) {
    let theme = cx.theme;
    let c = &theme.color;
    let longest = side.trial.filter(|(id, _)| *id == record.id).map_or(KEEP_WITHIN, |(_, longest)| longest);
    let longest = longest.max(left);
    side.trial = Some((record.id, longest));
    ui.painter().hline(place.x_range(), place.top() + 0.5, Stroke::new(1.0, c.line));
    let inner = Rect::from_min_max(place.min + vec2(16.0, 12.0), place.max - vec2(16.0, 12.0));
    let clock = countdown(left);
    let time = ui.painter().layout_no_wrap(clock.clone(), theme.font(TextRole::Value), c.t1);
    let time_size = time.size();
    ui.painter().galley(pos2(inner.left(), inner.top()), time, c.t1);
    let (go, themselves) = if record.files.len() == 1 { ("goes", "itself") } else { ("go", "themselves") };
    let words = format!("until {} {go} back by {themselves}", all_files(record.files.len()));
    let text = ui.painter().layout_no_wrap(words.clone(), theme.font(TextRole::Small), c.t2);
    let at = pos2(inner.left() + time_size.x + 10.0, inner.top() + time_size.y - text.size().y - 4.0);
    ui.painter().galley(at, text, c.t2);
    let told = ui.interact(inner.with_max_y(inner.top() + 32.0), ui.scope_id().with("trial"), Sense::hover());
    told.widget_info(|| WidgetInfo::labeled(Role::Timer, true, format!("{clock} {words}")));
    let bar = Rect::from_min_size(pos2(inner.left(), inner.top() + 42.0), vec2(inner.width(), 4.0));
    ui.painter().rect_filled(bar, 2.0, c.track);
    let share = (left.as_secs_f64() / longest.as_secs_f64().max(0.001)).clamp(0.0, 1.0) as f32;
    ui.painter().rect_filled(bar.with_max_x(bar.left() + bar.width() * share), 2.0, c.warning);
    let row = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 32.0), inner.max);
    let builder = UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if Button::primary("Keep the changes").tall().show(ui, theme).clicked() {
            deeds.push(Deed::Keep(record.id));
        }
        if Button::secondary("Roll back now").tall().show(ui, theme).clicked() {
            deeds.push(Deed::RollBack(record.id));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(theme.colored(TextRole::Small, "Enter keeps", c.t3));
        });
    });
}

/// What stands above the buttons of an apply that is over.
fn foot_words(record: &ApplyRecord) -> String {
    match record.phase {
        ApplyPhase::Kept => format!("Backups are kept for {}: until then this can be taken back.", backups_kept()),
        ApplyPhase::RolledBack { .. } => "Every file is as it was before.".into(),
        ApplyPhase::Stuck { .. } => "Nothing more is written by itself until this is settled.".into(),
        _ => String::new(),
    }
}

fn over_buttons_ui(cx: &PanelCx<'_>, ui: &mut Ui, side: &Side, record: &ApplyRecord, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let is_past = matches!(side.shown, Shown::Record(_));
    let back = if is_past { "Close" } else { "Back to the plan" };
    match record.phase {
        ApplyPhase::Kept if Button::secondary("Roll back").tall().show(ui, theme).clicked() => {
            deeds.push(Deed::RollBack(record.id));
        }
        ApplyPhase::Stuck { .. } if Button::primary("Try again to roll back").tall().show(ui, theme).clicked() => {
            deeds.push(Deed::RollBack(record.id));
        }
        _ => {}
    }
    if Button::quiet(back).tall().show(ui, theme).clicked() {
        deeds.push(Deed::ShowPlan);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::profile::ApplyId;

    #[test]
    fn the_step_that_failed_is_the_one_that_is_crossed() {
        let step = |kind, state| ApplyStep { kind, state, text: "".into(), output: "".into() };
        let record = |phase, steps| ApplyRecord {
            id: ApplyId(1),
            profile: "p".into(),
            previous: None,
            at: Timestamp::from_millis(0),
            who: "ada".into(),
            phase,
            steps,
            files: Vec::new(),
        };
        let back = || ApplyPhase::RolledBack { why: "asked".into() };
        let failed = |kind| vec![step(kind, StepState::Failed), step(StepKind::Restore, StepState::Done)];
        let crossed = |record: &ApplyRecord| stands(record).iter().position(|stand| *stand == Stand::Failed);
        assert_eq!(crossed(&record(back(), failed(StepKind::Write))), Some(1));
        assert_eq!(crossed(&record(back(), failed(StepKind::Reload))), Some(2));
        assert_eq!(crossed(&record(back(), failed(StepKind::Verify))), Some(2));
        assert_eq!(crossed(&record(back(), Vec::new())), Some(3), "nobody kept it");
        assert_eq!(crossed(&record(ApplyPhase::Kept, Vec::new())), None);
        assert_eq!(sentence("nobody kept it"), "Nobody kept it.");
    }
}
