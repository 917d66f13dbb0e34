//! Whole files as services have them: what is found in them, and profiles' values put in, as a diff.

use super::{int, keeps, list, text, variants};
use crate::model::profile::FileFormat::{self, Env, Ini, Json, Ron, Toml, Yaml};
use crate::profile::formats::Written::Bool;
use crate::profile::formats::{Written, scan, set};

/// The lines that the edits take out and put in; all other lines are the same, in every variant of the file.
fn check(format: FileFormat, file: &str, edits: &[(&str, Written)], diff: &str) {
    let edits = super::owned(edits);
    for (i, before) in variants(file).into_iter().enumerate() {
        keeps(format, before.as_bytes());
        let after = set(format, before.as_bytes(), &edits).unwrap_or_else(|fault| panic!("{fault}"));
        let after = String::from_utf8(after).expect("text");
        assert_eq!(changed(&before, &after, i), diff, "variant {i}");
        keeps(format, after.as_bytes());
    }
}

/// The lines that differ, with their numbers; line ends are those of the variant throughout.
fn changed(before: &str, after: &str, variant: usize) -> String {
    let is_windows = matches!(variant, 1 | 2 | 4);
    for line in after.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        assert_eq!(line.ends_with("\r\n"), is_windows, "{line:?}");
    }
    assert_eq!(before.ends_with('\n'), after.ends_with('\n'));
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // Lengths of the longest common sequences of lines from each pair of places on.
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let longer = common[i + 1][j].max(common[i][j + 1]);
            common[i][j] = if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { longer };
        }
    }
    let mut diff = String::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && common[i + 1][j] == common[i][j] {
            diff += &format!("{}-{}\n", i + 1, old[i]);
            i += 1;
        } else {
            diff += &format!("{}+{}\n", j + 1, new[j]);
            j += 1;
        }
    }
    diff
}

/// What a file says for these keys.
fn found(format: FileFormat, file: &str, keys: &[&str]) -> Vec<Option<Written>> {
    let found = scan(format, file.as_bytes()).expect("a file that reads");
    keys.iter().map(|key| found.iter().find(|found| found.key == *key).map(|found| found.value.clone())).collect()
}

#[test]
fn a_django_service() {
    let file = include_str!("fixtures/django.env");
    let keys = ["SECRET_KEY", "DB_POOL_MAX", "WELCOME", "DB_HOST"];
    let values = ["k8s-secret#not-a-comment$", "5", "Hello,\nwelcome to the shop", "${POSTGRES_HOST:-localhost}"];
    assert_eq!(found(Env, file, &keys), values.map(|value| Some(text(value))));
    let edits = [
        ("DJANGO_ENV", text("staging")),
        ("SECRET_KEY", text("a$b c")),
        ("DB_POOL_MAX", int(50)),
        ("CACHE_TTL", int(3600)),
        ("EMAIL_SUBJECT_PREFIX", text("Shop: ")),
        ("WORKERS", int(4)),
    ];
    let diff = "\
3-export DJANGO_ENV='production'
3+export DJANGO_ENV='staging'
4-SECRET_KEY=\"k8s-secret#not-a-comment$\"   # set by the pipeline
4+SECRET_KEY='a$b c'   # set by the pipeline
11-DB_POOL_MAX = 5      # per worker
11+DB_POOL_MAX = 50      # per worker
15-CACHE_TTL=300
15+CACHE_TTL=3600
16-EMAIL_SUBJECT_PREFIX='[Shop] '
16+EMAIL_SUBJECT_PREFIX='Shop: '
19+WORKERS=4
";
    check(Env, file, &edits, diff);

    let edits = [
        ("settings.DATABASES_POOL", int(50)),
        ("settings.DEBUG", text("True")),
        ("logging.format", text("%(message)s")),
        ("logging.file", text("/var/log/shop.log")),
        ("cache.ttl", int(60)),
    ];
    let diff = "\
4-DEBUG = False
4+DEBUG = True
5-DATABASES_POOL : 5        ; connections per worker
5+DATABASES_POOL : 50        ; connections per worker
10-format=\"%(asctime)s ; %(message)s\"
10+format=\"%(message)s\"
14+file = /var/log/shop.log
15+
16+[cache]
17+ttl = 60
";
    check(Ini, include_str!("fixtures/settings.ini"), &edits, diff);
}

#[test]
fn a_rails_service() {
    let file = include_str!("fixtures/database.yml");
    let keys = ["default.pool", "test.pool", "production.pool", "production.<<", "production.prepared_statements"];
    let values = [Some(text("<%= ENV.fetch(\"RAILS_MAX_THREADS\") { 5 } %>")), Some(int(3)), None, None, Some(Bool(true))];
    assert_eq!(found(Yaml, file, &keys), values);
    let edits = [
        ("production.pool", int(50)),
        ("production.prepared_statements", Bool(false)),
        ("production.username", text("shop2")),
        ("test.pool", int(4)),
        ("default.variables.statement_timeout", int(9000)),
        ("default.variables.lock_timeout", text("10s")),
    ];
    let diff = "\
8-    statement_timeout: 5000 # ms
8+    statement_timeout: 9000 # ms
9+    lock_timeout: 10s
17-  pool: 3
18+  pool: 4
22-  username: \"shop\"
23+  username: \"shop2\"
24-  prepared_statements: yes
25+  prepared_statements: no
26+  pool: 50
";
    check(Yaml, file, &edits, diff);
}

#[test]
fn a_spring_service() {
    let edits = [
        ("spring.datasource.hikari.maximum-pool-size", int(50)),
        ("spring.datasource.hikari.max-lifetime", text("20m")),
        ("spring.datasource.hikari.idle-timeout", int(600_000)),
        ("spring.jpa.properties.\"hibernate.jdbc.batch_size\"", int(64)),
        ("spring.cache.cache-names", list(&["products", "users", "on"])),
        ("spring.cache.caffeine.spec", text("maximumSize=5000")),
        ("server.tomcat.threads.max", int(500)),
        ("server.compression.mime-types", list(&["text/html", "text/css", "application/json"])),
        ("\"logging.level\".\"org.hibernate\"", text("off")),
        ("management.server.port", int(9090)),
    ];
    let diff = "\
8-      maximum-pool-size: 10
8+      maximum-pool-size: 50
11-      max-lifetime: 30m
11+      max-lifetime: 20m
12+      idle-timeout: 600000
14-      hibernate.jdbc.batch_size: 20
15+      hibernate.jdbc.batch_size: 64
17-    cache-names: [products, 'users']
18+    cache-names: [products, 'users', 'on']
19-      spec: \"maximumSize=500,expireAfterWrite=60s\"
20+      spec: \"maximumSize=5000\"
24-    threads: {max: 200, min-spare: 10}
25+    threads: {max: 500, min-spare: 10}
28+      - text/css
37+  server:
38+    port: 9090
";
    check(Yaml, include_str!("fixtures/application.yml"), &edits, diff);

    let file = include_str!("fixtures/application.properties");
    let keys = ["spring.datasource.url", "spring.cache.cache-names", "app.path", "app.title"];
    let values = ["jdbc:postgresql://localhost:5432/shop?a=b#c", "products,users,carts", "C:\\shop\\data", "Café"];
    assert_eq!(found(Ini, file, &keys), values.map(|value| Some(text(value))));
    let edits = [
        ("spring.datasource.hikari.maximum-pool-size", int(50)),
        ("spring.datasource.hikari.connection-timeout", int(5000)),
        ("spring.jpa.properties.hibernate.jdbc.batch_size", int(64)),
        ("app.path", text("D:\\x")),
        ("app.title", text("Bäcker")),
        ("app.empty", text(" x")),
        ("server.tomcat.threads.max", int(500)),
    ];
    let diff = "\
5-spring.datasource.hikari.maximum-pool-size=10
5+spring.datasource.hikari.maximum-pool-size=50
6-spring.datasource.hikari.connection-timeout: 30000
6+spring.datasource.hikari.connection-timeout: 5000
7-spring.jpa.properties.hibernate.jdbc.batch_size 20
7+spring.jpa.properties.hibernate.jdbc.batch_size 64
11-app.path=C:\\\\shop\\\\data
11+app.path=D:\\\\x
12-app.title=Caf\\u00e9
12+app.title=B\\u00E4cker
13-app.empty=
13+app.empty=\\ x
15+server.tomcat.threads.max=500
";
    check(Ini, file, &edits, diff);
}

#[test]
fn a_node_service() {
    let file = include_str!("fixtures/node.json");
    assert_eq!(found(Json, file, &["db.url", "cache.ttl"]), [Some(text("postgres://localhost/shop")), Some(text("300"))]);
    let edits = [
        ("server.port", int(8080)),
        ("db.pool.max", int(50)),
        ("db.pool.acquireTimeoutMillis", int(5000)),
        ("cache.ttl", int(3600)),
        ("cache.classes", super::table(&[("product:*", int(60)), ("*", int(5))])),
        ("cors", list(&["https://a.example"])),
        ("retries", list(&["100", "300"])),
        ("flags.tracing", Bool(true)),
        ("log.level", text("warn")),
    ];
    let diff = "\
3-    \"server\": { \"port\": 3000, \"host\": \"0.0.0.0\" },
3+    \"server\": { \"port\": 8080, \"host\": \"0.0.0.0\" },
8-            \"max\": 10, /* per process */
8+            \"max\": 50, /* per process */
9-            \"idleTimeoutMillis\": 30000
9+            \"idleTimeoutMillis\": 30000,
10+            \"acquireTimeoutMillis\": 5000
13-    \"cache\": { \"ttl\": \"300\", \"classes\": {} },
14+    \"cache\": { \"ttl\": \"3600\", \"classes\": {\"product:*\": 60, \"*\": 5} },
14-    \"cors\": [\"https://a.example\", \"https://b.example\"],
15+    \"cors\": [\"https://a.example\"],
15-    \"retries\": [100, 200, 400],
16+    \"retries\": [100, 300],
16-    \"flags\": { \"compression\": true, \"tracing\": null },
17+    \"flags\": { \"compression\": true, \"tracing\": true },
18+    \"log\": {
19+        \"level\": \"warn\"
20+    },
";
    check(Json, file, &edits, diff);
}

#[test]
fn a_docker_compose_service() {
    let file = include_str!("fixtures/docker-compose.yml");
    let keys = ["services.web.environment.DB_POOL", "services.web.environment.GREETING", "services.worker.environment.DB_POOL"];
    assert_eq!(found(Yaml, file, &keys), ["5", "hello: world", "5"].map(|value| Some(text(value))));
    let edits = [
        ("services.web.environment.DB_POOL", int(50)),
        ("services.web.environment.GREETING", text("hi")),
        ("services.web.environment.HOSTNAME", text("web")),
        ("services.web.environment.CACHE_TTL", int(3600)),
        ("services.worker.environment.DB_POOL", int(50)),
        ("services.worker.environment.CACHE_TTL", int(3600)),
        ("services.worker.environment.DEBUG", text("yes")),
        ("services.worker.environment.NEW", text("no")),
        ("services.worker.deploy.resources.limits.cpus", text("2")),
        ("services.db.command", list(&["postgres", "-c", "max_connections=200"])),
        ("services.db.environment.POSTGRES_DB", text("shop")),
    ];
    let diff = "\
16-      - DB_POOL=5   # per worker
16+      - DB_POOL=50   # per worker
17-      - \"GREETING=hello: world\"
17+      - \"GREETING=hi\"
18-      - HOSTNAME
18+      - HOSTNAME=web
19+      - CACHE_TTL=3600
26-      DB_POOL: \"5\"
27+      DB_POOL: \"50\"
27-      CACHE_TTL: 300   # seconds
28+      CACHE_TTL: 3600   # seconds
28-      DEBUG: 'no'
29+      DEBUG: 'yes'
30+      NEW: \"no\"
33-          cpus: \"0.5\"
35+          cpus: \"2\"
42-      - max_connections=100
44+      - max_connections=200
45+    environment:
46+      POSTGRES_DB: shop
";
    check(Yaml, file, &edits, diff);
}

#[test]
fn a_service_with_toml() {
    let edits = [
        ("database.pool.max", int(50)),
        ("database.url", text("postgres://db/shop")),
        ("database.timeout.acquire", text("10s")),
        ("database.timeout.idle", text("5m")),
        ("workers.1.threads", int(8)),
        ("cache.\"product:*\".ttl", int(3600)),
        ("cache.\"*\".ttl", int(60)),
        ("workers.0.batch", int(64)),
        ("log", text("warn")),
    ];
    let diff = "\
4+log = \"warn\"
6-url = 'postgres://localhost/shop'   # literal
7+url = 'postgres://db/shop'   # literal
7-pool = { min = 2, max = 10 }
8+pool = { min = 2, max = 50 }
8-timeout.acquire = \"5s\"
9+timeout.acquire = \"10s\"
11+timeout.idle = \"5m\"
20+batch = 64
23-threads = 4
26+threads = 8
26-ttl = 300
29+ttl = 3600
31+
32+[cache.\"*\"]
33+ttl = 60
";
    check(Toml, include_str!("fixtures/pyproject.toml"), &edits, diff);
}

#[test]
fn a_service_with_ron() {
    let edits = [
        ("mode", text("Staging")),
        ("database.pool_max", int(50)),
        ("database.url", text("postgres://db/shop")),
        ("database.timeout", int(60)),
        ("database.replica", text("db2")),
        ("database.idle", int(5)),
        ("cache.\"product:*\".lives", int(3600)),
        ("cache.\"user:*\"", super::table(&[("lives", int(5)), ("stale", int(1))])),
        ("ratio", Written::Float(0.5)),
        ("tags", list(&["a", "c"])),
        ("log.level", text("warn")),
    ];
    let diff = "\
5-    mode: Production, // a variant
5+    mode: Staging, // a variant
7-        pool_max: 5, /* connections */
7+        pool_max: 50, /* connections */
8-        url: r\"postgres://localhost/shop\",
8+        url: r\"postgres://db/shop\",
9-        timeout: Some(30),
9+        timeout: Some(60),
10-        replica: None,
10+        replica: Some(\"db2\"),
11+        idle: 5,
13-        \"product:*\": (lives: 300, stale: 60),
14+        \"product:*\": (lives: 3600, stale: 60),
16+        \"user:*\": (lives: 5, stale: 1),
16-    ratio: 0.25,
18+    ratio: 0.5,
17-    tags: [\"a\", \"b\"],
19+    tags: [\"a\", \"c\"],
21+    log: (
22+        level: \"warn\",
23+    ),
";
    check(Ron, include_str!("fixtures/service.ron"), &edits, diff);
}
