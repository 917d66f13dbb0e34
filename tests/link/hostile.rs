//! What comes from outside is anything: nothing of it breaks a reader, or is taken for more than it is.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use perfdesk::model::link::LinkPhase;
use perfdesk::model::machines::{MachineEntry, Token};
use perfdesk::model::{Snapshot, Timestamp};
use perfdesk::wire::{self, Hello, MAX_RECORD, PARTS, Record, RecordReader, Tick, ViewMove};
use proptest::prelude::*;

use crate::support::Window;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_records_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600), size in 1_usize..64) {
        let mut reader = RecordReader::default();
        'all: for piece in bytes.chunks(size) {
            reader.feed(piece);
            loop {
                match reader.take() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(_) => break 'all,
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_a_part_or_leave_the_snapshot_as_it_was(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        part in 0..PARTS.len(),
    ) {
        let mut snapshot = Snapshot::default();
        if PARTS[part].read(&mut snapshot, &bytes).is_err() {
            prop_assert_eq!(format!("{snapshot:?}"), format!("{:?}", Snapshot::default()));
        }
    }

    #[test]
    fn any_bytes_are_a_command_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(command) = wire::read_command(&bytes) {
            // What reads can be written, and is the same again.
            prop_assert_eq!(wire::read_command(&wire::write_command(&command).expect("written")).expect("read"), command);
        }
    }

    #[test]
    fn a_part_with_a_byte_changed_is_read_or_refused(at in 0_usize..10_000, to in any::<u8>(), part in 0..PARTS.len()) {
        let snapshot = Snapshot::default();
        let mut bytes = PARTS[part].write(&snapshot).expect("written");
        let at = at % bytes.len();
        bytes[at] = to;
        let mut reader = RecordReader::default();
        reader.feed(&bytes);
        if let Ok(Some(Record::Part { name, body })) = reader.take() {
            let mut got = Snapshot::default();
            let _ = wire::Part::by_name(&name).map(|part| part.read(&mut got, &body.0));
        }
    }
}

/// Lengths that lie do not make a reader set memory aside for them.
#[test]
fn a_length_that_lies_costs_nothing() {
    for body in
        [&b"\xdd\xff\xff\xff\xff"[..], b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff"]
    {
        for part in &PARTS {
            part.read(&mut Snapshot::default(), body).expect_err("there is nothing behind it");
        }
        rmp_serde::from_slice::<ViewMove>(body).expect_err("there is nothing behind it");
    }
    // Nested as deep as a record is long.
    let deep = [0x91; 1 << 16];
    for part in &PARTS {
        part.read(&mut Snapshot::default(), &deep).expect_err("too deep");
    }
    let mut reader = RecordReader::default();
    reader.feed(&((MAX_RECORD + 1) as u32).to_be_bytes());
    reader.take().expect_err("too long");
}

/// Something that answers each request with these bytes and then says nothing more.
fn answering(bytes: Vec<u8>) -> MachineEntry {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its number").to_string();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(&bytes);
            held.push(stream);
        }
    });
    MachineEntry { address, token: Token("x".repeat(43)), ..MachineEntry::default() }
}

fn stream(records: &[Record]) -> Vec<u8> {
    let body: Vec<u8> = records.iter().flat_map(|record| record.write().expect("written")).collect();
    let head = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n", body.len());
    [head.as_bytes(), &body, b"\r\n"].concat()
}

#[test]
fn whatever_answers_is_named_in_words() {
    let hello = |protocol| Record::Hello(Hello { protocol, ..Hello::ours(7, true) });
    let silent = stream(&[hello(1), Record::Tick(Tick { at: Some(Timestamp::from_millis(1)), ..Tick::default() })]);
    for (bytes, refused, words) in [
        (silent, false, "nothing came for 7 s"),
        (stream(&[hello(9)]), true, "speaks protocol 9"),
        (stream(&[Record::Beat]), true, "no agent of Perfdesk"),
        (
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
            true,
            "no agent of Perfdesk, or an older one",
        ),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nnot bytes".to_vec(), false, "too long"),
        (b"220 mail.example.org ESMTP\r\n".to_vec(), false, "is no HTTP"),
    ] {
        let window = Window::open();
        window.add(answering(bytes));
        let why = window.until("a reason", |list| match &list[0].link.phase {
            LinkPhase::Lost { why, .. } if !refused => Some(why.clone()),
            LinkPhase::Refused { why, .. } if refused => Some(why.clone()),
            _ => None,
        });
        assert!(why.contains(words), "{why}");
    }
}
