//! What the window keeps asking for: it is asked for again after each new connection. Pure.

use std::collections::BTreeMap;

use super::mirror::translated;
use crate::model::alert::AlertCommand;
use crate::model::{Command, HistoryCommand, ProcessCommand, SeriesInfo, ViewCommand, ViewId, ViewRequest};

/// Standing orders.
#[derive(Debug, Default)]
pub struct Wanted {
    views: BTreeMap<ViewId, ViewRequest>,
    inspected: Option<Command>,
    moment: Option<Command>,
    comparison: Option<Command>,
}

impl Wanted {
    /// Takes note of a command that stands until the next of its kind.
    pub fn note(&mut self, command: &Command) {
        match command {
            Command::View(ViewCommand::Subscribe { id, request }) => {
                self.views.insert(*id, request.clone());
            }
            Command::View(ViewCommand::Unsubscribe { id }) => {
                self.views.remove(id);
            }
            Command::Process(ProcessCommand::Inspect(process)) => {
                self.inspected = process.is_some().then(|| command.clone());
            }
            Command::History(HistoryCommand::Inspect(moment)) => {
                self.moment = moment.is_some().then(|| command.clone());
            }
            Command::History(HistoryCommand::Compare(periods)) => {
                self.comparison = periods.is_some().then(|| command.clone());
            }
            _ => {}
        }
    }

    /// All of it anew; series have the numbers of `to` where they had those of `from`.
    pub fn again(&mut self, from: &[SeriesInfo], to: &[SeriesInfo]) -> Vec<Command> {
        for request in self.views.values_mut() {
            *request = translated(request, from, to);
        }
        self.views.retain(|_, request| !request.series.is_empty());
        let views = self
            .views
            .iter()
            .map(|(id, request)| Command::View(ViewCommand::Subscribe { id: *id, request: request.clone() }));
        let rest = [&self.inspected, &self.moment, &self.comparison].into_iter().flatten().cloned();
        views.chain(rest).collect()
    }
}

/// Whether a command that could not be sent is worth a word: what stands is asked for again by itself.
pub fn is_worth_a_word(command: &Command) -> bool {
    !matches!(
        command,
        Command::View(_)
            | Command::Process(ProcessCommand::Inspect(_))
            | Command::History(_)
            | Command::Window(_)
            | Command::Alert(AlertCommand::Backtest(_))
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{ProcessKey, ViewRange};

    #[test]
    fn what_stands_is_asked_for_again_and_what_ended_is_not() {
        let mut wanted = Wanted::default();
        let range = ViewRange::Live { span: Duration::from_secs(60) };
        let request = ViewRequest { series: [crate::model::SeriesId(0)].into(), range, width_px: 9 };
        let inspect = |key| Command::Process(ProcessCommand::Inspect(key));
        let subscribe = |id| Command::View(ViewCommand::Subscribe { id: ViewId(id), request: request.clone() });
        let key = ProcessKey { pid: 1, start_mark: 2 };
        for command in [
            subscribe(1),
            subscribe(2),
            inspect(Some(key)),
            Command::View(ViewCommand::Unsubscribe { id: ViewId(1) }),
            Command::History(HistoryCommand::Inspect(Some(Default::default()))),
            Command::History(HistoryCommand::Inspect(None)),
        ] {
            wanted.note(&command);
        }
        let series = [SeriesInfo {
            id: crate::model::SeriesId(0),
            def: std::sync::Arc::new(crate::model::SeriesDef {
                key: crate::model::SeriesKey::new("a", &[]),
                unit: crate::model::Unit::Ratio,
                group: crate::model::SeriesGroup::Cpu,
                name: "a".into(),
                instance: "".into(),
                probe: crate::model::ProbeId("x"),
                cadence: None,
            }),
        }];
        assert_eq!(wanted.again(&series, &series), [subscribe(2), inspect(Some(key))]);
        assert_eq!(wanted.again(&series, &[]), [inspect(Some(key))]);
    }
}
