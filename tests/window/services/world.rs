//! Made-up services: checkout is slow, inventory is fine, postgres is scraped, two are silent; and what they told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use perfdesk::model::service::*;
use perfdesk::model::*;

use crate::support::{NOW, snapshot};

/// The subscriptions' numbers of the page.
pub const CHARTED: ViewId = ViewId(11_001);
pub const SPARKS: ViewId = ViewId(11_002);

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

pub fn flow(per_second: f64, error_ratio: f64, p50: f64, p95: f64, p99: f64) -> Flow {
    Flow {
        per_second,
        error_ratio: Some(error_ratio),
        mean_seconds: Some(p50 * 1.2),
        p50_seconds: Some(p50),
        p95_seconds: Some(p95),
        p99_seconds: Some(p99),
        p95_error_ratio: Some(0.04),
    }
}

fn routes() -> Vec<RouteRow> {
    let rows: [(&str, f64, f64, f64, f64, f64); 14] = [
        ("POST /orders", 212.0, 0.0031, 0.322, 0.842, 1.26),
        ("GET /cart", 388.0, 0.0012, 0.204, 0.588, 0.94),
        ("POST /payments", 96.0, 0.0084, 0.402, 1.104, 1.72),
        ("GET /products/{id}", 361.0, 0.0002, 0.061, 0.212, 0.48),
        ("GET /search", 84.0, 0.0011, 0.148, 0.42, 0.76),
        ("PUT /cart/items", 22.0, 0.002, 0.226, 0.602, 0.98),
        ("GET /orders/{id}", 61.0, 0.0008, 0.072, 0.24, 0.51),
        ("DELETE /cart", 9.0, 0.0014, 0.088, 0.261, 0.54),
        ("GET /health", 7.0, 0.0, 0.001, 0.002, 0.003),
        ("GET /login", 4.0, 0.0, 0.03, 0.08, 0.1),
        ("POST /login", 3.0, 0.0, 0.04, 0.09, 0.2),
        ("GET /terms", 0.5, 0.0, 0.002, 0.004, 0.005),
        ("GET /imprint", 0.2, 0.0, 0.002, 0.004, 0.005),
        ("GET /robots.txt", 0.1, 0.0, 0.001, 0.001, 0.002),
    ];
    let row = |(route, n, errors, p50, p95, p99): (&str, f64, f64, f64, f64, f64)| RouteRow {
        route: route.into(),
        flow: flow(n, errors, p50, p95, p99),
    };
    rows.into_iter().map(row).collect()
}

fn functions() -> Vec<FunctionRow> {
    let rows: [(&str, f64, f64, f64, f64); 9] = [
        ("reserve_stock", 212.0, 0.092, 0.512, 1.94),
        ("query order_items", 1240.0, 0.009, 0.118, 1.31),
        ("price_cart", 600.0, 0.014, 0.041, 0.58),
        ("render_receipt", 212.0, 0.007, 0.019, 0.21),
        ("call payments", 96.0, 0.121, 0.388, 0.12),
        ("predict_delivery", 212.0, 0.003, 0.011, 0.09),
        ("load_session", 1132.0, 0.001, 0.004, 0.06),
        ("encode_json", 1240.0, 0.001, 0.002, 0.05),
        ("check_coupon", 118.0, 0.002, 0.006, 0.02),
    ];
    let row = |(name, n, p50, p95, own): (&str, f64, f64, f64, f64)| FunctionRow {
        name: name.into(),
        flow: flow(n, 0.0, p50, p95, p95 * 1.6),
        own_seconds_per_second: own,
        slowest_seconds: p95 * 3.0,
        slowest_trace: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    };
    let named = rows.into_iter().map(row);
    let small = (0..52).map(|i| FunctionRow { name: format!("step_{i:02}").into(), ..FunctionRow::default() });
    named.chain(small).collect()
}

fn operations() -> Vec<OperationRow> {
    let row = |operation: &str, statement: &str, n: f64, p95: f64| OperationRow {
        system: "postgresql".into(),
        operation: operation.into(),
        statement: statement.into(),
        flow: flow(n, 0.0001, p95 / 4.0, p95, p95 * 1.5),
    };
    vec![
        row("SELECT order_items", "SELECT * FROM order_items WHERE order_id = ?", 1240.0, 0.118),
        row("UPDATE stock", "UPDATE stock SET n = n - ? WHERE sku = ?", 212.0, 0.064),
        row("INSERT orders", "INSERT INTO orders VALUES (?, ?, ?)", 212.0, 0.012),
    ]
}

fn errors() -> Vec<ErrorRow> {
    let row = |kind: &str, message: &str, pattern, n: u64, by_minute: Vec<u32>| ErrorRow {
        kind: kind.into(),
        message: message.into(),
        pattern,
        n,
        by_minute: by_minute.into(),
        first_at: NOW.minus(minutes(55)),
        last_at: NOW.minus(Duration::from_secs(20)),
        trace: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
        ..ErrorRow::default()
    };
    let every_five = (0..60).map(|i| if i % 5 == 0 { 12 } else { 0 }).collect();
    let growing = (0..60).map(|i| i / 4).collect();
    let mut timeout =
        row("TimeoutError", "QueuePool limit reached, timed out after 30 s", ErrorPattern::Growing, 412, growing);
    timeout.only_route = "POST /orders".into();
    let mut gateway = row("502", "upstream prematurely closed the connection", ErrorPattern::Periodic, 144, every_five);
    gateway.period = Some(minutes(5));
    let mut old = row("KeyError", "", ErrorPattern::Over, 3, vec![0; 60]);
    old.trace = "".into();
    vec![timeout, gateway, old]
}

fn checkout() -> Service {
    Service {
        name: "checkout".into(),
        kind: ServiceKind::Reports,
        identity: Identity {
            version: "2.14.0".into(),
            namespace: "shop".into(),
            language: "python".into(),
            n_instances: 8,
            pids: vec![2234],
        },
        level: ServiceLevel::Warning,
        sentence: "checkout is slow: p95 640\u{2009}ms, 71\u{2009}% of it waiting for a connection".into(),
        aside: "Errors are as usual".into(),
        short: "slow: p95 640\u{2009}ms".into(),
        first_at: NOW.minus(minutes(60)),
        last_at: NOW,
        metrics: Arc::new(StreamFigures {
            window: Duration::from_secs(15),
            requests: Some(flow(1240.0, 0.0018, 0.236, 0.64, 1.01)),
            routes: routes().into(),
            pools: [PoolRow {
                name: "orders".into(),
                used: Some(47.0),
                idle: Some(3.0),
                max: Some(50.0),
                pending: Some(6.0),
                wait_p95_seconds: Some(0.454),
                time_outs_per_second: Some(0.0),
                ..PoolRow::default()
            }]
            .into(),
            caches: [CacheRow {
                name: "products".into(),
                hit_ratio: Some(0.97),
                per_second: 1480.0,
                evictions_per_second: Some(2.5),
            }]
            .into(),
            ..StreamFigures::default()
        }),
        spans: Arc::new(SpanFigures {
            window: Duration::from_secs(60),
            operations: operations().into(),
            dependencies: [DependencyRow {
                name: "payments".into(),
                kind: "http".into(),
                flow: flow(96.0, 0.001, 0.121, 0.388, 0.5),
            }]
            .into(),
            functions: functions().into(),
            errors: errors().into(),
            split: Some(TimeSplit {
                near_seconds: 0.64,
                n: 124,
                parts: vec![
                    (TimePart::WaitsForConnection, 0.454),
                    (TimePart::Database, 0.118),
                    (TimePart::OwnCode, 0.037),
                    (TimePart::Downstream, 0.023),
                    (TimePart::Queue, 0.008),
                ],
            }),
            n_traces: 180,
            n_logs: 500,
            ..SpanFigures::default()
        }),
        process: Some(BoundProcess {
            key: ProcessKey { pid: 2234, start_mark: 22_340 },
            name: "postgres".into(),
            n_processes: 8,
            started_at: NOW.minus(minutes(6)),
            n_restarts: 1,
        }),
        process_missing: "".into(),
    }
}

fn plain(name: &str, level: ServiceLevel, short: &str) -> Service {
    Service {
        name: name.into(),
        level,
        sentence: format!("{name} is {short}").into(),
        short: short.into(),
        first_at: NOW.minus(minutes(60)),
        last_at: NOW.minus(if level == ServiceLevel::Silent { minutes(12) } else { Duration::ZERO }),
        ..Service::default()
    }
}

pub fn services() -> Services {
    let mut list = vec![
        checkout(),
        plain("inventory", ServiceLevel::Fine, "fine: p95 41\u{2009}ms"),
        plain("nightly-batch", ServiceLevel::Silent, "stopped, starts at 02:00"),
        Service { kind: ServiceKind::Scraped, ..plain("postgres", ServiceLevel::Warning, "busy: 8.1 of 16 cores") },
        plain("redis", ServiceLevel::Fine, "fine: 97\u{2009}% hits"),
        plain("reports-api", ServiceLevel::Silent, "no data for 12\u{2009}min"),
        plain("web-nginx", ServiceLevel::Fine, "fine: 1,310 req/s"),
    ];
    list.sort_by(|a, b| a.name.cmp(&b.name));
    let listening = |address: &str| ReceiverStatus { address: address.into(), state: ReceiverState::Listening };
    let check = HealthCheck {
        name: "login".into(),
        service: "checkout".into(),
        kind: CheckKind::Http {
            url: "http://127.0.0.1:8080/health".into(),
            status: None,
            body: "".into(),
            json: ("".into(), "".into()),
            max_millis: 0,
        },
        ..HealthCheck::default()
    };
    let target = Target {
        name: "postgres".into(),
        url: "http://127.0.0.1:9187/metrics".into(),
        login: remote_write::Login::Bearer,
        ..Target::default()
    };
    let outage =
        Outage { end: Some(NOW.minus(minutes(86))), ..Outage::new(NOW.minus(minutes(90)), "answered 503".into()) };
    Services {
        list: list.into_iter().map(Arc::new).collect(),
        grpc: listening("127.0.0.1:4317"),
        http: listening("127.0.0.1:4318"),
        targets: [TargetStatus {
            target: target.clone(),
            has_secret: true,
            state: TargetState::Down { since: NOW.minus(minutes(3)), why: "nothing listens on 127.0.0.1:9187".into() },
            last_at: Some(NOW.minus(minutes(3))),
            took: Some(Duration::from_millis(12)),
            n_samples: 812,
            n_bytes: 96_000,
            ..TargetStatus::default()
        }]
        .into(),
        checks: [CheckStatus {
            check: check.clone(),
            state: CheckState::Healthy(NOW.minus(minutes(86))),
            last_at: Some(NOW),
            took: Some(Duration::from_millis(23)),
            uptime: Uptime { day_ratio: Some(0.9972), week_ratio: Some(0.9996), month_ratio: None },
            outages: [outage].into(),
            ..CheckStatus::default()
        }]
        .into(),
        setup: Arc::new(ServiceSetup { checks: vec![check], targets: vec![target], ..ServiceSetup::default() }),
        intake: IntakeFigures { n_requests: 900, n_points: 120_000, n_spans: 48_000, ..IntakeFigures::default() },
        ..Services::default()
    }
}

/// Series of checkout and one of each other that reports, after those of the machine.
fn series(of: &[SeriesInfo]) -> Vec<SeriesInfo> {
    let mut all = of.to_vec();
    let mut add = |metric: &str, attributes: &[(&str, &str)], unit| {
        let def = SeriesDef {
            key: SeriesKey::new(metric, attributes),
            unit,
            group: SeriesGroup::Services,
            name: metric.into(),
            instance: attributes[0].1.into(),
            probe: ProbeId("services"),
            cadence: Some(Duration::from_secs(5)),
        };
        all.push(SeriesInfo { id: SeriesId(all.len() as u32), def: Arc::new(def) });
    };
    let duration = "http.server.request.duration";
    for (statistic, unit) in [
        ("rate", Unit::PerSecond("request")),
        ("error_ratio", Unit::Ratio),
        ("p50", Unit::Seconds),
        ("p95", Unit::Seconds),
        ("p99", Unit::Seconds),
    ] {
        add(duration, &[("service.name", "checkout"), ("statistic", statistic)], unit);
    }
    let route =
        [("service.name", "checkout"), ("statistic", "p95"), ("http.request.method", "GET"), ("http.route", "/cart")];
    add(duration, &route, Unit::Seconds);
    let seen = [("service.name", "checkout"), ("perfdesk.source", "machine")];
    add("process.cpu.utilization", &seen, Unit::Cores);
    add("process.memory.usage", &seen, Unit::Bytes);
    for name in ["inventory", "web-nginx", "redis"] {
        add(duration, &[("service.name", name), ("statistic", "p95")], Unit::Seconds);
    }
    add("perfdesk.target.scrape.duration", &[("service.name", "postgres"), ("target", "postgres")], Unit::Seconds);
    all
}

/// A curve that a person would believe: checkout became slow nine minutes ago.
fn curve(info: &SeriesInfo) -> Curve {
    let statistic = info.def.key.attribute("statistic").unwrap_or_default();
    let (calm, slow, noise) = match (info.def.key.metric(), statistic) {
        (_, "rate") => (1240.0, 1240.0, 0.04),
        (_, "error_ratio") => (0.0017, 0.0018, 0.5),
        (_, "p50") => (0.06, 0.236, 0.08),
        (_, "p95") if info.def.key.attribute("service.name") == Some("checkout") => (0.18, 0.64, 0.1),
        (_, "p99") => (0.31, 1.01, 0.12),
        ("process.cpu.utilization", _) => (2.4, 3.3, 0.1),
        ("process.memory.usage", _) => (1.8e9, 2.1e9, 0.01),
        _ => (0.041, 0.041, 0.15),
    };
    let bucket = |i: i64| {
        let share = ((i as f64 - 46.0) / 12.0).clamp(0.0, 1.0);
        let wave = f64::from(((i * 37) % 23) as i32 - 11) / 11.0;
        let mean = (calm + (slow - calm) * share) * (1.0 + wave * noise * 0.5);
        Bucket {
            at: NOW.minus(Duration::from_secs(900 - 5 * i as u64)),
            min: (mean * (1.0 - noise * 0.5)) as f32,
            max: (mean * (1.0 + noise * 0.5)) as f32,
            mean: mean as f32,
            count: 5,
            gap_before: false,
        }
    };
    Curve { series: info.id, buckets: (0..=180).map(bucket).collect() }
}

/// The machine with these services, and the answers to the page's subscriptions.
pub fn world() -> Snapshot {
    let mut snapshot = snapshot();
    let series: Arc<[SeriesInfo]> = series(&snapshot.series).into();
    let curves: Arc<[Curve]> =
        series.iter().filter(|info| info.def.group == SeriesGroup::Services).map(curve).collect();
    let latest: Vec<f64> = series
        .iter()
        .enumerate()
        .map(|(i, info)| {
            let of = curves.iter().find(|curve| curve.series == info.id).and_then(|curve| curve.buckets.last());
            of.map_or_else(|| snapshot.latest.get(i).copied().unwrap_or(f64::NAN), |bucket| f64::from(bucket.mean))
        })
        .collect();
    let range = TimeRange::ending_at(NOW, minutes(15));
    let data = |request: &[SeriesId]| {
        Arc::new(ViewData {
            request: ViewRequest { series: request.into(), range: ViewRange::Live { span: minutes(15) }, width_px: 96 },
            range,
            step: Duration::from_secs(5),
            curves: curves.clone(),
            gaps: Arc::default(),
            is_loading: false,
            tier: Tier::Full,
        })
    };
    let mut views = BTreeMap::clone(&snapshot.views);
    views.insert(CHARTED, data(&[]));
    views.insert(SPARKS, data(&[]));
    let deploy = AnnotationText {
        at: NOW.minus(minutes(11)),
        until: None,
        kind: AnnotationKind::Note,
        text: "v2.14.0".into(),
        detail: "".into(),
    };
    snapshot.annotations = [Annotation { id: AnnotationId(1), text: deploy }].into();
    snapshot.series = series;
    snapshot.latest = latest.into();
    snapshot.views = Arc::new(views);
    snapshot.services = Arc::new(services());
    snapshot.alerts = Arc::new(alerts());
    snapshot
}

/// The shipped rules about services: the pool's is about to fire, that of the response time fires.
fn alerts() -> alert::Alerting {
    let rules = perfdesk::alert::shipped().rules.into_iter();
    let status = |rule: Arc<alert::Rule>| {
        let (phase, held) = match &*rule.id {
            "pool" => (alert::Phase::Pending, 20),
            "response-time" => (alert::Phase::Firing, 240),
            _ => (alert::Phase::Inactive, 0),
        };
        let instance = alert::InstanceStatus {
            key: SeriesKey::new(&rule.when[0].term.series.metric, &[("service.name", "checkout")]),
            name: "checkout".into(),
            series: None,
            phase,
            value: Some(0.9),
            held: Duration::from_secs(held),
            since: NOW.minus(Duration::from_secs(held)),
            alert: None,
            reason: "checkout".into(),
        };
        alert::RuleStatus {
            is_shipped: true,
            problems: Arc::default(),
            phase,
            reason: "".into(),
            instances: [instance].into(),
            n_instances: 1,
            n_firing: usize::from(phase == alert::Phase::Firing),
            n_left_out: 0,
            silence: None,
            deliveries: Arc::default(),
            rule,
        }
    };
    let of_services = ["pool", "response-time", "errors"];
    let rules: Vec<_> = rules.filter(|rule| of_services.contains(&&*rule.id)).map(status).collect();
    let fired = alert::AlertRecord {
        id: alert::AlertId(1),
        rule: "response-time".into(),
        name: "Mean response above 200 ms".into(),
        severity: "warning".into(),
        instance: SeriesKey::new("http.server.request.duration.sum", &[("service.name", "checkout")]),
        text: "".into(),
        pending_from: NOW.minus(minutes(5)),
        start: NOW.minus(minutes(4)),
        end: None,
        ended: None,
        unit: "s".into(),
        threshold: 0.2,
        worst: 0.4,
        mean: 0.3,
        n_values: 48,
        busiest: Arc::default(),
        busiest_unit: "{cpu}".into(),
        acknowledged: None,
        note: "".into(),
    };
    alert::Alerting { rules: rules.into(), log: [fired].into(), n_firing: 1, ..alert::Alerting::default() }
}

/// The same with a change to the services.
pub fn with(change: impl FnOnce(&mut Services)) -> Snapshot {
    let mut snapshot = world();
    let mut services = Services::clone(&snapshot.services);
    change(&mut services);
    snapshot.services = Arc::new(services);
    snapshot
}
