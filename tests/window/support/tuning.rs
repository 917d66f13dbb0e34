//! Made-up tuning: the profiles of a service called checkout, three bound files, a plan, and an apply on trial.

use std::sync::Arc;
use std::time::Duration;

use perfdesk::model::profile::*;
use perfdesk::model::{Snapshot, Timestamp};
use perfdesk::profile::document;

use super::world::{NOW, snapshot};

fn def(key: &str, title: &str, kind: ParamKind, default: Option<ParamValue>) -> ParamDef {
    let group = key.split('.').next().expect("a group").into();
    ParamDef {
        key: ParamKey::new(key),
        title: title.into(),
        group,
        kind,
        default,
        about: format!("What {title} does.").into(),
        raising: "More memory.".into(),
        lowering: "More waiting.".into(),
        source: "a rule of thumb".into(),
        is_own: false,
    }
}

fn count(key: &str, title: &str, max: i64) -> ParamDef {
    def(key, title, ParamKind::Count { min: 1, max, unit: "connections".into() }, Some(ParamValue::Count(5)))
}

fn time(key: &str, title: &str, seconds: u64) -> ParamDef {
    let kind = ParamKind::Duration { min: Duration::from_millis(1), max: Duration::from_secs(86_400) };
    def(key, title, kind, Some(ParamValue::Duration(Duration::from_secs(seconds))))
}

fn choice(key: &str, title: &str, options: &[&str]) -> ParamDef {
    let options = options.iter().map(|o| ChoiceOption { value: o.to_lowercase().into(), title: (*o).into() });
    let first = options.clone().next().map(|o| ParamValue::Text(o.value));
    def(key, title, ParamKind::Choice { options: options.collect() }, first)
}

pub fn catalogue() -> Catalogue {
    let group = |key: &str, title: &str| ParamGroup { key: key.into(), title: title.into() };
    let size = ParamKind::Size { min: 1 << 20, max: 64 << 30 };
    let lives = ParamKind::TimeToLive { min: Duration::from_secs(1), max: Duration::from_secs(86_400) };
    let hour = Some(ParamValue::Duration(Duration::from_secs(3600)));
    Catalogue {
        groups: vec![
            group("database", "Database"),
            group("http", "HTTP client"),
            group("cache", "Cache"),
            group("security", "Security"),
        ],
        parameters: vec![
            count("database.pool_max", "Pool, maximum", 100),
            count("database.pool_min", "Pool, minimum", 100),
            time("database.acquire_timeout", "Acquire timeout", 5),
            time("database.statement_timeout", "Statement timeout", 30),
            time("database.idle_lifetime", "Idle connections live", 600),
            time("database.slow_query", "Log queries slower than", 1),
            count("http.pool_max", "Connections, total", 500),
            count("http.pool_per_host", "Connections, per host", 200),
            def("http.keep_alive", "Keep-alive", ParamKind::Switch, Some(ParamValue::Switch(true))),
            choice("http.backoff", "Back-off between retries", &["None", "Constant", "Linear", "Exponential"]),
            def("cache.ttl", "Time to live", lives, hour),
            choice("cache.policy", "Eviction", &["LRU", "LFU", "FIFO"]),
            def("cache.size", "Size", size, Some(ParamValue::Size(256 << 20))),
            def("cache.warm", "Warm-up keys", ParamKind::List { max_len: 8 }, None),
            def("security.secret", "Secret key", ParamKind::Secret, None),
        ],
    }
}

const BASE: &str = r#"// What every profile starts from.
(
    version: 1,
    about: "what all profiles start from",
    values: {
        "database.pool_max": 20,
        "database.pool_min": 5,
        "database.acquire_timeout": "5 s",
        "http.pool_per_host": 32,
        "http.keep_alive": true,
        "cache.policy": "lru",
    },
)
"#;

const DEVELOPMENT: &str = r#"(
    version: 1,
    base: "base",
    about: "for a laptop: small pools, no cache",
    values: { "database.pool_max": 5, "cache.ttl": "5 min" },
)
"#;

pub const PRODUCTION: &str = r#"// As it runs since the move to the new data centre.
(
    version: 1,
    base: "base",
    about: "for the service as customers see it",
    values: {
        // Half of what the database takes.
        "database.pool_max": (value: 50, why: "half of what the database takes"),
        "database.statement_timeout": "30 s",
        "http.pool_max": 200,
        "cache.ttl": "1 h",
    },
)
"#;

const HIGH_LOAD: &str = r#"(
    version: 1,
    base: "production",
    about: "large pools, cache by key class",
    values: {
        "database.pool_max": 100,
        "http.pool_max": 500,
        "cache.ttl": (value: {"product:*": (lives: "3 h", stale: "10 min"), "*": (lives: "1 h")}, jitter: 0.1),
    },
)
"#;

const OWN: &str = r#"(
    version: 1,
    base: "high-load",
    about: "for the sale",
    values: { "database.pool_min": 20, "http.pool_per_host": 100 },
)
"#;

const LOCAL: &str = r#"(
    version: 1,
    about: "what holds on this machine alone",
    values: { "http.backoff": "exponential" },
)
"#;

pub fn profile(name: &str, text: &str, is_shipped: bool, catalogue: &Catalogue) -> Arc<Profile> {
    Arc::new(document::read(name, text, catalogue, is_shipped, !is_shipped))
}

fn binding(id: &str, path: &str, format: FileFormat, keys: &[(&str, &str)]) -> BindingState {
    let keys = keys.iter().map(|(param, key)| BoundKey {
        param: ParamKey::new(*param),
        key: (*key).into(),
        conversion: Conversion::Plain,
    });
    let argv = ["systemctl", "reload", "checkout"].map(str::to_owned).to_vec();
    BindingState {
        binding: Binding {
            id: id.into(),
            path: path.into(),
            format,
            keys: keys.collect(),
            reload: Some(Reload::Run { argv, timeout: Duration::from_secs(30) }),
            verify: None,
        },
        checked_at: Some(NOW),
        verified_at: Some(NOW.minus(Duration::from_secs(3000))),
        drift: Arc::new([]),
        unanswered: None,
        error: None,
    }
}

/// Profiles, the machine's own layer, and a catalogue; nothing is bound.
pub fn unbound() -> Tuning {
    let catalogue = Arc::new(catalogue());
    let profiles = vec![
        profile("base", BASE, true, &catalogue),
        profile("development", DEVELOPMENT, true, &catalogue),
        profile("production", PRODUCTION, true, &catalogue),
        profile("high-load", HIGH_LOAD, true, &catalogue),
        profile("black-friday", OWN, false, &catalogue),
    ];
    let detection = Detection {
        profile: Some("production".into()),
        reasons: vec!["APP_ENV is production".into(), "the host's name is atlas-02".into()],
        against: Vec::new(),
    };
    Tuning {
        local: Some(profile(LOCAL_LAYER, LOCAL, false, &catalogue)),
        catalogue,
        profiles: profiles.into(),
        active: Some("production".into()),
        detection: Arc::new(detection),
        ..Tuning::default()
    }
}

/// The same with three bound files, one of them drifted.
pub fn bound() -> Tuning {
    let env = [("database.pool_max", "DB_POOL_MAX"), ("database.slow_query", "DB_SLOW_QUERY_MS")];
    let mut yaml = binding("inventory/application.yaml", "/srv/inventory/application.yaml", FileFormat::Yaml, &env);
    yaml.drift = Arc::new([BoundValue {
        param: ParamKey::new("database.pool_max"),
        seen_in: SeenIn::File,
        key: "pool.max".into(),
        found: Some("40".into()),
        expected: "50".into(),
        since: NOW.minus(Duration::from_secs(600)),
    }]);
    let bindings = [
        binding("checkout/.env", "/srv/checkout/.env", FileFormat::Env, &env),
        binding(
            "checkout/config/service.toml",
            "/srv/checkout/config/service.toml",
            FileFormat::Toml,
            &[("cache.ttl", "cache.ttl")],
        ),
        yaml,
    ];
    Tuning { bindings: bindings.into(), ..unbound() }
}

fn line(sign: DiffSign, number: usize, text: &str, changed: std::ops::Range<usize>) -> DiffLine {
    DiffLine { sign, number, text: text.into(), changed }
}

fn env_diff() -> Arc<[DiffLine]> {
    use DiffSign::{Added, Removed, Same};
    Arc::new([
        line(Same, 11, "DB_HOST=127.0.0.1", 0..0),
        line(Removed, 12, "DB_POOL_MAX=50", 12..14),
        line(Added, 12, "DB_POOL_MAX=24", 12..14),
        line(Same, 13, "DB_POOL_MIN=5", 0..0),
        line(Same, 14, "# slow-query log, see runbook 7", 0..0),
        line(Removed, 15, "DB_SLOW_QUERY_MS=500", 17..20),
        line(Added, 15, "DB_SLOW_QUERY_MS=250", 17..20),
    ])
}

fn toml_diff() -> Arc<[DiffLine]> {
    use DiffSign::{Added, Removed, Same};
    Arc::new([
        line(Same, 31, "[cache]", 0..0),
        line(Removed, 32, "ttl = \"1h\"", 6..10),
        line(Added, 32, "ttl.\"product:*\" = \"3h\"", 4..15),
        line(Added, 33, "ttl.\"price:*\" = \"60s\"", 4..13),
        line(Added, 34, "ttl.\"*\" = \"1h\"", 4..7),
        line(Same, 35, "policy = \"lru\"", 0..0),
    ])
}

/// A plan of production for the first two files.
pub fn plan(id: u64) -> Plan {
    let change = |param: &str, key: &str, before: &str, after: &str| KeyChange {
        param: ParamKey::new(param),
        key: key.into(),
        before: Some(before.into()),
        after: after.into(),
    };
    let file = |binding: &str, path: &str, changes, diff: Arc<[DiffLine]>, n_lines| FilePlan {
        binding: binding.into(),
        path: path.into(),
        changes,
        diff,
        n_lines,
        before: (1, 100),
        after: (2, 100),
        problems: Vec::new(),
    };
    let env = vec![
        change("database.pool_max", "DB_POOL_MAX", "50", "24"),
        change("database.slow_query", "DB_SLOW_QUERY_MS", "500", "250"),
    ];
    let toml = vec![change("cache.ttl", "cache.ttl", "1h", "…")];
    let argv = ["systemctl", "reload", "checkout"].map(str::to_owned).to_vec();
    let fields = ["database.pool_max", "database.slow_query", "cache.ttl"];
    let fields = fields.map(|field| (ParamKey::new(field), Arc::from(field))).to_vec();
    let get =
        VerifyAction::Get { url: "http://127.0.0.1:8080/config".into(), fields, timeout: Duration::from_secs(10) };
    Plan {
        id: PlanId(id),
        profile: "production".into(),
        files: vec![
            file("checkout/.env", "/srv/checkout/.env", env, env_diff(), (2, 2)),
            file("checkout/config/service.toml", "/srv/checkout/config/service.toml", toml, toml_diff(), (3, 1)),
        ],
        n_unchanged: 1,
        reloads: vec![("checkout/.env".into(), Reload::Run { argv, timeout: Duration::from_secs(30) })],
        verifies: vec![("checkout/.env".into(), get)],
        problems: Vec::new(),
    }
}

/// An apply of production to those two files.
pub fn record(id: u64, at: Timestamp, phase: ApplyPhase) -> ApplyRecord {
    let step = |kind, text: &str| ApplyStep { kind, state: StepState::Done, text: text.into(), output: "".into() };
    let file = |binding: &str, path: &str, n_changes, diff| AppliedFile {
        binding: binding.into(),
        path: path.into(),
        backup: Some("/home/ada/.local/share/perfdesk/applies/000001/0".into()),
        n_changes,
        diff,
    };
    ApplyRecord {
        id: ApplyId(id),
        profile: "production".into(),
        previous: Some("development".into()),
        at,
        who: "ada".into(),
        phase,
        steps: vec![
            step(StepKind::Write, "2 files, the old ones are backed up"),
            step(StepKind::Reload, "systemctl reload checkout in 0.8 s"),
            step(StepKind::Verify, "3 of 3 values read back from checkout"),
        ],
        files: vec![
            file("checkout/.env", "/srv/checkout/.env", 2, env_diff()),
            file("checkout/config/service.toml", "/srv/checkout/config/service.toml", 1, toml_diff()),
        ],
    }
}

/// An apply that waits to be kept for 47 s more.
pub fn on_trial() -> ApplyRecord {
    let until = NOW.plus(Duration::from_millis(46_400));
    record(7, NOW.minus(Duration::from_secs(13)), ApplyPhase::OnTrial { until })
}

/// The made-up machine with this tuning.
pub fn with(tuning: Tuning) -> Snapshot {
    Snapshot { tuning: Arc::new(tuning), ..snapshot() }
}

/// What a look at the .env of checkout proposes.
pub fn proposal(path: &std::path::Path) -> ImportProposal {
    let key = |param: &str, key: &str, conversion, value: &str, line| ProposedKey {
        bound: BoundKey { param: ParamKey::new(param), key: key.into(), conversion },
        value: value.into(),
        line,
        note: None,
    };
    ImportProposal {
        path: path.to_owned(),
        format: FileFormat::Env,
        keys: vec![
            key("database.pool_max", "DB_POOL_MAX", Conversion::Plain, "50", 12),
            key("database.pool_min", "DB_POOL_MIN", Conversion::Plain, "5", 13),
            key("database.slow_query", "DB_SLOW_QUERY_MS", Conversion::Millis, "500", 15),
        ],
        others: vec![("DB_HOST".into(), 11), ("APP_NAME".into(), 1)],
        error: None,
    }
}
