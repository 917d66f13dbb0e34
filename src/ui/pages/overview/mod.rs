//! The overview page: the machine in a sentence, five tiles, its cores, its busiest programs, what needs attention.
//!
//! It draws what `analysis::summary` said and decides nothing: levels, words and orders come with the snapshot.

mod cores;
mod programs;
mod side;
mod texts;
mod tiles;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Label, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use self::texts::Texts;
use crate::engine::Handle;
use crate::model::{Level, SeriesId, ViewId, ViewRange, ViewRequest};
use crate::ui::chart::{AlertSpans, MeshCache};
use crate::ui::subscription::Subscription;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Mark, Tone, banner, loading_bars};
use crate::ui::{Intent, Page, PanelCx};

/// Span of the cores' strip.
const CORES_SPAN: Duration = Duration::from_secs(60);
/// Least height in which everything has its place; below it the page scrolls.
const MIN_HEIGHT: f32 = 520.0;
/// The same in width: a window of 900 points without its rail.
const MIN_WIDTH: f32 = 840.0;
/// Widths asked for are rounded up to this, so that dragging the window's edge does not ask anew at each point.
const WIDTH_STEP: f32 = 32.0;
/// The subscriptions' numbers.
const HISTORY: ViewId = ViewId(10_001);
const CORES: ViewId = ViewId(10_002);

/// What the page remembers between frames.
#[derive(Debug)]
pub struct OverviewPanel {
    texts: Texts,
    /// Tiles and programs over the chosen range.
    history: Subscription,
    /// The series that `history` asks for.
    asked: Vec<SeriesId>,
    /// Each core over the last minute.
    cores: Subscription,
    /// The triangles of all small curves; in a cell so that the parts of the page share one borrow of the panel.
    meshes: RefCell<MeshCache>,
    /// When rules fired on which series.
    alerts: AlertSpans,
}

impl Default for OverviewPanel {
    fn default() -> Self {
        Self {
            texts: Texts::default(),
            history: Subscription::new(HISTORY),
            asked: Vec::new(),
            cores: Subscription::new(CORES),
            meshes: RefCell::default(),
            alerts: AlertSpans::default(),
        }
    }
}

impl OverviewPanel {
    /// Ends the page's subscriptions while another page is open. They begin again when this one is drawn.
    pub fn leave(&mut self, engine: &Handle) {
        self.history.leave(engine);
        self.cores.leave(engine);
    }

    /// Curves turned into triangles so far.
    pub fn n_meshes_built(&self) -> u64 {
        self.meshes.borrow().n_built()
    }

    fn subscribe(&mut self, cx: &PanelCx<'_>, ui: &Ui, tile_width: f32) {
        let overview = &cx.snapshot.overview;
        let mut series: Vec<SeriesId> = overview.tiles.iter().filter_map(|tile| tile.series).collect();
        if !cx.is_compact {
            // In the compact layout the trends are not drawn.
            series.extend(overview.programs.iter().filter_map(|program| program.series));
        }
        let series = kept_wide(&self.asked, series);
        self.asked.clone_from(&series);
        let width_px = ((tile_width / WIDTH_STEP).ceil() * WIDTH_STEP).max(WIDTH_STEP) as u32;
        let range = ViewRange::Live { span: cx.range };
        self.history.want(cx.engine, ui.ctx(), ViewRequest { series: series.into(), range, width_px });
        let cores: Arc<[SeriesId]> = match overview.cores.len() {
            0..cores::TOO_MANY => overview.cores.iter().map(|(series, _)| *series).collect(),
            _ => Arc::default(),
        };
        let range = ViewRange::Live { span: CORES_SPAN };
        self.cores.want(cx.engine, ui.ctx(), ViewRequest { series: cores, range, width_px: 64 });
    }
}

/// Series beyond the needed ones that a request may carry on.
const MAX_UNNEEDED: usize = 24;

/// What to ask for when `needed` is needed and `asked` is asked for already: by number, so that a program that overtakes
/// another changes nothing, and wider than needed, so that one that comes and goes does not ask anew each time.
fn kept_wide(asked: &[SeriesId], mut needed: Vec<SeriesId>) -> Vec<SeriesId> {
    needed.sort_unstable();
    needed.dedup();
    let mut wide = needed.clone();
    wide.extend(asked.iter().filter(|id| needed.binary_search(id).is_err()));
    if wide.len() > needed.len() + MAX_UNNEEDED {
        return needed;
    }
    wide.sort_unstable();
    wide
}

/// Draws the page.
pub fn overview_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut OverviewPanel) {
    let page = ui.available_rect_before_wrap();
    if page.height() >= MIN_HEIGHT && page.width() >= MIN_WIDTH {
        page_ui(cx, ui, page, panel);
        return;
    }
    ScrollArea::both().id_salt("overview").auto_shrink(false).show(ui, |ui| {
        let whole =
            Rect::from_min_size(ui.max_rect().min, vec2(page.width().max(MIN_WIDTH), page.height().max(MIN_HEIGHT)));
        ui.allocate_rect(whole, Sense::hover());
        page_ui(cx, ui, whole, panel);
    });
}

fn page_ui(cx: &PanelCx<'_>, ui: &mut Ui, page: Rect, panel: &mut OverviewPanel) {
    let frame = cx.theme.frame(cx.is_compact);
    let inner = page.shrink2(vec2(frame.margin_x, frame.margin_y));
    panel.texts.refresh(cx.snapshot, cx.now);
    panel.alerts.refresh(cx.snapshot);
    let overview = &cx.snapshot.overview;
    let mut top = sentence_ui(cx, ui, inner) + if cx.is_compact { 12.0 } else { 16.0 };
    top = stale_ui(cx, ui, Rect::from_min_max(pos2(inner.left(), top), inner.max));
    if overview.tiles.is_empty() {
        let rest = Rect::from_min_max(pos2(inner.left(), top), inner.max);
        ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| loading_bars(ui, cx.theme, 12));
        return;
    }
    panel.subscribe(cx, ui, inner.width() / overview.tiles.len() as f32);
    let mut take = |height: f32| {
        let rect = Rect::from_min_size(pos2(inner.left(), top), vec2(inner.width(), height));
        top = rect.bottom() + frame.gap;
        rect
    };
    let tiles = take(tiles::height(cx));
    let cores = take(cores::height(overview.cores.len()));
    let rest = Rect::from_min_max(pos2(inner.left(), top), inner.max);
    tiles::tiles_ui(cx, ui, tiles, panel);
    cores::cores_ui(cx, ui, cores, panel);
    let side_width = if cx.is_compact { 312.0 } else { 416.0 };
    let split = (rest.right() - side_width).max(rest.left());
    let left = Rect::from_min_max(rest.min, pos2(split - frame.gap, rest.bottom()));
    programs::programs_ui(cx, ui, left, panel);
    side::side_ui(cx, ui, Rect::from_min_max(pos2(split, rest.top()), rest.max), panel);
    panel.meshes.get_mut().end_frame();
}

/// The sentence with its mark, and the second line; answers with the place below them.
fn sentence_ui(cx: &PanelCx<'_>, ui: &mut Ui, inner: Rect) -> f32 {
    let theme = cx.theme;
    let c = &theme.color;
    let overview = &cx.snapshot.overview;
    let role = if cx.is_compact { TextRole::SentenceCompact } else { TextRole::Sentence };
    let line = Rect::from_min_size(inner.min, vec2(inner.width(), theme.line_height(role)));
    let mark = Mark::from(overview.level);
    mark.icon.paint(ui.painter(), pos2(line.left() + 10.0, line.center().y), 20.0, mark.tone.icon_color(theme));
    let words = Rect::from_min_max(pos2(line.left() + 32.0, line.top()), line.max);
    ui.scope_builder(UiBuilder::new().max_rect(words), |ui| {
        ui.spacing_mut().interact_size.y = line.height();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let has_both = !overview.trouble.is_empty() && !overview.calm.is_empty();
            let stop = |text: &str| {
                if has_both && !text.ends_with('.') { format!("{text}.") } else { text.to_owned() }
            };
            if !overview.trouble.is_empty() {
                ui.label(theme.text(role, stop(&overview.trouble)));
            }
            // Where all is calm, that is the news.
            let color = if overview.trouble.is_empty() && overview.level == Level::Calm { c.t1 } else { c.t2 };
            ui.add(Label::new(theme.colored(role, stop(&overview.calm), color)).truncate());
        });
    });
    if cx.is_compact {
        return line.bottom();
    }
    let second = Rect::from_min_size(pos2(words.left(), line.bottom()), vec2(words.width(), 20.0));
    ui.scope_builder(UiBuilder::new().max_rect(second), |ui| {
        ui.add(Label::new(theme.colored(TextRole::Body, &*overview.detail, c.t2)).truncate());
    });
    second.bottom()
}

/// The banner about data that is too old; answers with the place below it.
fn stale_ui(cx: &PanelCx<'_>, ui: &mut Ui, place: Rect) -> f32 {
    let age = cx.snapshot.at.map(|at| cx.now.since(at)).unwrap_or_default();
    if cx.is_paused || age <= cx.snapshot.interval * 3 + Duration::from_secs(1) {
        return place.top();
    }
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        let text = format!("These values are {}\u{2009}s old: nothing new came since", age.as_secs());
        if banner(ui, cx.theme, Tone::Warning, &text, Some("Open Health")) {
            cx.ask(Intent::Open(Page::Health));
        }
    });
    place.top() + 32.0 + cx.theme.frame(cx.is_compact).gap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_stays_wide_until_too_much_of_it_is_not_needed() {
        let ids = |range: std::ops::Range<u32>| range.map(SeriesId).collect::<Vec<_>>();
        assert_eq!(kept_wide(&[], vec![SeriesId(2), SeriesId(1), SeriesId(2)]), ids(1..3));
        assert_eq!(kept_wide(&ids(0..10), ids(4..6)), ids(0..10));
        assert_eq!(kept_wide(&ids(0..10), ids(9..12)), ids(0..12));
        assert_eq!(kept_wide(&ids(0..40), ids(4..6)), ids(4..6));
    }
}
