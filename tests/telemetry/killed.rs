//! A child process that sends is killed at any moment, while the server is there or not, again and again in one folder.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _, stdout};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use perfdesk::model::Timestamp;
use perfdesk::telemetry::remote_write::Figures;

use super::server::{Answer, Server, samples};
use super::support::{Remote, endpoint, now};

/// The folder and address of a child; set for children alone.
const CHILD: &str = "PERFDESK_TELEMETRY_TEST";
/// A child ends by itself after so many ticks, should nobody kill it.
const MOST: i64 = 100_000;

/// The child: puts ticks in, and says up to which time they are on disk.
#[test]
fn child_that_sends_until_it_is_killed() {
    let Ok(child) = env::var(CHILD) else { return };
    let (folder, rest) = child.split_once('|').expect("a folder");
    let (url, first) = rest.split_once('|').expect("an address");
    let first: i64 = first.parse().expect("a time");
    let remote = Remote::start(Path::new(folder), vec![endpoint("home", url)], &["a.one"]);
    let all = |f: &Figures| f.counts.n_behind + f.counts.n_sent + f.counts.n_refused;
    // What others before it left is on disk already.
    let left = all(&remote.wait_figures("what is there already", "home", |_| true));
    for n in 0..MOST {
        remote.tick(Timestamp::from_millis(first + n), &[n as f64]);
        // What is told of comes after what was put in.
        if n % 20 == 19 {
            remote.wait_figures("that it is on disk", "home", |f| all(f) > left + n as u64);
            writeln!(stdout(), "\nkept {}", first + n).expect("the parent listens");
            stdout().flush().expect("the parent listens");
        }
    }
}

fn start(folder: &Path, url: &str, first: i64) -> Child {
    Command::new(env::current_exe().expect("this test"))
        .args(["--exact", "killed::child_that_sends_until_it_is_killed", "--nocapture"])
        .env(CHILD, format!("{}|{url}|{first}", folder.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child")
}

/// Kills it once it has said so often that ticks are on disk; gives the last time it said.
fn kill(mut child: Child, n_said: usize) -> i64 {
    let mut lines = BufReader::new(child.stdout.take().expect("its words")).lines().map_while(Result::ok);
    let mut said = lines.by_ref().filter_map(|line| line.strip_prefix("kept ")?.parse::<i64>().ok());
    let last = said.by_ref().take(n_said).last();
    child.kill().expect("killed");
    let last = said.last().or(last).expect("it said something");
    child.wait().expect("gone");
    last
}

#[test]
fn no_sample_that_was_on_disk_is_lost_over_outages_and_ends_by_force() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Some(Server::start([]));
    let address: SocketAddr = server.as_ref().expect("there").address;
    let url = server.as_ref().expect("there").url();
    let begin = now().as_millis() - 10_000_000;
    let (mut first, mut kept) = (begin, Vec::new());
    let mut found = Vec::new();
    for round in 0..6 {
        // In every other round nobody listens at first, and then somebody who fails.
        if round % 2 == 1 {
            found.extend(samples(&server.take().expect("there").wait("", |_| true)));
        }
        let child = start(folder.path(), &url, first);
        if round % 2 == 1 {
            server = Some(Server::at(address, (0..3).map(|_| Answer::Status(500, "", ""))));
        }
        let last = kill(child, 1 + round % 2);
        kept.extend(first..=last);
        // Ticks that were put in and not spoken of may be there too.
        first = last + 1_000_000;
    }
    let server = server.expect("there");
    let remote = Remote::start(folder.path(), vec![endpoint("home", &url)], &["a.one"]);
    remote.tick(Timestamp::from_millis(first), &[0.0]);
    let all = server.wait("the last sample", |got| samples(got).iter().any(|(_, at, _)| *at == first));
    remote.wait_figures("that nothing waits", "home", |f| f.counts.n_sent > 0 && f.counts.n_behind == 0);
    found.extend(samples(&all));
    let n = found.len();
    let times: std::collections::BTreeSet<i64> = found.iter().map(|(_, at, _)| *at).collect();
    let lost: Vec<i64> = kept.iter().filter(|at| !times.contains(at)).copied().collect();
    assert!(lost.is_empty(), "{} of {} are lost, the first {:?}", lost.len(), kept.len(), lost.first());
    // A request that was answered when the program was killed is sent once more, and no more than that.
    assert!(n - times.len() <= 6 * 5_000, "{} came twice", n - times.len());
}
