//! Which series are meant: those on the charts, all, or some that a person ticks in a list.
//!
//! The list is searched by words in name and key. What is ticked is kept by number, which lives as long as the program.

use std::sync::Arc;

use eframe::egui::{Id, Popup, PopupCloseBehavior, Response, ScrollArea, Ui, vec2};

use crate::model::{SeriesId, SeriesInfo, Snapshot};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::pages::charts::full_name;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, checkbox, popup_frame};

/// Which series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SeriesChoice {
    /// Those on the charts of the layout in use.
    #[default]
    OnCharts,
    /// Every series there is.
    All,
    /// These.
    Some(Vec<SeriesId>),
}

/// The choice, and the list it is changed in.
#[derive(Debug, Default)]
pub struct SeriesPicker {
    choice: SeriesChoice,
    search: String,
    found: Option<(Arc<[SeriesInfo]>, String, Vec<SeriesId>)>,
}

impl SeriesPicker {
    /// Takes over a choice that was made elsewhere; nothing changes where it is empty.
    pub fn choose(&mut self, series: Vec<SeriesId>) {
        if !series.is_empty() {
            self.choice = SeriesChoice::Some(series);
        }
    }

    /// Starts with every series instead of those on the charts.
    pub fn of_all() -> Self {
        Self { choice: SeriesChoice::All, ..Self::default() }
    }

    /// What is chosen.
    pub fn choice(&self) -> &SeriesChoice {
        &self.choice
    }

    /// The series that are meant, in drawing order; for "all" every series of the snapshot.
    pub fn ids(&self, snapshot: &Snapshot) -> Vec<SeriesId> {
        match &self.choice {
            SeriesChoice::OnCharts => on_charts(snapshot),
            SeriesChoice::All => snapshot.series.iter().map(|info| info.id).collect(),
            SeriesChoice::Some(ids) => ids.clone(),
        }
    }

    /// What is chosen, in words.
    pub fn words(&self, snapshot: &Snapshot) -> String {
        let n = self.ids(snapshot).len();
        match &self.choice {
            SeriesChoice::OnCharts if n == 0 => "No series on the charts".into(),
            SeriesChoice::OnCharts => format!("{n} series of the charts"),
            SeriesChoice::All => format!("All {n} series"),
            SeriesChoice::Some(ids) => match ids.as_slice() {
                [] => "No series".into(),
                [one] => snapshot.info(*one).map_or_else(|| "1 series".into(), full_name),
                _ => format!("{n} series"),
            },
        }
    }

    /// Draws the button that opens the list. True when the choice changed.
    pub fn show(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, name: &str, may_be_all: bool) -> bool {
        let words = self.words(cx.snapshot);
        let label = format!("{name}: {words}");
        let button = Button::secondary(&words).icon(icons::STACK).name(&label).show(ui, cx.theme);
        let before = self.choice.clone();
        let popup = Popup::from_toggle_button_response(&button)
            .frame(popup_frame(cx.theme).inner_margin(8))
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .gap(4.0);
        popup.show(|ui| self.list_ui(cx, ui, &button, may_be_all));
        before != self.choice
    }

    fn list_ui(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, button: &Response, may_be_all: bool) {
        const WIDTH: f32 = 360.0;
        let theme = cx.theme;
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        let id = Id::unique(("series search", button.id));
        let search = Field::new(&mut self.search, "Search series").hint("Find series…").icon(icons::MAGNIFYING_GLASS);
        search.id(id).show(ui, theme);
        self.find(cx.snapshot);
        let found: Vec<SeriesId> = self.found.as_ref().map(|(.., found)| found.clone()).unwrap_or_default();
        ui.horizontal(|ui| {
            if Button::quiet("Those on the charts").show(ui, theme).clicked() {
                self.choice = SeriesChoice::OnCharts;
            }
            if may_be_all && self.search.trim().is_empty() {
                if Button::quiet("All").name("All series").show(ui, theme).clicked() {
                    self.choice = SeriesChoice::All;
                }
            } else if !self.search.trim().is_empty() {
                let why_not = found.is_empty().then_some("Nothing was found");
                let add = format!("Add the {} found", found.len());
                if Button::quiet(&add).why_not(why_not).show(ui, theme).clicked() {
                    let mut ids = self.ids(cx.snapshot);
                    ids.extend(found.iter().filter(|id| !ids.contains(id)).copied().collect::<Vec<_>>());
                    self.choice = SeriesChoice::Some(ids);
                }
            }
            if Button::quiet("None").name("No series").show(ui, theme).clicked() {
                self.choice = SeriesChoice::Some(Vec::new());
            }
        });
        if found.is_empty() {
            let text =
                if cx.snapshot.series.is_empty() { "There is no series yet" } else { "No series is called that" };
            ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
            return;
        }
        let chosen = self.ids(cx.snapshot);
        let mut toggled = None;
        ScrollArea::vertical().max_height(320.0).auto_shrink([false, true]).show_rows(
            ui,
            20.0,
            found.len(),
            |ui, rows| {
                for id in &found[rows] {
                    let Some(info) = cx.snapshot.info(*id) else { continue };
                    let mut is_on = chosen.contains(id);
                    let shown = checkbox(ui, theme, &mut is_on, &full_name(info));
                    if shown.changed() {
                        toggled = Some((*id, is_on));
                    }
                    shown.on_hover_text(info.def.key.to_string());
                }
            },
        );
        if let Some((id, is_on)) = toggled {
            let mut ids = chosen;
            ids.retain(|other| *other != id);
            if is_on {
                ids.push(id);
            }
            self.choice = SeriesChoice::Some(ids);
        }
    }

    /// Looks for the series whose name or key holds every word; done again only when words or series changed.
    fn find(&mut self, snapshot: &Snapshot) {
        let is_fresh = self
            .found
            .as_ref()
            .is_some_and(|(series, search, _)| Arc::ptr_eq(series, &snapshot.series) && *search == self.search);
        if !is_fresh {
            let found = found(&snapshot.series, &self.search);
            self.found = Some((snapshot.series.clone(), self.search.clone(), found));
        }
    }
}

fn found(series: &[SeriesInfo], search: &str) -> Vec<SeriesId> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let fits = |info: &&SeriesInfo| {
        let text = format!("{} {}", full_name(info), info.def.key).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    series.iter().filter(fits).map(|info| info.id).collect()
}

/// The series on the charts of the layout in use, each once, in drawing order.
pub fn on_charts(snapshot: &Snapshot) -> Vec<SeriesId> {
    let mut ids = Vec::new();
    let charts = snapshot.layouts.current().map_or(&[][..], |layout| &layout.charts);
    for key in charts.iter().flat_map(|chart| &chart.series) {
        if let Some(id) = snapshot.find(key)
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Unit};

    fn world() -> Snapshot {
        let info = |i: u32, metric: &str, name: &str| SeriesInfo {
            id: SeriesId(i),
            def: Arc::new(SeriesDef {
                key: SeriesKey::new(metric, &[]),
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: name.into(),
                instance: "".into(),
                probe: ProbeId("cpu"),
                cadence: None,
            }),
        };
        let series = vec![
            info(0, "system.load", "Load"),
            info(1, "system.memory.utilization", "Memory used"),
            info(2, "system.cpu.utilization", "CPU"),
        ];
        Snapshot { series: series.into(), ..Snapshot::default() }
    }

    #[test]
    fn the_choice_starts_with_what_stands_on_the_charts() {
        let world = world();
        let mut picker = SeriesPicker::default();
        assert_eq!(picker.ids(&world), [SeriesId(2), SeriesId(1)]);
        assert_eq!(picker.words(&world), "2 series of the charts");
        picker.choose(Vec::new());
        assert_eq!(picker.choice(), &SeriesChoice::OnCharts);
        picker.choose(vec![SeriesId(0)]);
        assert_eq!((picker.ids(&world), picker.words(&world).as_str()), (vec![SeriesId(0)], "Load"));
        assert_eq!(SeriesPicker::of_all().words(&world), "All 3 series");
    }

    #[test]
    fn a_search_wants_every_word_in_name_or_key() {
        let world = world();
        assert_eq!(found(&world.series, "utilization mem"), [SeriesId(1)]);
        assert_eq!(found(&world.series, " "), [SeriesId(0), SeriesId(1), SeriesId(2)]);
        assert!(found(&world.series, "disk").is_empty());
    }
}
