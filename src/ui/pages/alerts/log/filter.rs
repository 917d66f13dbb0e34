//! Which alerts of the log are shown. Nothing here draws.

use crate::model::alert::AlertRecord;

/// The severities there are to choose from; none means any.
pub const SEVERITIES: [(Option<&str>, &str); 4] =
    [(None, "Any severity"), (Some("critical"), "Critical"), (Some("warning"), "Warning"), (Some("info"), "Info")];

/// Which alerts by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// All of them.
    #[default]
    All,
    /// Those that fire now.
    Firing,
    /// Those that nobody has taken note of.
    Unacknowledged,
}

impl Which {
    /// The choices.
    pub const CHOICES: [(Self, &'static str); 3] =
        [(Self::All, "All alerts"), (Self::Firing, "Firing now"), (Self::Unacknowledged, "Not acknowledged")];
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Words, all of which have to be somewhere in the alert.
    pub text: String,
    /// The severity.
    pub severity: Option<&'static str>,
    /// What became of it.
    pub which: Which,
}

impl Filter {
    /// The places of the alerts that fit, in the order of the log.
    pub fn apply(&self, log: &[AlertRecord]) -> Vec<usize> {
        let words: Vec<String> = self.text.split_whitespace().map(str::to_lowercase).collect();
        log.iter().enumerate().filter(|(_, record)| self.fits(record, &words)).map(|(i, _)| i).collect()
    }

    fn fits(&self, record: &AlertRecord, words: &[String]) -> bool {
        let by_state = match self.which {
            Which::All => true,
            Which::Firing => record.end.is_none(),
            Which::Unacknowledged => record.acknowledged.is_none(),
        };
        if !by_state || self.severity.is_some_and(|severity| severity != &*record.severity) {
            return false;
        }
        if words.is_empty() {
            return true;
        }
        let busiest = record.busiest.iter().map(|(name, _)| &**name).collect::<Vec<_>>().join(" ");
        let all = format!("{} {} {} {busiest} {}", record.name, record.instance, record.text, record.note);
        let all = all.to_lowercase();
        words.iter().all(|word| all.contains(word.as_str()))
    }
}
