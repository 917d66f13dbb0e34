//! `GET /openapi.json`: the API as an OpenAPI document, made from the endpoints themselves; `GET /docs`: the same as a page.

mod page;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::response::Response;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi as _};

use super::answer;
use super::params::Params;
use super::{
    alerts, annotations, config, databases, events, history, jobs, metrics, processes, ready, reports, runs, services,
    status, suggestions,
};
use crate::api::Problem;

/// The type of problem documents.
const PROBLEM_TYPE: &str = "application/problem+json";
/// The name of the security scheme.
const TOKEN: &str = "token";

/// The document.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Perfdesk",
        description = "Watch a machine and its services, tune them through profiles, and follow what comes of it. All \
            times are RFC 3339 in UTC, units are UCUM or stand in the name of a field. Errors are problem documents \
            (RFC 9457) that name the field at fault: 400 and 404 where a request is not as this document has it or names what \
            there is not, 409 where it is, and contradicts itself or cannot be done as things stand."
    ),
    paths(
        status::status,
        metrics::metrics,
        metrics::scrape,
        history::history,
        suggestions::suggestions,
        config::switch::optimize,
        processes::processes,
        databases::databases,
        databases::database,
        services::services,
        services::service,
        runs::start,
        runs::stop,
        runs::restart,
        runs::output,
        alerts::alerts,
        alerts::log::log,
        alerts::act::acknowledge_logged,
        alerts::rules::rules,
        alerts::act::put_rule,
        alerts::act::delete_rule,
        alerts::act::silence,
        alerts::act::unsilence,
        alerts::act::acknowledge,
        annotations::list,
        annotations::add,
        reports::reports,
        reports::runs,
        config::effective::get,
        config::change::put,
        config::profiles::profiles,
        config::switch::switch,
        jobs::list,
        jobs::get,
        jobs::cancel,
        jobs::confirm,
        events::events,
        document,
        page,
        ready::healthz,
        ready::readyz,
    ),
    components(schemas(Problem)),
    tags(
        (name = "performance", description = "How the machine does now and did, and what would make it better"),
        (name = "machine", description = "What runs on it"),
        (name = "alerts", description = "Alerts, their log and their rules"),
        (name = "records", description = "Notes, reports and runs"),
        (name = "config", description = "Tuning profiles"),
        (name = "jobs", description = "Changes that were begun"),
        (name = "events", description = "What happens, as it happens"),
        (name = "process", description = "The process itself, and this document"),
    ),
    modifiers(&Common)
)]
struct Document;

/// What all endpoints have in common: the token, and problems.
struct Common;

impl Modify for Common {
    fn modify(&self, openapi: &mut OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A token of Perfdesk: `perfdesk token show` says it. One that may read alone refuses changes.",
            ))
            .build();
        let components = openapi.components.get_or_insert_with(Components::new);
        components.add_security_scheme(TOKEN, SecurityScheme::Http(bearer));
        openapi.security = Some(vec![SecurityRequirement::new::<_, [String; 0], String>(TOKEN, [])]);
        for (path, item) in &mut openapi.paths.paths {
            let methods = [
                ("get", &mut item.get),
                ("post", &mut item.post),
                ("put", &mut item.put),
                ("delete", &mut item.delete),
            ];
            for (method, operation) in methods {
                let Some(operation) = operation else { continue };
                // Functions of several endpoints have one name, such as `list`: their addresses tell them apart.
                let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
                operation.operation_id = Some([method].into_iter().chain(words).collect::<Vec<_>>().join("_"));
                add_problems(operation, method != "get");
            }
        }
    }
}

/// Adds the refusals that an endpoint may answer with.
fn add_problems(operation: &mut Operation, is_change: bool) {
    let is_open =
        operation.security.as_ref().is_some_and(|all| all.iter().any(|one| *one == SecurityRequirement::default()));
    let mut all = vec![
        ("400", "A parameter, a header or the body is wrong: `field` says which"),
        ("404", "There is no such thing"),
        ("405", "The path has no such method: the header `Allow` names what it has"),
        ("414", "The address is too long"),
        ("421", "The header `Host` is not this machine's"),
        ("431", "The headers are too large"),
        ("500", "Perfdesk is at fault, and not the request"),
        ("503", "It cannot be answered now, and why"),
    ];
    if !is_open {
        all.extend([
            ("401", "The token is missing or wrong"),
            ("403", "The token, the origin or the settings do not allow it"),
            ("429", "Too many wrong tokens came from this address"),
        ]);
    }
    // Fields may be each as they should be, and contradict one another.
    if is_change || operation.parameters.is_some() {
        all.push(("409", "It contradicts itself or cannot be done as things stand, and why"));
    }
    if is_change {
        all.extend([
            ("408", "The body did not come in time"),
            ("413", "The body is too large"),
            ("415", "The body is not `application/json`"),
        ]);
    }
    for (status, description) in all {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| {
            let problem = Content::new(Some(Ref::from_schema_name("Problem")));
            ResponseBuilder::new().description(description).content(PROBLEM_TYPE, problem).build().into()
        });
    }
    // Where an endpoint tells of a problem itself, it is of the type of problems too.
    for (status, response) in &mut operation.responses.responses {
        let utoipa::openapi::RefOr::T(response) = response else { continue };
        if status.starts_with(['4', '5'])
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert(PROBLEM_TYPE.to_owned(), content);
        }
    }
}

/// The document as a value and as text, made once.
fn made() -> &'static (OpenApi, Bytes) {
    static MADE: LazyLock<(OpenApi, Bytes)> = LazyLock::new(|| {
        let mut document = Document::openapi();
        env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
        let text = serde_json::to_vec_pretty(&document).unwrap_or_default();
        (document, text.into())
    });
    &MADE
}

/// The API as an OpenAPI document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "process",
    responses((status = 200, description = "This document", body = Object))
)]
pub async fn document(params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    Ok(answer::text(answer::JSON, made().1.clone()))
}

/// The API as a page, with examples.
#[utoipa::path(
    get, path = "/docs", tag = "process",
    responses((status = 200, description = "A page", body = String, content_type = "text/html"))
)]
pub async fn page(params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    static PAGE: LazyLock<Bytes> = LazyLock::new(|| page::html(&made().0).into());
    Ok(page::response(PAGE.clone()))
}
