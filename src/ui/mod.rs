//! The screen: panels that draw from a snapshot and answer with commands. No lock, thread, file or socket here.

pub mod actions;
pub mod chart;
pub mod cx;
pub mod edits;
pub mod file_dialog;
pub mod fleet;
pub mod fonts;
pub mod frame_figures;
pub mod icons;
pub mod pages;
pub mod period;
pub mod series_picker;
pub mod shell;
pub mod subscription;
pub mod theme;
pub mod widgets;

pub use cx::{Intent, Page, PanelCx};
pub use file_dialog::{FileAnswer, FileDialogs, FilePurpose, FileQuestion};
pub use fleet::{Fleet, NoFleet};
pub use frame_figures::FrameFigures;
pub use shell::{Desk, desk_ui};
