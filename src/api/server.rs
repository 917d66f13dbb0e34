//! The server: a thread that listens as the settings and the command line say, and follows the settings.
//!
//! It never ends the program: what it cannot do is a notice, and it tries again.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::answer::Desk;
use super::connection::stopped;
use super::counts::Counts;
use super::endpoints;
use super::guard::{Guard, Hosts};
use super::limits::Limits;
use super::link;
use super::listener::{accept, bind};
use super::plan::{Flags, Plan, Wanted};
use super::shares::Shares;
use super::state::ApiState;
use super::teller::{Teller, carry, tell};
use crate::engine::Handle;
use crate::engine::access::ApiEvent;
use crate::engine::access::tls;
use crate::engine::handle::Input;
use crate::model::access::{ApiSettings, Listening, ServerState};
use crate::sampling::panic_text;
use crate::store::announcement::Announcement;

/// Threads that answer requests.
const N_WORKERS: usize = 2;
/// Starts after a breakdown.
const MAX_RESTARTS: u32 = 3;
/// Time that the thread has to end beyond that of connections.
const STOP_MARGIN: Duration = Duration::from_secs(1);

/// What a server starts from.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// What was said on the command line.
    pub flags: Flags,
    /// Bounds.
    pub limits: Limits,
    /// The config folder, where a certificate of our own is kept.
    pub config: PathBuf,
}

/// A running server. Dropping it stops it.
pub struct Server {
    thread: Option<JoinHandle<()>>,
    ended: mpsc::Receiver<()>,
    stop: watch::Sender<bool>,
    reread: Reread,
    patience: Duration,
}

/// The word to a server that its certificate and key are to be read again.
#[derive(Debug, Clone)]
pub struct Reread(watch::Sender<()>);

impl Reread {
    /// Says it. Connections that are open stay as they are; where the files cannot be used, what was read before stays in
    /// force and a warning says so.
    pub fn say(&self) {
        self.0.send_replace(());
    }
}

impl Server {
    /// Starts a server over an engine. How it does is in the snapshot; what it cannot do is a notice.
    pub fn start(engine: Handle, options: ServerOptions) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (reread, rereads) = watch::channel(());
        let (ending, ended) = mpsc::channel();
        let patience = options.limits.stop + STOP_MARGIN;
        let mut server = Self { thread: None, ended, stop, reread: Reread(reread), patience };
        let inputs = engine.inputs();
        if options.flags.is_off {
            say(&engine, ServerState::OffByFlag);
            return server;
        }
        let body = move || {
            let _ending = ending;
            run(&engine, &options, &stopped, &rereads);
        };
        match thread::Builder::new().name("api".into()).spawn(body) {
            Ok(thread) => server.thread = Some(thread),
            Err(e) => {
                let state = ServerState::Failed(format!("its thread could not be started: {e}").into());
                let _ = inputs.try_send(Input::Api(Box::new(ApiEvent::Server { state, warnings: Vec::new() })));
            }
        }
        server
    }

    /// What tells it to read its certificate and key again.
    pub fn reread(&self) -> Reread {
        self.reread.clone()
    }

    /// Ends the server: no connection is taken any more, requests under way are answered, and after a deadline what is
    /// left is cut. Tells whether the thread ended.
    pub fn stop(&mut self) -> bool {
        let _ = self.stop.send(true);
        let Some(thread) = self.thread.take() else { return true };
        // The sender is dropped as the thread ends.
        let has_ended = self.ended.recv_timeout(self.patience) != Err(mpsc::RecvTimeoutError::Timeout);
        has_ended && thread.join().is_ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn say(engine: &Handle, state: ServerState) {
    let event = ApiEvent::Server { state, warnings: Vec::new() };
    let _ = engine.inputs().try_send(Input::Api(Box::new(event)));
}

/// The thread: serves until it is told to stop; after a breakdown of the server itself it starts anew.
fn run(engine: &Handle, options: &ServerOptions, stop: &watch::Receiver<bool>, rereads: &watch::Receiver<()>) {
    let state = ApiState::new(engine.clone(), options.limits.n_streams);
    let counts = Arc::new(Counts::default());
    let mut n_restarts = 0;
    loop {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(N_WORKERS)
            .thread_name("api-worker")
            .enable_all()
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(e) => return say(engine, ServerState::Failed(format!("its threads could not be started: {e}").into())),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(follow(&state, &counts, options, (stop.clone(), rereads.clone())));
        }));
        end(runtime);
        let Err(panic) = outcome else { return };
        let why = panic_text(&*panic);
        if n_restarts == MAX_RESTARTS {
            let why = format!("it broke down too often and stays stopped: restart Perfdesk; it said: {why}");
            return say(engine, ServerState::Failed(why.into()));
        }
        n_restarts += 1;
        say(engine, ServerState::Failed(format!("it broke down and was started again; it said: {why}").into()));
    }
}

/// What still runs, such as an answer without an end, is cut.
fn end(runtime: Runtime) {
    runtime.shutdown_timeout(Duration::from_millis(200));
}

/// Says beside the data folder's lock where we listen, for a window that finds the folder in use. Without it that window
/// does not open, as it did before.
fn announce(data: &Path, listening: &Listening) {
    let _ = Announcement::of_this_process(&listening.address, listening.fingerprint.as_deref()).write(data);
}

/// Listens as the settings say, and anew when they change.
async fn follow(
    state: &ApiState,
    counts: &Arc<Counts>,
    options: &ServerOptions,
    (mut stop, mut rereads): (watch::Receiver<bool>, watch::Receiver<()>),
) {
    let (inputs, mut published) = (state.inputs(), state.published());
    while !*stop.borrow() {
        let settings = state.snapshot().settings.api.clone();
        let is_changed = |now: &ApiSettings| ApiSettings { read_only: settings.read_only, ..now.clone() } != settings;
        let plan = Plan::of(&settings, &options.flags);
        let (opened, warnings) = match &plan {
            Plan::Off => (Err(ServerState::Off), Vec::new()),
            Plan::Impossible(why) => (Err(ServerState::Failed(why.clone())), Vec::new()),
            Plan::Listen(wanted) => (open(wanted, state, options), wanted.warnings.clone()),
        };
        let changed = async {
            while !is_changed(&state.snapshot().settings.api) {
                if published.changed().await.is_err() {
                    // The engine is gone, and the program ends.
                    std::future::pending::<()>().await;
                }
            }
        };
        match opened {
            Ok((listener, tls, wanted, mut listening)) => {
                let (tls, given) = tls.map(watch::channel).unzip();
                rereads.mark_unchanged();
                let state_now = ServerState::Listening(listening.clone());
                tell(&inputs, ApiEvent::Server { state: state_now, warnings }).await;
                let data = state.snapshot().folders.data.clone();
                announce(&data, &listening);
                let (close, closing) = watch::channel(false);
                let until = async {
                    let mut changed = pin!(changed);
                    loop {
                        tokio::select! {
                            () = &mut changed => break,
                            () = stopped(&mut stop) => break,
                            Ok(()) = rereads.changed() => {
                                let Some(tls) = &tls else { continue };
                                let event = read_again(tls, wanted, state, options, &mut listening);
                                announce(&data, &listening);
                                tell(&inputs, event).await;
                            }
                        }
                    }
                    let _ = close.send(true);
                };
                tokio::join!(serve(listener, given, wanted, state, counts, options, closing), until);
                Announcement::remove(&data);
            }
            Err(state_now) => {
                let is_failed = matches!(state_now, ServerState::Failed(_));
                tell(&inputs, ApiEvent::Server { state: state_now, warnings }).await;
                let again = async {
                    match is_failed {
                        true => tokio::time::sleep(options.limits.retry).await,
                        false => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = changed => {}
                    () = again => {}
                    () = stopped(&mut stop) => {}
                }
            }
        }
    }
}

/// Puts the certificate and its key in force as they are in their files now.
fn read_again(
    tls: &watch::Sender<TlsAcceptor>,
    wanted: &Wanted,
    state: &ApiState,
    options: &ServerOptions,
    listening: &mut Listening,
) -> ApiEvent {
    let mut warnings = wanted.warnings.clone();
    match acceptor(wanted, state, options) {
        Ok(Some((acceptor, fingerprint))) => {
            tls.send_replace(acceptor);
            listening.fingerprint = Some(fingerprint.into());
        }
        Ok(None) => {}
        Err(why) => warnings.push(format!("The API goes on with the certificate it has: {why}").into()),
    }
    ApiEvent::Server { state: ServerState::Listening(listening.clone()), warnings }
}

/// What takes TLS connections, and the certificate's fingerprint; `None` without TLS.
fn acceptor(
    wanted: &Wanted,
    state: &ApiState,
    options: &ServerOptions,
) -> Result<Option<(TlsAcceptor, String)>, tls::TlsError> {
    let Some(certificate) = &wanted.certificate else { return Ok(None) };
    let machine = state.snapshot().machine.host.to_string();
    let names: Vec<String> = wanted.names.iter().cloned().chain([machine]).collect();
    tls::acceptor(certificate, &options.config, wanted.address.ip(), &names).map(Some)
}

type Opened<'a> = (TcpListener, Option<TlsAcceptor>, &'a Wanted, Listening);

/// Opens the listener, or says why it cannot be.
fn open<'a>(wanted: &'a Wanted, state: &ApiState, options: &ServerOptions) -> Result<Opened<'a>, ServerState> {
    let failed = |why: String| ServerState::Failed(why.into());
    let tls = acceptor(wanted, state, options).map_err(|e| failed(e.to_string()))?;
    let listener = bind(wanted.address).map_err(|e| failed(not_bound(wanted.address, &e)))?;
    let address = listener.local_addr().unwrap_or(wanted.address);
    let (tls, fingerprint) = tls.unzip();
    let listening = Listening {
        address: address.to_string().into(),
        fingerprint: fingerprint.map(Into::into),
        is_read_only: options.flags.read_only,
    };
    Ok((listener, tls, wanted, listening))
}

fn not_bound(address: SocketAddr, error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "{address} is in use, perhaps by another Perfdesk: end that, or choose another port in Settings or with \
             --api; it is tried again every 10 s"
        ),
        ErrorKind::AddrNotAvailable => {
            format!("{} is no address of this machine: choose another in Settings or with --api", address.ip())
        }
        ErrorKind::PermissionDenied => {
            format!("port {} is not this user's to open: choose one from 1024 on", address.port())
        }
        _ => format!("{address}: {error}"),
    }
}

/// Serves a listener until it is closed.
async fn serve(
    listener: TcpListener,
    tls: Option<watch::Receiver<TlsAcceptor>>,
    wanted: &Wanted,
    state: &ApiState,
    counts: &Arc<Counts>,
    options: &ServerOptions,
    closing: watch::Receiver<bool>,
) {
    let limits = Limits { n_connections: room(options.limits.n_connections), ..options.limits };
    let hosts = Hosts { address: wanted.address.ip(), names: wanted.names.clone(), is_tls: tls.is_some() };
    let (teller, words) = Teller::new();
    let routes = endpoints::routes().merge(endpoints::open_routes()).merge(link::routes());
    let desk = Arc::new(Desk {
        state: state.clone(),
        router: TowerToHyperService::new(routes.with_state(state.clone())),
        guard: Guard::new(limits, hosts, options.flags.read_only),
        limits,
        counts: counts.clone(),
        teller,
        bodies: Shares::new(limits.n_bodies),
    });
    let carrier = tokio::spawn(carry(words, counts.clone(), state.inputs()));
    accept(listener, tls, desk, closing).await;
    // The last words are carried when the last connection has gone, or not at all where one stays.
    let _ = tokio::time::timeout(limits.stop, carrier).await;
}

/// Connections that can be held: each is a file to the system, and the program has others.
#[cfg(unix)]
fn room(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    const OTHERS: u64 = 256;
    let now = getrlimit(Resource::Nofile);
    let needed = wanted as u64 + OTHERS;
    let Some(current) = now.current else { return wanted };
    if current < needed {
        let raised = now.maximum.map_or(needed, |most| needed.min(most));
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: now.maximum });
    }
    let current = getrlimit(Resource::Nofile).current.unwrap_or(needed);
    usize::try_from(current.saturating_sub(OTHERS)).unwrap_or(wanted).clamp(16, wanted)
}

#[cfg(not(unix))]
fn room(wanted: usize) -> usize {
    wanted
}
