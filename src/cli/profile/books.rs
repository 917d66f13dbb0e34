//! Profiles and past applies as they stand in the folders, read beside whoever works with them; and the desk, taken for
//! this process alone.

use std::fs::File;
use std::sync::Arc;

use super::{ProfileCommandError, counted, json};
use crate::apply::journal;
use crate::apply::secrets;
use crate::apply::world::{RealWorld, World};
use crate::cli::console::complain;
use crate::engine::StartError;
use crate::engine::apply_worker::who;
use crate::engine::start::take_folder;
use crate::engine::tuning::documents::Documents;
use crate::engine::tuning::{Desk, Memory, applied, newest_staying};
use crate::model::Folders;
use crate::model::profile::{ApplyRecord, Profile, ProfileName};
use crate::profile::resolve::{self, Effective};

/// What is read.
pub struct Books {
    /// Where from.
    pub folders: Folders,
    /// Every document.
    pub documents: Documents,
    /// Past applies, newest first.
    pub applies: Vec<Arc<ApplyRecord>>,
    /// The profile in force.
    pub active: Option<ProfileName>,
    /// Whether another process has the applies in hand.
    is_in_hand: bool,
}

impl Books {
    /// Reads them.
    ///
    /// # Errors
    /// Where the journal of applies cannot be read.
    pub fn read(folders: &Folders) -> Result<Self, ProfileCommandError> {
        let mut world = RealWorld::new();
        let (applies, _) = journal::read(world.files(), &folders.data)
            .map_err(|e| ProfileCommandError::Failed(format!("past applies cannot be read: {e}")))?;
        let is_in_hand = journal::is_in_hand(world.files(), &folders.data);
        let documents = Documents::read(&folders.config);
        let applies: Vec<Arc<ApplyRecord>> = applies.into_iter().map(Arc::new).collect();
        let is_there = |name: &str| documents.profile(name).is_some();
        let active = Memory::read(&folders.data).active(applied(&applies), newest_staying(&applies), is_there);
        Ok(Self { folders: folders.clone(), documents, applies, active, is_in_hand })
    }

    /// Reads them, and says on standard error what was cut short.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_aloud(folders: &Folders) -> Result<Self, ProfileCommandError> {
        let books = Self::read(folders)?;
        if let Some(record) = books.applies.iter().find(|record| books.is_cut_short(record)) {
            let files = counted(record.files.len(), "file", "files");
            complain(&format!(
                "apply {} of {} to {files} was cut short, {}: the next start of Perfdesk, or `perfdesk profile rollback` \
                 now, gives every file its old content again; nothing was changed now",
                record.id.0,
                record.profile,
                json::phase(&record.phase).0,
            ));
        }
        Ok(books)
    }

    /// Whether nobody goes on with an apply that is not over.
    pub fn is_cut_short(&self, record: &ApplyRecord) -> bool {
        !self.is_in_hand && !record.phase.is_over()
    }

    /// A profile by its name.
    ///
    /// # Errors
    /// Wrong use, with the names there are.
    pub fn profile(&self, name: &str) -> Result<&Arc<Profile>, ProfileCommandError> {
        self.documents.profile(name).ok_or_else(|| {
            let names: Vec<ProfileName> = self.documents.names();
            ProfileCommandError::Usage(format!("there is no profile {name}; there are {}", names.join(", ")))
        })
    }

    /// What holds under a profile.
    ///
    /// # Errors
    /// Wrong use where there is none of the name; a failure where nothing can be said of it.
    pub fn effective(&self, name: &str) -> Result<Effective, ProfileCommandError> {
        self.profile(name)?;
        let documents = &self.documents;
        resolve::effective(&documents.catalogue, &documents.profiles, documents.local.as_deref(), name)
            .map_err(|problem| ProfileCommandError::Failed(format!("{name}: {}", problem.text)))
    }

    /// Secrets by name, for plans and comparisons.
    pub fn secrets(&self) -> impl Fn(&str) -> Option<String> + use<> {
        let config = self.folders.config.clone();
        move |name| secrets::read(&config, name).ok().flatten().map(|secret| secret.0.to_string())
    }
}

/// The desk of these folders, this process's alone as long as the file stays open.
///
/// # Errors
/// Another Perfdesk has the data folder, or a folder cannot be used.
pub fn take_desk(folders: &Folders) -> Result<(Desk, File), ProfileCommandError> {
    for folder in [&folders.data, &folders.config] {
        std::fs::create_dir_all(folder).map_err(|source| StartError::Folder { folder: folder.clone(), source })?;
    }
    let lock = take_folder(&folders.data)?;
    let make_world = || Box::new(RealWorld::new()) as Box<dyn World>;
    Ok((Desk::open(folders, &make_world, format!("{} on the command line", who())), lock))
}
