//! The questions, as SQL. PostgreSQL 12 to 17 are known; what differs between them is decided here, by their version.
//!
//! PostgreSQL documentation, "The Cumulative Statistics System", "System Views", "pg_stat_statements".

/// What every statement of ours begins with, so that it is known again among those of others.
pub(super) const OURS: &str = "/* perfdesk */";

/// What holds for the whole session: nothing is written, nothing takes long, and no name means anything but the server's. It
/// goes with the login and is never set by a statement: between clients and a server may stand a pooler, and what is set
/// through it would stay on a connection that others are given next.
pub(super) const OPTIONS: &str = "-c default_transaction_read_only=on -c statement_timeout=2s -c lock_timeout=500ms \
    -c idle_in_transaction_session_timeout=10s -c search_path=pg_catalog -c jit=off \
    -c max_parallel_workers_per_gather=0";

/// Whether that holds; a pooler may have kept it to itself.
pub(super) const HOLDS: &str = "/* perfdesk */ show default_transaction_read_only";

/// What the server is and what the role may see.
pub(super) const SERVER: &str = "/* perfdesk */ select current_setting('server_version_num')::int4, \
    extract(epoch from pg_postmaster_start_time())::float8, pg_is_in_recovery(), current_user::text, \
    coalesce((select rolsuper from pg_roles where rolname = current_user), false), \
    pg_has_role(current_user, 'pg_read_all_stats', 'usage'), \
    pg_has_role(current_user, 'pg_read_all_settings', 'usage'), \
    current_setting('max_connections')::int4, current_setting('superuser_reserved_connections')::int4, \
    coalesce(current_setting('reserved_connections', true)::int4, 0), \
    current_setting('block_size')::int4, \
    (extract(epoch from current_setting('checkpoint_timeout')::interval))::float8, \
    pg_size_bytes(current_setting('max_wal_size')), \
    current_setting('autovacuum_freeze_max_age')::float8";

/// Whether statements are counted, by what, and where.
pub(super) const EXTENSION: &str = "/* perfdesk */ select e.extversion::text, quote_ident(n.nspname) \
    from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'";

/// What is loaded with the server; refused to a role that may not see every setting.
pub(super) const PRELOADED: &str = "/* perfdesk */ select current_setting('shared_preload_libraries')";

/// Sessions by user, program and state, with the ages of the oldest transactions.
pub(super) const SESSIONS: &str = "/* perfdesk */ select coalesce(usename::text, ''), coalesce(left(application_name, 64), ''), \
    coalesce(state, ''), count(*)::int4, \
    (sum(count(*)) over ())::int8, (sum(count(*)) over (partition by coalesce(state, '')))::int8, \
    max(extract(epoch from clock_timestamp() - xact_start))::float8, \
    max(extract(epoch from clock_timestamp() - state_change)) filter (where state like 'idle in transaction%')::float8 \
    from pg_stat_activity where backend_type = 'client backend' \
    or backend_type is null and datname is not null and usename is not null group by 1, 2, 3 order by 4 desc limit 500";

/// Those that wait for a lock and those that hold them up. The time of a wait is told from version 14 on.
pub(super) fn locks(version: u32) -> String {
    let (waited, since) = if version >= 140_000 { ("l.waitstart", "waitstart") } else { ("a.query_start", "null") };
    format!(
        "{OURS} with waiting as materialized (select pid, pg_blocking_pids(pid) as by from pg_stat_activity \
        where wait_event_type = 'Lock' limit 100) \
        select a.pid, coalesce(a.usename::text, ''), coalesce(left(a.application_name, 64), ''), coalesce(a.state, ''), \
        left(coalesce(a.query, ''), 2000), \
        extract(epoch from clock_timestamp() - a.query_start)::float8, \
        extract(epoch from clock_timestamp() - a.xact_start)::float8, \
        coalesce(w.by, '{{}}')::int4[], w.pid is not null, \
        extract(epoch from clock_timestamp() - coalesce({waited}, a.query_start))::float8, \
        coalesce(l.mode, ''), coalesce(l.locktype, ''), coalesce(l.relation::regclass::text, '') \
        from pg_stat_activity a left join waiting w on w.pid = a.pid \
        left join lateral (select mode, locktype, relation, {since} as waitstart from pg_locks \
        where pid = w.pid and not granted limit 1) l on true \
        where w.pid is not null or a.pid in (select unnest(by) from waiting) limit 200"
    )
}

/// What the database did so far.
pub(super) const TRAFFIC: &str = "/* perfdesk */ select xact_commit, xact_rollback, blks_read, blks_hit, \
    tup_returned, tup_inserted + tup_updated + tup_deleted, deadlocks, temp_bytes, \
    extract(epoch from stats_reset)::float8, \
    (select age(datfrozenxid)::float8 from pg_database where datname = current_database()) \
    from pg_stat_database where datname = current_database()";

/// The size of the database, which looks at every file of it.
pub(super) const SIZE: &str = "/* perfdesk */ select pg_database_size(current_database())";

/// Checkpoints so far; with version 17 they moved to a view of their own.
pub(super) const fn checkpoints(version: u32) -> &'static str {
    if version >= 170_000 {
        "/* perfdesk */ select num_timed, num_requested, write_time::float8, sync_time::float8, buffers_written, \
        extract(epoch from stats_reset)::float8 from pg_stat_checkpointer"
    } else {
        "/* perfdesk */ select checkpoints_timed, checkpoints_req, checkpoint_write_time::float8, \
        checkpoint_sync_time::float8, buffers_checkpoint, extract(epoch from stats_reset)::float8 from pg_stat_bgwriter"
    }
}

/// How far this server is behind the one it follows. One that received all and replayed all is not behind, however long
/// ago the last transaction was.
pub(super) const BEHIND: &str = "/* perfdesk */ select pg_is_in_recovery(), \
    case when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() then 0 \
    else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) end::float8, \
    (select count(*) from pg_stat_wal_receiver)::int4";

/// Those that follow this server.
pub(super) const STANDBYS: &str = "/* perfdesk */ select coalesce(application_name, ''), coalesce(host(client_addr), ''), \
    coalesce(state, ''), coalesce(sync_state, '') in ('sync', 'quorum'), \
    extract(epoch from replay_lag)::float8, \
    case when pg_is_in_recovery() then null else pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 end \
    from pg_stat_replication limit 50";

/// Replication slots, and how much of the log each keeps.
pub(super) const SLOTS: &str = "/* perfdesk */ select slot_name::text, active, \
    case when pg_is_in_recovery() then null else pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 end \
    from pg_replication_slots limit 50";

/// Statements of this database, without their texts, which would be read from a file. `time` is in milliseconds.
pub(super) fn statements(schema: &str, has_exec_time: bool) -> String {
    let time = if has_exec_time { "total_exec_time" } else { "total_time" };
    format!(
        "{OURS} select queryid, sum(calls)::int8, (sum({time}) / 1000)::float8, sum(rows)::int8, \
        (sum(sum({time})) over () / 1000)::float8, count(*) over () \
        from {schema}.pg_stat_statements(false) \
        where dbid = (select oid from pg_database where datname = current_database()) and queryid is not null \
        group by queryid order by 3 desc limit 200"
    )
}

/// The texts of statements, by their `queryid`.
pub(super) fn texts(schema: &str) -> String {
    format!(
        "{OURS} select distinct on (queryid) queryid, left(query, 4096) from {schema}.pg_stat_statements(true) \
        where dbid = (select oid from pg_database where datname = current_database()) and queryid = any($1)"
    )
}

/// The whole text of one statement.
pub(super) fn whole_text(schema: &str) -> String {
    format!(
        "{OURS} select query from {schema}.pg_stat_statements(true) \
        where dbid = (select oid from pg_database where datname = current_database()) and queryid = $1 limit 1"
    )
}

/// What a session runs, and how much of it is kept.
pub(super) const RUNNING: &str = "/* perfdesk */ select coalesce(query, ''), \
    pg_size_bytes(current_setting('track_activity_query_size')) from pg_stat_activity \
    where pid = $1 and datname = current_database()";

/// Within a transaction: names mean what they mean to the role's sessions elsewhere, and plans are made without values. The
/// session's own default is that of its login, [`OPTIONS`]; what an administrator set stands in the catalogue, the closest
/// first ("ALTER ROLE", of PostgreSQL's documentation). The path of the server's file alone is not to be seen.
pub(super) const AS_ELSEWHERE: &str = "/* perfdesk */ select set_config('plan_cache_mode', 'force_generic_plan', true), \
    set_config('search_path', coalesce((select substr(setting, 13) from pg_db_role_setting, unnest(setconfig) setting \
    where setdatabase in (0, (select oid from pg_database where datname = current_database())) \
    and setrole in (0, (select oid from pg_roles where rolname = session_user)) and setting like 'search\\_path=%' \
    order by setrole <> 0 desc, setdatabase <> 0 desc limit 1), \
    (select boot_val from pg_settings where name = 'search_path')), true)";

/// Tables: those with most dead rows and those with most rows read from end to end.
pub(super) const TABLES: &str = "/* perfdesk */ with known as materialized (select relid, \
    quote_ident(schemaname) || '.' || quote_ident(relname) as name, seq_scan, seq_tup_read, idx_scan, n_live_tup, n_dead_tup, \
    extract(epoch from greatest(last_vacuum, last_autovacuum))::float8 as vacuumed, \
    extract(epoch from greatest(last_analyze, last_autoanalyze))::float8 as analyzed, \
    count(*) over () as n, (sum(n_live_tup) over ())::int8 as live, (sum(n_dead_tup) over ())::int8 as dead, \
    row_number() over (order by n_dead_tup desc) as by_dead, row_number() over (order by seq_tup_read desc) as by_seq, \
    row_number() over (order by n_live_tup desc) as by_live \
    from pg_stat_user_tables) \
    select name, coalesce(seq_scan, 0), coalesce(seq_tup_read, 0), idx_scan, n_live_tup, n_dead_tup, vacuumed, analyzed, \
    n, coalesce(live, 0), coalesce(dead, 0), coalesce(pg_table_size(relid), 0) from known \
    where by_dead <= 40 or by_seq <= 40 or by_live <= 40 order by by_dead limit 100";

/// Indexes: those that nobody used first, the largest of them at the top. Sizes are those of the last vacuum until an index
/// is among the first.
pub(super) const INDEXES: &str = "/* perfdesk */ with known as materialized (select s.indexrelid, \
    quote_ident(s.schemaname) || '.' || quote_ident(s.indexrelname) as name, \
    quote_ident(s.schemaname) || '.' || quote_ident(s.relname) as of_table, coalesce(s.idx_scan, 0) as used, \
    i.indisunique or i.indisprimary or i.indisexclusion or i.indisreplident \
    or exists (select 1 from pg_constraint c where c.conindid = s.indexrelid) as keeps, i.indisvalid, \
    count(*) over () as n, k.relpages from pg_stat_user_indexes s \
    join pg_index i on i.indexrelid = s.indexrelid join pg_class k on k.oid = s.indexrelid \
    order by (coalesce(s.idx_scan, 0) = 0 and not (i.indisunique or i.indisprimary or i.indisexclusion)) desc, \
    k.relpages desc limit 200) \
    select name, of_table, used, keeps, indisvalid, n, coalesce(pg_relation_size(indexrelid), 0), \
    left(coalesce(pg_get_indexdef(indexrelid), ''), 500) from known";
