//! The desktop's own notification, where this build and this system have one: not without a window, and not on macOS,
//! where it would need an Objective-C compiler to build.

use crate::alert::telling::Message;

/// Shows it.
///
/// # Errors
/// Why it could not be shown.
#[cfg(all(feature = "gui", any(target_os = "linux", windows)))]
pub fn show(message: &Message) -> Result<String, String> {
    let mut notification = notify_rust::Notification::new();
    notification.appname("Perfdesk").summary(&message.title()).body(&plain(&message.text()));
    #[cfg(target_os = "linux")]
    {
        use crate::model::alert::RuleSeverity;
        use notify_rust::{Hint, Urgency};

        let urgency = match message.severity() {
            Some(RuleSeverity::Critical) => Urgency::Critical,
            Some(RuleSeverity::Warning) => Urgency::Normal,
            Some(RuleSeverity::Info) | None => Urgency::Low,
        };
        notification.icon("perfdesk").urgency(urgency).hint(Hint::DesktopEntry("perfdesk".into()));
        // Names of the freedesktop.org sound naming specification.
        if message.has_sound() {
            notification.sound_name("dialog-warning");
        } else {
            notification.hint(Hint::SuppressSound(true));
        }
    }
    #[cfg(windows)]
    if message.has_sound() {
        notification.sound_name("Default");
    }
    match notification.show() {
        Ok(_) => Ok("Shown".into()),
        Err(e) => Err(format!("The desktop has no notification service that answers: {e}")),
    }
}

/// Notification services of Linux read a body as markup: what could be taken for it is written out.
#[cfg(all(feature = "gui", any(target_os = "linux", windows)))]
fn plain(text: &str) -> String {
    if cfg!(target_os = "linux") {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        text.to_owned()
    }
}

/// Shows nothing.
///
/// # Errors
/// Always: this build has no desktop notifications.
#[cfg(not(all(feature = "gui", any(target_os = "linux", windows))))]
pub fn show(_message: &Message) -> Result<String, String> {
    Err("This build of Perfdesk has no desktop notifications".into())
}
