//! Made-up suggestions: three open ones, one each on trial, snoozed and dismissed, and what was done.

use std::sync::Arc;
use std::time::Duration;

use perfdesk::model::profile::{ApplyId, ParamKey, ParamValue};
use perfdesk::model::suggest::*;
use perfdesk::model::*;

use crate::support::NOW;

pub const POOL: &str = "Let fewer queries run at once";
pub const TTL: &str = "Keep product pages longer";
pub const INDEX: &str = "Add an index for the slowest statement";

pub fn id(kind: &str) -> SuggestionId {
    SuggestionId::new(kind, "checkout")
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

fn parameter(key: &str, from: i64, to: i64, unit: &str) -> Change {
    Change::Parameter {
        key: ParamKey::new(key),
        from: Some(ParamValue::Count(from)),
        to: ParamValue::Count(to),
        from_text: from.to_string().into(),
        to_text: to.to_string().into(),
        unit_text: unit.into(),
    }
}

fn suggestion(kind: &str, topic: Topic, title: &str, change: Change) -> Suggestion {
    Suggestion {
        id: id(kind),
        topic,
        subject: "checkout".into(),
        title: title.into(),
        period: SeenPeriod::Last(minutes(15)),
        seen: "50 queries share 16 cores and each takes 4.1 times as long as alone. By Little’s law 1,240 q/s need 18 \
               connections."
            .into(),
        why: "Each waits for the others, and every request waits for each.".into(),
        change,
        expected: Expected {
            what: "checkout p95".into(),
            amount: ExpectedAmount::Share { low: -0.29, mid: -0.21, high: -0.12 },
            is_less_better: true,
        },
        sure: Sureness::High,
        sure_why: "Load and time rise together over 300 samples.".into(),
        stop_at: "18: below it requests wait for the pool".into(),
        against: "a burst above 1,900 q/s would queue sooner".into(),
        evidence: SuggestionEvidence {
            series: Arc::new([SeriesKey::new("system.cpu.utilization", &[])]),
            range: TimeRange::ending_at(NOW, minutes(30)),
        },
        picture: None,
        metric: None,
        source: "Little’s law".into(),
        value: 0.8,
        since: NOW.minus(minutes(12)),
    }
}

fn scatter() -> Picture {
    let point = |i: u32| {
        let x = i as f32 * 0.9;
        (x, 8.0e-3 + (x - 20.0).max(0.0) * 0.9e-3 + (i * 7 % 5) as f32 * 0.6e-3)
    };
    let form = PictureForm::Scatter(ScatterPicture {
        x_title: "queries running".into(),
        x_unit: Unit::Count("query"),
        points: (0..60).map(point).collect(),
        fit: Arc::new([(0.0, 8.5e-3), (20.0, 9.0e-3), (54.0, 37.0e-3)]),
        now: Some(50.0),
        suggested: Some(24.0),
    });
    Picture { title: "Query time by queries running".into(), unit: Unit::Seconds, form }
}

fn line() -> Picture {
    let bucket = |i: u32| {
        let mean = 0.61 - (60 - i) as f32 * 0.003;
        let at = NOW.minus(Duration::from_secs(u64::from(60 - i) * 15));
        Bucket { at, min: mean - 0.02, max: mean + 0.02, mean, count: 15, gap_before: false }
    };
    let buckets = (0..=60).map(bucket).collect();
    let form = PictureForm::Line { buckets, threshold: Some(0.8) };
    Picture { title: "Hits".into(), unit: Unit::Ratio, form }
}

fn bars() -> Picture {
    let bar = |(name, value, is_marked): (&str, f64, bool)| Bar { name: name.into(), value, is_marked };
    let all = [
        ("order_items by sku_id", 0.31, true),
        ("cart by session", 0.12, false),
        ("price history", 0.09, false),
        ("stock update", 0.07, false),
        ("other 214", 0.41, false),
    ];
    let form = PictureForm::Bars(all.map(bar).into());
    Picture { title: "Database time by statement".into(), unit: Unit::Ratio, form }
}

fn card(suggestion: Suggestion, state: SuggestionState) -> Card {
    Card { suggestion: Arc::new(suggestion), state }
}

fn cards() -> Vec<Card> {
    let mut pool =
        suggestion("pool_large", Topic::DatabasePool, POOL, parameter("database.pool_max", 50, 24, "connections"));
    pool.picture = Some(scatter());
    let mut ttl = suggestion("cache_ttl", Topic::Cache, TTL, parameter("cache.ttl", 1, 3, "h"));
    ttl.picture = Some(line());
    ttl.sure = Sureness::Medium;
    ttl.period = SeenPeriod::Since(NOW.minus(minutes(80)));
    ttl.expected.amount = ExpectedAmount::Sentence("fewer look-ups of the database, by a third at most".into());
    let by_hand = Change::ByHand {
        what: "Have the index made while the table stays in use".into(),
        copy: "CREATE INDEX CONCURRENTLY ON order_items (sku_id)".into(),
    };
    let mut index = suggestion("slow_statement", Topic::Statement, INDEX, by_hand);
    index.picture = Some(bars());
    index.sure = Sureness::Low;
    index.evidence.series = Arc::new([SeriesKey::new("db.client.operation.duration", &[])]);
    index.expected.amount = ExpectedAmount::Share { low: -0.22, mid: -0.09, high: 0.03 };
    let batch = suggestion("ml_batch", Topic::Ml, "Larger ML batch", parameter("ml.batch", 64, 96, "rows"));
    let less = suggestion("compression", Topic::Cpu, "Compress less", parameter("http.level", 9, 4, ""));
    let why = Change::NoMore { why: "a larger pool had no effect the last time: look for another cause".into() };
    let again = suggestion("pool_exhausted", Topic::DatabasePool, "The pool is full again", why);
    let verdict_at = NOW.plus(Duration::from_secs(500));
    vec![
        card(pool, SuggestionState::Open),
        card(ttl, SuggestionState::Open),
        card(index, SuggestionState::Open),
        card(batch, SuggestionState::OnTrial { apply: ApplyId(7), since: NOW.minus(minutes(7)), verdict_at }),
        card(less, SuggestionState::Snoozed { until: NOW.plus(minutes(60)) }),
        card(again, SuggestionState::Dismissed { at: NOW.minus(minutes(90)), reason: "meant to be so".into() }),
    ]
}

fn deed(n: u64, title: &str, change: &str, verdict: OutcomeVerdict, after: f64) -> Deed {
    Deed {
        id: DeedId(n),
        suggestion: id("past"),
        topic: Some(Topic::Workers),
        title: title.into(),
        change: change.into(),
        at: NOW.minus(Duration::from_secs(86_400 * (10 - n))),
        apply: Some(ApplyId(n)),
        rolled_back_at: (verdict == OutcomeVerdict::Worse).then_some(NOW),
        outcome: Outcome {
            verdict,
            metric: "CPU".into(),
            unit: Unit::Ratio,
            before: Some(0.83),
            after: (verdict != OutcomeVerdict::TooEarly).then_some(after),
            why: "the mean over 15 min before and after".into(),
        },
    }
}

fn kind(title: &str, topic: Topic, state: KindState) -> KindStatus {
    KindStatus {
        kind: title.to_lowercase().into(),
        title: title.into(),
        topic,
        source: "Little’s law".into(),
        state,
        record: TrackRecord::default(),
    }
}

/// Three open suggestions and all that a page can have beside them.
pub fn advice() -> Advice {
    Advice {
        headline: "Three suggestions.".into(),
        headline_rest: "The first could cut checkout p95 by about a fifth.".into(),
        cards: cards().into(),
        n_open: 3,
        deeds: Arc::new([
            deed(7, "Larger ML batch", "ml.batch 64 → 96 rows", OutcomeVerdict::TooEarly, 0.0),
            deed(6, "Fewer workers", "web.workers 16 → 12", OutcomeVerdict::Helped, 0.61),
            deed(5, "Longer keep-alive", "http.keep_alive 15 → 60 s", OutcomeVerdict::NoEffect, 0.82),
            deed(4, "Raise the pool", "database.pool_max 20 → 50", OutcomeVerdict::Worse, 0.97),
        ]),
        record: TrackRecord { n_helped: 1, n_no_effect: 1, n_worse: 1, n_too_early: 1 },
        record_since: Some(NOW.minus(Duration::from_secs(86_400 * 80))),
        kinds: Arc::new([
            kind("Pool large, database saturated", Topic::DatabasePool, KindState::Raised(1)),
            kind("CPU saturated by load", Topic::Cpu, KindState::Fine("CPU was 31 % on average".into())),
            kind(
                "Response time split",
                Topic::ResponseTime,
                KindState::NoData("no service reports its response time".into()),
            ),
            kind("Disk filling", Topic::Filesystem, KindState::Waiting),
        ]),
        n_left_out: 12,
        undo: "Dismissed: Fewer workers".into(),
    }
}
