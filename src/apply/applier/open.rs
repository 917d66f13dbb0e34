//! Opening: the journal is read, and what a process that died left unfinished is finished or taken back.

use std::path::Path;

use super::{Applier, Running};
use crate::apply::error::ApplyError;
use crate::apply::files::draft_of;
use crate::apply::journal::{Journal, Recovery};
use crate::apply::world::World;
use crate::model::profile::{ApplyId, ApplyPhase};

impl Applier {
    /// Reads the journal under `data` and holds it for this process. What a process that died left unfinished is
    /// finished or taken back here, reloads included, and told.
    ///
    /// # Errors
    /// [`ApplyError::Busy`], [`ApplyError::Journal`].
    pub fn open(mut world: Box<dyn World>, data: &Path) -> Result<(Self, Vec<Recovery>), ApplyError> {
        let journal = Journal::new(data);
        let failed = |doing| {
            let path = journal.folder().to_owned();
            move |source| ApplyError::Journal { doing, path, source }
        };
        if !journal.hold(world.files()).map_err(failed("written"))? {
            return Err(ApplyError::Busy { folder: journal.folder().to_owned() });
        }
        let ids = journal.ids(world.files()).map_err(failed("read"))?;
        let next_id = ids.first().map_or(1, |id| id.0 + 1);
        let (mut applies, mut told) = (Vec::new(), Vec::new());
        for id in ids {
            match journal.load(world.files(), id) {
                Ok(Some(apply)) => applies.push(apply),
                // It ended before anything was written.
                Ok(None) => {
                    let _ = world.files().remove_folder(&journal.folder_of(id));
                }
                Err(unreadable) => told.push(unreadable),
            }
        }
        let mut applier = Self { world, journal, applies, running: None, next_id };
        let unfinished: Vec<ApplyId> =
            applier.applies.iter().filter(|apply| !apply.is_settled).map(|apply| apply.id()).collect();
        told.extend(unfinished.into_iter().filter_map(|id| applier.recover(id)));
        let now = applier.world.now();
        applier.journal.prune(applier.world.files(), &mut applier.applies, now);
        Ok((applier, told))
    }

    fn recover(&mut self, id: ApplyId) -> Option<Recovery> {
        let apply = self.apply(id)?;
        let profile = apply.profile();
        let why = match &apply.record.phase {
            ApplyPhase::Kept => {
                let drafts: Vec<_> = apply.targets.iter().map(|target| draft_of(&target.file)).collect();
                for draft in drafts {
                    let _ = self.world.files().remove(&draft);
                }
                self.edit(id, |apply| apply.is_settled = true);
                let _ = self.save(id);
                return Some(Recovery::Finished { id, profile, is_kept: true });
            }
            ApplyPhase::RollingBack { why } => why.to_string(),
            ApplyPhase::Writing => "Perfdesk ended while its files were written".into(),
            ApplyPhase::Reloading => "Perfdesk ended while the service reloaded".into(),
            ApplyPhase::Verifying => "Perfdesk ended while it was verified".into(),
            _ => "Perfdesk ended before it was kept".into(),
        };
        let was_going_back = matches!(apply.record.phase, ApplyPhase::RollingBack { .. });
        let mut running = Running::new(id);
        self.turn_back(&mut running, &why);
        self.running = Some(running);
        while self.advance().is_some() {}
        match self.apply(id).map(|apply| apply.record.phase.clone()) {
            Some(ApplyPhase::Stuck { why }) => Some(Recovery::Stuck { id, profile, why }),
            _ if was_going_back => Some(Recovery::Finished { id, profile, is_kept: false }),
            Some(ApplyPhase::RolledBack { why }) => Some(Recovery::TakenBack { id, profile, why }),
            _ => None,
        }
    }
}
