//! The folders in force: those given, else the platform's own.

use std::path::PathBuf;

use directories::{ProjectDirs, UserDirs};

use super::args::RunArguments;
use crate::model::Folders;

/// Neither a folder was given nor does the platform name one.
#[derive(Debug, thiserror::Error)]
#[error("this system names no home folder: give --data-dir and --config-dir")]
pub struct NoFolder;

/// The folders for these arguments.
///
/// # Errors
/// [`NoFolder`] where the platform names none and none was given.
pub fn folders(run: &RunArguments) -> Result<Folders, NoFolder> {
    let own = ProjectDirs::from("io.github", "perfdesk", "perfdesk");
    let pick = |given: &Option<PathBuf>, own: Option<PathBuf>| given.clone().or(own).ok_or(NoFolder);
    Ok(Folders {
        config: pick(&run.config_dir, own.as_ref().map(|dirs| dirs.config_dir().into()))?,
        data: pick(&run.data_dir, own.as_ref().map(|dirs| dirs.data_local_dir().into()))?,
    })
}

/// The folder that a person keeps documents in, or their home; what a program writes for them goes there first.
pub fn documents() -> Option<PathBuf> {
    let own = UserDirs::new()?;
    let documents = own.document_dir().filter(|folder| folder.is_dir());
    Some(documents.unwrap_or_else(|| own.home_dir()).to_owned())
}
