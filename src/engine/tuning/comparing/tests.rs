//! Weak secrets are told of once, whatever becomes of the applies that replace them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::{Desk, TuningEvent, TuningRequest};
use crate::apply::world::{RealWorld, World};
use crate::model::Folders;
use crate::model::profile::{
    ApplyCommand, ApplyId, Binding, BindingCommand, BoundKey, Conversion, FileFormat, ParamKey, ProfileCommand,
};

const WEAK: &str = "SECRET_KEY=changeme\n";
const STRONG: &str = "SECRET_KEY=q3Zx0_8fPq-1bT7uYc2LkM9sWv4RdJ6hNeAoGi5XtBE\n";

fn open(folder: &Path) -> Desk {
    let folders = Folders { config: folder.join("config"), data: folder.join("data") };
    Desk::open(&folders, &|| Box::new(RealWorld::new()) as Box<dyn World>, "jo")
}

/// A desk with one secret bound, and the file it is in.
fn bound(folder: &Path) -> (Desk, PathBuf) {
    let path = folder.join(".env");
    fs::write(&path, WEAK).expect("written");
    let mut desk = open(folder);
    let param = ParamKey::new("security.secret_key");
    let keys = vec![BoundKey { param, key: "SECRET_KEY".into(), conversion: Conversion::Plain }];
    let binding =
        Binding { id: "a".into(), path: path.clone(), format: FileFormat::Env, keys, reload: None, verify: None };
    desk.take(TuningRequest::Profile(ProfileCommand::MakeSecret("production-key".into())));
    desk.take(TuningRequest::Binding(BindingCommand::Save(binding)));
    (desk, path)
}

/// How often a weak secret was told of since the last call.
fn n_warnings(desk: &mut Desk) -> usize {
    let is_warning = |event: &TuningEvent| matches!(event, TuningEvent::Told { text, .. } if text.contains("is weak"));
    desk.take_events().iter().filter(|event| is_warning(event)).count()
}

/// One thing that happens.
enum Step {
    Apply,
    Keep,
    RollBack,
    Restart,
    Write(&'static str),
}

fn take(desk: &mut Desk, folder: &Path, step: &Step) {
    let newest = desk.tuning().applies.first().map_or(ApplyId(0), |record| record.id);
    match step {
        Step::Apply => {
            let (profile, bindings, draft) = ("production".into(), Vec::new(), None);
            desk.take(TuningRequest::Apply(ApplyCommand::Plan { profile, bindings, draft }));
            let plan = desk.tuning().plan.as_ref().expect("a plan").id;
            desk.take(TuningRequest::Apply(ApplyCommand::Apply { plan, keep_within: Duration::from_secs(60) }));
        }
        Step::Keep => desk.take(TuningRequest::Apply(ApplyCommand::Keep(newest))),
        Step::RollBack => desk.take(TuningRequest::Apply(ApplyCommand::RollBack(newest))),
        Step::Restart => {
            let config = folder.join("none");
            let elsewhere = Folders { config: config.clone(), data: config };
            *desk = Desk::open(&elsewhere, &|| Box::new(RealWorld::new()) as Box<dyn World>, "jo");
            *desk = open(folder);
        }
        Step::Write(text) => fs::write(folder.join(".env"), text).expect("written"),
    }
    while desk.has_steps() {
        desk.go_on();
    }
    desk.take(TuningRequest::Binding(BindingCommand::Check));
}

#[test]
fn the_names_of_the_secrets_there_are_are_told_and_none_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = open(folder.path());
    assert_eq!(desk.tuning().secrets.len(), 0);
    desk.take(TuningRequest::Profile(ProfileCommand::MakeSecret("production-key".into())));
    let names: Vec<&str> = desk.tuning().secrets.iter().map(|name| &**name).collect();
    assert_eq!(names, ["production-key"]);
    let secret = fs::read_to_string(folder.path().join("config/secrets/production-key")).expect("made");
    assert!(!format!("{:?}", desk.tuning()).contains(secret.trim()));
}

#[test]
fn a_weak_secret_is_told_of_once_and_again_only_when_it_had_become_strong_for_good() {
    use Step::{Apply, Keep, Restart, RollBack, Write};
    for (what, steps, n_more) in [
        ("looked at again", &[][..], 0),
        ("started again", &[Restart], 0),
        ("tried and taken back", &[Apply, RollBack], 0),
        ("tried, taken back, started again", &[Apply, RollBack, Restart], 0),
        ("tried and taken back twice", &[Apply, RollBack, Apply, RollBack], 0),
        ("kept", &[Apply, Keep], 0),
        ("kept and taken back", &[Apply, Keep, RollBack], 0),
        ("kept, started again and taken back", &[Apply, Keep, Restart, RollBack, Restart], 0),
        ("kept, and weak again by hand", &[Apply, Keep, Write(WEAK)], 1),
        ("kept, and weak again by hand, started again", &[Apply, Keep, Write(WEAK), Restart], 1),
        ("made strong and weak again by hand", &[Write(STRONG), Write(WEAK)], 1),
        ("gone and back", &[Write("OTHER=1\n"), Write(WEAK)], 0),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut desk, path) = bound(folder.path());
        assert_eq!(n_warnings(&mut desk), 1, "{what}");
        let mut n_told = 0;
        for step in steps {
            take(&mut desk, folder.path(), step);
            n_told += n_warnings(&mut desk);
        }
        take(&mut desk, folder.path(), &Restart);
        n_told += n_warnings(&mut desk);
        assert_eq!(n_told, n_more, "{what}: {}", fs::read_to_string(&path).expect("there").len());
    }
}
