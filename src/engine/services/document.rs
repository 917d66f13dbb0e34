//! The document `services.ron` of the config folder: what is set up to watch services, for its owner alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::set_up::good_parts;
use crate::engine::private_document;
use crate::model::database::DatabaseTarget;
use crate::model::profile::Secret;
use crate::model::run::{Run, Variable};
use crate::model::service::{Bounds, HealthCheck, ProcessBinding, Receivers, ServiceSetup, Target};
use crate::store::document::{self, Document};

/// A target as its file keeps it. Not to be printed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    target: Target,
    secret: Option<String>,
}

/// How a service is run, as its file keeps it. Not to be printed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct KeptRun {
    run: Run,
    /// Values of its secret variables, by name.
    secrets: BTreeMap<String, String>,
}

impl KeptRun {
    fn new(run: &Run) -> Self {
        let secret = |variable: &Variable| Some((variable.name.to_string(), variable.secret.as_ref()?.0.to_string()));
        Self { run: run.without_secrets(), secrets: run.environment.iter().filter_map(secret).collect() }
    }

    fn whole(self) -> Run {
        let Self { mut run, mut secrets } = self;
        for variable in run.environment.iter_mut().filter(|variable| variable.is_secret) {
            if let Some(value) = secrets.remove(&*variable.name) {
                variable.secret = Some(Secret(value.into()));
            }
        }
        run.clamped()
    }
}

/// A database as its file keeps it. Not to be printed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct KeptDatabase {
    database: DatabaseTarget,
    secret: Option<String>,
}

/// The document.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceDocument {
    version: u32,
    receivers: Receivers,
    bounds: Bounds,
    targets: Vec<Kept>,
    checks: Vec<HealthCheck>,
    bindings: Vec<ProcessBinding>,
    runs: Vec<KeptRun>,
    watches_itself: bool,
    databases: Vec<KeptDatabase>,
}

impl Default for ServiceDocument {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            receivers: Receivers::default(),
            bounds: Bounds::default(),
            targets: Vec::new(),
            checks: Vec::new(),
            bindings: Vec::new(),
            runs: Vec::new(),
            watches_itself: false,
            databases: Vec::new(),
        }
    }
}

impl Document for ServiceDocument {
    const FILE: &'static str = "services.ron";
    const VERSION: u32 = 1;
    const ABOUT: &'static str = "How Perfdesk watches your services. Edit freely: the running program reads it again.";
    fn version(&self) -> u32 {
        self.version
    }
    fn is_whole(&self) -> bool {
        let setup = self.clone().setup();
        let n_all = |setup: &ServiceSetup| {
            let ServiceSetup { targets, checks, bindings, runs, databases, .. } = setup;
            targets.len() + checks.len() + bindings.len() + runs.len() + databases.len()
        };
        let n = n_all(&setup);
        let (good, faults) = good_parts(setup);
        // Of two with one name the second alone would be left.
        faults.is_empty() && n_all(&good) == n
    }
}

impl ServiceDocument {
    /// The document of this set-up.
    pub fn new(setup: &ServiceSetup) -> Self {
        let keep = |target: &Target| Kept {
            secret: target.secret.as_ref().map(|secret| secret.0.to_string()),
            target: target.without_secret(),
        };
        let keep_database = |target: &DatabaseTarget| KeptDatabase {
            secret: target.secret.as_ref().map(|secret| secret.0.to_string()),
            database: target.without_secret(),
        };
        Self {
            version: Self::VERSION,
            receivers: setup.receivers.clone(),
            bounds: setup.bounds,
            targets: setup.targets.iter().map(keep).collect(),
            checks: setup.checks.clone(),
            bindings: setup.bindings.clone(),
            runs: setup.runs.iter().map(KeptRun::new).collect(),
            watches_itself: setup.watches_itself,
            databases: setup.databases.iter().map(keep_database).collect(),
        }
    }

    /// What it sets up, with secrets, every number within its bounds.
    pub fn setup(self) -> ServiceSetup {
        let whole = |kept: Kept| Target {
            // One who edits the file may write the secret among the rest.
            secret: kept.secret.map(|text| Secret(text.into())).or(kept.target.secret.clone()),
            ..kept.target.clamped()
        };
        let whole_database = |kept: KeptDatabase| DatabaseTarget {
            secret: kept.secret.map(|text| Secret(text.into())).or(kept.database.secret.clone()),
            ..kept.database.clamped()
        };
        ServiceSetup {
            receivers: self.receivers,
            bounds: self.bounds.clamped(),
            targets: self.targets.into_iter().map(whole).collect(),
            checks: self.checks.into_iter().map(HealthCheck::clamped).collect(),
            bindings: self.bindings,
            runs: self.runs.into_iter().map(KeptRun::whole).collect(),
            watches_itself: self.watches_itself,
            databases: self.databases.into_iter().map(whole_database).collect(),
        }
    }
}

/// Reads the document of a config folder; what is set up where there is none. Also what is unsafe about it.
///
/// # Errors
/// Why it does not read, in words.
pub fn read(config: &Path) -> Result<(ServiceSetup, Option<String>), String> {
    let path = config.join(ServiceDocument::FILE);
    let setup = document::read::<ServiceDocument>(&path).map_err(|e| e.to_string())?.unwrap_or_default().setup();
    let has_secret = setup.targets.iter().any(|target| target.secret.is_some())
        || setup.runs.iter().any(|run| run.environment.iter().any(|variable| variable.is_secret))
        || setup.databases.iter().any(|target| target.secret.is_some());
    let warning = has_secret.then(|| private_document::open_to_others(&path)).flatten();
    Ok((setup, warning))
}

/// Writes the document. A present one that does not read, or of which not all can hold, is put aside; gives where.
///
/// # Errors
/// Why not, in words; what is there is then unchanged.
pub fn write(config: &Path, setup: &ServiceSetup) -> Result<Option<PathBuf>, String> {
    private_document::write(config, &ServiceDocument::new(setup))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::remote_write::Login;

    #[test]
    fn a_set_up_comes_back_with_its_secrets_and_its_file_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = Target {
            name: "node".into(),
            url: "http://127.0.0.1:9100/metrics".into(),
            login: Login::Bearer,
            secret: Some(Secret("hush".into())),
            ..Target::default()
        };
        let database = DatabaseTarget {
            name: "shop-db".into(),
            user: "me".into(),
            secret: Some(Secret("hush, too".into())),
            ..DatabaseTarget::default()
        };
        let setup = ServiceSetup {
            targets: vec![target],
            databases: vec![database],
            watches_itself: true,
            ..ServiceSetup::default()
        };
        assert_eq!(write(folder.path(), &setup), Ok(None));
        assert_eq!(read(folder.path()), Ok((setup.clone(), None)));
        let path = folder.path().join(ServiceDocument::FILE);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("a mode");
            assert!(read(folder.path()).expect("reads").1.is_some_and(|warning| warning.contains("mode is 644")));
        }
        // What a person wrote and cannot hold is kept, whatever is written later.
        let twice = "(version: 1, bindings: [(service: \"a\", by: Port(80)), (service: \"a\", by: Port(81))])";
        for faulty in ["(version: 1, runs: [(run: (service: \"shop\", argv: []))])", twice] {
            std::fs::write(&path, faulty).expect("writes");
            let aside = write(folder.path(), &setup).expect("written").expect("put aside");
            assert_eq!(write(folder.path(), &setup), Ok(None));
            assert_eq!(std::fs::read_to_string(aside).expect("kept"), faulty);
        }
        std::fs::write(&path, "(version: 1, targets: [").expect("writes");
        assert!(read(folder.path()).is_err_and(|why| why.contains("line 1")));
    }
}
