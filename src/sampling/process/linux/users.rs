//! Names of users, from a file like /etc/passwd. Knows no network directory: such users are shown by number.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Least time between two readings of the file.
const READ_AGAIN: Duration = Duration::from_secs(60);

/// Users by number.
#[derive(Debug)]
pub struct Users {
    file: PathBuf,
    names: HashMap<u32, Arc<str>>,
    read_at: Option<Duration>,
}

impl Users {
    /// Names out of this file, which is read when first needed.
    pub fn new(file: PathBuf) -> Self {
        Self { file, names: HashMap::new(), read_at: None }
    }

    /// The user's name, or its number where it has none. A number not seen before has the file read again, at most
    /// once a minute.
    pub fn name(&mut self, uid: u32, now: Duration) -> Arc<str> {
        let is_due = self.read_at.is_none_or(|at| now.saturating_sub(at) >= READ_AGAIN);
        if !self.names.contains_key(&uid) && is_due {
            self.read_at = Some(now);
            let text = std::fs::read(&self.file).unwrap_or_default();
            for (uid, name) in parse(&String::from_utf8_lossy(&text)) {
                self.names.entry(uid).or_insert_with(|| name.into());
            }
        }
        self.names.get(&uid).cloned().unwrap_or_else(|| uid.to_string().into())
    }
}

/// The lines `name:password:uid:…` of passwd(5); other lines are passed over.
fn parse(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty() && !name.starts_with(['#', '+', '-']))?;
        Some((fields.nth(1)?.parse().ok()?, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_file_and_new_ones_are_looked_for_once_a_minute() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("passwd");
        let lines = "root:x:0:0:root:/root:/bin/bash\n# old:x:9:9::\n+nis\nadmin:x:0:0:again\npostgres:x:111:1::/:\n";
        std::fs::write(&file, lines).expect("written");
        let mut users = Users::new(file.clone());
        let seconds = Duration::from_secs;
        for (uid, name) in [(0, "root"), (111, "postgres"), (9, "9")] {
            assert_eq!(&*users.name(uid, seconds(5)), name);
        }
        std::fs::write(&file, "late:x:9:9::\n").expect("written");
        for (now, name) in [(6, "9"), (64, "9"), (65, "late")] {
            assert_eq!(&*users.name(9, seconds(now)), name, "at {now} s");
        }
        assert_eq!(&*users.name(111, seconds(999)), "postgres");
    }

    #[test]
    fn without_a_file_users_are_numbers() {
        let mut users = Users::new("/nowhere/passwd".into());
        assert_eq!(&*users.name(1000, Duration::ZERO), "1000");
    }
}
