//! The desktop's own notification, where this build and this system have one.

use crate::alert::telling::Message;

/// Shows it.
///
/// # Errors
/// Why it could not be shown.
pub fn show(_message: &Message) -> Result<String, String> {
    Err("This build of Perfdesk has no desktop notifications".into())
}
