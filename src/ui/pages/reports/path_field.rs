//! The field for a file: a path that can be typed, and beside it the button that opens the system's dialog.

use std::path::{Path, PathBuf};

use eframe::egui::Ui;

use super::form::note;
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::file_dialog::{FilePurpose, FileQuestion};
use crate::ui::icons;
use crate::ui::widgets::{Button, Field};

/// Kinds of files in a dialog: names with their endings.
pub type Filters<'a> = &'a [(&'a str, &'a [&'a str])];

/// A path being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathDraft {
    /// What stands in the field.
    pub text: String,
    /// Whether a person wrote it, so that no suggestion takes its place.
    pub is_own: bool,
    /// No dialog could be opened when it was last asked for.
    no_dialog: bool,
}

impl PathDraft {
    /// Takes the answer of a dialog.
    pub fn answered(&mut self, answer: Result<PathBuf, bool>) {
        match answer {
            Ok(path) => {
                self.text = path.display().to_string();
                self.is_own = true;
                self.no_dialog = false;
            }
            Err(no_dialog) => self.no_dialog = no_dialog,
        }
    }

    /// Puts a suggestion into the field, unless a person wrote something there.
    pub fn suggest(&mut self, folder: Option<&Path>, name: &str) {
        if !self.is_own {
            self.text = folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name)).display().to_string();
        }
    }

    /// Changes the ending of the file, where it has one of `known`.
    pub fn set_ending(&mut self, ending: &str, known: &[&str]) {
        let path = Path::new(self.text.trim());
        let has_known = path.extension().and_then(|e| e.to_str()).is_some_and(|e| known.contains(&e));
        if has_known {
            self.text = path.with_extension(ending).display().to_string();
        }
    }

    /// The file that is meant: what was typed, in `folder` where that names no folder of its own.
    ///
    /// # Errors
    /// Why it is no file.
    pub fn path(&self, folder: Option<&Path>) -> Result<PathBuf, &'static str> {
        let text = self.text.trim();
        if text.is_empty() {
            return Err("Name a file");
        }
        if text.ends_with(['/', '\\']) {
            return Err("This is a folder: name a file in it");
        }
        let typed = PathBuf::from(text);
        match folder {
            _ if typed.is_absolute() => Ok(typed),
            Some(folder) => Ok(folder.join(typed)),
            None => Err("Give the whole path"),
        }
    }

    /// Draws the field and its button. True when Enter was pressed in it.
    pub fn show(
        &mut self,
        cx: &PanelCx<'_>,
        ui: &mut Ui,
        name: &str,
        purpose: FilePurpose,
        folder: Option<&Path>,
        filters: Filters<'_>,
    ) -> bool {
        let mut is_entered = false;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let width = ui.available_width() - 108.0;
            let hint = match (purpose.is_save(), purpose.is_folder()) {
                (true, _) => "Path of the new file",
                (_, true) => "Path of the folder",
                _ => "Path of the file",
            };
            let field = Field::new(&mut self.text, name).path().hint(hint).width(width).show(ui, cx.theme);
            if field.changed() {
                self.is_own = true;
                self.no_dialog = false;
            }
            is_entered = field.lost_focus() && ui.input(|i| i.key_pressed(eframe::egui::Key::Enter));
            let choose = Button::secondary("Choose…").icon(icons::FOLDER_OPEN);
            let label = format!("Choose {}", name.to_lowercase());
            if choose.name(&label).show(ui, cx.theme).clicked() {
                cx.ask(Intent::AskFile(self.question(name, purpose, folder, filters)));
            }
        });
        let typed = PathBuf::from(self.text.trim());
        if self.no_dialog {
            note(cx, ui, "No file dialog can be opened here: type the path");
        } else if let (false, Ok(path)) = (self.text.trim().is_empty() || typed.is_absolute(), self.path(folder)) {
            note(cx, ui, &format!("This is {}", path.display()));
        }
        is_entered
    }

    fn question(&self, name: &str, purpose: FilePurpose, folder: Option<&Path>, filters: Filters<'_>) -> FileQuestion {
        let path = self.path(folder).ok();
        let own_folder = path.as_deref().and_then(Path::parent).filter(|p| p.is_absolute()).map(Path::to_owned);
        let own_name = path.as_deref().and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
        let filters = filters
            .iter()
            .map(|(name, endings)| ((*name).to_owned(), endings.iter().map(|e| (*e).to_owned()).collect()))
            .collect();
        FileQuestion {
            purpose,
            title: name.to_owned(),
            folder: own_folder.or_else(|| folder.map(Path::to_owned)),
            name: if purpose.is_save() { own_name.unwrap_or_default() } else { String::new() },
            filters,
        }
    }
}

/// Letters, digits and dashes of a text, for a file's name.
pub fn file_name(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> PathDraft {
        PathDraft { text: text.into(), is_own: true, no_dialog: false }
    }

    #[test]
    fn a_name_alone_stands_in_the_folder_and_a_folder_is_no_file() {
        let folder = Some(Path::new("/home/ada/Documents"));
        assert_eq!(draft(" r.html ").path(folder), Ok("/home/ada/Documents/r.html".into()));
        assert_eq!(draft("/tmp/r.html").path(folder), Ok("/tmp/r.html".into()));
        assert_eq!(draft("r.html").path(None), Err("Give the whole path"));
        assert_eq!(draft("/tmp/").path(folder), Err("This is a folder: name a file in it"));
        assert_eq!(draft("").path(folder), Err("Name a file"));
    }

    #[test]
    fn the_ending_follows_the_format_only_where_it_was_one() {
        let mut path = draft("/tmp/cpu.csv");
        path.set_ending("parquet", &["csv", "parquet"]);
        assert_eq!(path.text, "/tmp/cpu.parquet");
        let mut own = draft("/tmp/cpu.backup");
        own.set_ending("csv", &["csv", "parquet"]);
        assert_eq!(own.text, "/tmp/cpu.backup");
    }

    #[test]
    fn what_a_person_wrote_is_kept_and_a_dialog_that_is_missing_is_said() {
        let mut path = PathDraft::default();
        path.suggest(Some(Path::new("/d")), "a.csv");
        path.suggest(Some(Path::new("/d")), "b.csv");
        assert_eq!(path.text, "/d/b.csv");
        path.answered(Err(true));
        assert!(path.no_dialog);
        path.answered(Ok("/tmp/own.csv".into()));
        path.suggest(Some(Path::new("/d")), "c.csv");
        assert_eq!((path.text.as_str(), path.no_dialog), ("/tmp/own.csv", false));
        assert_eq!(file_name("Disk: I/O, nvme0n1"), "disk-i-o-nvme0n1");
    }
}
