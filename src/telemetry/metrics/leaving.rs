//! How streams of a service go: silent ones, those of a metric that changed its kind, and those that give way.
//!
//! A series outlives its streams, so that it goes on where it was when they come again.

use std::hash::BuildHasher as _;

use super::series::{Group, Shown};
use super::service::Service;
use super::stream::{NONE, Stream};
use super::window::Window;
use crate::model::Timestamp;
use crate::telemetry::size;

impl Service {
    pub(super) fn numbers_of(&self, is_meant: impl Fn(&Self, &Stream) -> bool) -> Vec<u32> {
        let streams = self.streams.iter().enumerate();
        let meant = streams.filter(|(_, stream)| stream.as_ref().is_some_and(|stream| is_meant(self, stream)));
        meant.filter_map(|(i, _)| u32::try_from(i).ok()).collect()
    }

    pub(super) fn drop_metric(&mut self, metric: u32) {
        for i in self.numbers_of(|service, stream| service.sources[stream.source as usize].metric == metric) {
            self.drop_stream(i);
        }
        self.by_attributes.retain(|(own, _), _| *own != metric);
        // What is left of its series has no part in anything any more.
        for series in self.series.iter_mut().flatten().filter(|series| series.metric == metric) {
            series.groups = [NONE; 2];
        }
        for i in 0..self.groups.len() {
            if self.groups[i].metric == metric {
                self.forget_group(u32::try_from(i).unwrap_or(NONE));
            }
        }
    }

    /// Forgets a merged series that no series is part of.
    fn forget_group(&mut self, i: u32) {
        let Some(own) = self.groups.get_mut(i as usize).filter(|own| own.metric != NONE) else { return };
        self.n_values -= own.n_values;
        self.bytes = self.bytes.saturating_sub(own.bytes());
        self.by_row.remove(&(own.metric, own.row.take()));
        self.waiting_groups.retain(|waiting| *waiting != i);
        *own = Group::new(NONE, None);
        self.free_groups.push(i);
    }

    /// Merged series none of whose series has streams give up their places and what they held; they go on where they were
    /// when streams come again.
    fn rest(&mut self, which: impl Iterator<Item = u32>) {
        for i in which {
            let Some(own) = self.groups.get_mut(i as usize).filter(|own| own.metric != NONE && own.n_live == 0) else {
                continue;
            };
            self.n_values -= std::mem::take(&mut own.n_values);
            let before = own.bytes();
            (own.window, own.buckets, own.count, own.errors) = Default::default();
            self.bytes = (self.bytes + own.bytes()).saturating_sub(before);
        }
    }

    /// Lets streams go that were not heard of since this time, milliseconds. Gives whether any went.
    pub fn let_go(&mut self, since: i64) -> bool {
        let gone = self.numbers_of(|_, stream| stream.at < since);
        for i in &gone {
            if let Some(stream) = &self.streams[*i as usize] {
                let (sender, metric) = (stream.sender, self.sources[stream.source as usize].metric);
                self.report(sender, metric).is_partial = true;
            }
            self.drop_stream(*i);
        }
        self.rest(0..u32::try_from(self.groups.len()).unwrap_or(NONE));
        !gone.is_empty()
    }

    /// Lets the newest series go, to make room for another service. Gives whether there was one.
    pub fn give_way(&mut self) -> bool {
        let newest = self.series.iter().rposition(|series| series.as_ref().is_some_and(|own| own.first != NONE));
        let Some(newest) = newest.and_then(|i| u32::try_from(i).ok()) else { return false };
        for i in self.numbers_of(|_, stream| stream.series == newest) {
            if let Some(stream) = &self.streams[i as usize] {
                let (sender, metric) = (stream.sender, self.sources[stream.source as usize].metric);
                self.report(sender, metric).is_partial = true;
            }
            self.drop_stream(i);
        }
        let groups = self.series[newest as usize].as_ref().map(|series| series.groups);
        self.rest(groups.into_iter().flatten());
        true
    }

    pub(super) fn drop_stream(&mut self, i: u32) {
        let Some(stream) = self.streams.get_mut(i as usize).and_then(Option::take) else { return };
        self.bytes = self.bytes.saturating_sub(stream.bytes());
        self.free_streams.push(i);
        self.n_streams -= 1;
        for raw in &stream.raws {
            let hash = self.hasher.hash_one(((stream.sender, stream.source, stream.scope, stream.by_start), &**raw));
            self.by_raw.remove(&hash);
        }
        self.by_key.remove(&stream.key);
        let next = stream.next;
        let Some(series) = self.series.get_mut(stream.series as usize).and_then(Option::as_mut) else { return };
        if series.first == i {
            series.first = next;
        } else {
            let mut at = series.first;
            while let Some(before) = self.streams.get_mut(at as usize).and_then(Option::as_mut) {
                if before.next == i {
                    before.next = next;
                    break;
                }
                at = before.next;
            }
        }
        if series.first == NONE {
            self.n_values -= series.n_values;
            for group in series.groups.into_iter().filter(|group| *group != NONE) {
                if let Some(own) = self.groups.get_mut(group as usize) {
                    own.n_live -= 1;
                }
            }
            let metric = &mut self.metrics[series.metric as usize];
            metric.n_series -= 1;
            if metric.n_series == 0 {
                let bounds = metric.bounds.iter().map(|own| size::room::<f64>(own.len())).sum::<usize>();
                self.bytes = self.bytes.saturating_sub(bounds);
                metric.bounds = Vec::new();
            }
        }
    }

    /// Defines all series anew when they are next recorded.
    pub fn define_anew(&mut self) {
        for series in self.series.iter_mut().flatten() {
            series.shown = Shown::default();
        }
        for group in &mut self.groups {
            group.shown = Shown::default();
        }
    }

    /// Forgets series that have no streams, the longest silent first, until so many are left.
    pub fn forget_silent(&mut self, most: usize) {
        let silent = self.series.iter().enumerate().filter_map(|(i, series)| {
            let own = series.as_ref().filter(|own| own.first == NONE && own.waits_since.is_none())?;
            Some((own.recorded_at, i))
        });
        let mut silent: Vec<(i64, usize)> = silent.collect();
        let n_gone = silent.len().saturating_sub(most);
        silent.sort_unstable();
        for (_, i) in silent.into_iter().take(n_gone) {
            let Some(gone) = self.series[i].take() else { continue };
            let number = u32::try_from(i).unwrap_or(NONE);
            self.bytes = self.bytes.saturating_sub(gone.bytes());
            let key = (gone.metric, gone.attributes);
            // After its metric changed its kind, another may stand under the same attributes.
            if self.by_attributes.get(&key) == Some(&number) {
                self.by_attributes.remove(&key);
            }
            self.free_series.push(number);
            for group in gone.groups.into_iter().filter(|group| *group != NONE) {
                self.leave(group, number);
            }
        }
    }

    /// The clock was set back to this time: nothing of what is known lies ahead of it, and windows begin anew.
    pub fn set_back(&mut self, at: Timestamp) {
        self.first_at = self.first_at.min(at);
        self.last_at = at;
        let mut freed = 0;
        for window in self.series.iter_mut().flatten().filter_map(|series| series.window.as_mut()) {
            freed += window.bytes();
            **window = Window::default();
        }
        for group in &mut self.groups {
            freed += group.window.bytes();
            group.window = Window::default();
        }
        self.bytes = self.bytes.saturating_sub(freed);
        for instance in &mut self.instances {
            instance.at = instance.at.min(at.as_millis());
        }
    }

    /// Takes a series out of a merged one, which is forgotten with its last.
    fn leave(&mut self, group: u32, series: u32) {
        let Some(own) = self.groups.get_mut(group as usize) else { return };
        own.members.retain(|member| *member != series);
        if own.members.is_empty() {
            self.forget_group(group);
        }
    }
}
