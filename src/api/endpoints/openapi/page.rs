//! The page of `/docs`: every endpoint of the document with its parameters, answers and an example. It has no script and
//! loads nothing.

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::api::endpoints::answer;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem 1.5rem;\
    color:#1f2328;background:#fff}h1,h2{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de}\
    section{margin:1.5rem 0}h3{font:600 1rem ui-monospace,monospace;margin:.2rem 0}b{color:#0b7285}\
    pre{background:#f3f5f7;padding:.6rem .8rem;overflow:auto;border-radius:4px;font-size:.85rem}\
    table{border-collapse:collapse;font-size:.9rem}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}\
    code{font-size:.9em}@media(prefers-color-scheme:dark){body{color:#d7dce1;background:#14181c}\
    pre{background:#1f252b}b{color:#4dc4d3}a{color:#4dc4d3}h2{border-color:#3a424a}}";

/// The page, with headers that keep anything from being loaded or run.
pub fn response(page: Bytes) -> Response {
    let mut response = answer::text("text/html; charset=utf-8", page);
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// The page of a document.
pub fn html(document: &OpenApi) -> String {
    let value = serde_json::to_value(document).unwrap_or_default();
    let mut out = String::with_capacity(64 * 1024);
    let about = escaped(value["info"]["description"].as_str().unwrap_or_default());
    let version = escaped(value["info"]["version"].as_str().unwrap_or_default());
    let _ = write!(
        out,
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
        <title>Perfdesk API</title><style>{STYLE}</style><h1>Perfdesk API {version}</h1><p>{about}</p>\
        <p>Each request but those to <code>/healthz</code> and <code>/readyz</code> carries a token: \
        <code>Authorization: Bearer TOKEN</code>. <code>perfdesk token show</code> says it. The same as a document: \
        <a href=/openapi.json>/openapi.json</a>.</p>"
    );
    for tag in list(&value["tags"]) {
        let name = tag["name"].as_str().unwrap_or_default();
        let about = tag["description"].as_str().unwrap_or_default();
        let _ = write!(out, "<h2>{}</h2>", escaped(about));
        for (path, method, operation) in operations(&value) {
            if list(&operation["tags"]).any(|tag| tag == name) {
                section(&mut out, path, method, operation, &value);
            }
        }
    }
    out.push_str("</html>\n");
    out
}

/// The entries of a list; none where it is no list.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Every operation: its path, its method, and itself.
pub fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods
            .filter(|(_, operation)| operation.is_object())
            .map(|(m, operation)| (path.as_str(), m.as_str(), operation))
    })
}

fn section(out: &mut String, path: &str, method: &str, operation: &Value, document: &Value) {
    let method = method.to_uppercase();
    let summary = operation["summary"].as_str().unwrap_or_default();
    let more = operation["description"].as_str().unwrap_or_default();
    let _ = write!(out, "<section><h3><b>{method}</b> {}</h3><p>{}", escaped(path), coded(summary));
    if more != summary {
        let _ = write!(out, " {}", coded(more));
    }
    out.push_str("</p>");
    let parameters: Vec<&Value> = list(&operation["parameters"]).collect();
    if !parameters.is_empty() {
        out.push_str("<table><tr><th>Parameter<th>In<th>What it is</tr>");
        for parameter in &parameters {
            let field = |name: &str| parameter[name].as_str().unwrap_or_default();
            let must = if parameter["required"] == true { " (needed)" } else { "" };
            let (name, place, about) = (escaped(field("name")), escaped(field("in")), coded(field("description")));
            let _ = write!(out, "<tr><td><code>{name}</code>{must}<td>{place}<td>{about}</tr>");
        }
        out.push_str("</table>");
    }
    let _ = write!(out, "<pre>{}</pre>", escaped(&example(path, &method, operation, &parameters, document)));
    let answers = operation["responses"].as_object().into_iter().flatten();
    let good = answers.filter(|(status, _)| status.starts_with('2'));
    for (status, answer) in good {
        let about = answer["description"].as_str().unwrap_or_default();
        let types: Vec<&str> =
            answer["content"].as_object().into_iter().flatten().map(|(kind, _)| kind.as_str()).collect();
        let _ = write!(out, "<p><code>{status}</code> {} <code>{}</code></p>", coded(about), types.join(", "));
        if let Some(name) = schema_name(answer) {
            fields(out, name, document);
        }
    }
    out.push_str("</section>");
}

/// A request to copy.
fn example(path: &str, method: &str, operation: &Value, parameters: &[&Value], document: &Value) -> String {
    let mut address = path.to_owned();
    let mut query = Vec::new();
    let mut headers = String::new();
    for parameter in parameters {
        let name = parameter["name"].as_str().unwrap_or_default();
        let example = match &parameter["example"] {
            Value::String(text) => text.clone(),
            Value::Array(all) => all.first().and_then(Value::as_str).unwrap_or_default().to_owned(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        match parameter["in"].as_str() {
            Some("path") if !example.is_empty() => address = address.replace(&format!("{{{name}}}"), &example),
            Some("query") if !example.is_empty() => query.push(format!("{name}={example}")),
            Some("header") if parameter["required"] == true => {
                let _ = write!(headers, " -H '{name}: …'");
            }
            _ => {}
        }
    }
    let is_open = list(&operation["security"]).any(|one| one.as_object().is_some_and(serde_json::Map::is_empty));
    let token = if is_open { "" } else { " -H \"Authorization: Bearer $TOKEN\"" };
    let verb = if method == "GET" { String::new() } else { format!(" -X {method}") };
    let joined = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let body = body_example(operation, document);
    let body = body.map(|body| format!(" \\\n  -H 'Content-Type: application/json' -d '{body}'")).unwrap_or_default();
    format!("curl{verb}{token}{headers} 'http://127.0.0.1:7373{address}{joined}'{body}")
}

/// The examples of a body's fields, or their defaults, together.
fn body_example(operation: &Value, document: &Value) -> Option<String> {
    let name = schema_name(&operation["requestBody"])?;
    let schema = &document["components"]["schemas"][name];
    if !schema["example"].is_null() {
        return Some(schema["example"].to_string());
    }
    let properties = schema["properties"].as_object()?;
    let mut body = serde_json::Map::new();
    for (field, schema) in properties {
        let example = if schema["example"].is_null() { &schema["default"] } else { &schema["example"] };
        if !example.is_null() {
            body.insert(field.clone(), example.clone());
        }
    }
    Some(Value::Object(body).to_string())
}

/// The name of the schema of a body or an answer.
fn schema_name(holder: &Value) -> Option<&str> {
    let reference = holder["content"]["application/json"]["schema"]["$ref"].as_str()?;
    reference.rsplit('/').next()
}

/// The fields of a schema.
fn fields(out: &mut String, name: &str, document: &Value) {
    let Some(properties) = document["components"]["schemas"][name]["properties"].as_object() else { return };
    out.push_str("<table><tr><th>Field<th>What it is</tr>");
    for (field, schema) in properties {
        let about = schema["description"].as_str().unwrap_or_default();
        let _ = write!(out, "<tr><td><code>{}</code><td>{}</tr>", escaped(field), coded(about));
    }
    out.push_str("</table>");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text with what stands between backticks as code.
fn coded(text: &str) -> String {
    let parts = escaped(text);
    let parts = parts.split('`').enumerate();
    parts.map(|(i, part)| if i % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }).collect()
}
