//! What existing files offer to bind.

use std::time::Duration;

use super::*;
use crate::model::profile::ParamValue;
use crate::profile::catalogue;

/// The proposal as lines `line key = value -> parameter as conversion`, then the others, then notes.
fn proposed(path: &str, text: &str) -> String {
    let proposal = propose(Path::new(path), text.as_bytes(), &catalogue::shipped());
    if let Some(error) = &proposal.error {
        return format!("error: {error}\n");
    }
    let mut said = String::new();
    for key in &proposal.keys {
        let ProposedKey { bound, value, line, note } = key;
        said += &format!("{line} {} = {value} -> {} {}\n", bound.key, bound.param, bound.conversion.slug());
        if let Some(note) = note {
            said += &format!("  {note}\n");
        }
    }
    for (key, line) in &proposal.others {
        said += &format!("{line} {key}\n");
    }
    said
}

fn check(path: &str, text: &str, expected: &str) {
    let lines: Vec<String> = expected.lines().skip(1).map(|line| line.replacen("        ", "", 1)).collect();
    let said = proposed(path, text);
    assert_eq!(said.trim_end(), lines.join("\n").trim_end(), "\n{said}");
}

#[test]
fn environment_variables() {
    check(
        "/srv/shop/.env",
        "DB_HOST=db\nDB_PASSWORD=hunter2\nDB_POOL_MAX=50\nDB_POOL_MIN=5\nDB_SLOW_QUERY_MS=500\nDB_STATEMENT_TIMEOUT=30s\n\
         HTTP_POOL_MAX=200\nHTTP_TIMEOUT=10\nREDIS_POOL_MAX=7\nCACHE_TTL=3600\nCACHE_SIZE_MB=256\nLOG_LEVEL=INFO\n\
         SECRET_KEY=changeme\nWEB_CONCURRENCY=4\nDB_RETRY_MAX=3\nTRACES_SAMPLE_RATE=25\nBATCH_SIZE=64\nAPP_KEY=x\n",
        "
        3 DB_POOL_MAX = 50 -> database.pool_max plain
        4 DB_POOL_MIN = 5 -> database.pool_min plain
        5 DB_SLOW_QUERY_MS = 500 -> database.slow_query millis
        6 DB_STATEMENT_TIMEOUT = 30s -> database.statement_timeout duration_text
        7 HTTP_POOL_MAX = 200 -> http.pool_max plain
        8 HTTP_TIMEOUT = 10 -> http.read_timeout seconds
          the key does not say its unit: seconds, it seems; choose another if it is not
        10 CACHE_TTL = 3600 -> cache.ttl seconds
        11 CACHE_SIZE_MB = 256 -> cache.size mebibytes
        12 LOG_LEVEL = INFO -> service.log_level plain
        13 SECRET_KEY = •••••••• -> security.secret_key plain
          APP_KEY on line 18 may be security.secret_key too: keep the one that is meant
        14 WEB_CONCURRENCY = 4 -> service.workers plain
        16 TRACES_SAMPLE_RATE = 25 -> service.trace_share percent
        17 BATCH_SIZE = 64 -> ml.batch_size plain
        18 APP_KEY = •••••••• -> security.secret_key plain
          SECRET_KEY on line 13 may be security.secret_key too: keep the one that is meant
        1 DB_HOST
        2 DB_PASSWORD
        9 REDIS_POOL_MAX
        15 DB_RETRY_MAX",
    );
}

#[test]
fn spring() {
    check(
        "/srv/application.properties",
        "spring.datasource.url=jdbc:postgresql://db/shop\nspring.datasource.hikari.maximum-pool-size=20\n\
         spring.datasource.hikari.minimum-idle=5\nspring.datasource.hikari.connection-timeout=30000\n\
         spring.datasource.hikari.idle-timeout=600000\nspring.datasource.hikari.max-lifetime=1800000\n\
         spring.lifecycle.timeout-per-shutdown-phase=30s\nserver.tomcat.accept-count=100\nlogging.level.root=INFO\n\
         spring.cache.redis.time-to-live=600000\n",
        "
        2 spring.datasource.hikari.maximum-pool-size = 20 -> database.pool_max plain
        3 spring.datasource.hikari.minimum-idle = 5 -> database.pool_min plain
        4 spring.datasource.hikari.connection-timeout = 30000 -> database.acquire_timeout millis
        5 spring.datasource.hikari.idle-timeout = 600000 -> database.idle_timeout millis
        6 spring.datasource.hikari.max-lifetime = 1800000 -> database.max_lifetime millis
        7 spring.lifecycle.timeout-per-shutdown-phase = 30s -> service.graceful_stop duration_text
        8 server.tomcat.accept-count = 100 -> service.queue_length plain
        9 logging.level.root = INFO -> service.log_level plain
        10 spring.cache.redis.time-to-live = 600000 -> cache.ttl seconds
        1 spring.datasource.url",
    );
}

#[test]
fn rails() {
    check(
        "/srv/shop/config/database.yml",
        "default: &default\n  adapter: postgresql\n  pool: 5\n  checkout_timeout: 5\n  idle_timeout: 300\n\
         \x20 variables:\n    statement_timeout: 5000\n\nproduction:\n  database: shop\n  pool: 20\n",
        "
        3 default.pool = 5 -> database.pool_max plain
          production.pool on line 11 may be database.pool_max too: keep the one that is meant
        4 default.checkout_timeout = 5 -> database.acquire_timeout seconds
        5 default.idle_timeout = 300 -> database.idle_timeout seconds
          the key does not say its unit: seconds, it seems; choose another if it is not
        7 default.variables.statement_timeout = 5000 -> database.statement_timeout millis
        11 production.pool = 20 -> database.pool_max plain
          default.pool on line 3 may be database.pool_max too: keep the one that is meant
        2 default.adapter
        10 production.database",
    );
}

#[test]
fn node_with_pg() {
    check(
        "/srv/shop/config.json",
        "{\n  \"db\": {\n    \"pool\": {\n      \"max\": 20,\n      \"min\": 2,\n      \"idleTimeoutMillis\": 30000,\n\
         \x20     \"connectionTimeoutMillis\": 2000\n    },\n    \"statement_timeout\": 10000\n  },\n\
         \x20 \"httpClient\": {\n    \"maxSockets\": 50,\n    \"timeout\": 10000\n  }\n}\n",
        "
        4 db.pool.max = 20 -> database.pool_max plain
        5 db.pool.min = 2 -> database.pool_min plain
        6 db.pool.idleTimeoutMillis = 30000 -> database.idle_timeout millis
        7 db.pool.connectionTimeoutMillis = 2000 -> database.acquire_timeout millis
        9 db.statement_timeout = 10000 -> database.statement_timeout millis
        12 httpClient.maxSockets = 50 -> http.pool_max plain
        13 httpClient.timeout = 10000 -> http.read_timeout millis
          the key does not say its unit: milliseconds, it seems; choose another if it is not",
    );
}

#[test]
fn python_services() {
    check(
        "/srv/shop/.env.production",
        "SQLALCHEMY_POOL_SIZE=10\nSQLALCHEMY_MAX_OVERFLOW=5\nSQLALCHEMY_POOL_TIMEOUT=30\nSQLALCHEMY_POOL_RECYCLE=1800\n\
         CONN_MAX_AGE=60\nGUNICORN_WORKERS=4\nGUNICORN_TIMEOUT=30\nGUNICORN_GRACEFUL_TIMEOUT=20\nUVICORN_BACKLOG=2048\n\
         UVICORN_TIMEOUT_KEEP_ALIVE=5\nDJANGO_SECRET_KEY=x\n",
        "
        1 SQLALCHEMY_POOL_SIZE = 10 -> database.pool_max plain
        3 SQLALCHEMY_POOL_TIMEOUT = 30 -> database.acquire_timeout seconds
        4 SQLALCHEMY_POOL_RECYCLE = 1800 -> database.max_lifetime seconds
          CONN_MAX_AGE on line 5 may be database.max_lifetime too: keep the one that is meant
        5 CONN_MAX_AGE = 60 -> database.max_lifetime seconds
          SQLALCHEMY_POOL_RECYCLE on line 4 may be database.max_lifetime too: keep the one that is meant
        6 GUNICORN_WORKERS = 4 -> service.workers plain
        7 GUNICORN_TIMEOUT = 30 -> service.request_timeout seconds
        8 GUNICORN_GRACEFUL_TIMEOUT = 20 -> service.graceful_stop seconds
        9 UVICORN_BACKLOG = 2048 -> service.queue_length plain
        11 DJANGO_SECRET_KEY = •••••••• -> security.secret_key plain
        2 SQLALCHEMY_MAX_OVERFLOW
        10 UVICORN_TIMEOUT_KEEP_ALIVE",
    );
}

#[test]
fn docker_compose() {
    check(
        "/srv/shop/compose.yaml",
        "services:\n  web:\n    image: shop\n    environment:\n      DB_POOL_MAX: \"20\"\n      LOG_LEVEL: warn\n\
         \x20     DB_POOL_MIN: ${MIN}\n    stop_grace_period: 30s\n    healthcheck:\n      interval: 10s\n",
        "
        5 services.web.environment.DB_POOL_MAX = 20 -> database.pool_max plain
        6 services.web.environment.LOG_LEVEL = warn -> service.log_level plain
        8 services.web.stop_grace_period = 30s -> service.graceful_stop duration_text
        10 services.web.healthcheck.interval = 10s -> service.health_interval duration_text
        3 services.web.image
        7 services.web.environment.DB_POOL_MIN",
    );
}

#[test]
fn what_cannot_be_read_says_why() {
    assert!(proposed("/srv/logo.png", "\u{1}\u{2}").starts_with("error: what kind of file"));
    assert!(proposed("/srv/a.toml", "a = = 1").starts_with("error: "));
    assert_eq!(proposed("/srv/a.toml", ""), "");
}

#[test]
fn a_parameter_of_a_persons_own_is_found_by_its_name() {
    let mut catalogue = (*catalogue::shipped()).clone();
    let own = ParamDef {
        key: ParamKey::new("shop.basket_limit"),
        kind: ParamKind::Count { min: 1, max: 99, unit: "".into() },
        ..catalogue.parameters[0].clone()
    };
    catalogue.parameters.push(own);
    let proposal = propose(Path::new("/a/.env"), b"SHOP_BASKET_LIMIT=5\nSHOP_BASKET_LIMIT_2=5\n", &catalogue);
    let found: Vec<&str> = proposal.keys.iter().map(|key| key.bound.param.as_str()).collect();
    assert_eq!(found, ["shop.basket_limit"]);
}

#[test]
fn the_conversion_is_that_which_makes_sense_of_the_value() {
    let time = |default: u64| ParamDef {
        kind: ParamKind::Duration { min: Duration::from_secs(1), max: Duration::from_secs(3600) },
        default: Some(ParamValue::Duration(Duration::from_secs(default))),
        ..catalogue::shipped().parameters[0].clone()
    };
    let (asks, usual) = (Some(Conversion::Millis), Some(Conversion::Seconds));
    for (text, default, asked, usual, expected) in [
        ("30", 30, None, None, Some(Conversion::Seconds)),
        ("30000", 30, None, None, Some(Conversion::Millis)),
        ("30", 1800, None, None, Some(Conversion::Seconds)),
        ("2000", 2, None, usual, Some(Conversion::Seconds)),
        ("30", 30, asks, usual, Some(Conversion::Millis)),
        ("500ms", 30, asks, usual, Some(Conversion::DurationText)),
        ("soon", 30, asks, usual, None),
        ("-1", 30, None, None, None),
    ] {
        assert_eq!(conversion_of(text, &time(default), asked, usual), expected, "{text}");
    }
}

#[test]
fn a_unit_that_nothing_tells_is_no_minute_and_is_said_to_be_guessed() {
    for (line, expect) in [
        ("CACHE_TTL=5", "seconds"),
        ("CACHE_TTL=60", "seconds"),
        ("DATABASE_IDLE_TIMEOUT=60", "seconds"),
        ("DATABASE_MAX_LIFETIME=60", "seconds"),
        ("TOKEN_LIFETIME=60", "seconds"),
        ("HTTP_READ_TIMEOUT=1", "seconds"),
        ("SERVICE_REQUEST_TIMEOUT=1", "seconds"),
        ("DATABASE_IDLE_TIMEOUT_MINUTES=5", "minutes"),
    ] {
        let proposal = propose(Path::new("/srv/.env"), line.as_bytes(), &catalogue::shipped());
        let [key] = &proposal.keys[..] else { panic!("{line}: {:?}", proposal.keys) };
        assert_eq!(key.bound.conversion.slug(), expect, "{line}");
    }
}

#[test]
fn a_file_of_very_many_keys_is_looked_at_in_part_and_says_so() {
    let many = |first: &str, n: usize| (0..n).fold(first.to_owned(), |text, i| text + &format!("OTHER_NAME_{i}=1\n"));
    for (text, n_keys, n_others, said) in [
        (many("DB_POOL_MAX=5\n", MAX_KEYS - 1), 1, MAX_KEYS - 1, ""),
        (many("DB_POOL_MAX=5\n", MAX_KEYS), 1, MAX_KEYS - 1, "the first 5000 of the file's 5001 keys were looked at"),
        (many("", MAX_KEYS + 1), 0, MAX_KEYS, "no key seems to be a parameter; the first 5000 of"),
    ] {
        let proposal = propose(Path::new("/srv/.env"), text.as_bytes(), &catalogue::shipped());
        assert_eq!((proposal.keys.len(), proposal.others.len()), (n_keys, n_others), "{said}");
        let note = proposal.keys.first().and_then(|key| key.note.as_deref());
        let found = note.or(proposal.error.as_deref()).unwrap_or_default();
        assert!(found.starts_with(said) && said.is_empty() == found.is_empty(), "{found}");
    }
}
