//! What drawing costs: figures about frames, measured by whoever drives the window and shown on the Health page.

/// Figures about the frames drawn so far. Times are those of the main thread, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FrameFigures {
    /// Frames drawn.
    pub n_frames: u64,
    /// Median; `None` before the first frame.
    pub p50_seconds: Option<f64>,
    /// 99th percentile.
    pub p99_seconds: Option<f64>,
    /// From the start of the process to the end of the first frame.
    pub first_frame_seconds: Option<f64>,
}
