//! The service and who may call it.

use super::Rule;
use super::facts::{Facts, Finding, time_words};
use crate::model::profile::ParamValue;

pub(super) const RULES: &[Rule] = &[
    Rule {
        key: "ml.warmup_batches",
        about: "warm-up batches are run where the service warms up",
        source: "NVIDIA Triton Inference Server documentation, Model Configuration: Model Warmup",
        find: batches_without_warm_up,
    },
    Rule {
        key: "security.token_lifetime",
        about: "a token outlives its request",
        source: "OWASP Session Management Cheat Sheet, session expiration",
        find: token_under_request,
    },
    Rule {
        key: "security.allowed_origins",
        about: "not every site may call the service from a browser",
        source: "OWASP HTML5 Security Cheat Sheet, Cross Origin Resource Sharing",
        find: every_origin,
    },
];

fn batches_without_warm_up(facts: &Facts<'_>) -> Option<Finding> {
    let (batches, is_on) = (facts.count("ml.warmup_batches")?, facts.is_on("service.warm_up")?);
    let text = "Warm-up on start is off: these batches are never run".to_owned();
    (batches > 0 && !is_on).then(|| Finding::warning("ml.warmup_batches", text).or_use(ParamValue::Count(0)))
}

fn token_under_request(facts: &Facts<'_>) -> Option<Finding> {
    let (token, request) = (facts.time("security.token_lifetime")?, facts.time("service.request_timeout")?);
    let text = || {
        let request = time_words(request);
        format!("Shorter than the request timeout of {request}: a token may end while its request runs")
    };
    (token < request).then(|| Finding::warning("security.token_lifetime", text()))
}

fn every_origin(facts: &Facts<'_>) -> Option<Finding> {
    let is_all = facts.list("security.allowed_origins")?.iter().any(|origin| &**origin == "*");
    let text = "* lets a page of any site call the service from its visitors' browsers: name the sites".to_owned();
    is_all.then(|| Finding::warning("security.allowed_origins", text))
}
