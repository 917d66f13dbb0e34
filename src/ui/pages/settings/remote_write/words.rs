//! How sending to an endpoint goes, in words.

use crate::model::Timestamp;
use crate::model::quantity::decimals;
use crate::model::remote_write::{EndpointStatus, SendState};
use crate::ui::icons;
use crate::ui::pages::settings::disk_bytes;
use crate::ui::period::words::{ago_words, length_words};
use crate::ui::widgets::{Mark, Tone};

/// The state as a mark and a sentence.
pub fn mark_of(status: &EndpointStatus, now: Timestamp) -> (Mark, String) {
    match &status.state {
        SendState::Off => (Mark { icon: icons::PAUSE_CIRCLE, tone: Tone::Neutral }, "Off: what waits stays".into()),
        SendState::Sending => (Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }, "Sending".into()),
        SendState::Waiting { until, why } => {
            let left = until.since(now);
            let when = if left.is_zero() { "now".to_owned() } else { format!("in {}", length_words(left)) };
            (Mark { icon: icons::HOURGLASS_MEDIUM, tone: Tone::Warning }, format!("Waiting: {why}. Tried again {when}"))
        }
        SendState::Failed(why) => (Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical }, why.to_string()),
    }
}

/// What was sent, what waits, and what was lost.
pub fn figures_words(status: &EndpointStatus, now: Timestamp) -> String {
    let counts = &status.counts;
    let n = |n: u64| decimals(n as f64, 0);
    let mut words = format!("{} samples of {} series sent", n(counts.n_sent), n(counts.n_series));
    if let Some(at) = counts.sent_at {
        words.push_str(&format!(", last {}", ago_words(at, now)));
    }
    if counts.n_behind > 0 {
        let behind = status.behind(now).map(|behind| format!(" ({} behind)", length_words(behind))).unwrap_or_default();
        let (bytes, most) = (disk_bytes(counts.queue_bytes), u64::from(status.endpoint.max_megabytes) * 1_000_000);
        words.push_str(&format!(", {} wait{behind} in {bytes} of {}", n(counts.n_behind), disk_bytes(most)));
    }
    for (count, what) in [(counts.n_dropped, "dropped for want of room"), (counts.n_refused, "refused")] {
        if count > 0 {
            words.push_str(&format!(", {} {what}", n(count)));
        }
    }
    words
}

/// What came of the last test; empty where none was made.
pub fn test_words(status: &EndpointStatus, now: Timestamp) -> String {
    match &status.tested {
        _ if status.is_testing => "It is being tested".into(),
        Some(test) => format!("Test {}: {}", ago_words(test.at, now), test.text),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::quantity::THIN_SPACE;
    use crate::model::remote_write::SendCounts;

    #[test]
    fn what_waits_and_what_was_lost_is_said_and_calm_is_short() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let counts = SendCounts { n_sent: 12_000, n_series: 40, ..SendCounts::default() };
        let mut status = EndpointStatus { counts, state: SendState::Sending, ..EndpointStatus::default() };
        let words = |status: &EndpointStatus| figures_words(status, now).replace(THIN_SPACE, " ");
        assert_eq!(words(&status), "12,000 samples of 40 series sent");
        status.counts.n_behind = 900;
        status.counts.behind_since = Some(Timestamp::from_millis(now.as_millis() - 120_000));
        status.counts.queue_bytes = 3_000_000;
        status.counts.n_refused = 7;
        let expect = "12,000 samples of 40 series sent, 900 wait (2 min behind) in 3.00 MB of 256 MB, 7 refused";
        assert_eq!(words(&status), expect);
        status.state =
            SendState::Waiting { until: now.plus(std::time::Duration::from_secs(30)), why: "h answered 503".into() };
        assert_eq!(mark_of(&status, now).1.replace(THIN_SPACE, " "), "Waiting: h answered 503. Tried again in 30 s");
    }
}
