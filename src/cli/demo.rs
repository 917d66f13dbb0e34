//! `--demo`: folders of its own beneath the data folder, the shop's `.env`, the binding of profiles to it, and how it is
//! run. The person's own settings stay untouched, and so does what they change in the demo.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::args::{Arguments, PageName};
use super::folders::{NoFolder, folders};
use crate::demo::KEYS;
use crate::engine::StartError;
use crate::engine::services::document;
use crate::engine::start::take_folder;
use crate::engine::tuning::Memory;
use crate::engine::tuning::documents::Documents;
use crate::model::Folders;
use crate::model::profile::{Binding, BoundKey, Conversion, FileFormat, ParamKey, Reload};
use crate::model::run::{Readiness, Run, StepKind, WarmUpStep};
use crate::model::service::{CheckKind, ServiceSetup};
use crate::profile::formats::{self, Written};
use crate::profile::{bindings, plan, resolve};
use crate::store::{atomic, document as file};

/// Name of the shop among the services.
pub const SHOP: &str = "shop";
/// The profile that is in force at the first start.
const PROFILE: &str = "production";
/// Visitors that come by themselves.
const VISITORS: &str = "12";
/// Where the shop, and those whom services report to, listen where nobody else does: OTLP over gRPC, over HTTP, the shop.
const PORTS: [u16; 3] = [4317, 4318, 5080];
/// Where the API listens unless told otherwise.
const API_PORT: u16 = 7373;
/// How long another process may take to say who it is.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long the shop may take until it is ready with another profile.
const RELOADED: Duration = Duration::from_secs(60);

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoSetupError {
    /// No folder to keep files in.
    #[error(transparent)]
    Folder(#[from] NoFolder),
    /// The folder cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A file could not be written.
    #[error("the demo could not be set up: {why}: {}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The system names no address or program.
    #[error("the demo could not be set up: {0}")]
    System(#[from] io::Error),
}

/// A demo that is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoPlace {
    /// Where its shop answers.
    pub shop: SocketAddr,
    /// What is not as usual, for people.
    pub notes: Vec<String>,
}

/// Sets the demo up, and turns the arguments to its folders.
///
/// # Errors
/// [`DemoSetupError`], in words a person can act on.
pub fn prepare(arguments: &mut Arguments) -> Result<DemoPlace, DemoSetupError> {
    let home = folders(&arguments.run)?.data.join("demo");
    let folders = Folders { config: home.join("config"), data: home.join("data") };
    for folder in [&folders.config, &folders.data, &home.join(SHOP)] {
        std::fs::create_dir_all(folder).map_err(|e| fault(folder, e))?;
    }
    (arguments.run.config_dir, arguments.run.data_dir) = (Some(folders.config.clone()), Some(folders.data.clone()));
    arguments.page = arguments.page.or(Some(PageName::Services));
    let before = document::read(&folders.config).map(|(setup, _)| setup);
    let setup = before.map_err(|why| DemoSetupError::File { path: folders.config.clone(), why })?;
    // A demo that runs already goes on as it is: the window looks through it.
    let lock = match take_folder(&folders.data) {
        Ok(lock) => lock,
        Err(StartError::InUse { .. }) => {
            let shop = listening(&setup).unwrap_or(loopback(PORTS[2]));
            return Ok(DemoPlace { shop, notes: vec!["The demo runs already: this window looks at it".into()] });
        }
        Err(e) => return Err(e.into()),
    };
    let (places, mut notes) = places(&setup)?;
    if arguments.run.api.api.is_none() && !arguments.run.api.no_api && !is_free(API_PORT) {
        arguments.run.api.no_api = true;
        notes.push(format!("Port {API_PORT} is taken: the demo serves no API"));
    }
    let environment = home.join(SHOP).join(".env");
    bind(&folders, &environment)?;
    let program = std::env::current_exe()?;
    let setup = with_shop(setup, &program, &home.join(SHOP), &environment, places);
    let written = document::write(&folders.config, &setup);
    written.map_err(|why| DemoSetupError::File { path: folders.config.clone(), why })?;
    drop(lock);
    Ok(DemoPlace { shop: places[2], notes })
}

fn fault(path: &Path, why: impl ToString) -> DemoSetupError {
    DemoSetupError::File { path: path.into(), why: why.to_string() }
}

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(loopback(port)).is_ok()
}

/// The addresses of both receivers and of the shop: the usual ones, or others where those are taken, and what is said then.
fn places(setup: &ServiceSetup) -> Result<([SocketAddr; 3], Vec<String>), DemoSetupError> {
    let mut places = PORTS.map(loopback);
    let mut notes = Vec::new();
    let whose = ["OTLP over gRPC", "OTLP over HTTP", "the shop"];
    for (place, whose) in places.iter_mut().zip(whose) {
        let usual = place.port();
        // A shop that was left behind by a crash is found again by who runs it, and has its port still.
        let is_own = *place == loopback(PORTS[2]) && listening(setup).is_some_and(is_shop);
        if is_own || is_free(usual) {
            continue;
        }
        *place = TcpListener::bind(loopback(0))?.local_addr()?;
        notes.push(format!("Port {usual} is taken: {whose} is at {}", place.port()));
    }
    if let Some(before) = listening(setup).filter(|before| *before != places[2] && is_shop(*before)) {
        places[2] = before;
    }
    Ok((places, notes))
}

/// Where the shop of this set-up listens.
fn listening(setup: &ServiceSetup) -> Option<SocketAddr> {
    let argv = &setup.runs.iter().find(|run| &*run.service == SHOP)?.argv;
    let at = argv.iter().position(|word| &**word == "--listen")?;
    argv.get(at + 1)?.parse().ok()
}

/// Whether a demo's shop answers there.
fn is_shop(address: SocketAddr) -> bool {
    let asked = || -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.take(4_096).read_to_string(&mut text)?;
        Ok(text)
    };
    asked().is_ok_and(|text| text.contains("\"service\":\"shop\""))
}

fn with_shop(
    mut setup: ServiceSetup,
    program: &Path,
    folder: &Path,
    environment: &Path,
    [grpc, http, shop]: [SocketAddr; 3],
) -> ServiceSetup {
    setup.receivers.is_on = true;
    (setup.receivers.grpc, setup.receivers.http) = (grpc.to_string().into(), http.to_string().into());
    let known = setup.runs.iter().position(|run| &*run.service == SHOP);
    // What a person changed of it stays.
    let mut run = known.map_or_else(Run::default, |at| setup.runs.remove(at));
    let words = [
        program.to_string_lossy().into_owned(),
        "demo-service".into(),
        "--listen".into(),
        shop.to_string(),
        "--otlp".into(),
        format!("http://{http}"),
        "--folder".into(),
        folder.to_string_lossy().into_owned(),
        "--visitors".into(),
        VISITORS.into(),
    ];
    run.argv = words.into_iter().map(Arc::from).collect();
    run.readiness = Some(Readiness {
        ask: CheckKind::Http {
            url: format!("http://{shop}/ready").into(),
            status: Some(200),
            body: "".into(),
            json: ("".into(), "".into()),
            max_millis: 0,
        },
        every_millis: 50,
        time_out_seconds: 60,
    });
    if known.is_none() {
        run.warm_up = warm_up(shop);
        run.service = SHOP.into();
        run.directory = folder.into();
        run.environment_file = environment.into();
        run.starts_with_perfdesk = true;
    }
    setup.runs.insert(0, run);
    setup
}

/// What is done before the shop counts as ready, and the model, for which nobody waits.
fn warm_up(shop: SocketAddr) -> Vec<WarmUpStep> {
    let get = |path: &str| StepKind::Http {
        method: "GET".into(),
        url: format!("http://{shop}{path}").into(),
        body: "".into(),
        status: None,
        contains: "".into(),
    };
    let step = |name: &str, kind| WarmUpStep { name: name.into(), kind, ..WarmUpStep::default() };
    vec![
        WarmUpStep { repeats: 3, ..step("front page", get("/products?category=garden")) },
        step("pool", StepKind::PoolOpen { address: format!("http://{shop}/cart").into(), connections: 8 }),
        WarmUpStep { is_lazy: true, ..step("model", get("/recommendations")) },
    ]
}

/// Writes the shop's `.env` with the profile's values and binds profiles to it, where that was not done before.
fn bind(folders: &Folders, environment: &Path) -> Result<(), DemoSetupError> {
    let binding = binding(environment);
    let documents = Documents::read(&folders.config);
    if documents.bindings_text.is_empty() {
        let path = folders.config.join("bindings.ron");
        atomic::write(&path, bindings::write(std::slice::from_ref(&binding)).as_bytes(), false)
            .map_err(|e| fault(&path, e))?;
    }
    if environment.exists() {
        return Ok(());
    }
    let holds = resolve::effective(&documents.catalogue, &documents.profiles, documents.local.as_deref(), PROFILE)
        .map_err(|problem| fault(environment, &problem.text))?;
    let (wanted, _) = plan::wanted(&binding.keys, binding.format, &holds, &documents.catalogue, &|_| None);
    let values: Vec<(String, Written)> = wanted.into_iter().map(|key| (key.key.to_string(), key.value)).collect();
    let head = "# The limits of the demo's shop. Profiles write them; whatever else stands here stays as it is.\n";
    let text = formats::set(binding.format, head.as_bytes(), &values).map_err(|e| fault(environment, e))?;
    atomic::write(environment, &text, false).map_err(|e| fault(environment, e))?;
    let mut memory = Memory::read(&folders.data);
    memory.adopt(PROFILE, None);
    memory.write(&folders.data).map_err(|e: file::DocumentError| fault(&folders.data, e))
}

fn binding(environment: &Path) -> Binding {
    let conversion =
        |unit: &str| Conversion::ALL.iter().find(|(_, slug)| *slug == unit).map(|(conversion, _)| *conversion);
    let key = |key: &crate::demo::Key| BoundKey {
        param: ParamKey::new(key.param),
        key: key.name.into(),
        conversion: conversion(key.unit).unwrap_or_default(),
    };
    Binding {
        id: "shop/.env".into(),
        path: environment.into(),
        format: FileFormat::Env,
        keys: KEYS.iter().map(key).collect(),
        reload: Some(Reload::Restart { service: SHOP.into(), timeout: RELOADED }),
        verify: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::Limits;
    use clap::Parser as _;

    fn prepared(data: &Path) -> (Arguments, DemoPlace) {
        let line = ["perfdesk".into(), "--demo".into(), "--data-dir".into(), data.to_string_lossy().into_owned()];
        let mut arguments = Arguments::try_parse_from(line).expect("arguments");
        let place = prepare(&mut arguments).expect("set up");
        (arguments, place)
    }

    fn environment(data: &Path) -> std::collections::BTreeMap<String, String> {
        let bytes = std::fs::read(data.join("demo/shop/.env")).expect("the shop's limits");
        let found = formats::scan(FileFormat::Env, &bytes).expect("sound");
        found.into_iter().map(|key| (key.key.clone(), key.text.clone())).collect()
    }

    #[test]
    fn the_shop_has_the_limits_of_the_profile_in_folders_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let (arguments, place) = prepared(folder.path());
        assert_eq!(arguments.page, Some(PageName::Services));
        assert_eq!(arguments.run.config_dir, Some(folder.path().join("demo/config")));
        let values = environment(folder.path());
        assert_eq!(values.len(), KEYS.len(), "every key has a value");
        let limits = Limits::read(&|key| values.get(key).cloned()).expect("the shop starts with them");
        assert_eq!((limits.pool_max, limits.batch_size, limits.lives.of("x").lives.as_secs()), (50, 64, 3_600));
        let config = folder.path().join("demo/config");
        let (setup, _) = document::read(&config).expect("sound");
        assert_eq!(listening(&setup), Some(place.shop));
        assert_eq!((setup.runs.len(), setup.runs[0].fault()), (1, None));
        let documents = Documents::read(&config);
        assert_eq!((documents.bindings.len(), documents.bindings[0].keys.len()), (1, KEYS.len()));
        assert_eq!(
            Memory::read(&folder.path().join("demo/data")).active(None, None, |_| true).as_deref(),
            Some(PROFILE)
        );
    }

    #[test]
    fn every_shipped_profile_is_one_that_the_shop_starts_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let documents = Documents::read(folder.path());
        let binding = binding(&folder.path().join(".env"));
        for name in documents.names() {
            let holds = resolve::effective(&documents.catalogue, &documents.profiles, None, &name).expect("it holds");
            let (wanted, problems) =
                plan::wanted(&binding.keys, binding.format, &holds, &documents.catalogue, &|_| None);
            assert!(problems.is_empty(), "{name}: {problems:?}");
            let values: Vec<(String, Written)> =
                wanted.iter().map(|key| (key.key.to_string(), key.value.clone())).collect();
            let text = formats::set(FileFormat::Env, b"", &values).expect("written");
            let found = formats::scan(FileFormat::Env, &text).expect("sound");
            let differences = plan::differences(&wanted, &found);
            assert!(differences.is_empty(), "{name}: {differences:?}");
            let find = |key: &str| found.iter().find(|found| found.key == key).map(|found| found.text.clone());
            let limits = Limits::read(&find).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(limits.pool_max > 0, "{name}");
        }
    }

    #[test]
    fn what_a_person_changed_stays_and_a_port_that_is_taken_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        prepared(folder.path());
        let path = folder.path().join("demo/shop/.env");
        std::fs::write(&path, "DB_POOL_MAX=7\n").expect("written");
        // Whether or not it was free: it is taken now.
        let _taken = TcpListener::bind(loopback(PORTS[2]));
        let (_, place) = prepared(folder.path());
        assert_ne!(place.shop, loopback(PORTS[2]));
        assert!(place.notes.iter().any(|note| note.starts_with("Port 5080 is taken: the shop is at ")), "{place:?}");
        assert_eq!(environment(folder.path()).get("DB_POOL_MAX").map(String::as_str), Some("7"));
    }
}
