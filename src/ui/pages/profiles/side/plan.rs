//! The plan: what applying would write to which file, what is done then, and the button that does it.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align, Layout, ScrollArea, Ui, UiBuilder};

use super::diff::{FileState, diff_ui, file_head_ui};
use super::facts::{Part, fact_ui, problem_ui};
use super::foot::{foot_ui, height, split};
use super::steps::{Stand, steps_ui};
use super::{LONG_SECONDS, QUIET_SECONDS, head_ui, line_ui, plan_of_page};
use crate::model::profile::{ParamValue, Plan, Problem, ProblemKind, Reload, VerifyAction};
use crate::profile::plan::shown_url;
use crate::profile::secret::conceal_argv;
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::pages::profiles::ProfilesPanel;
use crate::ui::pages::profiles::bind::write_words;
use crate::ui::pages::profiles::deed::{Deed, KEEP_WITHIN};
use crate::ui::pages::profiles::model::PageModel;
use crate::ui::pages::profiles::words::{all_files, backups_kept, counted, service_of, short_url};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, link, loading_bars};

/// Draws the plan, or what stands in its place.
pub fn plan_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ProfilesPanel, model: &PageModel, deeds: &mut Vec<Deed>) {
    let bindings = &cx.snapshot.tuning.bindings;
    if bindings.is_empty() {
        unbound_ui(cx, ui, model, panel.side.is_over, deeds);
        return;
    }
    if model.has_errors() || panel.parameters.has_faulty_text() {
        faulty_ui(cx, ui, model, panel.side.is_over, deeds);
        return;
    }
    match plan_of_page(cx, panel, model) {
        Some(plan) => planned_ui(cx, ui, panel, model, plan, deeds),
        None => waiting_ui(cx, ui, panel, model, deeds),
    }
}

/// No file is bound: what binding is for.
fn unbound_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &PageModel, is_over: bool, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let text = "Bind the .env, the YAML or another settings file of a service: Perfdesk finds which of its keys are \
                parameters, shows what it would change before it writes anything, and can take it back.";
    head_ui(cx, ui, "Where does this profile go?", text, is_over, deeds);
    let (above, foot) = split(ui, if model.is_dirty { height(cx, ui, "") } else { 0.0 });
    ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
        ui.add_space(16.0);
        ui.horizontal(|ui| {
            ui.add_space(16.0);
            if Button::primary("Bind a file…").icon(icons::FILE_TEXT).tall().show(ui, theme).clicked() {
                deeds.push(Deed::Bind);
            }
        });
    });
    if model.is_dirty {
        foot_ui(cx, ui, foot, "", |ui| save_ui(cx, ui, deeds));
    }
}

/// Something cannot stand: nothing can be planned.
fn faulty_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &PageModel, is_over: bool, deeds: &mut Vec<Deed>) {
    head_ui(cx, ui, "Plan", "Nothing can be applied while these stand.", is_over, deeds);
    steps_ui(cx, ui, [Stand::Current, Stand::Ahead, Stand::Ahead, Stand::Ahead]);
    line_ui(cx, ui);
    let (above, foot) = split(ui, if model.is_dirty { height(cx, ui, "") } else { 0.0 });
    ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
        ScrollArea::vertical().id_salt("plan faults").auto_shrink(false).show(ui, |ui| {
            ui.add_space(4.0);
            let of_rows = model.rows.iter().flat_map(|row| row.problems.iter().map(move |p| (Some(row), p)));
            let all = model.problems.iter().map(|p| (None, p)).chain(of_rows);
            let errors = all.filter(|(_, p)| p.kind == ProblemKind::Error);
            for (row, problem) in errors.take(20) {
                let text = match row {
                    Some(row) => format!("{}: {}", row.name, problem.text),
                    None => problem.text.to_string(),
                };
                let told = Problem { text: text.into(), ..problem.clone() };
                problem_ui(cx, ui, &told, None, deeds);
            }
            if !model.has_errors() {
                ui.horizontal(|ui| {
                    ui.add_space(16.0);
                    let text = "A field on the page cannot be read; it is marked there";
                    ui.label(cx.theme.colored(TextRole::Small, text, cx.theme.color.critical));
                });
            }
        });
    });
    if model.is_dirty {
        foot_ui(cx, ui, foot, "", |ui| save_ui(cx, ui, deeds));
    }
}

/// The plan is on its way.
fn waiting_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &ProfilesPanel, model: &PageModel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let waited = panel.side.asked.as_ref().map_or(0.0, |asked| ui.input(|i| i.time) - asked.seconds);
    let no_profile = model.is_machine() && cx.snapshot.tuning.active.is_none();
    let line = match waited {
        _ if no_profile => "No profile is in force: this layer is written together with one.",
        w if w > LONG_SECONDS => "No plan came. Messages at the lower right say why.",
        w if w > QUIET_SECONDS => "Reading the bound files…",
        _ => " ",
    };
    head_ui(cx, ui, "Plan", line, panel.side.is_over, deeds);
    steps_ui(cx, ui, [Stand::Current, Stand::Ahead, Stand::Ahead, Stand::Ahead]);
    line_ui(cx, ui);
    let next = if waited > LONG_SECONDS {
        None
    } else if waited > QUIET_SECONDS {
        Some(LONG_SECONDS)
    } else {
        Some(QUIET_SECONDS)
    };
    if let Some(next) = next.filter(|_| !no_profile) {
        ui.ctx().request_repaint_after(Duration::from_secs_f64((next - waited).max(0.02)));
    }
    let (above, foot) = split(ui, if model.is_dirty { height(cx, ui, "") } else { 0.0 });
    ui.scope_builder(UiBuilder::new().max_rect(above.shrink(16.0)), |ui| {
        if waited > LONG_SECONDS && !no_profile {
            if link(ui, theme, "Plan again").clicked() {
                deeds.push(Deed::PlanAgain);
            }
        } else if waited > QUIET_SECONDS && !no_profile {
            loading_bars(ui, theme, 5);
        }
    });
    if model.is_dirty {
        foot_ui(cx, ui, foot, "", |ui| save_ui(cx, ui, deeds));
    }
}

fn planned_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    panel: &mut ProfilesPanel,
    model: &PageModel,
    plan: &Plan,
    deeds: &mut Vec<Deed>,
) {
    head_ui(cx, ui, "Plan", &subtitle(plan), panel.side.is_over, deeds);
    steps_ui(cx, ui, [Stand::Current, Stand::Ahead, Stand::Ahead, Stand::Ahead]);
    line_ui(cx, ui);
    let n = plan.files.len();
    let words = if n == 0 { String::new() } else { warning(n) };
    let has_foot = n > 0 || model.is_dirty || can_adopt(cx, plan);
    let (above, foot) = split(ui, if has_foot { height(cx, ui, &words) } else { 0.0 });
    ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
        ScrollArea::vertical().id_salt("plan").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for problem in &plan.problems {
                problem_ui(cx, ui, problem, make_secret(model, problem), deeds);
            }
            for problem in plan.files.iter().flat_map(|file| &file.problems) {
                problem_ui(cx, ui, &with_line(problem), make_secret(model, problem), deeds);
            }
            for (i, file) in plan.files.iter().enumerate() {
                if i > 0 {
                    line_ui(cx, ui);
                }
                let is_open = !panel.side.folded.contains(&file.path);
                let state = FileState::Planned(file.n_lines.0, file.n_lines.1);
                if file_head_ui(cx, ui, &file.path, state, is_open) {
                    panel.side.toggle(&file.path);
                }
                line_ui(cx, ui);
                if is_open {
                    ui.push_id(("diff", i), |ui| diff_ui(cx, ui, &file.diff));
                }
            }
            if n > 0 {
                line_ui(cx, ui);
                ui.add_space(8.0);
                facts_ui(cx, ui, plan);
            }
            ui.add_space(8.0);
        });
    });
    if has_foot {
        let is_fresh = panel.side.is_fresh;
        foot_ui(cx, ui, foot, &words, |ui| buttons_ui(cx, ui, model, plan, is_fresh, deeds));
    }
}

/// A problem of a file, with the line of the file it is in.
fn with_line(problem: &Problem) -> Problem {
    let text = match problem.place {
        Some(place) => format!("line {}: {}", place.line, problem.text).into(),
        None => Arc::clone(&problem.text),
    };
    Problem { text, ..problem.clone() }
}

/// Whether a profile that is not in force can be put in force without writing anything: every file has its values.
fn can_adopt(cx: &PanelCx<'_>, plan: &Plan) -> bool {
    let is_error = |problem: &Problem| problem.kind == ProblemKind::Error;
    let is_active = cx.snapshot.tuning.active.as_ref() == Some(&plan.profile);
    plan.files.is_empty() && plan.n_unchanged > 0 && !is_active && !plan.problems.iter().any(is_error)
}

/// A secret that a plan misses is made by a click.
fn make_secret(model: &PageModel, problem: &Problem) -> Option<(&'static str, Deed)> {
    let row = model.rows.iter().find(|row| Some(&row.key) == problem.key.as_ref())?;
    match &row.value {
        Some(ParamValue::Secret(name)) if problem.kind == ProblemKind::Error => {
            Some(("Make it", Deed::MakeSecret(row.key.clone(), name.clone())))
        }
        _ => None,
    }
}

/// "3 parameters in 2 files of checkout. Nothing is written yet."
fn subtitle(plan: &Plan) -> String {
    let n = plan.files.len();
    if n == 0 {
        return match plan.n_unchanged {
            1 => "The bound file already has every value: there is nothing to write.".into(),
            2 => "Both bound files already have every value: there is nothing to write.".into(),
            n => format!("All {n} bound files already have every value: there is nothing to write."),
        };
    }
    let service = service_of(plan.files.iter().map(|file| &file.binding));
    let of = service.map_or_else(String::new, |service| format!(" of {service}"));
    let files = counted(n, "file");
    format!("{} in {files}{of}. Nothing is written yet.", counted(plan.n_parameters(), "parameter"))
}

/// What happens if it goes wrong.
fn warning(n_files: usize) -> String {
    let seconds = KEEP_WITHIN.as_secs();
    let (files, go, they) = match n_files {
        1 => ("the file", "goes", "it was"),
        2 => ("both files", "go", "they were"),
        _ => ("all files", "go", "they were"),
    };
    format!(
        "If the reload or a check fails, or you do not keep it within {seconds}\u{2009}s, {files} {go} back to what {they}."
    )
}

/// What is done beside writing.
fn facts_ui(cx: &PanelCx<'_>, ui: &mut Ui, plan: &Plan) {
    let color = cx.theme.color.t2;
    let files = all_files(plan.files.len());
    let kept = format!("{files}, before anything is written. Backups are kept for {}", backups_kept());
    fact_ui(cx, ui, (icons::FLOPPY_DISK, color), "Back up", &[Part::Words(&kept)]);
    if plan.reloads.is_empty() {
        let text = "nothing is told: the service reads its file by itself, or you start it again";
        fact_ui(cx, ui, (icons::ARROWS_CLOCKWISE, color), "Reload", &[Part::Words(text)]);
    }
    for (_, reload) in &plan.reloads {
        let command = match reload {
            Reload::Run { argv, .. } => write_words(&conceal_argv(argv)),
            Reload::Post { url, .. } => format!("POST {}", short_url(&shown_url(url))),
            Reload::Restart { service, .. } => format!("restart of {service}"),
        };
        fact_ui(cx, ui, (icons::ARROWS_CLOCKWISE, color), "Reload", &[Part::Code(&command)]);
    }
    let asks = plan.verifies.iter().filter_map(|(_, verify)| match verify {
        VerifyAction::Get { url, fields, .. } => Some((shown_url(url), fields.len())),
        VerifyAction::ReadFile => None,
    });
    let mut is_asked = false;
    for (url, n) in asks {
        is_asked = true;
        let values = format!(" for {}", counted(n, "value"));
        let parts = [Part::Words("ask "), Part::Code(short_url(&url)), Part::Words(&values)];
        fact_ui(cx, ui, (icons::SEAL_CHECK, color), "Verify", &parts);
    }
    if !is_asked {
        let text = format!("read {files} again");
        fact_ui(cx, ui, (icons::SEAL_CHECK, color), "Verify", &[Part::Words(&text)]);
    }
}

fn buttons_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &PageModel, plan: &Plan, is_fresh: bool, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let n = plan.files.len();
    if n == 0 && !can_adopt(cx, plan) {
        save_ui(cx, ui, deeds);
        return;
    }
    let act = if n == 0 { "Put in force".to_owned() } else { format!("Apply to {}", counted(n, "file")) };
    let why_not = match (is_fresh, plan.can_apply() || n == 0) {
        (false, _) => Some("The plan is being made again"),
        (true, false) => Some("Something stands in the way: it is marked above"),
        (true, true) => None,
    };
    if Button::primary(&act).tall().why_not(why_not).show(ui, theme).clicked() {
        deeds.push(Deed::Apply(plan.id));
    }
    if model.is_dirty {
        if Button::secondary("Save only").tall().show(ui, theme).clicked() {
            deeds.push(Deed::Save);
        }
        discard_ui(cx, ui, deeds);
    }
}

/// The buttons where there is nothing to apply.
fn save_ui(cx: &PanelCx<'_>, ui: &mut Ui, deeds: &mut Vec<Deed>) {
    if Button::primary("Save").tall().show(ui, cx.theme).clicked() {
        deeds.push(Deed::Save);
    }
    discard_ui(cx, ui, deeds);
}

fn discard_ui(cx: &PanelCx<'_>, ui: &mut Ui, deeds: &mut Vec<Deed>) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if Button::quiet("Discard").tall().show(ui, cx.theme).clicked() {
            deeds.push(Deed::Discard);
        }
    });
}
