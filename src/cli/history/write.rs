//! A history taken for writing on the command line: the folder is this process's alone while it lasts.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use super::{HistoryCommandError, folder, read};
use crate::cli::args::RunArguments;
use crate::cli::console;
use crate::cli::folders::folders;
use crate::engine::pace::wall_time;
use crate::engine::start::take_folder;
use crate::engine::store_queue::StoreQueue;
use crate::engine::store_worker::StoreRequest;
use crate::engine::tasks::TaskCx;
use crate::model::Settings;
use crate::store::document::{self, Document as _};
use crate::store::history::Writer;

/// Settings in force for the folders of this run; the usual ones where the file is missing or does not read.
///
/// # Errors
/// Where there is no config folder.
pub fn settings(run: &RunArguments) -> Result<Settings, HistoryCommandError> {
    let path = folders(run)?.config.join(Settings::FILE);
    Ok(document::read(&path).ok().flatten().unwrap_or_default())
}

/// Opens the history of a data folder, lets `work` write to it, and closes it again.
///
/// # Errors
/// [`HistoryCommandError::InUse`] where another Perfdesk has the folder, or what `work` gives.
pub fn with_store<T>(
    run: &RunArguments,
    data: &Path,
    work: impl FnOnce(&TaskCx) -> Result<T, HistoryCommandError>,
) -> Result<T, HistoryCommandError> {
    let settings = settings(run)?;
    std::fs::create_dir_all(data).map_err(|source| HistoryCommandError::unusable(data, source))?;
    let _lock = take_folder(data)?;
    let (mut writer, opened) = Writer::open(&folder(data), settings.history, wall_time())?;
    for told in &opened.told {
        console::complain(told);
    }
    let reader = writer.reader();
    let cx = TaskCx {
        series: read::infos(reader.series()?),
        history: Ok(reader),
        folder: folder(data),
        data: data.to_owned(),
        alerts: Arc::default(),
        store: StoreQueue::default(),
        machine: Arc::new(crate::sampling::platform::machine().unwrap_or_default()),
        settings: Arc::new(settings),
        now: wall_time(),
    };
    let requests = cx.store.open();
    let store = thread::Builder::new().name("store".into()).spawn(move || {
        while let Ok(request) = requests.recv() {
            if let StoreRequest::Write(task) = request {
                task(Ok(&mut writer));
            }
        }
        writer.close(wall_time())
    });
    let store = store.map_err(|source| HistoryCommandError::unusable(data, source))?;
    let outcome = work(&cx);
    cx.store.close();
    // A panic there has said its word already; what was safe on disk stays so.
    let closed = store.join().unwrap_or(Ok(()));
    let outcome = outcome?;
    closed?;
    Ok(outcome)
}
