//! Protobuf's wire format, written: <https://protobuf.dev/programming-guides/encoding/>.

use crate::telemetry::receive::budget::{Held, TooMuch};

/// Writes fields into a body.
#[derive(Debug)]
pub struct Writer {
    held: Held,
    /// Why it was given up, where it was.
    fault: Option<TooMuch>,
}

/// A field whose length is not known yet: where its content begins.
#[derive(Debug, Clone, Copy)]
pub struct Begun(usize);

/// The wire type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// A varint.
    Varint = 0,
    /// Eight bytes.
    Eight = 1,
    /// A length and as many bytes.
    Length = 2,
    /// Four bytes.
    Four = 5,
}

impl Writer {
    /// A writer into this body.
    pub fn new(held: Held) -> Self {
        Self { held, fault: None }
    }

    /// What was written, or why it was given up.
    ///
    /// # Errors
    /// [`TooMuch`].
    pub fn finish(self) -> Result<Held, TooMuch> {
        self.fault.map_or(Ok(self.held), Err)
    }

    /// Whether it was given up.
    pub fn is_over(&self) -> bool {
        self.fault.is_some()
    }

    /// Puts bytes as they are.
    ///
    /// # Errors
    /// [`TooMuch`], which [`Self::finish`] tells again.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), TooMuch> {
        self.held.push(bytes).inspect_err(|fault| self.fault = Some(*fault))
    }

    /// A number of one to ten bytes.
    ///
    /// # Errors
    /// [`TooMuch`].
    pub fn varint(&mut self, number: u64) -> Result<(), TooMuch> {
        let (bytes, n) = varint(number);
        self.put(&bytes[..n])
    }

    /// The number and wire type of a field.
    ///
    /// # Errors
    /// [`TooMuch`].
    pub fn tag(&mut self, number: u32, wire: Wire) -> Result<(), TooMuch> {
        self.varint(u64::from(number) << 3 | wire as u64)
    }

    /// Begins a field with a length.
    ///
    /// # Errors
    /// [`TooMuch`].
    pub fn begin(&mut self, number: u32) -> Result<Begun, TooMuch> {
        self.tag(number, Wire::Length)?;
        // Most lengths take one byte; for others what follows is moved at its end.
        self.put(&[0])?;
        Ok(Begun(self.held.bytes().len()))
    }

    /// Ends it: its length is known.
    ///
    /// # Errors
    /// [`TooMuch`].
    pub fn end(&mut self, begun: Begun) -> Result<(), TooMuch> {
        let Begun(start) = begun;
        let end = self.held.bytes().len();
        let (length, n) = varint((end - start) as u64);
        self.put(&[0; 9][..n - 1])?;
        let bytes = self.held.bytes_mut();
        bytes.copy_within(start..end, start + n - 1);
        bytes[start - 1..start - 1 + n].copy_from_slice(&length[..n]);
        Ok(())
    }
}

fn varint(mut number: u64) -> ([u8; 10], usize) {
    let mut bytes = [0; 10];
    let mut n = 0;
    loop {
        bytes[n] = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            return (bytes, n + 1);
        }
        bytes[n] |= 0x80;
        n += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::telemetry::otlp::protobuf::{Fields, Value};
    use crate::telemetry::receive::budget::Budget;

    fn writer(n_most: usize) -> Writer {
        Writer::new(Held::new(Arc::new(Budget::new(1 << 20)), n_most))
    }

    #[test]
    fn fields_are_written_as_the_format_has_them() {
        let mut writer = writer(100);
        writer.tag(1, Wire::Varint).and_then(|()| writer.varint(150)).expect("room");
        assert_eq!(writer.finish().expect("whole").bytes(), [0x08, 0x96, 0x01], "the example of the documentation");
    }

    #[test]
    fn lengths_of_every_width_stand_before_what_they_tell() {
        for n in [0, 1, 127, 128, 16_383, 16_384, 100_000] {
            let mut writer = writer(1 << 19);
            let content = vec![7; n];
            let outer = writer.begin(3).expect("room");
            let inner = writer.begin(20).expect("room");
            writer.put(&content).and_then(|()| writer.end(inner)).and_then(|()| writer.end(outer)).expect("room");
            let held = writer.finish().expect("whole");
            let mut fields = Fields::new(held.bytes());
            let Some(Ok((3, Value::Bytes(inside)))) = fields.next() else { panic!("no field of {n} bytes") };
            assert!(fields.next().is_none());
            let inside: Vec<_> = Fields::new(inside).collect();
            assert_eq!(inside, [Ok((20, Value::Bytes(&content)))]);
        }
    }

    #[test]
    fn what_grows_too_large_is_told_at_the_end() {
        let mut writer = writer(10);
        writer.put(&[0; 8]).expect("room");
        assert!(writer.varint(u64::MAX).is_err() && writer.is_over());
        assert_eq!(writer.finish().expect_err("too large"), TooMuch::Large(10));
    }
}
