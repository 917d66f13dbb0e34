//! Words for what differs from the active profile: in the bound file, in the running service, and where a service did not
//! answer. Pure text, nothing here draws.

use super::words::{number_word, number_word_first};
use crate::model::Timestamp;
use crate::model::profile::{BindingState, BoundValue, SeenIn};
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::stamp;

/// What can be done about a value that differs in a file.
pub const MEND_FILE: &str = "Apply the profile again to write its values, or take the file's values into the profile.";
/// The same where the running service has another value than the profile.
pub const MEND_SERVICE: &str = "Where the file has the profile's values, the service has not read them yet: start it again, or apply the profile \
     again with a reload.";
/// What can be done about a service that did not answer.
pub const MEND_UNANSWERED: &str = "Whether it has the profile's values is not known. Start the service, or correct its address under Verify; it is \
     asked again every minute.";

/// A value and where it was seen: "In the running service, pool.max is 40, 50 is expected; since 14:02".
pub fn value_line(value: &BoundValue, now: Timestamp) -> String {
    let found = value.found.as_deref().unwrap_or("not there");
    let since = stamp(value.since, now, Zone::LOCAL, false);
    format!("In the {}, {} is {found}, {} is expected; since {since}", place(value.seen_in), value.key, value.expected)
}

const fn place(seen_in: SeenIn) -> &'static str {
    match seen_in {
        SeenIn::File => "file",
        SeenIn::Service => "running service",
    }
}

/// How many values differ in a place.
pub fn count(state: &BindingState, seen_in: SeenIn) -> usize {
    state.drift.iter().filter(|value| value.seen_in == seen_in).count()
}

/// What is the matter with a binding, short: "1 drifted in the file, service silent"; empty where nothing is.
pub fn short(state: &BindingState) -> String {
    if state.error.is_some() {
        return "cannot be read".into();
    }
    let differing = match (count(state, SeenIn::File), count(state, SeenIn::Service)) {
        (0, 0) => None,
        (n, 0) => Some(format!("{n} drifted in the file")),
        (0, n) => Some(format!("{n} drifted in the service")),
        (file, service) => Some(format!("drifted: {file} in the file, {service} in the service")),
    };
    let silent = state.unanswered.is_some().then(|| "service did not answer".to_owned());
    differing.into_iter().chain(silent).collect::<Vec<_>>().join(", ")
}

/// What differs from the active profile in all bindings, as a sentence; `None` where nothing does.
pub fn sentence(bindings: &[BindingState]) -> Option<String> {
    let n = |seen_in| bindings.iter().map(|state| count(state, seen_in)).sum::<usize>();
    let holders = |seen_in| bindings.iter().filter(|state| count(state, seen_in) > 0).count();
    let (in_files, in_services) = (n(SeenIn::File), n(SeenIn::Service));
    let n_unread = bindings.iter().filter(|state| state.error.is_some()).count();
    let silent: Vec<&BindingState> = bindings.iter().filter(|state| state.unanswered.is_some()).collect();
    let mut places = Vec::new();
    if in_files > 0 {
        places.push(counted(holders(SeenIn::File), "a file", "one file", "files", in_files + in_services));
    }
    if in_services > 0 {
        let n = holders(SeenIn::Service);
        places.push(counted(n, "a running service", "one running service", "running services", in_files + in_services));
    }
    match (in_files + in_services, n_unread, silent.as_slice()) {
        (0, 0, []) => None,
        (0, 0, [one]) => Some(format!("The service of {} did not answer.", one.binding.id)),
        (0, 0, many) => Some(format!("{} services did not answer.", number_word_first(many.len()))),
        (0, 1, _) => Some("One bound file cannot be read.".into()),
        (0, n, _) => Some(format!("{} bound files cannot be read.", number_word_first(n))),
        (1, ..) => Some(format!("One value in {} is not what the profile says.", places.join(""))),
        (n, ..) => {
            Some(format!("{} values in {} are not what the profile says.", number_word_first(n), places.join(" and ")))
        }
    }
}

/// "a file" where one value is in one, "one file" where several are, "two files" otherwise.
fn counted(n: usize, of_one_value: &str, one: &str, many: &str, n_values: usize) -> String {
    match (n, n_values) {
        (1, 1) => of_one_value.to_owned(),
        (1, _) => one.to_owned(),
        (n, _) => format!("{} {many}", number_word(n)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::profile::{Binding, FileFormat, ParamKey};

    /// A binding with a value for each letter, `f` in its file and `s` in its service; `!` where that did not answer, `?`
    /// where the file cannot be read.
    fn state(marks: &str) -> BindingState {
        let value = |seen_in| BoundValue {
            param: ParamKey::new("database.pool_max"),
            seen_in,
            key: "pool.max".into(),
            found: Some("40".into()),
            expected: "50".into(),
            since: Timestamp::from_millis(0),
        };
        let drift = marks.chars().filter_map(|mark| match mark {
            'f' => Some(value(SeenIn::File)),
            's' => Some(value(SeenIn::Service)),
            _ => None,
        });
        BindingState {
            binding: Binding {
                id: "shop/.env".into(),
                path: "/srv/shop/.env".into(),
                format: FileFormat::Env,
                keys: Vec::new(),
                reload: None,
                verify: None,
            },
            checked_at: None,
            verified_at: None,
            drift: drift.collect(),
            unanswered: marks.contains('!').then(|| Arc::from("127.0.0.1:8080: nothing listens there")),
            error: marks.contains('?').then(|| Arc::from("permission denied")),
        }
    }

    #[test]
    fn a_binding_says_where_its_values_were_seen() {
        for (marks, expect) in [
            ("", ""),
            ("ff", "2 drifted in the file"),
            ("s", "1 drifted in the service"),
            ("fss", "drifted: 1 in the file, 2 in the service"),
            ("!", "service did not answer"),
            ("f!", "1 drifted in the file, service did not answer"),
            ("?", "cannot be read"),
        ] {
            assert_eq!(short(&state(marks)), expect, "{marks}");
        }
    }

    #[test]
    fn the_sentence_tells_values_by_place_and_names_a_silent_service() {
        for (marks, expect) in [
            (&[][..], None),
            (&[""], None),
            (&["f"], Some("One value in a file is not what the profile says.")),
            (&["ff"], Some("Two values in one file are not what the profile says.")),
            (&["f", "f"], Some("Two values in two files are not what the profile says.")),
            (&["s"], Some("One value in a running service is not what the profile says.")),
            (&["fs"], Some("Two values in one file and one running service are not what the profile says.")),
            (&["!"], Some("The service of shop/.env did not answer.")),
            (&["!", "!"], Some("Two services did not answer.")),
            (&["?"], Some("One bound file cannot be read.")),
        ] {
            let states: Vec<BindingState> = marks.iter().map(|marks| state(marks)).collect();
            assert_eq!(sentence(&states).as_deref(), expect, "{marks:?}");
        }
    }

    #[test]
    fn a_value_says_where_it_was_seen() {
        let line = value_line(&state("s").drift[0], Timestamp::from_millis(0));
        assert!(line.starts_with("In the running service, pool.max is 40, 50 is expected; since "), "{line}");
    }
}
