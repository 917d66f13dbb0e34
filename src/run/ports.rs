//! Whether somebody else listens where a service is to answer: it would be taken for the service.

use std::net::{IpAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use crate::model::run::{Run, host_and_port};
use crate::model::service::CheckKind;

/// Time to connect on this machine.
const TIME: Duration = Duration::from_millis(300);

/// Why it cannot start, where its port is taken; only ports of this machine are looked at.
pub(super) fn taken(run: &Run) -> Option<String> {
    let address = match &run.readiness.as_ref()?.ask {
        CheckKind::Http { url, .. } => url,
        CheckKind::Tcp { address } => address,
        CheckKind::Process { .. } | CheckKind::Command { .. } => return None,
    };
    let (host, port) = host_and_port(address)?;
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if !is_here {
        return None;
    }
    let is_taken = (host, port).to_socket_addrs().ok()?.any(|at| TcpStream::connect_timeout(&at, TIME).is_ok());
    is_taken.then(|| format!("port {port} is taken{}: end that, or give it another port", by(port)))
}

#[cfg(target_os = "linux")]
fn by(port: u16) -> String {
    let Some(pid) = crate::telemetry::bind::listener_of(port) else { return String::new() };
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    format!(" by {} (process {pid})", if name.trim().is_empty() { "another" } else { name.trim() })
}

#[cfg(not(target_os = "linux"))]
fn by(_port: u16) -> String {
    " by another program".into()
}
