//! `perfdesk alert` as a person types it: rules checked, tested and replayed over a recorded history, and the log.

use std::fs;
use std::sync::Arc;

use perfdesk::model::alert::{AlertId, AlertRecord, RecordEnd};
use perfdesk::model::{
    HistorySettings, ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, SourceId, Timestamp, Unit,
};
use perfdesk::store::alert_log::AlertLogFile;
use perfdesk::store::history::{StoreTick, Writer};

use crate::Machine;

/// Rules of which the second fires in the recorded history, once.
const RULES: &str = r#"// Kept by hand.
(
    version: 1,
    rules: [
        (id: "memory", name: "Memory above 85 %", when: ["system.memory.utilization > 85 %"], for: "3 min"),
        (id: "cpu", name: "CPU above 80 %", when: ["system.cpu.utilization > 80 %"], for: "2 min"),
    ],
)
"#;

fn cpu() -> Arc<SeriesDef> {
    Arc::new(SeriesDef {
        key: SeriesKey::new("system.cpu.utilization", &[]),
        unit: Unit::Ratio,
        group: SeriesGroup::Cpu,
        name: "CPU".into(),
        instance: "".into(),
        probe: ProbeId("cpu"),
        cadence: None,
    })
}

/// An hour that ended a minute ago, a value each second; ten minutes of it busy.
fn record(machine: &Machine) {
    let now = now_millis();
    let start = now - 3_660_000;
    let at = Timestamp::from_millis;
    let folder = machine.path("data/history");
    let (mut writer, _) = Writer::open(&folder, HistorySettings::default(), at(start)).expect("the history opens");
    writer.know([SeriesInfo { id: SeriesId(0), def: cpu() }].into());
    for second in 0..3600_i64 {
        let value = if (1800..2400).contains(&second) { 0.95 } else { 0.25 };
        writer.append(&StoreTick {
            source: SourceId("sample"),
            at: at(start + second * 1000),
            interval_millis: 1000,
            values: vec![(SeriesId(0), value)],
            processes: None,
        });
    }
    writer.flush(at(now - 60_000)).expect("flushed");
    writer.close(at(now - 60_000)).expect("closed");
}

fn now_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("before the end of time")
}

fn alert(id: u64, end: Option<i64>) -> AlertRecord {
    let start = Timestamp::from_millis(60_000);
    AlertRecord {
        id: AlertId(id),
        rule: "cpu".into(),
        name: "CPU, high".into(),
        severity: "warning".into(),
        instance: SeriesKey::new("system.cpu.utilization", &[]),
        text: "CPU is at 95 %".into(),
        pending_from: Timestamp::from_millis(0),
        start,
        end: end.map(Timestamp::from_millis),
        ended: end.map(|_| RecordEnd::Recovered),
        unit: "1".into(),
        threshold: 0.8,
        worst: 0.95,
        mean: 0.9,
        n_values: 30,
        busiest: Arc::default(),
        busiest_unit: "{cpu}".into(),
        acknowledged: None,
        note: "".into(),
    }
}

/// A log of two alerts, the second of which still fires.
fn log(machine: &Machine) {
    fs::create_dir_all(machine.path("data")).expect("made");
    let (mut log, ..) = AlertLogFile::open(&machine.path("data")).expect("opened");
    log.append(&[alert(1, Some(90_000)), alert(2, None)]).expect("written");
}

#[test]
fn rules_are_listed_with_how_they_stand() {
    let machine = Machine::new();
    let said = machine.says("alert list", 0, &["cpu", "never fired", "system.cpu.utilization"]);
    assert!(said.lines().count() >= 20, "the shipped rules, two lines each: {said}");
    assert!(!machine.path("config").exists() && !machine.path("data").exists(), "looking makes nothing");
    machine.write("config/alerts.ron", RULES);
    log(&machine);
    machine.says("alert list", 0, &["memory             never fired", "cpu                firing: CPU is at 95 %"]);
    let list = machine.json("alert list", 0);
    let rules = list["rules"].as_array().expect("a list");
    assert_eq!(rules.len(), 2);
    assert_eq!(
        (&rules[1]["id"], &rules[1]["severity"], &rules[1]["paused"]),
        (&"cpu".into(), &"warning".into(), &false.into())
    );
    assert_eq!(rules[1]["alerts_in_log"], 2);
    assert_eq!(rules[1]["firing"].as_array().map(Vec::len), Some(1));
    machine.write("config/alerts.ron", &RULES.replace("\"2 min\"", "\"soon\""));
    machine.says("alert list", 1, &["cpu: write a time such as 5 min", "not all rules can be read"]);
    let list = machine.json("alert list", 1);
    assert_eq!((list["rules"].as_array().map(Vec::len), list["faults"].as_array().map(Vec::len)), (Some(1), Some(1)));
}

#[test]
fn a_file_of_rules_is_checked_and_all_faults_are_told() {
    let machine = Machine::new();
    machine.write("rules.ron", RULES);
    machine.says("alert check rules.ron", 0, &["2 rules checked: 0 errors, 0 warnings"]);
    assert_eq!(machine.json("alert check rules.ron", 0)["valid"], true);
    let crossed =
        RULES.replace("for: \"2 min\"", "for: \"2 min\", recover: \"< 90 %\"").replace("Memory above 85 %\"", "\"");
    machine.write("crossed.ron", &crossed);
    machine.says(
        "alert check crossed.ron",
        1,
        &["cpu: error: ", "file: error: memory: give the rule a name", "crossed.ron has 2 errors"],
    );
    let told = machine.json("alert check crossed.ron", 1);
    let problems = told["problems"].as_array().expect("a list");
    assert!(told["valid"] == false && problems.iter().all(|p| p["error"] == true), "{told}");
    assert!(problems.iter().any(|p| p["field"] == "Recover" && p["rule"] == "cpu"), "{told}");
    record(&machine);
    machine.write("odd.ron", &RULES.replace("system.memory.utilization", "system.cpu.utilisation"));
    machine.says("alert check odd.ron", 0, &["memory: warning: ", "system.cpu.utilization", "0 errors"]);
}

#[test]
fn what_is_no_file_of_rules_is_wrong_use_or_a_fault_with_its_place() {
    let machine = Machine::new();
    machine.says("alert check nowhere.ron", 2, &["nowhere.ron: "]);
    machine.says("alert test nowhere.ron", 2, &["nowhere.ron: "]);
    machine.says("alert backtest nowhere.ron", 2, &["nowhere.ron: "]);
    machine.says("alert", 2, &["list", "check", "backtest", "log"]);
    machine.says("alert log --format xml", 2, &["csv", "json"]);
    machine.write("broken.ron", "(version: 1,\n rules: [(id: }])");
    machine.says("alert check broken.ron", 1, &["broken.ron: line 2, column"]);
    machine.write("newer.ron", "(version: 99, rules: [])");
    machine.says("alert check newer.ron", 1, &["version 99", "install a newer one"]);
}

#[test]
fn tests_of_rules_pass_or_fail_and_say_what_was_found() {
    let machine = Machine::new();
    machine.write("rules.ron", RULES);
    let tests = |expect: &str| {
        format!(
            r#"(rules: "rules.ron", tests: [
    (rule: "cpu > 80% for 5m", samples: "70@1s*60 95@1s*400 60@1s*60", expect: "pending@60 firing@360 resolved@460"),
    (rule: "cpu", samples: "95@1s*200", expect: "{expect}"),
])"#
        )
    };
    machine.write("well.ron", &tests("pending@0  firing@120"));
    machine.says("alert test well.ron", 0, &["1: passed", "2: passed", "2 of 2 passed"]);
    machine.write("ill.ron", &tests("pending@0 firing@60"));
    let expect = ["1: passed", "2: failed: cpu", "expected pending@0 firing@60", "found    pending@0 firing@120"];
    machine.says("alert test ill.ron", 1, &expect);
    machine.says("alert test ill.ron", 1, &["1 of 2 passed", "ill.ron: 1 of 2 tests failed"]);
    machine.write("odd.ron", "(tests: [(rule: \"cpu >\", samples: \"1@1s\", expect: \"\")])");
    machine.says("alert test odd.ron", 1, &["1: failed: cpu >: "]);
    machine.write("broken.ron", "(tests: [(what: 1)])");
    machine.says("alert test broken.ron", 2, &["broken.ron: ", "what"]);
}

#[test]
fn rules_are_replayed_over_the_recorded_history() {
    let machine = Machine::new();
    machine.write("rules.ron", RULES);
    machine.says("alert backtest rules.ron", 1, &["no history"]);
    record(&machine);
    machine.says(
        "alert backtest rules.ron --from -2h",
        0,
        &["memory: no series of it in history", "cpu: would have fired once, 8 min in all", "worst 95"],
    );
    let found = machine.json("alert backtest rules.ron --rule cpu --from -2h", 0);
    let rule = &found["rules"][0];
    assert_eq!(
        (found["rules"].as_array().map(Vec::len), &rule["id"], &rule["times"]),
        (Some(1), &"cpu".into(), &1.into())
    );
    let seconds = rule["seconds"].as_f64().expect("a number");
    assert!((seconds - 480.0).abs() <= 2.0, "ten minutes less the two that it has to last: {found}");
    assert_eq!(rule["spans"].as_array().map(Vec::len), Some(1));
    machine.says("alert backtest rules.ron --rule cpu --from -10min", 0, &["cpu: would have fired 0 times"]);
    for (line, why) in [
        ("--rule disk", "has no rule disk"),
        ("--from soon", "--from: "),
        ("--from 2999-01-01", "--from lies in the future"),
    ] {
        machine.says(&format!("alert backtest rules.ron {line}"), 2, &[why]);
    }
}

#[test]
fn the_log_goes_to_the_terminal_or_into_a_file_newest_first() {
    let machine = Machine::new();
    let empty = machine.says("alert log", 0, &["id,rule,name,severity"]);
    assert_eq!(empty.lines().count(), 1);
    log(&machine);
    let csv = machine.says("alert log", 0, &[]);
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 3, "{csv}");
    assert!(rows[1].starts_with("2,cpu,\"CPU, high\",warning,") && rows[2].starts_with("1,cpu,"), "{csv}");
    assert!(rows[2].contains("1970-01-01T00:01:30.000Z,30,1,0.8,0.95,0.9"), "{csv}");
    machine.says("alert log --format json --out out/log.json", 0, &["2 alerts written to out/log.json"]);
    let text = fs::read_to_string(machine.path("out/log.json")).expect("there");
    let read: Vec<AlertRecord> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(read, [alert(2, None), alert(1, Some(90_000))]);
    machine.says("alert log --out data/alert-log.jsonl", 2, &["is the log itself"]);
    machine.says("alert log --out out", 1, &["out"]);
    let (_, kept, _) = AlertLogFile::open(&machine.path("data")).expect("opened");
    assert_eq!(kept.len(), 2, "the log itself is as it was");
}
