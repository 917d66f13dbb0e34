//! Where a command of the window goes: to the machine that is looked at, home, or parted between the two. Pure.

use super::mirror::with_window_side;
use crate::model::{Command, Settings, SettingsCommand, Snapshot};

/// Where the parts of a command go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Routed {
    /// To the machine that is looked at.
    pub there: Option<Command>,
    /// To the engine at home.
    pub home: Option<Command>,
}

/// Parts a command. Without an engine at home everything goes there.
pub fn route(command: Command, theirs: &Snapshot, home: Option<&Snapshot>) -> Routed {
    let Some(home) = home else { return Routed { there: Some(command), home: None } };
    match command {
        Command::Window(_) | Command::Layout(_) => Routed { there: None, home: Some(command) },
        Command::Settings(SettingsCommand::Replace(wanted)) => {
            let replace = |wanted: Settings, now: &Settings| {
                (wanted != *now).then_some(Command::Settings(SettingsCommand::Replace(wanted)))
            };
            Routed {
                there: replace(with_window_side(&wanted, &theirs.settings), &theirs.settings),
                home: replace(with_window_side(&home.settings, &wanted), &home.settings),
            }
        }
        command => Routed { there: Some(command), home: None },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{LayoutCommand, Layouts, NoticeCommand, NoticeId, ThemeChoice};

    #[test]
    fn settings_are_parted_between_the_machine_and_the_window() {
        let snapshot = |theme, interval_millis| Snapshot {
            settings: Arc::new(Settings { theme, interval_millis, ..Settings::default() }),
            ..Snapshot::default()
        };
        let (theirs, home) = (snapshot(ThemeChoice::Light, 2000), snapshot(ThemeChoice::Dark, 1000));
        let replace = |theme, interval_millis| {
            let settings = Settings { theme, interval_millis, ..Settings::default() };
            Command::Settings(SettingsCommand::Replace(settings))
        };
        for (wanted, there, at_home) in [
            (replace(ThemeChoice::System, 2000), None, Some(replace(ThemeChoice::System, 1000))),
            (replace(ThemeChoice::Dark, 500), Some(replace(ThemeChoice::Light, 500)), None),
            (replace(ThemeChoice::Dark, 2000), None, None),
        ] {
            assert_eq!(route(wanted, &theirs, Some(&home)), Routed { there, home: at_home });
        }
        let wanted = replace(ThemeChoice::System, 1);
        assert_eq!(route(wanted.clone(), &theirs, None), Routed { there: Some(wanted), home: None });
        let layout = Command::Layout(LayoutCommand::Replace(Layouts::default()));
        assert_eq!(route(layout.clone(), &theirs, Some(&home)), Routed { there: None, home: Some(layout) });
        let dismiss = Command::Notice(NoticeCommand::Dismiss(NoticeId(1)));
        assert_eq!(route(dismiss.clone(), &theirs, Some(&home)), Routed { there: Some(dismiss), home: None });
    }
}
