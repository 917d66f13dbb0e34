//! Real exporters, scraped: every line of theirs is read. Where they are not installed, this says so and passes.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use perfdesk::telemetry::scrape::{Families, Format};

use super::installed::free_address;
use super::scrape_support::{Watching, target};
use super::support::PATIENCE;

/// An exporter that is ended when this is dropped.
struct Exporter(Child);

impl Exporter {
    fn start(program: &str, arguments: &[String], address: SocketAddr) -> Self {
        let child = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let exporter = Self(child.expect("it starts"));
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "{address} does not answer");
            thread::yield_now();
        }
        exporter
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Scrapes it, and reads what it says in each format that it knows.
#[allow(clippy::print_stderr)]
fn check(program: &str, arguments: &[String], address: SocketAddr, known: &str) {
    if !Path::new(program).exists() {
        eprintln!("{program} is not installed; nothing was tested");
        return;
    }
    let _exporter = Exporter::start(program, arguments, address);
    let url = format!("http://{address}/metrics");
    let watching = Watching::targets(vec![target("exporter", &url)]);
    let seen = watching.wait("exporter", |seen| seen.iter().filter(|seen| seen.found.is_ok()).count() >= 2);
    let found = seen.last().and_then(|seen| seen.found.clone().ok()).expect("a good one");
    assert!(found.ends_with('\n'), "a line could not be read: {}", found.lines().last().unwrap_or_default());
    assert!(found.lines().any(|line| line.starts_with(known)), "{known} is not there");
    for accept in ["text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0"] {
        let mut answer = ureq::get(&url).header("Accept", accept).call().expect("an answer");
        let kind = answer.headers().get("Content-Type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let format = Format::of_content_type(kind);
        let body = answer.body_mut().read_to_string().expect("a text");
        let families = Families::read(body.as_bytes(), format, 10_000);
        assert_eq!((families.n_bad_lines, families.bad_line.as_str()), (0, ""));
        let n_lines = body.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
        assert_eq!(families.n_samples as usize, n_lines);
        eprintln!("{program}, {format:?}: {n_lines} samples, {} series", families.points().len());
    }
}

#[test]
fn every_line_of_the_node_exporter_is_read() {
    let address = free_address();
    let arguments = [format!("--web.listen-address={address}")];
    check("/usr/bin/prometheus-node-exporter", &arguments, address, "node_cpu_seconds_total ");
}

#[test]
fn every_line_of_the_process_exporter_is_read() {
    let address = free_address();
    let arguments = [format!("-web.listen-address={address}"), "-procnames=cargo,sh,bash".into()];
    check("/usr/bin/prometheus-process-exporter", &arguments, address, "namedprocess_");
}
