//! The command line as a person types it: the real program, on folders of its own.

mod alert;
mod profile;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Folders of one machine.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("made");
        fs::write(path, text).expect("written");
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfdesk"));
        command.args(line.split(' ')).arg("--data-dir").arg(self.path("data"));
        command.arg("--config-dir").arg(self.path("config")).current_dir(self.0.path());
        // What the machine says of its environment is none of the tests' business.
        for name in ["APP_ENV", "RAILS_ENV", "NODE_ENV", "DJANGO_ENV", "FLASK_ENV", "CI"] {
            command.env_remove(name);
        }
        command.env("USER", "mara").stdin(Stdio::null());
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().expect("the program runs")
    }

    /// Runs a line that has to end so and say all of this, on either stream; gives standard output.
    #[track_caller]
    fn says(&self, line: &str, exit: i32, expect: &[&str]) -> String {
        check(line, &self.run(line), exit, expect)
    }

    #[track_caller]
    fn json(&self, line: &str, exit: i32) -> Value {
        let said = self.says(&format!("{line} --json"), exit, &[]);
        serde_json::from_str(&said).unwrap_or_else(|e| panic!("{line}: {e}: {said}"))
    }
}

#[track_caller]
fn check(line: &str, output: &Output, exit: i32, expect: &[&str]) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let all = format!("{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "{line}: {all}");
    for text in expect {
        assert!(all.contains(text), "{line}: “{text}” is not in: {all}");
    }
    said
}
