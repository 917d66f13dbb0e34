//! What a person wants of a card.

use std::sync::Arc;

use super::{Asked, Desk, Undo};
use crate::model::Timestamp;
use crate::model::profile::{ParamKey, ParamValue, ProfileName};
use crate::model::suggest::{Change, SuggestCommand, SuggestionId};
use crate::suggest::ledger::Stand;
use crate::suggest::put_back::PutBack;
use crate::suggest::trail::Trail;

/// Longest reason that is kept, characters.
const MAX_REASON: usize = 500;

/// A change that is to be planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The parameter.
    pub key: ParamKey,
    /// Its value.
    pub to: ParamValue,
}

impl Desk {
    /// Does what a person wants; gives a change that is to be planned, if it is one of those. `profile` is the one in force.
    ///
    /// # Errors
    /// Why it was not done, as a sentence without a final period.
    pub fn command(
        &mut self,
        command: SuggestCommand,
        profile: Option<&ProfileName>,
        trail: &Trail,
        now: Timestamp,
    ) -> Result<Option<Wanted>, String> {
        match command {
            SuggestCommand::Snooze(id, until) => {
                if until <= now {
                    return Err("That time is over already".into());
                }
                self.put_off(&id, "Snoozed", Stand::Snoozed { until })?;
            }
            SuggestCommand::Dismiss(id, reason) => {
                let size = self.cards.get(&id).map_or(1.0, |seen| seen.size);
                let reason: Arc<str> = reason.chars().take(MAX_REASON).collect::<String>().into();
                self.put_off(&id, "Dismissed", Stand::Dismissed { at: now, reason, size })?;
            }
            SuggestCommand::Reopen(id) => {
                if let Some(Stand::OnTrial { .. }) = self.ledger.stand(&id) {
                    return Err("Its change is on trial: keep it or take it back first".into());
                }
                let title = self.title(&id)?;
                self.note_undo("Opened again", &id, &title, false);
                self.put(&id, None);
            }
            SuggestCommand::TryIt(id) => return self.try_it(id, profile, now).map(Some),
            SuggestCommand::MarkDone(id) => {
                let title = self.title(&id)?;
                self.refuse_on_trial(&id)?;
                self.note_undo("Done", &id, &title, true);
                let deed =
                    self.write_deed(&id, None, None, trail, now).ok_or("There is no such suggestion any more")?;
                self.put(&id, Some(Stand::Done { deed }));
            }
            SuggestCommand::Undo => self.undo()?,
        }
        Ok(None)
    }

    fn title(&self, id: &SuggestionId) -> Result<Arc<str>, String> {
        let card = self.cards.get(id).map(|seen| seen.suggestion.title.clone());
        card.ok_or_else(|| "There is no such suggestion any more: its cause is gone".into())
    }

    fn refuse_on_trial(&self, id: &SuggestionId) -> Result<(), String> {
        match self.ledger.stand(id) {
            Some(Stand::OnTrial { .. }) => Err("Its change is on trial: keep it or take it back".into()),
            _ => Ok(()),
        }
    }

    fn put_off(&mut self, id: &SuggestionId, how: &str, stand: Stand) -> Result<(), String> {
        let title = self.title(id)?;
        self.refuse_on_trial(id)?;
        self.note_undo(how, id, &title, false);
        self.put(id, Some(stand));
        Ok(())
    }

    fn note_undo(&mut self, how: &str, id: &SuggestionId, title: &str, made_deed: bool) {
        let before = self.ledger.stand(id).cloned();
        self.undo = Some(Undo { text: format!("{how}: {title}").into(), id: id.clone(), before, made_deed });
        self.is_changed = true;
    }

    fn try_it(&mut self, id: SuggestionId, profile: Option<&ProfileName>, now: Timestamp) -> Result<Wanted, String> {
        self.title(&id)?;
        self.refuse_on_trial(&id)?;
        if let Some((_, why)) = self.held_back().into_iter().find(|(held, _)| *held == id) {
            return Err(why);
        }
        let profile = profile.ok_or("No profile is in force: apply one first")?;
        let change = self.cards.get(&id).map(|seen| &seen.suggestion.change);
        let Some(Change::Parameter { key, to, .. }) = change else {
            return Err("There is no parameter to change: it is done by hand".into());
        };
        let wanted = Wanted { key: key.clone(), to: to.clone() };
        let (key, to) = (wanted.key.clone(), wanted.to.clone());
        self.asked = Some(Asked { id, profile: profile.clone(), key, to, at: now, put_back: None });
        Ok(wanted)
    }

    /// Notes what the profile holds before what was asked for last is applied.
    pub fn note_before(&mut self, put_back: PutBack) {
        if let Some(asked) = &mut self.asked {
            asked.put_back = Some(put_back);
        }
    }

    fn undo(&mut self) -> Result<(), String> {
        let Some(undo) = self.undo.take() else { return Err("There is nothing to take back".into()) };
        if undo.made_deed {
            self.ledger.deeds.pop();
        }
        self.put(&undo.id, undo.before);
        Ok(())
    }
}
