//! The rules' file: absent, edited, broken, and what is written over it.

use super::*;
use crate::alert::document::read_rule;
use crate::model::alert::Webhook;

fn path(folder: &Path) -> std::path::PathBuf {
    folder.join("config/alerts.ron")
}

#[test]
fn without_a_file_the_shipped_rules_work_and_a_change_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::begin(folder.path(), 0);
    run.tick(&[]);
    let alerts = run.alerts();
    assert_eq!(alerts.rules.len(), 16);
    assert!(alerts.rules.iter().all(|status| status.is_shipped) && alerts.file_error.is_empty());
    assert!(!path(folder.path()).exists() && run.told().is_empty());
    run.command(AlertCommand::Pause("cpu".into(), true));
    run.command(AlertCommand::AllowPrograms(true));
    let hook = Webhook { name: "ops".into(), url: "https://example.org/secret".into() };
    run.command(AlertCommand::SetWebhooks(vec![hook.clone()]));
    let alerts = run.alerts();
    assert_eq!(alerts.rules.iter().filter(|status| !status.is_shipped).count(), 1);
    run.end();
    let mut run = Run::begin(folder.path(), 100);
    run.tick(&[]);
    let alerts = run.alerts();
    assert!(alerts.rule("cpu").expect("there").rule.is_paused && alerts.programs_allowed);
    assert_eq!(*alerts.webhooks, [hook]);
    assert!(path(folder.path()).with_file_name("alerts.ron.bak").exists(), "the copy before");
}

#[test]
fn a_broken_file_is_left_named_and_put_aside_only_when_rules_are_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::with_rules(folder.path(), "rules: [\n (id: 3)]");
    let alerts = run.alerts();
    assert_eq!(alerts.rules.len(), 16, "the shipped rules");
    assert!(alerts.file_error.contains("alerts.ron does not read: line 2, column"), "{}", alerts.file_error);
    let told = run.told();
    let start = "Warning alerts.ron was not read; the shipped rules are in force and the file is kept | ";
    assert!(told[0].starts_with(start) && told[0].contains("line 2, column"), "{told:?}");
    let broken = std::fs::read_to_string(path(folder.path())).expect("left");
    assert!(broken.contains("(id: 3)"));
    run.command(AlertCommand::DeleteRule("cpu".into()));
    assert!(run.told()[1].starts_with("Warning The alerts.ron that did not read was put aside | It is kept as "));
    assert_eq!((run.alerts().rules.len(), run.alerts().file_error.len()), (15, 0));
    let aside = folder.path().join("config/alerts.ron.rejected");
    assert_eq!(std::fs::read_to_string(aside).expect("kept"), broken);
}

#[test]
fn an_edited_file_is_read_again_and_a_broken_edit_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", "")]));
    run.ticks(3, &[("a", 0.9), ("b", 0.9)]);
    write_rules(folder.path(), &rules(&[rule("a", r#"text: "words""#), rule("b", "")]));
    run.ticks(6, &[("a", 0.9), ("b", 0.9)]);
    let alerts = run.alerts();
    assert_eq!((alerts.rules.len(), alerts.n_firing), (2, 2));
    assert_eq!(alerts.log.iter().filter(|record| &*record.rule == "a").count(), 1, "other words end no alert");
    assert!(run.told().contains(&"Info Edited alert rules are in force | ".to_owned()));
    write_rules(folder.path(), "rules: [broken");
    run.ticks(6, &[("a", 0.9), ("b", 0.9)]);
    assert_eq!(run.alerts().rules.len(), 2);
    assert!(run.alerts().file_error.contains("line 1, column"), "{}", run.alerts().file_error);
    write_rules(folder.path(), &rules(&[rule("a", ""), r#"(id: "c", name: "", when: ["a >"])"#.into()]));
    run.ticks(6, &[("a", 0.9), ("b", 0.9)]);
    let alerts = run.alerts();
    assert_eq!(alerts.rules.len(), 1);
    assert!(alerts.file_error.starts_with("Rules of alerts.ron are left out: c: "), "{}", alerts.file_error);
}

#[test]
fn what_cannot_be_saved_is_told_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", ""), rule("b", "")]));
    let save = |text: &str, replaces: Option<&str>| AlertCommand::SaveRule {
        rule: Box::new(read_rule(text).expect("a rule")),
        replaces: replaces.map(Arc::from),
    };
    let mut bad_id = read_rule(&rule("c", "")).expect("a rule");
    bad_id.id = "No id".into();
    let hook = |name: &str, url: &str| Webhook { name: name.into(), url: url.into() };
    for (command, why) in [
        (save(&rule("b", ""), Some("a")), "A rule is called b already: give this one another id"),
        (save(&rule("a", ""), None), "A rule is called a already: give this one another id"),
        (save(&rule("c", ""), Some("z")), "There is no rule z"),
        (
            AlertCommand::SaveRule { rule: Box::new(bad_id), replaces: None },
            "id is made of small letters, digits and hyphens",
        ),
        (AlertCommand::DeleteRule("z".into()), "There is no rule z"),
        (AlertCommand::UndoDelete, "No rule was deleted"),
        (
            AlertCommand::SetWebhooks(vec![hook("x", "ftp://a")]),
            "The address of x does not begin with http:// or https://",
        ),
        (AlertCommand::TestWebhook("x".into()), "There is no webhook x"),
    ] {
        run.command(command);
        let told = run.told();
        assert_eq!(told.last().expect("told"), &format!("Warning Nothing was changed about alerts | {why}"));
    }
    assert_eq!(run.alerts().rules.len(), 2);
    run.command(save(&rule("c", r#"for: "5 min""#), Some("a")));
    run.command(save(&rule("d", ""), None));
    let ids: Vec<String> = run.alerts().rules.iter().map(|status| status.rule.id.to_string()).collect();
    assert_eq!(ids, ["c", "b", "d"]);
}

#[test]
fn a_state_that_does_not_read_is_put_aside_and_told_of() {
    let folder = tempfile::tempdir().expect("a folder");
    write_rules(folder.path(), &rules(&[rule("a", "")]));
    std::fs::create_dir_all(folder.path().join("data")).expect("made");
    std::fs::write(folder.path().join("data/alert-state.ron"), "(instances: [broken").expect("written");
    let mut run = Run::begin(folder.path(), 0);
    run.ticks(2, &[("a", 0.9)]);
    let told = run.told();
    assert!(told[0].starts_with("Warning What alert rules had reached was not read: they begin anew | "), "{told:?}");
    assert!(told[0].contains("line 1, column") && told[0].contains("alert-state.ron.rejected"), "{told:?}");
    assert_eq!(run.phase("a"), Phase::Firing);
    run.end();
    let state = std::fs::read_to_string(folder.path().join("data/alert-state.ron")).expect("anew");
    assert!(state.contains("firing"), "{state}");
}

#[test]
fn the_log_counts_more_where_the_state_disagrees() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = Run::with_rules(folder.path(), &rules(&[rule("a", r#"keep_firing_for: "1 min""#), rule("b", "")]));
    run.ticks(2, &[("a", 0.9), ("b", 0.9)]);
    run.end();
    // The state is lost: what the log says is open still fires.
    std::fs::remove_file(folder.path().join("data/alert-state.ron")).expect("lost");
    let mut run = Run::begin(folder.path(), 50);
    run.ticks(2, &[("a", 0.75), ("b", 0.9)]);
    let alerts = run.alerts();
    assert_eq!((alerts.rules[0].phase, alerts.rules[1].phase, alerts.log.len()), (Phase::Recovering, Phase::Firing, 2));
    run.end();
    // A rule that is gone ends its alerts.
    write_rules(folder.path(), &rules(&[rule("a", "")]));
    let mut run = Run::begin(folder.path(), 100);
    run.tick(&[]);
    let alerts = run.alerts();
    let of_b = alerts.log.iter().find(|record| &*record.rule == "b").expect("kept");
    assert_eq!(of_b.ended, Some(crate::model::alert::RecordEnd::RuleChanged));
}
