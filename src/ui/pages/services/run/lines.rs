//! Lines of output, of which those on the screen alone are laid out. It stays at the newest while that is followed, and
//! at the line it was on while it is not, whatever comes.

use eframe::egui::{Rangef, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::model::Timestamp;
use crate::model::run::{OutputLine, OutputStream};
use crate::ui::PanelCx;
use crate::ui::chart::Zone;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{row_ground, text_at};

/// Where a person is in the lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// Whether the newest line stays on the screen.
    pub is_following: bool,
    /// The number of the line at the top, and how many points of it are scrolled away.
    top: (u64, f32),
}

impl Default for Place {
    fn default() -> Self {
        Self { is_following: true, top: (0, 0.0) }
    }
}

impl Place {
    /// How far it is scrolled, points: at the end, or so that its line is at the top again.
    fn offset(&self, lines: &[OutputLine], height: f32, end: f32) -> f32 {
        if self.is_following {
            return end;
        }
        let (number, over) = self.top;
        let i = lines.partition_point(|line| line.number < number);
        // A line that is gone: the first that is left.
        let over = if lines.get(i).is_some_and(|line| line.number == number) { over } else { 0.0 };
        (i as f32 * height + over).clamp(0.0, end)
    }

    /// Takes in that it was put at `from` and that a person moved it to `to`.
    fn moved(&mut self, (from, to): (f32, f32), end: f32, lines: &[OutputLine], height: f32) {
        if self.is_following {
            self.is_following = to > from - 1.0;
        } else if to > from + 0.5 && to >= end - 0.5 {
            self.is_following = true;
        }
        // While it follows, too: so that it stays where it is once that is switched off.
        let i = (to / height).floor().max(0.0);
        let number = lines.get(i as usize).map_or(0, |line| line.number);
        self.top = (number, to - i * height);
    }
}

/// The time of day to the millisecond.
pub(super) fn time_of_day(at: Timestamp) -> String {
    Zone::LOCAL.local(at).format("%H:%M:%S%.3f").to_string()
}

/// Where a line was printed, in a word.
pub(super) const fn stream_word(stream: OutputStream) -> &'static str {
    match stream {
        OutputStream::Out => "out",
        OutputStream::Err => "err",
        OutputStream::Perfdesk => "perfdesk",
    }
}

/// Whether a line says that something went wrong: by the words that programs begin such lines with.
fn is_of_error(line: &OutputLine) -> bool {
    const WORDS: [&str; 8] = ["error", "fatal", "panic", "panicked", "critical", "exception", "traceback", "severe"];
    /// Where the word of a level stands: after a time and a name at most.
    const HEAD: usize = 96;
    if line.stream == OutputStream::Perfdesk {
        return false;
    }
    let head = line.text.get(..line.text.floor_char_boundary(HEAD)).unwrap_or_default();
    let is_word = |word: &str| {
        let is_type = word.ends_with("Error") || word.ends_with("Exception");
        is_type || WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    head.split(|c: char| !c.is_ascii_alphanumeric()).any(is_word)
}

/// Draws the lines into `rect`; answers with the line that was clicked.
pub(super) fn lines_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    place: &mut Place,
    lines: &[OutputLine],
    chosen: Option<u64>,
) -> Option<OutputLine> {
    let height = cx.theme.size.row_dense;
    let whole = lines.len() as f32 * height;
    let end = (whole - rect.height()).max(0.0);
    let from = place.offset(lines, height, end);
    let area = ScrollArea::vertical().id_salt("output").auto_shrink(false).animated(false).vertical_scroll_offset(from);
    let mut clicked = None;
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        let output = area.show_viewport(ui, |ui, viewport| {
            ui.set_width(rect.width());
            ui.set_height(whole);
            let top = ui.max_rect().top();
            let first = (viewport.min.y / height).floor().max(0.0) as usize;
            let last = ((viewport.max.y / height).ceil().max(0.0) as usize).min(lines.len());
            for (i, line) in lines.iter().enumerate().take(last).skip(first) {
                let row = Rect::from_min_size(pos2(rect.left(), top + i as f32 * height), vec2(rect.width(), height));
                if line_ui(cx, ui, row, line, chosen == Some(line.number)) {
                    clicked = Some(line.clone());
                }
            }
        });
        let to = output.state.unclamped_offset().y.clamp(0.0, end);
        place.moved((from, to), end, lines, height);
    });
    clicked
}

fn line_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, line: &OutputLine, is_chosen: bool) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let response = ui.interact(rect, ui.scope_id().with(("output line", line.number)), Sense::CLICK);
    let is_error = is_of_error(line);
    let word = stream_word(line.stream);
    let label = format!("{word}{}: {}", if is_error { ", error" } else { "" }, line.text);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_chosen, &label));
    row_ground(ui.painter(), theme, rect, response.hovered(), is_chosen);
    let cell =
        |from: f32, to: f32| Rect::from_x_y_ranges(Rangef::new(rect.left() + from, rect.left() + to), rect.y_range());
    text_at(ui.painter(), theme, cell(16.0, 96.0), &time_of_day(line.at), TextRole::Small, c.t3);
    let color = match line.stream {
        OutputStream::Out => c.t3,
        OutputStream::Err => c.warning,
        OutputStream::Perfdesk => c.accent,
    };
    text_at(ui.painter(), theme, cell(102.0, 154.0), word, TextRole::Small, color);
    if is_error {
        let at = pos2(rect.left() + 164.0, rect.center().y);
        icons::fill::X_CIRCLE.paint(ui.painter(), at, 12.0, c.critical);
    }
    let right = if line.is_cut { 36.0 } else { 16.0 };
    let text = Rect::from_min_max(pos2(rect.left() + 176.0, rect.top()), pos2(rect.right() - right, rect.bottom()));
    let color = match (is_error, line.stream) {
        (true, _) => c.critical,
        (false, OutputStream::Perfdesk) => c.t2,
        _ => c.t1,
    };
    text_at(ui.painter(), theme, text, &line.text, TextRole::Code, color);
    if line.is_cut {
        text_at(ui.painter(), theme, text.with_min_x(text.right() + 4.0), "cut", TextRole::Micro, c.t3);
    }
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(numbers: std::ops::Range<u64>) -> Vec<OutputLine> {
        numbers.map(|number| OutputLine { number, ..OutputLine::default() }).collect()
    }

    #[test]
    fn the_newest_stays_until_a_person_scrolls_up_and_then_the_line_stays() {
        let (height, end) = (10.0, 900.0);
        let mut place = Place::default();
        assert_eq!(place.offset(&lines(0..100), height, end), 900.0);
        place.moved((900.0, 900.0), end, &lines(0..100), height);
        assert!(place.is_following);
        place.moved((900.0, 455.0), end, &lines(0..100), height);
        assert_eq!((place.is_following, place.offset(&lines(0..100), height, end)), (false, 455.0));
        // Twenty came and twenty went: line 45 stands 20 rows higher among the lines.
        assert_eq!(place.offset(&lines(20..120), height, end), 255.0);
        assert_eq!(place.offset(&lines(60..160), height, end), 0.0, "its line is gone");
        place.moved((455.0, 900.0), end, &lines(0..100), height);
        assert!(place.is_following, "back at the end");
    }

    #[test]
    fn a_place_at_the_end_is_kept_once_following_is_switched_off() {
        let mut place = Place { is_following: false, top: (90, 0.0) };
        place.moved((900.0, 900.0), 900.0, &lines(0..100), 10.0);
        assert!(!place.is_following);
        assert_eq!(place.offset(&lines(0..130), 10.0, 1200.0), 900.0);
    }

    #[test]
    fn lines_about_errors_are_told_from_others() {
        for (text, expect) in [
            ("2026-11-28 ERROR could not connect", true),
            ("thread 'main' panicked at src/main.rs", true),
            ("ValueError: no such thing", true),
            ("level=error msg=x", true),
            ("0 errors found", false),
            ("terror in the night", false),
            ("listening on :8080", false),
        ] {
            let line = OutputLine { text: text.into(), ..OutputLine::default() };
            assert_eq!(is_of_error(&line), expect, "{text}");
        }
        let own = OutputLine { stream: OutputStream::Perfdesk, text: "error".into(), ..OutputLine::default() };
        assert!(!is_of_error(&own));
    }
}
