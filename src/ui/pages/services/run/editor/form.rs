//! How a service is run as it is typed, and what that means. Secrets are typed and never shown.

use std::path::PathBuf;
use std::sync::Arc;

use super::readiness::ReadinessForm;
use super::step_form::StepForm;
use crate::model::profile::Secret;
use crate::model::run::{MAX_RUNS, Need, Restart, RestartWhen, Run, Variable, cycle};
use crate::model::service::Services;
use crate::ui::pages::reports::path_field::PathDraft;
use crate::ui::pages::services::ask_form::{line_of, words_of};
use crate::ui::widgets::number;

/// Bounds of numbers that are typed.
pub(super) const STOP_SECONDS: (u32, u32) = (0, 600);
pub(super) const FIRST_MILLIS: (u32, u32) = (100, 600_000);
pub(super) const LONGEST_MILLIS: (u32, u32) = (100, 3_600_000);
pub(super) const LIMIT: (u32, u32) = (1, 1_000);

/// A variable as it is typed.
#[derive(Clone, PartialEq, Default)]
pub(super) struct VariableForm {
    pub name: String,
    /// What is typed as its value, of a secret, too; empty where a kept secret stays as it is.
    pub value: String,
    pub is_secret: bool,
}

/// Without what may be a secret.
impl std::fmt::Debug for VariableForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VariableForm").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Everything that is typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Form {
    pub service: String,
    pub command: String,
    pub directory: PathDraft,
    pub environment_file: PathDraft,
    pub variables: Vec<VariableForm>,
    pub uses_profile: bool,
    pub needs: Vec<Need>,
    pub readiness: ReadinessForm,
    pub steps: Vec<StepForm>,
    pub stop_seconds: String,
    pub restart: RestartWhen,
    pub first_millis: String,
    pub longest_millis: String,
    pub limit: String,
    pub is_lazy: bool,
    pub starts_with_perfdesk: bool,
    pub outlives_perfdesk: bool,
}

impl Form {
    /// The form of a service that is run.
    pub(super) fn of(run: &Run) -> Self {
        let path = |path: &PathBuf| {
            let mut draft = PathDraft::default();
            if !path.as_os_str().is_empty() {
                draft.answered(Ok(path.clone()));
            }
            draft
        };
        let variable = |variable: &Variable| VariableForm {
            name: variable.name.to_string(),
            value: if variable.is_secret { String::new() } else { variable.value.to_string() },
            is_secret: variable.is_secret,
        };
        Self {
            service: run.service.to_string(),
            command: line_of(&run.argv),
            directory: path(&run.directory),
            environment_file: path(&run.environment_file),
            variables: run.environment.iter().map(variable).collect(),
            uses_profile: run.uses_profile,
            needs: run.needs.clone(),
            readiness: ReadinessForm::of(run.readiness.as_ref()),
            steps: run.warm_up.iter().enumerate().map(|(i, step)| StepForm::of(step, i as u64)).collect(),
            stop_seconds: run.stop_seconds.to_string(),
            restart: run.restart.when,
            first_millis: run.restart.first_millis.to_string(),
            longest_millis: run.restart.longest_millis.to_string(),
            limit: run.restart.limit.to_string(),
            is_lazy: run.is_lazy,
            starts_with_perfdesk: run.starts_with_perfdesk,
            outlives_perfdesk: run.outlives_perfdesk,
        }
    }

    /// The form of a service that is not run yet: given the profile's values, unless that is switched off.
    pub(super) fn new(service: &str) -> Self {
        Self::of(&Run { service: service.into(), uses_profile: true, ..Run::default() })
    }

    /// Whether something is typed that a fault could be about.
    pub(super) fn is_begun(&self) -> bool {
        !self.service.trim().is_empty() && !self.command.trim().is_empty()
    }

    /// A number that no step has.
    pub(super) fn free_id(&self) -> u64 {
        self.steps.iter().map(|step| step.id + 1).max().unwrap_or(0)
    }

    /// How the service is run by what is typed; a secret that is empty stays as `kept` has it.
    ///
    /// # Errors
    /// The first thing that is wrong, in words.
    pub(super) fn read(&self, kept: Option<&Run>, services: &Services) -> Result<Run, String> {
        let run = self.parsed()?;
        let others = services.setup.runs.iter().filter(|other| other.service != run.service);
        if kept.is_none() && services.setup.runs.iter().any(|other| other.service == run.service) {
            return Err(format!("{} is run already: open it to change how", run.service));
        }
        if kept.is_none() && services.setup.runs.len() >= MAX_RUNS {
            return Err(format!("{MAX_RUNS} services are run already, and more cannot be"));
        }
        if let Some(why) = with_kept_secrets(&run, kept).fault() {
            return Err(why);
        }
        let all: Vec<Run> = others.cloned().chain([run.clone()]).collect();
        match cycle(&all) {
            Some(path) if path.contains(&run.service) => {
                Err(format!("Each of these needs the next: {}. Take one need away", path.join(" → ")))
            }
            _ => Ok(run),
        }
    }

    /// What is typed, its numbers within their bounds.
    fn parsed(&self) -> Result<Run, String> {
        let variable = |variable: &VariableForm| {
            let typed: Arc<str> = variable.value.as_str().into();
            let (value, secret) = match variable.is_secret {
                true => ("".into(), (!typed.is_empty()).then_some(Secret(typed))),
                false => (typed, None),
            };
            Variable { name: variable.name.trim().into(), value, is_secret: variable.is_secret, secret }
        };
        let is_written = |variable: &&VariableForm| !variable.name.trim().is_empty() || !variable.value.is_empty();
        let first_millis = number(&self.first_millis, "The first wait", FIRST_MILLIS)?;
        let longest_millis = number(&self.longest_millis, "The longest wait", (first_millis, LONGEST_MILLIS.1))?;
        Ok(Run {
            service: self.service.trim().into(),
            argv: words_of(&self.command)?,
            directory: self.directory.text.trim().into(),
            environment: self.variables.iter().filter(is_written).map(variable).collect(),
            environment_file: self.environment_file.text.trim().into(),
            uses_profile: self.uses_profile,
            needs: self.needs.clone(),
            readiness: self.readiness.read()?,
            warm_up: self.steps.iter().map(StepForm::read).collect::<Result<_, _>>()?,
            stop_seconds: number(&self.stop_seconds, "The time to end", STOP_SECONDS)?,
            restart: Restart {
                when: self.restart,
                first_millis,
                longest_millis,
                limit: number(&self.limit, "Restarts in a row", LIMIT)?,
            },
            is_lazy: self.is_lazy,
            starts_with_perfdesk: self.starts_with_perfdesk,
            outlives_perfdesk: self.outlives_perfdesk,
        })
    }
}

/// Whether the value of this variable is kept, so that it need not be typed.
pub(super) fn is_kept(kept: Option<&Run>, name: &str) -> bool {
    kept.is_some_and(|run| run.environment.iter().any(|variable| variable.is_secret && *variable.name == *name.trim()))
}

/// The same with something in the place of each secret that is kept: it is not missing.
fn with_kept_secrets(run: &Run, kept: Option<&Run>) -> Run {
    let mut judged = run.clone();
    for variable in judged.environment.iter_mut().filter(|variable| variable.is_secret && variable.secret.is_none()) {
        if is_kept(kept, &variable.name) {
            variable.secret = Some(Secret("kept".into()));
        }
    }
    judged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run::{OnFailure, Readiness, StepKind, WarmUpStep};
    use crate::model::service::{CheckKind, ServiceSetup};
    use crate::ui::pages::services::ask_form::Way;

    fn step(name: &str, kind: StepKind) -> WarmUpStep {
        WarmUpStep { name: name.into(), kind, tries: 3, on_failure: OnFailure::Ignore, ..WarmUpStep::default() }
    }

    fn shop() -> Run {
        let http = StepKind::Http {
            method: "POST".into(),
            url: "http://127.0.0.1:80/x".into(),
            body: "{}".into(),
            status: Some(204),
            contains: "ok".into(),
        };
        Run {
            service: "shop".into(),
            argv: vec!["/opt/my shop/bin".into(), "--port".into(), "".into()],
            directory: "/opt/my shop".into(),
            environment: vec![
                Variable { name: "MODE".into(), value: "fast".into(), ..Variable::default() },
                Variable { name: "TOKEN".into(), is_secret: true, ..Variable::default() },
            ],
            environment_file: "/opt/my shop/.env".into(),
            uses_profile: true,
            needs: vec![Need { service: "db".into(), is_optional: true }],
            readiness: Some(Readiness {
                ask: CheckKind::Http {
                    url: "http://127.0.0.1:80/ready".into(),
                    status: None,
                    body: "".into(),
                    json: ("db".into(), "ok".into()),
                    max_millis: 250,
                },
                every_millis: 50,
                time_out_seconds: 9,
            }),
            warm_up: vec![
                step("a", http),
                step("b", StepKind::Sql { database: "db".into(), statement: "SELECT 1".into() }),
                step("c", StepKind::PoolOpen { address: "127.0.0.1:80".into(), connections: 8 }),
                step("d", StepKind::Dns { host: "db.local".into() }),
                step(
                    "e",
                    StepKind::Preload { url: "http://h/m".into(), body: "".into(), done_url: "http://h/done".into() },
                ),
                step("f", StepKind::Command { argv: vec!["true".into(), "a b".into()] }),
            ],
            stop_seconds: 3,
            restart: Restart { when: RestartWhen::Always, first_millis: 200, longest_millis: 900, limit: 4 },
            is_lazy: true,
            starts_with_perfdesk: true,
            outlives_perfdesk: true,
        }
    }

    fn services(runs: Vec<Run>) -> Services {
        let setup = ServiceSetup { runs, ..ServiceSetup::default() };
        Services { setup: Arc::new(setup), ..Services::default() }
    }

    #[test]
    fn what_is_set_up_comes_back_unchanged_and_kept_secrets_stay() {
        let run = shop();
        let known = services(vec![run.clone()]);
        assert_eq!(Form::of(&run).read(Some(&run), &known), Ok(run.clone()));
        let why = Form::of(&run).read(None, &services(vec![])).expect_err("nobody knows the secret");
        assert!(why.contains("TOKEN"), "{why}");
        let mut form = Form::of(&run);
        form.variables[1].value = "hunter2".into();
        let typed = form.read(Some(&run), &known).expect("reads");
        assert_eq!(typed.environment[1].secret, Some(Secret("hunter2".into())));
        assert_eq!(&*typed.environment[1].value, "");
        assert!(!format!("{form:?} {typed:?}").contains("hunter2"));
    }

    #[test]
    fn what_cannot_be_is_named() {
        let good = || Form { command: "true".into(), ..Form::new("a") };
        let with = |change: &dyn Fn(&mut Form)| {
            let mut form = good();
            change(&mut form);
            form
        };
        let needs = |service: &str| vec![Need { service: service.into(), is_optional: false }];
        let b = Run { service: "b".into(), argv: vec!["true".into()], needs: needs("a"), ..Run::default() };
        let known = services(vec![b]);
        assert!(good().read(None, &known).is_ok());
        let cases: [(Form, &str); 7] = [
            (with(&|form| form.command.clear()), "begins with a program"),
            (with(&|form| form.command = "a | b".into()), "a shell's"),
            (with(&|form| form.service = "b".into()), "is run already"),
            (with(&|form| form.stop_seconds = "x".into()), "from 0 to 600"),
            (with(&|form| form.longest_millis = "100".into()), "from 500"),
            (with(&|form| form.needs = needs("b")), "b → a → b"),
            (with(&|form| form.readiness.way = Some(Way::Tcp)), "host and a port"),
        ];
        for (form, part) in cases {
            let why = form.read(None, &known).expect_err(part);
            assert!(why.contains(part), "{why}");
        }
        let doubled = with(&|form| {
            form.variables = vec![VariableForm { name: "A".into(), ..VariableForm::default() }; 2];
        });
        assert!(doubled.read(None, &known).expect_err("twice").contains("twice"));
    }
}
