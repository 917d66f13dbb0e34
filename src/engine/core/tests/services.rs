//! From what a service reports to what a screen shows.

use crate::engine::services::books::Books;
use crate::engine::services::probe::ServiceProbe;
use crate::engine::services::tests::gauge;
use crate::sampling::{Moment, Sampler};
use crate::telemetry::otlp::{Signal, Sink as _};

use super::*;

#[test]
fn what_arrives_is_in_the_snapshot_of_the_next_tick() {
    let books = Arc::new(Books::new(Arc::new(|_| {}), Arc::default()));
    let mut sampler = Sampler::new(vec![Box::new(ServiceProbe::new(books.clone(), 0))], 0);
    let mut core = core();
    for n in 0..6 {
        let value = n as f64 + 0.5;
        // As late before the tick as can be.
        let arrived = at(n).minus(Duration::from_millis(1));
        books.intake.take(Signal::Metrics, &gauge(("shop", 1), "queue.size", value), arrived).expect("a request");
        let moment = Moment { at: at(n), elapsed: Duration::from_secs(n.unsigned_abs()) };
        let batch = sampler.pass(moment, Duration::from_secs(1), PassCost::default());
        sampler.delivered();
        core.take(Input::Batch(Box::new(batch)), at(n));
        let snapshot = core.publish();
        let series = snapshot.series.iter().find(|info| info.def.key.metric() == "queue.size").expect("its series");
        assert_eq!(snapshot.value(series.id), Some(value), "second {n}");
        let shop = snapshot.services.service("shop").expect("the service");
        assert_eq!((shop.last_at, shop.metrics.n_series), (arrived, 1), "second {n}");
    }
}
