//! The desk on made-up findings and made-up time.
