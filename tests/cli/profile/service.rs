//! `profile verify` asks the running service as well: a real one on loopback.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use super::{ENV_IN_PRODUCTION, Machine};

/// A service that answers these, one after the other, and then no more; gives its address.
fn service(answers: &[(&str, &str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/config", listener.local_addr().expect("an address"));
    let answers: Vec<String> = answers
        .iter()
        .map(|(status, body)| {
            format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        })
        .collect();
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((stream, _)) = listener.accept() else { return };
            BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let _ = (&stream).write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn a_service_with_other_values_fails_the_check_and_one_that_does_not_answer_could_not_be_asked() {
    let machine = Machine::bound();
    machine.write(".env", ENV_IN_PRODUCTION);
    let bindings = fs::read_to_string(machine.path("config/bindings.ron")).expect("there");
    let fifty = ("200 OK", r#"{"pool": {"max": 50}, "db": "postgres://me:hunter2@db/x"}"#);
    let forty = ("200 OK", r#"{"pool": {"max": "40"}}"#);
    let later = ("503 Service Unavailable", "");
    let address = service(&[fifty, forty, forty, later, ("200 OK", "<html>")]);
    let verify = format!(
        "verify: get(url: {address:?}, fields: {{\"database.pool_max\": \"pool.max\"}}, timeout: \"5 s\"), keys: ["
    );
    machine.write("config/bindings.ron", &bindings.replacen("keys: [", &verify, 1));
    let line = "profile verify production";
    machine.says(line, 0, &["1 file compared with production: 0 values differ"]);
    let differs = "checkout (the running service): pool.max is 40, expected 50";
    machine.says(line, 1, &[differs, "1 value is not that of production"]);
    let answer = machine.json(line, 1);
    let drift = &answer["bindings"][0]["drift"][0];
    assert_eq!(
        (&answer["holds"], &drift["seen_in"], &drift["found"]),
        (&false.into(), &"service".into(), &"40".into())
    );
    let not_asked = "checkout (the running service) could not be asked: 127.0.0.1:";
    machine.says(line, 1, &[not_asked, "answers with 503", "0 values differ", "1 service could not be asked"]);
    machine.says(line, 1, &[not_asked, "its answer is not JSON", "1 service could not be asked"]);
    // Its listener is closed by now, or will be in a moment.
    let answer = machine.json(line, 1);
    let why = answer["bindings"][0]["unanswered"].as_str().expect("why");
    assert!(why.starts_with("127.0.0.1:"), "{why}");
    assert_eq!((&answer["holds"], answer["bindings"][0]["drift"].as_array().map(Vec::len)), (&false.into(), Some(0)));
}
