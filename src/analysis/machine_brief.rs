//! A machine in one line, out of its snapshot.

use std::sync::Arc;

use crate::model::machines::MachineBrief;
use crate::model::{Overview, Snapshot, TileKind, Unit};

/// A machine in one line. `past` is its newest processor shares, oldest first.
pub fn brief(snapshot: &Snapshot, past: Arc<[f32]>) -> MachineBrief {
    let overview = &snapshot.overview;
    let sentence = if overview.trouble.is_empty() { &overview.calm } else { &overview.trouble };
    MachineBrief {
        host: snapshot.machine.host.clone(),
        system: snapshot.machine.system.clone(),
        level: overview.level,
        sentence: sentence.clone(),
        cpu_ratio: share(overview, TileKind::Cpu),
        memory_ratio: share(overview, TileKind::Memory),
        n_firing: snapshot.alerts.n_firing,
        cpu_past: past,
    }
}

/// The share that a tile tells; `None` where it tells none.
pub fn share(overview: &Overview, kind: TileKind) -> Option<f64> {
    let tile = overview.tiles.iter().find(|tile| tile.kind == kind)?;
    let value = tile.value.as_ref().ok().filter(|value| value.unit == Unit::Ratio)?;
    value.value.is_finite().then_some(value.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Level, Quantity, Tile};

    #[test]
    fn a_line_tells_what_needs_a_look_before_what_is_calm() {
        let tile = |kind, value| Tile {
            kind,
            title: "".into(),
            level: Level::Calm,
            word: "".into(),
            value,
            detail: "".into(),
            series: None,
            threshold: None,
            source: "".into(),
        };
        let tiles = vec![
            tile(TileKind::Cpu, Ok(Quantity::new(0.83, Unit::Ratio))),
            tile(TileKind::Memory, Err("no rights".into())),
            tile(TileKind::Disks, Ok(Quantity::new(3.0, Unit::BytesPerSecond))),
        ];
        let overview = Overview { calm: "The rest is calm.".into(), tiles, ..Overview::default() };
        let calm = Snapshot { overview: Arc::new(overview.clone()), ..Snapshot::default() };
        let line = brief(&calm, Arc::default());
        assert_eq!((line.cpu_ratio, line.memory_ratio, &*line.sentence), (Some(0.83), None, "The rest is calm."));
        assert_eq!(share(&overview, TileKind::Disks), None, "no share");
        let busy = Overview { trouble: "CPU is busy.".into(), ..overview };
        let line = brief(&Snapshot { overview: Arc::new(busy), ..Snapshot::default() }, Arc::default());
        assert_eq!(&*line.sentence, "CPU is busy.");
    }
}
