//! All kinds together on random machines: no contradiction, no change beyond its bounds, and an end to asking.

use proptest::prelude::*;

use super::*;
use crate::model::profile::ParamKind;
use crate::suggest::change::number;
use crate::suggest::kinds;
use crate::suggest::scenario::{Scenario, count, size, time};

/// Numbers from 0 to 1, with which a machine is made up.
fn made_up(x: &[f64]) -> Scenario {
    let get = |i: usize| x.get(i).copied().unwrap_or(0.5);
    let of = "service.name=\"checkout\"";
    let busy = get(0);
    let used = 50.0 * get(1).sqrt();
    let alone = 0.002 + 0.02 * get(2);
    let stretch = 1.0 + 6.0 * get(3) * get(1);
    Scenario::new()
        .cores(1 + (get(4) * 31.0) as usize)
        .flat("system.cpu.utilization", busy)
        .flat("system.cpu.utilization{cpu.mode=\"steal\"}", get(5).powi(4))
        .flat("system.linux.pressure.stalled{kind=\"some\",resource=\"cpu\"}", busy * get(6))
        .flat("container.linux.cpu.throttled", get(7).powi(4))
        .flat("system.memory.utilization", 0.5 + get(8) * 0.5)
        .flat("system.linux.processes{process.state=\"runnable\"}", 100.0 * get(9).powi(3))
        .flat(&format!("http.server.active_requests{{{of}}}"), 60.0 * get(10))
        .flat(&format!("db.client.connection.count{{db.client.connection.state=\"used\",{of}}}"), used)
        .flat(&format!("db.client.connection.max{{{of}}}"), 50.0)
        .flat(&format!("db.client.connection.pending_requests{{{of}}}"), 20.0 * get(11))
        .curve(&format!("db.client.operation.duration{{{of},statistic=\"mean\"}}"), move |t| {
            if t < 0.4 { alone } else { alone * stretch }
        })
        .flat(&format!("db.client.operation.duration{{{of},statistic=\"rate\"}}"), 3000.0 * get(12))
        .flat(&format!("cache.requests{{cache.result=\"hit\",{of}}}"), 100.0 * get(13))
        .flat(&format!("cache.requests{{cache.result=\"miss\",{of}}}"), 100.0 * get(14))
        .flat(&format!("cache.evictions{{{of}}}"), 100.0 * get(15))
        .histogram(&format!("ml.batch.size{{{of}}}"), 64.0 * get(16).sqrt(), 5.0)
        .histogram(&format!("ml.batch.duration{{{of}}}"), 12.0 * get(17), 5.0)
        .histogram(&format!("ml.batch.wait_time{{{of}}}"), 12.0 * get(18), 300.0)
        .param("service.workers", count(1 + (get(19) * 120.0) as i64))
        .param("database.pool_max", count(1 + (get(20) * 99.0) as i64))
        .param("database.server_max_connections", count(1 + (get(21) * 400.0) as i64))
        .param("ml.batch_size", count(64))
        .param("ml.workers", count(1 + (get(22) * 7.0) as i64))
        .param("ml.threads", count(1 + (get(23) * 15.0) as i64))
        .param("cache.size", size((get(24) * 20e9) as u64 + (1 << 20)))
        .param("cache.ttl", time(1 + (get(25) * 86_400.0) as u64))
        .param("service.request_timeout", time(10))
}

fn wants() -> Vec<Want> {
    kinds::ALL.iter().flat_map(|kind| kind.wants.iter().copied()).collect()
}

/// The desk after every kind looked once.
fn looked(scenario: &Scenario) -> Desk {
    let mut desk = Desk::default();
    let evidence = scenario.evidence();
    for (i, kind) in kinds::ALL.iter().enumerate() {
        desk.looked(i, (kind.look)(&evidence), evidence.now);
    }
    desk
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn open_cards_never_contradict_each_other_and_stay_within_bounds(x in proptest::collection::vec(0.0..1.0_f64, 26)) {
        let scenario = made_up(&x).played(&wants());
        let desk = looked(&scenario);
        let evidence = scenario.evidence();
        let advice = desk.advice(evidence.now, 0);
        let seen = |card: &crate::model::suggest::Card| &desk.cards[&card.suggestion.id];
        let open: Vec<_> = advice.open().collect();
        for (i, a) in open.iter().enumerate() {
            prop_assert!((0.0..=1.0).contains(&a.suggestion.value));
            for b in open.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, b)| b) {
                let key = a.suggestion.change.key();
                prop_assert!(key.is_none() || key != b.suggestion.change.key(), "{} and {}", a.suggestion.id, b.suggestion.id);
                prop_assert!(seen(a).takes.iter().all(|r| !seen(b).short_of.contains(r)), "{} and {}", a.suggestion.id, b.suggestion.id);
            }
            if let Change::Parameter { key, from, to, .. } = &a.suggestion.change {
                let (from, to) = (from.as_ref().and_then(number).expect("a number"), number(to).expect("a number"));
                prop_assert!(from != to && to <= (from * 2.0).max(from + 1.0) && to >= (from / 2.0).floor(), "{key} {from} {to}");
                let range = match &evidence.def(key.as_str()).expect("known").kind {
                    ParamKind::Count { min, max, .. } => (*min as f64, *max as f64),
                    ParamKind::Size { min, max } => (*min as f64, *max as f64),
                    ParamKind::Duration { min, max } => (min.as_secs_f64(), max.as_secs_f64()),
                    other => panic!("{other:?}"),
                };
                prop_assert!(range.0 <= to && to <= range.1, "{key} {from} {to}");
            }
        }
    }

    #[test]
    fn whoever_does_all_that_is_asked_for_is_asked_no_more_in_the_end(x in proptest::collection::vec(0.0..1.0_f64, 26)) {
        // The worst case: nothing that is done has any effect on what is seen, and nobody notes that.
        let mut scenario = made_up(&x).played(&wants());
        for _ in 0..60 {
            let desk = looked(&scenario);
            let advice = desk.advice(scenario.evidence().now, 0);
            let mut n_turned = 0;
            for card in advice.open() {
                if let Change::Parameter { key, to, .. } = &card.suggestion.change {
                    scenario.turn(key, to.clone());
                    n_turned += 1;
                }
            }
            if n_turned == 0 {
                return Ok(());
            }
        }
        prop_assert!(false, "still asking");
    }
}
