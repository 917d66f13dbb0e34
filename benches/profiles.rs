//! What tuning profiles cost: reading and checking fifty of them against a catalogue of two hundred parameters, and
//! planning one for ten files.
//!
//! `cargo bench --no-default-features --bench profiles`. Figures are the median and the 99th percentile.

#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use perfdesk::analysis::quantile::quantile_unsorted;
use perfdesk::model::profile::{
    Binding, BoundKey, Catalogue, Conversion, FileFormat, ParamDef, ParamKind, ParamValue, PlanId, Profile, ProfileEdit,
};
use perfdesk::profile::plan::{self, BoundFile};
use perfdesk::profile::{catalogue, check, compare, document, resolve};

const N_PARAMETERS: usize = 200;
const N_PROFILES: usize = 50;

fn main() {
    let catalogue = large_catalogue();
    let texts = texts(&catalogue);
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    println!("{} parameters, {} profiles, {} KB of text", catalogue.parameters.len(), texts.len(), bytes / 1000);
    documents(&catalogue, &texts);
    plans(&catalogue, &texts);
}

fn documents(catalogue: &Catalogue, texts: &[(String, String)]) {
    let profiles = read_all(catalogue, texts);
    let n_problems: usize = profiles.iter().map(|p| check::check(catalogue, &profiles, None, &p.name).len()).sum();
    println!("{n_problems} problems in all of them");
    time("read all", || {
        black_box(read_all(catalogue, texts));
    });
    time("check all, read before", || {
        for profile in &profiles {
            black_box(check::check(catalogue, &profiles, None, &profile.name));
        }
    });
    time("read and check all", || {
        let profiles = read_all(catalogue, texts);
        for profile in &profiles {
            black_box(check::check(catalogue, &profiles, None, &profile.name));
        }
    });
    time("matrix of all", || {
        black_box(compare::matrix(catalogue, &profiles, None, &[]));
    });
    let (name, text) = &texts[texts.len() - 1];
    let edit = ProfileEdit::Set(catalogue.parameters[7].key.clone(), ParamValue::Count(3));
    time("one edit, read and checked again", || {
        let Ok(text) = document::edit(text, &edit) else { return };
        let edited = Arc::new(document::read(name, &text, catalogue, false, true));
        let profiles: Vec<_> = profiles.iter().filter(|p| p.name != edited.name).chain([&edited]).cloned().collect();
        black_box(check::check(catalogue, &profiles, None, name));
    });
}

/// Ten `.env` files of five hundred lines, each bound to every parameter there is; all values change.
fn plans(catalogue: &Catalogue, texts: &[(String, String)]) {
    let profiles = read_all(catalogue, texts);
    let Ok(effective) = resolve::effective(catalogue, &profiles, None, "profile49") else { return };
    let usual = |kind: &ParamKind| match kind {
        ParamKind::Duration { .. } | ParamKind::TimeToLive { .. } => Conversion::Millis,
        _ => Conversion::Plain,
    };
    let keys: Vec<BoundKey> = catalogue
        .parameters
        .iter()
        .enumerate()
        .map(|(n, def)| BoundKey {
            param: def.key.clone(),
            key: format!("KEY_{n}").into(),
            conversion: usual(&def.kind),
        })
        .collect();
    let mut text = String::new();
    for n in 0..500 {
        let _ = if n < keys.len() { writeln!(text, "KEY_{n}=before") } else { writeln!(text, "# line {n}") };
    }
    let files: Vec<BoundFile> = (0..10)
        .map(|n| BoundFile {
            binding: Binding {
                id: format!("file{n}").into(),
                path: format!("/srv/file{n}.env").into(),
                format: FileFormat::Env,
                keys: keys.clone(),
                reload: None,
                verify: None,
            },
            bytes: Ok(Some(text.clone().into_bytes())),
        })
        .collect();
    let secrets = |_: &str| Some("kJ8s-1fQxV0aZ3bT7mNcR5wYpLdE9hGuKoXi2S6tBvA".to_owned());
    let plan_all = || plan::plan(PlanId(1), "profile49", &effective, catalogue, files.clone(), &secrets);
    let n_changes: usize = plan_all().0.files.iter().map(|file| file.changes.len()).sum();
    println!("{n_changes} values change in 10 files");
    time("plan of 10 targets", || {
        black_box(plan_all());
    });
}

/// Times `run` 200 times and prints the median and the 99th percentile in milliseconds.
fn time(what: &str, mut run: impl FnMut()) {
    let mut millis: Vec<f64> = (0..200)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    let p50 = quantile_unsorted(&mut millis, 0.5).unwrap_or(f64::NAN);
    let p99 = quantile_unsorted(&mut millis, 0.99).unwrap_or(f64::NAN);
    println!("{what:<40} p50 {p50:>8.3} ms   p99 {p99:>8.3} ms");
}

fn read_all(catalogue: &Catalogue, texts: &[(String, String)]) -> Vec<Arc<Profile>> {
    texts.iter().map(|(name, text)| Arc::new(document::read(name, text, catalogue, false, true))).collect()
}

/// The shipped catalogue with as many parameters more as make two hundred.
fn large_catalogue() -> Catalogue {
    let n_shipped = catalogue::shipped().parameters.len();
    let mut text = "(version: 1, parameters: [\n".to_owned();
    for n in n_shipped..N_PARAMETERS {
        let kind = match n % 4 {
            0 => "Count(min: 0, max: 1000, unit: \"shards\")",
            1 => "Duration(min: \"1 ms\", max: \"1 h\")",
            2 => "Size(min: \"1 KiB\", max: \"1 GiB\")",
            _ => "Choice(options: {\"a\": \"A\", \"b\": \"B\"})",
        };
        let group = n / 20;
        let _ = writeln!(text, "(key: \"group{group}.parameter{n}\", kind: {kind}, about: \"One of many.\"),");
    }
    catalogue::with_own(&(text + "])")).0
}

/// Profiles in chains of five, each with a value and a reason for every parameter.
fn texts(catalogue: &Catalogue) -> Vec<(String, String)> {
    let text = |n: usize| {
        let base = if n.is_multiple_of(5) { String::new() } else { format!("    base: \"profile{}\",\n", n - 1) };
        let mut text =
            format!("// Number {n}.\n(\n    version: 1,\n{base}    about: \"one of many\",\n    values: {{\n");
        for def in &catalogue.parameters {
            let value = value(def, n);
            let _ = writeln!(
                text,
                "        \"{}\": (value: {value}, why: \"it was measured in spring\"), // kept",
                def.key
            );
        }
        (format!("profile{n}"), text + "    },\n)\n")
    };
    (0..N_PROFILES).map(text).collect()
}

fn value(def: &ParamDef, n: usize) -> String {
    match &def.kind {
        ParamKind::Switch => n.is_multiple_of(2).to_string(),
        ParamKind::Count { min, max, .. } => (min + (n as i64 % 9).min(max - min)).to_string(),
        ParamKind::Number { min, .. } => format!("{min:?}"),
        ParamKind::Duration { .. } => format!("\"{} s\"", 30 + n),
        ParamKind::Size { .. } => format!("\"{} MiB\"", 1 + n),
        ParamKind::Choice { options } => format!("\"{}\"", options[n % options.len()].value),
        ParamKind::List { .. } => "[\"a\", \"b\"]".to_owned(),
        ParamKind::TimeToLive { .. } => "{\"a:*\": (lives: \"3 h\", stale: \"10 min\"), \"*\": \"1 h\"}".to_owned(),
        ParamKind::Secret | ParamKind::Text { .. } => "\"name\"".to_owned(),
    }
}
