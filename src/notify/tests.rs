//! Ways that tell for real: services on loopback, programs of the system.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::alert::document::read_rule;
use crate::alert::telling::{Message, Told, Way};
use crate::model::alert::{ActionKind, ProgramAction, Webhook};
use crate::model::{SeriesKey, Timestamp};

fn message() -> Message {
    let rule = read_rule(r#"(id: "cpu", name: "CPU high", when: ["a > 80 %"], severity: "critical")"#);
    let at = Timestamp::from_millis(1_700_000_000_000);
    let told = Told {
        rule: Arc::new(rule.expect("a rule")),
        instance: SeriesKey::new("a", &[("host.name", "db \"1\"")]),
        name: "db \"1\"".into(),
        alert: None,
        text: "at 95 %\nand rising".into(),
        value: 0.95,
        pending_from: at,
        start: at,
        end: None,
    };
    Message { way: Way::Desktop, firing: vec![told], n_held: 2, ..Message::default() }
}

fn quick() -> Patience {
    let millis = Duration::from_millis;
    Patience { back_off: [millis(1), millis(5), millis(25)], try_time_out: millis(2000), time_out: millis(10_000) }
}

fn ways(patience: Patience) -> (Ways, Receiver<Outcome>) {
    let (report, reported) = mpsc::channel();
    let report = move |outcome| {
        let _ = report.send(outcome);
    };
    (Ways::new(Arc::new(report), patience), reported)
}

fn webhook(listener: &TcpListener) -> Webhook {
    let address = listener.local_addr().expect("bound");
    Webhook { name: address.to_string().into(), url: format!("http://{address}/hook/secret-token").into() }
}

fn order(webhook: &Webhook) -> Order {
    Order::Webhook { webhook: webhook.clone(), message: Arc::new(message()), host: "box".into() }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a port")
}

/// Reads one request; gives its first line and its body.
fn request(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).expect("a line");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    (first.trim().to_owned(), String::from_utf8(body).expect("text"))
}

/// Answers each request with the next of these statuses.
fn answering(statuses: &'static [u16]) -> (Webhook, Receiver<(String, String)>) {
    let listener = listener();
    let hook = webhook(&listener);
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().expect("a caller");
            let heard = request(&stream);
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).expect("answered");
            let _ = tell.send(heard);
        }
    });
    (hook, told)
}

fn outcome(reported: &Receiver<Outcome>) -> Outcome {
    reported.recv_timeout(Duration::from_secs(20)).expect("reported")
}

#[test]
fn a_webhook_gets_the_alerts_as_json_and_words() {
    let (hook, heard) = answering(&[200]);
    let (mut ways, reported) = ways(quick());
    ways.send(order(&hook)).expect("room");
    let told = outcome(&reported);
    assert_eq!((told.is_ok, told.text, told.rules), (true, format!("{} answered 200", hook.name), vec!["cpu".into()]));
    let (first, body) = heard.recv().expect("heard");
    assert_eq!(first, "POST /hook/secret-token HTTP/1.1");
    let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(json["status"], "firing");
    assert_eq!(json["text"], "CPU high: at 95 %\nand rising; 2 messages before this were held back");
    assert_eq!((&json["host"], &json["n_held_back"]), (&"box".into(), &2.into()));
    let alert = &json["alerts"][0];
    assert_eq!((&alert["rule"], &alert["severity"]), (&"cpu".into(), &"critical".into()));
    assert_eq!((&alert["value"], &alert["threshold"], &alert["unit"]), (&0.95.into(), &0.8.into(), &"1".into()));
    assert_eq!((&alert["start"], &alert["instance"]), (&"2023-11-14T22:13:20.000Z".into(), &"db \"1\"".into()));
}

#[test]
fn what_may_pass_is_tried_again_and_what_will_not_is_not() {
    for (statuses, is_ok, text) in [
        (&[503, 429, 204][..], true, "answered 204 (3 tries)"),
        (&[500, 500, 500, 502][..], false, "answered 502 (4 tries)"),
        (&[404][..], false, "answered 404"),
        (&[302][..], false, "answered 302: it points elsewhere, which is not followed"),
    ] {
        let (hook, heard) = answering(Vec::leak(statuses.to_vec()));
        let (mut ways, reported) = ways(quick());
        ways.send(Order::TestWebhook { webhook: hook.clone(), host: "box".into() }).expect("room");
        let told = outcome(&reported);
        assert_eq!((told.is_ok, told.text), (is_ok, format!("{} {text}", hook.name)), "{statuses:?}");
        assert_eq!(told.tested, Some(hook.name));
        assert_eq!(heard.iter().count(), statuses.len());
    }
    let (mut ways, reported) = ways(quick());
    let gone = webhook(&listener());
    ways.send(order(&gone)).expect("room");
    let told = outcome(&reported);
    assert_eq!((told.is_ok, told.text), (false, format!("{}: nothing listens there (4 tries)", gone.name)));
    let odd = Webhook { name: "odd".into(), url: "http://[secret".into() };
    ways.send(order(&odd)).expect("room");
    let told = outcome(&reported);
    assert!(!told.is_ok && !told.text.contains("secret"), "{}", told.text);
}

#[test]
fn a_webhook_that_hangs_holds_up_nobody_is_bounded_and_ends_with_the_program() {
    // It takes connections and never answers.
    let hanging = listener();
    let hook = webhook(&hanging);
    let patience = Patience { try_time_out: Duration::from_secs(60), time_out: Duration::from_secs(60), ..quick() };
    let (mut ways, reported) = ways(patience);
    let n_taken = (0..WAY_CAPACITY + 10).filter(|_| ways.send(order(&hook)).is_ok()).count();
    // One may be under way beside those that wait.
    assert!((WAY_CAPACITY..=WAY_CAPACITY + 1).contains(&n_taken), "{n_taken}");
    let (other, _heard) = answering(&[200]);
    ways.send(order(&other)).expect("room");
    assert!(outcome(&reported).text.starts_with(&*other.name));
    // Not the desktop's way: a test shows nothing to whoever works on this machine.
    let action = ProgramAction { argv: vec!["/nowhere/at-all".into()], time_out: Duration::from_secs(20) };
    ways.send(Order::Program { action, message: Arc::new(message()), host: "box".into() }).expect("room");
    assert_eq!(outcome(&reported).kind, ActionKind::Program);
    let began = Instant::now();
    for thread in ways.close() {
        thread.join().expect("ends");
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(reported.try_recv().is_err(), "nothing is said of what the end cut off");
}

#[cfg(unix)]
fn run(argv: &[&str], time_out: Duration) -> Outcome {
    let (mut ways, reported) = ways(quick());
    let action = ProgramAction { argv: argv.iter().map(|arg| (*arg).into()).collect(), time_out };
    ways.send(Order::Program { action, message: Arc::new(message()), host: "box".into() }).expect("room");
    outcome(&reported)
}

#[cfg(unix)]
#[test]
fn a_program_gets_the_values_as_variables_and_no_shell_reads_them() {
    let script = r#"printf '%s|' "$PERFDESK_STATUS" "$PERFDESK_RULE" "$PERFDESK_INSTANCE" "$PERFDESK_VALUE" "$1""#;
    let told = run(&["/bin/sh", "-c", script, "sh", "$(id)"], Duration::from_secs(20));
    assert_eq!((told.is_ok, &*told.text), (true, "It ended with 0: firing|cpu|db \"1\"|0.95|$(id)|"));
    let told = run(&["/bin/sh", "-c", "echo no >&2; exit 3"], Duration::from_secs(20));
    assert_eq!((told.is_ok, &*told.text), (false, "It ended with 3: no"));
    let told = run(&["/nowhere/at-all"], Duration::from_secs(20));
    assert_eq!((told.is_ok, &*told.text), (false, "It was not started: there is no such program"));
}

#[cfg(unix)]
#[test]
fn a_program_that_fills_its_output_and_never_ends_is_ended_and_its_output_is_bounded() {
    let told = run(&["/bin/sh", "-c", "sleep 600 & yes filling"], Duration::from_millis(300));
    assert!(!told.is_ok && told.text.starts_with("It took longer than 300 ms and was ended: "), "{:.80}", told.text);
    assert!((1000..5000).contains(&told.text.len()), "{} bytes", told.text.len());
}
