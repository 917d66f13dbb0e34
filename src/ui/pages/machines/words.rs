//! Links and machines in words.

use std::time::Duration;

use crate::analysis::span_text::span_text;
use crate::model::link::{LinkPhase, LinkState};
use crate::model::machines::{MachineList, MachineStatus};
use crate::model::{Level, Timestamp};
use crate::ui::chart::time_axis::{clock, offset_seconds};
use crate::ui::icons;
use crate::ui::widgets::{Mark, Tone};

/// How a link stands, in an icon and a word.
pub fn state(link: &LinkState) -> (Mark, &'static str) {
    match &link.phase {
        LinkPhase::Connecting => (Mark { icon: icons::CIRCLE_NOTCH, tone: Tone::Neutral }, "Connecting"),
        LinkPhase::Live => (Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }, "Live"),
        LinkPhase::Lost { .. } => (Mark { icon: icons::fill::WARNING, tone: Tone::Warning }, "Lost"),
        LinkPhase::Refused { .. } => (Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical }, "Refused"),
    }
}

/// How old data is, in steps that do not jitter: "2 s", "5 min"; "–" where there is none.
pub fn age(link: &LinkState, now: Timestamp) -> String {
    link.age(now).map_or_else(|| "–".into(), |age| span_text(Duration::from_secs(age.as_secs())))
}

/// A line about a link that is looked through, and its tone. `age` is in it where data is old.
pub fn sentence(link: &LinkState, now: Timestamp) -> (Tone, String) {
    let name = &link.name;
    let old = link.age(now).map_or_else(
        || "nothing was seen of it yet".to_owned(),
        |_| format!("what is shown is {} old", age(link, now)),
    );
    match &link.phase {
        LinkPhase::Connecting => (Tone::Info, format!("Connecting to {name} ({})", link.address)),
        LinkPhase::Live => {
            let may = if link.may_change { "" } else { ", which may only be looked at with this token" };
            (Tone::Info, format!("Looking at {name} ({}){may}", link.address))
        }
        LinkPhase::Lost { since, why, again_at } => {
            let since = clock(*since, offset_seconds(*since), true);
            let again = again_at.since(now).as_secs();
            let again = if again == 0 { "trying again".into() } else { format!("trying again in {again}\u{2009}s") };
            (Tone::Warning, format!("{name} is not reached since {since}: {why}; {old}; {again}"))
        }
        LinkPhase::Refused { why, .. } => (Tone::Critical, format!("{name} cannot be looked at: {why}; {old}")),
    }
}

/// The first line of the page: whether any machine needs a look.
pub fn headline(list: &MachineList) -> (Mark, String) {
    let machines = &list.machines;
    let count = |is: &dyn Fn(&MachineStatus) -> bool| machines.iter().filter(|machine| is(machine)).count();
    let n_unreached = count(&|machine| machine.link.why().is_some());
    let n_firing = count(&|machine| machine.link.is_live() && machine.brief.n_firing > 0);
    let n_busy = count(&|machine| machine.link.is_live() && machine.brief.level >= Level::Busy);
    let names = |n: usize, one: &str, many: &str| if n == 1 { format!("One {one}") } else { format!("{n} {many}") };
    if n_unreached > 0 {
        let mark = Mark { icon: icons::fill::WARNING, tone: Tone::Warning };
        return (mark, names(n_unreached, "machine is not reached", "machines are not reached"));
    }
    if n_firing > 0 {
        let mark = Mark { icon: icons::fill::WARNING, tone: Tone::Warning };
        return (mark, names(n_firing, "machine has alerts that fire", "machines have alerts that fire"));
    }
    if n_busy > 0 {
        let mark = Mark { icon: icons::fill::WARNING, tone: Tone::Warning };
        return (mark, names(n_busy, "machine is worth a look", "machines are worth a look"));
    }
    let calm = Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral };
    match machines.len() {
        0 => (calm, "This machine alone; others can be looked at through their agent".into()),
        1 => (calm, "The other machine is calm".into()),
        n => (calm, format!("All {n} other machines are calm")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::machines::{MachineBrief, MachineEntry};

    fn link(phase: LinkPhase) -> LinkState {
        let data_at = Some(Timestamp::from_millis(100_000));
        LinkState {
            name: "web-1".into(),
            address: "web-1:7373".into(),
            phase,
            data_at,
            may_change: true,
            ..LinkState::default()
        }
    }

    #[test]
    fn a_lost_link_says_since_when_why_how_old_and_when_it_is_tried_again() {
        let at = Timestamp::from_millis;
        let lost = LinkPhase::Lost { since: at(101_000), why: "nothing listens".into(), again_at: at(118_000) };
        let (tone, text) = sentence(&link(lost), at(110_000));
        assert_eq!(tone, Tone::Warning);
        assert!(text.starts_with("web-1 is not reached since "), "{text}");
        assert!(
            text.ends_with(": nothing listens; what is shown is 10\u{2009}s old; trying again in 8\u{2009}s"),
            "{text}"
        );
        let (_, text) = sentence(&link(LinkPhase::Live), at(110_000));
        assert_eq!(text, "Looking at web-1 (web-1:7373)");
    }

    #[test]
    fn the_headline_tells_the_worst_first() {
        let machine = |phase, n_firing, level| MachineStatus {
            entry: Arc::new(MachineEntry::default()),
            link: Arc::new(link(phase)),
            brief: Arc::new(MachineBrief { n_firing, level, ..MachineBrief::default() }),
        };
        let refused = || LinkPhase::Refused { since: Timestamp::default(), why: "no".into() };
        let live = || LinkPhase::Live;
        for (machines, expect) in [
            (vec![], "This machine alone; others can be looked at through their agent"),
            (vec![machine(live(), 0, Level::Calm)], "The other machine is calm"),
            (vec![machine(live(), 0, Level::Busy), machine(live(), 0, Level::Calm)], "One machine is worth a look"),
            (
                vec![machine(live(), 1, Level::Busy), machine(live(), 2, Level::Calm)],
                "2 machines have alerts that fire",
            ),
            (vec![machine(live(), 1, Level::Busy), machine(refused(), 0, Level::Calm)], "One machine is not reached"),
        ] {
            let list = MachineList { machines: machines.into(), ..MachineList::default() };
            assert_eq!(headline(&list).1, expect);
        }
    }
}
