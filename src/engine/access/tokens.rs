//! The API's tokens on disk: the main one as it is in a file for its owner alone, of the others their SHA-256.
//!
//! The job thread and the command line use it alike; each change reads what is there first and writes it whole.

use std::io;
use std::path::{Path, PathBuf};

use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::apply::files::{Files as _, RealFiles, Rights, replace, words};
use crate::model::Timestamp;
use crate::model::access::{Digest, Grant, MAIN_TOKEN, TokenStatus};
use crate::model::profile::Secret;
use crate::profile::secret::encode;
use crate::store::document::{self, Document, DocumentError, Stamp};

/// The main token's file in the config folder.
pub const MAIN_FILE: &str = "api-token";
/// Further tokens at most.
pub const MAX_TOKENS: usize = 64;
/// Fewest and most characters of a token: a made one has 43.
const CHARS: std::ops::RangeInclusive<usize> = 32..=512;
/// Largest file that is read for one, bytes.
const MAX_BYTES: u64 = 4096;

/// Why tokens were not read or changed. Never holds one.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Its name cannot be one.
    #[error("a token's name is 1 to 64 letters, digits, \"-\", \"_\" and \".\", and not \"main\"; this is not: {0}")]
    Name(String),
    /// There is one of this name.
    #[error("there is a token of this name: revoke it first, or choose another name: {0}")]
    Taken(String),
    /// There is none of this name.
    #[error("there is no token of this name: {0}")]
    Absent(String),
    /// There are too many.
    #[error("there are {MAX_TOKENS} tokens already: revoke one first")]
    TooMany,
    /// The main token's file holds something else.
    #[error(
        "this holds no token of 32 to 512 letters, digits and signs without spaces: make a new one with `perfdesk \
         token rotate`: {}", .0.display()
    )]
    NoToken(PathBuf),
    /// The system has no randomness to give.
    #[error("the system gave no randomness, so no token was made: {0}")]
    Randomness(String),
    /// A file cannot be read or written.
    #[error("the token cannot be {doing}: {}: {}", words(.source), .path.display())]
    Io {
        /// "read" or "written".
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file of further tokens does not read.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// A token as its file keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptToken {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub grant: Grant,
    /// When it was made.
    pub made: Option<Timestamp>,
    /// What a presented token is compared with.
    pub digest: Digest,
}

/// The tokens there are, and what is wrong with their files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tokens {
    /// The main one first, the others by name.
    pub list: Vec<KeptToken>,
    /// Why some are left out.
    pub problems: Vec<String>,
    /// What is unsafe about the files.
    pub warnings: Vec<String>,
}

/// The two files.
#[derive(Debug, Clone)]
pub struct TokenFiles {
    main: PathBuf,
    others: PathBuf,
}

/// The document `api-tokens.ron`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TokenDocument {
    version: u32,
    tokens: Vec<TokenEntry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    name: String,
    grant: Grant,
    sha256: String,
    #[serde(default)]
    made: Option<Timestamp>,
}

impl Default for TokenDocument {
    fn default() -> Self {
        Self { version: Self::VERSION, tokens: Vec::new() }
    }
}

impl Document for TokenDocument {
    const FILE: &'static str = "api-tokens.ron";
    const VERSION: u32 = 1;
    const ABOUT: &'static str = "Further tokens of Perfdesk's API, as SHA-256. `perfdesk token` adds and revokes them.";
    fn version(&self) -> u32 {
        self.version
    }
}

/// SHA-256 of a presented or a kept token.
pub fn digest_of(token: &[u8]) -> Digest {
    Digest(Sha256::digest(token).into())
}

/// The token that was presented. Takes as long whichever it is, and whether it is one.
pub fn find<'a>(presented: &[u8], tokens: &'a [TokenStatus]) -> Option<&'a TokenStatus> {
    let digest = digest_of(presented);
    let mut found = None;
    for token in tokens {
        if bool::from(token.digest.0.ct_eq(&digest.0)) {
            found = Some(token);
        }
    }
    found
}

impl TokenFiles {
    /// The files of this config folder.
    pub fn new(config: &Path) -> Self {
        Self { main: config.join(MAIN_FILE), others: config.join(TokenDocument::FILE) }
    }

    /// Enough to see that somebody changed them.
    pub fn stamps(&self) -> [Stamp; 2] {
        [document::stamp(&self.main), document::stamp(&self.others)]
    }

    /// All tokens; what does not read is named and left out.
    pub fn read(&self) -> Tokens {
        let mut tokens = Tokens::default();
        match self.main() {
            Ok(Some(secret)) => tokens.list.push(KeptToken {
                name: MAIN_TOKEN.into(),
                grant: Grant::Full,
                made: document::stamp(&self.main).and_then(|(at, _)| timestamp(at)),
                digest: digest_of(secret.0.as_bytes()),
            }),
            Ok(None) => {}
            Err(e) => tokens.problems.push(e.to_string()),
        }
        match document::read::<TokenDocument>(&self.others) {
            Ok(found) => {
                let mut entries = found.unwrap_or_default().tokens;
                entries.sort_by(|a, b| a.name.cmp(&b.name));
                for TokenEntry { name, grant, sha256, made } in entries {
                    match unhex(&sha256) {
                        Some(digest) => tokens.list.push(KeptToken { name, grant, made, digest }),
                        None => tokens.problems.push(format!(
                            "the token {name} of {} is left out: its sha256 is not 64 hexadecimal digits",
                            TokenDocument::FILE
                        )),
                    }
                }
            }
            Err(e) => tokens.problems.push(e.to_string()),
        }
        tokens.warnings = [&self.main, &self.others].into_iter().filter_map(|path| open_to_others(path)).collect();
        tokens
    }

    /// The main token's text; `None` where there is none.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn main(&self) -> Result<Option<Secret>, TokenError> {
        let bytes = match RealFiles::default().read(&self.main, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(TokenError::Io { doing: "read", path: self.main.clone(), source }),
        };
        // Editors end a file with a line end, which is none of the token.
        let text = bytes.trim_ascii_end();
        if !CHARS.contains(&text.len()) || !text.iter().all(u8::is_ascii_graphic) {
            return Err(TokenError::NoToken(self.main.clone()));
        }
        Ok(Some(Secret(String::from_utf8_lossy(text).into())))
    }

    /// Makes the main token, should there be none.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn make_missing(&self) -> Result<(), TokenError> {
        if self.main()?.is_none() {
            self.rotate()?;
        }
        Ok(())
    }

    /// Makes a new main token in place of the present one.
    ///
    /// # Errors
    /// [`TokenError`]; the present one stays.
    pub fn rotate(&self) -> Result<Secret, TokenError> {
        let secret = fresh()?;
        keep(&self.main, format!("{}\n", secret.0).as_bytes())?;
        Ok(secret)
    }

    /// Makes a further token; its text is nowhere but in the answer.
    ///
    /// # Errors
    /// [`TokenError`]; nothing was changed.
    pub fn add(&self, name: &str, grant: Grant, made: Timestamp) -> Result<Secret, TokenError> {
        if !is_name(name) {
            return Err(TokenError::Name(name.into()));
        }
        let mut document = document::read::<TokenDocument>(&self.others)?.unwrap_or_default();
        if document.tokens.iter().any(|token| token.name == name) {
            return Err(TokenError::Taken(name.into()));
        }
        if document.tokens.len() >= MAX_TOKENS {
            return Err(TokenError::TooMany);
        }
        let secret = fresh()?;
        let sha256 = hex(&digest_of(secret.0.as_bytes()).0);
        document.tokens.push(TokenEntry { name: name.into(), grant, sha256, made: Some(made) });
        self.write(&document)?;
        Ok(secret)
    }

    /// Ends a further token.
    ///
    /// # Errors
    /// [`TokenError`]; nothing was changed.
    pub fn revoke(&self, name: &str) -> Result<(), TokenError> {
        let mut document = document::read::<TokenDocument>(&self.others)?.unwrap_or_default();
        let n = document.tokens.len();
        document.tokens.retain(|token| token.name != name);
        if document.tokens.len() == n {
            return Err(TokenError::Absent(name.into()));
        }
        self.write(&document)
    }

    fn write(&self, document: &TokenDocument) -> Result<(), TokenError> {
        let fail = |e: ron::Error| TokenError::Io {
            doing: "written",
            path: self.others.clone(),
            source: io::Error::other(e.to_string()),
        };
        let body = ron::ser::to_string_pretty(document, PrettyConfig::default()).map_err(fail)?;
        keep(&self.others, format!("// {}\n{body}\n", TokenDocument::ABOUT).as_bytes())
    }
}

fn fresh() -> Result<Secret, TokenError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| TokenError::Randomness(e.to_string()))?;
    Ok(Secret(encode(&bytes).into()))
}

fn keep(path: &Path, bytes: &[u8]) -> Result<(), TokenError> {
    replace(&mut RealFiles::default(), path, bytes, Rights::PRIVATE).map_err(|source| TokenError::Io {
        doing: "written",
        path: path.into(),
        source,
    })
}

fn is_name(name: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=64).contains(&name.len()) && name != MAIN_TOKEN && name.bytes().all(is_letter)
}

fn timestamp(at: std::time::SystemTime) -> Option<Timestamp> {
    let since = at.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok().map(Timestamp::from_millis)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, place) in digest.iter_mut().zip(0..) {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(Digest(digest))
}

#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o077 != 0)
        .then(|| format!("Other users may read {}: its mode is {:o}, 600 is enough", path.display(), mode & 0o777))
}

#[cfg(not(unix))]
fn open_to_others(_path: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn the_main_token_is_made_once_and_changes_when_it_is_rotated() {
        let config = tempfile::tempdir().expect("a folder");
        let files = TokenFiles::new(config.path());
        assert_eq!(files.read(), Tokens::default());
        files.make_missing().expect("made");
        let first = files.main().expect("reads").expect("there");
        assert_eq!(first.0.len(), 43);
        files.make_missing().expect("nothing to do");
        assert_eq!(files.main().expect("reads"), Some(first.clone()));
        let second = files.rotate().expect("rotated");
        assert_ne!(first, second);
        let tokens = files.read();
        assert_eq!((tokens.list.len(), tokens.list[0].digest), (1, digest_of(second.0.as_bytes())));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = config.path().join(MAIN_FILE);
            let mode = std::fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!((mode & 0o777, tokens.warnings.len()), (0o600, 0));
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("opened");
            assert!(files.read().warnings[0].ends_with("its mode is 644, 600 is enough"));
        }
    }

    #[test]
    fn further_tokens_are_kept_as_digests_alone_and_end_when_revoked() {
        let config = tempfile::tempdir().expect("a folder");
        let files = TokenFiles::new(config.path());
        let secret = files.add("ci", Grant::Read, NOW).expect("added");
        files.add("agent-2", Grant::Full, NOW).expect("added");
        let text = std::fs::read_to_string(config.path().join("api-tokens.ron")).expect("written");
        assert!(!text.contains(&*secret.0) && text.contains("ci"), "{text}");
        let names = |tokens: Tokens| tokens.list.into_iter().map(|t| (t.name, t.grant)).collect::<Vec<_>>();
        assert_eq!(names(files.read()), [("agent-2".into(), Grant::Full), ("ci".into(), Grant::Read)]);
        assert_eq!(files.read().list[1].digest, digest_of(secret.0.as_bytes()));
        assert!(matches!(files.add("ci", Grant::Full, NOW), Err(TokenError::Taken(_))));
        files.revoke("ci").expect("revoked");
        assert_eq!(names(files.read()), [("agent-2".into(), Grant::Full)]);
        assert!(matches!(files.revoke("ci"), Err(TokenError::Absent(_))));
        for name in ["", "main", "a b", "../x", "ä", &"x".repeat(65)] {
            assert!(matches!(files.add(name, Grant::Read, NOW), Err(TokenError::Name(_))), "{name}");
        }
    }

    #[test]
    fn files_that_hold_no_tokens_are_named_and_left_as_they_are() {
        let config = tempfile::tempdir().expect("a folder");
        let files = TokenFiles::new(config.path());
        std::fs::write(config.path().join(MAIN_FILE), "short\n").expect("file");
        std::fs::write(config.path().join("api-tokens.ron"), "(tokens: [(name: \"a\", grant: read, sha256: \"12\")])")
            .expect("file");
        let tokens = files.read();
        assert_eq!((tokens.list.len(), tokens.problems.len()), (0, 2), "{tokens:?}");
        assert!(!tokens.problems[0].contains("short"), "{tokens:?}");
        assert!(files.make_missing().is_err(), "what is there is not overwritten");
        std::fs::write(config.path().join("api-tokens.ron"), "(tokens").expect("file");
        assert!(files.read().problems[1].contains("does not parse"));
        assert!(files.add("b", Grant::Read, NOW).is_err());
    }
}
