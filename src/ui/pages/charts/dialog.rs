//! The one question this page asks: a name, for a layout or a chart. The text is a draft until it is confirmed.

use eframe::egui::{Align, Id, Key, Layout, Ui};

use super::ChartsPanel;
use super::edit::Edit;
use crate::ui::PanelCx;
use crate::ui::widgets::{Button, Field, modal};

/// A name being typed.
#[derive(Debug)]
pub struct Dialog {
    purpose: Purpose,
    text: String,
    is_new: bool,
}

#[derive(Debug, Clone, Copy)]
enum Purpose {
    NewLayout,
    RenameLayout,
    RenameChart(usize),
}

impl Dialog {
    /// Asks for the name of a new layout.
    pub fn new_layout() -> Self {
        Self { purpose: Purpose::NewLayout, text: String::new(), is_new: true }
    }

    /// Asks for another name of the layout on the page.
    pub fn rename_layout(name: &str) -> Self {
        Self { purpose: Purpose::RenameLayout, text: name.to_owned(), is_new: true }
    }

    /// Asks for another heading of a chart.
    pub fn rename_chart(chart: usize, title: &str) -> Self {
        Self { purpose: Purpose::RenameChart(chart), text: title.to_owned(), is_new: true }
    }

    fn edit(&self) -> Edit {
        let text = self.text.trim().to_owned();
        match self.purpose {
            Purpose::NewLayout => Edit::NewLayout(text),
            Purpose::RenameLayout => Edit::RenameLayout(text),
            Purpose::RenameChart(i) => Edit::RenameChart(i, text),
        }
    }
}

/// Draws the question, if one is asked.
pub fn dialog_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel) {
    let Some(dialog) = &mut panel.dialog else { return };
    let (title, name, act) = match dialog.purpose {
        Purpose::NewLayout => ("New layout", "Name of the layout", "Create layout"),
        Purpose::RenameLayout => ("Rename layout", "Name of the layout", "Rename"),
        Purpose::RenameChart(_) => ("Rename chart", "Heading of the chart", "Rename"),
    };
    let ((acts, cancels), wants_close) = modal(ui.ctx(), cx.theme, "charts-name", title, |ui| {
        let field =
            Field::new(&mut dialog.text, name).hint(name).id(Id::unique("charts-name-field")).show(ui, cx.theme);
        if std::mem::take(&mut dialog.is_new) {
            field.request_focus();
        }
        let enters = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let why_not = dialog.text.trim().is_empty().then_some("A name is needed");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let acts = Button::primary(act).tall().why_not(why_not).show(ui, cx.theme).clicked();
            let cancels = Button::secondary("Cancel").tall().show(ui, cx.theme).clicked();
            ((acts || enters) && why_not.is_none(), cancels)
        })
        .inner
    });
    if acts {
        panel.edits.push(dialog.edit());
    }
    if acts || cancels || wants_close {
        panel.dialog = None;
    }
}
