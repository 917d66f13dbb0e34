//! NVIDIA's graphics processors, by way of sysinfo and the driver's library.
//!
//! Each reading loads the library anew and may take a second: it happens every 10 s, on a thread of its own.

use std::sync::Arc;
use std::time::Duration;

use super::gpu::{CardReading, CardTracks, TOPIC};
use super::inquiry::{Inquiry, Standing};
use crate::sampling::track::Topic;
use crate::sampling::{Moment, ProbeError, Recorder};

const EVERY: Duration = Duration::from_secs(10);
const DEADLINE: Duration = Duration::from_secs(10);
const NVIDIA: Topic = Topic { every: Some(EVERY), ..TOPIC };

type Answer = Result<Vec<(String, String, CardReading)>, String>;
type Ask = Arc<dyn Fn(&()) -> Answer + Send + Sync>;

/// The processors, and the question under way.
pub struct Nvidia {
    ask: Ask,
    due: Duration,
    open: Option<Inquiry<(), Answer>>,
    known: Vec<(String, CardTracks)>,
    outcome: Result<(), ProbeError>,
}

impl Nvidia {
    /// Those of this machine.
    pub fn new() -> Self {
        Self::asking(Arc::new(|()| ask_driver()))
    }

    fn asking(ask: Ask) -> Self {
        Self { ask, due: Duration::ZERO, open: None, known: Vec::new(), outcome: Ok(()) }
    }

    /// Takes the answer that came, and asks again when it is time.
    ///
    /// # Errors
    /// What the driver said, or that it is silent.
    pub fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let (known, outcome) = (&mut self.known, &mut self.outcome);
        if let Some(inquiry) = &mut self.open {
            let standing = inquiry.look(now.elapsed, |(), answer| {
                *outcome = answer.map_err(ProbeError::failed).map(|cards| {
                    for (id, name, reading) in cards {
                        let at = known.iter().position(|(other, _)| *other == id).unwrap_or_else(|| {
                            known.push((id.clone(), CardTracks::default()));
                            known.len() - 1
                        });
                        known[at].1.put(out, &NVIDIA, &id, &name, reading);
                    }
                });
            });
            if standing == Standing::Done {
                self.open = None;
            } else if inquiry.waited(now.elapsed) >= DEADLINE {
                self.outcome = Err(ProbeError::failed("The NVIDIA driver does not answer"));
            }
        }
        if self.open.is_none() && now.elapsed >= self.due {
            self.due = now.elapsed + EVERY;
            let started = Inquiry::start("gpu", vec![()], self.ask.clone(), now.elapsed);
            self.open = Some(started.map_err(|error| ProbeError::failed(format!("No thread to ask on: {error}")))?);
        }
        self.outcome.clone()
    }
}

fn ask_driver() -> Answer {
    let gpus = sysinfo::Gpus::new_with_refreshed_list().map_err(|error| error.to_string())?;
    let of_nvidia = gpus.iter().filter(|gpu| gpu.vendor().is_some_and(|vendor| vendor.contains("NVIDIA")));
    let cards: Vec<_> = of_nvidia
        .map(|gpu| {
            let id = gpu.pci().to_string();
            let name = gpu.model().unwrap_or("NVIDIA").to_owned();
            let reading = CardReading {
                utilization: gpu.usage().map(|percent| (f64::from(percent) / 100.0).clamp(0.0, 1.0)),
                memory_used: gpu.used_memory(),
                memory_total: gpu.total_memory(),
            };
            (id, name, reading)
        })
        .collect();
    if cards.is_empty() { Err("The NVIDIA driver's library (NVML) gives no answer".into()) } else { Ok(cards) }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn answers_are_recorded_when_they_come_and_refusals_are_told() {
        let answers = Mutex::new(vec![
            Err("no library".to_owned()),
            Ok(vec![(
                "0".to_owned(),
                "RTX".to_owned(),
                CardReading { utilization: Some(0.5), ..CardReading::default() },
            )]),
        ]);
        let mut nvidia = Nvidia::asking(Arc::new(move |()| answers.lock().expect("a lock").pop().expect("an answer")));
        let mut out = Recorder::default();
        let mut read = |nvidia: &mut Nvidia, seconds| {
            let now = Moment { at: Timestamp::from_millis(0), elapsed: Duration::from_secs(seconds) };
            (nvidia.read(now, &mut out), out.points.len())
        };
        while read(&mut nvidia, 0).1 == 0 {
            std::thread::yield_now();
        }
        while read(&mut nvidia, 10).0.is_ok() {
            std::thread::yield_now();
        }
        assert_eq!(read(&mut nvidia, 10), (Err(ProbeError::failed("no library")), 1));
        assert_eq!(out.defined[0].key.to_string(), r#"hw.gpu.utilization{hw.id="0",hw.name="RTX"}"#);
        assert_eq!(out.defined[0].cadence, Some(EVERY));
    }
}
