//! Traces: the slowest, those that failed, the newest; one of them whole as a waterfall.

mod folds;
mod heads;
mod lanes;
mod span;
mod waterfall;

use std::sync::Arc;

use eframe::egui::{Align, Layout, Rect, Ui, UiBuilder, pos2, vec2};

use self::folds::Folds;
use self::lanes::Lanes;
use super::ServicesPanel;
use super::words::counted;
use crate::model::service::{Service, TraceFilter};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, IconButton, loading_bars, panel_in, segments};
use crate::ui::{PanelCx, icons};

/// What the traces remember between frames.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// The open trace; empty is none.
    open: Arc<str>,
    /// The trace that is chosen in the list.
    chosen: Option<Arc<str>>,
    /// Words that the names of shown traces must contain.
    filter: String,
    /// Words that are looked for in the open trace.
    search: String,
    /// The chosen span.
    span: Option<usize>,
    lanes: Lanes,
    folds: Folds,
    scroll_to: Option<usize>,
    scroll_offset: f32,
}

impl Traces {
    /// Opens a trace.
    pub(super) fn open(&mut self, id: Arc<str>) {
        self.chosen = Some(id.clone());
        self.open = id;
        self.span = None;
        self.folds.clear();
        self.search.clear();
    }

    /// Closes the open trace.
    pub(super) fn close(&mut self) {
        self.open = "".into();
        self.span = None;
    }

    /// Forgets what was chosen: it is another service's.
    pub(super) fn forget(&mut self) {
        self.close();
        self.chosen = None;
        self.filter.clear();
    }

    /// Whether a trace or a span takes the arrow keys.
    pub(super) fn is_chosen(&self) -> bool {
        !self.open.is_empty() || self.chosen.is_some()
    }
}

/// Draws the tab.
pub(super) fn traces_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, service: &Arc<Service>) {
    let open = panel.traces.open.clone();
    let answer = panel.asking.answer(cx, ui, &service.name, &open).cloned();
    if !open.is_empty() {
        panel_in(ui, cx.theme, rect, |ui| waterfall::open_ui(cx, ui, rect, panel, answer.as_deref()));
        return;
    }
    panel_in(ui, cx.theme, rect, |ui| {
        let tools = Rect::from_min_size(rect.min, vec2(rect.width(), 44.0));
        let said = answer.as_ref().map(|answer| (answer.traces.len(), answer.n_traces));
        tools_ui(cx, ui, tools, panel, said);
        let body = rect.with_min_y(tools.bottom());
        match &answer {
            Some(answer) => heads::heads_ui(cx, ui, body, panel, answer, service),
            None => loading_ui(cx, ui, body, "Looking for traces…"),
        }
    });
}

/// Grey rows in the place of an answer that is on its way.
pub(super) fn loading_ui(cx: &PanelCx<'_>, ui: &mut Ui, body: Rect, text: &str) {
    let inner =
        Rect::from_min_max(pos2(body.left() + 16.0, body.top() + 12.0), pos2(body.right() - 16.0, body.bottom()));
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.label(cx.theme.colored(TextRole::Small, text, cx.theme.color.t3));
        loading_bars(ui, cx.theme, 8);
    });
}

fn tools_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, said: Option<(usize, u64)>) {
    let theme = cx.theme;
    let inner = rect.shrink2(vec2(16.0, 0.0));
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let choices =
            [(TraceFilter::Slowest, "Slowest"), (TraceFilter::Failed, "Failed"), (TraceFilter::Newest, "Newest")];
        segments(ui, theme, "Which", &mut panel.asking.filter, &choices);
        let field = Field::new(&mut panel.traces.filter, "Filter traces").hint("Words in its name");
        field.icon(icons::MAGNIFYING_GLASS).width(if cx.is_compact { 180.0 } else { 240.0 }).show(ui, theme);
        if !panel.asking.span_name.is_empty() {
            let name = format!("with {}", panel.asking.span_name);
            if Button::secondary(&name).icon(icons::X).name("Show traces of every name").show(ui, theme).clicked() {
                panel.asking.span_name = "".into();
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if IconButton::new(icons::ARROW_CLOCKWISE, "Look again").show(ui, theme).clicked() {
                panel.asking.again();
            }
            if let Some((n, of)) = said {
                let text =
                    if n as u64 == of { counted(of, "trace") } else { format!("{n} of {}", counted(of, "trace")) };
                ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
            }
        });
    });
}
