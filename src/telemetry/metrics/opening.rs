//! How streams of a service come: by their sorted attributes, within the room there is.

use std::sync::Arc;

use super::names::{self, Attribute, Role};
use super::row;
use super::series::{Group, Series, Shown, place};
use super::service::{Refused, Room, Service, Source};
use super::stream::{Kind, NONE, Stream};

/// Streams for each series that may be kept: instances of a service report the same series.
const STREAMS_EACH: u32 = 4;

impl Service {
    /// The stream of these attributes, which are sorted for it; a new one where there is none.
    pub(super) fn open(
        &mut self,
        (sender, source, scope, by_start): (u32, u32, u64, u64),
        attributes: &[Attribute<'_>],
        interval: Option<u32>,
        at: i64,
        room: Room,
    ) -> Result<u32, Refused> {
        let mut sorted: Vec<&Attribute<'_>> = attributes.iter().collect();
        sorted.sort();
        self.key.clear();
        self.key.extend_from_slice(&sender.to_le_bytes());
        self.key.extend_from_slice(&source.to_le_bytes());
        self.key.extend_from_slice(&scope.to_le_bytes());
        self.key.extend_from_slice(&by_start.to_le_bytes());
        for (name, value) in sorted {
            for text in [*name, value] {
                self.key.extend_from_slice(&(text.len() as u32).to_le_bytes());
                self.key.extend_from_slice(text.as_bytes());
            }
        }
        if let Some(i) = self.by_key.get(&*self.key) {
            return Ok(*i);
        }
        if self.n_streams >= room.of_service.saturating_mul(STREAMS_EACH) {
            return Err(Refused::Service);
        }
        let number = self.open_series(source, attributes, room)?;
        // What an instance is known for tells at which distance a new stream of it is going to report.
        let usual = self.streams.iter().rev().flatten().find(|stream| stream.sender == sender).map(|s| s.interval);
        let key: Arc<[u8]> = self.key.as_slice().into();
        let mut stream = Stream::new(sender, source, scope, by_start, interval.or(usual), at);
        if let Some(interval) = interval {
            stream.fix_interval(interval);
        }
        (stream.series, stream.key) = (number, key.clone());
        stream.next = self.series[number as usize].as_ref().map_or(NONE, |series| series.first);
        let i = place(&mut self.streams, &mut self.free_streams, stream);
        if let Some(series) = self.series[number as usize].as_mut() {
            series.first = i;
        }
        self.n_streams += 1;
        self.by_key.insert(key, i);
        Ok(i)
    }

    fn open_series(&mut self, source: u32, attributes: &[Attribute<'_>], room: Room) -> Result<u32, Refused> {
        let Source { metric, adds, kind, .. } = self.sources[source as usize];
        let role = self.metrics[metric as usize].role;
        let key = (metric, names::canonical(role, attributes, adds));
        let n_values = match kind {
            Kind::Gauge | Kind::UpDown | Kind::Counter => 1,
            Kind::Histogram => 2,
            Kind::Summary => 6,
        };
        let known = self.by_attributes.get(&key).copied();
        let is_kept = known.is_some_and(|i| self.series[i as usize].as_ref().is_some_and(|own| own.first != NONE));
        if let (Some(i), true) = (known, is_kept) {
            return Ok(i);
        }
        if self.n_values.saturating_add(n_values) > room.of_service {
            return Err(Refused::Service);
        }
        if n_values > room.left {
            return Err(Refused::All);
        }
        self.n_values += n_values;
        self.metrics[metric as usize].n_series += 1;
        if let Some(i) = known {
            // It was let go and goes on.
            return Ok(i);
        }
        let is_error = key.1.iter().any(|(name, value)| name == "error.type" && !value.is_empty());
        let mut series = Series {
            metric,
            attributes: key.1.clone(),
            first: NONE,
            groups: [NONE; 2],
            is_error,
            n_values,
            waits_since: None,
            recorded_at: 0,
            interval: super::stream::DEFAULT_INTERVAL,
            is_delta: false,
            value: f64::NAN,
            sum_value: f64::NAN,
            window: (kind == Kind::Counter && role != Role::Other).then(Box::default),
            shown: Shown::default(),
        };
        let next = u32::try_from(self.series.len()).unwrap_or(NONE);
        let i = self.free_series.last().copied().unwrap_or(next);
        if kind == Kind::Histogram {
            let mut left = Room { left: room.left - n_values, ..room };
            series.groups[0] = self.join(metric, None, i, &mut left);
            if let Some(row) = row::of(role, &series) {
                series.groups[1] = self.join(metric, Some(row), i, &mut left);
            }
        }
        self.by_attributes.insert(key, i);
        Ok(place(&mut self.series, &mut self.free_series, series))
    }

    /// Makes a series part of a merged one, a new one where there is none; [`NONE`] where there are too many.
    fn join(&mut self, metric: u32, row: Option<(String, String)>, series: u32, room: &mut Room) -> u32 {
        let role = self.metrics[metric as usize].role;
        let key = (metric, row);
        let i = match self.by_row.get(&key) {
            Some(i) => *i,
            None => {
                let n_rows = self.groups.iter().filter(|group| group.metric == metric).count();
                if key.1.is_some() && n_rows > row::most(role) {
                    return NONE;
                }
                let mut group = Group::new(metric, key.1.clone());
                let n_values = row::n_values(role, key.1.as_ref());
                if n_values <= room.left && self.n_values.saturating_add(n_values) <= room.of_service {
                    group.n_values = n_values;
                    self.n_values += n_values;
                    room.left -= n_values;
                }
                let i = match self.free_groups.pop() {
                    Some(i) => {
                        self.groups[i as usize] = group;
                        i
                    }
                    None => {
                        self.groups.push(group);
                        u32::try_from(self.groups.len() - 1).unwrap_or(NONE)
                    }
                };
                self.by_row.insert(key, i);
                i
            }
        };
        if let Some(group) = self.groups.get_mut(i as usize) {
            group.members.push(series);
        }
        i
    }
}
