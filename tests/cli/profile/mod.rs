//! `perfdesk profile` as a person types it, on real folders and a real `.env`.

mod service;
#[cfg(unix)]
mod trial;

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::{Machine, check};

/// A service's file.
const ENV: &str = "# checkout\nDB_POOL_MAX=20 # connections\nLOG_LEVEL=debug\nAPP=checkout\n";
/// The same in production.
const ENV_IN_PRODUCTION: &str = "# checkout\nDB_POOL_MAX=50 # connections\nLOG_LEVEL=info\nAPP=checkout\n";

impl Machine {
    /// With a service's file.
    fn serving() -> Self {
        let machine = Self::new();
        machine.write(".env", ENV);
        machine
    }

    /// With that file bound.
    fn bound() -> Self {
        let machine = Self::serving();
        machine.says("profile import .env --save checkout", 0, &["saved as the binding checkout"]);
        machine
    }

    fn env(&self) -> String {
        fs::read_to_string(self.path(".env")).expect("there")
    }
}

#[test]
fn profiles_are_listed_shown_and_set_side_by_side() {
    let machine = Machine::serving();
    machine.says("profile list", 0, &["  production ", "(on base)", "none is in force"]);
    machine.says("profile show production", 0, &["based on base", "database.pool_max", "50  (", "••••••••"]);
    let effective = "profile effective high-load database.pool_max ml.device";
    machine.says(effective, 0, &["database.pool_max  100  (high-load)", "ml.device          "]);
    machine.says("profile diff testing production", 0, &["database.pool_max ", " 3 -> 50", "differences between"]);
    let list = machine.json("profile list", 0);
    let names: Vec<&str> =
        list["profiles"].as_array().expect("a list").iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(names, ["base", "development", "testing", "production", "high-load"]);
    assert_eq!((&list["active"], &list["profiles"][3]["base"]), (&Value::Null, &Value::from("base")));
    let shown = machine.json("profile show production", 0);
    let secret = shown["values"].as_array().expect("a list").iter().find(|v| v["key"] == "security.secret_key");
    assert_eq!(secret.map(|secret| &secret["value"]), Some(&Value::from("••••••••")));
    let effective = machine.json("profile effective production cache.ttl", 0);
    assert_eq!(effective["values"][0]["value"], "1 h");
    let diff = machine.json("profile diff testing production", 0);
    let pool = diff["differences"].as_array().expect("a list").iter().find(|row| row["key"] == "database.pool_max");
    assert_eq!(pool.map(|row| (&row["from"]["value"], &row["to"]["from"])), Some((&"3".into(), &"production".into())));
    assert!(!machine.path("data").exists() && !machine.path("config").exists(), "looking makes nothing");
}

#[test]
fn what_is_wrong_is_told_all_at_once_with_its_place() {
    let machine = Machine::serving();
    machine.says("profile validate", 0, &["0 errors"]);
    machine.write(
        "config/profiles/mine.ron",
        "(\n    version: 1,\n    base: \"production\",\n    values: {\n        \"ml.batch_size\": 999999,\n        \
         \"no.such\": 1,\n    },\n)\n",
    );
    machine.says("profile validate", 1, &["mine: error: line 5, column ", "mine: error: line 6, column ", "2 errors"]);
    machine.says("profile validate production", 0, &["1 checked: 0 errors"]);
    let checked = machine.json("profile validate mine", 1);
    assert_eq!((&checked["valid"], &checked["documents"][0]["problems"][1]["line"]), (&false.into(), &6.into()));
    machine.write("config/profiles/mine.ron", "(version: 1, base: \"yours\")");
    machine.write("config/profiles/yours.ron", "(version: 1, base: \"mine\")");
    machine.says("profile validate mine", 1, &["mine"]);
    machine.says("profile effective mine", 1, &["mine: "]);
}

#[test]
fn wrong_use_says_what_there_is_and_exits_with_2() {
    let machine = Machine::bound();
    for (line, expect) in [
        ("profile show nothing", "there is no profile nothing; there are base, development"),
        ("profile show local", "local.ron"),
        ("profile effective production no.such", "there is no parameter no.such"),
        ("profile diff production nothing", "there is no profile nothing"),
        ("profile validate nothing", "there is no profile nothing"),
        ("profile plan nothing", "there is no profile nothing"),
        ("profile plan production --binding other", "there is no binding other; there are checkout"),
        ("profile apply nothing", "there is no profile nothing"),
        ("profile apply production --keep-within soon", "give a time from 1 s to 24 h"),
        ("profile apply production --keep --keep-within 60s", "cannot be used with"),
        ("profile rollback 77", "there is no apply 77"),
        ("profile rollback", "nothing that was applied is in force"),
        ("profile verify nothing", "there is no profile nothing"),
        ("profile sing", "unrecognized subcommand"),
    ] {
        machine.says(line, 2, &[expect]);
    }
    assert_eq!(machine.env(), ENV);
}

#[test]
fn a_file_is_imported_planned_applied_verified_and_rolled_back() {
    let machine = Machine::serving();
    machine.says("profile plan production", 1, &["no file is bound to profiles yet: `perfdesk profile import FILE"]);
    machine.says("profile verify", 1, &["no profile is in force"]);
    let proposal = machine.json("profile import .env", 0);
    assert_eq!(proposal["keys"][0]["parameter"], "database.pool_max");
    assert_eq!((&proposal["format"], proposal["others"].as_array().map(Vec::len)), (&"env".into(), Some(1)));
    assert!(!machine.path("config/bindings.ron").exists(), "looking binds nothing");
    machine.says("profile import .env --save checkout", 0, &["DB_POOL_MAX  20 = database.pool_max, as plain (line 2)"]);
    let printed = machine.says("profile plan production", 0, &["production: 2 values in 1 file"]);
    let diff = ["-DB_POOL_MAX=20 # connections", "+DB_POOL_MAX=50 # connections", "+LOG_LEVEL=info", " APP=checkout"];
    assert!(diff.iter().all(|line| printed.lines().any(|found| found == *line)), "{printed}");
    assert!(printed.starts_with("--- ") && printed.contains("\n@@ line 1 @@\n"), "{printed}");
    let plan = machine.json("profile plan production", 0);
    assert_eq!((&plan["can_apply"], &plan["files"][0]["changes"][0]["after"]), (&true.into(), &"50".into()));
    assert_eq!(machine.env(), ENV, "a plan writes nothing");
    machine.says("profile apply production --keep", 0, &["production to 1 file by mara on the command line, kept"]);
    assert_eq!(machine.env(), ENV_IN_PRODUCTION);
    machine.says("profile verify", 0, &["1 file compared with production: 0 values differ"]);
    machine.says("profile list", 0, &["* production", "production is in force"]);
    machine.says("profile verify testing", 1, &["DB_POOL_MAX is 50, expected 3", "2 values are not those of testing"]);
    machine.write(".env", &ENV_IN_PRODUCTION.replace("50", "51"));
    machine.says("profile verify", 1, &["DB_POOL_MAX is 51, expected 50", "1 value is not that of production"]);
    let drift = machine.json("profile verify", 1);
    assert_eq!((&drift["holds"], &drift["bindings"][0]["drift"][0]["found"]), (&false.into(), &"51".into()));
    machine.says("profile rollback", 1, &["Apply 1 stays as it is", "somebody changed it since"]);
    machine.write(".env", ENV_IN_PRODUCTION);
    let back = machine.json("profile rollback", 0);
    assert_eq!((&back["state"], machine.env()), (&"rolled back".into(), ENV.to_owned()));
    machine.says("profile history", 0, &["   1  ", "production to 1 file by mara on the command line, rolled back"]);
    let history = machine.json("profile history", 0);
    assert_eq!((&history["active"], &history["applies"][0]["number"]), (&Value::Null, &1.into()));
    // What happened stands on the time axis.
    let info = machine.says("history info", 0, &[]);
    assert!(info.contains("3 annotations"), "{info}");
}

#[test]
fn a_profile_whose_values_are_there_already_is_taken_as_in_force() {
    let machine = Machine::bound();
    machine.write(".env", ENV_IN_PRODUCTION);
    machine.says("profile apply production", 0, &["1 file has every value already", "production is in force"]);
    machine.says("profile verify", 0, &["compared with production"]);
    machine.says("profile history", 0, &["nothing was applied yet"]);
}

#[test]
fn a_secret_is_made_when_asked_for_and_never_printed() {
    let machine = Machine::serving();
    machine.write(".env", "SECRET_KEY=changeme\n");
    machine.says("profile import .env --save checkout", 0, &["A secret is weak: SECRET_KEY in "]);
    machine.says("profile plan production", 1, &["production-key is not made yet", "1 error stands in the way"]);
    let line = "profile apply production --keep --make-secrets";
    let output = machine.run(line);
    check(line, &output, 0, &["SECRET_KEY=••••••••"]);
    let secret = fs::read_to_string(machine.path("config/secrets/production-key")).expect("made");
    assert_eq!(machine.env(), format!("SECRET_KEY={}\n", secret.trim()));
    for line in
        ["profile show production", "profile effective production", "profile plan production", "profile history --json"]
    {
        let output = machine.run(line);
        let all = format!("{output:?}");
        assert!(output.status.success() && !all.contains(secret.trim()) && !all.contains("changeme"), "{line}: {all}");
    }
    assert!(!format!("{output:?}").contains(secret.trim()));
}

#[test]
fn the_environment_is_proposed_with_its_reasons() {
    let machine = Machine::serving();
    machine.write(
        "config/environments.ron",
        "(version: 1, words: {\"ci\": [\"testing\"]}, rules: [(variable: \"APP_ENV\", weight: 60)])\n",
    );
    machine.says("profile detect", 0, &["Nothing says which environment this is"]);
    let output = machine.command("profile detect").env("APP_ENV", "ci").output().expect("runs");
    check("profile detect", &output, 0, &["This seems to be testing", "APP_ENV is ci"]);
    let output = machine.command("profile detect --json").env("APP_ENV", "production").output().expect("runs");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&found["profile"], found["reasons"].as_array().map(Vec::len)), (&"production".into(), Some(1)));
}

#[test]
fn beside_a_running_window_it_reads_and_refuses_to_write() {
    let machine = Machine::bound();
    let data = machine.path("data");
    let _held = perfdesk::engine::start::take_folder(&data).expect("free");
    for line in ["profile list", "profile plan production", "profile history", "profile validate", "profile detect"] {
        machine.says(line, 0, &[]);
    }
    for line in ["profile apply production", "profile rollback", "profile import .env --save other"] {
        machine.says(line, 1, &["Perfdesk already runs on", "use that one"]);
    }
    assert_eq!(machine.env(), ENV);
}

#[test]
fn files_that_cannot_be_bound_say_why() {
    let machine = Machine::serving();
    machine.write("noise.env", "A=\u{0}\n");
    machine.write("twice.env", "DB_POOL_MAX=1\nDB_POOL_MAX=2\n");
    machine.write("plain.env", "NOTHING=1\n");
    for (line, expect) in [
        ("profile import missing.env", "there is no such file"),
        ("profile import config", "there is no such file"),
        ("profile import noise.env", "line 1"),
        ("profile import twice.env", "lines 1 and 2"),
        ("profile import plain.env --save x", "no key seems to be a parameter"),
    ] {
        machine.says(line, 1, &[expect]);
    }
}

/// One file under two names, here through a link, is planned as the one file it is: two values for one key are refused.
#[cfg(unix)]
#[test]
fn two_bindings_of_one_file_through_a_link_do_not_get_in_each_others_way_unseen() {
    let machine = Machine::serving();
    machine.write("one/.env", "A=1\n");
    std::os::unix::fs::symlink(machine.path("one/.env"), machine.path("link.env")).expect("a link");
    let binding = |id: &str, path: &str, param: &str| {
        let path = machine.path(path);
        format!("(id: {id:?}, path: {path:?}, format: \"env\", keys: [(param: {param:?}, key: \"A\")])")
    };
    let [first, second] =
        [binding("first", "one/.env", "database.pool_max"), binding("second", "link.env", "http.pool_max")];
    machine.write("config/bindings.ron", &format!("(version: 1, bindings: [{first}, {second}])\n"));
    let said = machine.run("profile plan production");
    let all = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    assert!(said.status.code() == Some(1) && all.contains("http.pool_max") && all.contains("first"), "{all}");
    assert_eq!(fs::read_to_string(machine.path("one/.env")).expect("there"), "A=1\n");
}

/// The same through a hard link, whose other name a write would part from it: that is said, and nothing is written.
#[cfg(unix)]
#[test]
fn two_bindings_of_one_file_through_a_hard_link_are_planned_once_and_nothing_is_parted() {
    let machine = Machine::bound();
    fs::hard_link(machine.path(".env"), machine.path("hard.env")).expect("a link");
    machine.says("profile import hard.env --save hard", 0, &["saved as the binding hard"]);
    let plan = machine.json("profile plan production", 1);
    assert_eq!((&plan["can_apply"], plan["files"].as_array().map(Vec::len)), (&false.into(), Some(1)), "{plan}");
    let line = "profile apply production --keep";
    machine.says(line, 1, &["it has 2 names (hard links)", "make those symbolic links to it"]);
    assert_eq!(machine.env(), ENV);
}

#[cfg(unix)]
#[test]
fn a_secret_that_goes_where_others_read_it_is_a_warning_until_chmod_600() {
    use std::os::unix::fs::PermissionsExt as _;

    let machine = Machine::serving();
    let set = |mode| fs::set_permissions(machine.path(".env"), fs::Permissions::from_mode(mode)).expect("set");
    let at_all = |said: &Output| [&said.stdout[..], &said.stderr].concat().windows(9).any(|w| w == b"chmod 600");
    machine.write(".env", "SECRET_KEY=changeme\n");
    machine.says("profile import .env --save checkout", 0, &[]);
    fs::create_dir_all(machine.path("config/secrets")).expect("made");
    machine.write("config/secrets/production-key", "k3yQk9mZ2Wc8vT1xR5nB7pL0sD4fG6hJ");
    for (mode, is_warned) in [(0o600, false), (0o644, true), (0o640, true)] {
        set(mode);
        let said = machine.run("profile plan production");
        assert_eq!((said.status.code(), at_all(&said)), (Some(0), is_warned), "{mode:o}: {said:?}");
    }
    let text =
        "warning: a secret stands in it and other users may get at it (mode 640), which stays so: run `chmod 600 ";
    machine.says("profile plan production", 0, &[text]);
    let kept = ["1 file, the old one is backed up; with a secret that other users may read, which chmod 600 ends"];
    machine.says("profile apply production --keep", 0, &kept);
}

/// What a service says of its old values when it goes back is not kept: they may be secrets.
#[cfg(unix)]
#[test]
fn the_output_of_a_reload_on_the_way_back_is_not_kept() {
    let machine = Machine::bound();
    let path = machine.path("config/bindings.ron");
    let bindings = fs::read_to_string(&path).expect("there");
    machine.write("reload.sh", "sed 's/^/said: /' .env\nexit 3\n");
    let argv = format!("[\"sh\", {:?}]", machine.path("reload.sh"));
    let reload = format!("reload: run(argv: {argv}, timeout: \"5 s\"),\n            keys: [");
    machine.write("config/bindings.ron", &bindings.replacen("keys: [", &reload, 1));
    machine.says("profile apply production --keep", 1, &["failed: ", "production is rolled back"]);
    let history = machine.says("profile history --json", 0, &[]);
    assert!(history.contains("said: DB_POOL_MAX=50") && !history.contains("said: DB_POOL_MAX=20"), "{history}");
}
