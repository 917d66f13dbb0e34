//! The queue against a model of it: any course of putting, taking, sending, ends by force and damage.

use std::collections::VecDeque;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;

fn labels(number: u32) -> LabelSet {
    [("__name__".into(), format!("series_{number}").into())].into()
}

/// A queue and the labels that its numbers stand for.
struct Run {
    folder: tempfile::TempDir,
    queue: DiskQueue,
    names: Vec<LabelSet>,
}

impl Run {
    fn begin(max_bytes: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let queue = DiskQueue::open(&folder.path().join("q"), max_bytes).expect("opens");
        Self { folder, queue, names: (0..50).map(labels).collect() }
    }

    /// Ends as by force: nothing is closed in order, and another program opens what is there.
    fn again(&mut self, max_bytes: u64) {
        self.queue = DiskQueue::open(&self.folder.path().join("q"), max_bytes).expect("opens");
    }

    fn put(&mut self, at: i64, samples: &[(u32, f64)]) -> u64 {
        let names = &self.names;
        self.queue.put(at, samples, |number| names.get(number as usize)).expect("put").n_samples
    }

    fn files(&self) -> Vec<PathBuf> {
        let all = fs::read_dir(self.folder.path().join("q")).expect("a folder");
        let mut files: Vec<_> = all.map(|entry| entry.expect("an entry").path()).collect();
        files.retain(|path| path.extension().is_some_and(|e| e == "samples"));
        files.sort();
        files
    }
}

/// Samples by time and series, as they were put in.
fn flat(batch: &Batch) -> Vec<(i64, String, u64)> {
    let mut all: Vec<_> = batch
        .iter()
        .flat_map(|(labels, samples)| samples.iter().map(|(at, value)| (*at, labels[0].1.to_string(), value.to_bits())))
        .collect();
    all.sort();
    all
}

fn expected(at: i64, samples: &[(u32, f64)]) -> Vec<(i64, String, u64)> {
    let mut all: Vec<_> =
        samples.iter().map(|(number, value)| (at, format!("series_{number}"), value.to_bits())).collect();
    all.sort();
    all
}

#[test]
fn what_was_taken_out_is_there_until_it_is_sent_also_after_an_end_by_force() {
    let mut run = Run::begin(1 << 20);
    for at in 0..10 {
        run.put(at, &[(0, at as f64), (1, 0.5)]);
    }
    let first = run.queue.take(6).expect("read").expect("some");
    assert_eq!((first.n_samples, first.first_at, first.is_again, first.batch.len()), (6, 0, false, 2));
    assert_eq!((run.queue.n_behind(), run.queue.n_waiting(), run.queue.oldest_at()), (20, 14, Some(0)));
    run.again(1 << 20);
    run.put(10, &[(0, 10.0)]);
    // The very same samples, whatever the bound is now: a server that had them says so of all of them.
    let again = run.queue.take(5000).expect("read").expect("some");
    assert_eq!((flat(&again.batch), again.is_again), (flat(&first.batch), true));
    run.queue.sent(&again).expect("kept");
    let rest = run.queue.take(5000).expect("read").expect("some");
    assert_eq!((rest.n_samples, rest.first_at, rest.is_again), (15, 3, false));
    run.queue.sent(&rest).expect("kept");
    assert_eq!((run.queue.n_behind(), run.queue.oldest_at(), run.queue.take(10).expect("read")), (0, None, None));
    run.again(1 << 20);
    assert_eq!((run.queue.n_behind(), run.queue.bytes(), run.files().len()), (0, 0, 0), "nothing is left of it");
}

#[test]
fn over_its_size_the_oldest_goes_and_is_counted() {
    let mut run = Run::begin(200_000);
    let mut n_dropped = 0;
    let mut n_put = 0;
    let value = |at: i64, number: u32| {
        f64::from_bits((at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(number) << 40)
    };
    for at in 0..2000 {
        let samples: Vec<(u32, f64)> = (0..50).map(|number| (number, value(at, number))).collect();
        n_put += 50;
        n_dropped += run.put(at, &samples);
        assert!(run.queue.bytes() <= 200_000);
    }
    assert!(n_dropped > n_put / 2, "{n_dropped} of {n_put}");
    assert_eq!(run.queue.n_behind(), n_put - n_dropped);
    run.again(200_000);
    assert_eq!(run.queue.n_behind(), n_put - n_dropped, "found again");
    let mut n_found = 0;
    let mut last = None;
    while let Some(taken) = run.queue.take(1000).expect("read") {
        assert!(last.is_none_or(|last| last < taken.first_at));
        last = taken.batch.iter().filter_map(|(_, all)| all.last()).map(|(at, _)| *at).max();
        n_found += taken.n_samples;
        run.queue.sent(&taken).expect("kept");
    }
    assert_eq!((n_found, last), (n_put - n_dropped, Some(1999)), "the newest are kept");
}

#[test]
fn samples_under_way_when_their_file_is_dropped_are_counted_once() {
    let mut run = Run::begin(150_000);
    let noise =
        |at: i64, n: u32| f64::from_bits((at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(n) << 33);
    let samples = |at: i64| (0..50).map(|n| (n, noise(at, n))).collect::<Vec<_>>();
    run.put(0, &samples(0));
    let taken = run.queue.take(50).expect("read").expect("some");
    let mut n_dropped = 0;
    for at in 1..1000 {
        n_dropped += run.put(at, &samples(at));
    }
    assert!(n_dropped > 0);
    assert_eq!(run.queue.n_behind() + n_dropped, 50_000);
    run.queue.sent(&taken).expect("kept");
    assert_eq!(run.queue.n_behind() + n_dropped, 49_950);
    assert!(run.queue.take(50).expect("read").expect("some").first_at > 0);
}

#[test]
fn half_a_record_is_never_read_and_the_next_program_goes_on() {
    for cut in 1..40 {
        let mut run = Run::begin(1 << 20);
        run.put(1, &[(0, 1.0)]);
        run.put(2, &[(0, 2.0)]);
        let path = run.files().remove(0);
        let len = fs::metadata(&path).expect("there").len();
        File::options().write(true).open(&path).expect("opens").set_len(len - cut).expect("cut");
        run.again(1 << 20);
        run.put(3, &[(0, 3.0)]);
        let mut found = Vec::new();
        while let Some(taken) = run.queue.take(1).expect("read") {
            found.extend(flat(&taken.batch).into_iter().map(|(at, ..)| at));
            run.queue.sent(&taken).expect("kept");
        }
        // The last record has 21 + 11 bytes: a cut of more also takes the one before.
        let expect: &[i64] = if cut <= 32 { &[1, 3] } else { &[3] };
        assert_eq!(found, expect, "cut by {cut}");
        assert_eq!((run.queue.n_behind(), run.queue.n_damaged()), (0, 0));
    }
}

#[test]
fn a_damaged_file_is_passed_over_and_what_it_held_is_counted() {
    let mut run = Run::begin(1 << 20);
    for at in 0..5 {
        run.put(at, &[(0, at as f64), (1, 1.0)]);
    }
    run.queue.begin_file();
    run.put(5, &[(0, 5.0)]);
    let path = run.files().remove(0);
    let mut bytes = fs::read(&path).expect("read");
    let place = bytes.len() - 3;
    bytes[place] ^= 1;
    fs::write(&path, bytes).expect("written");
    let mut found = Vec::new();
    while let Some(taken) = run.queue.take(2).expect("read") {
        found.extend(flat(&taken.batch).into_iter().map(|(at, ..)| at));
        run.queue.sent(&taken).expect("kept");
    }
    assert_eq!(found, [0, 0, 1, 1, 2, 2, 3, 3, 5]);
    assert_eq!((run.queue.n_damaged(), run.queue.n_behind()), (2, 0));
}

#[test]
fn a_place_that_does_not_read_sends_again_rather_than_losing() {
    let mut run = Run::begin(1 << 20);
    for at in 0..4 {
        run.put(at, &[(0, at as f64)]);
    }
    let taken = run.queue.take(2).expect("read").expect("some");
    run.queue.sent(&taken).expect("kept");
    fs::write(run.folder.path().join("q/place"), [0xff; 36]).expect("written");
    run.again(1 << 20);
    assert_eq!(run.queue.take(9).expect("read").map(|taken| taken.n_samples), Some(4));
}

#[test]
fn a_folder_that_takes_nothing_says_so_and_the_queue_goes_on_when_it_does() {
    let mut run = Run::begin(1 << 20);
    let folder = run.folder.path().join("q");
    fs::remove_dir_all(&folder).expect("removed");
    let names = run.names.clone();
    run.queue.put(1, &[(0, 1.0)], |number| names.get(number as usize)).expect_err("no folder");
    assert_eq!(run.queue.n_behind(), 0);
    fs::create_dir_all(&folder).expect("made");
    run.put(2, &[(0, 2.0)]);
    assert_eq!(run.queue.take(9).expect("read").map(|taken| taken.first_at), Some(2));
}

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<(u32, f64)>),
    Take(usize),
    Sent,
    Killed,
    NewFile,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec((0u32..50, any::<f64>()), 0..20).prop_map(Step::Put),
        3 => (1usize..40).prop_map(Step::Take),
        3 => Just(Step::Sent),
        1 => Just(Step::Killed),
        1 => Just(Step::NewFile),
    ]
}

proptest! {
    /// Whatever happens, every sample is taken out once for each time it was not said to be sent, in order.
    #[test]
    fn no_sample_is_lost_doubled_or_out_of_order(steps in prop::collection::vec(step(), 0..60)) {
        let mut run = Run::begin(64 << 20);
        let mut waiting: VecDeque<(i64, Vec<(u32, f64)>)> = VecDeque::new();
        let mut under_way: Option<(Taken, usize)> = None;
        let mut again: Option<usize> = None;
        for (at, step) in (0..).zip(steps) {
            match step {
                Step::Put(mut samples) => {
                    samples.sort_by_key(|(number, _)| *number);
                    samples.dedup_by_key(|(number, _)| *number);
                    run.put(at, &samples);
                    if !samples.is_empty() {
                        waiting.push_back((at, samples));
                    }
                }
                Step::Take(most) if under_way.is_none() => {
                    let taken = run.queue.take(most).expect("read");
                    let n_ticks = again.take().unwrap_or_else(|| {
                        let mut n = 0;
                        let fits = waiting.iter().enumerate().take_while(|(i, (_, samples))| {
                            n += samples.len();
                            *i == 0 || n <= most
                        });
                        fits.count()
                    });
                    let expect: Vec<_> = waiting.iter().take(n_ticks).flat_map(|(at, all)| expected(*at, all)).collect();
                    let found = taken.as_ref().map(|taken| flat(&taken.batch)).unwrap_or_default();
                    prop_assert_eq!(found, expect);
                    under_way = taken.map(|taken| (taken, n_ticks));
                }
                Step::Sent => {
                    if let Some((taken, n_ticks)) = under_way.take() {
                        run.queue.sent(&taken).expect("kept");
                        waiting.drain(..n_ticks);
                    }
                }
                Step::Killed => {
                    again = under_way.take().map(|(_, n_ticks)| n_ticks).or(again);
                    run.again(64 << 20);
                }
                Step::NewFile => run.queue.begin_file(),
                Step::Take(_) => {}
            }
            let n: usize = waiting.iter().map(|(_, samples)| samples.len()).sum();
            prop_assert_eq!(run.queue.n_behind(), n as u64);
            prop_assert_eq!(run.queue.oldest_at(), waiting.front().map(|(at, _)| *at));
        }
    }
}

#[test]
fn one_set_of_labels_is_one_series_of_a_request() {
    let mut run = Run::begin(1 << 20);
    for at in 0..3 {
        run.put(at, &[(4, at as f64)]);
    }
    let taken = run.queue.take(100).expect("read").expect("some");
    let names: Vec<&Arc<str>> = taken.batch.iter().map(|(labels, _)| &labels[0].1).collect();
    assert_eq!((names.len(), &*taken.batch[0].1), (1, &[(0, 0.0), (1, 1.0), (2, 2.0)][..]));
}
