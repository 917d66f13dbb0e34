//! Words and signs for how rules stand: state, time, reason, values. Nothing here draws.

use std::time::Duration;

use eframe::egui::Color32;

use crate::alert::amount_text;
use crate::model::alert::{Amount, InstanceStatus, Phase, RuleSeverity, RuleStatus};
use crate::model::duration_text::write_duration;
use crate::model::quantity::Quantity;
use crate::model::settings::Units;
pub use crate::model::written::thin;
use crate::model::{Timestamp, Unit};
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::{about_words, stamp};
use crate::ui::icons::{self, Icon};
use crate::ui::theme::Theme;
use crate::ui::widgets::{Mark, Tone};

/// How a rule stands for a person. The order is that of the list: the first needs attention most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It fires at its severity.
    Firing(Urgency),
    /// It will fire unless the condition ends.
    Pending,
    /// It fired and is about to end.
    Recovering,
    /// It cannot run.
    Error,
    /// There is nothing to judge.
    NoData,
    /// It is not to disturb for a while.
    Silenced,
    /// All is well.
    Inactive,
    /// It rests.
    Paused,
}

/// A severity, the greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Needs a look now.
    Critical,
    /// Needs a look today.
    Warning,
    /// Good to know.
    Info,
}

impl From<RuleSeverity> for Urgency {
    fn from(severity: RuleSeverity) -> Self {
        match severity {
            RuleSeverity::Critical => Self::Critical,
            RuleSeverity::Warning => Self::Warning,
            RuleSeverity::Info => Self::Info,
        }
    }
}

/// The tone of a severity.
pub const fn tone(severity: RuleSeverity) -> Tone {
    match severity {
        RuleSeverity::Critical => Tone::Critical,
        RuleSeverity::Warning => Tone::Warning,
        RuleSeverity::Info => Tone::Info,
    }
}

/// A severity by the name it has in the log.
pub fn severity_named(name: &str) -> RuleSeverity {
    match name {
        "critical" => RuleSeverity::Critical,
        "info" => RuleSeverity::Info,
        _ => RuleSeverity::Warning,
    }
}

impl Standing {
    /// How a rule stands now.
    pub fn of(status: &RuleStatus, now: Timestamp) -> Self {
        let is_silenced = status.silence.as_ref().is_some_and(|silence| now < silence.until);
        if status.rule.is_paused {
            return Self::Paused;
        }
        if is_silenced {
            return Self::Silenced;
        }
        Self::of_phase(status.phase, status.rule.severity)
    }

    /// How an instance stands.
    pub fn of_phase(phase: Phase, severity: RuleSeverity) -> Self {
        match phase {
            Phase::Firing => Self::Firing(severity.into()),
            Phase::Pending => Self::Pending,
            Phase::Recovering => Self::Recovering,
            Phase::Error => Self::Error,
            Phase::NoData => Self::NoData,
            Phase::Inactive => Self::Inactive,
        }
    }

    /// Its sign, which stands beside the word.
    pub const fn mark(self) -> Mark {
        let (icon, tone): (Icon, Tone) = match self {
            Self::Firing(Urgency::Critical) => (icons::fill::BELL_RINGING, Tone::Critical),
            Self::Firing(Urgency::Warning) => (icons::fill::BELL_RINGING, Tone::Warning),
            Self::Firing(Urgency::Info) => (icons::fill::BELL_RINGING, Tone::Info),
            Self::Pending => (icons::HOURGLASS_MEDIUM, Tone::Neutral),
            Self::Recovering => (icons::ARROW_BEND_DOWN_RIGHT, Tone::Info),
            Self::Error => (icons::fill::X_CIRCLE, Tone::Critical),
            Self::NoData => (icons::PROHIBIT, Tone::Neutral),
            Self::Silenced => (icons::BELL_SLASH, Tone::Neutral),
            Self::Inactive => (icons::CIRCLE, Tone::Neutral),
            Self::Paused => (icons::PAUSE_CIRCLE, Tone::Neutral),
        };
        Mark { icon, tone }
    }

    /// Whether it needs no look.
    pub const fn is_calm(self) -> bool {
        matches!(self, Self::Silenced | Self::Inactive | Self::Paused)
    }

    /// The colour of its word.
    pub fn color(self, theme: &Theme) -> Color32 {
        match self.mark().tone {
            Tone::Neutral if self.is_calm() => theme.color.t3,
            Tone::Neutral => theme.color.t2,
            tone => tone.colors(theme).0,
        }
    }

    /// The colour of its sign.
    pub fn icon_color(self, theme: &Theme) -> Color32 {
        if self.mark().tone == Tone::Neutral { theme.color.t2 } else { self.mark().tone.icon_color(theme) }
    }

    /// Its name alone.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Firing(_) => "Firing",
            Self::Pending => "Pending",
            Self::Recovering => "Recovering",
            Self::Error => "Rule error",
            Self::NoData => "No data",
            Self::Silenced => "Silenced",
            Self::Inactive => "Inactive",
            Self::Paused => "Paused",
        }
    }
}

/// The state in a word or two, with the time that matters: "Firing 4 min", "Fires in 1:40".
pub fn state_words(standing: Standing, status: &RuleStatus, now: Timestamp) -> String {
    let lead = status.instances.first();
    match (standing, lead) {
        (Standing::Firing(_) | Standing::Pending, Some(lead)) => instance_words(standing, lead, status.rule.hold, now),
        _ => standing.name().to_owned(),
    }
}

/// The same of one instance.
pub fn instance_words(standing: Standing, instance: &InstanceStatus, hold: Duration, now: Timestamp) -> String {
    match standing {
        Standing::Firing(_) => format!("Firing {}", about_words(now.since(instance.since))),
        Standing::Pending => format!("Fires in {}", clock(hold.saturating_sub(instance.held))),
        other => other.name().to_owned(),
    }
}

/// Why it stands so, in one sentence.
pub fn reason(standing: Standing, status: &RuleStatus, now: Timestamp) -> String {
    match (standing, &status.silence) {
        (Standing::Silenced, Some(silence)) => {
            let until = stamp(silence.until, now, Zone::LOCAL, false);
            if silence.reason.is_empty() {
                format!("until {until}")
            } else {
                format!("until {until}: {}", silence.reason)
            }
        }
        _ => status.reason.to_string(),
    }
}

/// A time that runs: "0:50", "3:20", "1:02:03". Begun seconds count whole.
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_millis().div_ceil(1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A duration as it stands in a field: whole minutes as such.
pub fn duration_text(duration: Duration) -> String {
    if duration == Duration::from_secs(60) { "1 min".to_owned() } else { write_duration(duration) }
}

/// A duration as it stands on the page: "5 min", "1 h 30 min".
pub fn duration_words(duration: Duration) -> String {
    thin(&duration_text(duration))
}

/// How long something lasted, without more precision than it needs: "42 s", "42 min", "1 h 48 min", "3 d 4 h".
pub fn lasting_words(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let step = match seconds {
        s if s < 90.0 => 1.0,
        s if s < 172_800.0 => 60.0,
        _ => 3600.0,
    };
    duration_words(Duration::from_secs_f64(((seconds / step).round() * step).max(0.0)))
}

/// An amount as it stands on the page: "80 %".
pub fn amount_words(amount: &Amount) -> String {
    thin(&amount_text::write(amount))
}

/// "once", "3 times".
pub fn times(n: usize) -> String {
    match n {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}

/// "1 rule", "3 rules".
pub fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A value of a dimension: "83 %". Long times as people say them, and a time without end as "never".
pub fn value_words(value: f64, unit: Unit, units: &Units) -> String {
    if value.is_infinite() {
        return "never".to_owned();
    }
    if unit == Unit::Seconds && (120.0..1e12).contains(&value) {
        return lasting_words(Duration::from_secs_f64(value));
    }
    Quantity::new(value, unit).text(units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::quantity::THIN_SPACE;

    fn plain(text: &str) -> String {
        text.replace(THIN_SPACE, " ")
    }

    #[test]
    fn times_are_said_with_the_precision_they_need() {
        for (seconds, text) in [(0, "0 s"), (42, "42 s"), (2520, "42 min"), (6481, "1 h 48 min"), (273_600, "3 d 4 h")]
        {
            assert_eq!(plain(&lasting_words(Duration::from_secs(seconds))), text);
        }
        for (millis, text) in [(0, "0:00"), (99_001, "1:40"), (3_723_000, "1:02:03")] {
            assert_eq!(clock(Duration::from_millis(millis)), text);
        }
        assert_eq!([0, 1, 3].map(times), ["never", "once", "3 times"]);
    }

    #[test]
    fn a_unit_is_known_again_by_the_name_it_is_stored_under() {
        for unit in [Unit::Ratio, Unit::Bytes, Unit::BytesPerSecond, Unit::Seconds, Unit::Hertz, Unit::Cores] {
            assert_eq!(Unit::from_ucum(&unit.ucum()), unit);
        }
        assert_eq!(Unit::from_ucum("{operation}/s"), Unit::PerSecond(""));
        assert_eq!(Unit::from_ucum("{connection}"), Unit::Count(""));
    }

    #[test]
    fn the_list_begins_with_what_needs_a_look() {
        let mut all = [
            Standing::Paused,
            Standing::NoData,
            Standing::Firing(Urgency::Warning),
            Standing::Pending,
            Standing::Firing(Urgency::Critical),
        ];
        all.sort();
        let names = all.map(|standing| standing.name());
        assert_eq!(names, ["Firing", "Firing", "Pending", "No data", "Paused"]);
        assert_eq!(all[0], Standing::Firing(Urgency::Critical));
    }
}
