//! What Redis' refusals mean: why, and what to do. Never the password.

use super::resp::Fault;
use crate::model::database::{DatabaseTarget, Missing, TlsMode};

/// Why the connection is of no use.
pub(super) fn lost(fault: &Fault, target: &DatabaseTarget) -> Missing {
    match fault {
        Fault::NoRedis => no_redis(),
        // A server that wants TLS closes a connection in the open without a word.
        Fault::Lost(why) if target.tls == TlsMode::Off && why.contains("closed") => {
            Missing::new(why.as_str(), "It is asked again; where it wants TLS, choose TLS", "")
        }
        Fault::Lost(why) => Missing::new(why.as_str(), "It is asked again", ""),
    }
}

/// What is said of something else that answers.
pub(super) fn no_redis() -> Missing {
    Missing::new("what answers there is no Redis", "Is the port right?", "")
}

/// Why a command is refused.
pub(super) fn refused(said: &str, target: &DatabaseTarget, command: &str) -> Missing {
    let who = if target.user.is_empty() { "default" } else { &*target.user };
    let said_short = &said[..said.floor_char_boundary(300)];
    match said.split_whitespace().next().unwrap_or_default() {
        "NOAUTH" => Missing::new("it asks for a password", "Type the password, and the user where it has several", ""),
        "WRONGPASS" => Missing::new(format!("it refuses the password of {who}"), "Type the password again", ""),
        "NOPERM" => Missing::new(
            format!("the user {who} may not run {command}"),
            "Let it, as a user that may change others; that lets it read how the server does and nothing else",
            format!("ACL SETUSER {who} on +auth +info +slowlog|get +client|setname +config|get"),
        ),
        "LOADING" => Missing::new("it reads its data from disk", "It is asked again", ""),
        "MASTERDOWN" => Missing::new("it does not reach the server that it follows", "See the other server", ""),
        "DENIED" => Missing::new(
            "it is in protected mode, which lets nobody in from other machines",
            "Set a password (requirepass) or bind it to an address of this machine",
            "",
        ),
        _ if said.contains("without any password") || said.contains("no password is set") => {
            Missing::new("it has no password and one was sent", "Take the password away", "")
        }
        _ if said.contains("max number of clients") => {
            Missing::new("all of its connections are taken", "Raise maxclients, or find out who holds them", "")
        }
        _ if said.contains("invalid password") => {
            Missing::new(format!("it refuses the password of {who}"), "Type the password again", "")
        }
        _ if said.contains("unknown command") => Missing::new(
            format!("it does not know {command}"),
            "The command may be renamed or switched off in its configuration, or the server is of an old version",
            "",
        ),
        _ => Missing::new(format!("it refuses {command}: {said_short}"), "", ""),
    }
}
