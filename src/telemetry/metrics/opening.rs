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
        if !room.has_memory {
            return Err(Refused::Memory);
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
        self.bytes += stream.bytes();
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
        let groups = match kind {
            Kind::Histogram => [Some((metric, None)), row::of(role, &key.1).map(|row| (metric, Some(row)))],
            _ => [None, None],
        };
        let more = if room.needs_all { groups.iter().flatten().map(|group| self.n_more(group)).sum() } else { 0 };
        // What this service may not have in any case is nothing that others have to give.
        let more = more.min(room.of_service - self.n_values - n_values);
        if n_values + more > room.left {
            return Err(Refused::All);
        }
        self.n_values += n_values;
        self.metrics[metric as usize].n_series += 1;
        let mut left = Room { left: room.left - n_values, ..room };
        if let Some(i) = known {
            // It was let go and goes on.
            self.enter(i, groups, &mut left);
            return Ok(i);
        }
        let is_error = key.1.iter().any(|(name, value)| name == "error.type" && !value.is_empty());
        let series = Series {
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
        self.bytes += series.bytes();
        let i = place(&mut self.series, &mut self.free_series, series);
        self.by_attributes.insert(key, i);
        self.enter(i, groups, &mut left);
        Ok(i)
    }

    /// Values that a merged series needs and does not have yet.
    fn n_more(&self, key: &GroupKey) -> u32 {
        let group = self.by_row.get(key).and_then(|i| self.groups.get(*i as usize));
        let role = self.metrics[key.0 as usize].role;
        if group.is_some_and(|group| group.n_values > 0) { 0 } else { row::n_values(role, key.1.as_ref()) }
    }

    /// A series has streams from now on: makes it part of its merged ones.
    fn enter(&mut self, series: u32, groups: [Option<GroupKey>; 2], room: &mut Room) {
        for (place, key) in groups.into_iter().enumerate() {
            let Some(key) = key else { continue };
            let Some(own) = self.series.get(series as usize).and_then(Option::as_ref) else { return };
            let group = match own.groups[place] {
                NONE => self.join(key, series),
                group => group,
            };
            if let Some(own) = self.series.get_mut(series as usize).and_then(Option::as_mut) {
                own.groups[place] = group;
            }
            if let Some(own) = self.groups.get_mut(group as usize) {
                own.n_live += 1;
            }
            self.claim(group, room);
        }
    }

    /// Has a merged series recorded, where there is room for it.
    fn claim(&mut self, group: u32, room: &mut Room) {
        let Some(group) = self.groups.get_mut(group as usize).filter(|own| own.n_values == 0) else { return };
        let Some(metric) = self.metrics.get(group.metric as usize) else { return };
        let n_values = row::n_values(metric.role, group.row.as_ref());
        if n_values <= room.left && self.n_values.saturating_add(n_values) <= room.of_service {
            group.n_values = n_values;
            self.n_values += n_values;
            room.left -= n_values;
        }
    }

    /// Makes a series part of a merged one, a new one where there is none; [`NONE`] where there are too many.
    fn join(&mut self, key: GroupKey, series: u32) -> u32 {
        let role = self.metrics[key.0 as usize].role;
        let i = match self.by_row.get(&key) {
            Some(i) => *i,
            None => {
                let is_row = |group: &&Group| group.metric == key.0 && group.row.is_some() && group.n_live > 0;
                if key.1.is_some() && self.groups.iter().filter(is_row).count() >= row::most(role) {
                    return NONE;
                }
                let group = Group::new(key.0, key.1.clone());
                self.bytes += group.bytes();
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
            let before = group.bytes();
            group.members.push(series);
            self.bytes += group.bytes() - before;
        }
        i
    }

    /// Gives rows that there was no place for theirs, now that others fell silent.
    pub fn find_places(&mut self, mut room: Room) {
        for i in 0..self.series.len() {
            let Some(series) = self.series[i].as_ref().filter(|own| own.first != NONE) else { continue };
            let Some(metric) = self.metrics.get(series.metric as usize) else { continue };
            if metric.kind != Kind::Histogram {
                continue;
            }
            let (key, groups) = (series.metric, series.groups);
            if groups[1] == NONE
                && let Some(row) = row::of(metric.role, &series.attributes)
                && let Ok(i) = u32::try_from(i)
            {
                self.enter(i, [None, Some((key, Some(row)))], &mut room);
            }
            groups.into_iter().for_each(|group| self.claim(group, &mut room));
        }
    }
}

/// What tells merged series apart: the metric, and the row; `None` is the whole.
type GroupKey = (u32, Option<(String, String)>);
