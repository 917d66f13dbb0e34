//! The house holds: floors, file sizes, headers, and what a folder may not touch.

use std::fs;
use std::path::{Path, PathBuf};

/// Floor of each folder under `src`. A folder uses only lower floors; neighbours only where an arrow says so.
const FLOORS: &[(&str, u8)] = &[
    ("model", 0),
    ("alert", 1),
    ("analysis", 1),
    ("profile", 1),
    ("report", 1),
    ("suggest", 1),
    ("wire", 1),
    ("apply", 2),
    ("notify", 2),
    ("run", 2),
    ("sampling", 2),
    ("store", 2),
    ("telemetry", 2),
    ("engine", 3),
    ("api", 4),
    // What is watched: it uses nothing of the rest, and nothing but the command line starts it.
    ("demo", 4),
    ("link", 4),
    ("ui", 4),
    ("cli", 5),
    ("app", 5),
];

/// Arrows between folders of one floor.
const ARROWS: &[(&str, &str)] = &[
    ("app", "cli"),
    ("cli", "app"),
    ("notify", "apply"),
    ("report", "analysis"),
    ("run", "store"),
    ("run", "telemetry"),
    ("suggest", "analysis"),
];

/// What a pure folder has not.
const PURE: &[&str] = &[
    "Mutex",
    "RwLock",
    "thread::",
    "std::fs",
    "File::open",
    "File::create",
    "std::net",
    "Instant",
    "SystemTime",
    "Local::now",
];

/// What stands in no file of a folder, outside its tests.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "ui",
        &[
            "Mutex",
            "RwLock",
            "thread::",
            "std::fs",
            "fs::",
            "File::open",
            "File::create",
            "TcpStream",
            "TcpListener",
            "UdpSocket",
            "std::net",
            "std::process",
            "Instant::now",
            "SystemTime",
            ".recv()",
            ".join()",
        ],
    ),
    ("alert", PURE),
    ("analysis", PURE),
    ("model", PURE),
    ("profile", PURE),
    ("report", PURE),
    ("suggest", PURE),
    ("wire", PURE),
    ("app", &["crate::demo"]),
    ("apply", &["egui", "eframe"]),
    ("api", &["egui", "eframe"]),
    (
        "demo",
        &[
            "egui",
            "eframe",
            "crate::alert",
            "crate::analysis",
            "crate::api",
            "crate::apply",
            "crate::cli",
            "crate::engine",
            "crate::link",
            "crate::model",
            "crate::notify",
            "crate::profile",
            "crate::report",
            "crate::sampling",
            "crate::store",
            "crate::suggest",
            "crate::telemetry",
            "crate::wire",
        ],
    ),
    ("engine", &["egui", "eframe"]),
    ("link", &["egui", "eframe"]),
    ("notify", &["egui", "eframe"]),
    ("run", &["egui", "eframe"]),
    ("sampling", &["egui", "eframe"]),
    ("store", &["egui", "eframe"]),
    ("telemetry", &["egui", "eframe"]),
];

const MAX_LINES: usize = 500;

struct Source {
    path: PathBuf,
    folder: String,
    text: String,
}

fn sources(root: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    assert!(root.is_dir(), "{} is not there", root.display());
    let mut waiting = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the package") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inside = path.strip_prefix(&root).expect("under the root");
                let folder = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
                let text = fs::read_to_string(&path).expect("text");
                found.push(Source { path, folder, text });
            }
        }
    }
    assert!(!found.is_empty(), "no source was found under {}", root.display());
    found
}

/// The lines outside `#[cfg(test)] mod … { … }`, with their numbers; tests stand at the end of a file.
fn shipped_lines(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let is_test_file = source.path.file_stem().is_some_and(|stem| stem == "tests");
    let mut is_test = is_test_file;
    source.text.lines().enumerate().filter_map(move |(i, line)| {
        is_test |=
            line.trim() == "#[cfg(test)]" && source.text.lines().nth(i + 1).is_some_and(|l| l.contains("mod tests {"));
        let is_comment = line.trim_start().starts_with("//");
        (!is_test && !is_comment).then_some((i + 1, line))
    })
}

/// Whether the line holds this word, not as the end of a longer one.
fn names(line: &str, word: &str) -> bool {
    let is_part = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(i, _)| word.starts_with('.') || !is_part(&line[..i]))
}

fn floor(folder: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == folder).map(|(_, floor)| *floor)
}

/// The folders a line names through `crate::`.
fn used_folders(line: &str) -> Vec<String> {
    line.match_indices("crate::")
        .flat_map(|(i, found)| {
            let rest = &line[i + found.len()..];
            let group = rest.strip_prefix('{').map(|g| g.split('}').next().unwrap_or(g).split(',').collect::<Vec<_>>());
            group
                .unwrap_or_else(|| vec![rest])
                .into_iter()
                .map(|name| name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
        })
        .collect()
}

#[test]
fn no_arrow_runs_up_a_floor() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let Some(own) = floor(&source.folder) else { continue };
        for (n, line) in shipped_lines(&source) {
            for used in used_folders(line) {
                let Some(theirs) = floor(&used) else { continue };
                let is_arrow = ARROWS.contains(&(source.folder.as_str(), used.as_str()));
                if used != source.folder && theirs >= own && !is_arrow {
                    faults.push(format!("{}:{n}: {} may not use {used}", source.path.display(), source.folder));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_folder_has_a_floor() {
    for source in sources("src") {
        let is_root = source.path.parent().is_some_and(|p| p.ends_with("src"));
        assert!(is_root || floor(&source.folder).is_some(), "{} stands on no floor", source.path.display());
    }
}

#[test]
fn no_folder_touches_what_it_may_not() {
    let mut faults = Vec::new();
    for source in sources("src") {
        for (folder, words) in FORBIDDEN.iter().filter(|(folder, _)| *folder == source.folder) {
            for (n, line) in shipped_lines(&source) {
                for word in words.iter().filter(|word| names(line, word)) {
                    faults.push(format!("{}:{n}: `{word}` has no place in {folder}", source.path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_open_with_what_they_are_and_stay_short() {
    let mut faults = Vec::new();
    for source in ["src", "tests", "benches"].into_iter().flat_map(sources) {
        let n_lines = source.text.lines().count();
        if n_lines > MAX_LINES {
            faults.push(format!("{}: {n_lines} lines, {MAX_LINES} at most", source.path.display()));
        }
        if !source.text.starts_with("//!") {
            faults.push(format!("{}: does not open with a //! header", source.path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn colours_are_named_in_the_theme_alone() {
    let mut faults = Vec::new();
    for source in sources("src").iter().filter(|s| s.folder == "ui" || s.folder == "app") {
        if source.path.components().any(|c| c.as_os_str() == "theme") {
            continue;
        }
        for (n, line) in shipped_lines(source) {
            for word in ["Color32::from_rgb", "Color32::from_gray", "Color32::from_rgba", "hex_color!"] {
                if line.contains(word) {
                    faults.push(format!("{}:{n}: {word}", source.path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_top_level_holds_what_it_should() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "assets",
        "profiles",
        "tests",
        "benches",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "rustfmt.toml",
        "target",
    ];
    for entry in fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("the package") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || allowed.contains(&name.as_str()), "{name} does not belong at the top level");
    }
}

#[test]
fn the_tests_above_can_fail() {
    assert!(names("let f = File::open(p)", "File::open") && !names("ThemeFile::open(p)", "File::open"));
    assert_eq!(used_folders("use crate::{ui::x, model};"), ["ui", "model"]);
    assert_eq!(used_folders("    crate::engine::core::run(crate::store::x)"), ["engine", "store"]);
    let source = |text: &str| Source { path: "a.rs".into(), folder: "ui".into(), text: text.into() };
    let text = source("use std::fs;\n// a Mutex\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n");
    assert_eq!(shipped_lines(&text).collect::<Vec<_>>(), [(1, "use std::fs;")]);
}
