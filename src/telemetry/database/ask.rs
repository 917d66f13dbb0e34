//! One database, whatever it is, and the time that a look may take.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::postgres::PostgresAsker;
use super::redis::RedisAsker;
use crate::model::Timestamp;
use crate::model::database::{DatabaseKind, DatabaseTarget, DatabaseView, Missing, Plan, PlanOutcome, StatementId};

/// First pause after a look that failed, and the longest. A person's question is not held up.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Time for a plan, beside that for connecting.
const PLAN_TIME: Duration = Duration::from_secs(10);

/// Asks one database; keeps its connection.
pub(crate) struct Asker {
    target: DatabaseTarget,
    way: Way,
    pause: Duration,
    not_before: Option<Instant>,
}

enum Way {
    Postgres(Box<PostgresAsker>),
    Redis(Box<RedisAsker>),
}

impl Asker {
    /// An asker without a connection.
    pub(crate) fn new(target: &DatabaseTarget) -> Self {
        let way = match target.kind {
            DatabaseKind::Postgres => Way::Postgres(Box::new(PostgresAsker::new(target))),
            DatabaseKind::Redis => Way::Redis(Box::new(RedisAsker::new(target))),
        };
        Self { target: target.clone(), way, pause: FIRST_PAUSE, not_before: None }
    }

    /// Whether a look that is due is to be left out, because those before it failed.
    pub(crate) fn rests(&self) -> bool {
        self.not_before.is_some_and(|at| Instant::now() < at)
    }

    /// Looks once. What is not done in time is given up, with its connection.
    ///
    /// # Errors
    /// Why it told nothing, and what to do.
    pub(crate) async fn look(&mut self, at: Timestamp) -> Result<DatabaseView, Missing> {
        let most = Duration::from_secs(self.target.time_out_seconds.max(1).into());
        let looked = match &mut self.way {
            Way::Postgres(asker) => timeout(most, asker.look()).await.map(|look| look.map(DatabaseView::Postgres)),
            Way::Redis(asker) => timeout(most, asker.look(at)).await.map(|look| look.map(DatabaseView::Redis)),
        };
        let looked = looked.unwrap_or_else(|_| Err(self.late(most)));
        match &looked {
            Ok(_) => (self.pause, self.not_before) = (FIRST_PAUSE, None),
            Err(_) => {
                self.close();
                self.not_before = Some(Instant::now() + self.pause);
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
        }
        looked
    }

    /// Has a statement planned.
    pub(crate) async fn explain(&mut self, statement: StatementId, at: Timestamp) -> Plan {
        let none = |missing| Plan {
            statement,
            text: "".into(),
            outcome: PlanOutcome::Missing(missing),
            is_generic: false,
            at,
        };
        let Way::Postgres(asker) = &mut self.way else {
            return none(Missing::new("Redis plans nothing: a command does what it says", "", ""));
        };
        let most = Duration::from_secs(self.target.time_out_seconds.into()) + PLAN_TIME;
        match timeout(most, asker.explain(statement, at)).await {
            Ok(Ok(plan)) => plan,
            Ok(Err(missing)) => {
                self.close();
                none(missing)
            }
            Err(_) => {
                self.close();
                none(Missing::new(format!("the server gave no plan within {} s", most.as_secs()), "Try it again", ""))
            }
        }
    }

    fn close(&mut self) {
        match &mut self.way {
            Way::Postgres(asker) => asker.close(),
            Way::Redis(asker) => asker.close(),
        }
    }

    fn late(&self, most: Duration) -> Missing {
        let is_connected = match &self.way {
            Way::Postgres(asker) => asker.is_connected(),
            Way::Redis(asker) => asker.is_connected(),
        };
        let what = if is_connected { "it gave no answer" } else { "no connection came about" };
        let next = if is_connected {
            "Its machine may be overloaded, or something on the way holds the connection up"
        } else {
            "Something on the way, such as a firewall, may swallow what is sent, or what listens there is no database"
        };
        Missing::new(format!("{what} within {} s", most.as_secs()), next, "")
    }
}
