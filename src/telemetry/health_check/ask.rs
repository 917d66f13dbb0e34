//! One check, run once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::timeout;

use super::command;
use crate::model::Timestamp;
use crate::model::process::{ProcessState, ProcessTable};
use crate::model::remote_write::Login;
use crate::model::service::{CheckKind, HealthCheck};
use crate::telemetry::watch::client::{Answer, Asked, Client, Stage};
use crate::telemetry::watch::late;
use crate::telemetry::watch::names::Names;
use crate::telemetry::watch::pace::Pace;

/// How old a table of processes may be that says who runs. It is read at each tick, which is 5 s at most.
const OLDEST_TABLE: Duration = Duration::from_secs(20);
/// Bytes of an answer that are looked through.
const MAX_ANSWER: usize = 1 << 20;

/// Asks what one check asks, again and again.
pub(crate) struct Asker {
    client: Option<Client>,
    names: Names,
}

impl Asker {
    /// For a check.
    pub(crate) fn new(check: &HealthCheck) -> Self {
        let client = match &check.kind {
            CheckKind::Http { url, body, json, .. } => Some(Client::new(Asked {
                url: url.clone(),
                login: Login::Open,
                secret: None,
                ca_file: "".into(),
                headers: Vec::new(),
                max_bytes: if body.is_empty() && json.0.is_empty() { 0 } else { MAX_ANSWER },
            })),
            _ => None,
        };
        Self { client, names: Names::default() }
    }

    /// Asks; gives what was wrong, in words. `None` where it was stopped, or nothing could be found out.
    pub(crate) async fn ask(
        &mut self,
        check: &HealthCheck,
        (processes, now): (&(dyn Fn() -> ProcessTable + Sync), &(dyn Fn() -> Timestamp + Sync)),
        pace: &mut Pace,
    ) -> Option<Result<(), String>> {
        let time_out = Duration::from_secs(check.time_out_seconds.max(1).into());
        match &check.kind {
            CheckKind::Command { argv } => command::run(argv, time_out, pace).await,
            CheckKind::Process { name } => running(name, &processes(), now()),
            CheckKind::Tcp { address } => {
                let connected = tokio::select! {
                    biased;
                    () = pace.stopped() => return None,
                    connected = timeout(time_out, connect(&mut self.names, address)) => connected,
                };
                Some(connected.unwrap_or_else(|_| Err(late(Stage::Connect, time_out))))
            }
            CheckKind::Http { status, body, json, max_millis, .. } => {
                let client = self.client.as_mut()?;
                let started = Instant::now();
                let answer = tokio::select! {
                    biased;
                    () = pace.stopped() => return None,
                    answer = timeout(time_out, client.get()) => answer,
                };
                let took = started.elapsed();
                // Whether it takes a connection is part of what is asked.
                client.close();
                let answer = answer.unwrap_or_else(|_| Err(late(client.stage, time_out)));
                Some(answer.and_then(|answer| judge(&answer, took, (*status, body, json, *max_millis))))
            }
        }
    }
}

async fn connect(names: &mut Names, address: &str) -> Result<(), String> {
    let (host, port) = address.rsplit_once(':').ok_or("its address has no port")?;
    let port: u16 = port.parse().map_err(|_| "its port is no number")?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    names.connect(host, port, address).await.map(drop)
}

/// Whether a process of this name runs; `None` where no processes are known, or only those of a while ago: nobody reads
/// them then.
fn running(name: &str, table: &ProcessTable, now: Timestamp) -> Option<Result<(), String>> {
    let age = now.since(table.at).max(table.at.since(now));
    if table.rows.is_empty() || age > OLDEST_TABLE {
        return None;
    }
    let runs = table.rows.iter().any(|row| {
        row.state != ProcessState::Zombie && (*row.name == *name || !row.is_kernel && row.command.contains(name))
    });
    Some(if runs {
        Ok(())
    } else {
        Err(format!("no process of this name runs, and none with it in its command: {name}"))
    })
}

type Demands<'a> = (Option<u16>, &'a Arc<str>, &'a (Arc<str>, Arc<str>), u32);

fn judge(answer: &Answer, took: Duration, demands: Demands<'_>) -> Result<(), String> {
    let (status, body, (path, value), max_millis) = demands;
    let is_expected = match status {
        Some(status) => answer.status.as_u16() == status,
        None => answer.status.is_success(),
    };
    if !is_expected {
        return Err(match status {
            Some(status) => format!("it answered {}, not {status}", answer.status),
            None => format!("it answered {}", answer.status),
        });
    }
    if !body.is_empty() && !String::from_utf8_lossy(&answer.body).contains(&**body) {
        return Err(format!("its answer does not contain \"{body}\""));
    }
    if !path.is_empty() {
        field(&answer.body, path, value)?;
    }
    let most = Duration::from_millis(max_millis.into());
    if max_millis > 0 && took > most {
        return Err(format!("it answered after {} ms, {max_millis} ms at most", took.as_millis()));
    }
    Ok(())
}

/// Whether a field of a JSON text has a value. Fields within fields are parted by points; a number is a place in a list.
fn field(body: &[u8], path: &str, value: &str) -> Result<(), String> {
    let root: Value = serde_json::from_slice(body).map_err(|e| format!("its answer is no JSON: {e}"))?;
    // A field's own name may hold a point.
    let found = root.get(path).or_else(|| {
        path.split('.').try_fold(&root, |inner, name| match inner {
            Value::Array(list) => name.parse::<usize>().ok().and_then(|place| list.get(place)),
            inner => inner.get(name),
        })
    });
    let Some(found) = found else { return Err(format!("its answer has no field {path}")) };
    let said = match found {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if said == value {
        return Ok(());
    }
    let short: String = said.chars().take(80).collect();
    Err(format!("its field {path} is {short}, not {value}"))
}

#[cfg(test)]
mod tests {
    use hyper::http::StatusCode;

    use super::*;
    use crate::model::{ProcessKey, process::ProcessRow};

    fn check(status: u16, body: &str, millis: u64, demands: (Option<u16>, &str, (&str, &str), u32)) -> String {
        let answer = Answer {
            status: StatusCode::from_u16(status).expect("a status"),
            content_type: String::new(),
            body: body.as_bytes().to_vec(),
        };
        let json = (demands.2.0.into(), demands.2.1.into());
        let demands = (demands.0, &demands.1.into(), &json, demands.3);
        judge(&answer, Duration::from_millis(millis), demands).err().unwrap_or_default()
    }

    #[test]
    fn an_answer_is_judged_by_status_body_field_and_time() {
        let json = r#"{"status":{"db":"down","n":3,"ok":true},"a.b":"x","l":[{"v":1}]}"#;
        for (status, body, millis, demands, expect) in [
            (204, "", 1, (None, "", ("", ""), 0), ""),
            (302, "", 1, (None, "", ("", ""), 0), "it answered 302 Found"),
            (503, "", 1, (None, "", ("", ""), 0), "it answered 503 Service Unavailable"),
            (503, "", 1, (Some(503), "", ("", ""), 0), ""),
            (200, "", 1, (Some(204), "", ("", ""), 0), "it answered 200 OK, not 204"),
            (200, "all well", 1, (None, "well", ("", ""), 0), ""),
            (200, "all ill", 1, (None, "well", ("", ""), 0), "its answer does not contain \"well\""),
            (200, json, 1, (None, "", ("status.db", "ok"), 0), "its field status.db is down, not ok"),
            (200, json, 1, (None, "", ("status.n", "3"), 0), ""),
            (200, json, 1, (None, "", ("status.ok", "true"), 0), ""),
            (200, json, 1, (None, "", ("a.b", "x"), 0), ""),
            (200, json, 1, (None, "", ("l.0.v", "1"), 0), ""),
            (200, json, 1, (None, "", ("l.1.v", "1"), 0), "its answer has no field l.1.v"),
            (200, "", 501, (None, "", ("", ""), 500), "it answered after 501 ms, 500 ms at most"),
            (200, "", 500, (None, "", ("", ""), 500), ""),
        ] {
            assert_eq!(check(status, body, millis, demands), expect, "{status} {body} {demands:?}");
        }
        assert!(check(200, "<html>", 1, (None, "", ("a", "b"), 0)).starts_with("its answer is no JSON"));
    }

    #[test]
    fn a_process_runs_by_its_name_or_its_command_and_not_when_it_is_dead() {
        let row = |name: &str, command: &str, state| ProcessRow {
            key: ProcessKey { pid: 1, start_mark: 0 },
            parent: None,
            name: name.into(),
            command: command.into(),
            user: "".into(),
            state,
            n_threads: 1,
            cpu_cores: None,
            wait_cores: None,
            memory_bytes: None,
            read_bytes_per_second: None,
            write_bytes_per_second: None,
            started_at: Timestamp::default(),
            is_kernel: false,
        };
        let rows =
            [row("java", "java -jar shop.jar", ProcessState::Sleeping), row("worker", "worker", ProcessState::Zombie)];
        let at = Timestamp::from_millis(1_000_000);
        let table = ProcessTable { at, rows: rows.into() };
        let now = at.plus(Duration::from_secs(5));
        assert_eq!(running("java", &table, now), Some(Ok(())));
        assert_eq!(running("shop.jar", &table, now), Some(Ok(())));
        assert!(running("worker", &table, now).is_some_and(|said| said.is_err()));
        assert_eq!(running("java", &ProcessTable::default(), now), None);
        let later = at.plus(Duration::from_secs(21));
        assert_eq!((running("java", &table, later), running("worker", &table, later)), (None, None), "nobody knows");
    }
}
