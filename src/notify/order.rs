//! What is to be told, and what came of it.

use std::sync::Arc;

use crate::alert::telling::Message;
use crate::model::alert::{ActionKind, ProgramAction, RuleId, Webhook};

/// Something to tell outside the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// By the desktop's notification.
    Desktop(Arc<Message>),
    /// By a webhook.
    Webhook {
        /// Where.
        webhook: Webhook,
        /// What.
        message: Arc<Message>,
        /// The machine's name.
        host: Arc<str>,
    },
    /// A test of a webhook.
    TestWebhook {
        /// Where.
        webhook: Webhook,
        /// The machine's name.
        host: Arc<str>,
    },
    /// By a program.
    Program {
        /// Which, and how long it may take.
        action: ProgramAction,
        /// What.
        message: Arc<Message>,
        /// The machine's name.
        host: Arc<str>,
    },
}

impl Order {
    /// The way.
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::Desktop(_) => ActionKind::Desktop,
            Self::Webhook { .. } | Self::TestWebhook { .. } => ActionKind::Webhook,
            Self::Program { .. } => ActionKind::Program,
        }
    }

    /// The rules it is about.
    pub fn rules(&self) -> Vec<RuleId> {
        match self {
            Self::Desktop(message) | Self::Webhook { message, .. } | Self::Program { message, .. } => message.rules(),
            Self::TestWebhook { .. } => Vec::new(),
        }
    }
}

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The rules it was about.
    pub rules: Vec<RuleId>,
    /// The way.
    pub kind: ActionKind,
    /// Whether it worked.
    pub is_ok: bool,
    /// What came of it, in words; never more of an address than its host.
    pub text: String,
    /// The webhook's name, where it was a test of one.
    pub tested: Option<Arc<str>>,
}

impl Outcome {
    /// What came of `order`.
    pub fn of(order: &Order, result: Result<String, String>) -> Self {
        let tested = match order {
            Order::TestWebhook { webhook, .. } => Some(webhook.name.clone()),
            _ => None,
        };
        let is_ok = result.is_ok();
        Self { rules: order.rules(), kind: order.kind(), is_ok, text: result.unwrap_or_else(|why| why), tested }
    }
}
