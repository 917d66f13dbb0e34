//! Made-up alerts: the rules of the picture, each in another state, a log, and what a back-test found.

use std::sync::Arc;
use std::time::Duration;

use perfdesk::alert::document::read_rule;
use perfdesk::model::alert::*;
use perfdesk::model::{Bucket, Curve, SeriesId, SeriesKey, Snapshot, TimeRange, Timestamp};

use super::world::{NOW, snapshot};

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

/// A rule from the fields that matter.
pub fn rule(id: &str, name: &str, when: &str, rest: &str) -> Arc<Rule> {
    let text = format!("(id: {id:?}, name: {name:?}, when: [{when:?}], {rest})");
    Arc::new(read_rule(&text).unwrap_or_else(|problems| panic!("{text}: {problems:?}")))
}

/// The rule that is edited in the tests.
pub fn cpu() -> Arc<Rule> {
    let rest = r#"for: "2 min", recover: "< 70 %", keep_firing_for: "1 min", quiet: ["22:00-07:00"]"#;
    rule("cpu", "CPU above 80\u{2009}%", "system.cpu.utilization > 80 %", rest)
}

fn status(rule: Arc<Rule>, phase: Phase, reason: &str, value: Option<f64>, since: u64, held: u64) -> RuleStatus {
    let name = reason.split(':').next().unwrap_or_default();
    let metric = rule.when[0].term.series.metric.clone();
    let instance = InstanceStatus {
        key: SeriesKey::new(&metric, &[]),
        name: name.into(),
        series: Some(SeriesId(0)),
        phase,
        value,
        held: Duration::from_secs(held),
        since: NOW.minus(Duration::from_secs(since)),
        alert: None,
        reason: reason.into(),
    };
    RuleStatus {
        rule,
        is_shipped: true,
        problems: Arc::new([]),
        phase,
        reason: reason.into(),
        instances: Arc::new([instance]),
        n_instances: 1,
        n_firing: usize::from(phase == Phase::Firing),
        n_left_out: 0,
        silence: None,
        deliveries: Arc::new([]),
    }
}

pub fn record(id: u64, name: &str, severity: &str, ago: u64, lasted: Option<u64>) -> AlertRecord {
    let start = NOW.minus(minutes(ago));
    AlertRecord {
        id: AlertId(id),
        rule: "cpu".into(),
        name: name.into(),
        severity: severity.into(),
        instance: SeriesKey::new("system.cpu.utilization", &[]),
        text: "CPU at 83\u{2009}%, above 80\u{2009}% for 2\u{2009}min".into(),
        pending_from: start.minus(minutes(2)),
        start,
        end: lasted.map(|lasted| start.plus(minutes(lasted))),
        ended: lasted.map(|_| RecordEnd::Recovered),
        unit: "1".into(),
        threshold: 0.8,
        worst: 0.94,
        mean: 0.86,
        n_values: 360,
        busiest: Arc::new([("postgres".into(), 2.1), ("checkout".into(), 0.8)]),
        busiest_unit: "{cpu}".into(),
        acknowledged: None,
        note: "".into(),
    }
}

/// Rules in every state, two of which fire, and a log of three.
pub fn alerting() -> Alerting {
    let mut silenced = status(
        rule("tcp", "TCP retransmits above 1\u{2009}%", "system.network.retransmits > 1 %", ""),
        Phase::Firing,
        "eth0: 1.4\u{2009}%",
        Some(0.014),
        600,
        600,
    );
    let until = NOW.plus(Duration::from_secs(3600));
    silenced.silence = Some(Silence { until, reason: "switch is being replaced".into() });
    let mut faulty = status(
        rule("job", "Nightly job late", "job.lag > 1 h", ""),
        Phase::Error,
        "No series job.lag; did you mean job.delay?",
        None,
        0,
        0,
    );
    faulty.problems = Arc::new([]);
    let mut webhook = (*cpu()).clone();
    webhook.actions.webhook = Some("ops-chat".into());
    let mut cpu = status(
        Arc::new(webhook),
        Phase::Firing,
        "atlas-02: 83\u{2009}%, above the limit for 11\u{2009}min",
        Some(0.83),
        360,
        660,
    );
    cpu.deliveries = Arc::new([Delivery {
        kind: ActionKind::Webhook,
        at: NOW.minus(minutes(6)),
        is_ok: true,
        text: "200 OK".into(),
    }]);
    let rules = vec![
        status(
            rule(
                "memory",
                "Memory above 85\u{2009}% for 3\u{2009}min",
                "system.memory.utilization > 85 %",
                r#"for: "3 min""#,
            ),
            Phase::Inactive,
            "atlas-02: 37\u{2009}%",
            Some(0.37),
            9000,
            0,
        ),
        cpu,
        status(
            rule("pool", "Database pool above 90\u{2009}%", "db.client.connection.count > 90", r#"for: "5 min""#),
            Phase::Pending,
            "checkout: 47 of 50 used",
            Some(47.0),
            200,
            200,
        ),
        status(
            rule(
                "response",
                "Mean response above 200\u{2009}ms",
                "http.mean > 200 ms",
                r#"for: "1 min", severity: "critical""#,
            ),
            Phase::Firing,
            "checkout: mean 312\u{2009}ms, limit 200\u{2009}ms",
            Some(0.312),
            240,
            300,
        ),
        status(
            rule("psi", "CPU pressure above 20\u{2009}%", "system.linux.pressure.stalled > 20 %", ""),
            Phase::Recovering,
            "17.8\u{2009}%, ends if below 18\u{2009}% for 0:50",
            Some(0.178),
            30,
            10,
        ),
        faulty,
        status(
            rule("errors", "Error rate above 1\u{2009}%", "http.errors > 1 %", ""),
            Phase::NoData,
            "inventory: 3 of the 50 requests it needs",
            None,
            0,
            0,
        ),
        silenced,
        status(
            rule("drops", "Perfdesk drops data", "perfdesk.dropped > 0", "paused: true"),
            Phase::Inactive,
            "paused by you on 20 Nov",
            None,
            0,
            0,
        ),
    ];
    Alerting {
        rules: rules.into(),
        log: vec![
            record(3, "CPU above 80\u{2009}%", "warning", 6, None),
            record(2, "Mean response above 200\u{2009}ms", "critical", 300, Some(12)),
            record(1, "CPU above 80\u{2009}%", "warning", 4000, Some(21)),
        ]
        .into(),
        n_firing: 2,
        webhooks: Arc::new([Webhook { name: "ops-chat".into(), url: "https://hooks.example.org/T0/secret".into() }]),
        ..Alerting::default()
    }
}

fn curve(range: TimeRange, n: u64, high: impl Fn(u64) -> bool) -> Arc<Curve> {
    let step = range.span() / n as u32;
    let buckets = (0..n).map(|i| {
        let wave = (i as f32 * 0.37).sin() * 0.08;
        let mean = if high(i) { 0.88 + wave * 0.4 } else { 0.34 + wave };
        let at = range.start.plus(step * i as u32);
        Bucket { at, min: mean - 0.05, max: mean + 0.06, mean, count: 60, gap_before: false }
    });
    Arc::new(Curve { series: SeriesId(0), buckets: buckets.collect() })
}

fn span(ago: u64, lasted: Option<u64>, worst: f64) -> BacktestSpan {
    let start = NOW.minus(minutes(ago));
    let end = lasted.map(|lasted| start.plus(minutes(lasted)));
    let range = TimeRange { start: start.minus(minutes(25)), end: start.plus(minutes(35)) };
    let n = 120;
    let until = end.unwrap_or(NOW);
    let curve = curve(range, n, |i| {
        let at = range.start.plus(range.span() / n as u32 * i as u32);
        start.minus(minutes(5)) <= at && at < until
    });
    BacktestSpan {
        instance: "atlas-02".into(),
        pending_from: start.minus(minutes(5)),
        start,
        end,
        worst,
        curve: Some(curve),
        range,
    }
}

/// What a back-test of a week found, for the question with this number.
pub fn found(id: BacktestId, n_times: usize, total: u64, saved_times: Option<usize>) -> Backtest {
    let range = TimeRange::ending_at(NOW, Duration::from_secs(7 * 86_400));
    let spans = [span(6000, Some(21), 0.97), span(2600, Some(15), 0.95), span(6, None, 0.94)];
    let lasted = [(1, 31, 108), (2, 9, 64), (5, 3, 42), (10, 2, 26)];
    Backtest {
        id,
        state: BacktestState::Done,
        range,
        covered: range.span(),
        step: Duration::from_secs(60),
        n_instances: 1,
        spans: spans.into_iter().take(n_times).collect(),
        n_times,
        total: minutes(total),
        pending: Arc::new([TimeRange { start: NOW.minus(minutes(9000)), end: NOW.minus(minutes(8990)) }]),
        saved_times,
        if_it_lasted: lasted
            .map(|(hold, n_times, total)| IfItLasted { hold: minutes(hold), n_times, total: minutes(total) })
            .into(),
        curve: Some(curve(range, 480, |i| [123, 124, 350, 351, 479].contains(&i))),
        drawn: "atlas-02".into(),
    }
}

/// The small world with these alerts in it.
pub fn with(alerts: Alerting) -> Snapshot {
    Snapshot { alerts: Arc::new(alerts), ..snapshot() }
}

/// The moment all of it is at.
pub const fn now() -> Timestamp {
    NOW
}
