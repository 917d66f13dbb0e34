//! Writing bindings as text.

use super::DEFAULT_TIMEOUT;
use crate::model::profile::{Binding, BoundKey, Conversion, Reload, VerifyAction};
use crate::profile::ron_text::quoted;
use crate::profile::value_text::write_duration;

/// The text of these bindings, from nothing: comments of another text are not in it.
pub fn write(bindings: &[Binding]) -> String {
    let mut text = String::from(
        "// Where profiles go: files, the keys that parameters have in them, and how the service learns of a change.\n\
         (\n    version: 1,\n    bindings: [\n",
    );
    for binding in bindings {
        text += &format!("        {},\n", binding_text(binding));
    }
    text + "    ],\n)\n"
}

/// One binding, as it stands in the list of a text.
pub fn binding_text(binding: &Binding) -> String {
    let mut text = String::from("(\n");
    for (name, value) in fields(binding) {
        text += &format!("            {name}: {value},\n");
    }
    text + "        )"
}

/// A binding's fields with their texts, those that are there.
pub fn fields(binding: &Binding) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("id", quoted(&binding.id)),
        ("path", quoted(&binding.path.to_string_lossy())),
        ("format", quoted(binding.format.slug())),
        ("keys", keys_text(&binding.keys)),
    ];
    fields.extend(binding.reload.as_ref().map(|reload| ("reload", reload_text(reload))));
    fields.extend(binding.verify.as_ref().map(|verify| ("verify", verify_text(verify))));
    fields
}

fn keys_text(keys: &[BoundKey]) -> String {
    if keys.is_empty() {
        return "[]".to_owned();
    }
    let lines: String = keys.iter().map(|key| format!("                {},\n", key_text(key))).collect();
    format!("[\n{lines}            ]")
}

/// One key.
pub fn key_text(key: &BoundKey) -> String {
    let conversion = match key.conversion {
        Conversion::Plain => String::new(),
        other => format!(", as: {}", quoted(other.slug())),
    };
    format!("(param: {}, key: {}{conversion})", quoted(key.param.as_str()), quoted(&key.key))
}

fn reload_text(reload: &Reload) -> String {
    match reload {
        Reload::Run { argv, timeout } => {
            let argv: Vec<String> = argv.iter().map(|argument| quoted(argument)).collect();
            format!("run(argv: [{}]{})", argv.join(", "), timeout_text(*timeout))
        }
        Reload::Post { url, timeout } => format!("post(url: {}{})", quoted(url), timeout_text(*timeout)),
        Reload::Restart { service, timeout } => {
            format!("restart(service: {}{})", quoted(service), timeout_text(*timeout))
        }
    }
}

fn verify_text(verify: &VerifyAction) -> String {
    match verify {
        VerifyAction::ReadFile => "read_file".to_owned(),
        VerifyAction::Get { url, fields, timeout } => {
            let fields: Vec<String> =
                fields.iter().map(|(param, field)| format!("{}: {}", quoted(param.as_str()), quoted(field))).collect();
            format!("get(url: {}, fields: {{{}}}{})", quoted(url), fields.join(", "), timeout_text(*timeout))
        }
    }
}

fn timeout_text(timeout: std::time::Duration) -> String {
    if timeout == DEFAULT_TIMEOUT {
        return String::new();
    }
    format!(", timeout: {}", quoted(&write_duration(timeout)))
}
