//! The world at one moment, as every client sees it. Never changes once published.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::access::Access;
use super::alert::Alerting;
use super::annotation::Annotation;
use super::compare::Comparison;
use super::health::Health;
use super::history::HistoryStatus;
use super::layout::Layouts;
use super::link::LinkState;
use super::machine::MachineInfo;
use super::moment::PastMoment;
use super::notice::Notice;
use super::overview::Overview;
use super::probe::ProbeStatus;
use super::process::{EndRefusal, ProcessDetail, ProcessHistory, ProcessTable};
use super::profile::Tuning;
use super::remote_write::RemoteWriting;
use super::series::{SeriesId, SeriesInfo, SeriesKey};
use super::service::Services;
use super::settings::{Folders, Settings, WindowMemory};
use super::source::Sources;
use super::suggest::Advice;
use super::task::{ImportPreview, TaskStatus};
use super::time::Timestamp;
use super::view::{ViewData, ViewId};

/// The world at one moment. Each part is shared, and replaced only when it changed.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Grows by one with each publication.
    pub seq: u64,
    /// Wall time of the newest data; `None` before the first pass.
    pub at: Option<Timestamp>,
    /// Time between samples in force.
    pub interval: Duration,
    /// The machine.
    pub machine: Arc<MachineInfo>,
    /// Every series, by id: entry `i` has `SeriesId(i)`.
    pub series: Arc<[SeriesInfo]>,
    /// Newest value of every series by id; NaN where there is none.
    pub latest: Arc<[f64]>,
    /// The machine in words.
    pub overview: Arc<Overview>,
    /// All processes.
    pub processes: Arc<ProcessTable>,
    /// The inspected process.
    pub inspected: Option<Arc<ProcessDetail>>,
    /// The inspected process's past.
    pub inspected_history: Arc<ProcessHistory>,
    /// The last refusal to end a process.
    pub end_refusal: Option<Arc<EndRefusal>>,
    /// Answers to subscriptions.
    pub views: Arc<BTreeMap<ViewId, Arc<ViewData>>>,
    /// Probes.
    pub probes: Arc<[ProbeStatus]>,
    /// Own cost.
    pub health: Arc<Health>,
    /// Settings in force.
    pub settings: Arc<Settings>,
    /// Chart layouts.
    pub layouts: Arc<Layouts>,
    /// What the window remembered when the program started.
    pub window: Arc<WindowMemory>,
    /// Where files live.
    pub folders: Arc<Folders>,
    /// How the store does.
    pub history: Arc<HistoryStatus>,
    /// Annotations by time, the newest 10,000.
    pub annotations: Arc<[Annotation]>,
    /// The moment under inspection.
    pub moment: Option<Arc<PastMoment>>,
    /// Two periods side by side.
    pub comparison: Option<Arc<Comparison>>,
    /// Long work, oldest first: what waits and runs, and the last 20 that are over.
    pub tasks: Arc<[TaskStatus]>,
    /// The CSV file that was last looked at for import.
    pub import_preview: Option<Arc<ImportPreview>>,
    /// Profiles, bindings, plans and applies.
    pub tuning: Arc<Tuning>,
    /// Alert rules, their states and the log.
    pub alerts: Arc<Alerting>,
    /// Suggestions, and what came of them.
    pub advice: Arc<Advice>,
    /// Who may use the HTTP API, and how that does.
    pub access: Arc<Access>,
    /// Servers that samples are sent on to.
    pub remote_write: Arc<RemoteWriting>,
    /// Servers whose series are charted beside those of this machine.
    pub sources: Arc<Sources>,
    /// The user's own services.
    pub services: Arc<Services>,
    /// Notices, oldest first, at most 100.
    pub notices: Arc<[Notice]>,
    /// The link this comes over; `None` where the engine is in this very program.
    pub link: Option<Arc<LinkState>>,
}

impl Snapshot {
    /// The newest value of a series; `None` where there is none.
    pub fn value(&self, id: SeriesId) -> Option<f64> {
        self.latest.get(id.0 as usize).copied().filter(|v| v.is_finite())
    }

    /// What is known of a series.
    pub fn info(&self, id: SeriesId) -> Option<&SeriesInfo> {
        self.series.get(id.0 as usize)
    }

    /// The series with this key. Looks through the list: keep the answer.
    pub fn find(&self, key: &SeriesKey) -> Option<SeriesId> {
        self.series.iter().find(|info| info.def.key == *key).map(|info| info.id)
    }
}
