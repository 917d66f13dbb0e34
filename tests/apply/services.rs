//! Real programs and a real service on loopback: reloads and questions, good and bad.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Instant;

use perfdesk::apply::world::{Limit, MAX_ANSWER_BYTES, MAX_OUTPUT_BYTES, ProgramOutcome, World as _};
use perfdesk::model::profile::{Conversion, ParamKey, Reload, VerifyAction};
use perfdesk::profile::formats::Written;
use perfdesk::profile::plan::WantedKey;

use super::*;

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(100);

/// A service that gives these answers, one to a connection, and tells the first line and the headers of each request.
fn service(answers: Vec<Vec<u8>>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (tell, told) = channel();
    thread::spawn(move || {
        for answer in answers {
            let Ok((stream, _)) = listener.accept() else { return };
            let _ = tell.send(request(&stream));
            let _ = (&stream).write_all(&answer);
        }
    });
    (address, told)
}

fn request(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn argv(line: &[&str]) -> Vec<String> {
    line.iter().map(|part| (*part).to_owned()).collect()
}

#[test]
fn a_service_is_told_by_a_post_and_asked_by_a_get() {
    let (address, told) = service(vec![
        answer("204 No Content", b""),
        answer("200 OK", br#"{"pool": {"max": 50}}"#),
        answer("200 OK", br#"{"pool": {"max": 24}}"#),
    ]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".env");
    fs::write(&path, "POOL=50\n").expect("written");
    let (mut plan, mut contents) = plan(&[(&path, b"POOL=24\n")]);
    let binding = Arc::clone(&plan.files[0].binding);
    plan.reloads.push((Arc::clone(&binding), Reload::Post { url: format!("{address}/reload?x=1"), timeout: LONG }));
    let get = VerifyAction::Get { url: format!("{address}/config"), fields: Vec::new(), timeout: LONG };
    plan.verifies.push((Arc::clone(&binding), get));
    let wanted = WantedKey {
        param: ParamKey::new("database.pool_max"),
        key: "pool.max".into(),
        value: Written::Int(24),
        conversion: Conversion::Plain,
        is_secret: false,
        is_choice: false,
    };
    contents[0].in_answer.push((binding, vec![wanted]));
    let (mut applier, _) = open(&folder.path().join("data"));
    begin(&mut applier, (plan, contents)).expect("begun");
    assert!(matches!(run(&mut applier), ApplyPhase::OnTrial { .. }), "{:?}", applier.records());
    let requests: Vec<String> = told.iter().collect();
    assert!(requests[0].starts_with("POST /reload?x=1 HTTP/1.1\n"), "{requests:?}");
    assert!(requests[0].to_lowercase().contains("content-length: 0"), "{requests:?}");
    assert!(requests[1].starts_with("GET /config HTTP/1.1\n"), "{requests:?}");
    assert_eq!(requests.len(), 3, "asked until it has the new value");
}

#[test]
fn answers_that_are_none_are_told_in_words_without_the_address() {
    let large = vec![b' '; MAX_ANSWER_BYTES as usize + 1];
    let redirect = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/hush\r\nContent-Length: 0\r\n\r\n".to_vec();
    let endless = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec();
    let mut world = RealWorld::new();
    for (bytes, expect) in [
        (redirect, "it points to another address, which is not followed: write that one into the binding"),
        (answer("200 OK", &large), "its answer is larger than 1 MiB"),
        (endless, "Peer disconnected"),
        (b"hush".to_vec(), ""),
    ] {
        let (address, _told) = service(vec![bytes]);
        let why = world.get(&format!("{address}/?token=hush"), LONG).expect_err("no answer");
        assert!(why.contains(expect) && !why.contains("127.0.0.1"), "{why}");
    }
    let (address, _told) = service(vec![answer("503 Service Unavailable", b"later")]);
    let refused = world.post(&address, LONG).expect("an answer");
    assert_eq!((refused.status, &refused.body[..]), (503, &b"later"[..]));
    for (url, expect) in [
        ("ftp://127.0.0.1/", "its address does not begin with http:// or https://"),
        ("http://", "its address cannot be read"),
        ("http://127.0.0.1:1/", "nothing listens there"),
    ] {
        assert_eq!(world.get(url, LONG).expect_err("no answer"), expect);
        assert_eq!(world.post(url, LONG).expect_err("no answer"), expect);
    }
}

#[test]
fn a_service_that_never_answers_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let begun = Instant::now();
    let why = RealWorld::new().post(&address, SHORT).expect_err("no answer");
    assert_eq!(why.replace('\u{2009}', " "), "no answer within 0.1 s");
    assert!(begun.elapsed() < LONG);
}

#[test]
fn programs_run_without_a_shell_and_the_last_they_print_is_kept() {
    let mut world = RealWorld::new();
    let end = world.run(&argv(&["echo", "$HOME; ls", "a  b"]), LONG);
    assert_eq!((end.outcome, &*end.output), (ProgramOutcome::Ended(0), "$HOME; ls a  b"));
    let script = "cat; printf '\\033[31mto out\\n'; echo to err >&2; exit 7";
    let end = world.run(&argv(&["sh", "-c", script]), LONG);
    assert_eq!((end.outcome, &*end.output), (ProgramOutcome::Ended(7), "[31mto out\nto err"));
    let end = world.run(&argv(&["sh", "-c", "yes line | head -n 100000; echo last"]), LONG);
    assert!(end.output.ends_with("line\nlast") && end.output.len() <= MAX_OUTPUT_BYTES, "{}", end.output.len());
    assert!(end.output.len() > MAX_OUTPUT_BYTES - 10);
    for (line, expect) in
        [(&["/no/such/program"][..], "there is no such program"), (&["/"], "this user may not run it")]
    {
        assert_eq!(world.run(&argv(line), LONG).outcome, ProgramOutcome::NotStarted(expect.into()));
    }
    assert_eq!(world.run(&[], LONG).outcome, ProgramOutcome::NotStarted("no program is named".into()));
}

#[test]
fn a_program_that_hangs_is_ended_with_all_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let mark = folder.path().join("pid");
    let script = format!("sleep 1000 & echo $! > '{}'; echo begun; wait", mark.display());
    let begun = Instant::now();
    // Long enough for the shell to have started its child on a busy machine.
    let end = RealWorld::new().run(&argv(&["sh", "-c", &script]), Duration::from_millis(500));
    assert_eq!((end.outcome, &*end.output), (ProgramOutcome::TimedOut, "begun"));
    assert!(begun.elapsed() < LONG, "it is not waited for");
    let pid = fs::read_to_string(&mark).expect("its child");
    // Gone, or dead and waiting for the first process to take notice; on a busy machine its end takes a moment to come.
    let stat = || fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    let is_gone = || Some(stat()).is_none_or(|stat| stat.is_empty() || stat.contains(") Z "));
    while !is_gone() && begun.elapsed() < LONG {
        thread::yield_now();
    }
    assert!(is_gone(), "{}", stat());
}

#[test]
fn a_program_and_a_request_that_hang_are_ended_as_soon_as_they_are_called_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let mark = folder.path().join("pid");
    let script = format!("sleep 1000 & echo $! > '{0}.new'; mv '{0}.new' '{0}'; wait", mark.display());
    let mut world = RealWorld::new();
    let begun = Instant::now();
    let mut is_called_off = || mark.exists();
    let limit = Limit { timeout: LONG, is_called_off: &mut is_called_off };
    let end = world.run_until(&argv(&["sh", "-c", &script]), limit);
    assert_eq!(end.outcome, ProgramOutcome::CalledOff);
    let pid = fs::read_to_string(&mark).expect("its child");
    let stat = || fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    while !(stat().is_empty() || stat().contains(") Z ")) && begun.elapsed() < LONG {
        thread::yield_now();
    }
    assert!(begun.elapsed() < LONG, "its child is ended with it: {}", stat());
    // A service that takes a request and never answers it.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (tell, told) = channel();
    thread::spawn(move || {
        let tell_of = |stream| tell.send(()).map(|()| stream).ok();
        let taken: Vec<TcpStream> = listener.incoming().take(2).flatten().filter_map(tell_of).collect();
        // They stay open until the test is over.
        let _ = (&taken[0]).read(&mut [0; 1 << 16]).and_then(|_| (&taken[0]).read(&mut [0]));
    });
    for is_post in [true, false] {
        let mut is_called_off = || told.try_recv().is_ok();
        let limit = Limit { timeout: LONG, is_called_off: &mut is_called_off };
        let outcome = if is_post { world.post_until(&address, limit) } else { world.get_until(&address, limit) };
        assert_eq!(outcome, Err("it was called off".into()));
    }
    assert!(begun.elapsed() < LONG, "{:?}", begun.elapsed());
}

#[test]
fn a_program_that_leaves_something_running_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let mark = folder.path().join("pid");
    let script = format!("sleep 1000 & echo $! > '{}'; echo begun", mark.display());
    let begun = Instant::now();
    let end = RealWorld::new().run(&argv(&["sh", "-c", &script]), LONG);
    assert_eq!((end.outcome, &*end.output), (ProgramOutcome::Ended(0), "begun"));
    assert!(begun.elapsed() < LONG);
    let pid = fs::read_to_string(&mark).expect("its child");
    // It was let be: a service that a reload starts goes on.
    let killed = RealWorld::new().run(&argv(&["kill", pid.trim()]), LONG);
    assert_eq!(killed.outcome, ProgramOutcome::Ended(0), "{}", killed.output);
}

#[test]
fn a_reload_that_hangs_takes_real_files_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".env");
    fs::write(&path, "POOL=50\r\n").expect("written");
    let (mut plan, contents) = plan(&[(&path, b"POOL=24\r\n")]);
    // Fails to end where the new value stands, and ends at once where the old does.
    let script = "grep -q 50 \"$0\" || exec sleep 1000";
    let line = argv(&["sh", "-c", script, &path.to_string_lossy()]);
    plan.reloads.push((Arc::clone(&plan.files[0].binding), Reload::Run { argv: line, timeout: SHORT }));
    let (mut applier, _) = open(&folder.path().join("data"));
    begin(&mut applier, (plan, contents)).expect("begun");
    let ApplyPhase::RolledBack { why } = run(&mut applier) else { panic!("{:?}", applier.records()) };
    assert!(why.replace('\u{2009}', " ").ends_with(" took longer than 0.1 s and was ended"), "{why}");
    let mut bytes = Vec::new();
    fs::File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)).expect("there");
    assert_eq!(bytes, b"POOL=50\r\n");
}
