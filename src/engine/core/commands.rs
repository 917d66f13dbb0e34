//! What each command does to the core.

use std::sync::Arc;
use std::time::Duration;

use super::super::jobs::Job;
use super::super::pace::SampleControl;
use super::super::store_worker::StoreRequest;
use super::settings_text;
use super::{Core, Effect};
use crate::model::{
    AnnotationKind, Command, LayoutCommand, NoticeCommand, ProcessCommand, ProcessHistory, ProcessKey, Settings,
    SettingsCommand, Severity, ViewCommand, WindowCommand,
};

impl Core {
    /// Carries a command out; gives what is to be done in the world.
    pub(super) fn command(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::View(ViewCommand::Subscribe { id, request }) => {
                let subscribed = self.with_views(|views, world| views.subscribe(id, request, world));
                let Some(question) = subscribed else {
                    self.tell(Severity::Warning, "Too many charts are open", "Remove one to see another");
                    return Vec::new();
                };
                question.and_then(|question| self.ask(question)).into_iter().collect()
            }
            Command::View(ViewCommand::Unsubscribe { id }) => {
                self.views.unsubscribe(id);
                Vec::new()
            }
            Command::Settings(SettingsCommand::Replace(settings)) => {
                let settings = settings.clamped();
                if *self.next.settings == settings {
                    return Vec::new();
                }
                let mut effects = self.put_settings_in_force(settings.clone());
                effects.push(Effect::Job(Job::WriteSettings(settings)));
                effects
            }
            Command::Layout(LayoutCommand::Replace(layouts)) => {
                if *self.next.layouts == layouts || layouts.layouts.is_empty() {
                    return Vec::new();
                }
                self.next.layouts = Arc::new(layouts.clone());
                vec![Effect::Job(Job::WriteLayouts(layouts))]
            }
            Command::Window(WindowCommand::Remember(memory)) => {
                if *self.next.window == memory {
                    return Vec::new();
                }
                self.next.window = Arc::new(memory.clone());
                vec![Effect::Job(Job::WriteWindow(memory))]
            }
            Command::Process(ProcessCommand::Inspect(process)) => self.inspect(process),
            Command::Process(ProcessCommand::End { key, name, force }) => {
                vec![Effect::Job(Job::EndProcess { key, name, force })]
            }
            Command::Notice(NoticeCommand::Dismiss(id)) => {
                self.notices.dismiss(id);
                Vec::new()
            }
            Command::Task(command) => self.task_command(command),
            Command::Profile(_) | Command::Binding(_) | Command::Apply(_) => self.tuning_command(command),
            Command::History(command) => self.history_command(command),
            Command::Annotation(command) => self.annotation_command(command),
            Command::Alert(command) => self.alert_command(command),
            Command::Suggest(command) => self.suggest_command(command),
            Command::Access(command) => self.access_command(command),
            Command::RemoteWrite(command) => self.remote_command(command),
            Command::Source(command) => self.source_command(command),
            Command::Service(command) => self.service_command(command),
            Command::Run(command) => self.run_command(command),
        }
    }

    fn inspect(&mut self, process: Option<ProcessKey>) -> Vec<Effect> {
        if self.inspected == process {
            return Vec::new();
        }
        self.inspected = process;
        self.next.inspected = None;
        self.next.inspected_history = Arc::new(ProcessHistory { key: process, ..ProcessHistory::default() });
        if let Some(at) = self.next.at {
            self.renew_history(at);
        }
        let mut effects = vec![Effect::Sample(SampleControl::Inspect(process))];
        // At slow intervals an extra tick makes the details appear at once; at fast ones it would only add a sample
        // taken over too short a time.
        let is_slow = self.next.interval >= Duration::from_secs(2);
        effects.extend(process.filter(|_| is_slow).map(|_| Effect::Sample(SampleControl::Tick)));
        effects
    }

    pub(super) fn put_settings_in_force(&mut self, settings: Settings) -> Vec<Effect> {
        let interval = settings.interval();
        let has_new_interval = interval != self.next.settings.interval();
        let has_new_bounds = settings.history != self.next.settings.history;
        if let Some(text) = settings_text(&self.next.settings, &settings) {
            self.note(self.now, AnnotationKind::Settings, text);
        }
        let history = settings.history;
        self.next.settings = Arc::new(settings);
        let mut effects = Vec::new();
        effects.extend(has_new_interval.then_some(Effect::Sample(SampleControl::SetInterval(interval))));
        effects.extend(has_new_bounds.then_some(Effect::Store(StoreRequest::Settings(history))));
        effects
    }
}
