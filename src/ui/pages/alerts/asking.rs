//! The question when a rule would have fired: asked once what is edited has settled, and answered some time later.
//!
//! The answer to the question before stands until the new one is whole. Nothing here draws.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::Context;

use crate::model::alert::{AlertCommand, Backtest, BacktestId, BacktestRequest, BacktestState, Rule, RuleId};
use crate::model::{Command, Timestamp};
use crate::ui::PanelCx;

/// Time without a change after which it is asked, seconds.
const SETTLED_SECONDS: f64 = 0.35;
/// Age after which the question is asked again, because the past has grown.
const REFRESH: Duration = Duration::from_secs(300);
/// Buckets of the curve: about one each two points of a wide chart.
const N_BUCKETS: usize = 480;

/// The lengths of the past there are to choose from.
pub const SPANS: [(Duration, &str); 3] = [
    (Duration::from_secs(86_400), "24 h"),
    (Duration::from_secs(7 * 86_400), "7 d"),
    (Duration::from_secs(30 * 86_400), "30 d"),
];

/// What is asked.
#[derive(Debug, Clone)]
struct Question {
    key: RuleId,
    rule: Arc<Rule>,
    saved: Option<Arc<Rule>>,
    span: Duration,
}

impl Question {
    /// Whether the answers are the same: names, texts and actions change none.
    fn is_same(&self, other: &Self) -> bool {
        let same = |a: &Rule, b: &Rule| {
            a.when == b.when
                && a.hold == b.hold
                && a.recover == b.recover
                && a.keep_firing == b.keep_firing
                && a.missing == b.missing
        };
        let same_saved = match (&self.saved, &other.saved) {
            (Some(a), Some(b)) => same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        self.key == other.key && self.span == other.span && same_saved && same(&self.rule, &other.rule)
    }
}

/// Asks and remembers.
#[derive(Debug)]
pub struct Asking {
    /// Length of the past that is looked at.
    pub span: Duration,
    n_asked: u64,
    asked: Option<(BacktestId, Question, Timestamp)>,
    /// What differs from what was asked, and since when.
    waiting: Option<(Question, f64)>,
    answer: Option<(RuleId, Arc<Backtest>)>,
    failure: Option<Arc<str>>,
    is_answered: bool,
}

impl Default for Asking {
    fn default() -> Self {
        Self {
            span: SPANS[1].0,
            n_asked: 0,
            asked: None,
            waiting: None,
            answer: None,
            failure: None,
            is_answered: false,
        }
    }
}

/// What there is to show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer<'a> {
    /// Nothing was asked yet.
    None,
    /// It is on its way, and there is none from before.
    Awaited,
    /// Here it is.
    Whole(&'a Arc<Backtest>),
    /// That of an earlier question: a new one is on its way.
    Earlier(&'a Arc<Backtest>),
    /// It could not be computed.
    Failed(&'a str),
}

impl Answer<'_> {
    /// The answer itself, of whichever question.
    pub fn backtest(&self) -> Option<&Arc<Backtest>> {
        match self {
            Self::Whole(backtest) | Self::Earlier(backtest) => Some(backtest),
            _ => None,
        }
    }
}

impl Asking {
    /// Wants the answer for a rule; `rule` is `None` while it cannot be read, and nothing new is asked.
    pub fn want(
        &mut self,
        cx: &PanelCx<'_>,
        ctx: &Context,
        key: &RuleId,
        rule: Option<&Arc<Rule>>,
        saved: Option<&Arc<Rule>>,
    ) {
        if self.answer.as_ref().is_some_and(|(of, _)| of != key) {
            self.answer = None;
        }
        self.take(cx);
        let Some(rule) = rule else {
            self.waiting = None;
            return;
        };
        // A saved rule that is the same needs no looking at twice.
        let wanted = Question { key: key.clone(), rule: rule.clone(), saved: saved.cloned(), span: self.span };
        let is_new_rule = self.asked.as_ref().is_none_or(|(_, asked, _)| asked.key != *key);
        let is_asked = self.asked.as_ref().is_some_and(|(_, asked, _)| asked.is_same(&wanted));
        let is_old = self.asked.as_ref().is_some_and(|(.., at)| cx.now.since(*at) > REFRESH) && self.is_answered;
        if is_asked && !is_old {
            self.waiting = None;
            return;
        }
        if is_new_rule || is_old {
            self.ask(cx, wanted);
            return;
        }
        let now = ctx.input(|i| i.time);
        let since = match &self.waiting {
            Some((waiting, since)) if waiting.is_same(&wanted) => *since,
            _ => now,
        };
        let left = SETTLED_SECONDS - (now - since);
        if left <= 0.0 {
            self.ask(cx, wanted);
        } else {
            self.waiting = Some((wanted, since));
            ctx.request_repaint_after(Duration::from_secs_f64(left));
        }
    }

    fn ask(&mut self, cx: &PanelCx<'_>, question: Question) {
        let id = BacktestId(self.n_asked + 1);
        let request = BacktestRequest {
            id,
            rule: question.rule.clone(),
            saved: question.saved.clone(),
            span: question.span,
            n_buckets: N_BUCKETS,
        };
        // A full queue is no loss: it is tried again in the next frame.
        if cx.engine.send(Command::Alert(AlertCommand::Backtest(Some(Box::new(request))))) {
            self.n_asked += 1;
            self.asked = Some((id, question, cx.now));
            self.waiting = None;
            self.is_answered = false;
            self.failure = None;
        }
    }

    /// Takes the answer out of the snapshot.
    fn take(&mut self, cx: &PanelCx<'_>) {
        let (Some((id, question, _)), Some(backtest)) = (&self.asked, &cx.snapshot.alerts.backtest) else { return };
        if backtest.id != *id {
            return;
        }
        match &backtest.state {
            BacktestState::Running => {}
            BacktestState::Done => {
                self.answer = Some((question.key.clone(), backtest.clone()));
                self.is_answered = true;
            }
            BacktestState::Failed(why) => {
                self.failure = Some(why.clone());
                self.is_answered = true;
            }
        }
    }

    /// What there is to show.
    pub fn answer(&self) -> Answer<'_> {
        if let Some(why) = &self.failure {
            return Answer::Failed(why);
        }
        match (&self.answer, self.is_answered && self.waiting.is_none()) {
            (Some((_, answer)), true) => Answer::Whole(answer),
            (Some((_, answer)), false) => Answer::Earlier(answer),
            (None, _) if self.asked.is_some() => Answer::Awaited,
            (None, _) => Answer::None,
        }
    }

    /// Ends the question: nobody looks at the answer.
    pub fn leave(&mut self, engine: &crate::engine::Handle) {
        if self.asked.is_some() && engine.send(Command::Alert(AlertCommand::Backtest(None))) {
            self.asked = None;
            self.waiting = None;
            self.is_answered = false;
        }
    }
}
