//! What services print, the newest of it: bounded by lines and bytes, and by how fast it is taken in. Everything that is left
//! out is counted.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::lines::{Lines, text_of};
use crate::model::Timestamp;
use crate::model::run::{OutputAnswer, OutputFigures, OutputLine, OutputQuestion, OutputStream};
use crate::profile::secret::hide_known;

/// Lines kept of each service.
const MAX_LINES: usize = 5_000;
/// Bytes kept of each service.
const MAX_BYTES: usize = 1 << 20;
/// What a line costs beside its text.
const LINE_COST: usize = 48;
/// Lines taken in within a second; those beyond are counted alone.
const MAX_PER_SECOND: u32 = 5_000;
/// Shortest secret that is looked for in what is printed, bytes: shorter ones would hide words at random.
const MIN_SECRET: usize = 6;

/// The output of all services. Shared; each lock is held for one part of what came, or one answer.
#[derive(Debug, Clone, Default)]
pub struct Outputs {
    all: Arc<Mutex<BTreeMap<Arc<str>, Ring>>>,
}

impl Outputs {
    /// A panic under the lock leaves a ring that lacks a line, and is good otherwise.
    fn locked(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Ring>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Values that are to stand nowhere in what this service prints.
    pub fn set_secrets(&self, service: &Arc<str>, secrets: Vec<String>) {
        let secrets = secrets.into_iter().filter(|secret| secret.len() >= MIN_SECRET).collect();
        self.locked().entry(service.clone()).or_default().secrets = secrets;
    }

    /// Takes in what was printed.
    pub fn take(&self, service: &Arc<str>, stream: OutputStream, bytes: &[u8], at: Timestamp) {
        self.locked().entry(service.clone()).or_default().take(stream, bytes, at);
    }

    /// A stream has ended: what was begun of a line is one.
    pub fn end(&self, service: &Arc<str>, stream: OutputStream, at: Timestamp) {
        self.locked().entry(service.clone()).or_default().end(stream, at);
    }

    /// Puts a line of Perfdesk's own.
    pub fn say(&self, service: &Arc<str>, text: &str, at: Timestamp) {
        let mut all = self.locked();
        let ring = all.entry(service.clone()).or_default();
        let text = hide_known(text, &ring.secrets);
        ring.push(OutputLine { at, stream: OutputStream::Perfdesk, text: text.into(), ..OutputLine::default() });
    }

    /// A text without the secrets of a service.
    pub fn hide(&self, service: &Arc<str>, text: &str) -> String {
        self.locked().get(service).map_or_else(|| text.to_owned(), |ring| hide_known(text, &ring.secrets).to_string())
    }

    /// The last lines that the service itself printed since this moment, at most `n`, the oldest first.
    pub fn last_lines(&self, service: &str, n: usize, since: Timestamp) -> Vec<String> {
        let all = self.locked();
        let Some(ring) = all.get(service) else { return Vec::new() };
        let own = |line: &&OutputLine| {
            line.stream != OutputStream::Perfdesk && line.at >= since && !line.text.trim().is_empty()
        };
        let mut last: Vec<String> = ring.lines.iter().rev().filter(own).take(n).map(|line| short(&line.text)).collect();
        last.reverse();
        last
    }

    /// How much a service printed.
    pub fn figures(&self, service: &str) -> OutputFigures {
        self.locked().get(service).map(|ring| ring.figures).unwrap_or_default()
    }

    /// Answers a question.
    pub fn answer(&self, question: &OutputQuestion, at: Timestamp) -> OutputAnswer {
        let mut answer = OutputAnswer { question: question.clone(), at, ..OutputAnswer::default() };
        // Lines are shared, so the lock is not held while they are looked through.
        let (lines, figures) = match self.locked().get(&question.service) {
            Some(ring) => (ring.lines.iter().cloned().collect::<Vec<_>>(), ring.figures),
            None => return answer,
        };
        let wanted = question.text.to_lowercase();
        let fits = |line: &&OutputLine| wanted.is_empty() || line.text.to_lowercase().contains(&wanted);
        let found: Vec<&OutputLine> = lines.iter().filter(fits).collect();
        let first = found.len().saturating_sub(question.newest as usize);
        answer.n_found = found.len() as u64;
        answer.lines = found[first..].iter().map(|line| (*line).clone()).collect();
        answer.figures = figures;
        answer
    }

    /// Forgets what a service printed.
    pub fn forget(&self, service: &str) {
        self.locked().remove(service);
    }
}

/// A line for a sentence.
fn short(text: &str) -> String {
    const MOST: usize = 200;
    if text.len() <= MOST { text.to_owned() } else { format!("{}…", &text[..text.floor_char_boundary(MOST)]) }
}

#[derive(Debug, Default)]
struct Ring {
    lines: VecDeque<OutputLine>,
    n_bytes: usize,
    next: u64,
    out: Lines,
    err: Lines,
    secrets: Vec<String>,
    figures: OutputFigures,
    /// The second that is counted, and the lines taken in within it.
    second: (i64, u32),
}

impl Ring {
    fn take(&mut self, stream: OutputStream, bytes: &[u8], at: Timestamp) {
        self.figures.n_bytes += bytes.len() as u64;
        if self.room(at) == 0 {
            // Looking for the ends of lines is all that is done with a flood.
            let n = memchr::memchr_iter(b'\n', bytes).count() as u64;
            self.figures.n_lines += n;
            self.figures.n_dropped_lines += n;
            self.next += n;
            self.stream(stream).forget();
            return;
        }
        let mut lines = std::mem::take(self.stream(stream));
        lines.take(bytes, &mut |line, is_cut| self.line(stream, line, is_cut, at));
        *self.stream(stream) = lines;
    }

    fn end(&mut self, stream: OutputStream, at: Timestamp) {
        let mut lines = std::mem::take(self.stream(stream));
        lines.end(&mut |line, is_cut| self.line(stream, line, is_cut, at));
    }

    fn stream(&mut self, stream: OutputStream) -> &mut Lines {
        if stream == OutputStream::Err { &mut self.err } else { &mut self.out }
    }

    /// Lines that may still be taken in within this second.
    fn room(&mut self, at: Timestamp) -> u32 {
        let second = at.as_millis().div_euclid(1000);
        if self.second.0 != second {
            self.second = (second, 0);
        }
        MAX_PER_SECOND.saturating_sub(self.second.1)
    }

    fn line(&mut self, stream: OutputStream, bytes: &[u8], is_cut: bool, at: Timestamp) {
        self.figures.n_lines += 1;
        if self.room(at) == 0 {
            self.figures.n_dropped_lines += 1;
            self.next += 1;
            return;
        }
        self.second.1 += 1;
        self.figures.n_cut_lines += u64::from(is_cut);
        let mut text = text_of(bytes);
        if !self.secrets.is_empty() {
            text = hide_known(&text, &self.secrets);
        }
        self.push(OutputLine { number: 0, at, stream, text: text.into(), is_cut });
    }

    fn push(&mut self, line: OutputLine) {
        self.n_bytes += line.text.len() + LINE_COST;
        self.lines.push_back(OutputLine { number: self.next, ..line });
        self.next += 1;
        while self.lines.len() > MAX_LINES || self.n_bytes > MAX_BYTES {
            let Some(gone) = self.lines.pop_front() else { break };
            self.n_bytes -= gone.text.len() + LINE_COST;
            self.figures.n_evicted_lines += 1;
        }
        self.figures.n_kept_lines = self.lines.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn ask(text: &str, newest: u32) -> OutputQuestion {
        OutputQuestion { service: "shop".into(), text: text.into(), newest }
    }

    #[test]
    fn lines_are_tailed_and_searched() {
        let (outputs, shop) = (Outputs::default(), Arc::from("shop"));
        outputs.take(&shop, OutputStream::Out, b"one\ntwo Error\n", at(1));
        outputs.take(&shop, OutputStream::Err, b"an error\nhalf", at(2));
        outputs.say(&shop, "stopped", at(3));
        let texts = |question| {
            let answer = outputs.answer(&question, at(9));
            (answer.lines.iter().map(|line| line.text.to_string()).collect::<Vec<_>>().join("|"), answer.n_found)
        };
        assert_eq!(texts(ask("", 10)), ("one|two Error|an error|stopped".into(), 4));
        assert_eq!(texts(ask("ERROR", 1)), ("an error".into(), 2));
        outputs.end(&shop, OutputStream::Err, at(4));
        assert_eq!(texts(ask("half", 5)), ("half".into(), 1));
        assert_eq!(outputs.last_lines("shop", 2, at(0)), ["an error", "half"]);
        assert_eq!(outputs.last_lines("shop", 2, at(3)), ["half"], "of this start alone");
        assert_eq!(texts(OutputQuestion { service: "none".into(), newest: 5, ..ask("", 5) }), (String::new(), 0));
    }

    #[test]
    fn a_flood_is_bounded_and_counted() {
        let (outputs, shop) = (Outputs::default(), Arc::from("shop"));
        let part = "y\n".repeat(32 * 1024);
        for _ in 0..20 {
            outputs.take(&shop, OutputStream::Out, part.as_bytes(), at(10));
        }
        let figures = outputs.figures("shop");
        assert_eq!(figures.n_lines, 20 * 32 * 1024);
        assert_eq!(figures.n_bytes, 20 * 64 * 1024);
        assert_eq!(figures.n_kept_lines + figures.n_evicted_lines + figures.n_dropped_lines, figures.n_lines);
        assert!(figures.n_kept_lines as usize <= MAX_LINES);
        outputs.take(&shop, OutputStream::Out, b"calm again\n", at(2_000));
        assert_eq!(outputs.last_lines("shop", 1, at(0)), ["calm again"]);
        let long = vec![b'x'; 3 << 20];
        outputs.take(&shop, OutputStream::Out, &long, at(3_000));
        outputs.take(&shop, OutputStream::Out, b"\n", at(3_000));
        assert_eq!(outputs.figures("shop").n_cut_lines, 1);
    }

    #[test]
    fn a_secret_stands_nowhere_in_what_is_printed() {
        let (outputs, shop) = (Outputs::default(), Arc::from("shop"));
        outputs.set_secrets(&shop, vec!["correct horse".into(), "on".into()]);
        outputs.take(&shop, OutputStream::Out, b"connecting on db with correct horse\n", at(1));
        let said = format!("{:?}", outputs.answer(&ask("", 9), at(1)));
        assert!(!said.contains("correct horse") && said.contains("connecting on db"), "{said}");
    }
}
