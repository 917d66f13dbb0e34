//! What is counted of one service.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::super::otlp::common::{Sender, cut};
use super::errors::Errors;
use super::id::TraceId;
use super::meaning::{LONGEST_NAME, Meaning, Role};
use super::names::{Budget, Names, OTHER};
use super::series::Slots;
use super::trace_view::SpanView;
use super::window::{N_SLICES, SLICE_MS, Window};
use crate::analysis::span::split::Parts;
use crate::model::Timestamp;
use crate::model::service::{FunctionRow, Identity, MAX_PIDS, SpanFigures, SpanKind};
use crate::telemetry::record::is_set_back;
use crate::telemetry::size;

/// Routes, functions and operations of a service, each at most.
const MOST_NAMES: usize = 500;
/// What a service calls, at most.
const MOST_DEPENDENCIES: usize = 200;
/// Kinds of errors by which the requests of a route are told apart in series.
const MOST_OUTCOMES: usize = 10;
/// An instance that was silent for so long is none any more.
const INSTANCE: Duration = Duration::from_secs(300);
/// Instances remembered at most.
const MOST_INSTANCES: usize = 200;
/// Bytes of the row that is told of a name, which stands twice while it is told anew.
const TOLD: usize = 2 * size_of::<FunctionRow>();
/// Requests whose time is divided that are remembered.
const MOST_SAMPLES: usize = 512;

/// What a moment is to the windows: the slice that fills, and the time itself.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Wall time.
    pub at: Timestamp,
    /// The slice that fills; never goes down.
    pub slice: i64,
}

/// Requests of a route with one outcome since the last tick.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// `error.type`; empty where they did not fail.
    pub error: Box<str>,
    /// How many.
    pub n: u32,
    /// Their durations together, seconds.
    pub seconds: f64,
    /// Their series.
    pub slots: Slots<2>,
}

/// A route.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its requests.
    pub window: Window,
    /// `http.request.method`; empty where there is none.
    pub method: Box<str>,
    /// `http.route`; empty where there is none.
    pub route: Box<str>,
    /// Since the last tick.
    pub outcomes: Vec<Outcome>,
    /// Series of its statistics.
    pub slots: Slots<6>,
}

impl Route {
    fn count_outcome(&mut self, error: &str, seconds: f64) {
        let place = self.outcomes.iter().position(|outcome| *outcome.error == *error).unwrap_or_else(|| {
            let error = if self.outcomes.len() < MOST_OUTCOMES { error } else { "_OTHER" };
            self.outcomes.iter().position(|outcome| *outcome.error == *error).unwrap_or_else(|| {
                self.outcomes.push(Outcome { error: error.into(), n: 0, seconds: 0.0, slots: Slots::default() });
                self.outcomes.len() - 1
            })
        });
        let outcome = &mut self.outcomes[place];
        outcome.n += 1;
        outcome.seconds += seconds;
    }
}

/// A function.
#[derive(Debug, Clone, Default)]
pub struct Function {
    /// Its calls.
    pub window: Window,
    /// Series of its statistics.
    pub slots: Slots<5>,
}

/// An operation of a database, or something that is called.
#[derive(Debug, Clone)]
pub struct Called {
    /// The calls.
    pub window: Window,
    /// The system or kind.
    pub system: Box<str>,
    /// The operation or the name.
    pub name: Box<str>,
    /// The statement; empty where there is none.
    pub statement: Box<str>,
}

impl Called {
    fn new(system: &str, name: &str, statement: &str) -> Self {
        Self { window: Window::default(), system: system.into(), name: name.into(), statement: statement.into() }
    }
}

/// A request whose time was divided.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The slice in which.
    pub slice: i64,
    /// Its duration, with the time in a queue before it, ns.
    pub duration: u64,
    /// The parts of it.
    pub parts: Parts,
}

/// What is counted of one service.
#[derive(Debug)]
pub struct ServiceBook {
    /// Its name.
    pub name: Arc<str>,
    /// What it says of itself.
    pub identity: Identity,
    /// Each with when it was last heard of, and its process where that is on this machine.
    instances: Vec<(Box<str>, Timestamp, Option<u32>)>,
    /// A host of it, and whether there are others.
    host: Box<str>,
    /// Whether it runs on several hosts.
    pub has_several_hosts: bool,
    /// When it was first heard of.
    pub first_at: Timestamp,
    /// When it was last heard of.
    pub last_at: Timestamp,
    /// The slice in which it was first heard of.
    first_slice: i64,
    /// Requests that are answered.
    pub served: Window,
    /// Messages that are taken.
    pub consumed: Window,
    /// Series of the statistics of requests.
    pub slots: Slots<6>,
    /// By method and route.
    pub routes: Names<Route>,
    /// By name.
    pub functions: Names<Function>,
    /// By system, operation and statement.
    pub operations: Names<Called>,
    /// By name and kind.
    pub dependencies: Names<Called>,
    /// By kind.
    pub errors: Errors,
    /// The newest requests whose time was divided.
    pub samples: VecDeque<Sample>,
    /// What was told last, and whether it holds still.
    pub told: Option<(i64, Arc<SpanFigures>)>,
    /// The slice in which names were last looked through for silent ones.
    pruned: i64,
    /// Room for keys.
    key: String,
}

impl ServiceBook {
    /// A service that is heard of for the first time.
    pub fn new(name: &str, now: Now) -> Self {
        Self {
            name: name.into(),
            identity: Identity::default(),
            instances: Vec::new(),
            host: "".into(),
            has_several_hosts: false,
            first_at: now.at,
            last_at: now.at,
            first_slice: now.slice,
            served: Window::default(),
            consumed: Window::default(),
            slots: Slots::default(),
            routes: Names::new(MOST_NAMES),
            functions: Names::new(MOST_NAMES),
            operations: Names::new(MOST_NAMES),
            dependencies: Names::new(MOST_DEPENDENCIES),
            errors: Errors::default(),
            samples: VecDeque::new(),
            told: None,
            pruned: i64::MIN,
            key: String::new(),
        }
    }

    /// Hears of it from one of its instances.
    pub fn hear(&mut self, sender: &Sender, is_here: bool, now: Now) {
        if is_set_back(self.last_at, now.at) {
            (self.first_at, self.last_at) = (self.first_at.min(now.at), now.at);
            self.instances.iter_mut().for_each(|(_, last_at, _)| *last_at = now.at.min(*last_at));
        }
        self.last_at = self.last_at.max(now.at);
        self.told = None;
        for (own, theirs) in [
            (&mut self.identity.version, &sender.version),
            (&mut self.identity.namespace, &sender.namespace),
            (&mut self.identity.language, &sender.language),
        ] {
            if !theirs.is_empty() && **own != **theirs {
                *own = theirs.as_str().into();
            }
        }
        if self.host.is_empty() {
            self.host = sender.host.as_str().into();
        } else if !sender.host.is_empty() && *self.host != *sender.host {
            self.has_several_hosts = true;
        }
        self.key.clear();
        if sender.instance.is_empty() {
            use std::fmt::Write as _;
            let _ = write!(self.key, "{} {}", sender.host, sender.pid.unwrap_or(0));
        } else {
            self.key.push_str(&sender.instance);
        }
        let pid = sender.pid.filter(|_| is_here);
        if let Some(known) = self.instances.iter_mut().find(|(instance, ..)| **instance == *self.key) {
            (known.1, known.2) = (now.at, pid);
        } else {
            self.instances.retain(|(_, last_at, _)| now.at.since(*last_at) < INSTANCE);
            if self.instances.len() < MOST_INSTANCES {
                self.instances.push((self.key.as_str().into(), now.at, pid));
            }
        }
    }

    /// What it says of itself, with the instances that reported within the last 5 min.
    pub fn identity(&self, at: Timestamp) -> Identity {
        let heard = || self.instances.iter().filter(|(_, last_at, _)| at.since(*last_at) < INSTANCE);
        let mut pids: Vec<u32> = heard().filter_map(|(.., pid)| *pid).take(MAX_PIDS).collect();
        pids.sort_unstable();
        pids.dedup();
        Identity { n_instances: u32::try_from(heard().count()).unwrap_or(u32::MAX), pids, ..self.identity.clone() }
    }

    /// Seconds that the windows cover: up to a minute, since the first slice; what came first had gathered for a while.
    pub fn covered_seconds(&self, clock_ms: i64) -> f64 {
        let slice = clock_ms.div_euclid(SLICE_MS);
        let first = self.first_slice.max(slice - N_SLICES + 1);
        ((clock_ms - first * SLICE_MS).max(SLICE_MS)) as f64 / 1000.0
    }

    /// Counts a span; `outcome` is what went wrong as `error.type` has it, empty where nothing did.
    pub fn count(&mut self, view: &SpanView<'_>, meaning: &Meaning, outcome: &str, budget: &mut Budget, slice: i64) {
        let nanos = view.duration();
        let call = Call { nanos, is_failed: !outcome.is_empty(), trace: view.trace, slice };
        self.make_room(budget, slice);
        let is_consumer = view.kind == SpanKind::Consumer;
        match meaning.role {
            Some(Role::Request) => {
                call.count(if is_consumer { &mut self.consumed } else { &mut self.served });
                let route = self.routes.of(&meaning.label, budget, |name| Route {
                    window: Window::default(),
                    method: if name == OTHER { "".into() } else { cut(view.told.method, 32).into() },
                    route: if name == OTHER { OTHER.into() } else { meaning.route.as_str().into() },
                    outcomes: Vec::new(),
                    slots: Slots::default(),
                });
                call.count(&mut route.window);
                if !is_consumer {
                    route.count_outcome(outcome, nanos as f64 / 1e9);
                }
            }
            Some(Role::Operation) => {
                let Meaning { label, system, statement, dependency, .. } = meaning;
                self.key.clear();
                [system, "\n", label, "\n", statement].iter().for_each(|part| self.key.push_str(part));
                let make = |name: &str| match name {
                    OTHER => Called::new("", OTHER, ""),
                    _ => Called::new(system, label, statement),
                };
                call.count(&mut self.operations.of(&self.key, budget, make).window);
                self.count_dependency(dependency, system, budget, &call);
            }
            Some(Role::Call) => self.count_dependency(&meaning.dependency, &meaning.system, budget, &call),
            Some(Role::Function) | None => {}
        }
        if matches!(meaning.role, Some(Role::Request | Role::Function)) {
            call.count(&mut self.functions.of(cut(view.name, LONGEST_NAME), budget, |_| Function::default()).window);
        }
    }

    fn count_dependency(&mut self, name: &str, kind: &str, budget: &mut Budget, call: &Call) {
        self.key.clear();
        [kind, "\n", name].iter().for_each(|part| self.key.push_str(part));
        let make = |key: &str| if key == OTHER { Called::new("", OTHER, "") } else { Called::new(kind, name, "") };
        call.count(&mut self.dependencies.of(&self.key, budget, make).window);
    }

    /// Forgets names that were silent for a minute, where there is no place for new ones.
    fn make_room(&mut self, budget: &mut Budget, slice: i64) {
        let is_short = budget.0 == 0;
        let tables = [&self.operations, &self.dependencies];
        let is_full = self.routes.is_full() || self.functions.is_full() || tables.iter().any(|table| table.is_full());
        // Once a slice is enough: nothing falls silent in between.
        if !(is_short || is_full) || self.pruned == slice {
            return;
        }
        self.pruned = slice;
        if self.routes.is_full() || is_short {
            self.routes.prune(budget, |route| !route.window.is_empty(slice));
        }
        if self.functions.is_full() || is_short {
            self.functions.prune(budget, |function| !function.window.is_empty(slice));
        }
        for table in [&mut self.operations, &mut self.dependencies] {
            if table.is_full() || is_short {
                table.prune(budget, |called| !called.window.is_empty(slice));
            }
        }
    }

    /// Bytes it takes, windows and what is told of it included.
    pub fn bytes(&self) -> usize {
        let text = |text: &str| size::block(text.len());
        let outcomes = |route: &Route| {
            let errors = route.outcomes.iter().map(|outcome| text(&outcome.error)).sum::<usize>();
            size::room::<Outcome>(route.outcomes.capacity()) + errors
        };
        let route =
            |route: &Route| TOLD + route.window.bytes() + text(&route.method) + text(&route.route) + outcomes(route);
        let called = |called: &Called| {
            TOLD + called.window.bytes() + text(&called.system) + text(&called.name) + text(&called.statement)
        };
        let instances = self.instances.iter().map(|(instance, ..)| size::block(instance.len())).sum::<usize>();
        size::block(size_of::<Self>())
            + self.served.bytes()
            + self.consumed.bytes()
            + self.routes.bytes(route)
            + self.functions.bytes(|function| TOLD + function.window.bytes())
            + self.operations.bytes(called)
            + self.dependencies.bytes(called)
            + self.errors.bytes()
            + size::room::<Sample>(self.samples.capacity())
            + size::room::<(Box<str>, Timestamp, Option<u32>)>(self.instances.capacity())
            + instances
    }

    /// Names that it holds.
    pub fn n_names(&self) -> usize {
        self.routes.len() + self.functions.len() + self.operations.len() + self.dependencies.len()
    }

    /// Remembers how the time of a request was divided.
    pub fn take_sample(&mut self, sample: Sample) {
        if self.samples.len() >= MOST_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }
}

struct Call {
    nanos: u64,
    is_failed: bool,
    trace: TraceId,
    slice: i64,
}

impl Call {
    fn count(&self, window: &mut Window) {
        window.add(self.slice, self.nanos, self.is_failed, self.trace);
    }
}
