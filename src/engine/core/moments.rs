//! Past moments and comparisons: what a person asks of history once, and the newest answer to it.

use std::sync::Arc;
use std::time::Duration;

use super::tuning::profile_at;
use super::{Core, Effect};
use crate::engine::moments::{MomentQuestion, annotations_near, past_moment};
use crate::engine::query_worker::Question;
use crate::model::{
    CompareRequest, Comparison, HistoryCommand, HistoryState, MomentValue, PastMoment, Severity, TimeRange, Timestamp,
};

/// Series a comparison may name; the rest is left out.
const MAX_COMPARED: usize = 128;

/// What is being asked.
#[derive(Debug, Default)]
pub struct Asked {
    moment: Option<Timestamp>,
    comparison: Option<CompareRequest>,
}

impl Core {
    pub(super) fn history_command(&mut self, command: HistoryCommand) -> Vec<Effect> {
        match command {
            HistoryCommand::Inspect(at) => {
                self.asked.moment = at;
                let Some(at) = at else {
                    self.next.moment = None;
                    return Vec::new();
                };
                self.ask_moment(at)
            }
            HistoryCommand::Compare(request) => {
                let request = request.map(|mut request| {
                    if request.series.len() > MAX_COMPARED {
                        request.series = request.series[..MAX_COMPARED].into();
                    }
                    request.width_px = request.width_px.clamp(1, 10_000);
                    request
                });
                self.asked.comparison.clone_from(&request);
                let Some(request) = request else {
                    self.next.comparison = None;
                    return Vec::new();
                };
                self.ask_comparison(request)
            }
        }
    }

    /// Asks again what could not be asked before history was open.
    pub(super) fn ask_again(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(at) = self.asked.moment.filter(|at| self.next.moment.as_ref().is_none_or(|m| m.asked != *at)) {
            effects.extend(self.ask_moment(at));
        }
        if let Some(request) = self.asked.comparison.clone() {
            effects.extend(self.ask_comparison(request));
        }
        effects
    }

    fn ask_moment(&mut self, at: Timestamp) -> Vec<Effect> {
        let is_in_memory = self.window.covers_from().is_some_and(|from| from <= at);
        let in_memory = if is_in_memory {
            let value = |(id, (at, value)): (_, (Timestamp, f32))| MomentValue {
                series: id,
                at,
                mean: value,
                min: value,
                max: value,
            };
            self.next
                .series
                .iter()
                .filter_map(|info| Some((info.id, self.window.near(info.id, at)?)))
                .map(value)
                .collect()
        } else {
            Vec::new()
        };
        let around = TimeRange { start: at.minus(Duration::from_secs(3600)), end: at.plus(Duration::from_secs(3600)) };
        let gaps = self.window.gaps(around, self.next.at.unwrap_or(self.now));
        let question = MomentQuestion {
            asked: at,
            interval: self.next.interval,
            series: self.next.series.clone(),
            in_memory,
            gap_in_memory: gaps.into_iter().find(|gap| is_in_memory && gap.contains(at)),
            annotations: annotations_near(self.annotations.all(), at),
            profile: profile_at(self.annotations.all(), at),
        };
        if let Some(history) = self.history.reader() {
            return vec![Effect::Query(history, Question::Moment(Box::new(question)))];
        }
        if let Ok(moment) = past_moment(None, &question) {
            self.next.moment = Some(Arc::new(moment));
        }
        Vec::new()
    }

    fn ask_comparison(&mut self, request: CompareRequest) -> Vec<Effect> {
        let Some(history) = self.history.reader() else {
            match &self.next.history.state {
                // It is asked once history is open.
                HistoryState::Opening => {}
                _ => self.tell(Severity::Warning, "Nothing can be compared", "History could not be opened"),
            }
            return Vec::new();
        };
        let (series, units) = (self.next.series.clone(), self.next.settings.units);
        vec![Effect::Query(history, Question::Compare { request, series, units })]
    }

    pub(super) fn moment_found(&mut self, found: Result<PastMoment, String>) {
        match found {
            // An answer that comes late for the one before is not shown.
            Ok(moment) if Some(moment.asked) == self.asked.moment => self.next.moment = Some(Arc::new(moment)),
            Ok(_) => {}
            Err(why) => self.tell(Severity::Error, "That moment could not be read from history", why),
        }
    }

    pub(super) fn comparison_found(&mut self, request: &CompareRequest, found: Result<Comparison, String>) {
        match found {
            Ok(comparison) if self.asked.comparison.as_ref() == Some(request) => {
                self.next.comparison = Some(Arc::new(comparison));
            }
            Ok(_) => {}
            Err(why) => self.tell(Severity::Error, "The two periods could not be compared", why),
        }
    }
}
