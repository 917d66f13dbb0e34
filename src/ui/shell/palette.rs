//! The command palette: every action by name, with the letters that were found, and why some are not possible.

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Align2, Color32, Frame, Id, Key, Margin, Modal, Modifiers, Rect, Role, Sense, Stroke, TextFormat, Ui, WidgetInfo,
    pos2, vec2,
};

use super::matching::{Match, fit};
use crate::ui::actions::{self, Action, Deed, Group, Situation};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::Field;

/// What the palette remembers while it is open.
#[derive(Debug, Default)]
pub struct Palette {
    is_open: bool,
    is_new: bool,
    query: String,
    chosen: usize,
}

/// What a person picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked {
    /// An action of the table.
    Deed(Deed),
    /// Processes whose name contains this.
    Processes(String),
}

impl Palette {
    /// Opens it with nothing typed.
    pub fn open(&mut self) {
        *self = Self { is_open: true, is_new: true, ..Self::default() };
    }

    /// Opens or closes it.
    pub fn toggle(&mut self) {
        if self.is_open { self.is_open = false } else { self.open() }
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.is_open
    }
}

struct Row {
    name: String,
    letters: Vec<usize>,
    group: Group,
    icon: icons::Icon,
    right: Option<String>,
    is_possible: bool,
    picked: Picked,
}

/// Draws the palette while it is open; answers with what was picked.
pub fn palette_ui(cx: &PanelCx<'_>, ui: &mut Ui, palette: &mut Palette, now: &Situation<'_>) -> Option<Picked> {
    if !palette.is_open {
        return None;
    }
    let theme = cx.theme;
    let ctx = ui.ctx().clone();
    let (up, down, enter, escape) = ctx.input_mut(|i| {
        (
            i.consume_key(Modifiers::NONE, Key::ArrowUp),
            i.consume_key(Modifiers::NONE, Key::ArrowDown),
            i.consume_key(Modifiers::NONE, Key::Enter),
            i.consume_key(Modifiers::NONE, Key::Escape),
        )
    });
    if escape {
        palette.is_open = false;
        return None;
    }
    let id = Id::unique("palette");
    let frame = Frame::new()
        .fill(theme.color.bg_raised)
        .stroke(Stroke::new(1.0, theme.color.line_strong))
        .corner_radius(theme.radius.modal)
        .inner_margin(Margin::ZERO);
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, theme.size.palette_top));
    let shown = Modal::new(id).area(area).frame(frame).backdrop_color(Color32::TRANSPARENT).show(&ctx, |ui| {
        ui.set_width(theme.size.palette);
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let changed = query_ui(theme, ui, palette);
        let rows = rows(&ctx, &palette.query, now);
        if changed {
            palette.chosen = 0;
        }
        let last = rows.len().saturating_sub(1);
        if down {
            palette.chosen = if palette.chosen >= last { 0 } else { palette.chosen + 1 };
        }
        if up {
            palette.chosen = if palette.chosen == 0 { last } else { palette.chosen - 1 };
        }
        palette.chosen = palette.chosen.min(last);
        list_ui(theme, ui, palette, &rows, up || down, enter)
    });
    let picked = shown.inner.clone();
    if picked.is_some() || shown.should_close() {
        palette.is_open = false;
    }
    picked
}

fn query_ui(theme: &Theme, ui: &mut Ui, palette: &mut Palette) -> bool {
    let field_id = Id::unique("palette query");
    let response = Frame::new()
        .inner_margin(Margin::symmetric(8, 8))
        .show(ui, |ui| {
            Field::new(&mut palette.query, "Search or run an action")
                .hint("Search or run…")
                .icon(icons::MAGNIFYING_GLASS)
                .id(field_id)
                .plain()
                .show(ui, theme)
        })
        .inner;
    if std::mem::take(&mut palette.is_new) || !response.has_focus() {
        response.request_focus();
    }
    let y = ui.cursor().top();
    ui.painter().hline(ui.max_rect().x_range(), y, Stroke::new(1.0, theme.color.line));
    response.changed()
}

fn list_ui(
    theme: &Theme,
    ui: &mut Ui,
    palette: &mut Palette,
    rows: &[Row],
    is_by_keys: bool,
    enter: bool,
) -> Option<Picked> {
    let mut picked = None;
    let screen = ui.ctx().content_rect().height();
    let room = (screen - theme.size.palette_top - 120.0).clamp(160.0, 420.0);
    eframe::egui::ScrollArea::vertical().max_height(room).auto_shrink([false, true]).show(ui, |ui| {
        ui.add_space(4.0);
        let mut group = None;
        for (i, row) in rows.iter().enumerate() {
            if group != Some(row.group) {
                group = Some(row.group);
                heading_ui(theme, ui, row.group.title());
            }
            let response = row_ui(theme, ui, row, i == palette.chosen);
            if i == palette.chosen && is_by_keys {
                response.scroll_to_me(None);
            }
            let is_moving = ui.input(|input| input.pointer.delta() != eframe::egui::Vec2::ZERO);
            if response.hovered() && is_moving {
                palette.chosen = i;
            }
            if row.is_possible && (response.clicked() || (enter && i == palette.chosen)) {
                picked = Some(row.picked.clone());
            }
        }
        if rows.is_empty() {
            heading_ui(theme, ui, "Nothing of that name");
        }
        ui.add_space(4.0);
    });
    picked
}

fn heading_ui(theme: &Theme, ui: &mut Ui, text: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
    let at = pos2(rect.left() + 16.0, rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, text, theme.font(TextRole::MicroStrong), theme.color.t3);
}

fn row_ui(theme: &Theme, ui: &mut Ui, row: &Row, is_chosen: bool) -> eframe::egui::Response {
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.palette_row), Sense::click());
    if is_chosen {
        ui.painter().rect_filled(rect, 0.0, c.bg_selected);
    }
    let (plain, found, icon) = if row.is_possible { (c.t2, c.t1, c.t2) } else { (c.disabled, c.disabled, c.disabled) };
    row.icon.paint(ui.painter(), pos2(rect.left() + 24.0, rect.center().y), theme.size.icon, icon);
    let mut job = LayoutJob::default();
    for (i, letter) in row.name.chars().enumerate() {
        let is_found = row.letters.contains(&i);
        let role = if is_found { TextRole::Heading } else { TextRole::Body };
        let format = TextFormat::simple(theme.font(role), if is_found { found } else { plain });
        job.append(letter.encode_utf8(&mut [0; 4]), 0.0, format);
    }
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(rect.left() + 44.0, rect.center().y - galley.size().y / 2.0), galley, plain);
    if let Some(right) = &row.right {
        let at = Rect::from_center_size(rect.center(), rect.size() - vec2(32.0, 0.0)).right_center();
        let color = if row.is_possible { c.t3 } else { c.t2 };
        ui.painter().text(at, Align2::RIGHT_CENTER, right, theme.font(TextRole::Micro), color);
    }
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, row.is_possible, is_chosen, row.name.as_str()));
    response
}

/// The rows for what was typed: places before deeds, each by how well it fits.
fn rows(ctx: &eframe::egui::Context, query: &str, now: &Situation<'_>) -> Vec<Row> {
    let mut found: Vec<(&Action, Match)> = actions::listed()
        .filter(|action| action.deed != Deed::TogglePalette)
        .filter_map(|action| fit(query, action.name).map(|fit| (action, fit)))
        .collect();
    found.sort_by_key(|(action, fit)| (action.group == Group::Do, fit.distance));
    let mut rows: Vec<Row> = found
        .into_iter()
        .map(|(action, fit)| {
            let why_not = action.deed.why_not(now);
            Row {
                name: action.name.to_owned(),
                letters: fit.letters,
                group: action.group,
                icon: action.icon,
                right: why_not.map(str::to_owned).or_else(|| action.keys(ctx)),
                is_possible: why_not.is_none(),
                picked: Picked::Deed(action.deed),
            }
        })
        .collect();
    let wanted = query.trim();
    if !wanted.is_empty() {
        rows.push(Row {
            name: format!("Find processes: {wanted}"),
            letters: Vec::new(),
            group: Group::Do,
            icon: icons::FUNNEL_SIMPLE,
            right: None,
            is_possible: true,
            picked: Picked::Processes(wanted.to_owned()),
        });
    }
    rows
}
