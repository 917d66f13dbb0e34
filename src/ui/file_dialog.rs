//! The system's file dialog as pages see it: a question, and some frames later its answer.
//!
//! The window does not open dialogs itself: whoever runs it hands in a [`FileDialogs`]. Where there is none, and
//! wherever a dialog cannot be opened, the field for a path beside the button is the way that always works.

use std::path::PathBuf;

use eframe::egui::Context;

/// What a file is wanted for; the answer comes back with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilePurpose {
    /// A report is written there.
    Report,
    /// Samples are written there.
    Export,
    /// Alerts of the log are written there.
    AlertLog,
    /// The whole history is written there.
    ArchiveOut,
    /// History is read from there.
    ArchiveIn,
    /// A recording of another tool is read from there.
    Recording,
    /// A configuration file that a profile is to be written to.
    BoundFile,
    /// The folder that a service is started in.
    RunFolder,
    /// A file of variables that a service is started with.
    RunEnvironment,
}

impl FilePurpose {
    /// Whether a new file is named, rather than one that exists.
    pub const fn is_save(self) -> bool {
        matches!(self, Self::Report | Self::Export | Self::AlertLog | Self::ArchiveOut)
    }

    /// Whether a folder is wanted, and no file.
    pub const fn is_folder(self) -> bool {
        matches!(self, Self::RunFolder)
    }
}

/// A question for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileQuestion {
    /// What for.
    pub purpose: FilePurpose,
    /// Title of the dialog.
    pub title: String,
    /// The folder it opens in; the system's choice where it is `None`.
    pub folder: Option<PathBuf>,
    /// The name that is suggested; empty where an existing file is looked for.
    pub name: String,
    /// Kinds of files: a name for each, and its endings without a dot.
    pub filters: Vec<(String, Vec<String>)>,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileAnswer {
    /// This file.
    Chosen(PathBuf),
    /// None: a person closed the dialog, or there was no dialog to open.
    Nothing,
}

/// Opens file dialogs, one at a time.
pub trait FileDialogs {
    /// Opens a dialog; the context is woken when there is an answer. A dialog that is open already stays, and the
    /// question is lost: only one can be answered.
    fn ask(&mut self, question: &FileQuestion, ctx: &Context);

    /// The answer, once.
    fn poll(&mut self) -> Option<FileAnswer>;
}

/// There are no dialogs: every question is answered by nothing at once.
#[derive(Debug, Default)]
pub struct NoDialogs {
    is_asked: bool,
}

impl FileDialogs for NoDialogs {
    fn ask(&mut self, _question: &FileQuestion, ctx: &Context) {
        self.is_asked = true;
        ctx.request_repaint();
    }

    fn poll(&mut self) -> Option<FileAnswer> {
        std::mem::take(&mut self.is_asked).then_some(FileAnswer::Nothing)
    }
}

/// The dialog that is open, and the way to the system's.
pub struct OpenDialog {
    dialogs: Box<dyn FileDialogs>,
    open: Option<(FilePurpose, f64)>,
}

impl OpenDialog {
    /// No person closes a dialog faster than this, seconds: such an answer means that none could be opened.
    const HUMAN_SECONDS: f64 = 0.4;

    /// No dialog yet, over the system's.
    pub fn new(dialogs: Box<dyn FileDialogs>) -> Self {
        Self { dialogs, open: None }
    }

    /// Opens a dialog, unless one is open.
    pub fn ask(&mut self, question: &FileQuestion, ctx: &Context) {
        if self.open.is_none() {
            self.open = Some((question.purpose, ctx.input(|i| i.time)));
            self.dialogs.ask(question, ctx);
        }
    }

    /// The answer, with what it is for. A file that was not chosen is `Err(true)` where no dialog could be opened.
    pub fn poll(&mut self, ctx: &Context) -> Option<(FilePurpose, Result<PathBuf, bool>)> {
        let (purpose, asked) = self.open?;
        let answer = self.dialogs.poll()?;
        self.open = None;
        let answer = match answer {
            FileAnswer::Chosen(path) => Ok(path),
            FileAnswer::Nothing => Err(ctx.input(|i| i.time) - asked < Self::HUMAN_SECONDS),
        };
        Some((purpose, answer))
    }

    /// Whether a dialog is open.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }
}
