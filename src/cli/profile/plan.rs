//! `profile plan`: what applying a profile would change, as a diff. Nothing is written.

use super::books::Books;
use super::{ProfileCommandError, counted, json, say_json};
use crate::apply::world::RealWorld;
use crate::cli::console::say;
use crate::cli::profile_args::PlanArguments;
use crate::engine::tuning::bound_files::bound_files;
use crate::engine::tuning::documents::problem_text;
use crate::engine::tuning::draw_up;
use crate::engine::tuning::targets::look_at;
use crate::model::Folders;
use crate::model::profile::{DiffLine, DiffSign, FilePlan, Plan, PlanId, ProblemKind};
use crate::profile::plan::{reload_words, verify_words};

/// Plans and says so.
///
/// # Errors
/// [`ProfileCommandError::Failed`] where the plan could not be applied.
pub fn run(folders: &Folders, typed: &PlanArguments) -> Result<(), ProfileCommandError> {
    let books = Books::read_aloud(folders)?;
    let documents = &books.documents;
    books.profile(&typed.name)?;
    check_bindings(&books, &typed.bindings)?;
    let is_wanted = |id: &str| typed.bindings.is_empty() || typed.bindings.iter().any(|wanted| wanted == id);
    let chosen = documents.bindings.iter().filter(|binding| is_wanted(&binding.id));
    let mut world = RealWorld::new();
    let files = bound_files(&mut world, chosen);
    let (mut plan, contents) = draw_up(PlanId(1), &typed.name, documents, &documents.profiles, files, &books.secrets())
        .map_err(|why| ProfileCommandError::Failed(format!("{}: {why}", typed.name)))?;
    look_at(&mut world, &mut plan, &contents);
    if typed.json {
        say_json(&json::plan(&plan));
    } else {
        print(&plan);
    }
    verdict(&plan)
}

/// Whether these bindings are there.
///
/// # Errors
/// Wrong use.
pub fn check_bindings(books: &Books, wanted: &[String]) -> Result<(), ProfileCommandError> {
    let bindings = &books.documents.bindings;
    if let Some(problem) = books.documents.binding_problems.iter().find(|problem| problem.kind == ProblemKind::Error) {
        return Err(ProfileCommandError::Failed(format!("bindings.ron has errors: {}", problem_text(problem))));
    }
    if bindings.is_empty() {
        let how = "`perfdesk profile import FILE --save NAME` makes one";
        return Err(ProfileCommandError::Failed(format!("no file is bound to profiles yet: {how}")));
    }
    match wanted.iter().find(|id| bindings.iter().all(|binding| *binding.id != ***id)) {
        Some(id) => {
            let there: Vec<&str> = bindings.iter().map(|binding| &*binding.id).collect();
            Err(ProfileCommandError::Usage(format!("there is no binding {id}; there are {}", there.join(", "))))
        }
        None => Ok(()),
    }
}

/// Whether nothing stands in a plan's way.
///
/// # Errors
/// [`ProfileCommandError::Failed`]; what stands in its way was said.
pub fn verdict(plan: &Plan) -> Result<(), ProfileCommandError> {
    let problems = plan.problems.iter().chain(plan.files.iter().flat_map(|file| &file.problems));
    match problems.filter(|problem| problem.kind == ProblemKind::Error).count() {
        0 => Ok(()),
        n => {
            let errors = counted(n, "error stands", "errors stand");
            Err(ProfileCommandError::Failed(format!("{} cannot be applied: {errors} in the way", plan.profile)))
        }
    }
}

/// Prints a plan.
pub fn print(plan: &Plan) {
    for file in &plan.files {
        print_file(file);
    }
    for (binding, reload) in &plan.reloads {
        say(&format!("reload {binding}: {}", reload_words(reload)));
    }
    for (binding, verify) in &plan.verifies {
        say(&format!("verify {binding}: {}", verify_words(verify)));
    }
    plan.problems.iter().for_each(|problem| say(&super::validate::line(problem)));
    let n_files = plan.files.len();
    let unchanged = match plan.n_unchanged {
        0 => String::new(),
        n => format!("; {} every value already", counted(n, "file has", "files have")),
    };
    let values = counted(plan.n_parameters(), "value", "values");
    say(&format!("{}: {values} in {}{unchanged}", plan.profile, counted(n_files, "file", "files")));
}

fn print_file(file: &FilePlan) {
    let path = file.path.display();
    say(&format!("--- {path}"));
    say(&format!("+++ {path} ({})", file.binding));
    let mut is_hunk_open = false;
    for line in file.diff.iter() {
        match line.sign {
            DiffSign::Skipped => is_hunk_open = false,
            _ => {
                if !is_hunk_open {
                    say(&format!("@@ line {} @@", line.number));
                    is_hunk_open = true;
                }
                say(&diff_line(line));
            }
        }
    }
    file.problems.iter().for_each(|problem| say(&super::validate::line(problem)));
}

fn diff_line(line: &DiffLine) -> String {
    let sign = match line.sign {
        DiffSign::Same | DiffSign::Skipped => ' ',
        DiffSign::Added => '+',
        DiffSign::Removed => '-',
    };
    format!("{sign}{}", line.text)
}
