//! Flags above the charts: annotations and spans without data, each with its icon, its words and its card.
//!
//! Flags that stand too close collapse into one that counts them and lists them when it is clicked.

mod place;

use std::collections::BTreeSet;
use std::time::Duration;

use eframe::egui::{
    Align2, Color32, Popup, PopupCloseBehavior, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
};

use self::place::{CROWD, Place, crowds, place};
use super::notes::{NoteAsk, card_ui, look, tooltip_ui};
use super::sentence::Clock;
use crate::model::{Annotation, AnnotationId, AnnotationKind, Health, TimeRange, WorkerState};
use crate::ui::chart::Mapping;
use crate::ui::chart::time_axis::{span_words, stamp};
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{elided, focus_ring, menu_item, popup_frame};

/// Height of the lane the flags stand in.
pub const LANE: f32 = 32.0;
/// Widest flag, points; longer words are cut.
const WIDEST: f32 = 240.0;
/// Most entries of the list of a crowd.
const MAX_LISTED: usize = 16;
/// How far from a gap what caused it may have been noted.
const SLACK: Duration = Duration::from_secs(15);

/// Why nothing was recorded for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause<'a> {
    /// An annotation tells.
    Noted(&'a Annotation),
    /// A worker thread broke down, and was started again or not.
    Broke(&'static str, &'static str),
}

/// One flag.
#[derive(Debug, Clone)]
pub enum Flag<'a> {
    /// A span in which nothing was recorded, and why, where that is known.
    Gap(TimeRange, Option<Cause<'a>>),
    /// An annotation.
    Note(&'a Annotation),
}

impl Flag<'_> {
    fn range(&self) -> TimeRange {
        match self {
            Self::Gap(gap, _) => *gap,
            Self::Note(note) => TimeRange { start: note.text.at, end: note.text.until.unwrap_or(note.text.at) },
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Gap(gap, cause) => gap_words(gap, *cause),
            Self::Note(note) => note.text.text.to_string(),
        }
    }

    fn look(&self, theme: &Theme) -> (Icon, Color32) {
        match self {
            Self::Gap(..) => (icons::PROHIBIT, theme.color.t2),
            Self::Note(note) => look(theme, note.text.kind),
        }
    }
}

/// Why nothing was recorded: an annotation near the beginning of the gap, else what health knows. `notes` are by time.
fn cause<'a>(gap: &TimeRange, notes: &'a [Annotation], health: &Health) -> Option<Cause<'a>> {
    let around = TimeRange { start: gap.start.minus(SLACK), end: gap.end.plus(SLACK) };
    let explains = |kind| matches!(kind, AnnotationKind::Stop | AnnotationKind::Sleep | AnnotationKind::Trouble);
    let first = notes.partition_point(|note| note.text.at < around.start);
    let mut near = notes[first..].iter().take_while(|note| note.text.at < around.end);
    let noted = near.find(|note| explains(note.text.kind)).map(Cause::Noted);
    noted.or_else(|| {
        health.workers.iter().find_map(|worker| match &worker.state {
            WorkerState::Restarted { at, .. } if around.contains(*at) => Some(Cause::Broke(worker.name, "restarted")),
            WorkerState::Stopped { at, .. } if around.contains(*at) => Some(Cause::Broke(worker.name, "stopped")),
            _ => None,
        })
    })
}

/// The words for a span without data: how long, and why, where that is known.
fn gap_words(gap: &TimeRange, cause: Option<Cause<'_>>) -> String {
    let span = span_words(gap.span().as_secs_f64().round().max(1.0) as u64);
    match cause {
        Some(Cause::Noted(note)) => format!("No data {span}, {}", note.text.text),
        Some(Cause::Broke(name, how)) => format!("No data {span}, {name} thread {how}"),
        None => format!("No data {span}"),
    }
}

/// The flags of what is shown, by time: gaps, and annotations that no gap's flag tells. `all` is by time.
pub fn flags<'a>(
    gaps: &[TimeRange],
    notes: Vec<&'a Annotation>,
    all: &'a [Annotation],
    health: &Health,
) -> Vec<Flag<'a>> {
    let mut flags: Vec<Flag<'a>> = gaps.iter().map(|gap| Flag::Gap(*gap, cause(gap, all, health))).collect();
    let told: BTreeSet<AnnotationId> = flags
        .iter()
        .filter_map(|flag| match flag {
            Flag::Gap(_, Some(Cause::Noted(note))) => Some(note.id),
            _ => None,
        })
        .collect();
    flags.extend(notes.into_iter().filter(|note| !told.contains(&note.id)).map(Flag::Note));
    flags.sort_by_key(|flag| flag.range().start);
    flags
}

/// Opacity of lines, and of lines that are so many that they would drown the curves.
const MARK_SHARE: f32 = 0.6;
const CROWDED_SHARE: f32 = 0.25;
const CROWDED_FROM: usize = 16;

/// A line or a shaded span of an annotation, as it stands in every chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// When it is.
    pub range: TimeRange,
    /// The colour of its kind.
    pub color: Color32,
    /// The colour of its line.
    pub line: Color32,
}

/// The marks of annotations; of those at one moment one is enough.
pub fn marks(theme: &Theme, notes: &[&Annotation]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = notes
        .iter()
        .map(|note| {
            let color = look(theme, note.text.kind).1;
            let range = TimeRange { start: note.text.at, end: note.text.until.unwrap_or(note.text.at) };
            Mark { range, color, line: color }
        })
        .collect();
    marks.dedup_by_key(|mark| mark.range);
    let share = if marks.len() < CROWDED_FROM { MARK_SHARE } else { CROWDED_SHARE };
    for mark in &mut marks {
        mark.line = mark.color.gamma_multiply(share);
    }
    marks
}

/// Draws the flags and takes clicks on them.
pub fn flags_ui(
    ui: &mut Ui,
    theme: &Theme,
    lane: Rect,
    map: &Mapping,
    flags: &[Flag<'_>],
    clock: Clock,
) -> Option<NoteAsk> {
    let x = |flag: &Flag<'_>| map.x(flag.range().start.as_millis() as f64).clamp(lane.left(), lane.right()).round();
    let xs: Vec<f32> = flags.iter().map(x).collect();
    let crowds = crowds(&xs);
    let font = theme.font(TextRole::MicroStrong);
    let width = |flag: &Flag<'_>| {
        let galley = ui.painter().layout_no_wrap(flag.words(), font.clone(), theme.color.t1);
        (galley.size().x + 34.0).min(WIDEST)
    };
    let poles: Vec<(f32, f32)> = crowds
        .iter()
        .map(|crowd| (xs[crowd.start], if crowd.len() > 1 { CROWD } else { width(&flags[crowd.start]) }))
        .collect();
    let mut ask = None;
    for (crowd, place) in crowds.into_iter().zip(place(&poles, (lane.left(), lane.right()))) {
        let crowd = &flags[crowd];
        let rect = Rect::from_min_max(pos2(place.left, lane.top() + 5.0), pos2(place.right, lane.top() + 27.0));
        let response = flag_ui(ui, theme, rect, place, crowd, clock);
        ask = popup_ui(theme, &response, crowd, clock).or(ask);
        if let [flag] = crowd {
            response.on_hover_ui(|ui| match flag {
                Flag::Note(note) => tooltip_ui(ui, theme, note, clock),
                Flag::Gap(gap, cause) => gap_ui(ui, theme, gap, *cause, clock),
            });
        }
    }
    ask
}

fn flag_ui(ui: &Ui, theme: &Theme, rect: Rect, place: Place, crowd: &[Flag<'_>], clock: Clock) -> Response {
    let c = &theme.color;
    let first = &crowd[0];
    let salt = match first {
        Flag::Gap(gap, _) => ("gap", gap.start.as_millis()),
        Flag::Note(note) => ("note", note.id.0 as i64),
    };
    let response = ui.interact(rect, ui.scope_id().with(("flag", salt)), Sense::click());
    let ground = if response.hovered() { c.bg_control_hover } else { c.bg_control };
    let radius = f32::from(theme.radius.bar);
    ui.painter().rect(rect, radius, ground, Stroke::NONE, StrokeKind::Inside);
    let (icon, color) = first.look(theme);
    let pole_color = if crowd.len() > 1 { c.t2 } else { color };
    let pole = if place.turns { rect.right() - 2.0 } else { rect.left() };
    ui.painter().rect_filled(
        Rect::from_min_max(pos2(pole, rect.top()), pos2(pole + 2.0, rect.bottom())),
        0.0,
        pole_color,
    );
    let at = stamp(first.range().start, clock.0, clock.1, false);
    let name = if crowd.len() > 1 {
        let font = theme.font(TextRole::MicroSemi);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, format!("+{}", crowd.len()), font, c.t1);
        format!("{} flags from {at}", crowd.len())
    } else {
        icon.paint(ui.painter(), pos2(rect.left() + 14.0, rect.center().y), 12.0, color);
        if place.has_words {
            let room = rect.width() - 34.0;
            let galley = elided(ui.painter(), theme, &first.words(), TextRole::MicroStrong, c.t1, room);
            let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left() + 26.0, rect.center().y), galley.size());
            ui.painter().galley(at.min, galley, c.t1);
        }
        format!("{}, {at}", first.words())
    };
    focus_ring(ui, theme, &response, theme.radius.bar);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    response
}

fn popup_ui(theme: &Theme, button: &Response, crowd: &[Flag<'_>], clock: Clock) -> Option<NoteAsk> {
    // A card has room around its words; the rows of a list bring their own.
    let margin = if crowd.len() > 1 { 4 } else { 12 };
    let popup = Popup::menu(button)
        .frame(popup_frame(theme).inner_margin(margin))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(4.0)
        .width(280.0);
    let shown = popup.show(|ui| {
        ui.set_max_width(280.0);
        let ask = match crowd {
            [Flag::Note(note)] => card_ui(ui, theme, note, clock),
            [Flag::Gap(gap, cause)] => {
                gap_ui(ui, theme, gap, *cause, clock);
                None
            }
            crowd => crowd_ui(ui, theme, crowd, clock),
        };
        if ask.is_some() {
            ui.close();
        }
        ask
    });
    shown.and_then(|shown| shown.inner)
}

fn gap_ui(ui: &mut Ui, theme: &Theme, gap: &TimeRange, cause: Option<Cause<'_>>, (now, zone): Clock) {
    ui.set_max_width(280.0);
    ui.label(theme.text(TextRole::BodyStrong, gap_words(gap, cause)));
    let text = format!(
        "Nothing was recorded from {} to {}",
        stamp(gap.start, now, zone, true),
        stamp(gap.end, now, zone, true)
    );
    ui.label(theme.colored(TextRole::Small, text, theme.color.t2));
}

fn crowd_ui(ui: &mut Ui, theme: &Theme, crowd: &[Flag<'_>], (now, zone): Clock) -> Option<NoteAsk> {
    let mut ask = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    for flag in crowd.iter().rev().take(MAX_LISTED) {
        let (icon, _) = flag.look(theme);
        let at = flag.range().start;
        let text = format!("{}  {}", stamp(at, now, zone, true), flag.words());
        if menu_item(ui, theme, &text, Some(icon), false).clicked() {
            ask = Some(match flag {
                Flag::Gap(gap, _) => NoteAsk::Show(*gap),
                Flag::Note(_) => NoteAsk::Inspect(at),
            });
        }
    }
    if crowd.len() > MAX_LISTED {
        let text = format!("All {} in a list", crowd.len());
        if menu_item(ui, theme, &text, Some(icons::LIST), false).clicked() {
            ask = Some(NoteAsk::List);
        }
    }
    ask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AnnotationId, AnnotationText, Timestamp, WorkerStatus};

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_gap_says_how_long_and_why_where_that_is_known() {
        let gap = TimeRange { start: at(100_000), end: at(250_000) };
        let mut health = Health::default();
        let words = |notes: &[Annotation], health: &Health| {
            gap_words(&gap, cause(&gap, notes, health)).replace('\u{2009}', " ")
        };
        assert_eq!(words(&[], &health), "No data 2:30");
        let restarted = |millis| WorkerStatus {
            name: "sample",
            state: WorkerState::Restarted { at: at(millis), why: "x".into() },
            n_restarts: 1,
        };
        health.workers = vec![restarted(900_000)];
        assert_eq!(words(&[], &health), "No data 2:30");
        health.workers = vec![restarted(101_000)];
        assert_eq!(words(&[], &health), "No data 2:30, sample thread restarted");
        let note = |id, kind, millis| Annotation {
            id: AnnotationId(id),
            text: AnnotationText::at(at(millis), kind, "the machine slept"),
        };
        let slept = [note(1, AnnotationKind::Note, 99_000), note(2, AnnotationKind::Sleep, 99_000)];
        assert_eq!(words(&slept, &health), "No data 2:30, the machine slept");
        assert_eq!(words(&[note(3, AnnotationKind::Sleep, 10_000)], &Health::default()), "No data 2:30");
    }

    #[test]
    fn what_explains_a_gap_has_no_flag_of_its_own() {
        let gap = TimeRange { start: at(100_000), end: at(250_000) };
        let note =
            |id, kind, millis| Annotation { id: AnnotationId(id), text: AnnotationText::at(at(millis), kind, "words") };
        let all = [note(1, AnnotationKind::Stop, 99_500), note(2, AnnotationKind::Start, 250_100)];
        let flags = flags(&[gap], all.iter().collect(), &all, &Health::default());
        let starts: Vec<i64> = flags.iter().map(|flag| flag.range().start.as_millis()).collect();
        assert_eq!(starts, [100_000, 250_100]);
        assert!(flags[0].words().ends_with(", words"));
    }
}
