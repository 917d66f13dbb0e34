//! What the window shows of alerts that fire: a notice goes when the last alert it tells of is over.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::desk::{AlertDesk, Deed};
use crate::model::alert::AlertId;

/// Notices that are followed, at most: the window lists no more.
const MAX_FOLLOWED: usize = 100;

/// Notices about alerts.
#[derive(Debug, Default)]
pub struct Said(Vec<(Arc<str>, BTreeSet<AlertId>)>);

impl Said {
    /// Follows a notice that tells of these alerts. Notices of one text go together.
    pub fn follow(&mut self, text: Arc<str>, mut alerts: BTreeSet<AlertId>) {
        if let Some(i) = self.0.iter().position(|(other, _)| *other == text) {
            alerts.extend(self.0.remove(i).1);
        }
        self.0.push((text, alerts));
        let n_excess = self.0.len().saturating_sub(MAX_FOLLOWED);
        self.0.drain(..n_excess);
    }

    /// Takes in that an alert is over; gives the notices that tell of none that fires any more.
    pub fn over(&mut self, alert: AlertId) -> Vec<Arc<str>> {
        let mut gone = Vec::new();
        self.0.retain_mut(|(text, alerts)| {
            let is_last = alerts.remove(&alert) && alerts.is_empty();
            if is_last {
                gone.push(text.clone());
            }
            !is_last
        });
        gone
    }
}

impl AlertDesk {
    /// Takes the notices off the list that an ended alert was the last of.
    pub(super) fn withdraw(&mut self, alert: AlertId) {
        let gone = self.said.over(alert);
        self.deeds.extend(gone.into_iter().map(Deed::Withdraw));
    }
}
