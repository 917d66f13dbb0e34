//! Drift between a file and the service that read it: the service is a real one on loopback.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use super::*;

/// What a service answers.
#[derive(Clone)]
enum Reply {
    /// This status and this body.
    With(&'static str, &'static str),
    /// Nothing, and the connection stays open.
    Silence,
}

/// A service on loopback whose answer may be changed at any time; it ends with the test.
struct Service {
    url: String,
    reply: Arc<Mutex<Reply>>,
    asked: Receiver<()>,
}

impl Service {
    fn begin(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/config", listener.local_addr().expect("an address"));
        let reply = Arc::new(Mutex::new(reply));
        let (tell, asked) = mpsc::channel();
        let shared = reply.clone();
        std::thread::spawn(move || {
            let mut silent: Vec<TcpStream> = Vec::new();
            for stream in listener.incoming().flatten() {
                // The whole request is read: a connection closed before is an error to who asks.
                BufReader::new(&stream)
                    .lines()
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .for_each(drop);
                let answer = shared.lock().expect("no test failed within").clone();
                if tell.send(()).is_err() {
                    return;
                }
                match answer {
                    Reply::With(status, body) => {
                        let length = body.len();
                        let head =
                            format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                        let _ = (&stream).write_all(format!("{head}{body}").as_bytes());
                    }
                    Reply::Silence => silent.push(stream),
                }
            }
        });
        Self { url, reply, asked }
    }

    /// Waits until it was asked once more; a reply that is set from here on is that to the next question.
    fn is_asked(&self) {
        self.asked.recv_timeout(Duration::from_secs(20)).expect("it is asked");
    }

    fn replies(&self, reply: Reply) {
        *self.reply.lock().expect("no test failed within") = reply;
    }

    /// Binds the file of a service, which is asked for its pool.
    fn bind(&self, run: &Run, path: &Path, timeout: Duration) {
        let param = || ParamKey::new("database.pool_max");
        let binding = Binding {
            id: "checkout".into(),
            path: path.into(),
            format: FileFormat::Env,
            keys: vec![BoundKey { param: param(), key: "DB_POOL_MAX".into(), conversion: Conversion::Plain }],
            reload: None,
            verify: Some(VerifyAction::Get {
                url: self.url.clone(),
                fields: vec![(param(), "pool.max".into())],
                timeout,
            }),
        };
        run.send(Command::Binding(BindingCommand::Save(binding)));
        run.until("the binding", |s| s.tuning.bindings.len() == 1);
    }
}

const FIFTY: Reply = Reply::With("200 OK", r#"{"pool": {"max": 50}}"#);
const FORTY: Reply = Reply::With("200 OK", r#"{"pool": {"max": 40}}"#);

#[test]
fn a_service_that_has_other_values_than_its_file_is_drift_and_one_that_does_not_answer_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, service) = (env(folder.path()), Service::begin(FIFTY));
    fs::write(&path, ENV_IN_PRODUCTION).expect("written");
    let run = Run::begin(folder.path(), 0);
    service.bind(&run, &path, Duration::from_millis(300));
    // Its file has the values already, so that it is asked once.
    run.apply("production", 30);
    service.is_asked();
    service.replies(FORTY);
    let state = |s: &Snapshot| s.tuning.bindings[0].clone();
    run.tick(70);
    service.is_asked();
    let drifted = run.until("drift", |s| !state(s).drift.is_empty());
    let value = &state(&drifted).drift[0];
    assert_eq!(
        (value.seen_in, &*value.key, value.found.as_deref(), &*value.expected, value.since),
        (SeenIn::Service, "pool.max", Some("40"), "50", TestClock::at(70))
    );
    let differs = format!("The service of {} differs from production | pool.max is 40 instead of 50", path.display());
    assert!(is_told(&drifted, &differs), "{:?}", told(&drifted));
    // A file that is looked at meanwhile says nothing of the service.
    fs::write(&path, text(&path).replace("50", "51")).expect("written");
    run.tick(76);
    let both = run.until("both", |s| state(s).drift.len() == 2);
    let seen: Vec<SeenIn> = state(&both).drift.iter().map(|value| value.seen_in).collect();
    assert_eq!(seen, [SeenIn::File, SeenIn::Service]);
    fs::write(&path, text(&path).replace("51", "50")).expect("written");
    for (second, reply, expect) in [
        (140, Reply::Silence, "no answer within 0.3 s"),
        (210, Reply::With("503 Service Unavailable", ""), "answers with 503"),
        (280, Reply::With("200 OK", "soon"), "its answer is not JSON"),
    ] {
        service.replies(reply);
        run.tick(second);
        service.is_asked();
        let why = |s: &Snapshot| state(s).unanswered.map(|why| why.replace('\u{2009}', " ")).unwrap_or_default();
        let silent = run.until(expect, |s| why(s).contains(expect));
        assert!(state(&silent).drift.is_empty(), "nothing is known: {:?}", state(&silent).drift);
        assert!(is_told(&silent, &format!("The service of {} could not be asked | 127.0.0.1:", path.display())));
        assert!(!is_told(&silent, "differs from"), "{:?}", told(&silent));
    }
    service.replies(FIFTY);
    run.tick(350);
    let well = run.until("all is well", |s| state(s).unanswered.is_none());
    assert!(!is_told(&well, "could not be asked") && state(&well).drift.is_empty(), "{:?}", told(&well));
    run.end();
}

#[test]
fn a_service_that_does_not_answer_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, service) = (env(folder.path()), Service::begin(FIFTY));
    let run = Run::begin_in_real_time(folder.path());
    service.bind(&run, &path, Duration::from_secs(600));
    run.keep("production");
    service.replies(Reply::Silence);
    while service.asked.try_recv().is_ok() {}
    let begun = Instant::now();
    for i in 0..6 {
        run.send(Command::Binding(BindingCommand::Check));
        service.is_asked();
        // A question takes five seconds at most; a plan is there at once all the same.
        run.plan(if i % 2 == 0 { "testing" } else { "production" });
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    run.end();
}
