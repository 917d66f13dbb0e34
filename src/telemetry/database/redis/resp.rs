//! RESP, the protocol of Redis, version 2: words go out, one reply comes back. Every length is bounded.
//!
//! Redis documentation, "Redis serialization protocol specification".

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream};

use super::super::wire::Duplex;

/// Bytes of one text.
const MAX_TEXT: usize = 4 << 20;
/// Bytes of a line that tells a kind and a length, or a short text.
const MAX_LINE: usize = 8 << 10;
/// Replies in one list.
const MAX_LIST: usize = 10_000;
/// Lists inside of lists.
const MAX_DEPTH: usize = 5;

/// What a server replied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
    /// Several.
    List(Vec<Reply>),
    /// Nothing, which is a reply too.
    Nothing,
    /// It refuses: its words.
    Refused(String),
}

impl Reply {
    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// The connection broke.
    #[error("{0}")]
    Lost(String),
    /// What came is no RESP.
    #[error("what answers there is no Redis")]
    NoRedis,
}

impl From<std::io::Error> for Fault {
    fn from(e: std::io::Error) -> Self {
        match e.kind() {
            std::io::ErrorKind::UnexpectedEof
            | std::io::ErrorKind::BrokenPipe
            | std::io::ErrorKind::ConnectionReset => {
                Self::Lost("it closed the connection before the end of its answer".into())
            }
            _ => Self::Lost(format!("the connection broke: {e}")),
        }
    }
}

/// A connection.
pub(super) struct Line(BufStream<Box<dyn Duplex>>);

impl Line {
    /// A connection over what bytes go through.
    pub(super) fn new(stream: Box<dyn Duplex>) -> Self {
        Self(BufStream::new(stream))
    }

    /// Sends a command; gives its reply. After an error the connection is of no use.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) async fn ask(&mut self, words: &[&str]) -> Result<Reply, Fault> {
        let mut sent = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            sent.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
        }
        self.0.write_all(&sent).await?;
        self.0.flush().await?;
        self.reply(0).await
    }

    async fn line(&mut self) -> Result<String, Fault> {
        let mut bytes = Vec::new();
        let most = (MAX_LINE + 2) as u64;
        (&mut self.0).take(most).read_until(b'\n', &mut bytes).await?;
        if bytes.is_empty() {
            return Err(Fault::Lost("it closed the connection before the end of its answer".into()));
        }
        match bytes.strip_suffix(b"\r\n") {
            Some(line) => Ok(String::from_utf8_lossy(line).into_owned()),
            None => Err(Fault::NoRedis),
        }
    }

    async fn reply(&mut self, depth: usize) -> Result<Reply, Fault> {
        let line = self.line().await?;
        let kind = line.chars().next().ok_or(Fault::NoRedis)?;
        let rest = line.get(1..).unwrap_or_default();
        let number = || rest.parse::<i64>().map_err(|_| Fault::NoRedis);
        match kind {
            '+' => Ok(Reply::Text(rest.to_owned())),
            '-' => Ok(Reply::Refused(rest.to_owned())),
            ':' => Ok(Reply::Number(number()?)),
            '$' => match usize::try_from(number()?) {
                Err(_) => Ok(Reply::Nothing),
                Ok(length) if length > MAX_TEXT => Err(Fault::Lost("it sends a text longer than 4 MiB".into())),
                Ok(length) => {
                    let mut bytes = Vec::new();
                    (&mut self.0).take(length as u64 + 2).read_to_end(&mut bytes).await?;
                    if bytes.len() < length + 2 {
                        return Err(Fault::Lost("it closed the connection before the end of its answer".into()));
                    }
                    bytes.truncate(length);
                    Ok(Reply::Text(String::from_utf8_lossy(&bytes).into_owned()))
                }
            },
            '*' => match usize::try_from(number()?) {
                Err(_) => Ok(Reply::Nothing),
                Ok(n) if n > MAX_LIST || depth >= MAX_DEPTH => {
                    Err(Fault::Lost("it sends more than is asked for".into()))
                }
                Ok(n) => {
                    let mut all = Vec::new();
                    for _ in 0..n {
                        all.push(Box::pin(self.reply(depth + 1)).await?);
                    }
                    Ok(Reply::List(all))
                }
            },
            _ => Err(Fault::NoRedis),
        }
    }
}
