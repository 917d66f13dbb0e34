//! The desk over made-up words and outcomes.

use std::sync::Arc;

use super::desk::{AccessDeed, AccessDesk};
use super::files::{AccessJob, AccessOutcome, AccessRead};
use super::state::AccessState;
use super::tokens::{KeptToken, Tokens, digest_of};
use super::*;
use crate::model::Timestamp;
use crate::model::access::{AccessCommand, Grant, Listening};
use crate::model::profile::Secret;

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + 1000 * second)
}

fn tokens(names: &[&str]) -> Tokens {
    let token = |name: &&str| KeptToken {
        name: (*name).into(),
        grant: Grant::Full,
        made: None,
        digest: digest_of(name.as_bytes()),
    };
    Tokens { list: names.iter().map(token).collect(), ..Tokens::default() }
}

fn entry(path: &str) -> AuditEntry {
    AuditEntry {
        at: Timestamp::default(),
        token: "ci".into(),
        peer: "127.0.0.1".into(),
        method: "POST".into(),
        path: path.into(),
        summary: "".into(),
        status: 202,
    }
}

fn listening(warnings: &[&str]) -> ApiEvent {
    let state = ServerState::Listening(Listening { address: "127.0.0.1:7373".into(), ..Listening::default() });
    ApiEvent::Server { state, warnings: warnings.iter().map(|text| Arc::from(*text)).collect() }
}

/// A desk that has read these, and what it did until then is taken.
fn desk(state: AccessState) -> AccessDesk {
    let mut desk = AccessDesk::new("data".into());
    desk.command(AccessCommand::Hide, at(0));
    assert_eq!(desk.take_deeds(), [AccessDeed::Job(AccessJob::Read { data: "data".into() })]);
    assert!(!desk.access().is_read);
    let read = AccessRead { tokens: tokens(&["main", "ci"]), state, ..AccessRead::default() };
    desk.take(AccessOutcome::Read(Box::new(read)), at(0));
    assert!(desk.access().is_read);
    desk.take_deeds();
    desk
}

fn told(desk: &mut AccessDesk) -> Vec<String> {
    let text = |deed| match deed {
        AccessDeed::Tell(_, text, detail) => Some(format!("{text}: {detail}")),
        AccessDeed::Withdraw(text) => Some(format!("no longer {text}")),
        AccessDeed::Job(_) => None,
    };
    desk.take_deeds().into_iter().filter_map(text).collect()
}

#[test]
fn a_change_is_written_at_once_and_one_that_comes_meanwhile_after_it() {
    let mut desk = desk(AccessState::default());
    desk.event(ApiEvent::Changed(Box::new(entry("/a"))), at(1));
    let first = AuditEntry { at: at(1), ..entry("/a") };
    let job = |entries: Vec<AuditEntry>| AccessDeed::Job(AccessJob::Keep { data: "data".into(), state: None, entries });
    assert_eq!(desk.take_deeds(), [job(vec![first.clone()])]);
    desk.event(ApiEvent::Changed(Box::new(entry("/b"))), at(2));
    assert_eq!(desk.take_deeds(), []);
    let second = AuditEntry { at: at(2), ..entry("/b") };
    assert_eq!(*desk.access().audit, [second.clone(), first.clone()]);
    desk.take(AccessOutcome::Kept(Ok(())), at(2));
    assert_eq!(desk.take_deeds(), [job(vec![second.clone()])]);
    // What could not be written is tried again with what came since.
    desk.take(AccessOutcome::Kept(Err("the disk is full".into())), at(3));
    assert_eq!(
        told(&mut desk),
        ["The API's log of changes cannot be kept on disk: It is tried again every 10 s: the disk is full"]
    );
    desk.tick(at(5));
    assert_eq!(desk.take_deeds(), []);
    desk.tick(at(13));
    let [AccessDeed::Job(AccessJob::Keep { entries, .. })] = &desk.take_deeds()[..] else { unreachable!("not tried") };
    assert_eq!(*entries, [second]);
    desk.take(AccessOutcome::Kept(Ok(())), at(13));
    assert_eq!(told(&mut desk), ["no longer The API's log of changes cannot be kept on disk"]);
}

#[test]
fn a_warning_is_said_once_and_not_again_at_the_next_start() {
    let plain = "Tokens travel in the clear";
    let mut first = desk(AccessState::default());
    first.event(listening(&[plain]), at(1));
    assert_eq!(
        told(&mut first)[1..],
        ["Tokens travel in the clear: It stands in Settings, at API, for as long as it is so"]
    );
    first.event(listening(&[plain]), at(2));
    assert_eq!(told(&mut first), [""; 0]);
    let Some(AccessJob::Keep { state: Some(kept), .. }) = first.farewell(at(3)) else { unreachable!("not kept") };
    let mut second = desk(*kept);
    second.event(listening(&[plain]), at(4));
    assert_eq!((told(&mut second).len(), second.access().warnings.len()), (1, 1), "that it listens, and no more");
    second.event(listening(&[]), at(5));
    assert_eq!(told(&mut second), ["no longer Tokens travel in the clear"]);
}

#[test]
fn a_port_in_use_is_told_until_the_server_listens() {
    let mut desk = desk(AccessState::default());
    desk.event(
        ApiEvent::Server { state: ServerState::Failed("127.0.0.1:7373 is in use".into()), warnings: vec![] },
        at(1),
    );
    assert_eq!(told(&mut desk)[1], "The API does not listen: 127.0.0.1:7373 is in use");
    desk.event(listening(&[]), at(2));
    assert_eq!(told(&mut desk), ["no longer The API does not listen"]);
}

#[test]
fn last_uses_outlive_the_program_and_a_text_is_shown_for_a_short_while() {
    let mut first = desk(AccessState::default());
    first.event(ApiEvent::Used("ci".into()), at(1));
    assert_eq!(first.access().token("ci").and_then(|token| token.used), Some(at(1)));
    let Some(AccessJob::Keep { state: Some(kept), .. }) = first.farewell(at(2)) else { unreachable!("not kept") };
    let mut second = desk(*kept);
    assert_eq!(second.access().token("ci").and_then(|token| token.used), Some(at(1)));
    second.command(AccessCommand::Add { name: "new".into(), read_only: true }, at(3));
    let job = AccessJob::Add { name: "new".into(), grant: Grant::Read, at: at(3) };
    assert_eq!(second.take_deeds(), [AccessDeed::Job(job)]);
    let secret = Secret("hush".into());
    let made = AccessOutcome::Made { name: "new".into(), secret: secret.clone(), tokens: tokens(&["main", "new"]) };
    second.take(made, at(3));
    let shown = second.access().revealed.clone().expect("shown");
    assert_eq!((&*shown.name, shown.secret, shown.is_new), ("new", secret, true));
    assert!(!format!("{:?}", second.access()).contains("hush"));
    second.tick(at(32));
    assert!(second.access().revealed.is_some());
    second.tick(at(33));
    assert_eq!(second.access().revealed, None);
}
