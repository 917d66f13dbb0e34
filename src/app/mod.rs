//! The window's wiring: eframe around the panels.
