//! Whether there is a display to open a window on.

use super::doctor::Finding;

/// The reason why no window can be opened here; `None` where one can be tried.
pub fn missing() -> Option<String> {
    if !cfg!(feature = "gui") {
        return Some("this build has no window".into());
    }
    if cfg!(target_os = "linux") {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !is_set("WAYLAND_DISPLAY") && !is_set("WAYLAND_SOCKET") && !is_set("DISPLAY") {
            return Some("no display: neither WAYLAND_DISPLAY nor DISPLAY is set".into());
        }
    }
    None
}

/// What `doctor` says of the display.
pub fn display_finding() -> Finding {
    let (state, words) = match missing() {
        Some(why) => ("not here", format!("{why}; `perfdesk` goes on as `perfdesk agent` does")),
        None if cfg!(target_os = "linux") => {
            let name = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty()).map(|v| format!("{name}={v}"));
            ("ok", name("WAYLAND_DISPLAY").or_else(|| name("DISPLAY")).unwrap_or_default())
        }
        None => ("ok", "the desktop's own".into()),
    };
    Finding { what: "display".into(), state, words }
}

/// What `doctor` says of the renderer: opens a hidden window for one frame and asks.
#[cfg(feature = "gui")]
pub fn renderer_finding() -> Finding {
    let (state, words) = match missing() {
        Some(_) => ("not here", "needs a display".into()),
        None => match crate::app::renderer::renderer() {
            Ok(name) => ("ok", name),
            Err(why) => (
                "failed",
                format!(
                    "{why}; OpenGL 2.0 or newer is needed: install the graphics driver, or Mesa's software renderer"
                ),
            ),
        },
    };
    Finding { what: "renderer".into(), state, words }
}

/// Without a window there is no renderer.
#[cfg(not(feature = "gui"))]
pub fn renderer_finding() -> Finding {
    Finding { what: "renderer".into(), state: "not here", words: "this build has no window".into() }
}
