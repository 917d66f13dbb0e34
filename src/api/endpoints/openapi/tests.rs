//! The document and the routes are the same list, and both the document and the page hold together.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

use super::page::operations;
use crate::api::ApiState;
use crate::api::endpoints::{made_up, open_routes, open_table, routes, table};

fn state() -> ApiState {
    made_up::state(made_up::of_series(&[]))
}

fn document() -> Value {
    let (status, text) = made_up::get(&state(), "/openapi.json");
    assert_eq!(status, 200);
    serde_json::from_str(&text).expect("JSON")
}

/// Paths with the methods that routes answer, as the header `Allow` names them where another is tried.
fn routed() -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    let tables = [(routes as fn() -> _, table()), (open_routes, open_table())];
    for (router, table) in tables {
        for (path, _) in table {
            let address = path.replace(['{', '}'], "");
            let request = made_up::request(Method::PATCH, &address, &[], "");
            let (status, headers, _) = made_up::ask(router(), &state(), request);
            assert_eq!(status, 405, "{path}");
            let allow = headers["allow"].to_str().expect("text").to_owned();
            let methods = allow.split(',').filter(|method| *method != "HEAD");
            all.extend(methods.map(|method| (path.to_owned(), method.to_lowercase())));
        }
    }
    all
}

#[test]
fn every_route_is_in_the_document_and_the_other_way_round() {
    let document = document();
    let told: BTreeSet<(String, String)> =
        operations(&document).map(|(path, method, _)| (path.to_owned(), method.to_owned())).collect();
    let routed = routed();
    assert!(routed.len() >= 30, "{routed:?}");
    assert_eq!(told, routed);
}

#[test]
fn every_operation_says_what_it_is_and_tells_of_problems_and_the_token() {
    let document = document();
    let scheme = &document["components"]["securitySchemes"]["token"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&"http".into(), &"bearer".into()));
    assert_eq!(document["security"][0]["token"], serde_json::json!([]));
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        assert!(ids.insert(id.to_owned()), "{path} {method}: {id} twice");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{path} {method}");
        let responses = operation["responses"].as_object().expect("responses");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{path} {method}");
        let is_open = ["/healthz", "/readyz"].contains(&path);
        assert_eq!(responses.contains_key("401"), !is_open, "{path} {method}");
        assert_eq!(operation["security"][0].as_object().is_some_and(serde_json::Map::is_empty), is_open, "{path}");
        for (status, answer) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
            let problem = &answer["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{path} {method} {status}");
        }
        let named: BTreeSet<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let told: BTreeSet<&str> =
            parameters.iter().filter(|p| p["in"] == "path").filter_map(|p| p["name"].as_str()).collect();
        assert_eq!(told, named, "{path} {method}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let text = document.to_string();
    let references: BTreeSet<&str> =
        text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 40, "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

#[test]
fn the_page_lists_every_endpoint_and_loads_nothing() {
    let request = made_up::request(Method::GET, "/docs", &[], "");
    let (status, headers, page) = made_up::ask(routes(), &state(), request);
    assert_eq!((status, &headers["content-type"]), (200, &"text/html; charset=utf-8".parse().expect("a type")));
    assert!(headers["content-security-policy"].to_str().expect("text").starts_with("default-src 'none'"));
    for (path, method) in routed() {
        let title = format!("<b>{}</b> {path}</h3>", method.to_uppercase());
        assert!(page.contains(&title), "{title}");
    }
    for loading in ["<script", "src=", "url(", "@import", "https://", "<link"] {
        assert!(!page.contains(loading), "{loading}");
    }
    assert!(page.contains("/performance/history?series=system.cpu.utilization&amp;from=-1h&amp;to=now"), "an example");
    assert!(page.contains(r#"-d '{&quot;values&quot;:{"#), "an example of a body");
}
