//! Plans: EXPLAIN of one statement that the server itself told of, never ANALYZE, inside a transaction that may only read
//! and is rolled back.
//!
//! The statement goes through PREPARE, which takes one statement and no more, whatever its text holds; its plan is the
//! generic one where values were left out of the text. It is planned with the names as the role sees them.

use std::sync::Arc;

use tokio_postgres::{Error, Transaction};

use super::{Session, sql, words};
use crate::model::Timestamp;
use crate::model::database::{MAX_PLAN_LINES, Missing, Plan, PlanOutcome, StatementId, Told};

/// Bytes of a statement at most.
const MAX_STATEMENT: usize = 64 << 10;
/// Bytes of a line of a plan.
const MAX_LINE: usize = 1_000;
/// What a statement that may be planned begins with.
const READS: [&str; 4] = ["select", "with", "values", "table"];

impl Session {
    /// Has a statement planned.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn explain(&mut self, statement: StatementId, at: Timestamp) -> Result<Plan, Missing> {
        let mut plan = Plan {
            statement,
            text: "".into(),
            outcome: PlanOutcome::Missing(Missing::default()),
            is_generic: false,
            at,
        };
        let text = match self.text_of(statement).await {
            Ok(Ok(text)) => text,
            Ok(Err(missing)) => {
                plan.outcome = PlanOutcome::Missing(missing);
                return Ok(plan);
            }
            Err(e) if self.line.is_closed() => return Err(words::broken(&e)),
            Err(e) => {
                plan.outcome = PlanOutcome::Missing(words::refused(&e, &self.server, &self.rights));
                return Ok(plan);
            }
        };
        plan.text = text[..text.floor_char_boundary(4_096)].into();
        if let Some(missing) = unfit(&text) {
            plan.outcome = PlanOutcome::Missing(missing);
            return Ok(plan);
        }
        match planned(&mut self.line, &text).await {
            Ok((lines, is_generic)) => {
                plan.is_generic = is_generic;
                plan.outcome = PlanOutcome::Lines(lines.into());
            }
            Err(e) if self.line.is_closed() => return Err(words::broken(&e)),
            Err(e) => {
                let is_generic = text.contains("$1");
                plan.outcome = PlanOutcome::Missing(self.why_not(&e, is_generic));
            }
        }
        Ok(plan)
    }

    /// The whole text of a statement; or why it is not to be had.
    async fn text_of(&mut self, statement: StatementId) -> Result<Result<String, Missing>, Error> {
        let client = self.line.client();
        match statement {
            StatementId::Known(id) => {
                let Told::Value(extension) = &self.extension else {
                    return Ok(Err(Missing::new("the server does not count statements any more", "", "")));
                };
                let row = client.query_opt(sql::whole_text(&extension.schema).as_str(), &[&id]).await?;
                let text = row.map(|row| row.try_get::<_, Option<String>>(0)).transpose()?.flatten();
                let gone =
                    || Missing::new("the server does not know the statement any more", "Look at the list again", "");
                Ok(text.ok_or_else(gone))
            }
            StatementId::Running(pid) => {
                let Some(row) = client.query_opt(sql::RUNNING, &[&pid]).await? else {
                    return Ok(Err(Missing::new("the session is over, or works in another database", "", "")));
                };
                let (text, most): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
                if i64::try_from(text.len()).unwrap_or(i64::MAX) + 1 >= most {
                    let why = format!("its text is cut at {most} bytes");
                    let sql = "ALTER SYSTEM SET track_activity_query_size = '16kB';";
                    return Ok(Err(Missing::new(why, "Have more of it kept, and restart the server", sql)));
                }
                Ok(Ok(text))
            }
        }
    }

    /// Why a statement was not planned.
    fn why_not(&self, error: &Error, is_generic: bool) -> Missing {
        let mut missing = words::refused(error, &self.server, &self.rights);
        let message = error.as_db_error().map(|said| said.message().to_owned()).unwrap_or_default();
        let code = error.code().map(|code| code.code()).unwrap_or_default();
        match code {
            "42501" => {
                let role = words::quoted(&self.rights.role);
                missing.why =
                    format!("the role {} may not read what the statement reads: {message}", self.rights.role).into();
                missing.next =
                    "Planning needs the right to read its tables: give it, or look at the plan as another role".into();
                missing.sql = if self.server.version_number >= 140_000 {
                    format!("GRANT pg_read_all_data TO {role};").into()
                } else {
                    format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};").into()
                };
            }
            "42P01" | "3F000" | "42883" => {
                missing.why = format!("a name in it is not found: {message}").into();
                missing.next = "Its session may have had another search_path: set that of the role".into();
                missing.sql = format!("ALTER ROLE {} SET search_path = …;", words::quoted(&self.rights.role)).into();
            }
            "42601" | "42P18" | "42804" if is_generic => {
                missing.why = format!("without its values the statement cannot be read: {message}").into();
                missing.next = "Plan it by hand with values that are usual for it".into();
            }
            _ => {}
        }
        missing
    }
}

/// What keeps a statement from being planned; `None` where it may be.
fn unfit(text: &str) -> Option<Missing> {
    if text.len() > MAX_STATEMENT {
        return Some(Missing::new("its text is longer than 64 kB", "", ""));
    }
    let first = first_word(text);
    if READS.contains(&first.as_str()) {
        return None;
    }
    if text.starts_with("<insufficient privilege>") {
        return Some(Missing::new("the text of the statement may not be seen", "Give the role pg_monitor", ""));
    }
    let why =
        format!("it begins with {}: statements that only read are planned here, and no others", first.to_uppercase());
    Some(Missing::new(why, "Plan it by hand; EXPLAIN without ANALYZE does not run it", ""))
}

/// The first word of a statement, behind comments and brackets, in small letters.
pub(super) fn first_word(text: &str) -> String {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        if let Some(comment) = rest.strip_prefix("--") {
            rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = after_comment(comment);
        } else {
            break;
        }
    }
    rest.chars().take_while(|c| c.is_ascii_alphabetic()).take(20).collect::<String>().to_lowercase()
}

/// What follows a comment, whose inside is given; comments stand inside of comments in PostgreSQL.
fn after_comment(mut rest: &str) -> &str {
    let mut depth = 1;
    while depth > 0 {
        let (open, close) = (rest.find("/*"), rest.find("*/"));
        match (open, close) {
            (Some(open), Some(close)) if open < close => {
                depth += 1;
                rest = &rest[open + 2..];
            }
            (_, Some(close)) => {
                depth -= 1;
                rest = &rest[close + 2..];
            }
            (_, None) => return "",
        }
    }
    rest
}

async fn planned(line: &mut super::connection::Line, text: &str) -> Result<(Vec<Arc<str>>, bool), Error> {
    let transaction = line.client_mut().build_transaction().read_only(true).start().await?;
    let planned = inside(&transaction, text).await;
    // A prepared statement outlives the transaction it was made in.
    let rolled_back = transaction.rollback().await;
    let _ = line.client().batch_execute("/* perfdesk */ deallocate perfdesk_plan").await;
    let planned = planned?;
    rolled_back?;
    Ok(planned)
}

async fn inside(transaction: &Transaction<'_>, text: &str) -> Result<(Vec<Arc<str>>, bool), Error> {
    transaction.batch_execute(sql::AS_ELSEWHERE).await?;
    // One command and no more goes through this: the server refuses a second.
    transaction.execute(format!("prepare perfdesk_plan as {text}").as_str(), &[]).await?;
    let values = "/* perfdesk */ select coalesce(pg_catalog.array_length(parameter_types, 1), 0) from pg_catalog.pg_prepared_statements \
        where name operator(pg_catalog.=) 'perfdesk_plan'";
    let n: i32 = transaction.query_one(values, &[]).await?.try_get(0)?;
    let nulls = vec!["null"; usize::try_from(n).unwrap_or(0)].join(", ");
    let given = if n > 0 { format!("({nulls})") } else { String::new() };
    let rows = transaction.query(format!("explain (verbose false) execute perfdesk_plan{given}").as_str(), &[]).await?;
    let line = |row: &tokio_postgres::Row| -> Result<Arc<str>, Error> {
        let line: &str = row.try_get(0)?;
        Ok(line[..line.floor_char_boundary(MAX_LINE)].into())
    };
    let lines: Result<Vec<_>, _> = rows.iter().take(MAX_PLAN_LINES).map(line).collect();
    Ok((lines?, n > 0))
}
