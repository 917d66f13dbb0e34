//! What the pages remember, each machine's for itself: another machine has other series, processes and rules.

use std::path::PathBuf;

use crate::engine::Handle;
use crate::model::WindowMemory;
use crate::ui::cx::Page;
use crate::ui::pages;

/// What the pages remember of one machine.
pub struct Panels {
    pub overview: pages::overview::OverviewPanel,
    pub charts: pages::charts::ChartsPanel,
    pub processes: pages::processes::ProcessesPanel,
    pub services: pages::services::ServicesPanel,
    pub profiles: pages::profiles::ProfilesPanel,
    pub suggestions: pages::suggestions::SuggestionsPanel,
    pub compare: pages::compare::ComparePanel,
    pub reports: pages::reports::ReportsPanel,
    pub alerts: pages::alerts::AlertsPanel,
    pub settings: pages::settings::SettingsPanel,
}

impl Panels {
    /// Pages as they were left.
    pub fn new(remembered: &WindowMemory) -> Self {
        let mut processes = pages::processes::ProcessesPanel::default();
        processes.recall(remembered);
        let mut charts = pages::charts::ChartsPanel::default();
        charts.recall(remembered);
        Self {
            overview: Default::default(),
            charts,
            processes,
            services: Default::default(),
            profiles: Default::default(),
            suggestions: Default::default(),
            compare: Default::default(),
            reports: Default::default(),
            alerts: Default::default(),
            settings: Default::default(),
        }
    }

    /// The folder that files begin in.
    pub fn set_folder(&mut self, folder: Option<PathBuf>) {
        self.profiles.set_folder(folder.clone());
        self.alerts.set_folder(folder.clone());
        self.reports.set_folder(folder);
    }

    /// A page that is not on the screen asks the engine for nothing.
    pub fn leave_all_but(&mut self, page: Option<Page>, engine: &Handle) {
        if page != Some(Page::Charts) {
            self.charts.leave(engine);
        }
        if page != Some(Page::Overview) {
            self.overview.leave(engine);
        }
        if page != Some(Page::Processes) {
            self.processes.leave(engine);
        }
        if page != Some(Page::Services) {
            self.services.leave(engine);
        }
        if page != Some(Page::Compare) {
            self.compare.leave(engine);
        }
        if page != Some(Page::Alerts) {
            self.alerts.leave(engine);
        }
    }
}
