//! Secrets: each in a file of its own under CONFIG/secrets that only its owner reads.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{Files as _, RealFiles, Rights, replace, words};
use crate::model::profile::Secret;
use crate::profile::secret::{encode, weakness};

/// Largest secret that is read, in bytes.
const MAX_BYTES: u64 = 4096;
/// What the name of a former secret ends with: `session.before` is what `session` was before the present one.
const FORMER: &str = ".before";

/// Why a secret was not made or read. Never holds the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Its name cannot be a file's.
    #[error(
        "a secret's name is 1 to 64 letters, digits, \"-\", \"_\" and \".\", the first not \".\", the end not \
         \".before\"; this is not: {name}"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// The system has no randomness to give.
    #[error("the system gave no randomness, so no secret was made: {why}")]
    Randomness {
        /// What it said.
        why: String,
    },
    /// Its file cannot be read or written.
    #[error("the secret cannot be {doing}: {}: {}", words(.source), .path.display())]
    Io {
        /// "read", "written", or "made, since the former one cannot be kept".
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A secret that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// It.
    pub secret: Secret,
    /// Where the one that it replaces is kept; `None` where there was none.
    pub former: Option<PathBuf>,
}

/// Makes a new secret of 32 random bytes and keeps it under this name. One that is there is kept beside it first.
///
/// # Errors
/// [`SecretError`]; one that was there stays.
pub fn make(config: &Path, name: &str) -> Result<Made, SecretError> {
    let path = path_of(config, name)?;
    if name.ends_with(FORMER) {
        return Err(SecretError::Name { name: name.into() });
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| SecretError::Randomness { why: e.to_string() })?;
    let secret = encode(&bytes);
    let former = keep_former(&path, folder_of(config).join(format!("{name}{FORMER}")))?;
    keep(&path, secret.as_bytes()).map_err(|source| SecretError::Io { doing: "written", path, source })?;
    Ok(Made { secret: Secret(secret.into()), former })
}

/// Keeps what is under a name, should there be something.
fn keep_former(path: &Path, place: PathBuf) -> Result<Option<PathBuf>, SecretError> {
    let outcome = match RealFiles::default().read(path, MAX_BYTES) {
        Ok(former) => keep(&place, &former),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => Err(e),
    };
    let doing = "made, since the former one cannot be kept";
    outcome.map_err(|source| SecretError::Io { doing, path: path.into(), source })?;
    Ok(Some(place))
}

/// The secret of this name; `None` where there is none.
///
/// # Errors
/// [`SecretError`].
pub fn read(config: &Path, name: &str) -> Result<Option<Secret>, SecretError> {
    let path = path_of(config, name)?;
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not text in UTF-8");
    match RealFiles::default().read(&path, MAX_BYTES).and_then(|bytes| String::from_utf8(bytes).map_err(not_text)) {
        // Editors end a file with a line end, which is none of the secret.
        Ok(text) => Ok(Some(Secret(Arc::from(text.trim_end_matches(['\r', '\n']))))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SecretError::Io { doing: "read", path, source }),
    }
}

/// Names of the secrets there are, sorted; former ones and those that cannot be a secret's left out.
pub fn names(config: &Path) -> Vec<String> {
    let mut names = RealFiles::default().names(&folder_of(config)).unwrap_or_default();
    names.retain(|name| is_name(name) && !name.ends_with(FORMER));
    names
}

/// Secrets that are weak, each by name with the reason: a sentence without a final period.
pub fn weak(config: &Path) -> Vec<(String, String)> {
    let why = |name: &str| match read(config, name) {
        Ok(Some(secret)) => weakness(&secret.0).or_else(|| open_to_others(config, name)),
        Ok(None) => None,
        Err(e) => Some(e.to_string()),
    };
    names(config).into_iter().filter_map(|name| why(&name).map(|why| (name, why))).collect()
}

fn folder_of(config: &Path) -> PathBuf {
    config.join("secrets")
}

fn path_of(config: &Path, name: &str) -> Result<PathBuf, SecretError> {
    if is_name(name) { Ok(folder_of(config).join(name)) } else { Err(SecretError::Name { name: name.into() }) }
}

fn is_name(name: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=64).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(is_letter)
}

fn keep(path: &Path, secret: &[u8]) -> io::Result<()> {
    let mut files = RealFiles::default();
    let folder = super::files::folder_of(path);
    files.make_folder(folder)?;
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    replace(&mut files, path, secret, Rights::PRIVATE)
}

#[cfg(unix)]
fn open_to_others(config: &Path, name: &str) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(folder_of(config).join(name)).ok()?.permissions().mode();
    (mode & 0o077 != 0).then(|| format!("other users may read its file: its mode is {:o}, 600 is enough", mode & 0o777))
}

#[cfg(not(unix))]
fn open_to_others(_config: &Path, _name: &str) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_secret_is_random_and_reads_back_the_same() {
        let config = tempfile::tempdir().expect("a folder");
        assert_eq!(read(config.path(), "key").expect("no secret is no error"), None);
        let Made { secret: first, former } = make(config.path(), "key").expect("made");
        assert_eq!((read(config.path(), "key").expect("read"), former), (Some(first.clone()), None));
        let second = make(config.path(), "key").expect("made again").secret;
        assert_ne!(first.0, second.0);
        assert_eq!(second.0.len(), 43);
        assert_eq!(names(config.path()), ["key"]);
        assert_eq!(weak(config.path()), []);
        assert_eq!(format!("{second:?}"), "••••••••");
    }

    #[test]
    fn the_former_one_is_kept_beside_it_and_is_no_secret_of_its_own() {
        let config = tempfile::tempdir().expect("a folder");
        let folder = config.path().join("secrets");
        fs::create_dir(&folder).expect("a folder");
        let mut expect = "changeme\n".to_owned();
        fs::write(folder.join("key"), &expect).expect("a secret of old");
        for _ in 0..2 {
            let made = make(config.path(), "key").expect("made");
            assert_eq!(made.former, Some(folder.join("key.before")));
            assert_eq!(fs::read_to_string(folder.join("key.before")).expect("kept"), expect);
            expect = made.secret.0.to_string();
        }
        assert_eq!((names(config.path()), weak(config.path())), (vec!["key".to_owned()], Vec::new()));
        assert!(matches!(make(config.path(), "key.before"), Err(SecretError::Name { .. })));
        // What cannot be kept is not replaced.
        fs::write(folder.join("long"), vec![b'h'; 5000]).expect("too long");
        let why = make(config.path(), "long").expect_err("refused").to_string();
        assert!(why.starts_with("the secret cannot be made, since the former one cannot be kept: larger"), "{why}");
        assert_eq!(fs::read(folder.join("long")).expect("there").len(), 5000);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_it_and_the_folder() {
        use std::os::unix::fs::PermissionsExt as _;

        let config = tempfile::tempdir().expect("a folder");
        let (folder, file) = (config.path().join("secrets"), config.path().join("secrets/key"));
        fs::create_dir(&folder).expect("a folder open to all");
        fs::write(&file, "old").expect("a secret open to all");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("open");
        make(config.path(), "key").expect("made");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file), mode(&folder.join("key.before"))), (0o700, 0o600, 0o600));
        assert_eq!(fs::read_dir(&folder).expect("folder").count(), 2, "nothing else is left there");

        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("opened");
        fs::write(folder.join("weak"), "changeme\n").expect("a weak one");
        let weak = weak(config.path());
        assert_eq!(weak[0], ("key".into(), "other users may read its file: its mode is 640, 600 is enough".into()));
        assert_eq!(weak[1].0, "weak");
        assert!(!weak[1].1.contains("changeme"), "{}", weak[1].1);
        assert_eq!(read(config.path(), "weak").expect("read").expect("there").0.as_ref(), "changeme");
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let config = tempfile::tempdir().expect("a folder");
        for name in ["", ".", "..", "../x", "a/b", ".hidden", "ä", "a b", &"x".repeat(65)] {
            assert!(matches!(make(config.path(), name), Err(SecretError::Name { .. })), "{name}");
            assert!(matches!(read(config.path(), name), Err(SecretError::Name { .. })), "{name}");
        }
        assert!(!config.path().join("secrets").exists());
    }

    #[test]
    fn what_is_no_secret_says_so_without_a_word_of_it() {
        let config = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(config.path().join("secrets/folder")).expect("a folder in its place");
        fs::write(config.path().join("secrets/bytes"), b"hush\xff").expect("bytes");
        fs::write(config.path().join("secrets/long"), vec![b'h'; 5000]).expect("too long");
        for (name, expect) in
            [("folder", "not a file but a folder"), ("bytes", "not text in UTF-8"), ("long", "larger than 4096 bytes")]
        {
            let why = read(config.path(), name).expect_err("refused").to_string();
            assert!(why.contains(expect) && !why.contains("hush"), "{why}");
        }
    }
}
