//! How many wrong tokens came from where. Bounded: the address that was quiet longest is forgotten first.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many wrong tokens may come from an address.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Allowance {
    /// At once.
    at_once: f64,
    /// Time after which one more may.
    one_every: Duration,
}

/// Of another machine.
const OF_OTHERS: Allowance = Allowance { at_once: 10.0, one_every: Duration::from_secs(6) };
/// Of this machine: all of its users and programs come from one address, and a test of the API tries each endpoint with
/// a wrong token. It is no matter of guessing, which 256 random bits leave no hope for.
const OF_OUR_OWN: Allowance = Allowance { at_once: 100.0, one_every: Duration::from_secs(1) };
/// Addresses that are remembered.
const MAX_PEERS: usize = 1024;

/// What is left to each address.
#[derive(Debug, Default)]
pub struct Logins {
    peers: Mutex<HashMap<IpAddr, Left>>,
}

#[derive(Debug, Clone, Copy)]
struct Left {
    tries: f64,
    at: Instant,
}

impl Logins {
    /// A wrong token came from here. `Some` when it is one too many: seconds until the next counts as a try again.
    pub fn failed(&self, peer: IpAddr) -> Option<u64> {
        self.failed_at(peer, Instant::now())
    }

    fn failed_at(&self, peer: IpAddr, now: Instant) -> Option<u64> {
        let peer = network_of(peer);
        let Allowance { at_once, one_every } = if peer.is_loopback() { OF_OUR_OWN } else { OF_OTHERS };
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= MAX_PEERS && !peers.contains_key(&peer) {
            let quietest = peers.iter().min_by_key(|(_, left)| left.at).map(|(peer, _)| *peer);
            quietest.and_then(|peer| peers.remove(&peer));
        }
        let left = peers.entry(peer).or_insert(Left { tries: at_once, at: now });
        let gained = now.saturating_duration_since(left.at).as_secs_f64() / one_every.as_secs_f64();
        *left = Left { tries: (left.tries + gained).min(at_once), at: now };
        if left.tries >= 1.0 {
            left.tries -= 1.0;
            return None;
        }
        let wait = one_every.mul_f64(1.0 - left.tries);
        Some(wait.as_secs_f64().ceil().max(1.0) as u64)
    }
}

/// Who has one address of IPv6 has the whole of its network.
fn network_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        address if address.is_loopback() => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_tokens_are_too_many_and_time_gives_them_back() {
        let (logins, now) = (Logins::default(), Instant::now());
        let peer: IpAddr = "192.0.2.1".parse().expect("an address");
        for n in 0..10 {
            assert_eq!(logins.failed_at(peer, now), None, "{n}");
        }
        assert_eq!(logins.failed_at(peer, now), Some(6));
        assert_eq!(logins.failed_at(peer, now + Duration::from_secs(3)), Some(3));
        assert_eq!(logins.failed_at("192.0.2.2".parse().expect("another"), now), None);
        assert_eq!(logins.failed_at(peer, now + Duration::from_secs(7)), None);
        assert!(logins.failed_at(peer, now + Duration::from_secs(7)).is_some());
    }

    #[test]
    fn this_machine_may_be_wrong_more_often_and_not_without_end() {
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let (logins, now) = (Logins::default(), Instant::now());
            let peer: IpAddr = own.parse().expect("an address");
            let n_allowed = (0..200).filter(|_| logins.failed_at(peer, now).is_none()).count();
            assert_eq!(n_allowed, 100, "{own}");
            assert_eq!(logins.failed_at(peer, now), Some(1), "{own}");
        }
    }

    #[test]
    fn one_network_is_one_peer_and_their_number_is_bounded() {
        let (logins, now) = (Logins::default(), Instant::now());
        for n in 0..10_u128 {
            let peer = Ipv6Addr::from_bits((0x2001_0db8 << 96) | n);
            assert_eq!(logins.failed_at(peer.into(), now), None);
        }
        assert!(logins.failed_at("2001:db8::ffff".parse().expect("of the network"), now).is_some());
        for n in 0..5000_u32 {
            logins.failed_at(IpAddr::from((0x0a00_0000 + n).to_be_bytes()), now);
        }
        assert_eq!(logins.peers.lock().expect("no thread broke down").len(), MAX_PEERS);
    }
}
