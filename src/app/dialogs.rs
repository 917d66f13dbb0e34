//! The system's own file dialogs, by rfd: the desktop's portal on Linux, or zenity; the native ones elsewhere.
//!
//! rfd gives a future. It is polled between frames on the main thread, which is where macOS wants its dialogs, and wakes
//! the window when it is done; on Linux and Windows rfd waits on a thread of its own.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};

use eframe::egui::Context;
use rfd::AsyncFileDialog;

use crate::ui::{FileAnswer, FileDialogs, FileQuestion};

type Answer = Pin<Box<dyn Future<Output = Option<PathBuf>>>>;

/// At most one dialog of the system.
#[derive(Default)]
pub struct SystemDialogs {
    open: Option<(Answer, Waker)>,
}

/// Wakes the window when a dialog is answered.
struct WindowWaker(Context);

impl Wake for WindowWaker {
    fn wake(self: Arc<Self>) {
        self.0.request_repaint();
    }
}

impl FileDialogs for SystemDialogs {
    fn ask(&mut self, question: &FileQuestion, ctx: &Context) {
        if self.open.is_some() {
            return;
        }
        let mut dialog = AsyncFileDialog::new().set_title(&question.title);
        if let Some(folder) = &question.folder {
            dialog = dialog.set_directory(folder);
        }
        for (name, endings) in &question.filters {
            dialog = dialog.add_filter(name, endings);
        }
        let answer: Answer = if question.purpose.is_save() {
            let asked = dialog.set_file_name(&question.name).save_file();
            Box::pin(async move { asked.await.map(|file| file.path().to_owned()) })
        } else if question.purpose.is_folder() {
            let asked = dialog.pick_folder();
            Box::pin(async move { asked.await.map(|folder| folder.path().to_owned()) })
        } else {
            let asked = dialog.pick_file();
            Box::pin(async move { asked.await.map(|file| file.path().to_owned()) })
        };
        self.open = Some((answer, Waker::from(Arc::new(WindowWaker(ctx.clone())))));
        // The first poll comes with the next frame, and with it the waker.
        ctx.request_repaint();
    }

    fn poll(&mut self) -> Option<FileAnswer> {
        let (answer, waker) = self.open.as_mut()?;
        match answer.as_mut().poll(&mut TaskContext::from_waker(waker)) {
            Poll::Pending => None,
            Poll::Ready(path) => {
                self.open = None;
                Some(path.map_or(FileAnswer::Nothing, FileAnswer::Chosen))
            }
        }
    }
}
