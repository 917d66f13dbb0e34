//! The watch thread with databases, what it found out, and a PostgreSQL server of the tests' own in a temporary folder.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use perfdesk::model::database::{
    DatabaseKind, DatabaseTarget, DatabaseView, Missing, Plan, PostgresView, RedisView, StatementId,
};
use perfdesk::model::profile::Secret;
use perfdesk::model::service::{HealthCheck, Target};
use perfdesk::model::{ProcessKey, ProcessTable};
use perfdesk::telemetry::bind::Owners;
use perfdesk::telemetry::database::Looked;
use perfdesk::telemetry::health_check::Checked;
use perfdesk::telemetry::scrape::Scraped;
use perfdesk::telemetry::watch::{Watch, WatchSink, Watched};

use crate::support::{PATIENCE, now};

#[derive(Default)]
struct Found {
    looks: BTreeMap<String, Vec<Looked>>,
    plans: Vec<Plan>,
}

#[derive(Default)]
struct Gathered {
    found: Mutex<Found>,
    came: Condvar,
}

impl WatchSink for Gathered {
    fn scraped(&self, _: &Target, _: &Scraped<'_>) {}

    fn checked(&self, _: &HealthCheck, _: &Checked) {}

    fn looked(&self, target: &DatabaseTarget, looked: Looked) {
        self.found.lock().expect("alive").looks.entry(target.name.to_string()).or_default().push(looked);
        self.came.notify_all();
    }

    fn planned(&self, _: &DatabaseTarget, plan: Plan) {
        self.found.lock().expect("alive").plans.push(plan);
        self.came.notify_all();
    }

    fn processes(&self) -> ProcessTable {
        ProcessTable::default()
    }

    fn bound(&self) -> Vec<ProcessKey> {
        Vec::new()
    }

    fn owners(&self, _: Owners) {}
}

/// The thread at work.
pub struct Databases {
    watch: Watch,
    gathered: Arc<Gathered>,
}

impl Databases {
    /// Looks at these from now on.
    pub fn watch(databases: Vec<DatabaseTarget>) -> Self {
        let gathered = Arc::new(Gathered::default());
        let watch = Watch::start(gathered.clone(), Arc::new(now)).expect("a thread");
        watch.set(Watched { databases, ..Watched::default() });
        Self { watch, gathered }
    }

    fn wait<T>(&self, what: &str, mut get: impl FnMut(&Found) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut found = self.gathered.found.lock().expect("alive");
        loop {
            if let Some(value) = get(&found) {
                return value;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} did not come; what came: {:?}", found.looks);
            found = self.gathered.came.wait_timeout(found, left).expect("alive").0;
        }
    }

    /// Waits for a look at a database that is as wanted; gives the newest such.
    pub fn look(&self, name: &str, is_wanted: impl Fn(&Looked) -> bool) -> Looked {
        self.wait(name, |found| found.looks.get(name)?.iter().rev().find(|looked| is_wanted(looked)).cloned())
    }

    /// Waits for a view of PostgreSQL that is as wanted.
    pub fn postgres(&self, name: &str, is_wanted: impl Fn(&PostgresView) -> bool) -> Arc<PostgresView> {
        let view = |looked: &Looked| match &looked.found {
            Ok(DatabaseView::Postgres(view)) => Some(view.clone()),
            _ => None,
        };
        let looked = self.look(name, |looked| view(looked).is_some_and(|view| is_wanted(&view)));
        view(&looked).expect("a view")
    }

    /// Waits for a view of Redis that is as wanted.
    pub fn redis(&self, name: &str, is_wanted: impl Fn(&RedisView) -> bool) -> Arc<RedisView> {
        let view = |looked: &Looked| match &looked.found {
            Ok(DatabaseView::Redis(view)) => Some(view.clone()),
            _ => None,
        };
        let looked = self.look(name, |looked| view(looked).is_some_and(|view| is_wanted(&view)));
        view(&looked).expect("a view")
    }

    /// Waits for a look that told nothing; gives why.
    pub fn fault(&self, name: &str) -> Missing {
        self.look(name, |looked| looked.found.is_err()).found.expect_err("a fault")
    }

    /// Has a statement planned.
    pub fn plan(&self, name: &str, statement: StatementId) -> Plan {
        let n = self.gathered.found.lock().expect("alive").plans.len();
        assert!(self.watch.explain(name, statement));
        self.wait("a plan", |found| found.plans.get(n).cloned())
    }

    /// Asks at once.
    pub fn ask(&self, name: &str) {
        assert!(self.watch.ask_database(name));
    }

    /// Everything that was found out, as it would be printed.
    pub fn printed(&self) -> String {
        let found = self.gathered.found.lock().expect("alive");
        format!("{:?} {:?}", found.looks, found.plans)
    }
}

/// A database that is looked at each second.
pub fn target(name: &str, port: u16, user: &str, secret: &str) -> DatabaseTarget {
    DatabaseTarget {
        name: name.into(),
        port,
        database: "shop".into(),
        user: user.into(),
        secret: Some(secret).filter(|text| !text.is_empty()).map(|text| Secret(text.into())),
        interval_seconds: 1,
        time_out_seconds: 1,
        ..DatabaseTarget::default()
    }
}

/// A Redis server that is looked at each second.
pub fn redis_target(name: &str, port: u16, secret: &str) -> DatabaseTarget {
    DatabaseTarget { kind: DatabaseKind::Redis, database: "".into(), ..target(name, port, "", secret) }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// A PostgreSQL server in a temporary folder.
pub struct Server {
    bin: PathBuf,
    folder: tempfile::TempDir,
    /// Its port on 127.0.0.1.
    pub port: u16,
    process: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // What it started sees that it is gone, and ends.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Who access is let to: anybody through the socket, over the network by password, one role by TLS alone.
const ACCESS: &str = "local all all trust\nhostssl all tls_only 127.0.0.1/32 scram-sha-256\n\
    host all tls_only 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256\n";

impl Server {
    /// Starts one; says why where none can be started here.
    pub fn start() -> Option<Self> {
        match Self::try_start() {
            Ok(server) => Some(server),
            Err(why) => {
                #[expect(clippy::print_stderr, reason = "the reason why the test looked at nothing")]
                {
                    eprintln!("left out: {why}");
                }
                None
            }
        }
    }

    #[cfg(not(unix))]
    fn try_start() -> Result<Self, String> {
        Err("a PostgreSQL server is started on Unix alone".into())
    }

    #[cfg(unix)]
    fn try_start() -> Result<Self, String> {
        use std::os::unix::fs::{PermissionsExt as _, chown};
        use std::os::unix::process::CommandExt as _;
        let bin = newest_bin().ok_or("PostgreSQL is not installed in /usr/lib/postgresql")?;
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let data = folder.path().join("data");
        // It refuses to run as root: then it runs as its own user.
        let as_whom = if is_root() { Some(user("postgres").ok_or("there is no user postgres")?) } else { None };
        let run = |program: &str| {
            let mut command = Command::new(bin.join(program));
            command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            if let Some((uid, gid)) = as_whom {
                command.uid(uid).gid(gid);
            }
            command
        };
        let own = |path: &Path| as_whom.map_or(Ok(()), |(uid, gid)| chown(path, Some(uid), Some(gid)));
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).map_err(|e| e.to_string())?;
        own(folder.path()).map_err(|e| e.to_string())?;
        let made = run("initdb")
            .args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data)
            .status();
        if !made.map_err(|e| format!("initdb: {e}"))?.success() {
            return Err("initdb failed".into());
        }
        let signed = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).map_err(|e| e.to_string())?;
        for (name, text) in [
            ("server.crt", signed.cert.pem()),
            ("server.key", signed.signing_key.serialize_pem()),
            ("pg_hba.conf", ACCESS.to_owned()),
        ] {
            let path = data.join(name);
            fs::write(&path, text).map_err(|e| e.to_string())?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(|e| e.to_string())?;
            own(&path).map_err(|e| e.to_string())?;
        }
        // The file is read by the tests too, who may be another user.
        fs::write(folder.path().join("ca.pem"), signed.cert.pem()).map_err(|e| e.to_string())?;
        let port = free_port();
        let process = run("postgres")
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-k"])
            .arg(folder.path())
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "ssl=on", "-c", "max_connections=60"])
            .args(["-c", "shared_preload_libraries=pg_stat_statements", "-c", "autovacuum=off"])
            .spawn()
            .map_err(|e| format!("postgres: {e}"))?;
        let server = Self { bin, folder, port, process };
        let deadline = Instant::now() + PATIENCE;
        while !server.psql("postgres").args(["-c", "select 1"]).status().is_ok_and(|status| status.success()) {
            if Instant::now() >= deadline {
                return Err("the server did not start".into());
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// A file of the authority that made its certificate.
    pub fn ca_file(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }

    /// The folder of its socket.
    pub fn socket(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// A client of its own, as its superuser.
    pub fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(self.bin.join("psql"));
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-h"]);
        command.arg(self.folder.path()).args(["-p", &self.port.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Runs SQL to its end.
    pub fn run(&self, database: &str, sql: &str) {
        assert!(self.psql(database).args(["-c", sql]).status().expect("psql").success(), "{sql}");
    }

    /// A session that runs SQL and goes on until it is dropped.
    pub fn session(&self, sql: &str) -> Held {
        use std::io::Write as _;
        let mut child = self.psql("shop").stdin(Stdio::piped()).spawn().expect("psql");
        let input = child.stdin.as_mut().expect("an input");
        writeln!(input, "{sql}").expect("written");
        Held(child)
    }

    /// Ends it.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A session that is held open.
pub struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The newest version's programs.
#[cfg(unix)]
fn newest_bin() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path()).max_by_key(number)?.join("bin");
    newest.join("initdb").is_file().then_some(newest)
}

/// The numbers of a user and its group.
#[cfg(unix)]
fn user(name: &str) -> Option<(u32, u32)> {
    let all = fs::read_to_string("/etc/passwd").ok()?;
    let line = all.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut parts = line.split(':').skip(2);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
