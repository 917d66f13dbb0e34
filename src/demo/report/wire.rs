//! Protobuf's wire format, written: <https://protobuf.dev/programming-guides/encoding/>.

/// A message being written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message(pub Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn tag(&mut self, number: u32, wire_type: u32) {
        self.varint(u64::from(number << 3 | wire_type));
    }

    /// A whole number; zero is left out, as the format has it.
    pub fn number(&mut self, number: u32, value: u64) {
        if value > 0 {
            self.tag(number, 0);
            self.varint(value);
        }
    }

    /// A whole number of a choice, which is there even where it is zero.
    pub fn chosen(&mut self, number: u32, value: u64) {
        self.tag(number, 0);
        self.varint(value);
    }

    /// A number of eight bytes, even where it is zero.
    pub fn fixed(&mut self, number: u32, value: u64) {
        self.tag(number, 1);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A `double`, even where it is zero.
    pub fn double(&mut self, number: u32, value: f64) {
        self.fixed(number, value.to_bits());
    }

    /// Bytes, or a text.
    pub fn bytes(&mut self, number: u32, value: &[u8]) {
        self.tag(number, 2);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
    }

    /// A text; an empty one is left out.
    pub fn text(&mut self, number: u32, value: &str) {
        if !value.is_empty() {
            self.bytes(number, value.as_bytes());
        }
    }

    /// A message within this one.
    pub fn message(&mut self, number: u32, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.bytes(number, &inner.0);
    }

    /// Numbers of eight bytes, packed.
    pub fn packed(&mut self, number: u32, values: impl Iterator<Item = u64>) {
        let packed: Vec<u8> = values.flat_map(u64::to_le_bytes).collect();
        self.bytes(number, &packed);
    }
}
