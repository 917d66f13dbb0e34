//! The pages of the window. Each draws from a [`super::PanelCx`] and keeps only what it must remember between frames.

pub mod charts;
pub mod overview;
pub mod processes;
