//! Who gets in, with what, and what is written of it.

use std::io::Read as _;

use perfdesk::api::Limits;
use perfdesk::api::plan::Flags;
use perfdesk::model::Command;
use perfdesk::model::access::{AccessCommand, MAIN_TOKEN};

use crate::support::{Served, served, served_with};

/// A path that every full token may read; what it answers is not the matter here.
const PATH: &str = "/performance/status";

/// Makes a further token and gives its text.
fn add(served: &Served, name: &str, read_only: bool) -> String {
    served.command(Command::Access(AccessCommand::Add { name: name.into(), read_only }));
    let shown = served.until("the token", |s| {
        s.access.revealed.as_ref().is_some_and(|shown| &*shown.name == name) && s.access.token(name).is_some()
    });
    let text = shown.access.revealed.clone().expect("shown").secret.0.to_string();
    served.command(Command::Access(AccessCommand::Hide));
    served.until("hidden", |s| s.access.revealed.is_none());
    text
}

#[test]
fn without_a_right_token_nobody_gets_in_and_is_told_how() {
    let served = served();
    let missing = served.bare("GET", PATH).send();
    assert!(missing.problem(401).contains("Authorization: Bearer TOKEN"));
    assert_eq!(missing.header("www-authenticate"), Some("Bearer realm=\"perfdesk\""));
    assert_eq!(missing.json()["field"], "Authorization");
    for wrong in ["Bearer nonsense", "Bearer ", "Basic bWFpbg==", &served.token, &format!("Bearer {}x", served.token)] {
        let answer = served.bare("GET", PATH).header("Authorization", wrong).send();
        assert_eq!(answer.problem(401), "the token is wrong or was revoked", "{wrong}");
    }
    // What there is and what there is not look the same from outside.
    assert_eq!(served.bare("GET", "/nowhere").send().status, 401);
    assert_eq!(served.get(PATH).status, 200);
    assert!(served.get("/nowhere").problem(404).starts_with("there is no /nowhere"));
    assert_eq!(served.bare("GET", "/healthz").send().status, 200);
    assert_ne!(served.bare("POST", "/healthz").send().status, 200, "only reading is open to all");
}

#[test]
fn wrong_tokens_in_a_row_are_slowed_down_and_a_right_one_still_gets_in() {
    let served = served();
    let guess = |n: usize| served.bare("GET", PATH).token(&format!("guess-{n}")).send();
    // One more is allowed each second, so a slow machine is refused somewhat later.
    let limited = (0..1000).map(|n| (n, guess(n))).find(|(_, answer)| answer.status != 401);
    let (n_wrong, limited) = limited.expect("there is an end to it");
    assert!(n_wrong >= 100, "{n_wrong}");
    assert!(limited.problem(429).contains("too many wrong tokens"));
    assert_eq!(limited.header("retry-after"), Some("1"));
    assert_eq!(served.get(PATH).status, 200);
    served.counted("limited", |s| s.access.counts.n_rate_limited >= 1 && s.access.counts.n_refused >= 100);
}

#[test]
fn a_token_that_may_read_alone_changes_nothing_and_a_revoked_one_is_nobodys() {
    let served = served();
    let reader = add(&served, "grafana", true);
    assert_eq!(served.bare("GET", PATH).token(&reader).send().status, 200);
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let refused = served.bare(method, PATH).token(&reader).json("{}").send();
        assert_eq!(refused.problem(403), "the token grafana may read alone", "{method}");
    }
    let writer = add(&served, "deploy", false);
    assert_eq!(served.bare("DELETE", PATH).token(&writer).send().problem(405).split(' ').next(), Some(PATH));
    served.counted("its use", |s| s.access.token("deploy").is_some_and(|token| token.used.is_some()));
    served.command(Command::Access(AccessCommand::Revoke("grafana".into())));
    served.until("revoked", |s| s.access.token("grafana").is_none());
    assert_eq!(served.bare("GET", PATH).token(&reader).send().problem(401), "the token is wrong or was revoked");
    assert_eq!(served.bare("GET", PATH).token(&writer).send().status, 200);
}

#[test]
fn what_goes_on_ends_with_its_token() {
    let served = served();
    let reader = add(&served, "grafana", true);
    let mut stream = served.bare("GET", "/events").token(&reader).open();
    let mut read = Vec::new();
    let mut more = |read: &mut Vec<u8>| {
        let mut piece = [0; 4096];
        let n = stream.read(&mut piece).expect("within the client's bound");
        read.extend_from_slice(&piece[..n]);
        n > 0
    };
    while !String::from_utf8_lossy(&read).contains("event: tick") {
        assert!(more(&mut read), "it begins");
    }
    served.command(Command::Access(AccessCommand::Revoke("grafana".into())));
    // The last chunk of an answer is empty (RFC 9112, section 7.1).
    while !read.ends_with(b"0\r\n\r\n") && more(&mut read) {}
    assert!(served.engine.handle().snapshot().access.token("grafana").is_none());
}

#[test]
fn a_rotated_token_ends_at_once_and_the_new_one_is_in_its_file() {
    let served = served();
    let before = served.engine.handle().snapshot().access.token(MAIN_TOKEN).expect("made").digest;
    served.command(Command::Access(AccessCommand::Rotate));
    served.until("rotated", |s| s.access.token(MAIN_TOKEN).is_some_and(|token| token.digest != before));
    assert_eq!(served.get(PATH).status, 401);
    let token = std::fs::read_to_string(served.config("api-token")).expect("kept");
    assert_eq!(served.bare("GET", PATH).token(token.trim()).send().status, 200);
}

#[test]
fn a_switch_and_a_flag_refuse_every_change() {
    let served = served();
    served.command(Command::Access(AccessCommand::SetReadOnly(true)));
    served.until("switched", |s| s.settings.api.read_only);
    assert!(served.post("/performance/optimize", "{}").problem(403).contains("in Settings"));
    assert_eq!(served.get(PATH).status, 200);
    served.command(Command::Access(AccessCommand::SetReadOnly(false)));
    served.until("switched back", |s| !s.settings.api.read_only);
    assert_ne!(served.post("/performance/optimize", "{}").status, 403);

    let flagged = served_with(Flags { read_only: true, ..Flags::default() }, Limits::default());
    assert!(flagged.post("/performance/optimize", "{}").problem(403).contains("--read-only"));
    assert!(flagged.engine.handle().snapshot().access.listening().is_some_and(|listening| listening.is_read_only));
}

#[test]
fn every_change_asked_for_is_in_the_log_and_outlives_the_program() {
    let mut served = served();
    let reader = add(&served, "grafana", true);
    served.bare("POST", "/nowhere?secret=in-the-query").token(&served.token).json("{\"password\": \"hunter2\"}").send();
    served.bare("DELETE", "/alerts/cpu").token(&reader).send();
    served.bare("POST", "/nowhere").json("{}").send();
    served.get(PATH);
    let snapshot = served.until("both stand in it", |s| s.access.audit.len() == 2);
    let [second, first] = &*snapshot.access.audit else { unreachable!("two") };
    assert_eq!((&*first.token, &*first.method, &*first.path, first.status), ("main", "POST", "/nowhere", 404));
    assert_eq!((&*second.token, &*second.path, second.status), ("grafana", "/alerts/cpu", 403));
    assert_eq!((&*first.peer, first.at), ("127.0.0.1", snapshot.at.expect("sampled")));
    assert!(served.server.stop() && served.engine.stop(), "all threads end");
    let text = std::fs::read_to_string(served.data("api-audit.jsonl")).expect("written");
    assert_eq!(text.lines().count(), 2, "{text}");
    for secret in ["in-the-query", "hunter2", &served.token, &reader] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn no_token_stands_anywhere_but_in_its_file() {
    let mut served = served();
    let reader = add(&served, "grafana", true);
    served.bare("GET", PATH).token(&reader).send();
    served.bare("GET", PATH).token(&format!("{}-mistyped", served.token)).send();
    served.command(Command::Access(AccessCommand::Reveal));
    let shown = served.until("revealed", |s| s.access.revealed.is_some());
    assert_eq!(*shown.access.revealed.clone().expect("shown").secret.0, *served.token);
    for printed in [format!("{shown:?}"), format!("{:?}", shown.notices)] {
        assert!(!printed.contains(&served.token) && !printed.contains(&reader));
    }
    assert!(served.server.stop() && served.engine.stop(), "all threads end");
    let mut waiting = vec![served.folder.path().to_owned()];
    let mut holding = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).into_owned();
            if text.contains(&served.token) || text.contains(&reader) {
                holding.push(path.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
    }
    assert_eq!(holding, ["api-token"]);
}
