//! Taking in what did not come from the sampler: segments of another history, and recordings of other tools.

use std::fs;
use std::path::{Path, PathBuf};

use super::Writer;
use super::opening::UNFINISHED;
use crate::model::{AnnotationText, SourceId, Tier, TimeRange};
use crate::store::history::disk::sync_folder;
use crate::store::history::file::SegmentFile;
use crate::store::history::frame::FileKind;
use crate::store::history::holdings::{after, block_millis, file_start};
use crate::store::history::index::{EXTENSION, IMPORTS};
use crate::store::history::names;
use crate::store::history::read::{HistoryError, HistoryRead as _};
use crate::store::history::rollup::Rollup;
use crate::store::history::rows::keep_rows;
use crate::store::history::segment::Segment;
use crate::store::history::write::{HistoryWrite, TakenIn};

/// Longest name of a recording, characters.
const MAX_NAME: usize = 100;
/// Most rows of a segment that is written; longer ones are cut.
const MAX_ROWS: usize = 8192;

/// A recording that is being written.
pub struct Recording {
    folder: PathBuf,
    /// Its files under the names they have until it is finished, finest first.
    files: Vec<SegmentFile>,
    source: SourceId,
    minutes: Rollup,
    hours: Rollup,
}

impl HistoryWrite for Writer {
    fn take_in(&mut self, segment: Segment) -> Result<TakenIn, HistoryError> {
        let (n_values, tier) = (segment.n_values() as u64, segment.tier);
        let taken = self.spans_taken(&segment);
        let free = keep_rows(segment, |at| !taken.iter().any(|(from, to)| (*from..*to).contains(&at)));
        let mut n_taken = 0;
        for piece in pieces(free, &taken) {
            n_taken += piece.n_values() as u64;
            self.files.append(&piece)?;
            self.show_added(tier);
        }
        self.is_rollup_pending |= n_taken > 0;
        Ok(TakenIn { n_taken, n_skipped: n_values - n_taken })
    }

    fn take_in_annotation(&mut self, text: AnnotationText) -> Result<bool, HistoryError> {
        let text = text.bounded();
        if self.events.events().annotations.values().any(|there| *there == text) {
            return Ok(false);
        }
        self.annotate(text);
        Ok(true)
    }

    fn take_in_gap(&mut self, _source: SourceId, gap: TimeRange) -> Result<(), HistoryError> {
        let is_there = |there: &TimeRange| there.start <= gap.start && there.end >= gap.end;
        if !self.events.events().gaps.iter().any(is_there) {
            self.note_gap(gap);
        }
        Ok(())
    }

    fn begin_recording(&mut self, name: &str) -> Result<String, HistoryError> {
        self.abandon_recording();
        let imports = self.files.folder.join(IMPORTS);
        let there: Vec<String> = self.reader.status()?.imports.iter().map(|one| one.name.to_string()).collect();
        let wish: String = name.trim().chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
        let wish = if wish.is_empty() { "Recording".to_owned() } else { wish };
        let mut numbered = (2..).map(|n| format!("{wish} {n}"));
        let mut name = wish.clone();
        while there.contains(&name) || folder_of(&imports, &name).exists() {
            name = numbered.next().unwrap_or_default();
        }
        let folder = folder_of(&imports, &name);
        fs::create_dir_all(&folder).map_err(|source| HistoryError::Io { path: folder.clone(), source })?;
        let create = |tier: Tier| {
            let path = folder.join(file_name(tier, UNFINISHED));
            SegmentFile::create(&path, FileKind::Segments(tier), &self.files.disk)
        };
        let files = Tier::ALL.into_iter().map(create).collect::<Result<_, _>>();
        let files = files.inspect_err(|_| drop(fs::remove_dir_all(&folder)))?;
        let source = names::source(&format!("import {name}"));
        let (minutes, hours) = (Rollup::new(Tier::Minute, source), Rollup::new(Tier::Hour, source));
        self.recording = Some(Recording { folder, files, source, minutes, hours });
        Ok(name)
    }

    fn record(&mut self, segment: Segment) -> Result<(), HistoryError> {
        let Some(recording) = &mut self.recording else { return Ok(()) };
        for piece in pieces(Segment { source: recording.source, ..segment }, &[]) {
            recording.put(&piece, &mut self.files.seq)?;
        }
        Ok(())
    }

    fn finish_recording(&mut self) -> Result<(), HistoryError> {
        let Some(mut recording) = self.recording.take() else { return Ok(()) };
        let outcome = recording.finish(&mut self.files.seq);
        if outcome.is_err() {
            recording.discard();
        }
        self.show_files();
        outcome
    }

    fn abandon_recording(&mut self) {
        if let Some(recording) = self.recording.take() {
            recording.discard();
        }
    }

    fn remove_recording(&mut self, name: &str) -> Result<bool, HistoryError> {
        if !self.reader.status()?.imports.iter().any(|one| *one.name == *name) {
            return Ok(false);
        }
        let folder = folder_of(&self.files.folder.join(IMPORTS), name);
        fs::remove_dir_all(&folder).map_err(|source| HistoryError::Io { path: folder, source })?;
        self.show_files();
        Ok(true)
    }

    fn flush(&mut self) -> Result<(), HistoryError> {
        self.files.sync()?;
        self.events.flush()
    }
}

impl Writer {
    /// The spans in which a segment's source has something at the segment's tier or more finely.
    fn spans_taken(&self, segment: &Segment) -> Vec<(i64, i64)> {
        let (Some(&first), Some(&last)) = (segment.times.first(), segment.times.last()) else { return Vec::new() };
        let end = segment.tier.step().map_or(last, |step| last + step.as_millis() as i64);
        let finer = Tier::ALL.into_iter().filter(|tier| *tier <= segment.tier);
        let mut taken: Vec<(i64, i64)> = finer
            .flat_map(|tier| {
                let touching = self.files.touching(tier, segment.source, first - block_millis(tier), end);
                touching.map(move |there| (there.first, after(tier, there)))
            })
            .collect();
        taken.extend(self.shared.read().tail.spans_of(segment.source));
        if let Some(step) = segment.tier.step().map(|step| step.as_millis() as i64) {
            // A bucket that begins before something finer still holds some of it.
            taken.iter_mut().for_each(|span| span.0 = span.0.div_euclid(step) * step);
        }
        taken.retain(|(from, to)| *from <= last && *to > first);
        taken.sort_unstable();
        taken
    }
}

/// Cuts a segment where another file begins, where something stands between two of its ticks, and where it is too long.
fn pieces(segment: Segment, between: &[(i64, i64)]) -> Vec<Segment> {
    let place = |at: i64| (file_start(segment.tier, at), between.partition_point(|(from, _)| *from <= at));
    let mut starts: Vec<i64> = Vec::new();
    let mut n_rows = 0;
    for pair in segment.times.windows(2) {
        n_rows += 1;
        if place(pair[0]) != place(pair[1]) || n_rows >= MAX_ROWS {
            starts.push(pair[1]);
            n_rows = 0;
        }
    }
    if segment.times.is_empty() {
        return Vec::new();
    }
    if starts.is_empty() {
        return vec![segment];
    }
    let mut pieces = Vec::new();
    let mut rest = segment;
    for start in starts {
        let later = keep_rows(rest.clone(), |at| at >= start);
        pieces.push(keep_rows(rest, |at| at < start));
        rest = later;
    }
    pieces.push(rest);
    pieces
}

impl Recording {
    fn put(&mut self, segment: &Segment, seq: &mut u64) -> Result<(), HistoryError> {
        let Some(first) = segment.times.first().copied() else { return Ok(()) };
        if segment.tier == Tier::Full {
            self.minutes.push(segment);
        }
        if segment.tier <= Tier::Minute {
            self.hours.push(segment);
        }
        let done = |tier| first.div_euclid(block_millis(tier)) * block_millis(tier);
        let minutes = self.minutes.take_before(done(Tier::Minute));
        let hours = self.hours.take_before(done(Tier::Hour));
        for segment in [Some(segment), minutes.as_ref(), hours.as_ref()].into_iter().flatten() {
            self.append(segment, seq)?;
        }
        Ok(())
    }

    fn append(&mut self, segment: &Segment, seq: &mut u64) -> Result<(), HistoryError> {
        if let Some(file) = self.files.iter_mut().find(|file| file.kind().tier() == segment.tier) {
            *seq += 1;
            file.append(segment, *seq)?;
        }
        Ok(())
    }

    /// Gives its files their names, the finest first: with that one alone it is whole already.
    fn finish(&mut self, seq: &mut u64) -> Result<(), HistoryError> {
        let rest = [self.minutes.take_before(i64::MAX), self.hours.take_before(i64::MAX)];
        for segment in rest.iter().flatten() {
            self.append(segment, seq)?;
        }
        for file in &self.files {
            file.sync()?;
        }
        let io = |source| HistoryError::Io { path: self.folder.clone(), source };
        for file in &self.files {
            let path = self.folder.join(file_name(file.kind().tier(), EXTENSION));
            fs::rename(file.path(), path).map_err(io)?;
        }
        // Its folder, and those that came to be with it.
        self.folder.ancestors().take(3).try_for_each(sync_folder).map_err(io)
    }

    fn discard(self) {
        let Self { folder, files, .. } = self;
        // Some systems remove no file that is open.
        drop(files);
        let _ = fs::remove_dir_all(folder);
    }
}

fn file_name(tier: Tier, ending: &str) -> String {
    let name = match tier {
        Tier::Full => "full",
        Tier::Minute => "minute",
        Tier::Hour => "hour",
    };
    format!("{name}.{ending}")
}

/// The folder of a recording. Its name may hold what names of folders may not, so those are written as numbers.
fn folder_of(imports: &Path, name: &str) -> PathBuf {
    let mut safe = String::new();
    for c in name.chars() {
        match c {
            ' ' => safe.push('_'),
            c if c.is_alphanumeric() || c == '-' => safe.push(c),
            c => safe.push_str(&format!("%{:x}_", c as u32)),
        }
    }
    // Systems take names of up to 255 bytes; two long names that begin alike differ in the sum.
    if safe.len() > 180 {
        let end = (0..=180).rev().find(|end| safe.is_char_boundary(*end)).unwrap_or(0);
        safe = format!("{}-{:08x}", &safe[..end], crc32fast::hash(name.as_bytes()));
    }
    imports.join(safe)
}
