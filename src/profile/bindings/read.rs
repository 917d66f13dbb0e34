//! Reading the text of bindings.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::actions::{argv_fault, service_fault, url_fault};
use super::check::check_drafts;
use super::{DEFAULT_TIMEOUT, MAX_TIMEOUT, MIN_TIMEOUT};
use crate::model::profile::{
    Binding, BindingId, BoundKey, Catalogue, Conversion, FileFormat, ParamKey, Problem, Reload, VerifyAction,
};
use crate::profile::ron_record::Reading;
use crate::profile::ron_text::{Group, Node, Value};
use crate::profile::value_text;

/// Most bindings of a text.
const MAX_BINDINGS: usize = 500;
/// Most keys of a binding.
const MAX_KEYS: usize = 2000;

/// Fields of the whole text.
pub const ROOT_FIELDS: [&str; 2] = ["version", "bindings"];
/// Fields of a binding.
const FIELDS: [&str; 6] = ["id", "path", "format", "keys", "reload", "verify"];

/// The bindings of a text, and all that is wrong with it, with line and column. Bindings that cannot be read as a whole
/// are left out; an empty text has none.
pub fn read(text: &str) -> (Vec<Binding>, Vec<Problem>) {
    let (drafts, reading) = read_drafts(text);
    (drafts.into_iter().filter_map(Draft::into_binding).collect(), reading.into_problems())
}

/// The bindings of a text, and all that is wrong with it and with what it binds: parameters that are in no catalogue, files
/// and keys bound twice. Of a binding that cannot be read as a whole what can be is looked at too, so that one fault hides
/// no other.
pub fn read_checked(text: &str, catalogue: &Catalogue) -> (Vec<Binding>, Vec<Problem>) {
    let (drafts, mut reading) = read_drafts(text);
    check_drafts(&mut reading, &drafts, catalogue);
    (drafts.into_iter().filter_map(Draft::into_binding).collect(), reading.into_problems())
}

/// A binding as far as it can be read.
#[derive(Default)]
pub(super) struct Draft {
    /// The byte at which it begins.
    pub at: usize,
    pub id: Option<BindingId>,
    /// Whether another before it has its name.
    pub is_twice: bool,
    pub path: Option<PathBuf>,
    pub format: Option<FileFormat>,
    pub keys: Vec<DraftKey>,
    /// Whether `keys` are all there are.
    has_all_keys: bool,
    /// The inner is absent where it is left out; the outer where it cannot be read.
    reload: Option<Option<Reload>>,
    pub verify: Option<Option<VerifyAction>>,
}

/// A key as far as it can be read.
#[derive(Default)]
pub(super) struct DraftKey {
    /// The byte at which it begins.
    pub at: usize,
    pub param: Option<ParamKey>,
    pub key: Option<Arc<str>>,
    pub conversion: Option<Conversion>,
}

impl Draft {
    fn into_binding(self) -> Option<Binding> {
        if self.is_twice || !self.has_all_keys {
            return None;
        }
        let bound = |key: DraftKey| Some(BoundKey { param: key.param?, key: key.key?, conversion: key.conversion? });
        let keys = self.keys.into_iter().map(bound).collect::<Option<_>>()?;
        let (reload, verify) = (self.reload?, self.verify?);
        Some(Binding { id: self.id?, path: self.path?, format: self.format?, keys, reload, verify })
    }
}

fn read_drafts(text: &str) -> (Vec<Draft>, Reading<'_>) {
    if text.trim().is_empty() {
        return (Vec::new(), Reading::nothing());
    }
    let (tree, mut reading) = Reading::new(text);
    let mut drafts: Vec<Draft> = Vec::new();
    if let Some(group) = tree.as_ref().and_then(|tree| reading.record(&tree.root, "the file", &ROOT_FIELDS)) {
        reading.version(group);
        let nodes = reading.list(group, "bindings");
        if let Some(node) = nodes.get(MAX_BINDINGS) {
            reading.fault(node.span.start, format!("more than {MAX_BINDINGS} bindings are not read"));
        }
        for node in nodes.into_iter().take(MAX_BINDINGS) {
            let Some(mut draft) = read_draft(&mut reading, node) else { continue };
            if let Some(id) = &draft.id
                && drafts.iter().any(|known| known.id.as_ref() == Some(id))
            {
                reading.fault(node.span.start, format!("{id} stands here twice: give one another id"));
                draft.is_twice = true;
            }
            drafts.push(draft);
        }
    }
    (drafts, reading)
}

/// Why a binding cannot be called so; a sentence without a final period.
pub fn id_fault(id: &str) -> Option<String> {
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    match id.chars().find(|c| !is_fine(*c)) {
        _ if id.is_empty() => Some("the name is empty".to_owned()),
        _ if id.chars().count() > 128 => Some("the name has more than 128 characters".to_owned()),
        Some(c) => Some(format!("a name holds letters, digits, -, _, . and /, not {c:?}")),
        None => None,
    }
}

fn read_draft(reading: &mut Reading<'_>, node: &Node) -> Option<Draft> {
    let group = reading.record(node, "a binding", &FIELDS)?;
    // All of it is looked at before any of it is missed, so that every fault is told at once.
    let id = reading.needed_text(group, "id", "a binding").and_then(|(id, at)| {
        let fault = id_fault(id);
        let is_fine = fault.is_none();
        fault.into_iter().for_each(|fault| reading.fault(at, format!("id: {fault}")));
        is_fine.then(|| Arc::from(id))
    });
    let path = reading.needed_text(group, "path", "a binding").and_then(|(path, at)| {
        let is_whole = Path::new(path).is_absolute() || path.starts_with('/');
        if !is_whole {
            reading.fault(at, "path is not whole: it begins at the root, as /srv/checkout/.env does");
        }
        is_whole.then(|| PathBuf::from(path))
    });
    let format = reading.needed_text(group, "format", "a binding").and_then(|(slug, at)| {
        let format = FileFormat::ALL.into_iter().find(|format| format.slug() == slug);
        if format.is_none() {
            let slugs = FileFormat::ALL.map(FileFormat::slug).join(", ");
            reading.fault(at, format!("{slug} is no format: it is one of {slugs}"));
        }
        format
    });
    let (keys, has_all_keys) = read_keys(reading, group);
    let reload = read_optional(reading, group, "reload", read_reload);
    let verify = read_optional(reading, group, "verify", read_verify);
    Some(Draft { at: node.span.start, id, is_twice: false, path, format, keys, has_all_keys, reload, verify })
}

/// The inner is absent where the field is or says `None`; the outer where it cannot be read.
fn read_optional<T>(
    reading: &mut Reading<'_>,
    group: &Group,
    name: &str,
    read: fn(&mut Reading<'_>, &Node) -> Option<T>,
) -> Option<Option<T>> {
    match group.get(name).map(|member| &member.value) {
        None => Some(None),
        Some(node) => match &node.value {
            Value::None => Some(None),
            Value::Some(inner) => read(reading, inner).map(Some),
            _ => read(reading, node).map(Some),
        },
    }
}

/// The keys as far as they can be read, and whether none is missing.
fn read_keys(reading: &mut Reading<'_>, group: &Group) -> (Vec<DraftKey>, bool) {
    let nodes = reading.list(group, "keys");
    let n_keys = nodes.len();
    if let Some(node) = nodes.get(MAX_KEYS) {
        reading.fault(node.span.start, format!("more than {MAX_KEYS} keys are not read"));
    }
    let keys: Vec<DraftKey> = nodes.into_iter().take(MAX_KEYS).filter_map(|node| read_key(reading, node)).collect();
    let has_all_keys = keys.len() == n_keys;
    (keys, has_all_keys)
}

fn read_key(reading: &mut Reading<'_>, node: &Node) -> Option<DraftKey> {
    let group = reading.record(node, "a key", &["param", "key", "as"])?;
    let param = reading.needed_text(group, "param", "a key").map(|(param, _)| ParamKey::new(param));
    let key = reading.needed_text(group, "key", "a key").map(|(key, _)| Arc::from(key));
    let conversion = match group.get("as") {
        None => Some(Conversion::Plain),
        Some(member) => reading.text(&member.value).and_then(|slug| {
            let conversion =
                Conversion::ALL.iter().find(|(_, known)| *known == slug).map(|(conversion, _)| *conversion);
            if conversion.is_none() {
                let slugs = Conversion::ALL.map(|(_, slug)| slug).join(", ");
                reading.fault(member.value.span.start, format!("{slug} is no conversion: it is one of {slugs}"));
            }
            conversion
        }),
    };
    Some(DraftKey { at: node.span.start, param, key, conversion })
}

fn read_reload(reading: &mut Reading<'_>, node: &Node) -> Option<Reload> {
    if let Some(line) = node.as_text() {
        let words: Vec<String> = line.split_whitespace().map(|word| format!("\"{word}\"")).collect();
        reading.fault(
            node.span.start,
            format!("a reload is no shell's line: write run(argv: [{}]), or post(url: \"…\")", words.join(", ")),
        );
        return None;
    }
    match node.as_group().and_then(|group| group.name.as_deref()) {
        Some("run") => {
            let group = reading.record(node, "run", &["argv", "timeout"])?;
            let timeout = read_timeout(reading, group);
            let argv = read_argv(reading, group)?;
            Some(Reload::Run { argv, timeout: timeout? })
        }
        Some("post") => {
            let group = reading.record(node, "post", &["url", "timeout"])?;
            let timeout = read_timeout(reading, group);
            let url = read_url(reading, group, "post")?;
            Some(Reload::Post { url, timeout: timeout? })
        }
        Some("restart") => {
            let group = reading.record(node, "restart", &["service", "timeout"])?;
            let timeout = read_timeout(reading, group);
            let at = group.get("service").map_or(group.open, |member| member.value.span.start);
            let service = group.get("service").and_then(|member| member.value.as_text()).unwrap_or_default();
            if let Some(fault) = service_fault(service) {
                reading.fault(at, fault);
                return None;
            }
            Some(Reload::Restart { service: service.into(), timeout: timeout? })
        }
        _ => {
            reading
                .belongs(node, "run(argv: [\"program\", \"argument\"]), post(url: \"…\") or restart(service: \"…\")");
            None
        }
    }
}

fn read_argv(reading: &mut Reading<'_>, group: &Group) -> Option<Vec<String>> {
    let at = group.get("argv").map_or(group.open, |member| member.value.span.start);
    if let Some(line) = group.get("argv").and_then(|member| member.value.as_text()) {
        let words: Vec<String> = line.split_whitespace().map(|word| format!("\"{word}\"")).collect();
        reading.fault(at, format!("argv is no shell's line: write argv: [{}]", words.join(", ")));
        return None;
    }
    let nodes = reading.list(group, "argv");
    let n_arguments = nodes.len();
    let argv: Vec<String> = nodes.into_iter().filter_map(|node| reading.text(node)).map(str::to_owned).collect();
    if argv.len() < n_arguments {
        return None;
    }
    match argv_fault(&argv) {
        Some(fault) => {
            reading.fault(at, fault);
            None
        }
        None => Some(argv),
    }
}

fn read_url(reading: &mut Reading<'_>, group: &Group, what: &str) -> Option<String> {
    let (url, at) = reading.needed_text(group, "url", what)?;
    match url_fault(url) {
        Some(fault) => {
            reading.fault(at, fault);
            None
        }
        None => Some(url.to_owned()),
    }
}

fn read_timeout(reading: &mut Reading<'_>, group: &Group) -> Option<Duration> {
    let Some(member) = group.get("timeout") else { return Some(DEFAULT_TIMEOUT) };
    let at = member.value.span.start;
    match value_text::read_duration(reading.text(&member.value)?) {
        Ok(time) if (MIN_TIMEOUT..=MAX_TIMEOUT).contains(&time) => Some(time),
        Ok(_) => {
            reading.fault(at, "timeout is from 100 ms to 10 min");
            None
        }
        Err(why) => {
            reading.fault(at, format!("timeout: {why}"));
            None
        }
    }
}

fn read_verify(reading: &mut Reading<'_>, node: &Node) -> Option<VerifyAction> {
    if matches!(&node.value, Value::Name(name) if name == "read_file") {
        return Some(VerifyAction::ReadFile);
    }
    if node.as_group().and_then(|group| group.name.as_deref()) != Some("get") {
        reading.belongs(node, "read_file or get(url: \"…\", fields: {\"parameter\": \"field\"})");
        return None;
    }
    let group = reading.record(node, "get", &["url", "fields", "timeout"])?;
    let timeout = read_timeout(reading, group);
    let url = read_url(reading, group, "get");
    let entries = reading.map(group, "fields");
    if entries.is_empty() {
        reading.fault(group.open, "get compares no field: add fields: {\"parameter\": \"field\"}");
        return None;
    }
    let n_entries = entries.len();
    let fields: Vec<(ParamKey, Arc<str>)> = entries
        .into_iter()
        .filter_map(|(param, _, node)| Some((ParamKey::new(param), Arc::from(reading.text(node)?))))
        .collect();
    (fields.len() == n_entries).then_some(())?;
    Some(VerifyAction::Get { url: url?, fields, timeout: timeout? })
}
