//! Any course of ticks, silences, flushes, full disks and crashes.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Ticks(u8),
    Gap(u16),
    Flush,
    Crash,
    Fill(i16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (1_u8..50).prop_map(Step::Ticks),
        1 => (1_u16..900).prop_map(Step::Gap),
        5 => Just(Step::Flush),
        2 => Just(Step::Crash),
        2 => (-1_i16..4000).prop_map(Step::Fill),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Over any course of ticks, silences, flushes, full disks and crashes a reader gives what was appended, and after a
    /// crash at least what was flushed and nothing that was not appended.
    #[test]
    fn nothing_flushed_is_ever_lost_or_doubled(steps in steps()) {
        let folder = tempfile::tempdir().expect("a folder");
        let room = Arc::new(AtomicI64::new(1 << 40));
        let (mut writer, _) = open_on(Disk::with_room(room.clone()), folder.path());
        let (mut ever, mut appended, mut safe) = (Samples::new(), Samples::new(), Samples::new());
        let mut now = START;
        for step in steps {
            match step {
                Step::Ticks(n) => for _ in 0..n {
                    now += MINUTE;
                    let tick = tick(now);
                    writer.append(&tick);
                    add(&mut appended, &tick);
                    add(&mut ever, &tick);
                },
                Step::Gap(minutes) => now += i64::from(minutes) * MINUTE,
                Step::Flush => {
                    if writer.flush(at(now)).is_ok() {
                        safe = appended.clone();
                        room.store(1 << 40, Ordering::Relaxed);
                    }
                    // A disk that fills up meanwhile fails here too.
                    let _ = writer.maintain(at(now));
                }
                Step::Fill(left) => room.store(left.into(), Ordering::Relaxed),
                Step::Crash => {
                    drop(writer);
                    room.store(1 << 40, Ordering::Relaxed);
                    let (again, opened) = open_on(Disk::with_room(room.clone()), folder.path());
                    prop_assert_eq!(opened.told, Vec::<String>::new());
                    writer = again;
                    let found = read(&*writer.reader(), Tier::Full);
                    prop_assert!(safe.iter().all(|(key, value)| found.get(key) == Some(value)));
                    // What was dropped out of memory may be in the journal still.
                    prop_assert!(found.iter().all(|(key, value)| ever.get(key) == Some(value)));
                    (appended, safe) = (found.clone(), found);
                }
            }
            if writer.status().n_dropped == 0 {
                same(&read(&*writer.reader(), Tier::Full), &appended);
            } else {
                // A disk that was full for hours.
                appended = read(&*writer.reader(), Tier::Full);
                safe.retain(|key, _| appended.contains_key(key));
                writer.n_dropped = 0;
            }
        }
    }
}
