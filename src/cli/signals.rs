//! What the system says to a program without a window: to end, or to read its files again.

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C, or the system's word to end.
    End,
    /// SIGHUP: read the files again. On Unix alone.
    Reload,
}

/// Has `hear` called from now on, on a thread of its own. Where that cannot be had, Ctrl-C still ends the program, only
/// less tidily.
#[cfg(unix)]
pub fn listen(hear: impl Fn(Signal) + Send + 'static) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    let body = move || {
        for signal in signals.forever() {
            hear(if signal == SIGHUP { Signal::Reload } else { Signal::End });
        }
    };
    let _ = std::thread::Builder::new().name("signals".into()).spawn(body);
}

/// Has `hear` called from now on, on a thread of its own.
#[cfg(not(unix))]
pub fn listen(hear: impl Fn(Signal) + Send + 'static) {
    let _ = ctrlc::set_handler(move || hear(Signal::End));
}
