//! Questions to the Perfdesk that runs on a data folder, through its API.

use axum::body::{Body, Bytes, to_bytes};
use hyper::http::Method;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::ServiceCommandError;
use crate::link::OwnAgent;
use crate::link::address::Address;
use crate::link::http::{Line, Target};
use crate::link::tls::Trust;
use crate::model::Folders;

/// Bytes of an answer.
const MAX_ANSWER: usize = 32 << 20;

/// A connection to it.
pub struct Client {
    runtime: Runtime,
    target: Target,
    line: Option<Line>,
}

impl Client {
    /// Finds the Perfdesk that runs on these folders.
    ///
    /// # Errors
    /// [`ServiceCommandError::NotRunning`], in words a person can act on.
    pub fn find(folders: &Folders) -> Result<Self, ServiceCommandError> {
        let not_running = |why: String| ServiceCommandError::NotRunning { folder: folders.data.clone(), why };
        let agent = OwnAgent::find(folders).map_err(not_running)?;
        let trust = Trust::new(agent.entry.fingerprint.as_deref(), None).map_err(not_running)?;
        let address = Address::read(&agent.entry.address).map_err(not_running)?;
        let target = Target { address, token: agent.entry.token.0.to_string(), trust, insecure_http: false };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self { runtime: runtime.map_err(|e| not_running(e.to_string()))?, target, line: None })
    }

    /// Asks for something.
    ///
    /// # Errors
    /// [`ServiceCommandError`], with the words of the answer.
    pub fn get(&mut self, path: &str) -> Result<Value, ServiceCommandError> {
        self.ask(&Method::GET, path)
    }

    /// Asks that something be done.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn post(&mut self, path: &str) -> Result<Value, ServiceCommandError> {
        self.ask(&Method::POST, path)
    }

    fn ask(&mut self, method: &Method, path: &str) -> Result<Value, ServiceCommandError> {
        let Self { runtime, target, line } = self;
        runtime.block_on(async {
            let failed = |e: &dyn std::fmt::Display| ServiceCommandError::Failed(e.to_string());
            let mut open = match line.take().filter(Line::is_open) {
                Some(open) => open,
                None => Line::open(target).await.map_err(|e| failed(&e))?,
            };
            let answer = open.ask(target, method.clone(), path, Bytes::new()).await.map_err(|e| failed(&e))?;
            let bytes = to_bytes(Body::new(answer.into_body()), MAX_ANSWER).await.map_err(|e| failed(&e))?;
            *line = Some(open);
            serde_json::from_slice(&bytes).map_err(|e| failed(&e))
        })
    }
}

/// A name as a part of a path.
pub fn escaped(name: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    name.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_paths_escaped() {
        assert_eq!(escaped("shop-1.a_b"), "shop-1.a_b");
        assert_eq!(escaped("a/b ?ü"), "a%2Fb%20%3F%C3%BC");
    }

    #[test]
    fn that_none_runs_is_said_with_its_folder() {
        let root = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: root.path().join("config"), data: root.path().join("data") };
        let why = Client::find(&folders).err().expect("none runs").to_string();
        assert!(why.contains("no Perfdesk can be asked") && why.contains("data"), "{why}");
    }
}
