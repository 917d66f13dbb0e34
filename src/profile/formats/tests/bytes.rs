//! Files that are no text, and any bytes at all.

use proptest::prelude::*;

use super::int;
use crate::model::profile::FileFormat;
use crate::profile::formats::{FormatError, format_of, scan, set};

#[test]
fn what_is_no_text_is_refused_in_every_format() {
    let big = vec![b' '; (8 << 20) + 1];
    let cases: [(&[u8], &str); 7] = [
        (b"A=1\nB=\xff\n", "line 2: this is not text in UTF-8 (byte 0xff); choose a text file"),
        (b"A=1\n\0", "line 2: this is not text in UTF-8 (byte 0x00); choose a text file"),
        (b"\x7fELF", "line 1: this is not text in UTF-8 (byte 0x7f); choose a text file"),
        (b"\xff\xfeA\0=\0", "this file is in UTF-16; save it as UTF-8 first"),
        (b"\xfe\xff\0A", "this file is in UTF-16; save it as UTF-8 first"),
        (b"\xff\xfe\0\0A\0\0\0", "this file is in UTF-32; save it as UTF-8 first"),
        (&big, "the file has 8388609 bytes; configuration files of up to 8388608 bytes are read"),
    ];
    for format in FileFormat::ALL {
        for (bytes, why) in cases {
            let faults = [scan(format, bytes).map(|_| ()), set(format, bytes, &[]).map(|_| ())];
            for fault in faults {
                assert_eq!(fault.map_err(|fault| fault.to_string()), Err(why.to_owned()), "{}", format.name());
            }
        }
    }
}

#[test]
fn a_fault_knows_its_place() {
    let fault = scan(FileFormat::Json, b"{\n  \"\xc3\xa9\" 1}").expect_err("no colon");
    assert_eq!((fault.line(), fault.column()), (Some(2), Some(7)));
    let twice = scan(FileFormat::Env, b"A=1\nA=2\n").expect_err("twice");
    assert_eq!(twice, FormatError::KeyTwice { key: "A".to_owned(), first: 1, second: 2 });
    assert_eq!((twice.line(), twice.column()), (Some(2), None));
}

/// Pieces that readers stumble over, more often than chance has them.
fn any_text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "\n",
        "\r\n",
        "\r",
        " ",
        "  ",
        "\t",
        "a",
        "b:",
        "c=",
        "'",
        "\"",
        "\\",
        "#",
        " #",
        ";",
        "- ",
        "-",
        "? ",
        ": ",
        ":",
        "=",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ",",
        "|",
        ">",
        "&x ",
        "*x",
        "!t ",
        "<<",
        "---",
        "...",
        "%",
        "//",
        "/*",
        "*/",
        "1",
        "é",
        "\u{feff}",
        "\u{2028}",
        "export ",
        "environment:",
        "A=1",
        "\\u",
        "0x",
        ".",
        "[[",
        "]]",
        "\"\"\"",
        "r#\"",
        "Some(",
        "${x}",
    ];
    prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_reader_fall_over(text in any_text()) {
        for format in FileFormat::ALL {
            read_and_set(format, text.as_bytes());
        }
        let _ = format_of("settings".as_ref(), text.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        for format in FileFormat::ALL {
            read_and_set(format, &bytes);
        }
        let _ = format_of("settings".as_ref(), &bytes);
    }
}

/// Reads; sets what was found, which changes nothing; and sets a value and a new key, which are there then or refused.
fn read_and_set(format: FileFormat, bytes: &[u8]) {
    let found = scan(format, bytes);
    if let Ok(found) = found {
        let same: Vec<_> = found.iter().map(|found| (found.key.clone(), found.value.clone())).collect();
        assert_eq!(
            set(format, bytes, &same).as_deref(),
            Ok(bytes),
            "{}: {:?}",
            format.name(),
            String::from_utf8_lossy(bytes)
        );
        for found in &found {
            let _ = set(format, bytes, &[(found.key.clone(), int(7))]);
        }
    }
    for key in ["new", "a.new", "b.0", "\"x"] {
        if let Ok(new) = set(format, bytes, &[(key.to_owned(), int(7))]) {
            let found = scan(format, &new).expect("what was written is read");
            assert!(found.iter().any(|found| found.key == key && found.text == "7"), "{}: {key}", format.name());
        }
    }
}
