//! How a database does, in words: whether it answers, who waits in it, what rules found, then what it does.

use super::{Around, Words, ago, concerned, down, rate, shown, without_period};
use crate::model::Unit;
use crate::model::database::{DatabaseState, DatabaseStatus, DatabaseView, Missing, PostgresView, RedisView, Told};
use crate::model::service::{Service, ServiceLevel};

/// A wait for a lock that is worth its place in the sentence, seconds.
const LONG_WAIT: f64 = 5.0;

/// Says how a database does.
pub(super) fn words(service: &Service, database: &DatabaseStatus, around: &Around<'_>) -> Words {
    let name = &service.name;
    if let DatabaseState::Down { since, fault } = &database.state {
        let span = ago(around.now, *since);
        return Words {
            level: ServiceLevel::Critical,
            sentence: format!("{name} does not answer: {}.", without_period(&fault.why)),
            aside: format!("For {span}."),
            short: format!("down for {span}"),
        };
    }
    if let Some(words) = down(service, around) {
        return words;
    }
    let waits = database.postgres().and_then(|view| waiting(name, view));
    let found = concerned(service, around);
    if let Some(words) = found.filter(|found| waits.is_none() || found.level == ServiceLevel::Critical) {
        return words;
    }
    if let Some(words) = waits {
        return words;
    }
    let (short, aside) = match &database.view {
        Some(DatabaseView::Postgres(view)) => (of_postgres(view), aside(view)),
        Some(DatabaseView::Redis(view)) => (of_redis(view), String::new()),
        None => {
            return Words {
                level: ServiceLevel::Fine,
                sentence: format!("{name} is being asked."),
                aside: String::new(),
                short: "waiting for its first answer".into(),
            };
        }
    };
    Words {
        level: ServiceLevel::Fine,
        sentence: format!("{name} is fine: {short}."),
        aside,
        short: format!("fine: {short}"),
    }
}

/// Sessions that have waited long for a lock, and who holds them up.
fn waiting(name: &str, view: &PostgresView) -> Option<Words> {
    let locks = view.locks.value().filter(|locks| locks.longest_seconds >= LONG_WAIT)?;
    let longest = shown(locks.longest_seconds, Unit::Seconds);
    let who = match locks.n_waiting {
        1 => "a session waits".to_owned(),
        n => format!("{n} sessions wait"),
    };
    let holder = locks.chain.first().filter(|first| first.waits_for.is_empty());
    let holder = holder.map(|first| format!("Process {} holds them up.", first.session.pid)).unwrap_or_default();
    Some(Words {
        level: ServiceLevel::Warning,
        sentence: format!("{name}: {who} for a lock, the longest {longest}."),
        aside: if locks.n_waiting == 1 { holder.replace("them", "it") } else { holder },
        short: format!("{who} for a lock"),
    })
}

fn of_postgres(view: &PostgresView) -> String {
    let mut parts = Vec::new();
    if let Some(connections) = view.connections.value() {
        parts.push(format!("{} of {} connections", connections.used, connections.max));
    }
    let traffic = view.traffic.value();
    if let Some(commits) = traffic.and_then(|traffic| traffic.commits_per_second) {
        parts.push(rate(commits).replace("req/s", "transactions/s"));
    }
    if let Some(hits) = traffic.and_then(|traffic| traffic.hit_ratio.or(traffic.total_hit_ratio)) {
        parts.push(format!("{} cache hits", shown(hits, Unit::Ratio)));
    }
    if parts.is_empty() { "it answers".into() } else { parts.join(", ") }
}

/// What keeps the view from being whole.
fn aside(view: &PostgresView) -> String {
    let missing = |told: Option<&Missing>| told.is_some();
    let n = [
        missing(view.connections.missing()),
        missing(view.traffic.missing()),
        missing(view.locks.missing()),
        missing(view.statements.missing()),
        missing(view.tables.missing()),
        missing(view.indexes.missing()),
        missing(view.checkpoints.missing()),
        missing(view.replication.missing()),
    ];
    if !view.rights.sees_others && !view.rights.role.is_empty() {
        return format!("Its role {} sees too little for more: it needs pg_monitor.", view.rights.role);
    }
    if matches!(view.statements, Told::Missing(_)) && n.iter().filter(|n| **n).count() == 1 {
        return "Its statements are not counted.".into();
    }
    String::new()
}

fn of_redis(view: &RedisView) -> String {
    let mut parts = Vec::new();
    let traffic = view.traffic.value();
    if let Some(commands) = traffic.and_then(|traffic| traffic.commands_per_second) {
        parts.push(rate(commands).replace("req/s", "commands/s"));
    }
    if let Some(hits) = traffic.and_then(|traffic| traffic.hit_ratio.or(traffic.total_hit_ratio)) {
        parts.push(format!("{} hits", shown(hits, Unit::Ratio)));
    }
    if let Some(memory) = view.memory.value() {
        parts.push(format!("{} in use", shown(memory.used_bytes as f64, Unit::Bytes)));
    }
    if parts.is_empty() { "it answers".into() } else { parts.join(", ") }
}
