//! Guesses at files, as tables.

use super::*;
use crate::model::Unit;

/// A guess in short: `delimiter header time@column:form columns`.
fn guess(text: &str) -> String {
    let found = look(text.as_bytes(), true, "x");
    let mapping = &found.mapping;
    if let Some(problem) = &found.problem {
        return format!("! {problem}");
    }
    let columns: Vec<String> =
        mapping.columns.iter().map(|c| format!("{}:{}*{}[{}]", c.index, c.name, c.factor, c.unit.ucum())).collect();
    let header = if mapping.has_header { "head" } else { "bare" };
    let time = format!("{}@{:?}", mapping.time_column, mapping.time_form);
    format!("{} {header} {time} {}", char::from(mapping.delimiter).escape_default(), columns.join(" "))
}

#[test]
fn files_of_other_tools_are_guessed() {
    for (text, expect) in [
        (
            "time,cpu [%],latency_ms\n2026-11-24T03:00:00Z,12,5\n2026-11-24T03:00:01Z,13,6\n",
            ", head 0@Iso 1:cpu*0.01[1] 2:latency_ms*0.001[s]",
        ),
        (
            "\u{feff}Time;Last;Speicher (MiB)\r\n2026-11-24 03:00:00;0,5;1.024,5\r\n",
            "; head 0@Iso 1:Last*1[{value}] 2:Speicher*1048576[By]",
        ),
        ("1795489200\t1\t2\n1795489201\t1\t2\n", "\\t bare 0@UnixSeconds 1:Column 2*1[{value}] 2:Column 3*1[{value}]"),
        ("host|epoch|rx [By/s]\na|1795489200123|5\n", "| head 1@UnixMillis 2:rx*1[By/s]"),
        (
            "# hostname;interval;timestamp;CPU;%user\nhost;1;2026-11-24 03:00:00 UTC;-1;1,5\n",
            "; head 2@Iso 1:interval*1[{value}] 3:CPU*1[{value}] 4:user*0.01[1]",
        ),
        (
            "elapsed,cpu\n0,1\n1,2\n",
            "! No column holds times such as 2026-11-24 03:00:00, or seconds or milliseconds since 1970",
        ),
        ("time,cpu\n0,1\n1,2\n", ", head 0@UnixSeconds 1:cpu*1[{value}]"),
        (
            "time,cpu,mem\n2026-11-24 03:00:00,2,5\nbad,1,1\n2026-11-24 03:00:01,x,6\n",
            ", head 0@Iso 1:cpu*1[{value}] 2:mem*1[{value}]",
        ),
        (
            "when,cpu\n2026-11-24 03:00:00,2\nbad,1\n2026-11-24 03:00:01,3\n",
            "! No column holds times such as 2026-11-24 03:00:00, or seconds or milliseconds since 1970",
        ),
        ("time,cpu\n2026-11-24 03:00:00,idle\n", "! No column beside the times holds numbers"),
        ("time,cpu\n", "! It has a row of headings and nothing under it"),
        ("cpu\n1\n2\n", "! It has one column alone; times and values need two"),
        ("", "! It is empty"),
        ("a word\0and more", "! It is no text, so no table can be read from it"),
        (
            "time,bucket_seconds,a{x=\"\"1\"\"} [1]\n2026-11-24T03:00:00Z,60,1\n",
            ", head 0@Iso 1:bucket_seconds*1[s] 2:a{x=\"\"1\"\"}*1[1]",
        ),
        (
            "time,\"a{x=\"\"1\"\",y=\"\"2\"\"} [By/s]\"\n2026-11-24T03:00:00Z,1\n",
            ", head 0@Iso 1:a{x=\"1\",y=\"2\"}*1[By/s]",
        ),
        (
            "time,bucket_seconds,a [s],a [s] min,a [s] max,a [s] count\n2026-11-24T03:00:00Z,60,1,0,2,60\n",
            ", head 0@Iso 2:a*1[s]",
        ),
    ] {
        assert_eq!(guess(text), expect, "{text}");
    }
}

#[test]
fn rows_cut_by_the_look_are_not_guessed_at() {
    let found = look(b"time,cpu\n2026-11-24 03:00:00,1\n2026-11-24 03:0", false, "x");
    assert_eq!((found.rows.len(), found.problem), (1, None));
}

#[test]
fn a_file_is_shown_with_its_name_and_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("night run.csv");
    let rows: String = (0..100).map(|i| format!("{},{i}\n", 1_795_489_200 + i)).collect();
    std::fs::write(&path, format!("ts,load\n{rows}")).expect("written");
    let found = preview(&path).expect("a look");
    assert_eq!((found.path, found.bytes), (path.clone(), std::fs::metadata(&path).expect("there").len()));
    assert_eq!((found.mapping.recording.as_str(), found.rows.len()), ("night run", 20));
    assert_eq!(found.headers.iter().map(|h| &**h).collect::<Vec<_>>(), ["ts", "load"]);
    assert_eq!(found.mapping.columns[0].unit, Unit::Count("value"));
    let refused = preview(folder.path()).expect_err("a folder").to_string();
    assert!(refused.starts_with("that is a folder; give the name of a file in it: "), "{refused}");
    let refused = preview(&folder.path().join("none.csv")).expect_err("absent").to_string();
    assert!(refused.starts_with("there is no such file or folder; check the path: "), "{refused}");
}
