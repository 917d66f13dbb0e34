//! The environment of a service: Perfdesk's own, the profile's values, a file's, and what is set up, the later over the
//! earlier.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use crate::model::profile::{FileFormat, ProfileName};
use crate::model::run::Run;
use crate::profile::formats::scan;

/// Largest file that is read, bytes.
const MAX_FILE: u64 = 1 << 20;

/// Variables of a profile's values.
pub type Values = Arc<[(Arc<str>, Arc<str>)]>;

/// The values of every profile.
pub type Profiles = Arc<BTreeMap<ProfileName, Values>>;

/// What a service is given beside Perfdesk's own environment. Not to be printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// Names and values; of equal names the last holds.
    pub variables: Vec<(String, String)>,
    /// Values that are to be shown nowhere.
    pub secrets: Vec<String>,
}

impl Environment {
    /// What this service is given now.
    ///
    /// # Errors
    /// Why its file cannot be read, in words that hold none of its values.
    pub fn of(run: &Run, profile: &Values) -> Result<Self, String> {
        let mut environment = Self::default();
        if run.uses_profile {
            environment.variables.extend(profile.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        }
        if !run.environment_file.as_os_str().is_empty() {
            environment.variables.extend(of_file(&run.environment_file)?);
        }
        for variable in &run.environment {
            let value = match &variable.secret {
                Some(secret) if variable.is_secret => {
                    environment.secrets.push(secret.0.to_string());
                    secret.0.to_string()
                }
                _ => variable.value.to_string(),
            };
            environment.variables.push((variable.name.to_string(), value));
        }
        let is_secret = |(name, value): &&(String, String)| {
            crate::profile::secret::is_secret_name(name) || crate::profile::secret::looks_like_secret(value)
        };
        let told: Vec<String> =
            environment.variables.iter().filter(is_secret).map(|(_, value)| value.clone()).collect();
        environment.secrets.extend(told);
        Ok(environment)
    }
}

fn of_file(path: &Path) -> Result<Vec<(String, String)>, String> {
    let fail = |why: String| format!("its environment file cannot be read: {why}: {}", path.display());
    let file = fs::File::open(path).map_err(|e| fail(e.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|e| fail(e.to_string()))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(fail("it is larger than 1 MiB".into()));
    }
    let found = scan(FileFormat::Env, &bytes).map_err(|e| fail(e.to_string()))?;
    Ok(found.into_iter().map(|key| (key.key, key.text)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::Secret;
    use crate::model::run::Variable;

    #[test]
    fn the_later_holds_over_the_earlier_and_secrets_are_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(".env");
        fs::write(&file, "# pool\nPOOL=7\nDB_PASSWORD='correct horse'\n").expect("writes");
        let secret = Variable {
            name: "TOKEN".into(),
            is_secret: true,
            secret: Some(Secret("battery staple".into())),
            ..Variable::default()
        };
        let plain = Variable { name: "POOL".into(), value: "9".into(), ..Variable::default() };
        let run = Run {
            environment_file: file.clone(),
            environment: vec![secret, plain],
            uses_profile: true,
            ..Run::default()
        };
        let profile: Values = [(Arc::from("POOL"), Arc::from("5")), (Arc::from("CACHE_SIZE"), Arc::from("64"))].into();
        let found = Environment::of(&run, &profile).expect("reads");
        let last = |name: &str| found.variables.iter().rfind(|(n, _)| n == name).map(|(_, value)| value.as_str());
        assert_eq!((last("POOL"), last("CACHE_SIZE"), last("TOKEN")), (Some("9"), Some("64"), Some("battery staple")));
        assert!(
            found.secrets.iter().any(|s| s == "correct horse") && found.secrets.iter().any(|s| s == "battery staple")
        );
        fs::write(&file, "A=1\nA=2\n").expect("writes");
        let why = Environment::of(&run, &profile).err().unwrap_or_default();
        assert!(why.starts_with("its environment file cannot be read"), "{why}");
        fs::remove_file(&file).expect("goes");
        assert!(Environment::of(&run, &profile).is_err());
    }
}
