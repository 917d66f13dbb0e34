//! The list of machines on disk: `machines.ron` in the config folder, for its owner alone, since tokens are in it.

use std::io;
use std::path::{Path, PathBuf};

use crate::apply::files::{Files as _, RealFiles, Rights, replace, words};
use crate::model::machines::{MachineId, Machines};
use crate::store::document::{self, Document};

impl Document for Machines {
    const FILE: &'static str = "machines.ron";
    const VERSION: u32 = Self::VERSION;
    const ABOUT: &'static str = "The machines Perfdesk's window looks at. Tokens are in here: keep it to yourself.";
    fn version(&self) -> u32 {
        self.version
    }
    fn checked(mut self) -> Self {
        self.machines.truncate(Self::MOST);
        // Numbers that are missing or there twice are given anew.
        for i in 0..self.machines.len() {
            let id = self.machines[i].id;
            if id == MachineId(0) || self.machines[..i].iter().any(|before| before.id == id) {
                self.machines[i].id = self.next_id();
            }
        }
        self
    }
}

impl Machines {
    /// A number that none has.
    pub fn next_id(&self) -> MachineId {
        MachineId(self.machines.iter().map(|machine| machine.id.0).max().unwrap_or(0).saturating_add(1))
    }
}

/// The file of a config folder.
pub fn path(config: &Path) -> PathBuf {
    config.join(Machines::FILE)
}

/// Reads the list; what is wrong with it comes beside an empty one.
pub fn read(config: &Path) -> (Machines, String) {
    match document::read(&path(config)) {
        Ok(found) => (found.unwrap_or_default(), String::new()),
        Err(e) => (Machines::default(), format!("The list of machines was not read and is kept as it is: {e}")),
    }
}

/// Writes the list, for its owner alone.
///
/// # Errors
/// What could not be done: a sentence without a final period.
pub fn write(config: &Path, machines: &Machines) -> Result<(), String> {
    let path = path(config);
    let fail = |e: &io::Error| format!("The list of machines was not kept: {}: {}", words(e), path.display());
    let mut files = RealFiles::default();
    if !path.exists() {
        files.make_folder(config).map_err(|e| fail(&e))?;
        // A new file is for its owner alone from its first byte on.
        let text = ron::ser::to_string_pretty(machines, ron::ser::PrettyConfig::default());
        let text = text.map_err(|e| fail(&io::Error::other(e.to_string())))?;
        let text = format!("// {}\n{text}\n", Machines::ABOUT);
        return replace(&mut files, &path, text.as_bytes(), Rights::PRIVATE).map_err(|e| fail(&e));
    }
    keep_private(&path).map_err(|e| fail(&e))?;
    document::write(&path, machines).map_err(|e| format!("The list of machines was not kept: {e}"))?;
    Ok(())
}

/// A file that a person made may be open to others; the copies that are kept have its rights.
#[cfg(unix)]
fn keep_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::machines::{MachineEntry, Token};

    fn entry(id: u64, address: &str) -> MachineEntry {
        MachineEntry {
            id: MachineId(id),
            address: address.into(),
            token: Token("secret".into()),
            ..MachineEntry::default()
        }
    }

    #[test]
    fn the_list_is_kept_for_its_owner_alone_and_read_back() {
        let root = tempfile::tempdir().expect("a folder");
        let config = root.path().join("deep/config");
        assert_eq!(read(&config), (Machines::default(), String::new()));
        for n in 1..=3 {
            let list = Machines { machines: (1..=n).map(|id| entry(id, "a")).collect(), ..Machines::default() };
            write(&config, &list).expect("written");
            assert_eq!(read(&config).0, list);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                for file in std::fs::read_dir(&config).expect("there") {
                    let file = file.expect("a file");
                    let mode = file.metadata().expect("there").permissions().mode();
                    assert_eq!(mode & 0o777, 0o600, "{:?}", file.file_name());
                    std::fs::set_permissions(path(&config), std::fs::Permissions::from_mode(0o644)).expect("opened");
                }
            }
        }
    }

    #[test]
    fn a_list_that_does_not_read_is_kept_and_told_of_and_numbers_are_made_good() {
        let config = tempfile::tempdir().expect("a folder");
        std::fs::write(path(config.path()), "(machines: [(address: \"a\"), (address: \"b\", id: 1), (id: 1)])")
            .expect("written");
        let ids: Vec<u64> = read(config.path()).0.machines.iter().map(|machine| machine.id.0).collect();
        assert_eq!(ids, [2, 1, 3]);
        std::fs::write(path(config.path()), "(machines: [").expect("written");
        let (list, why) = read(config.path());
        assert!(list.machines.is_empty() && why.contains("line 1"), "{why}");
        assert!(path(config.path()).exists());
    }
}
