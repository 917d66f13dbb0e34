//! `perfdesk doctor`: what works here, and what to do about the rest.
//!
//! It reads every probe twice, a quarter of a second apart, since rates need two readings. It changes nothing.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::console::say;
use super::folders::folders;
use super::{args::RunArguments, display};
use crate::engine::pace::wall_time;
use crate::model::{Layouts, PassCost, ProbeState, ProbeStatus, Settings, WindowMemory};
use crate::sampling::own::own_cost;
use crate::sampling::{Moment, Sampler, platform};
use crate::store::document::{self, Document};

/// Time between the two readings.
const BETWEEN_READINGS: Duration = Duration::from_millis(250);

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// `ok`, `not here` or `failed`.
    pub state: &'static str,
    /// What was found, or why not and what to do.
    pub words: String,
}

/// All findings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The program's version.
    pub version: &'static str,
    /// The machine in a line.
    pub machine: String,
    /// Display, renderer, folders.
    pub place: Vec<Finding>,
    /// Every probe.
    pub probes: Vec<Finding>,
    /// Time of the second reading of all probes, milliseconds.
    pub pass_ms: f64,
    /// Processes seen.
    pub processes: usize,
    /// Series defined.
    pub series: usize,
    /// Own processor time so far, seconds.
    pub cpu_seconds: Option<f64>,
    /// Own resident memory, bytes.
    pub rss_bytes: Option<u64>,
}

fn finding(what: impl Into<String>, state: &'static str, words: impl Into<String>) -> Finding {
    Finding { what: what.into(), state, words: words.into() }
}

/// Looks at everything.
pub fn examine(run: &RunArguments) -> Report {
    let mut place = vec![display::display_finding(), display::renderer_finding()];
    match folders(run) {
        Ok(folders) => {
            place.push(folder_finding("config folder", &folders.config));
            place.push(folder_finding("data folder", &folders.data));
            place.extend(document_findings(&folders.config));
        }
        Err(e) => place.push(finding("folders", "failed", e.to_string())),
    }
    let started = Instant::now();
    let mut sampler = Sampler::new(platform::probes(), 0);
    let mut pass = || {
        let now = Moment { at: wall_time(), elapsed: started.elapsed() };
        sampler.pass(now, BETWEEN_READINGS, PassCost::default())
    };
    let first = pass();
    // A command run by hand may wait; nothing else runs here.
    std::thread::park_timeout(BETWEEN_READINGS);
    let second = pass();
    let machine = first.machine.clone().unwrap_or_default();
    let own = own_cost();
    Report {
        version: env!("CARGO_PKG_VERSION"),
        machine: format!("{}, {}, kernel {}, {} cores", machine.host, machine.system, machine.kernel, machine.n_cores),
        place,
        probes: second.probes.iter().flat_map(|list| list.iter()).map(probe_finding).collect(),
        pass_ms: second.cost.duration.as_secs_f64() * 1e3,
        processes: second.processes.as_ref().map_or(0, |table| table.rows.len()),
        series: second.defined.len(),
        cpu_seconds: own.as_ref().map(|own| own.cpu_seconds),
        rss_bytes: own.as_ref().map(|own| own.memory_bytes),
    }
}

fn probe_finding(probe: &ProbeStatus) -> Finding {
    let what = probe.title.to_string();
    match &probe.state {
        ProbeState::Working => {
            let cost = probe.cost.as_secs_f64() * 1e3;
            finding(what, "ok", format!("{} series, {cost:.2} ms", probe.n_series))
        }
        ProbeState::Unsupported { why } => finding(what, "not here", why.to_string()),
        ProbeState::Failed { why, .. } => finding(what, "failed", why.to_string()),
    }
}

fn folder_finding(what: &str, folder: &Path) -> Finding {
    let shown = folder.display();
    match fs::metadata(folder) {
        Ok(meta) if !meta.is_dir() => finding(what, "failed", format!("{shown} is not a folder: choose another")),
        Ok(meta) if !may_write(folder, &meta) => {
            finding(what, "failed", format!("{shown} may not be written: change its permissions or choose another"))
        }
        Ok(_) => finding(what, "ok", shown.to_string()),
        Err(e) if e.kind() == ErrorKind::NotFound => match nearest_present(folder) {
            Some((above, meta)) if !meta.is_dir() || !may_write(&above, &meta) => {
                let words = format!("{shown} cannot be made in {}: choose another", above.display());
                finding(what, "failed", words)
            }
            _ => finding(what, "ok", format!("{shown} (made at the first start)")),
        },
        Err(e) => finding(what, "failed", format!("{shown}: {e}")),
    }
}

/// The nearest folder above that is there already.
fn nearest_present(folder: &Path) -> Option<(PathBuf, Metadata)> {
    let above = folder.ancestors().skip(1).map(|above| if above == Path::new("") { Path::new(".") } else { above });
    above.into_iter().find_map(|above| Some((above.to_owned(), fs::metadata(above).ok()?)))
}

/// Whether this very user may make files in the folder: its mode alone does not tell.
#[cfg(target_os = "linux")]
fn may_write(folder: &Path, _meta: &Metadata) -> bool {
    use rustix::fs::{Access, access};
    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// Whether the folder is not marked as read-only, which is all that is told without trying.
#[cfg(not(target_os = "linux"))]
fn may_write(_folder: &Path, meta: &Metadata) -> bool {
    !meta.permissions().readonly()
}

/// What becomes of the documents that are there; nothing of those that are not.
fn document_findings(folder: &Path) -> Vec<Finding> {
    fn of<T: Document>(folder: &Path) -> Option<Finding> {
        match document::read::<T>(&folder.join(T::FILE)) {
            Ok(None) => None,
            Ok(Some(_)) => Some(finding(T::FILE, "ok", "reads")),
            Err(e) => Some(finding(T::FILE, "failed", format!("{e}; defaults are used until it is mended or removed"))),
        }
    }
    [of::<Settings>(folder), of::<Layouts>(folder), of::<WindowMemory>(folder)].into_iter().flatten().collect()
}

/// Runs the command: prints the findings. Tells whether nothing failed.
pub fn run(arguments: &RunArguments, as_json: bool) -> bool {
    let report = examine(arguments);
    let is_well = report.place.iter().chain(&report.probes).all(|f| f.state != "failed");
    if as_json {
        say(&serde_json::to_string_pretty(&report).unwrap_or_else(|e| format!("{{\"error\": \"{e}\"}}")));
    } else {
        say(&text(&report));
    }
    is_well
}

/// The findings as a person reads them.
pub fn text(report: &Report) -> String {
    let mut lines = vec![format!("Perfdesk {} on {}", report.version, report.machine)];
    for (title, findings) in [("Place", &report.place), ("Probes", &report.probes)] {
        lines.push(format!("\n{title}"));
        lines.extend(findings.iter().map(|f| format!("  {:<9} {:<22} {}", f.state, f.what, f.words)));
    }
    lines.push("\nOwn cost".into());
    lines.push(format!(
        "  one pass over all probes {:.2} ms, {} series, {} processes",
        report.pass_ms, report.series, report.processes
    ));
    if let Some(bytes) = report.rss_bytes {
        lines.push(format!("  {:.1} MB resident", bytes as f64 / 1e6));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_reads_top_down() {
        let report = Report {
            version: "1.2.3",
            machine: "atlas".into(),
            place: vec![finding("display", "not here", "no display is set")],
            probes: vec![finding("CPU", "ok", "9 series, 0.10 ms")],
            pass_ms: 1.0,
            processes: 70,
            series: 9,
            cpu_seconds: Some(0.1),
            rss_bytes: Some(12_300_000),
        };
        let expect = "Perfdesk 1.2.3 on atlas\n\nPlace\n  not here  display                no display is set\n\nProbes\n  \
                      ok        CPU                    9 series, 0.10 ms\n\nOwn cost\n  one pass over all probes 1.00 ms, 9 \
                      series, 70 processes\n  12.3 MB resident";
        assert_eq!(text(&report), expect);
    }

    #[test]
    fn folders_and_documents_that_do_not_serve_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("settings.ron"), "(\n zoom: much)").expect("a file");
        let documents = document_findings(folder.path());
        assert_eq!(documents.len(), 1, "{documents:?}");
        assert_eq!((&*documents[0].what, documents[0].state), ("settings.ron", "failed"));
        assert!(documents[0].words.contains("line 2, column"), "{documents:?}");
        let state = |path: &Path| folder_finding("folder", path).state;
        assert_eq!(state(folder.path()), "ok");
        assert_eq!(state(&at("new/and/deep")), "ok", "it can be made");
        assert_eq!(state(&at("settings.ron")), "failed", "a file stands there");
        assert_eq!(state(&at("settings.ron/below")), "failed", "a file stands above it");
    }
}
