//! A publication as records: each part is written once, by the first who needs it, and shared by all who follow.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;

use crate::model::Snapshot;
use crate::wire::{Held, PARTS, Record};

/// A snapshot and the records of its parts.
pub struct Publication {
    /// The snapshot.
    pub snapshot: Arc<Snapshot>,
    parts: Vec<Arc<PartRecord>>,
}

struct PartRecord {
    held: Held,
    /// The publication in which it became what it is.
    since: u64,
    bytes: OnceLock<Bytes>,
}

impl Publication {
    /// The publication of this snapshot; what did not change since the one before is taken over.
    pub fn after(before: Option<&Self>, snapshot: Arc<Snapshot>) -> Self {
        let part = |(i, part): (usize, &crate::wire::Part)| {
            let held = part.hold(&snapshot);
            match before.and_then(|before| before.parts.get(i)) {
                Some(same) if same.held.is(&held) => same.clone(),
                _ => Arc::new(PartRecord { held, since: snapshot.seq, bytes: OnceLock::new() }),
            }
        };
        let parts = PARTS.iter().enumerate().map(part).collect();
        Self { snapshot, parts }
    }

    /// Since which publication a part is what it is.
    pub fn since(&self, part: usize) -> u64 {
        self.parts.get(part).map_or(0, |part| part.since)
    }

    /// The record of a part. One that has no form on the wire is told of in its stead.
    pub fn record(&self, part: usize) -> Bytes {
        let (Some(kept), Some(table)) = (self.parts.get(part), PARTS.get(part)) else { return Bytes::new() };
        let write = || {
            let record = table
                .write(&self.snapshot)
                .or_else(|e| Record::LeftOut { name: table.name.into(), why: e.to_string() }.write());
            record.map(Bytes::from).unwrap_or_default()
        };
        kept.bytes.get_or_init(write).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Health, NoticeId, Severity, Timestamp};

    #[test]
    fn what_did_not_change_is_written_once() {
        let first = Arc::new(Snapshot { seq: 5, ..Snapshot::default() });
        let notice = crate::model::Notice {
            id: NoticeId(1),
            at: Timestamp::default(),
            severity: Severity::Info,
            text: "x".into(),
            detail: "".into(),
        };
        let second = Arc::new(Snapshot { seq: 6, notices: [notice].into(), ..Snapshot::clone(&first) });
        let before = Publication::after(None, first);
        let records: Vec<Bytes> = (0..PARTS.len()).map(|part| before.record(part)).collect();
        let after = Publication::after(Some(&before), second);
        for (part, table) in PARTS.iter().enumerate() {
            let is_new = table.name == "notices";
            assert_eq!(after.since(part), if is_new { 6 } else { 5 }, "{}", table.name);
            assert_eq!(after.record(part).as_ptr() == records[part].as_ptr(), !is_new, "{}", table.name);
        }
        let _ = Health::default();
    }
}
