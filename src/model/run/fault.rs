//! What is wrong with how a service is run, in words a person can act on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::definition::{Run, Variable};
use super::warm_up::{MAX_STEPS, StepKind, WarmUpStep};
use crate::model::remote_write::address_fault;
use crate::model::service::{CheckKind, HealthCheck, name_fault};

/// Words of a command and variables at most.
const MAX_WORDS: usize = 200;
/// Longest word of a command and longest value, bytes.
const MAX_TEXT: usize = 32 * 1024;

impl Run {
    /// What is wrong with it by itself; `None` where nothing is.
    pub fn fault(&self) -> Option<String> {
        name_fault(&self.service)
            .or_else(|| argv_fault(&self.argv))
            .or_else(|| variables_fault(&self.environment))
            .or_else(|| self.needs_fault())
            .or_else(|| self.readiness.as_ref().and_then(|readiness| ask_fault(&readiness.ask)))
            .or_else(|| steps_fault(&self.warm_up))
    }

    fn needs_fault(&self) -> Option<String> {
        let mut seen = BTreeSet::new();
        self.needs.iter().find_map(|need| {
            if need.service == self.service {
                return Some(format!("{} needs itself: take that away", self.service));
            }
            (!seen.insert(&need.service)).then(|| format!("{} stands among the needs twice", need.service))
        })
    }
}

/// The services of a cycle of needs, the first of them again at the end; `None` where there is none.
pub fn cycle(runs: &[Run]) -> Option<Vec<Arc<str>>> {
    let by_name: BTreeMap<&str, &Run> = runs.iter().map(|run| (&*run.service, run)).collect();
    let mut done = BTreeSet::new();
    runs.iter().find_map(|run| {
        let mut path = Vec::new();
        walk(run, &by_name, &mut done, &mut path)
    })
}

fn walk<'a>(
    run: &'a Run,
    all: &BTreeMap<&str, &'a Run>,
    done: &mut BTreeSet<&'a str>,
    path: &mut Vec<&'a Run>,
) -> Option<Vec<Arc<str>>> {
    if let Some(first) = path.iter().position(|other| other.service == run.service) {
        return Some(path[first..].iter().chain([&run]).map(|run| run.service.clone()).collect());
    }
    if !done.insert(&run.service) {
        return None;
    }
    path.push(run);
    let found =
        run.needs.iter().filter_map(|need| all.get(&*need.service)).find_map(|needed| walk(needed, all, done, path));
    path.pop();
    found
}

/// Host and port of `http://host:port/…`, `https://…` or `host:port`; `None` where it is neither.
pub fn host_and_port(address: &str) -> Option<(&str, u16)> {
    let (rest, usual) = match address.split_once("://") {
        Some(("http", rest)) => (rest, Some(80)),
        Some(("https", rest)) => (rest, Some(443)),
        Some(_) => return None,
        None => (address, None),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, usual?),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty() && port > 0).then_some((host, port))
}

fn argv_fault(argv: &[Arc<str>]) -> Option<String> {
    if argv.first().is_none_or(|program| program.trim().is_empty()) {
        return Some("The command begins with a program".into());
    }
    if argv.len() > MAX_WORDS || argv.iter().any(|word| word.len() > MAX_TEXT) {
        return Some("The command is too long".into());
    }
    argv.iter().any(|word| word.contains('\0')).then(|| "The command holds a NUL character".into())
}

fn variables_fault(variables: &[Variable]) -> Option<String> {
    if variables.len() > MAX_WORDS {
        return Some(format!("There are {MAX_WORDS} variables at most"));
    }
    let mut seen = BTreeSet::new();
    variables.iter().find_map(|variable| {
        let Variable { name, value, is_secret, secret } = variable;
        if name.is_empty() || name.contains(['=', '\0']) {
            return Some("A variable has a name without \"=\"".into());
        }
        if !seen.insert(name) {
            return Some(format!("The variable {name} stands there twice"));
        }
        let held = secret.as_ref().map_or(value, |secret| &secret.0);
        if held.len() > MAX_TEXT || held.contains('\0') {
            return Some(format!("The value of {name} is too long, or holds a NUL character"));
        }
        (*is_secret && secret.is_none()).then(|| format!("The value of {name} is missing: type it"))
    })
}

fn ask_fault(ask: &CheckKind) -> Option<String> {
    HealthCheck { name: "readiness".into(), kind: ask.clone(), ..HealthCheck::default() }.fault()
}

fn steps_fault(steps: &[WarmUpStep]) -> Option<String> {
    if steps.len() > MAX_STEPS {
        return Some(format!("There are {MAX_STEPS} steps at most"));
    }
    let mut seen = BTreeSet::new();
    steps.iter().find_map(|step| {
        if !seen.insert(&step.name) {
            return Some(format!("Two steps are named {}", step.name));
        }
        step.fault().map(|why| if step.name.is_empty() { why } else { format!("The step {}: {why}", step.name) })
    })
}

impl WarmUpStep {
    /// What is wrong with it; `None` where nothing is.
    pub fn fault(&self) -> Option<String> {
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b' ');
        if !(1..=64).contains(&self.name.len()) || !self.name.bytes().all(is_letter) {
            return Some("A step's name is 1 to 64 letters, digits, \"-\", \"_\", \".\" and spaces".into());
        }
        match &self.kind {
            StepKind::Http { method, url, .. } => {
                let is_known = matches!(&**method, "GET" | "POST" | "PUT" | "HEAD" | "DELETE");
                let fault = (!is_known).then(|| "the method is GET, POST, PUT, HEAD or DELETE".into());
                fault.or_else(|| address_fault(url))
            }
            StepKind::Sql { database, statement } => {
                let is_missing = database.trim().is_empty() || statement.trim().is_empty();
                is_missing.then(|| "say which database and which statement".into())
            }
            StepKind::PoolOpen { address, .. } => host_and_port(address)
                .is_none()
                .then(|| "the address is http://… or a host and a port, such as 127.0.0.1:5432".into()),
            StepKind::Dns { host } => {
                let is_bad = host.trim().is_empty() || host.contains([' ', '/']);
                is_bad.then(|| "the name to be looked up is that of a machine".into())
            }
            StepKind::Preload { url, done_url, .. } => {
                let done = (!done_url.is_empty()).then_some(done_url);
                address_fault(url).or_else(|| done.and_then(|url| address_fault(url)))
            }
            StepKind::Command { argv } => argv_fault(argv),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run::Need;

    fn run(service: &str, needs: &[&str]) -> Run {
        let needs = needs.iter().map(|need| Need { service: (*need).into(), is_optional: false }).collect();
        Run { service: service.into(), argv: vec!["/bin/true".into()], needs, ..Run::default() }
    }

    #[test]
    fn a_cycle_is_named_along_its_way() {
        for (runs, expect) in [
            (vec![run("a", &["b"]), run("b", &["c"]), run("c", &[])], None),
            (vec![run("a", &["b", "c"]), run("b", &["d"]), run("c", &["d"]), run("d", &[])], None),
            (vec![run("a", &["b"]), run("b", &["a"])], Some("a b a")),
            (vec![run("x", &["a"]), run("a", &["b"]), run("b", &["c"]), run("c", &["a"])], Some("a b c a")),
            (vec![run("a", &["elsewhere"])], None),
        ] {
            assert_eq!(cycle(&runs).map(|way| way.join(" ")).as_deref(), expect);
        }
    }

    #[test]
    fn faults_are_said_in_words() {
        let with = |change: &dyn Fn(&mut Run)| {
            let mut run = run("shop", &["db"]);
            change(&mut run);
            run.fault().unwrap_or_default()
        };
        let step = |kind| WarmUpStep { name: "one".into(), kind, ..WarmUpStep::default() };
        assert_eq!(with(&|_| {}), "");
        assert_eq!(with(&|run| run.argv.clear()), "The command begins with a program");
        assert_eq!(with(&|run| run.needs[0].service = "shop".into()), "shop needs itself: take that away");
        let secret = || Variable { name: "DB_PASSWORD".into(), is_secret: true, ..Variable::default() };
        assert_eq!(with(&|run| run.environment.push(secret())), "The value of DB_PASSWORD is missing: type it");
        let twice = |run: &mut Run| {
            run.warm_up = vec![step(StepKind::Dns { host: "db".into() }), step(StepKind::Dns { host: "db".into() })];
        };
        assert_eq!(with(&twice), "Two steps are named one");
        let pool = StepKind::PoolOpen { address: "nowhere".into(), connections: 3 };
        assert!(with(&|run| run.warm_up.push(step(pool.clone()))).starts_with("The step one: the address is http"));
    }

    #[test]
    fn addresses_have_a_host_and_a_port() {
        for (address, expect) in [
            ("http://127.0.0.1:8080/ready", Some(("127.0.0.1", 8080))),
            ("https://shop/ready?x=1:2", Some(("shop", 443))),
            ("http://[::1]:90", Some(("::1", 90))),
            ("127.0.0.1:5432", Some(("127.0.0.1", 5432))),
            ("shop", None),
            ("ftp://a:1", None),
            ("a:0", None),
        ] {
            assert_eq!(host_and_port(address), expect, "{address}");
        }
    }
}
