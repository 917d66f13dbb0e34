//! The addresses of a host, asked of the system, which may take as long as it likes: of one asker one question at a time
//! is under way, however often it gives up waiting.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};

use tokio::net::TcpStream;
use tokio::task::{JoinHandle, spawn_blocking};

/// Looks hosts up, always for the same asker.
#[derive(Debug, Default)]
pub(crate) struct Names {
    running: Option<JoinHandle<io::Result<Vec<SocketAddr>>>>,
}

impl Names {
    /// Connects to the first address of a host that takes it.
    ///
    /// # Errors
    /// Why none does, in words; `shown` is what is said for host and port.
    pub(crate) async fn connect(&mut self, host: &str, port: u16, shown: &str) -> Result<TcpStream, String> {
        let mut why = format!("{shown} has no address");
        for address in self.addresses(host, port).await.map_err(|e| format!("{shown} has no address: {e}"))? {
            match TcpStream::connect(address).await {
                Ok(tcp) => return Ok(tcp),
                Err(e) if e.kind() == io::ErrorKind::ConnectionRefused => why = format!("nothing listens at {shown}"),
                Err(e) => why = format!("{shown} is not reached: {e}"),
            }
        }
        Err(why)
    }

    async fn addresses(&mut self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        if let Ok(number) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(number, port)]);
        }
        let asked = (host.to_owned(), port);
        let look = || spawn_blocking(move || asked.to_socket_addrs().map(Iterator::collect));
        let found = self.running.get_or_insert_with(look).await;
        self.running = None;
        found.unwrap_or_else(|_| Err(io::Error::other("looking it up broke down")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn numbers_need_no_looking_up_and_a_question_that_was_given_up_goes_on() {
        let mut names = Names::default();
        assert_eq!(names.addresses("::1", 9).await.expect("a number"), ["[::1]:9".parse().expect("an address")]);
        assert!(names.running.is_none());
        let (tell, told) = std::sync::mpsc::channel::<()>();
        let hangs = move || {
            let _ = told.recv();
            Ok(vec![SocketAddr::from(([127, 0, 0, 1], 7))])
        };
        names.running = Some(spawn_blocking(hangs));
        for _ in 0..3 {
            let given_up = tokio::time::timeout(std::time::Duration::ZERO, names.addresses("hangs.invalid", 7)).await;
            assert!(given_up.is_err() && names.running.is_some());
        }
        drop(tell);
        let found = names.addresses("hangs.invalid", 7).await.expect("the answer to the first");
        assert_eq!(found, [SocketAddr::from(([127, 0, 0, 1], 7))]);
        assert!(names.running.is_none());
    }
}
