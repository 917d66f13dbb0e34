//! Attributes as a sender wrote them, by which a stream is known by sight.

use std::borrow::Cow;

use super::names::Attribute;
use crate::telemetry::otlp::common::KeyValue;
use crate::telemetry::otlp::protobuf::Broken;

/// The next text behind its length.
fn next<'r>(rest: &mut &'r [u8]) -> Option<&'r [u8]> {
    let (length, behind) = rest.split_first_chunk::<4>()?;
    let (text, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = behind;
    Some(text)
}

/// Attributes that stand as messages, each behind its length.
///
/// # Errors
/// [`Broken`].
pub fn attributes_of(raw: &[u8]) -> Result<Vec<Attribute<'_>>, Broken> {
    let mut rest = raw;
    let mut all = Vec::new();
    while let Some(message) = next(&mut rest) {
        let pair = KeyValue::read(message)?;
        all.push((pair.key, pair.value.text()));
    }
    Ok(all)
}

/// Attributes that stand as names and values, each behind its length.
///
/// # Errors
/// [`Broken`].
pub fn pairs_of(raw: &[u8]) -> Result<Vec<Attribute<'_>>, Broken> {
    let mut rest = raw;
    let mut all = Vec::new();
    while let (Some(name), Some(value)) = (next(&mut rest), next(&mut rest)) {
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Broken::NotText);
        all.push((text(name)?, Cow::Borrowed(text(value)?)));
    }
    Ok(all)
}
