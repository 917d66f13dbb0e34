//! Visitors that come by themselves: an open load, whose requests come at random times whether or not the shop keeps up,
//! over real connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::http::{Request, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::clock::{random, random_share};
use super::database::CATEGORIES;
use super::http::shop::N_VISITORS;
use super::http::stopped;

/// Requests under way at most: beyond that visitors do not come.
const MOST: usize = 512;
/// Between two looks at whether the shop is open.
const OPENS: Duration = Duration::from_millis(100);
/// How long a visitor waits.
const PATIENCE: Duration = Duration::from_secs(15);

/// What visitors do, and how often of 100 times.
const WISHES: [(u64, Wish); 8] = [
    (45, Wish::Product),
    (20, Wish::Products),
    (8, Wish::Search),
    (6, Wish::Cart),
    (10, Wish::Recommendations),
    (6, Wish::Order),
    (4, Wish::Checkout),
    (1, Wish::Report),
];

#[derive(Clone, Copy)]
enum Wish {
    Product,
    Products,
    Search,
    Cart,
    Recommendations,
    Order,
    Checkout,
    Report,
}

const WORDS: [&str; 6] = ["oak", "lamp", "glass", "cork", "vase", "wool"];

fn request(n_products: u64) -> (&'static str, String) {
    let mut dice = random() % 100;
    let wish = WISHES.iter().find(|(share, _)| {
        let is_it = dice < *share;
        dice = dice.saturating_sub(*share);
        is_it
    });
    let pick = |of: &[&'static str]| of[random() as usize % of.len()];
    let visitor = random() % N_VISITORS;
    match wish.map_or(Wish::Product, |(_, wish)| *wish) {
        // Some products are far more popular than others.
        Wish::Product => {
            let share = random_share() * random_share() * random_share();
            ("GET", format!("/products/{}", 1 + (share * n_products as f64) as u64))
        }
        Wish::Products => ("GET", format!("/products?category={}&page={}", pick(&CATEGORIES), random() % 3)),
        Wish::Search => ("GET", format!("/search?q={}+{}", pick(&WORDS), random() % 50)),
        Wish::Cart => ("GET", format!("/cart?visitor={visitor}")),
        Wish::Recommendations => ("GET", format!("/recommendations?visitor={visitor}")),
        Wish::Order => ("POST", "/orders".into()),
        Wish::Checkout => ("POST", "/checkout".into()),
        Wish::Report => ("GET", "/report".into()),
    }
}

/// Visitors on their way.
pub struct Visitors {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Visitors {
    /// Starts their thread: so many come each second, on average.
    ///
    /// # Errors
    /// What the system said to a thread.
    pub fn start(address: SocketAddr, n: u32, n_products: u64) -> io::Result<Self> {
        let (stop, stopping) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let body = move || runtime.block_on(come(address, f64::from(n), n_products, stopping));
        let thread = std::thread::Builder::new().name("visitors".into()).spawn(body)?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Sends them home.
    pub fn stop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Visitors {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Requests at the times of a Poisson process: pauses are spread exponentially, and counted from when each was due.
async fn come(address: SocketAddr, per_second: f64, n_products: u64, mut stop: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(MOST));
    let resting: Arc<Mutex<Vec<SendRequest<Body>>>> = Arc::default();
    // They come when the shop opens.
    while ask(address, &resting, ("GET", "/ready".into())).await.is_none_or(|answer| answer.status != 200) {
        tokio::select! {
            () = sleep(OPENS) => {}
            () = stopped(&mut stop) => return,
        }
    }
    let mut due = Instant::now();
    loop {
        due += Duration::from_secs_f64(-(1.0 - random_share()).ln() / per_second);
        tokio::select! {
            () = sleep_until(due) => {}
            () = stopped(&mut stop) => return,
        }
        let Ok(place) = room.clone().try_acquire_owned() else { continue };
        let resting = resting.clone();
        tokio::spawn(async move {
            let _place = place;
            let asked = ask(address, &resting, request(n_products));
            if let Ok(Some(answer)) = timeout(PATIENCE, asked).await {
                resting.lock().unwrap_or_else(PoisonError::into_inner).push(answer.sender);
            }
        });
    }
}

struct Answer {
    status: u16,
    /// The connection, for the next one.
    sender: SendRequest<Body>,
}

/// Asks, and reads the answer to its end.
async fn ask(
    address: SocketAddr,
    resting: &Mutex<Vec<SendRequest<Body>>>,
    (method, path): (&str, String),
) -> Option<Answer> {
    let rested = resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let mut sender = match rested.filter(|sender| !sender.is_closed()) {
        Some(sender) => sender,
        None => {
            let stream = TcpStream::connect(address).await.ok()?;
            let _ = stream.set_nodelay(true);
            let (sender, connection) = handshake(TokioIo::new(stream)).await.ok()?;
            tokio::spawn(async move {
                let _ = connection.await;
            });
            sender
        }
    };
    let request = Request::builder().method(method).uri(path).header(header::HOST, "shop").body(Body::empty()).ok()?;
    sender.ready().await.ok()?;
    let response = sender.send_request(request).await.ok()?;
    let status = response.status().as_u16();
    to_bytes(Body::new(response.into_body()), 4 << 20).await.ok()?;
    Some(Answer { status, sender })
}

#[cfg(test)]
mod tests {
    use super::super::http::Route;
    use super::*;

    #[test]
    fn visitors_ask_for_routes_that_there_are() {
        assert_eq!(WISHES.iter().map(|(share, _)| share).sum::<u64>(), 100);
        let mut n_products = 0;
        for _ in 0..2_000 {
            let (method, path) = request(50);
            let route = Route::of(method, path.split('?').next().unwrap_or("")).expect("a route");
            if route == Route::Product {
                n_products += 1;
                let id: u64 = path.rsplit('/').next().expect("an id").parse().expect("a number");
                assert!((1..=50).contains(&id));
            }
        }
        assert!((700..1_100).contains(&n_products), "{n_products}");
    }
}
