//! Running services: asked by the desk whether they have the values of the active profile, one at a time and for a bounded
//! time, so that drift between a file and what the service took from it is seen.

use std::sync::Arc;
use std::time::Duration;

use super::bound_files::Expected;
use super::desk::Desk;
use crate::apply::Heed;
use crate::apply::fields;
use crate::apply::world::{Limit, World};
use crate::model::Timestamp;
use crate::model::profile::{
    Binding, BindingState, BoundKey, BoundValue, Conversion, FileFormat, ParamKey, SeenIn, VerifyAction,
};
use crate::profile::plan::{Difference, WantedKey, wanted};

/// Least and most that a question may take, whatever the binding says. The binding's own time is that of a service that
/// reloads; here it runs.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// Where the service behind a binding is asked, and for how long; `None` where it is not.
fn question(binding: &Binding) -> Option<(&str, Duration)> {
    match &binding.verify {
        Some(VerifyAction::Get { url, timeout, .. }) => Some((url, (*timeout).clamp(TIMEOUTS.0, TIMEOUTS.1))),
        _ => None,
    }
}

/// What its answer should say.
fn wanted_of(binding: &Binding, expected: &Expected<'_>) -> Vec<WantedKey> {
    let (Some(VerifyAction::Get { fields, .. }), Some(Ok(effective))) = (&binding.verify, &expected.effective) else {
        return Vec::new();
    };
    let field = |(param, key): &(ParamKey, Arc<str>)| {
        let bound = binding.keys.iter().find(|bound| bound.param == *param);
        let conversion = bound.map_or(Conversion::Plain, |bound| bound.conversion);
        BoundKey { param: param.clone(), key: Arc::clone(key), conversion }
    };
    let keys: Vec<BoundKey> = fields.iter().map(field).collect();
    wanted(&keys, FileFormat::Json, effective, expected.catalogue, expected.secrets).0
}

/// Asks the service behind a binding, and puts what it says into the binding's state. `false` where it was called off.
pub fn ask(
    world: &mut dyn World,
    state: &mut BindingState,
    expected: &Expected<'_>,
    most: Duration,
    is_called_off: &mut dyn FnMut() -> bool,
) -> bool {
    let wanted = wanted_of(&state.binding, expected);
    let of_file = || state.drift.iter().filter(|value| value.seen_in == SeenIn::File).cloned();
    let Some((url, timeout)) = question(&state.binding).filter(|_| !wanted.is_empty()) else {
        (state.drift, state.unanswered) = (of_file().collect(), None);
        return true;
    };
    let mut was_called_off = false;
    let mut note = || {
        was_called_off |= is_called_off();
        was_called_off
    };
    let limit = Limit { timeout: timeout.min(most), is_called_off: &mut note };
    let answered = fields::ask(world, url, &wanted, limit);
    if was_called_off && answered.is_err() {
        return false;
    }
    match answered {
        Ok(differing) => {
            let of_service = bound_values(SeenIn::Service, differing, Some(state), expected.now);
            state.drift = of_file().chain(of_service).collect();
            state.unanswered = None;
        }
        // What it said before may hold no longer, and nothing is known instead.
        Err(why) => {
            state.drift = of_file().collect();
            state.unanswered = Some(why.into());
        }
    }
    true
}

/// Differences as drift; what differed before keeps the time it was first seen.
pub(super) fn bound_values(
    seen_in: SeenIn,
    differing: Vec<Difference>,
    before: Option<&BindingState>,
    now: Timestamp,
) -> Vec<BoundValue> {
    let value = |Difference { param, key, found, expected }: Difference| {
        let is_it = |value: &&BoundValue| value.seen_in == seen_in && value.param == param && value.key == key;
        let known = before.and_then(|before| before.drift.iter().find(is_it));
        BoundValue { since: known.map_or(now, |known| known.since), param, seen_in, key, found, expected }
    };
    differing.into_iter().map(value).collect()
}

/// What the service said before that still differs from what is expected.
pub(super) fn still_expected(before: &BindingState, expected: &Expected<'_>) -> Vec<BoundValue> {
    let mut said = before.drift.iter().filter(|value| value.seen_in == SeenIn::Service).peekable();
    if said.peek().is_none() {
        return Vec::new();
    }
    let wanted = wanted_of(&before.binding, expected);
    let is_wanted = |value: &&BoundValue| {
        wanted.iter().any(|wanted| {
            wanted.param == value.param && wanted.key == value.key && fields::shown(wanted) == *value.expected
        })
    };
    said.filter(is_wanted).cloned().collect()
}

impl Desk {
    /// Whether there is a service to ask.
    pub fn has_questions(&self) -> bool {
        !self.questions.is_empty() && self.now.active.is_some()
    }

    /// From here on every service is asked, one each time the desk goes on.
    pub(super) fn ask_all(&mut self) {
        self.questions =
            self.documents.bindings.iter().filter(|b| question(b).is_some()).map(|b| b.id.clone()).collect();
    }

    /// Asks the next service, unless `heed` has something else to be done first.
    pub(super) fn ask_next(&mut self, heed: Heed<'_>) {
        let Some(id) = self.questions.pop_front() else { return };
        let most = self.deadline().unwrap_or(Duration::MAX);
        let Some(active) = self.now.active.clone() else { return };
        let Some(idx) = self.now.bindings.iter().position(|state| state.binding.id == id) else { return };
        let found = self.effective(&active);
        let secrets = self.secrets();
        let expected = Expected {
            effective: Some(found.as_ref().map_err(Clone::clone)),
            catalogue: &self.documents.catalogue,
            secrets: &secrets,
            now: self.world.now(),
        };
        let mut state = self.now.bindings[idx].clone();
        if !ask(&mut *self.world, &mut state, &expected, most, &mut || heed().is_some()) {
            self.questions.push_front(id);
        } else if state != self.now.bindings[idx] {
            let others = self.now.bindings.iter().enumerate();
            self.now.bindings = others.map(|(i, other)| if i == idx { &state } else { other }).cloned().collect();
            self.changed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::fake::FakeWorld;
    use crate::apply::world::Answer;
    use crate::engine::tuning::bound_files::compare;
    use crate::profile::catalogue;
    use crate::profile::resolve::{Effective, effective};

    const ENV: &str = "/srv/.env";

    fn binding() -> Binding {
        let param = ParamKey::new("database.pool_max");
        Binding {
            id: "checkout".into(),
            path: ENV.into(),
            format: FileFormat::Env,
            keys: vec![BoundKey { param: param.clone(), key: "POOL".into(), conversion: Conversion::Plain }],
            reload: None,
            verify: Some(VerifyAction::Get {
                url: "http://me:hush@127.0.0.1:8080/config?token=hush".into(),
                fields: vec![(param, "pool.max".into())],
                timeout: Duration::from_secs(2),
            }),
        }
    }

    /// The catalogue's defaults, of which the pool has 10.
    fn defaults() -> Effective {
        let text = "(version: 1)";
        let profile = crate::profile::document::read("p", text, &catalogue::shipped(), false, true);
        effective(&catalogue::shipped(), &[Arc::new(profile)], None, "p").expect("values")
    }

    /// Compares the file, then asks the service; gives what differs, as "POOL in File: 20, since 7", and why it was not asked.
    fn look(
        world: &mut FakeWorld,
        state: Option<&BindingState>,
        now: i64,
    ) -> (BindingState, Vec<String>, Option<String>) {
        let (catalogue, effective) = (catalogue::shipped(), defaults());
        let now = Timestamp::from_millis(now);
        let expected = Expected { effective: Some(Ok(&effective)), catalogue: &catalogue, secrets: &|_| None, now };
        let mut state = compare(world, &binding(), state, &expected);
        assert!(ask(world, &mut state, &expected, Duration::MAX, &mut || false));
        let found = |value: &BoundValue| value.found.as_deref().unwrap_or("nothing").to_owned();
        let value =
            |v: &BoundValue| format!("{} in {:?}: {}, since {}", v.key, v.seen_in, found(v), v.since.as_millis());
        let said = (state.drift.iter().map(value).collect(), state.unanswered.as_deref().map(str::to_owned));
        (state, said.0, said.1)
    }

    #[test]
    fn what_a_service_answers_is_told_apart_from_what_the_file_says_and_no_answer_is_no_drift() {
        let mut world = FakeWorld::default();
        let answer = |status, body: &str| Ok(Answer { status, body: body.into() });
        let mut state = None;
        for (now, env, answer, expect, unanswered) in [
            (1, "POOL=10\n", answer(200, r#"{"pool": {"max": 10}}"#), &[][..], None),
            (2, "POOL=10\n", answer(200, r#"{"pool": {"max": 20}}"#), &["pool.max in Service: 20, since 2"], None),
            (
                3,
                "POOL=30\n",
                answer(200, r#"{"pool": {"max": 20}}"#),
                &["POOL in File: 30, since 3", "pool.max in Service: 20, since 2"],
                None,
            ),
            (4, "POOL=10\n", answer(200, "{}"), &["pool.max in Service: nothing, since 2"], None),
            (5, "POOL=10\n", Err("nothing listens there".into()), &[], Some("127.0.0.1:8080: nothing listens there")),
            (6, "POOL=9\n", answer(503, "{}"), &["POOL in File: 9, since 6"], Some("127.0.0.1:8080 answers with 503")),
            (
                7,
                "POOL=10\n",
                answer(200, "<html>"),
                &[],
                Some("127.0.0.1:8080: its answer is not JSON: expected value at line 1 column 1"),
            ),
            (8, "POOL=10\n", answer(200, r#"{"pool.max": "10"}"#), &[], None),
        ] {
            world.state().put(ENV, env, 0o600);
            world.state().answers = [answer].into();
            let (next, said, why) = look(&mut world, state.as_ref(), now);
            assert_eq!((said, why.as_deref()), (expect.iter().map(ToString::to_string).collect(), unanswered), "{now}");
            let verified = next.verified_at.map(Timestamp::as_millis);
            assert_eq!(verified == Some(now), env == "POOL=10\n", "that of the file: {now}");
            state = Some(next);
        }
    }

    #[test]
    fn what_it_said_stays_until_it_is_asked_again_or_another_value_is_expected() {
        let mut world = FakeWorld::default();
        world.state().put(ENV, "POOL=10\n", 0o600);
        world.state().answers = [Ok(Answer { status: 200, body: br#"{"pool": {"max": 20}}"#.to_vec() })].into();
        let (state, ..) = look(&mut world, None, 1);
        let (catalogue, effective) = (catalogue::shipped(), defaults());
        let now = Timestamp::from_millis(2);
        let expected = Expected { effective: Some(Ok(&effective)), catalogue: &catalogue, secrets: &|_| None, now };
        assert_eq!(compare(&mut world, &binding(), Some(&state), &expected).drift, state.drift);
        // Called off, nothing is known anew.
        let mut again = state.clone();
        assert!(!ask(&mut world, &mut again, &expected, Duration::MAX, &mut || true));
        assert_eq!(again, state);
        let other = Binding { verify: None, ..binding() };
        assert_eq!(compare(&mut world, &other, Some(&state), &expected).drift.len(), 0, "it is asked no longer");
        let text = r#"(version: 1, values: {"database.pool_max": 20})"#;
        let profile = crate::profile::document::read("p", text, &catalogue, false, true);
        let twenty = crate::profile::resolve::effective(&catalogue, &[Arc::new(profile)], None, "p").expect("values");
        let expected = Expected { effective: Some(Ok(&twenty)), ..expected };
        let now: Vec<SeenIn> =
            compare(&mut world, &binding(), Some(&state), &expected).drift.iter().map(|value| value.seen_in).collect();
        assert_eq!(now, [SeenIn::File], "the service may have that one");
    }
}
