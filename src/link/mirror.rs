//! The other machine's snapshot as it came over the wire so far, and what of it is this window's own.
//!
//! Pure: records in, snapshots out. Theme, units and zoom, chart layouts and what the window remembers stay those of the
//! machine a person sits at; everything else is the other machine's.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::{SeriesId, SeriesInfo, Settings, Snapshot, ViewId, ViewRequest};
use crate::wire::{Part, Record};

/// What a record comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// More belongs to it.
    Waits,
    /// A publication is whole: it is to be shown.
    Whole,
    /// The stream ends: why.
    Ended(String),
}

/// What came so far.
#[derive(Debug, Default)]
pub struct Mirror {
    /// The other machine's, as it says.
    theirs: Snapshot,
    /// Parts that do not come through, by name, each with its reason.
    left_out: BTreeMap<String, String>,
}

impl Mirror {
    /// Takes a record in.
    pub fn take(&mut self, record: Record) -> Applied {
        match record {
            Record::Part { name, body } => {
                let Some(part) = Part::by_name(&name) else { return Applied::Waits };
                match part.read(&mut self.theirs, &body.0) {
                    Ok(()) => self.left_out.remove(&*name),
                    Err(e) => self.left_out.insert(name.into_owned(), e.to_string()),
                };
            }
            Record::LeftOut { name, why } => {
                self.left_out.insert(name.into_owned(), why);
            }
            Record::View { id, body } => match rmp_serde::from_slice(&body.0) {
                Ok(view) => {
                    Arc::make_mut(&mut self.theirs.views).insert(ViewId(id), Arc::new(view));
                }
                Err(e) => {
                    self.left_out.insert("a chart".into(), e.to_string());
                }
            },
            Record::Moved { id, moved } => {
                let id = ViewId(id);
                let Some(old) = self.theirs.views.get(&id) else { return Applied::Waits };
                match moved.onto(old) {
                    Some(new) => {
                        Arc::make_mut(&mut self.theirs.views).insert(id, Arc::new(new));
                    }
                    None => return Applied::Ended("a chart came that does not go on from what was sent".into()),
                }
            }
            Record::NoView { id } => {
                Arc::make_mut(&mut self.theirs.views).remove(&ViewId(id));
            }
            Record::Tick(tick) => {
                (self.theirs.at, self.theirs.interval) = (tick.at, tick.interval);
                if self.theirs.alerts.n_firing != tick.n_firing {
                    Arc::make_mut(&mut self.theirs.alerts).n_firing = tick.n_firing;
                }
                return Applied::Whole;
            }
            Record::Bye { why } => return Applied::Ended(why),
            Record::Hello(_) | Record::Beat => {}
        }
        Applied::Waits
    }

    /// The other machine's, as it says.
    pub fn theirs(&self) -> &Snapshot {
        &self.theirs
    }

    /// Parts that do not come through, in words.
    pub fn left_out(&self) -> Arc<[Arc<str>]> {
        self.left_out.iter().map(|(name, why)| Arc::from(format!("{name}: {why}"))).collect()
    }

    /// What the window shows: theirs, with what is the window's own where it has an engine at home.
    pub fn shown(&self, home: Option<&Snapshot>) -> Snapshot {
        let theirs = self.theirs.clone();
        let Some(home) = home else { return theirs };
        Snapshot {
            settings: Arc::new(with_window_side(&theirs.settings, &home.settings)),
            layouts: home.layouts.clone(),
            window: home.window.clone(),
            ..theirs
        }
    }

    /// Forgets the charts: another engine may number its series otherwise.
    pub fn forget_views(&mut self) {
        self.theirs.views = Arc::default();
    }
}

/// The settings of a machine, with what concerns the screen alone taken from `window`.
pub fn with_window_side(machine: &Settings, window: &Settings) -> Settings {
    Settings {
        theme: window.theme,
        zoom: window.zoom,
        units: window.units,
        more_contrast: window.more_contrast,
        reduce_motion: window.reduce_motion,
        hint_dismissed: window.hint_dismissed,
        tour_dismissed: window.tour_dismissed,
        ..machine.clone()
    }
}

/// The request with each series under the number it has in another list; those that are not there are left out.
pub fn translated(request: &ViewRequest, from: &[SeriesInfo], to: &[SeriesInfo]) -> ViewRequest {
    let numbers: HashMap<_, _> = to.iter().map(|info| (&info.def.key, info.id)).collect();
    let find = |id: &SeriesId| numbers.get(&from.get(id.0 as usize)?.def.key).copied();
    ViewRequest { series: request.series.iter().filter_map(find).collect(), ..request.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ThemeChoice, Timestamp, Unit, ViewRange};
    use crate::wire::Tick;

    #[test]
    fn what_concerns_the_screen_is_the_windows_and_the_rest_the_machines() {
        let home = Snapshot {
            settings: Arc::new(Settings { theme: ThemeChoice::Dark, interval_millis: 500, ..Settings::default() }),
            ..Snapshot::default()
        };
        let there = Settings { theme: ThemeChoice::Light, interval_millis: 2000, ..Settings::default() };
        let mut mirror = Mirror::default();
        let from = Snapshot { settings: Arc::new(there), ..Snapshot::default() };
        let bytes = Part::by_name("settings").expect("known").write(&from).expect("written");
        let mut reader = crate::wire::RecordReader::default();
        reader.feed(&bytes);
        mirror.take(reader.take().expect("a record").expect("whole"));
        let shown = mirror.shown(Some(&home));
        assert_eq!((shown.settings.theme, shown.settings.interval_millis), (ThemeChoice::Dark, 2000));
        assert_eq!(mirror.shown(None).settings.theme, ThemeChoice::Light);
    }

    #[test]
    fn a_part_that_cannot_be_read_is_named_until_it_can() {
        let mut mirror = Mirror::default();
        let part = |body: &[u8]| Record::Part { name: "health".into(), body: crate::wire::Blob(body.into()) };
        assert_eq!(mirror.take(part(b"\xc1")), Applied::Waits);
        assert!(mirror.left_out()[0].starts_with("health: what came cannot be read"), "{:?}", mirror.left_out());
        mirror.take(part(b"\x80"));
        assert!(mirror.left_out().is_empty());
        let at = Some(Timestamp::from_millis(7));
        let tick = Tick { seq: 1, at, n_firing: 3, ..Tick::default() };
        assert_eq!(mirror.take(Record::Tick(tick)), Applied::Whole);
        assert_eq!((mirror.theirs().at, mirror.theirs().alerts.n_firing), (at, 3));
    }

    #[test]
    fn a_request_follows_its_series_to_their_new_numbers() {
        let info = |id: u32, metric: &str| SeriesInfo {
            id: SeriesId(id),
            def: Arc::new(crate::model::SeriesDef {
                key: crate::model::SeriesKey::new(metric, &[]),
                unit: Unit::Ratio,
                group: crate::model::SeriesGroup::Cpu,
                name: metric.into(),
                instance: "".into(),
                probe: crate::model::ProbeId("x"),
                cadence: None,
            }),
        };
        let from = [info(0, "a"), info(1, "b"), info(2, "c")];
        let to = [info(0, "c"), info(1, "a")];
        let range = ViewRange::Live { span: std::time::Duration::from_secs(60) };
        let request = ViewRequest { series: [0, 1, 2].map(SeriesId).into(), range, width_px: 100 };
        assert_eq!(&*translated(&request, &from, &to).series, [SeriesId(1), SeriesId(0)]);
        assert_eq!(translated(&request, &from, &from), request);
    }
}
