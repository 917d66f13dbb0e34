//! The table of probes: whether each answers here, and why not.

use eframe::egui::{Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::{ProbeState, ProbeStatus, Quantity, Unit, Units};
use crate::ui::chart::time_axis::{clock, offset_seconds, span_words};
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Mark, hairline, number_cell, panel, panel_head, text_at};

/// Where the columns stand: name, state, reason; then three numbers at the right, 84 wide each.
const NAME: f32 = 160.0;
const STATE: f32 = 124.0;
const NUMBER: f32 = 84.0;

/// Draws the panel of probes.
pub fn probes_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    let probes = &cx.snapshot.probes;
    let n_working = probes.iter().filter(|p| p.state == ProbeState::Working).count();
    let hint = format!("{n_working} of {} answer on this machine", probes.len());
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Probes", &hint, |_| {});
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.table_head), Sense::hover());
        let cells = Cells::new(rect);
        let head = (TextRole::SmallStrong, theme.color.t2);
        for (cell, text) in [(cells.name, "Probe"), (cells.state, "State"), (cells.reason, "Reason")] {
            text_at(ui.painter(), theme, cell, text, head.0, head.1);
        }
        for (cell, text) in cells.numbers.into_iter().zip(["Cost", "Read every", "Series"]) {
            number_cell(ui.painter(), theme, cell, text, head.0, head.1);
        }
        for probe in probes.iter() {
            hairline(ui, theme);
            row_ui(cx, ui, probe);
        }
    });
}

struct Cells {
    name: Rect,
    state: Rect,
    reason: Rect,
    numbers: [Rect; 3],
}

impl Cells {
    fn new(row: Rect) -> Self {
        let inner = row.shrink2(vec2(16.0, 0.0));
        let cut = |left: f32, width: f32| {
            Rect::from_min_max(pos2(left, inner.top()), pos2((left + width).min(inner.right()), inner.bottom()))
        };
        let first_number = inner.right() - 3.0 * NUMBER;
        let reason = inner.left() + NAME + STATE;
        Self {
            name: cut(inner.left(), NAME - 8.0),
            state: cut(inner.left() + NAME, STATE - 8.0),
            reason: cut(reason, (first_number - reason - 8.0).max(0.0)),
            numbers: [0.0, 1.0, 2.0].map(|i| cut(first_number + i * NUMBER, NUMBER)),
        }
    }
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, probe: &ProbeStatus) {
    let theme = cx.theme;
    let c = &theme.color;
    let units = Units::default();
    let (word, why) = match &probe.state {
        ProbeState::Working => ("works", String::new()),
        ProbeState::Unsupported { why } => ("not here", why.to_string()),
        ProbeState::Failed { since, why } => {
            ("fails", format!("{why}, since {}", clock(*since, offset_seconds(*since), true)))
        }
    };
    let seconds = |span: std::time::Duration| Quantity::new(span.as_secs_f64(), Unit::Seconds).text(&units);
    let cadence = probe.cadence.map_or_else(|| "tick".to_owned(), |span| span_words(span.as_secs()));
    let cost = if probe.cost.is_zero() { "–".to_owned() } else { seconds(probe.cost) };
    let numbers = [cost, cadence, probe.n_series.to_string()];
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row), Sense::hover());
    let cells = Cells::new(rect);
    let mark = Mark::from(&probe.state);
    text_at(ui.painter(), theme, cells.name, &probe.title, TextRole::BodyStrong, c.t1);
    mark.icon.paint(ui.painter(), pos2(cells.state.left() + 7.0, rect.center().y), 14.0, mark.tone.icon_color(theme));
    let word_place = Rect::from_min_max(pos2(cells.state.left() + 20.0, rect.top()), cells.state.max);
    text_at(ui.painter(), theme, word_place, word, TextRole::Small, c.t2);
    text_at(ui.painter(), theme, cells.reason, &why, TextRole::Small, c.t3);
    for (cell, text) in cells.numbers.into_iter().zip(&numbers) {
        let color = if text == "–" || text == "0" { c.t3 } else { c.t1 };
        number_cell(ui.painter(), theme, cell, text, TextRole::Small, color);
    }
    let spoken =
        if why.is_empty() { format!("{}: {word}", probe.title) } else { format!("{}: {word}, {why}", probe.title) };
    response.widget_info(|| WidgetInfo::labeled(eframe::egui::Role::Label, true, spoken.as_str()));
    if !why.is_empty() {
        response.on_hover_text(why);
    }
}
