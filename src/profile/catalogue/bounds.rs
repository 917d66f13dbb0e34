//! Whether a value is one its parameter takes.

use std::time::Duration;

use crate::model::profile::{ClassTable, Fix, ParamDef, ParamKind, ParamValue, Problem, ProblemKind};
use crate::profile::document::is_secret_name;
use crate::profile::value_text::shown;

/// Most classes of a table.
const MAX_CLASSES: usize = 200;
/// Longest class of keys, and longest entry of a list, characters.
const MAX_WORD: usize = 200;

/// What is wrong with a value of this parameter: of another kind, or out of bounds. Where a bound mends it, that is its fix.
pub fn check_value(def: &ParamDef, value: &ParamValue) -> Option<Problem> {
    let (text, nearest) = match (&def.kind, value) {
        (ParamKind::Switch, ParamValue::Switch(_)) => return None,
        (ParamKind::Count { min, max, .. }, ParamValue::Count(count)) => {
            outside(def, count, min, max, |bound| ParamValue::Count(*bound))?
        }
        (ParamKind::Number { min, max, .. }, ParamValue::Number(number)) => {
            outside(def, number, min, max, |bound| ParamValue::Number(*bound))?
        }
        (ParamKind::Duration { min, max } | ParamKind::TimeToLive { min, max }, ParamValue::Duration(duration)) => {
            outside(def, duration, min, max, |bound| ParamValue::Duration(*bound))?
        }
        (ParamKind::Size { min, max }, ParamValue::Size(bytes)) => {
            outside(def, bytes, min, max, |bound| ParamValue::Size(*bound))?
        }
        (ParamKind::Text { max_chars }, ParamValue::Text(text)) => {
            let n_chars = text.chars().count();
            if n_chars <= *max_chars {
                return None;
            }
            (format!("at most {max_chars} characters, not {n_chars}"), None)
        }
        (ParamKind::Choice { options }, ParamValue::Text(text)) => {
            if options.iter().any(|option| option.value == *text) {
                return None;
            }
            let all = options.iter().map(|option| &*option.value).collect::<Vec<_>>().join(", ");
            (format!("one of {all}, not {text}"), None)
        }
        (ParamKind::List { max_len }, ParamValue::List(words)) => {
            let is_odd = |w: &str| w.trim() != w || w.is_empty() || w.contains(',') || w.chars().count() > MAX_WORD;
            if words.len() > *max_len {
                (format!("at most {max_len} entries, not {}", words.len()), None)
            } else if let Some(word) = words.iter().find(|word| is_odd(word)) {
                let text =
                    format!("an entry has 1 to {MAX_WORD} characters, no comma and no space around it: {word:?}");
                (text, None)
            } else {
                return None;
            }
        }
        (ParamKind::TimeToLive { min, max }, ParamValue::ByClass(table)) => {
            (table_fault(def, table, *min, *max)?, None)
        }
        (ParamKind::Secret, ParamValue::Secret(name)) => match is_secret_name(name) {
            Ok(()) => return None,
            Err(why) => (why, None),
        },
        _ => (format!("{} takes values of another kind", def.key), None),
    };
    let fix = nearest.map(|value| Fix {
        text: format!("Use {}", shown(&def.kind, &value)).into(),
        key: def.key.clone(),
        value: Some(value),
    });
    Some(Problem {
        kind: ProblemKind::Error,
        key: Some(def.key.clone()),
        place: None,
        text: text.into(),
        fix: fix.map(Box::new),
        source: None,
    })
}

/// What is wrong where a value is out of its bounds, and the bound it is nearest to.
fn outside<T: PartialOrd>(
    def: &ParamDef,
    value: &T,
    min: &T,
    max: &T,
    typed: impl Fn(&T) -> ParamValue,
) -> Option<(String, Option<ParamValue>)> {
    let is_within = value >= min && value <= max;
    let bound = if value < min { min } else { max };
    let words = if value < min { "at least" } else { "at most" };
    let text = || format!("{words} {}, not {}", shown(&def.kind, &typed(bound)), bare(def, &typed(value)));
    (!is_within).then(|| (text(), Some(typed(bound))))
}

/// A value without what it counts.
fn bare(def: &ParamDef, value: &ParamValue) -> String {
    let kind = match &def.kind {
        ParamKind::Count { min, max, .. } => ParamKind::Count { min: *min, max: *max, unit: "".into() },
        ParamKind::Number { min, max, .. } => ParamKind::Number { min: *min, max: *max, unit: "".into() },
        kind => kind.clone(),
    };
    shown(&kind, value)
}

fn table_fault(def: &ParamDef, table: &ClassTable, min: Duration, max: Duration) -> Option<String> {
    let rows = &table.rows;
    let is_odd = |class: &str| {
        class.is_empty() || class.chars().count() > MAX_WORD || class.contains(|c: char| c.is_whitespace() || c == ';')
    };
    if rows.last().is_none_or(|row| &*row.class != "*") {
        return Some("the last class is *, which all other keys are of; it is missing".to_owned());
    }
    if rows.len() > MAX_CLASSES {
        return Some(format!("at most {MAX_CLASSES} classes, not {}", rows.len()));
    }
    if !(0.0..=1.0).contains(&table.jitter_ratio) {
        return Some(format!("jitter is a share from 0 to 1, not {}", table.jitter_ratio));
    }
    for (i, row) in rows.iter().enumerate() {
        let class = &row.class;
        let time = |duration| ParamValue::Duration(duration);
        if is_odd(class) {
            return Some(format!(
                "a class of keys has 1 to {MAX_WORD} characters, no space and no semicolon: {class:?}"
            ));
        }
        if rows[..i].iter().any(|other| other.class == *class) {
            return Some(format!("the class {class} stands here twice"));
        }
        if let Some((text, _)) = outside(def, &row.lives, &min, &max, |bound| time(*bound)) {
            return Some(format!("{class} lives {text}"));
        }
        if row.stale > max {
            return Some(format!("{class} is served stale for at most {}", shown(&def.kind, &time(max))));
        }
    }
    None
}
