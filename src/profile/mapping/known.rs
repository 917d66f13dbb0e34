//! Names under which parameters stand in the files of usual services: environment variables, Spring and Hikari, Rails,
//! Django, Node and pg, SQLAlchemy, gunicorn and uvicorn, Docker Compose.
//!
//! A key is compared by its words from the end, units left out: `spring.datasource.hikari.maximum-pool-size` ends in
//! `max pool size`, and `hikari` says of what. A row may belong to a parameter that a catalogue has not; it is passed over.

use crate::model::profile::Conversion::{self, Millis, Seconds};

/// What a key's words are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    Database,
    Http,
    Cache,
    Ml,
    Service,
    Security,
    /// Something else that has pools and times of its own.
    Other,
}

/// Words that tell the area.
pub const AREA_WORDS: &[(Area, &[&str])] = &[
    (
        Area::Database,
        &[
            "db",
            "database",
            "databases",
            "datasource",
            "hikari",
            "pg",
            "pgpool",
            "postgres",
            "postgresql",
            "mysql",
            "sql",
            "sqlalchemy",
            "sequelize",
            "typeorm",
            "prisma",
            "knex",
            "jdbc",
            "r2dbc",
            "orm",
            "activerecord",
        ],
    ),
    (
        Area::Http,
        &["http", "https", "httpclient", "httpx", "client", "axios", "undici", "upstream", "outbound", "fetch"],
    ),
    (Area::Cache, &["cache", "caches", "caching", "caffeine", "memcached", "lru"]),
    (Area::Ml, &["ml", "model", "inference", "torch", "predict", "onnx"]),
    (
        Area::Service,
        &[
            "service",
            "server",
            "web",
            "app",
            "gunicorn",
            "uvicorn",
            "hypercorn",
            "puma",
            "unicorn",
            "tomcat",
            "rails",
            "node",
            "logging",
        ],
    ),
    (Area::Security, &["security", "auth", "jwt", "session", "django"]),
    (
        Area::Other,
        &[
            "redis",
            "kafka",
            "amqp",
            "rabbitmq",
            "rabbit",
            "celery",
            "mail",
            "smtp",
            "email",
            "s3",
            "mongo",
            "mongodb",
            "elastic",
            "elasticsearch",
            "ldap",
            "grpc",
        ],
    ),
];

/// Words that are taken for others.
pub const SYNONYMS: &[(&str, &str)] = &[
    ("maximum", "max"),
    ("minimum", "min"),
    ("conn", "connections"),
    ("conns", "connections"),
    ("connection", "connections"),
    ("sockets", "connections"),
    ("connexions", "connections"),
    ("parallel", "max"),
    ("retry", "retries"),
    ("worker", "workers"),
    ("processes", "workers"),
    ("thread", "threads"),
    ("keepalive", "keep alive"),
    ("poolsize", "pool size"),
    ("lifespan", "lifetime"),
    ("backlog", "queue"),
];

/// Words at the end that are units, and what they are of.
pub const UNIT_WORDS: &[(&str, Conversion)] = &[
    ("ms", Millis),
    ("msec", Millis),
    ("msecs", Millis),
    ("millis", Millis),
    ("milliseconds", Millis),
    ("s", Seconds),
    ("sec", Seconds),
    ("secs", Seconds),
    ("seconds", Seconds),
    ("mins", Conversion::Minutes),
    ("minutes", Conversion::Minutes),
    ("kb", Conversion::Kibibytes),
    ("kib", Conversion::Kibibytes),
    ("mb", Conversion::Mebibytes),
    ("mib", Conversion::Mebibytes),
    ("bytes", Conversion::Plain),
];

/// One row: a parameter, the area, the ends of its keys, and the unit that such keys count in where nothing says.
pub struct Known {
    pub param: &'static str,
    pub area: Area,
    /// Whether the area must be named by the key or the file; else it is enough that no other is.
    pub needs_area: bool,
    pub ends: &'static [&'static str],
    pub unit: Option<Conversion>,
}

const fn row(
    param: &'static str,
    area: Area,
    needs_area: bool,
    ends: &'static [&'static str],
    unit: Option<Conversion>,
) -> Known {
    Known { param, area, needs_area, ends, unit }
}

/// All rows; of equally good ones the first holds.
pub const KNOWN: &[Known] = &[
    // Database: Hikari counts in milliseconds, pg for Node too; SQLAlchemy, Django and Rails in seconds.
    row(
        "database.pool_max",
        Area::Database,
        false,
        &["max pool size", "pool max size", "pool max", "max pool", "pool size", "pool limit", "max open connections"],
        None,
    ),
    row(
        "database.pool_max",
        Area::Database,
        true,
        &["pool", "max", "connections limit", "max connections", "max active", "max total"],
        None,
    ),
    row("database.pool_min", Area::Database, false, &["min pool size", "pool min size", "pool min", "min idle"], None),
    row("database.pool_min", Area::Database, true, &["min", "min connections", "max idle connections"], None),
    row(
        "database.acquire_timeout",
        Area::Database,
        true,
        &["connections timeout", "acquire", "max wait", "connections timeout millis"],
        Some(Millis),
    ),
    row("database.acquire_timeout", Area::Database, false, &["pool timeout", "checkout timeout"], Some(Seconds)),
    row("database.acquire_timeout", Area::Database, false, &["acquire timeout", "pool acquire"], None),
    row(
        "database.statement_timeout",
        Area::Database,
        false,
        &["statement timeout", "query timeout", "max execution time", "lock timeout"],
        Some(Millis),
    ),
    row("database.idle_timeout", Area::Database, true, &["idle timeout", "idle", "idle time"], Some(Millis)),
    row("database.idle_timeout", Area::Database, false, &["pool idle timeout", "pool idle", "idle lifetime"], None),
    row("database.max_lifetime", Area::Database, true, &["max lifetime", "lifetime"], Some(Millis)),
    row("database.max_lifetime", Area::Database, false, &["connections max age", "pool recycle"], Some(Seconds)),
    row("database.max_lifetime", Area::Database, false, &["max lifetime"], None),
    row(
        "database.statement_cache",
        Area::Database,
        false,
        &[
            "statement cache",
            "statement cache size",
            "statement limit",
            "prep stmt cache size",
            "prepared statement cache size",
        ],
        None,
    ),
    row(
        "database.slow_query",
        Area::Database,
        false,
        &["slow query", "slow query threshold", "log min duration statement", "slow queries below threshold"],
        Some(Millis),
    ),
    row("database.slow_query", Area::Database, false, &["long query time", "slow query time"], Some(Seconds)),
    row("database.server_max_connections", Area::Database, true, &["server max connections"], None),
    // HTTP client: axios and undici count in milliseconds, httpx and aiohttp in seconds.
    row(
        "http.pool_max",
        Area::Http,
        true,
        &[
            "pool max",
            "max pool size",
            "pool size",
            "max connections",
            "max total",
            "connections",
            "connectors",
            "limit",
        ],
        None,
    ),
    row(
        "http.pool_max_per_host",
        Area::Http,
        true,
        &[
            "per host",
            "max per route",
            "max per host",
            "connections per host",
            "limit per host",
            "max connections per host",
        ],
        None,
    ),
    row(
        "http.keep_alive",
        Area::Http,
        true,
        &["keep alive", "keep alive timeout", "keep alive time", "keep alive expiry"],
        None,
    ),
    row("http.connect_timeout", Area::Http, true, &["connect timeout", "connections timeout"], None),
    row(
        "http.read_timeout",
        Area::Http,
        true,
        &["read timeout", "response timeout", "timeout", "socket timeout"],
        None,
    ),
    row("http.retries", Area::Http, true, &["retries", "max retries", "retries max", "max attempts"], None),
    row("http.retry_backoff", Area::Http, true, &["backoff", "back off", "retries backoff"], None),
    row("http.dns_cache", Area::Http, false, &["dns cache", "dns ttl", "dns cache ttl", "dns cache time"], None),
    // Cache.
    row("cache.enabled", Area::Cache, true, &["enabled"], None),
    row("cache.size", Area::Cache, true, &["size", "max size", "max memory", "maxmemory", "memory"], None),
    row("cache.policy", Area::Cache, true, &["policy", "eviction", "eviction policy"], None),
    row(
        "cache.ttl",
        Area::Cache,
        true,
        &["ttl", "time to live", "timeout", "default timeout", "default ttl", "expiry", "expire after write"],
        Some(Seconds),
    ),
    row("cache.negative_ttl", Area::Cache, true, &["negative ttl", "negative time to live"], Some(Seconds)),
    // ML.
    row("ml.batch_size", Area::Ml, false, &["batch size", "max batch size"], None),
    row("ml.batch_wait", Area::Ml, false, &["batch wait", "batch timeout", "max batch delay"], Some(Millis)),
    row("ml.workers", Area::Ml, true, &["workers"], None),
    row("ml.threads", Area::Ml, true, &["threads", "num threads"], None),
    row("ml.threads", Area::Ml, false, &["omp num threads"], None),
    row("ml.warmup_batches", Area::Ml, true, &["warm up batches", "warmup batches", "warmup"], None),
    row("ml.device", Area::Ml, true, &["device"], None),
    // Service: gunicorn, uvicorn, Puma and Compose count in seconds.
    row("service.workers", Area::Service, true, &["workers"], None),
    row("service.workers", Area::Service, false, &["web concurrency", "num workers"], None),
    row("service.queue_length", Area::Service, true, &["queue", "queue length", "queue size", "accept count"], None),
    row("service.request_timeout", Area::Service, true, &["request timeout", "timeout"], Some(Seconds)),
    row("service.request_timeout", Area::Service, false, &["request timeout"], None),
    row("service.warm_up", Area::Service, true, &["warm up", "warmup"], None),
    row(
        "service.health_interval",
        Area::Service,
        false,
        &["health check interval", "health interval", "healthcheck interval"],
        None,
    ),
    row(
        "service.graceful_stop",
        Area::Service,
        true,
        &["graceful timeout", "timeout graceful shutdown"],
        Some(Seconds),
    ),
    row(
        "service.graceful_stop",
        Area::Service,
        false,
        &["graceful timeout", "shutdown timeout", "timeout per shutdown phase", "stop grace period", "graceful stop"],
        None,
    ),
    row("service.compression_level", Area::Service, false, &["compression level", "gzip level"], None),
    row(
        "service.max_body",
        Area::Service,
        false,
        &["max body", "max body size", "max request size", "body limit", "max http form post size"],
        None,
    ),
    row(
        "service.log_level",
        Area::Service,
        false,
        &["log level", "loglevel", "logging level", "logging level root"],
        None,
    ),
    row(
        "service.trace_share",
        Area::Service,
        false,
        &["trace sample rate", "traces sample rate", "sampling probability", "traces sampler arg"],
        None,
    ),
    // Security.
    row(
        "security.secret_key",
        Area::Security,
        false,
        &["secret key", "secret key base", "app key", "jwt secret", "session secret"],
        None,
    ),
    row("security.secret_key", Area::Security, true, &["secret"], None),
    row(
        "security.token_lifetime",
        Area::Security,
        false,
        &[
            "token lifetime",
            "token ttl",
            "token expiry",
            "jwt ttl",
            "jwt expiration",
            "session timeout",
            "access token lifetime",
        ],
        None,
    ),
    row(
        "security.allowed_origins",
        Area::Security,
        false,
        &["allowed origins", "cors origins", "cors allowed origins"],
        None,
    ),
];
