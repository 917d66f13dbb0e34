//! Drawing up plans: what holds under a profile, what is wrong with it, and what each bound file would get.

use std::sync::Arc;

use super::documents::Documents;
use crate::model::profile::{ApplyId, ApplyPhase, ApplyRecord, Plan, PlanId, ProblemKind, Profile, ProfileName};
use crate::profile::check::check;
use crate::profile::plan::{BoundFile, NewContent, Secrets, plan};
use crate::profile::resolve::effective;

/// A plan of these files, with the contents they would get. `profiles` are those of the documents, or those with a draft
/// among them.
///
/// # Errors
/// Why nothing can be said of the profile, such as a circle of bases.
pub fn draw_up(
    id: PlanId,
    name: &str,
    documents: &Documents,
    profiles: &[Arc<Profile>],
    files: Vec<BoundFile>,
    secrets: Secrets<'_>,
) -> Result<(Plan, Vec<NewContent>), String> {
    let (catalogue, local) = (&documents.catalogue, documents.local.as_deref());
    let holds = effective(catalogue, profiles, local, name).map_err(|problem| problem.text.to_string())?;
    let (mut drawn, contents) = plan(id, name, &holds, catalogue, files, secrets);
    // A profile with errors is not applied, whatever its files are.
    let faults = check(catalogue, profiles, local, name).into_iter().filter(|fault| fault.kind == ProblemKind::Error);
    drawn.problems.extend(faults);
    Ok((drawn, contents))
}

/// The profile in force by past applies, newest first: the last that was kept or is on trial; what was in force before
/// the oldest where all of them went back.
pub fn applied(records: &[Arc<ApplyRecord>]) -> Option<ProfileName> {
    match records.iter().find(|record| stays(record)) {
        Some(record) => Some(record.profile.clone()),
        None => records.last()?.previous.clone(),
    }
}

/// The newest apply whose files stay.
pub fn newest_staying(records: &[Arc<ApplyRecord>]) -> Option<ApplyId> {
    records.iter().find(|record| stays(record)).map(|record| record.id)
}

/// Whether what an apply wrote stays, as far as is known.
pub const fn stays(record: &ApplyRecord) -> bool {
    matches!(record.phase, ApplyPhase::Kept | ApplyPhase::OnTrial { .. })
}
