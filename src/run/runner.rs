//! Carries out what the course decides: takes messages in, has deeds done in a world, and tells how services do.
//!
//! It has no thread: [`super::thread`] gives it one, and tests drive it with a made-up world.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::course::{Course, Deed, Happening, Now, What};
use super::environment::{Profiles, Values};
use super::ledger::Entry;
use super::output::Outputs;
use super::starts::Starts;
use super::world::World;
use crate::model::Severity;
use crate::model::profile::ProfileName;
use crate::model::run::{MAX_ANSWERS, OutputAnswer, OutputQuestion, Run, RunCommand, RunPhase, RunState, StartRecord};

/// Time between two looks at environments, and at how much was printed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Time between two tellings of what changed only a little, and of new lines.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// Time for which it is waited to hear which profile is active, before services are started without.
const PROFILE_PATIENCE: Duration = Duration::from_secs(5);
/// Time that services have to end when Perfdesk does.
pub const CLOSE_TIME: Duration = Duration::from_millis(2_000);

/// What is asked of the runner, and what happens.
pub enum Message {
    /// Run these.
    Set {
        /// All that are run.
        runs: Vec<Run>,
        /// Services that stand in their file with a fault, so that they are not among these; `None` where the file was not
        /// read. What an earlier run left and is neither run nor faulty is ended.
        faulty: Option<Arc<[Arc<str>]>>,
    },
    /// Carry this out; but for what is about set-up.
    Command(RunCommand),
    /// This profile is active from now on.
    Profile {
        /// Its name.
        name: Option<ProfileName>,
        /// What every profile has as variables.
        all: Profiles,
    },
    /// Which checked services are healthy.
    Checks(Vec<(Arc<str>, Option<bool>)>),
    /// Something happened to a start.
    Happened(Happening),
    /// Of what environment a service was given, or would be now.
    Stamped {
        /// The service.
        service: Arc<str>,
        /// Tells it from another.
        stamp: u64,
        /// Whether it was given it.
        is_start: bool,
    },
    /// Restart a service that runs, and answer once it is ready or is not.
    Renew {
        /// The service.
        service: Arc<str>,
        /// The profile whose values it is to have; `None` is none.
        profile: Option<ProfileName>,
        /// Where the answer goes: what was done, or why it is not ready.
        reply: Sender<Result<String, String>>,
    },
    /// End everything.
    Stop,
}

/// Who is told. Called on the runner's thread, which may wait a little.
pub trait RunSink: Send {
    /// How all services do, by name.
    fn states(&self, states: Arc<[Arc<RunState>]>);
    /// Answers about output, the newest question first.
    fn outputs(&self, outputs: Arc<[Arc<OutputAnswer>]>);
    /// A start is over.
    fn started(&self, service: &Arc<str>, record: &StartRecord);
    /// Tell the person.
    fn tell(&self, severity: Severity, text: String, detail: String);
}

/// A service that somebody waits for.
struct Waiter {
    service: Arc<str>,
    /// Starts before this one do not count.
    after: u64,
    reply: Sender<Result<String, String>>,
}

/// Of what a service was given.
#[derive(Debug, Clone, Default)]
struct Given {
    profile: Option<ProfileName>,
    stamp: u64,
    now: u64,
}

/// The runner.
pub struct Runner {
    course: Course,
    world: Box<dyn World>,
    sink: Box<dyn RunSink>,
    outputs: Outputs,
    starts: Starts,
    runs: BTreeMap<Arc<str>, Arc<Run>>,
    profile: Option<ProfileName>,
    profiles: Profiles,
    /// Whether it was said which profile is active.
    has_profile: bool,
    given: BTreeMap<Arc<str>, Given>,
    states: BTreeMap<Arc<str>, Arc<RunState>>,
    questions: VecDeque<OutputQuestion>,
    answers: Vec<Arc<OutputAnswer>>,
    waiters: Vec<Waiter>,
    /// Since when it is known what is run.
    known_from: Option<Duration>,
    /// Services with a fault in their file, until it began.
    faulty: Arc<[Arc<str>]>,
    /// What is to be started once it began.
    beginning: Vec<Arc<str>>,
    has_begun: bool,
    looked_at: Duration,
    told_at: Duration,
    is_closing: bool,
}

impl Runner {
    /// A runner with nothing to run.
    pub fn new(world: Box<dyn World>, sink: Box<dyn RunSink>, outputs: Outputs, starts: Starts) -> Self {
        Self {
            course: Course::default(),
            world,
            sink,
            outputs,
            starts,
            runs: BTreeMap::new(),
            profile: None,
            profiles: Profiles::default(),
            has_profile: false,
            given: BTreeMap::new(),
            states: BTreeMap::new(),
            questions: VecDeque::new(),
            answers: Vec::new(),
            waiters: Vec::new(),
            known_from: None,
            faulty: Arc::default(),
            beginning: Vec::new(),
            has_begun: false,
            looked_at: Duration::ZERO,
            told_at: Duration::ZERO,
            is_closing: false,
        }
    }

    /// Takes a message in.
    pub fn take(&mut self, message: Message) {
        let now = self.world.now();
        match message {
            Message::Set { runs, faulty } => self.set(runs, faulty, now),
            Message::Command(RunCommand::AskOutput(question)) => self.ask_output(question, now),
            Message::Command(RunCommand::LeaveOutput(question)) => {
                self.questions.retain(|other| *other != question);
                self.answer(now, true);
            }
            Message::Command(command) => self.course.command(&command, now),
            Message::Profile { name, all } => {
                (self.profiles, self.has_profile) = (all, true);
                self.use_profile(name);
                self.look();
            }
            Message::Checks(healthy) => self.course.checked(healthy, now),
            Message::Happened(happening) => self.course.take(happening, now),
            Message::Stamped { service, stamp, is_start } => {
                let given = self.given.entry(service).or_default();
                given.now = stamp;
                if is_start {
                    (given.stamp, given.profile) = (stamp, self.profile.clone());
                }
            }
            Message::Renew { service, profile, reply } => {
                self.use_profile(profile);
                self.renew(service, reply, now);
            }
            Message::Stop => {
                self.is_closing = true;
                self.course.close(CLOSE_TIME, now);
            }
        }
        self.turn();
    }

    /// Moves on to the present.
    pub fn turn(&mut self) {
        let now = self.world.now();
        self.begin(now);
        self.course.advance(now);
        self.carry_out(now);
        if now.elapsed >= self.looked_at + LOOK_EVERY {
            self.looked_at = now.elapsed;
            self.look();
        }
        self.answer_waiters(now);
        self.tell(now);
    }

    /// How long nothing is to be done if no message comes.
    pub fn pause(&self) -> Duration {
        let now = self.world.now().elapsed;
        let due = self.course.due().map_or(LOOK_EVERY, |due| due.saturating_sub(now));
        let is_busy = !self.questions.is_empty() || self.states.values().any(|state| !state.phase.is_settled());
        let most = if is_busy { TELL_EVERY } else { LOOK_EVERY };
        due.clamp(Duration::from_millis(1), most)
    }

    /// Whether all has ended that was to end with Perfdesk.
    pub fn is_over(&self) -> bool {
        self.is_closing && self.course.is_closed()
    }

    fn set(&mut self, runs: Vec<Run>, faulty: Option<Arc<[Arc<str>]>>, now: Now) {
        let before = std::mem::take(&mut self.runs);
        self.runs = runs.iter().map(|run| (run.service.clone(), Arc::new(run.clone()))).collect();
        for gone in before.keys().filter(|service| !self.runs.contains_key(*service)) {
            self.outputs.forget(gone);
            self.given.remove(gone);
        }
        self.beginning.extend(self.course.set(runs, now));
        if let Some(faulty) = faulty {
            self.known_from.get_or_insert(now.elapsed);
            self.faulty = faulty;
        }
    }

    /// Begins once it is known what is run, and with which profile: follows what an earlier run left, and starts what is to
    /// start with Perfdesk.
    fn begin(&mut self, now: Now) {
        let Some(known_from) = self.known_from else { return };
        if !self.has_begun {
            if self.is_closing || (!self.has_profile && now.elapsed < known_from + PROFILE_PATIENCE) {
                return;
            }
            self.has_begun = true;
            let mut taken = BTreeSet::new();
            for left in self.world.left() {
                self.take_over(&left, &mut taken, now);
            }
        }
        for service in std::mem::take(&mut self.beginning) {
            self.course.command(&RunCommand::Start(service), now);
        }
    }

    /// Services take the values of this profile at their next start. One that is not known changes nothing.
    fn use_profile(&mut self, name: Option<ProfileName>) {
        let values = match &name {
            None => Values::default(),
            Some(name) => match self.profiles.get(name) {
                Some(values) => values.clone(),
                None => return,
            },
        };
        self.profile = name;
        self.world.set_profile(values);
    }

    /// Follows what an earlier run left, or ends it where it is run no more.
    fn take_over(&mut self, left: &Entry, taken: &mut BTreeSet<Arc<str>>, now: Now) {
        let service = &left.service;
        let Some(run) = self.runs.get(service).cloned() else {
            if self.faulty.contains(service) {
                let text = format!("{service} was left running");
                let detail = "What services.ron says of it has a fault: mend it, and start Perfdesk again".to_owned();
                return self.sink.tell(Severity::Warning, text, detail);
            }
            self.world.end_left(left);
            let text = format!("{service} was ended");
            let detail =
                format!("An earlier run of Perfdesk left process {}, and it is not run any more", left.leader.pid);
            return self.sink.tell(Severity::Info, text, detail);
        };
        if !taken.insert(service.clone()) {
            // What a start before that left behind.
            return self.world.end_left(left);
        }
        let what = What::Found { pid: left.leader.pid, started_at: left.started_at };
        self.course.take(Happening { service: service.clone(), attempt: 0, what }, now);
        if let Some(attempt) = self.course.attempt(service) {
            self.world.adopt(&run, attempt, left);
        }
    }

    fn carry_out(&mut self, now: Now) {
        for deed in self.course.take_deeds() {
            match deed {
                Deed::Spawn { run, attempt } => self.world.spawn(&run, attempt),
                Deed::Ask { service, attempt, ask, time_out } => self.world.ask(&service, attempt, ask, time_out),
                Deed::Step { service, attempt, step, what } => self.world.step(&service, attempt, step, what),
                Deed::End { service, attempt, is_forced } => self.world.end(&service, attempt, is_forced),
                Deed::Keep { service, mut record } => {
                    record.profile = self.given.get(&service).and_then(|given| given.profile.clone());
                    self.sink.started(&service, &record);
                    if let Err(why) = self.starts.add(&service, record) {
                        self.sink.tell(Severity::Warning, format!("A start of {service} was not kept"), why);
                    }
                }
                Deed::Tell { severity, text, detail } => self.sink.tell(severity, text, detail),
                Deed::Say { service, text } => self.outputs.say(&service, &text, now.at),
            }
        }
    }

    fn renew(&mut self, service: Arc<str>, reply: Sender<Result<String, String>>, now: Now) {
        if !self.course.is_wanted(&service) {
            let known = self.runs.contains_key(&service);
            let _ = reply.send(if known {
                Ok(format!("{service} does not run: it takes the new values when it is started"))
            } else {
                Err(format!("{service} is not run by Perfdesk"))
            });
            return;
        }
        let after = self.course.attempt(&service).unwrap_or(0);
        self.course.command(&RunCommand::Restart(service.clone()), now);
        self.waiters.push(Waiter { service, after, reply });
    }

    fn answer_waiters(&mut self, now: Now) {
        let course = &self.course;
        self.waiters.retain(|waiter| {
            let Some(state) = course.state_of(&waiter.service, now) else {
                let _ = waiter.reply.send(Err(format!("{} is not run any more", waiter.service)));
                return false;
            };
            let is_new = course.attempt(&waiter.service).is_some_and(|attempt| attempt > waiter.after);
            let answer = match &state.phase {
                phase if phase.is_usable() && is_new => Ok(format!("restarted: {}", state.sentence)),
                RunPhase::BackingOff { .. } | RunPhase::Failed if is_new => Err(state.sentence.to_string()),
                RunPhase::Failed => Err(state.sentence.to_string()),
                RunPhase::Stopped => Err(format!("{} was stopped", waiter.service)),
                _ => return true,
            };
            let _ = waiter.reply.send(answer);
            false
        });
    }

    fn look(&mut self) {
        let is_of_use = |run: &&Arc<Run>| run.uses_profile || !run.environment_file.as_os_str().is_empty();
        let runs = |run: &&Arc<Run>| {
            self.states.get(&run.service).is_some_and(|state| state.pid.is_some() && !state.is_adopted)
        };
        let to_look: Vec<Arc<Run>> = self.runs.values().filter(is_of_use).filter(runs).cloned().collect();
        if !to_look.is_empty() {
            self.world.look(to_look);
        }
    }

    /// Why a service should be restarted; empty where it should not.
    fn offer(&self, state: &RunState) -> String {
        let Some(given) = self.given.get(&state.service) else { return String::new() };
        if !state.phase.is_usable() || given.now == given.stamp || state.is_adopted {
            return String::new();
        }
        match &self.profile {
            Some(profile) if given.profile.as_ref() != Some(profile) => {
                format!("{profile} was applied since it started: restart it to take the values")
            }
            _ => "its environment changed since it started: restart it to take the values".into(),
        }
    }

    fn ask_output(&mut self, question: OutputQuestion, now: Now) {
        self.questions.retain(|other| *other != question);
        self.questions.push_front(question);
        self.questions.truncate(MAX_ANSWERS);
        self.answer(now, true);
    }

    fn answer(&mut self, now: Now, is_asked: bool) {
        let mut has_changed = is_asked;
        let mut answers = Vec::with_capacity(self.questions.len());
        for question in &self.questions {
            let known = self.answers.iter().find(|answer| answer.question == *question);
            if let Some(known) = known.filter(|known| known.figures == self.outputs.figures(&question.service))
                && known.why_empty.is_empty() == self.runs.contains_key(&question.service)
                && !known.lines.is_empty()
            {
                answers.push(known.clone());
                continue;
            }
            let mut answer = self.outputs.answer(question, now.at);
            if !self.runs.contains_key(&question.service) {
                answer.why_empty = format!("{} is not run by Perfdesk", question.service).into();
            }
            let is_same = known.is_some_and(|known| known.lines == answer.lines && known.figures == answer.figures);
            if let Some(known) = known.filter(|_| is_same) {
                answers.push(known.clone());
                continue;
            }
            has_changed = true;
            answers.push(Arc::new(answer));
        }
        self.answers = answers;
        if has_changed {
            self.sink.outputs(self.answers.clone().into());
        }
    }

    /// Tells how services do, where that changed: at once what matters, and now and then the rest.
    fn tell(&mut self, now: Now) {
        let is_due = now.elapsed >= self.told_at + TELL_EVERY;
        let mut has_changed = false;
        let mut states = BTreeMap::new();
        for mut state in self.course.states(now) {
            state.output = self.outputs.figures(&state.service);
            state.starts = self.starts.of(&state.service);
            state.restart_offer = self.offer(&state).into();
            let known = self.states.get(&state.service);
            match known {
                Some(known) if **known == state => drop(states.insert(state.service.clone(), known.clone())),
                known => {
                    has_changed |= known.is_none_or(|known| known.phase != state.phase || known.pid != state.pid);
                    states.insert(state.service.clone(), Arc::new(state));
                }
            }
        }
        has_changed |= states.len() != self.states.len();
        let is_other = has_changed
            || states.iter().any(|(name, state)| self.states.get(name).is_none_or(|known| !Arc::ptr_eq(known, state)));
        if has_changed || (is_due && is_other) {
            self.states = states;
            self.sink.states(self.states.values().cloned().collect());
        }
        if is_due {
            self.told_at = now.elapsed;
            if !self.questions.is_empty() {
                self.answer(now, false);
            }
        }
    }
}
