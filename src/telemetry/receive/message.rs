//! The messages of answers: `ExportXServiceResponse` and `google.rpc.Status`, as protobuf and as JSON.

use serde_json::{Value, json};

use super::desk::Form;
use super::refusal::Refusal;
use crate::telemetry::otlp::{Signal, Taken};

/// Bytes of words that a sender is told at most.
const MAX_WORDS: usize = 500;

/// The answer to a request that was taken, whole or in part.
pub fn taken(signal: Signal, form: Form, taken: &Taken) -> Vec<u8> {
    let is_whole = taken.n_rejected == 0 && taken.why.is_empty();
    let why = cut(&taken.why);
    match form {
        _ if is_whole => {
            if form == Form::Json {
                b"{}".to_vec()
            } else {
                Vec::new()
            }
        }
        Form::Json => {
            let rejected = match signal {
                Signal::Metrics => "rejectedDataPoints",
                Signal::Traces => "rejectedSpans",
                Signal::Logs => "rejectedLogRecords",
            };
            // Numbers of 64 bits are texts in JSON.
            let partial = json!({ rejected: taken.n_rejected.to_string(), "errorMessage": why });
            json!({ "partialSuccess": partial }).to_string().into_bytes()
        }
        Form::Protobuf => {
            let mut partial = Vec::new();
            number(&mut partial, 1, taken.n_rejected);
            bytes(&mut partial, 2, why.as_bytes());
            let mut answer = Vec::new();
            bytes(&mut answer, 1, &partial);
            answer
        }
    }
}

/// The answer to a request that is refused.
pub fn refused(form: Form, refusal: &Refusal) -> Vec<u8> {
    let words = cut(&refusal.words);
    match form {
        Form::Json => {
            let status: Value = json!({ "code": refusal.code(), "message": words });
            status.to_string().into_bytes()
        }
        Form::Protobuf => {
            let mut status = Vec::new();
            number(&mut status, 1, refusal.code().into());
            bytes(&mut status, 2, words.as_bytes());
            status
        }
    }
}

/// Words short enough for an answer.
pub fn cut(words: &str) -> &str {
    crate::telemetry::otlp::common::cut(words, MAX_WORDS)
}

/// A field with a number; none for zero, which is what its absence means.
fn number(out: &mut Vec<u8>, field: u8, number: u64) {
    if number > 0 {
        out.push(field << 3);
        varint(out, number);
    }
}

/// A field with bytes; none where there are none, which is what its absence means.
fn bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    if !bytes.is_empty() {
        out.push(field << 3 | 2);
        varint(out, bytes.len() as u64);
        out.extend(bytes);
    }
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::super::refusal::RefusalKind;
    use super::*;

    #[test]
    fn answers_are_what_the_specification_has() {
        let part = Taken { n_rejected: 300, why: "too old".into() };
        for (signal, expect) in [
            (Signal::Metrics, r#"{"partialSuccess":{"errorMessage":"too old","rejectedDataPoints":"300"}}"#),
            (Signal::Traces, r#"{"partialSuccess":{"errorMessage":"too old","rejectedSpans":"300"}}"#),
            (Signal::Logs, r#"{"partialSuccess":{"errorMessage":"too old","rejectedLogRecords":"300"}}"#),
        ] {
            assert_eq!(str::from_utf8(&taken(signal, Form::Json, &part)), Ok(expect));
            assert_eq!(taken(signal, Form::Protobuf, &part), b"\x0a\x0c\x08\xac\x02\x12\x07too old");
        }
        assert_eq!(taken(Signal::Logs, Form::Protobuf, &Taken::default()), b"");
        assert_eq!(taken(Signal::Logs, Form::Json, &Taken::default()), b"{}");
        let refusal = Refusal::new(RefusalKind::Malformed, "no");
        assert_eq!(refused(Form::Protobuf, &refusal), b"\x08\x03\x12\x02no");
        assert_eq!(refused(Form::Json, &refusal), br#"{"code":3,"message":"no"}"#);
    }

    #[test]
    fn words_are_cut_at_a_whole_character() {
        let long = Taken { n_rejected: 0, why: "é".repeat(1000) };
        let answer = taken(Signal::Logs, Form::Protobuf, &long);
        assert!(str::from_utf8(&answer[6..]).is_ok() && answer.len() == 506, "{}", answer.len());
    }
}
