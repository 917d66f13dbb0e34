//! Annotations: notes on the time axis, a person's and the program's own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// An annotation's number; grows over the life of a history, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnnotationId(pub u64);

/// What an annotation is about, which is what people filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationKind {
    /// A person's own.
    Note,
    /// Perfdesk was started.
    Start,
    /// Perfdesk was stopped.
    Stop,
    /// The machine slept.
    Sleep,
    /// The wall clock was set.
    Clock,
    /// Settings were changed.
    Settings,
    /// A worker broke down, or the store could not write.
    Trouble,
    /// A tuning profile was put in force.
    Profile,
    /// An alert fired.
    Alert,
    /// A load test or an experiment ran.
    Test,
    /// A service was started anew, fell ill or became well.
    Service,
}

impl AnnotationKind {
    /// Every kind, in the order of lists.
    pub const ALL: [Self; 11] = [
        Self::Note,
        Self::Start,
        Self::Stop,
        Self::Sleep,
        Self::Clock,
        Self::Settings,
        Self::Trouble,
        Self::Profile,
        Self::Alert,
        Self::Test,
        Self::Service,
    ];

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "Notes",
            Self::Start => "Starts",
            Self::Stop => "Stops",
            Self::Sleep => "Sleep",
            Self::Clock => "Clock changes",
            Self::Settings => "Settings changes",
            Self::Trouble => "Trouble",
            Self::Profile => "Profiles",
            Self::Alert => "Alerts",
            Self::Test => "Tests",
            Self::Service => "Services",
        }
    }

    /// Whether a person wrote it, and may change it.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Note)
    }
}

/// What an annotation says, before it has a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnotationText {
    /// When, or from when.
    pub at: Timestamp,
    /// Until when, for a span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What it is about.
    pub kind: AnnotationKind,
    /// The words on the flag; one line, at most [`AnnotationText::MAX_TEXT`] characters.
    pub text: Arc<str>,
    /// More words; may be empty, at most [`AnnotationText::MAX_DETAIL`] characters.
    #[serde(default)]
    pub detail: Arc<str>,
}

impl AnnotationText {
    /// Greatest length of the words on the flag, characters.
    pub const MAX_TEXT: usize = 200;
    /// Greatest length of the further words, characters.
    pub const MAX_DETAIL: usize = 4000;

    /// One moment, in a few words.
    pub fn at(at: Timestamp, kind: AnnotationKind, text: impl Into<Arc<str>>) -> Self {
        Self { at, until: None, kind, text: text.into(), detail: Arc::from("") }
    }

    /// The same with its texts cut to their greatest lengths and its text on one line.
    pub fn bounded(mut self) -> Self {
        let one_line = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text = one_line.chars().take(Self::MAX_TEXT).collect::<String>().into();
        if self.detail.chars().count() > Self::MAX_DETAIL {
            self.detail = self.detail.chars().take(Self::MAX_DETAIL).collect::<String>().into();
        }
        self.until = self.until.filter(|until| *until > self.at);
        self
    }
}

/// One annotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// Its number.
    pub id: AnnotationId,
    /// What it says.
    #[serde(flatten)]
    pub text: AnnotationText,
}
