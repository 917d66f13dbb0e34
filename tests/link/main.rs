//! The link to another machine: what is said, the server's side, the window's side, and a lost connection.

mod following;
mod hostile;
mod losing;
mod round_trip;
mod support;
