//! The ledger of suggestions as a document of the data folder, `suggestions.ron`.

use std::path::Path;

use crate::store::document::{self, Document, DocumentError};
use crate::suggest::Ledger;

impl Document for Ledger {
    const FILE: &'static str = "suggestions.ron";
    const VERSION: u32 = Self::VERSION;
    const ABOUT: &'static str = "What was done about Perfdesk's suggestions, and which of them are put off.";
    fn version(&self) -> u32 {
        self.version
    }
    fn checked(self) -> Self {
        Self::checked(self)
    }
}

/// Reads the ledger of a data folder; an empty one where there is none.
///
/// # Errors
/// Where the file does not read; it is left as it is.
pub fn read(data: &Path) -> Result<Ledger, DocumentError> {
    document::read(&data.join(Ledger::FILE)).map(Option::unwrap_or_default)
}

/// Writes the ledger, whole or not at all, with the one before as a copy beside it.
///
/// # Errors
/// Where it cannot be written.
pub fn write(data: &Path, ledger: &Ledger) -> Result<(), DocumentError> {
    document::write(&data.join(Ledger::FILE), ledger).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::{ParamKey, ParamValue};
    use crate::model::suggest::{DeedId, OutcomeVerdict, SuggestionId};
    use crate::model::{SeriesKey, Timestamp};
    use crate::suggest::ledger::{DeedRecord, MetricRecord, Stand};
    use crate::suggest::put_back::PutBack;

    #[test]
    fn what_was_done_and_put_off_is_read_back() {
        let data = tempfile::tempdir().expect("a folder");
        assert_eq!(read(data.path()).expect("none yet"), Ledger::default());
        let id = SuggestionId::new("pool_large", "checkout");
        let mut ledger = Ledger::default();
        ledger.put(&id, Some(Stand::Dismissed { at: Timestamp::from_millis(5), reason: "not now".into(), size: 2.5 }));
        ledger.deeds.push(DeedRecord {
            id: DeedId(4),
            suggestion: id,
            title: "Let fewer queries run at once".into(),
            change: "database.pool_max 50 → 25".into(),
            turned: Some(("database.pool_max".into(), false)),
            at: Timestamp::from_millis(7),
            apply: Some(12),
            rolled_back_at: None,
            put_back: Some(PutBack {
                profile: "production".into(),
                key: ParamKey::new("database.pool_max"),
                tried: ParamValue::Count(25),
                before: Some((ParamValue::Count(50), "half of what the database takes".into())),
                text: Some("(version: 1, values: {\"database.pool_max\": 50})".into()),
            }),
            metric: Some(MetricRecord {
                series: SeriesKey::new("db.client.operation.duration", &[("statistic", "mean")]),
                name: "Query time".into(),
                unit: "s".into(),
                is_less_better: true,
            }),
            minutes_before: vec![0.04, 0.05],
            is_final: true,
            verdict: OutcomeVerdict::Helped,
            before: Some(0.045),
            after: Some(0.01),
            why: "15 min".into(),
        });
        write(data.path(), &ledger).expect("written");
        assert_eq!(read(data.path()).expect("reads"), ledger.checked());
        std::fs::write(data.path().join(Ledger::FILE), "(").expect("broken");
        read(data.path()).expect_err("does not read");
    }
}
