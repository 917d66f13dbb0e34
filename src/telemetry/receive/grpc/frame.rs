//! gRPC's framing of a message: a flag, a length of four bytes, the message.
//! <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>

/// Bytes before a message.
pub const PREFIX: usize = 5;

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The message is larger than it may be.
    #[error("the message has {0} bytes")]
    TooLarge(u32),
    /// The flag is neither 0 nor 1.
    #[error("the flag of the message is {0}")]
    Flag(u8),
    /// It ends within the message.
    #[error("the body ends within its message")]
    Truncated,
    /// There is more than one message where there is to be one.
    #[error("the body has more than one message")]
    More,
}

/// The one message of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Framed<'a> {
    /// Whether it is compressed.
    pub is_packed: bool,
    /// The message.
    pub message: &'a [u8],
}

/// Looks at the beginning of a body: whether what it announces may come.
///
/// # Errors
/// [`FrameError::TooLarge`], [`FrameError::Flag`], [`FrameError::More`].
pub fn look(so_far: &[u8], n_most: usize) -> Result<(), FrameError> {
    match read(so_far, n_most) {
        Err(FrameError::Truncated) | Ok(_) => Ok(()),
        Err(e) => Err(e),
    }
}

/// The message of a whole body.
///
/// # Errors
/// [`FrameError`].
pub fn read(body: &[u8], n_most: usize) -> Result<Framed<'_>, FrameError> {
    let ([flag, length @ ..], rest) = body.split_first_chunk::<PREFIX>().ok_or(FrameError::Truncated)?;
    let is_packed = match flag {
        0 => false,
        1 => true,
        other => return Err(FrameError::Flag(*other)),
    };
    let length = u32::from_be_bytes(*length);
    let n = usize::try_from(length).ok().filter(|n| *n <= n_most).ok_or(FrameError::TooLarge(length))?;
    match rest.len() {
        have if have < n => Err(FrameError::Truncated),
        have if have > n => Err(FrameError::More),
        _ => Ok(Framed { is_packed, message: rest }),
    }
}

/// A message in its frame, not compressed.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&[0][..], &length.to_be_bytes(), message].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_wrong_is_named_as_soon_as_it_shows() {
        for (body, looked, whole) in [
            (&b""[..], Ok(()), Err(FrameError::Truncated)),
            (b"\0\0\0\0", Ok(()), Err(FrameError::Truncated)),
            (b"\0\0\0\0\0", Ok(()), Ok(Framed { is_packed: false, message: b"" })),
            (b"\x01\0\0\0\x02ab", Ok(()), Ok(Framed { is_packed: true, message: b"ab" })),
            (b"\0\0\0\0\x02a", Ok(()), Err(FrameError::Truncated)),
            (b"\0\0\0\0\x02abc", Err(FrameError::More), Err(FrameError::More)),
            (b"\x02\0\0\0\0", Err(FrameError::Flag(2)), Err(FrameError::Flag(2))),
            (b"\0\0\0\0\x0b", Err(FrameError::TooLarge(11)), Err(FrameError::TooLarge(11))),
            (b"\0\xff\xff\xff\xff", Err(FrameError::TooLarge(u32::MAX)), Err(FrameError::TooLarge(u32::MAX))),
        ] {
            assert_eq!((look(body, 10), read(body, 10)), (looked, whole), "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_none(body in prop::collection::vec(any::<u8>(), 0..40), n_most in 0usize..40) {
            if let Ok(found) = read(&body, n_most) {
                prop_assert!(found.message.len() <= n_most);
                prop_assert_eq!(found.message.len() + PREFIX, body.len());
                prop_assert!(look(&body, n_most).is_ok());
            }
        }

        #[test]
        fn a_message_comes_back_out_of_its_frame(message in prop::collection::vec(any::<u8>(), 0..400), cut in 0usize..400) {
            let body = framed(&message);
            prop_assert_eq!(read(&body, 400), Ok(Framed { is_packed: false, message: &message }));
            if cut < body.len() {
                prop_assert_eq!(read(&body[..cut], 400), Err(FrameError::Truncated));
            }
        }
    }
}
