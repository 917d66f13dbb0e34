//! Units out of headings: `cpu [%]`, `latency_ms`, `rx (KB/s)`, `disk_read_bytes_per_second`.

use crate::model::Unit;
use crate::store::history::unit_named;

/// A unit and what a number in it is multiplied by to be in the unit's base.
pub type Scale = (Unit, f64);

const K: f64 = 1024.0;

/// Words that are units wherever they stand at the end of a heading, in any case.
const WORDS: [(&str, Scale); 60] = [
    ("%", (Unit::Ratio, 0.01)),
    ("percent", (Unit::Ratio, 0.01)),
    ("percentage", (Unit::Ratio, 0.01)),
    ("pct", (Unit::Ratio, 0.01)),
    ("ratio", (Unit::Ratio, 1.0)),
    ("seconds", (Unit::Seconds, 1.0)),
    ("second", (Unit::Seconds, 1.0)),
    ("secs", (Unit::Seconds, 1.0)),
    ("sec", (Unit::Seconds, 1.0)),
    ("ms", (Unit::Seconds, 1e-3)),
    ("msec", (Unit::Seconds, 1e-3)),
    ("millis", (Unit::Seconds, 1e-3)),
    ("milliseconds", (Unit::Seconds, 1e-3)),
    ("us", (Unit::Seconds, 1e-6)),
    ("µs", (Unit::Seconds, 1e-6)),
    ("μs", (Unit::Seconds, 1e-6)),
    ("usec", (Unit::Seconds, 1e-6)),
    ("micros", (Unit::Seconds, 1e-6)),
    ("microseconds", (Unit::Seconds, 1e-6)),
    ("ns", (Unit::Seconds, 1e-9)),
    ("nanos", (Unit::Seconds, 1e-9)),
    ("nanoseconds", (Unit::Seconds, 1e-9)),
    ("minutes", (Unit::Seconds, 60.0)),
    ("hours", (Unit::Seconds, 3600.0)),
    ("byte", (Unit::Bytes, 1.0)),
    ("bytes", (Unit::Bytes, 1.0)),
    ("by", (Unit::Bytes, 1.0)),
    ("kb", (Unit::Bytes, 1e3)),
    ("kbytes", (Unit::Bytes, 1e3)),
    ("kilobytes", (Unit::Bytes, 1e3)),
    ("kib", (Unit::Bytes, K)),
    ("kiby", (Unit::Bytes, K)),
    ("mb", (Unit::Bytes, 1e6)),
    ("mbytes", (Unit::Bytes, 1e6)),
    ("megabytes", (Unit::Bytes, 1e6)),
    ("mib", (Unit::Bytes, K * K)),
    ("miby", (Unit::Bytes, K * K)),
    ("gb", (Unit::Bytes, 1e9)),
    ("gigabytes", (Unit::Bytes, 1e9)),
    ("gib", (Unit::Bytes, K * K * K)),
    ("giby", (Unit::Bytes, K * K * K)),
    ("tb", (Unit::Bytes, 1e12)),
    ("tib", (Unit::Bytes, K * K * K * K)),
    ("bits", (Unit::Bytes, 0.125)),
    ("kbit", (Unit::Bytes, 125.0)),
    ("mbit", (Unit::Bytes, 125e3)),
    ("gbit", (Unit::Bytes, 125e6)),
    ("bps", (Unit::BytesPerSecond, 0.125)),
    ("kbps", (Unit::BytesPerSecond, 125.0)),
    ("mbps", (Unit::BytesPerSecond, 125e3)),
    ("gbps", (Unit::BytesPerSecond, 125e6)),
    ("hz", (Unit::Hertz, 1.0)),
    ("mhz", (Unit::Hertz, 1e6)),
    ("ghz", (Unit::Hertz, 1e9)),
    ("celsius", (Unit::Celsius, 1.0)),
    ("watts", (Unit::Watts, 1.0)),
    ("rpm", (Unit::RevolutionsPerMinute, 1.0)),
    ("iops", (Unit::PerSecond("operation"), 1.0)),
    ("rps", (Unit::PerSecond("request"), 1.0)),
    ("cores", (Unit::Cores, 1.0)),
];

/// Units of which one letter or the case says which; taken in brackets alone, where they are meant as units.
const CASED: [(&str, Scale); 15] = [
    ("1", (Unit::Ratio, 1.0)),
    ("s", (Unit::Seconds, 1.0)),
    ("min", (Unit::Seconds, 60.0)),
    ("h", (Unit::Seconds, 3600.0)),
    ("B", (Unit::Bytes, 1.0)),
    ("b", (Unit::Bytes, 0.125)),
    ("kHz", (Unit::Hertz, 1e3)),
    ("Cel", (Unit::Celsius, 1.0)),
    ("C", (Unit::Celsius, 1.0)),
    ("°C", (Unit::Celsius, 1.0)),
    ("W", (Unit::Watts, 1.0)),
    ("mW", (Unit::Watts, 1e-3)),
    ("kW", (Unit::Watts, 1e3)),
    ("{cpu}", (Unit::Cores, 1.0)),
    ("{revolution}/min", (Unit::RevolutionsPerMinute, 1.0)),
];

/// What a column counts where its heading says nothing.
pub const PLAIN: Scale = (Unit::Count("value"), 1.0);

/// The unit a heading names and the heading without it, where it stands in brackets; a plain count and the whole heading
/// where it names none.
pub fn unit_of_heading(heading: &str) -> (String, Scale) {
    let heading = heading.trim();
    for (open, close) in [('[', ']'), ('(', ')'), ('{', '}')] {
        let inner = heading.strip_suffix(close).and_then(|text| text.rsplit_once(open));
        if let Some((name, unit)) = inner
            && let Some(scale) = bracketed(unit.trim())
        {
            let name = name.trim_end();
            return (if name.is_empty() { heading } else { name }.to_owned(), scale);
        }
    }
    if let Some(bare) = heading.strip_prefix('%').filter(|bare| !bare.is_empty()) {
        return (bare.trim().to_owned(), (Unit::Ratio, 0.01));
    }
    (heading.to_owned(), trailing(heading).unwrap_or(PLAIN))
}

fn bracketed(unit: &str) -> Option<Scale> {
    if let Some((_, scale)) = CASED.iter().find(|(word, _)| *word == unit) {
        return Some(*scale);
    }
    if unit.starts_with('{') && (unit.ends_with('}') || unit.ends_with("}/s")) {
        return Some((unit_named(unit), 1.0));
    }
    for per in ["/s", "/sec", "/second", " per second", "ps"] {
        if let Some(amount) = unit.strip_suffix(per).filter(|amount| !amount.is_empty()) {
            let known =
                CASED.iter().find(|(word, _)| *word == amount).map(|(_, scale)| *scale).or_else(|| word(amount));
            match known {
                Some((Unit::Bytes, factor)) => return Some((Unit::BytesPerSecond, factor)),
                Some(_) => return None,
                None if per == "ps" => {}
                None => return Some((Unit::PerSecond(counted(amount)), 1.0)),
            }
        }
    }
    word(unit)
}

/// A unit at the end of a heading without brackets, behind an underscore, a space, a dot or a minus.
fn trailing(heading: &str) -> Option<Scale> {
    let lower = heading.to_lowercase();
    for per in ["_per_second", "_per_sec", " per second", "_per_s", "/s", "/sec", "_ps"] {
        if let Some(amount) = lower.strip_suffix(per) {
            let last = last_word(amount);
            return match word(last) {
                Some((Unit::Bytes, factor)) => Some((Unit::BytesPerSecond, factor)),
                // sar heads a column of kilobytes each second so: rkB/s.
                _ => match last.strip_suffix("kb") {
                    Some(_) => Some((Unit::BytesPerSecond, 1e3)),
                    None => Some((Unit::PerSecond(counted(last)), 1.0)),
                },
            };
        }
    }
    let last = last_word(&lower);
    // A whole heading that is a unit's name, such as "bytes" or "cores", says what it counts too.
    word(last).or_else(|| lower.ends_with('%').then_some((Unit::Ratio, 0.01)))
}

fn last_word(text: &str) -> &str {
    text.rsplit(['_', ' ', '.', '-', ':']).next().unwrap_or(text)
}

fn word(text: &str) -> Option<Scale> {
    let lower = text.to_lowercase();
    WORDS.iter().find(|(word, _)| *word == lower).map(|(_, scale)| *scale)
}

/// What is counted, of the words known in units; the general word for others.
fn counted(what: &str) -> &'static str {
    const KNOWN: [(&str, &[&str]); 8] = [
        ("operation", &["op", "ops", "operation", "operations", "io", "ios", "r", "w"]),
        ("request", &["req", "reqs", "request", "requests"]),
        ("packet", &["pkt", "pkts", "packet", "packets", "pck", "rxpck", "txpck"]),
        ("page", &["page", "pages"]),
        ("fault", &["fault", "faults", "majflt", "fault"]),
        ("switch", &["cswch", "switches"]),
        ("error", &["err", "errs", "error", "errors"]),
        ("connection", &["conn", "conns", "connection", "connections"]),
    ];
    let lower = what.to_lowercase();
    KNOWN.iter().find(|(_, words)| words.contains(&lower.as_str())).map_or("event", |(known, _)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_say_their_units() {
        for (heading, name, unit, factor) in [
            ("cpu [%]", "cpu", Unit::Ratio, 0.01),
            ("%user", "user", Unit::Ratio, 0.01),
            ("cpu %", "cpu %", Unit::Ratio, 0.01),
            ("cpu_percent", "cpu_percent", Unit::Ratio, 0.01),
            ("latency (ms)", "latency", Unit::Seconds, 1e-3),
            ("latency_ms", "latency_ms", Unit::Seconds, 1e-3),
            ("request_duration_seconds", "request_duration_seconds", Unit::Seconds, 1.0),
            ("mem (MiB)", "mem", Unit::Bytes, 1_048_576.0),
            ("memory_bytes", "memory_bytes", Unit::Bytes, 1.0),
            ("disk [By/s]", "disk", Unit::BytesPerSecond, 1.0),
            ("disk read [KB/s]", "disk read", Unit::BytesPerSecond, 1e3),
            ("net (Mbit/s)", "net", Unit::BytesPerSecond, 125e3),
            ("net_rx_bytes_per_second", "net_rx_bytes_per_second", Unit::BytesPerSecond, 1.0),
            ("rkB/s", "rkB/s", Unit::BytesPerSecond, 1e3),
            ("rxpck/s", "rxpck/s", Unit::PerSecond("packet"), 1.0),
            ("tps [{operation}/s]", "tps", Unit::PerSecond("operation"), 1.0),
            ("clock [MHz]", "clock", Unit::Hertz, 1e6),
            ("temp [°C]", "temp", Unit::Celsius, 1.0),
            ("package (W)", "package", Unit::Watts, 1.0),
            ("fan_rpm", "fan_rpm", Unit::RevolutionsPerMinute, 1.0),
            ("load1", "load1", Unit::Count("value"), 1.0),
            ("users (all)", "users (all)", Unit::Count("value"), 1.0),
            ("", "", Unit::Count("value"), 1.0),
        ] {
            let (found, (found_unit, found_factor)) = unit_of_heading(heading);
            assert_eq!((found.as_str(), found_unit, found_factor), (name, unit, factor), "{heading}");
        }
    }
}
