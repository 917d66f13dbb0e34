//! What values a parameter takes, from RON and to RON: `Count(min: 1, max: 1000, unit: "connections")`.

use std::sync::Arc;
use std::time::Duration;

use crate::model::profile::{ChoiceOption, ParamKey, ParamKind, ParamValue};
use crate::profile::document::{read_value, write_value};
use crate::profile::fields::{Faults, belongs, fields, text_field};
use crate::profile::nearest::did_you_mean;
use crate::profile::ron_text::{Group, GroupKind, Node, Value, quoted};
use crate::profile::value_text::{write_duration, write_size};

const KINDS: [&str; 10] =
    ["Switch", "Count", "Number", "Duration", "Size", "Text", "Choice", "List", "TimeToLive", "Secret"];

const DAY: Duration = Duration::from_secs(86_400);

/// Reads a kind; bounds that are left out are wide.
pub(super) fn read(faults: &mut Faults<'_>, key: &ParamKey, node: &Node) -> Option<ParamKind> {
    let written = match &node.value {
        Value::Name(name) => Some(name.as_str()),
        _ => node.as_group().and_then(|group| group.name.as_deref()),
    };
    let Some(name) = written else {
        belongs(faults, node, Some(key), "a kind such as Switch or Count(min: 1, max: 100)");
        return None;
    };
    let known: &[&str] = match name {
        "Switch" | "Secret" => &[],
        "Count" | "Number" => &["min", "max", "unit"],
        "Duration" | "Size" | "TimeToLive" => &["min", "max"],
        "Text" => &["max_chars"],
        "Choice" => &["options"],
        "List" => &["max_len"],
        _ => {
            let near = did_you_mean(name, KINDS);
            faults.error(node.span.start, Some(key), format!("there is no kind {name}{near}"));
            return None;
        }
    };
    let group = match &node.value {
        Value::Group(_) => Some(fields(faults, node, name, known)?),
        _ => None,
    };
    let mut bounds = Bounds { faults, key, group };
    let kind = match name {
        "Switch" => ParamKind::Switch,
        "Secret" => ParamKind::Secret,
        "Count" => {
            let (min, max) = (bounds.count("min", 0)?, bounds.count("max", 1_000_000_000)?);
            ParamKind::Count { min, max, unit: bounds.text("unit") }
        }
        "Number" => {
            let (min, max) = (bounds.number("min", 0.0)?, bounds.number("max", 1e9)?);
            ParamKind::Number { min, max, unit: bounds.text("unit") }
        }
        "Duration" => {
            ParamKind::Duration { min: bounds.time("min", Duration::ZERO)?, max: bounds.time("max", 365 * DAY)? }
        }
        "TimeToLive" => {
            ParamKind::TimeToLive { min: bounds.time("min", Duration::ZERO)?, max: bounds.time("max", 365 * DAY)? }
        }
        "Size" => ParamKind::Size { min: bounds.size("min", 0)?, max: bounds.size("max", 1 << 50)? },
        "Text" => ParamKind::Text { max_chars: usize::try_from(bounds.count("max_chars", 200)?).unwrap_or(0) },
        "List" => ParamKind::List { max_len: usize::try_from(bounds.count("max_len", 50)?).unwrap_or(0) },
        _ => ParamKind::Choice { options: bounds.options(node)? },
    };
    let is_well = match &kind {
        ParamKind::Count { min, max, .. } => min <= max,
        ParamKind::Number { min, max, .. } => min <= max,
        ParamKind::Duration { min, max } | ParamKind::TimeToLive { min, max } => min <= max,
        ParamKind::Size { min, max } => min <= max,
        _ => true,
    };
    if !is_well {
        faults.error(node.span.start, Some(key), "its least is over its greatest");
    }
    is_well.then_some(kind)
}

/// Fields of a kind, one after another.
struct Bounds<'f, 'a, 't> {
    faults: &'f mut Faults<'a>,
    key: &'f ParamKey,
    group: Option<&'t Group>,
}

impl Bounds<'_, '_, '_> {
    /// A field's value as one of this kind; `None` where it is another, which is reported.
    fn field(&mut self, name: &str, kind: &ParamKind, missing: ParamValue) -> Option<ParamValue> {
        match self.group.and_then(|group| group.get(name)) {
            Some(member) => read_value(self.faults, self.key, kind, &member.value),
            None => Some(missing),
        }
    }

    fn count(&mut self, name: &str, missing: i64) -> Option<i64> {
        let kind = ParamKind::Count { min: i64::MIN, max: i64::MAX, unit: "".into() };
        match self.field(name, &kind, ParamValue::Count(missing))? {
            ParamValue::Count(count) => Some(count),
            _ => None,
        }
    }

    fn number(&mut self, name: &str, missing: f64) -> Option<f64> {
        let kind = ParamKind::Number { min: f64::MIN, max: f64::MAX, unit: "".into() };
        match self.field(name, &kind, ParamValue::Number(missing))? {
            ParamValue::Number(number) => Some(number),
            _ => None,
        }
    }

    fn time(&mut self, name: &str, missing: Duration) -> Option<Duration> {
        let kind = ParamKind::Duration { min: Duration::ZERO, max: Duration::MAX };
        match self.field(name, &kind, ParamValue::Duration(missing))? {
            ParamValue::Duration(duration) => Some(duration),
            _ => None,
        }
    }

    fn size(&mut self, name: &str, missing: u64) -> Option<u64> {
        let kind = ParamKind::Size { min: 0, max: u64::MAX };
        match self.field(name, &kind, ParamValue::Size(missing))? {
            ParamValue::Size(bytes) => Some(bytes),
            _ => None,
        }
    }

    fn text(&mut self, name: &str) -> Arc<str> {
        self.group.map_or("", |group| text_field(self.faults, group, name)).into()
    }

    /// `{"lru": "LRU"}`: what is written, and what people read.
    fn options(&mut self, node: &Node) -> Option<Arc<[ChoiceOption]>> {
        let found = self.group.and_then(|group| group.get("options"));
        let map = found.and_then(|member| member.value.as_group()).filter(|group| group.kind == GroupKind::Map);
        let read = |map: &Group| {
            let option = |m: &crate::profile::ron_text::Member| {
                Some(ChoiceOption { value: m.key.as_ref()?.as_text()?.into(), title: m.value.as_text()?.into() })
            };
            map.members.iter().map(option).collect::<Option<Vec<_>>>()
        };
        match map.and_then(read).filter(|options| !options.is_empty()) {
            Some(options) => Some(options.into()),
            None => {
                let text = "a choice needs options, what is written and its title: options: {\"lru\": \"LRU\"}";
                self.faults.error(node.span.start, Some(self.key), text);
                None
            }
        }
    }
}

/// A kind in RON.
pub(super) fn write(kind: &ParamKind) -> String {
    let times = |min: &Duration, max: &Duration| {
        format!("min: {}, max: {}", quoted(&write_duration(*min)), quoted(&write_duration(*max)))
    };
    let unit = |unit: &str| if unit.is_empty() { String::new() } else { format!(", unit: {}", quoted(unit)) };
    match kind {
        ParamKind::Switch => "Switch".into(),
        ParamKind::Secret => "Secret".into(),
        ParamKind::Count { min, max, unit: counted } => format!("Count(min: {min}, max: {max}{})", unit(counted)),
        ParamKind::Number { min, max, unit: counted } => format!("Number(min: {min:?}, max: {max:?}{})", unit(counted)),
        ParamKind::Duration { min, max } => format!("Duration({})", times(min, max)),
        ParamKind::TimeToLive { min, max } => format!("TimeToLive({})", times(min, max)),
        ParamKind::Size { min, max } => {
            format!("Size(min: {}, max: {})", quoted(&write_size(*min)), quoted(&write_size(*max)))
        }
        ParamKind::Text { max_chars } => format!("Text(max_chars: {max_chars})"),
        ParamKind::List { max_len } => format!("List(max_len: {max_len})"),
        ParamKind::Choice { options } => {
            let option = |o: &ChoiceOption| format!("{}: {}", quoted(&o.value), quoted(&o.title));
            format!("Choice(options: {{{}}})", options.iter().map(option).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A default in RON; `None` where there is none. A table by class cannot be one: it stands in profiles.
pub(super) fn write_default(value: Option<&ParamValue>) -> Option<String> {
    value.filter(|value| !matches!(value, ParamValue::ByClass(_))).map(write_value)
}
