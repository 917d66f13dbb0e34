//! Whole documents in every form: expected text, hostile names, and odd documents.

use std::sync::Arc;

use super::*;
use crate::analysis::moments::{Notable, NotableKind};
use crate::model::quantity::THIN_SPACE;
use crate::model::{
    Annotation, AnnotationId, AnnotationKind, AnnotationText, Bucket, BusyProcess, MachineInfo, ProbeId, ProcessKey,
    SeriesDef, SeriesGroup, SeriesKey, Tier, TimeRange, Timestamp, Unit, Units,
};

/// 2026-11-24T13:00:00Z.
const START: i64 = 1_795_525_200;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis((START + seconds) * 1000)
}

fn series(metric: &str, unit: Unit, name: &str) -> Arc<SeriesDef> {
    let (key, group) = (SeriesKey::new(metric, &[]), SeriesGroup::Cpu);
    Arc::new(SeriesDef { key, unit, group, name: name.into(), instance: "".into(), probe: ProbeId("a"), cadence: None })
}

fn bucket(seconds: i64, (min, mean, max): (f32, f32, f32), gap_before: bool) -> Bucket {
    Bucket { at: at(seconds), min, max, mean, count: 10, gap_before }
}

/// An hour with nothing in it.
fn empty() -> ReportDoc {
    ReportDoc {
        title: String::new(),
        remarks: String::new(),
        version: "0.1.0".into(),
        generated_at: at(7200),
        offset_seconds: 3600,
        units: Units::default(),
        machine: None,
        machine_note: String::new(),
        range: TimeRange { start: at(0), end: at(3600) },
        covers: None,
        kept: Kept { tier: Tier::Full, interval_millis: 0 },
        gaps: Vec::new(),
        charts: Vec::new(),
        figures: Vec::new(),
        moments: Vec::new(),
        annotations: Vec::new(),
        left_out: Vec::new(),
    }
}

/// A small document with everything in it, the series, the process and the words named by `name`.
fn small(name: &str) -> ReportDoc {
    let cpu = series("system.cpu.utilization", Unit::Ratio, name);
    let values = (0.05, 0.1, 0.2);
    let buckets = vec![bucket(0, values, true), bucket(600, (0.1, 0.5, 0.98), false), bucket(1800, values, true)];
    let process = BusyProcess {
        key: ProcessKey { pid: 71, start_mark: 1 },
        name: name.into(),
        command: name.into(),
        user: "ann".into(),
        cpu_cores: Some(1.5),
        memory_bytes: Some(3 << 20),
        read_bytes_per_second: None,
        write_bytes_per_second: Some(2048),
    };
    let notable = Notable {
        subject: 0,
        kind: NotableKind::Peak,
        at: at(600),
        span: (at(600), at(600)),
        value: 0.98,
        usual: 0.1,
        clarity: 9.0,
        sentence: format!("{name} rose to 98\u{2009}%, usually 10.0\u{2009}%"),
    };
    let note = AnnotationText {
        at: at(900),
        until: Some(at(960)),
        kind: AnnotationKind::Note,
        text: name.into(),
        detail: "more".into(),
    };
    ReportDoc {
        title: format!("About {name}"),
        remarks: format!("First {name}\nsecond"),
        machine: Some(MachineInfo {
            host: name.into(),
            system: "Debian 12".into(),
            n_cores: 8,
            memory_bytes: 16 << 30,
            ..MachineInfo::default()
        }),
        machine_note: "as of now".into(),
        covers: Some(TimeRange { start: at(0), end: at(3599) }),
        kept: Kept { tier: Tier::Full, interval_millis: 1000 },
        gaps: vec![TimeRange { start: at(1200), end: at(1800) }],
        charts: vec![ReportChart {
            title: name.into(),
            step_millis: 600_000,
            curves: vec![ReportCurve { def: Arc::clone(&cpu), buckets }],
        }],
        figures: vec![FigureRow {
            def: cpu,
            n_samples: 3000,
            n_values: 3000,
            min: 0.05,
            median: 0.1,
            p95: 0.5,
            max: 0.98,
            mean: 0.2333,
        }],
        moments: vec![ReportMoment { notable, processes: vec![process], processes_at: Some(at(600)) }],
        annotations: vec![Annotation { id: AnnotationId(4), text: note }],
        left_out: vec!["One series is left out".into()],
        ..empty()
    }
}

fn text(doc: &ReportDoc, format: ReportFormat) -> String {
    String::from_utf8(render(doc, format)).expect("text").replace([THIN_SPACE, '\u{202F}'], " ")
}

/// The text of every tag of an HTML page that is opened and not closed, or closed and not opened.
fn unbalanced(page: &str) -> Vec<String> {
    const VOID: [&str; 3] = ["meta", "br", "!DOCTYPE"];
    let page = page.split_once("<style>").map_or(page.to_owned(), |(head, rest)| {
        format!("{head}{}", rest.split_once("</style>").expect("the end of the style").1)
    });
    let mut open: Vec<String> = Vec::new();
    let mut faults = Vec::new();
    for piece in page.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else {
            faults.push(format!("no end: {piece}"));
            continue;
        };
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
        if tag.starts_with('/') {
            if open.pop().as_deref() != Some(&*name) {
                faults.push(format!("</{name}>"));
            }
        } else if !tag.ends_with('/') && !VOID.contains(&&*name) {
            open.push(name);
        }
        if tag.matches('"').count() % 2 == 1 {
            faults.push(format!("odd quotes: {tag}"));
        }
    }
    faults.extend(open);
    faults
}

#[test]
fn markdown_says_it_all() {
    let page = text(&small("CPU"), ReportFormat::Markdown);
    let (told, method) = page.split_once("\n## How each figure was computed\n").expect("a method");
    assert_eq!(
        told,
        "# About CPU\n\
         \n\
         2026-11-24 14:00:00 to 15:00:00 UTC+01:00, 60 min\n\
         \n\
         **CPU at 10.0 % by the median, 98 % at most; one moment stood out. Recorded for 83.3 % of the time, with one \
         gap.**\n\
         \n\
         > First CPU\n\
         > second\n\
         \n\
         ## Machine and period\n\
         \n\
         - Host: CPU\n\
         - System: Debian 12\n\
         - Logical cores: 8\n\
         - Memory: 16.0 GiB\n\
         - First and last sample: 2026-11-24 14:00:00 to 14:59:59\n\
         - Coverage: Recorded for 83.3 % of the time, with one gap\n\
         - Kept as: Every sample, one each 1 s\n\
         - as of now\n\
         - One series is left out\n\
         \n\
         ## Notable moments\n\
         \n\
         | Time | What | Busiest then |\n\
         | --- | --- | --- |\n\
         | 2026-11-24 14:10:00 | CPU rose to 98 %, usually 10.0 % | CPU (process 71: 1.50 cores, 3.00 MiB, disk 2.05 kB/s) |\n\
         \n\
         ## Key figures\n\
         \n\
         | Series | Unit | Samples | Least | Median | 95th percentile | Greatest | Mean |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n\
         | CPU | % | 3,000 | 5.0 | 10.0 | 50.0 | 98.0 | 23.3 |\n\
         \n\
         ## Annotations\n\
         \n\
         | Time | About | Words |\n\
         | --- | --- | --- |\n\
         | 2026-11-24 14:15:00 to 14:16:00 | Notes | CPU more |\n\
         \n\
         ## Gaps\n\
         \n\
         | Nothing was recorded | For |\n\
         | --- | --- |\n\
         | 2026-11-24 14:20:00 to 14:30:00 | 10 min |\n"
    );
    assert!(method.contains("Hyndman and Fan") && method.contains("Here a bucket is 600 s"), "{method}");
    assert!(method.ends_with("\nMade by Perfdesk 0.1.0 on 2026-11-24 16:00:00 UTC+01:00\n"), "{method}");
}

#[test]
fn csv_has_a_row_of_base_units_for_each_series() {
    assert_eq!(
        text(&small("a \"b\", c"), ReportFormat::Csv),
        "series,name,instance,unit,samples,min,median,p95,max,mean,values,from,to\r\n\
         system.cpu.utilization,\"a \"\"b\"\", c\",,1,3000,0.05,0.1,0.5,0.98,0.2333,3000,2026-11-24T13:00:00.000Z,\
         2026-11-24T14:00:00.000Z\r\n"
    );
}

#[test]
fn json_keeps_its_names_and_units() {
    let value: serde_json::Value = serde_json::from_slice(&render(&small("CPU"), ReportFormat::Json)).expect("JSON");
    for (pointer, expect) in [
        ("/format", "\"perfdesk-report\""),
        ("/format_version", "1"),
        ("/period/start", "\"2026-11-24T13:00:00.000Z\""),
        ("/utc_offset_seconds", "3600"),
        ("/kept_as", "\"every sample\""),
        ("/machine/memory_bytes", "17179869184"),
        ("/figures/0/series", "\"system.cpu.utilization\""),
        ("/figures/0/unit", "\"1\""),
        ("/figures/0/p95", "0.5"),
        ("/moments/0/kind", "\"peak\""),
        ("/moments/0/series", "\"system.cpu.utilization\""),
        ("/moments/0/processes/0/disk_write_bytes_per_second", "2048"),
        ("/annotations/0/kind", "\"note\""),
        ("/charts/0/curves/0/buckets/1", "[1795525800000,0.1,0.5,0.98,10]"),
        ("/gaps/0/end", "\"2026-11-24T13:30:00.000Z\""),
    ] {
        let found = value.pointer(pointer).map(ToString::to_string).unwrap_or_default();
        assert_eq!(found, expect, "{pointer}");
    }
}

#[test]
fn the_page_is_whole_and_loads_nothing() {
    for doc in [small("CPU"), small("<script>alert(1)</script>\"'&|"), empty()] {
        let page = text(&doc, ReportFormat::Html);
        assert_eq!(unbalanced(&page), Vec::<String>::new());
        for word in ["http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link", "javascript", "onload"]
        {
            assert!(!page.contains(word), "the page holds {word}");
        }
        assert_eq!(page, text(&doc, ReportFormat::Html), "the same document gives the same page");
    }
    assert_eq!(unbalanced("<p><b>x</p>"), ["</p>", "p"], "the test can fail");
}

#[test]
fn the_page_can_be_read_without_seeing_it() {
    let page = text(&small("CPU"), ReportFormat::Html);
    for expect in [
        "<html lang=\"en\">",
        "<title id=\"t1\">CPU, 2026-11-24 14:00:00 to 15:00:00 UTC+01:00, 60 min</title>",
        "<desc id=\"d1\">CPU: from 5.0 % to 98 %, median 10.0 %</desc>",
        "<th scope=\"row\">CPU</th>",
        "<th scope=\"col\">Time</th>",
        "role=\"img\"",
        ">14:20</text>",
        "<title>Nothing was recorded: 2026-11-24 14:20:00 to 14:30:00</title>",
        "<title>2026-11-24 14:15:00 to 14:16:00 CPU</title>",
    ] {
        assert!(page.contains(expect), "{expect} is not in {page}");
    }
    for (what, n) in [("<polyline", 1), ("class=\"dot s1\"", 1), ("class=\"mark\"", 1), ("class=\"gap\"", 1)] {
        assert_eq!(page.matches(what).count(), n, "{what}");
    }
}

#[test]
fn hostile_names_stay_words() {
    let name = "<img src=x onerror=alert(1)>|`\"',\n=1+1";
    let doc = small(name);
    let page = text(&doc, ReportFormat::Html);
    assert!(!page.contains("<img") && page.contains("&lt;img src=x onerror=alert(1)&gt;|`&quot;&#39;, =1+1"));
    let markdown = text(&doc, ReportFormat::Markdown);
    assert!(!markdown.contains("<img") && markdown.contains("&lt;img src=x onerror=alert(1)\\>\\|\\`"));
    let json = render(&doc, ReportFormat::Json);
    let value: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(value.pointer("/figures/0/name").and_then(|v| v.as_str()), Some(name));
    let csv = render(&small("=cmd|' /C calc'!A0"), ReportFormat::Csv);
    let mut reader = csv::Reader::from_reader(&*csv);
    let row = reader.records().next().expect("a row").expect("read");
    assert_eq!((row.len(), row.get(1)), (13, Some("'=cmd|' /C calc'!A0")));
}

#[test]
fn an_empty_period_says_so_in_every_form() {
    for (format, expect) in [
        (ReportFormat::Html, "Nothing was recorded in this period."),
        (ReportFormat::Markdown, "**Nothing was recorded in this period.**"),
        (ReportFormat::Json, "\"covers\":null"),
        (ReportFormat::Csv, "series,name,"),
    ] {
        assert!(text(&empty(), format).contains(expect), "{format:?}");
    }
    assert_eq!(text(&empty(), ReportFormat::Csv).lines().count(), 1);
}

#[test]
fn one_sample_and_odd_values_are_drawn() {
    let odd = |values: &[f32]| {
        let mut doc = small("Odd");
        let buckets = values.iter().enumerate().map(|(i, v)| bucket(i as i64 * 60, (*v, *v, *v), false)).collect();
        doc.charts[0].curves[0].buckets = buckets;
        let page = text(&doc, ReportFormat::Html);
        assert_eq!(unbalanced(&page), Vec::<String>::new(), "{values:?}");
        let drawing = page.split_once("<svg").expect("a drawing").1.split_once("</svg>").expect("its end").0.to_owned();
        assert!(!drawing.contains("NaN") && !drawing.contains("inf"), "{values:?}: {drawing}");
        (drawing.matches("<polyline").count(), drawing.matches("<circle class=\"dot").count())
    };
    for (values, expect) in [
        (&[0.5][..], (0, 1)),
        (&[], (0, 0)),
        (&[0.1, f32::NAN, 0.2, 0.3], (1, 1)),
        (&[f32::INFINITY, 1.0, 2.0], (1, 0)),
        (&[1e-30, 2e-30], (1, 0)),
        (&[1e30, -1e30], (1, 0)),
        (&[0.0, 0.0], (1, 0)),
    ] {
        assert_eq!(odd(values), expect, "{values:?}");
    }
}

#[test]
fn key_figures_of_a_row_share_a_unit() {
    let rows = [
        (Unit::Bytes, 1_048_576.0, 3_221_225_472.0, "GiB 3,000 0.00 1.00 2.00 3.00 1.50"),
        (Unit::BytesPerSecond, 0.0, 12.0, "B/s 3,000 0 4 8 12 6"),
        (Unit::Count("process"), 3.0, 1_500_000.0, "process 3,000 3 500,000 1,000,000 1,500,000 750,000"),
        (Unit::Celsius, -5.0, 55.0, "°C 3,000 −5.0 18.3 36.7 55.0 27.5"),
        (Unit::Ratio, 0.0, 0.0001, "% 3,000 0.000 0.003 0.007 0.010 0.005"),
        (Unit::Cores, 0.0, 1.0, "cores 3,000 0.00 0.33 0.67 1.00 0.50"),
        (Unit::Seconds, 0.0, 0.0, "s 3,000 0 0 0 0 0"),
    ];
    for (unit, min, max, expect) in rows {
        let mut doc = small("It");
        let (median, p95) = (max / 3.0, max * 2.0 / 3.0);
        doc.figures[0] = FigureRow {
            def: series("a", unit, "It"),
            min,
            median,
            p95,
            max,
            mean: max / 2.0,
            ..doc.figures[0].clone()
        };
        let row = figures::text_rows(&doc).remove(0);
        assert_eq!(row.cells.join(" "), expect);
    }
}
