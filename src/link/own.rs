//! The agent of this machine: it keeps the data folder, and says beside its lock where its API listens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::engine::access::tokens::TokenFiles;
use crate::model::Folders;
use crate::model::machines::{MachineEntry, Token};
use crate::store::announcement::Announcement;
use crate::store::document::Document as _;

/// The agent of this machine, as its files say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAgent {
    /// Its process.
    pub process: u32,
    /// How to reach it.
    pub entry: MachineEntry,
    /// Where its files are: it is looked for there again before each connection.
    pub folders: Folders,
}

impl OwnAgent {
    /// The agent that keeps these folders.
    ///
    /// # Errors
    /// Why it cannot be asked: a sentence without a final period.
    pub fn find(folders: &Folders) -> Result<Self, String> {
        let said = Announcement::read(&folders.data).map_err(|e| e.to_string())?;
        let said = said.ok_or("the Perfdesk that runs there serves no API, so this window cannot look through it")?;
        let address: SocketAddr =
            said.address.parse().map_err(|_| format!("{} names no address", Announcement::FILE))?;
        let token = TokenFiles::new(&folders.config).main().map_err(|e| e.to_string())?;
        let token =
            token.ok_or("the API's token is not in the config folder: give the one of the agent with --config-dir")?;
        let scheme = if said.fingerprint.is_some() { "https" } else { "http" };
        let entry = MachineEntry {
            address: format!("{scheme}://{}", near(address)),
            token: Token(token.0.to_string()),
            fingerprint: said.fingerprint,
            ..MachineEntry::default()
        };
        Ok(Self { process: said.process, entry, folders: folders.clone() })
    }
}

/// Where an address that listens everywhere is reached from here.
fn near(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agent_of_a_folder_is_found_by_its_files() {
        let root = tempfile::tempdir().expect("a folder");
        let folders = Folders { config: root.path().join("config"), data: root.path().join("data") };
        assert!(OwnAgent::find(&folders).expect_err("none").contains("serves no API"));
        let said = Announcement::of_this_process("0.0.0.0:7390", Some("ab"));
        std::fs::create_dir_all(&folders.data).expect("made");
        said.write(&folders.data).expect("written");
        assert!(OwnAgent::find(&folders).expect_err("no token").contains("token"));
        std::fs::create_dir_all(&folders.config).expect("made");
        TokenFiles::new(&folders.config).make_missing().expect("made");
        let found = OwnAgent::find(&folders).expect("found");
        assert_eq!((&*found.entry.address, found.process), ("https://127.0.0.1:7390", std::process::id()));
        assert_eq!((found.entry.token.0.len(), found.entry.fingerprint.as_deref()), (43, Some("ab")));
    }
}
