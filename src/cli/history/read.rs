//! The world as a task on the command line sees it: history out of its files, and no engine.

use std::path::Path;
use std::sync::Arc;

use super::{HistoryCommandError, folder};
use crate::engine::pace::wall_time;
use crate::engine::store_queue::StoreQueue;
use crate::engine::tasks::TaskCx;
use crate::model::{SeriesDef, SeriesId, SeriesInfo, Settings};
use crate::store::history::{HistoryRead, Reader};

/// Opens the history of a data folder for reading.
///
/// # Errors
/// [`HistoryCommandError::NoHistory`], or why it cannot be read.
pub fn reader(data: &Path) -> Result<Reader, HistoryCommandError> {
    let folder = folder(data);
    if !folder.is_dir() {
        return Err(HistoryCommandError::NoHistory(folder));
    }
    Ok(Reader::open(&folder)?)
}

/// What a task is given.
///
/// # Errors
/// See [`reader`].
pub fn task_cx(data: &Path) -> Result<TaskCx, HistoryCommandError> {
    let reader = reader(data)?;
    let series = infos(reader.series()?);
    Ok(TaskCx {
        history: Ok(Arc::new(reader)),
        folder: folder(data),
        data: data.to_owned(),
        alerts: Arc::default(),
        store: StoreQueue::default(),
        series,
        machine: Arc::new(crate::sampling::platform::machine().unwrap_or_default()),
        settings: Arc::new(Settings::default()),
        now: wall_time(),
    })
}

/// Series numbered in their order.
pub fn infos(series: Vec<Arc<SeriesDef>>) -> Arc<[SeriesInfo]> {
    series.into_iter().zip(0..).map(|(def, number)| SeriesInfo { id: SeriesId(number), def }).collect()
}
