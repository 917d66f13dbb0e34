//! What each command needs of the one who sends it from elsewhere.
//!
//! Every match names all there is: a new command has to decide.

use super::access::AccessCommand;
use super::alert::AlertCommand;
use super::command::{Command, HistoryCommand, ProcessCommand};
use super::profile::{ApplyCommand, BindingCommand, ProfileCommand};
use super::remote_write::RemoteWriteCommand;
use super::run::RunCommand;
use super::service::ServiceCommand;
use super::source::SourceCommand;

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// To look: nothing that is kept, written or run comes of it.
    Look,
    /// To change.
    Change,
    /// To sit at the machine itself: the answer is a secret's text.
    Here,
}

impl Command {
    /// What it needs.
    pub const fn needs(&self) -> Right {
        match self {
            Self::View(_) => Right::Look,
            Self::Settings(_) | Self::Layout(_) | Self::Window(_) | Self::Notice(_) | Self::Annotation(_) => {
                Right::Change
            }
            // Tasks read and write files by path; even the preview of an import shows what a file holds.
            Self::Task(_) | Self::Suggest(_) => Right::Change,
            Self::Process(command) => match command {
                ProcessCommand::Inspect(_) => Right::Look,
                ProcessCommand::End { .. } => Right::Change,
            },
            Self::History(command) => match command {
                HistoryCommand::Inspect(_) | HistoryCommand::Compare(_) => Right::Look,
            },
            Self::Profile(command) => profile(command),
            // Looking at a file shows what it holds.
            Self::Binding(command) => match command {
                BindingCommand::Save(_)
                | BindingCommand::Remove(_)
                | BindingCommand::Look(_)
                | BindingCommand::Check => Right::Change,
            },
            Self::Apply(command) => match command {
                ApplyCommand::Plan { .. }
                | ApplyCommand::Discard
                | ApplyCommand::Apply { .. }
                | ApplyCommand::Keep(_)
                | ApplyCommand::RollBack(_) => Right::Change,
            },
            Self::Alert(command) => alert(command),
            // Tokens and passwords go with an endpoint: one who may send it elsewhere has them.
            Self::RemoteWrite(command) => match command {
                RemoteWriteCommand::Put(_) | RemoteWriteCommand::Remove(_) => Right::Here,
                RemoteWriteCommand::Test(_) | RemoteWriteCommand::Retry(_) => Right::Change,
            },
            Self::Source(command) => match command {
                SourceCommand::Put(_) | SourceCommand::Remove(_) => Right::Here,
                SourceCommand::Search { .. } => Right::Change,
            },
            Self::Service(command) => service(command),
            Self::Run(command) => match command {
                RunCommand::AskOutput(_) | RunCommand::LeaveOutput(_) => Right::Look,
                RunCommand::Start(_)
                | RunCommand::Stop(_)
                | RunCommand::Restart(_)
                | RunCommand::StartAll
                | RunCommand::StopAll => Right::Change,
                // What is run may do whatever the person at the machine may.
                RunCommand::Put(_) | RunCommand::Remove(_) => Right::Here,
            },
            Self::Access(command) => match command {
                AccessCommand::Rotate
                | AccessCommand::Add { .. }
                | AccessCommand::Reveal
                | AccessCommand::Hide
                | AccessCommand::Revoke(_)
                | AccessCommand::SetReadOnly(_) => Right::Here,
            },
        }
    }
}

const fn profile(command: &ProfileCommand) -> Right {
    match command {
        ProfileCommand::Save { .. }
        | ProfileCommand::Rename { .. }
        | ProfileCommand::Delete(_)
        | ProfileCommand::SaveCatalogue(_)
        | ProfileCommand::SaveRules(_)
        | ProfileCommand::MakeSecret(_) => Right::Change,
        ProfileCommand::RevealSecret(_) => Right::Here,
    }
}

const fn alert(command: &AlertCommand) -> Right {
    match command {
        AlertCommand::Backtest(_) => Right::Look,
        AlertCommand::SaveRule { .. }
        | AlertCommand::DeleteRule(_)
        | AlertCommand::UndoDelete
        | AlertCommand::Pause(..)
        | AlertCommand::Silence(..)
        | AlertCommand::Acknowledge(_)
        | AlertCommand::Note(..)
        | AlertCommand::SetWebhooks(_)
        | AlertCommand::TestWebhook(_)
        | AlertCommand::TestRule(_) => Right::Change,
        // A program may do whatever the person at the machine may.
        AlertCommand::AllowPrograms(_) => Right::Here,
    }
}

const fn service(command: &ServiceCommand) -> Right {
    match command {
        ServiceCommand::Ask(_) => Right::Look,
        ServiceCommand::SetBounds(_)
        | ServiceCommand::WatchItself(_)
        | ServiceCommand::RemoveCheck(_)
        | ServiceCommand::RunCheck(_)
        | ServiceCommand::Bind(_)
        | ServiceCommand::Unbind(_)
        | ServiceCommand::AskDatabase(_)
        | ServiceCommand::Explain(..)
        | ServiceCommand::Forget(_) => Right::Change,
        // A target and a database have a secret, a check may be a command, a listener opens a door.
        ServiceCommand::SetReceivers(_)
        | ServiceCommand::PutTarget(_)
        | ServiceCommand::RemoveTarget(_)
        | ServiceCommand::PutDatabase(_)
        | ServiceCommand::RemoveDatabase(_)
        | ServiceCommand::PutCheck(_) => Right::Here,
    }
}
