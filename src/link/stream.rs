//! The records of an agent's stream as they come.

use std::future::poll_fn;
use std::pin::Pin;

use hyper::body::{Body as _, Incoming};

use super::http::Line;
use crate::wire::{Record, RecordReader};

/// An answer that goes on, read record by record.
pub struct Records {
    body: Incoming,
    reader: RecordReader,
    _line: Line,
}

impl Records {
    /// The records of this answer, which came over this line.
    pub fn new(body: Incoming, line: Line) -> Self {
        Self { body, reader: RecordReader::default(), _line: line }
    }

    /// The next record. It may be left waiting and asked again: nothing is lost.
    ///
    /// # Errors
    /// The stream ended or broke, or holds no records: a sentence without a final period.
    pub async fn next(&mut self) -> Result<Record, String> {
        loop {
            if let Some(record) = self.reader.take().map_err(|e| e.to_string())? {
                return Ok(record);
            }
            let piece = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)).await;
            match piece {
                None => return Err("the agent ended the connection".into()),
                Some(Err(e)) => return Err(format!("the connection broke: {e}")),
                Some(Ok(frame)) => {
                    if let Some(bytes) = frame.data_ref() {
                        self.reader.feed(bytes);
                    }
                }
            }
        }
    }
}
