//! Why a request is refused, and how each protocol says so.

use std::borrow::Cow;

use hyper::StatusCode;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// In which way.
    pub kind: RefusalKind,
    /// In words, for whoever set up the sender; a sentence without a final period.
    pub words: Cow<'static, str>,
}

/// In which way a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// It cannot be read.
    Malformed,
    /// The token is missing or wrong.
    Unauthenticated,
    /// It comes from a page, or calls this machine by a name that is not its own.
    Forbidden,
    /// There is nothing at its path.
    NotFound,
    /// Its method is not taken there.
    Method,
    /// It took too long.
    TimedOut,
    /// Its body is too large.
    TooLarge,
    /// Its body is of a type that is not taken.
    MediaType,
    /// Its body is compressed in a way that is not read.
    Encoding,
    /// Too much is being taken; later it may be.
    Busy,
    /// Taking it broke down, here.
    BrokeDown,
}

impl Refusal {
    /// A refusal.
    pub fn new(kind: RefusalKind, words: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, words: words.into() }
    }

    /// Its status of HTTP, by OTLP's specification.
    pub fn status(&self) -> StatusCode {
        match self.kind {
            RefusalKind::Malformed => StatusCode::BAD_REQUEST,
            RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Method => StatusCode::METHOD_NOT_ALLOWED,
            RefusalKind::TimedOut => StatusCode::REQUEST_TIMEOUT,
            RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RefusalKind::MediaType | RefusalKind::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            RefusalKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
            RefusalKind::BrokeDown => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its code of gRPC: `google/rpc/code.proto`.
    pub fn code(&self) -> u8 {
        match self.kind {
            RefusalKind::Malformed | RefusalKind::MediaType => 3,
            RefusalKind::TimedOut => 4,
            RefusalKind::Forbidden => 7,
            RefusalKind::TooLarge => 8,
            RefusalKind::NotFound | RefusalKind::Method | RefusalKind::Encoding => 12,
            RefusalKind::BrokeDown => 13,
            RefusalKind::Busy => 14,
            RefusalKind::Unauthenticated => 16,
        }
    }
}
