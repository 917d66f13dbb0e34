//! The shared words of the house: ids, units, time, series, commands, snapshots, notices.
//!
//! Plain data alone. Nothing here reads a clock, a file or a socket, and nothing here knows a screen.

pub mod access;
pub mod alert;
pub mod annotation;
pub mod batch;
pub mod command;
pub mod compare;
pub mod database;
pub mod duration_text;
pub mod health;
pub mod history;
pub mod layout;
pub mod link;
pub mod machine;
pub mod machines;
pub mod moment;
pub mod name;
pub mod nearest;
pub mod notice;
pub mod overview;
pub mod packed;
pub mod probe;
pub mod process;
pub mod profile;
pub mod quantity;
pub mod remote_write;
pub mod rights;
pub mod run;
pub mod series;
pub mod service;
pub mod settings;
pub mod snapshot;
pub mod source;
pub mod suggest;
pub mod task;
pub mod time;
pub mod unit;
pub mod view;
pub mod wildcard;
pub mod written;

pub use annotation::{Annotation, AnnotationId, AnnotationKind, AnnotationText};
pub use batch::{Batch, PassCost, Point, Slot, SourceId};
pub use command::{
    AnnotationCommand, Command, HistoryCommand, LayoutCommand, NoticeCommand, ProcessCommand, SettingsCommand,
    TaskCommand, ViewCommand, WindowCommand,
};
pub use compare::{CompareRequest, CompareRow, CompareVerdict, Comparison, PeriodFigures};
pub use health::{Health, QueueStatus, WorkerState, WorkerStatus};
pub use history::{HistorySettings, HistoryState, HistoryStatus, ImportedRecording, Tier, TierStatus};
pub use layout::{ChartSpec, Layout, Layouts};
pub use machine::{Limits, MachineInfo};
pub use moment::{BusyProcess, MomentValue, PastMoment};
pub use notice::{Notice, NoticeId, Severity};
pub use overview::{Attention, Level, Overview, Place, ProgramRow, Tile, TileKind};
pub use probe::{ProbeId, ProbeState, ProbeStatus, Reading};
pub use process::{
    EndRefusal, OpenFile, ProcessDetail, ProcessHistory, ProcessKey, ProcessRow, ProcessState, ProcessTable, ThreadRow,
};
pub use quantity::Quantity;
pub use series::{ParseSeriesKeyError, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey};
pub use settings::{ByteUnits, Folders, Settings, TemperatureUnit, ThemeChoice, Units, WindowMemory};
pub use snapshot::Snapshot;
pub use task::{
    ARCHIVE_EXTENSION, AlertLogFormat, ExportFormat, ImportColumn, ImportMapping, ImportPreview, ReportFormat, TaskId,
    TaskRequest, TaskState, TaskStatus, TimeForm,
};
pub use time::{TimeRange, Timestamp};
pub use unit::Unit;
pub use view::{Bucket, Curve, ViewData, ViewId, ViewRange, ViewRequest};
