//! The matrix of all profiles: a parameter is a row, a profile a column; what differs from the profile on the page is
//! marked. Only the cells that are seen are drawn.

use eframe::egui::{Pos2, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::model::profile::ProfileName;
use crate::profile::compare::matrix;
use crate::ui::PanelCx;
use crate::ui::pages::profiles::deed::Deed;
use crate::ui::pages::profiles::model::PageModel;
use crate::ui::pages::profiles::words::value_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{focus_ring, text_at};

/// Widths of the names and of a profile's column.
const NAMES: f32 = 180.0;
const COLUMN: f32 = 104.0;

/// The matrix in words, made once for each change.
#[derive(Debug)]
pub struct Sheet {
    version: u64,
    is_differing_only: bool,
    columns: Vec<ProfileName>,
    /// The column of the profile on the page.
    own: Option<usize>,
    lines: Vec<Line>,
    n_same: usize,
}

#[derive(Debug)]
enum Line {
    /// The title of a group.
    Group(String),
    /// A parameter: its title, its name, and a cell for each profile with whether it is not that of the page's.
    Parameter { title: String, name: String, cells: Vec<(String, bool)> },
}

impl Sheet {
    /// Whether it is still right.
    pub fn is_of(&self, model: &PageModel, is_differing_only: bool) -> bool {
        self.version == model.version && self.is_differing_only == is_differing_only
    }

    /// The matrix of all profiles, with their drafts.
    pub fn new(model: &PageModel, is_differing_only: bool) -> Self {
        let matrix = matrix(model.catalogue(), &model.profiles, model.local.as_deref(), &[]);
        let columns: Vec<ProfileName> = matrix.columns.iter().map(|column| column.name.clone()).collect();
        let own = columns.iter().position(|name| name == model.name());
        let reference = own.unwrap_or(0);
        let (mut lines, mut n_same) = (Vec::new(), 0);
        for group in &model.groups {
            let mut is_titled = false;
            for row in &model.rows[group.rows.clone()] {
                let Some(found) = matrix.rows.iter().find(|found| found.key == row.key) else { continue };
                if !found.differs {
                    n_same += 1;
                    if is_differing_only {
                        continue;
                    }
                }
                if !std::mem::replace(&mut is_titled, true) {
                    lines.push(Line::Group(group.title.to_string()));
                }
                let of_page = found.cells.get(reference).map(|cell| &cell.value);
                let cells = found.cells.iter();
                let cells =
                    cells.map(|cell| (value_words(cell.value.as_ref()), Some(&cell.value) != of_page)).collect();
                let title = model.def(row).title.to_string();
                lines.push(Line::Parameter { title, name: row.name.clone(), cells });
            }
        }
        Self { version: model.version, is_differing_only, columns, own, lines, n_same }
    }
}

/// Draws the matrix into `ui`, whose whole place it takes.
pub fn sheet_ui(cx: &PanelCx<'_>, ui: &mut Ui, sheet: &Sheet, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let place = ui.max_rect();
    let head = theme.size.table_head;
    let row = theme.size.row;
    let margin = theme.frame(cx.is_compact).margin_x;
    if sheet.lines.is_empty() {
        let at = Rect::from_min_size(place.min + vec2(margin, 8.0), vec2(place.width() - 2.0 * margin, 20.0));
        let text = "All profiles have the same values";
        text_at(ui.painter(), theme, at, text, TextRole::Body, c.t2);
        return;
    }
    let names = NAMES + margin;
    let body = Rect::from_min_max(pos2(place.left() + names, place.top() + head), place.max);
    let size = vec2(COLUMN * sheet.columns.len() as f32 + 8.0, row * (sheet.lines.len() + 1) as f32);
    let mut offset = Pos2::ZERO;
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(body));
        ScrollArea::both().id_salt("matrix").auto_shrink(false).show_viewport(ui, |ui, seen| {
            ui.set_min_size(size);
            let origin = ui.max_rect().min;
            cells_ui(cx, ui, sheet, origin, seen);
            offset = seen.min;
        });
    });
    heads_ui(
        cx,
        ui,
        sheet,
        Rect::from_min_max(pos2(body.left(), place.top()), pos2(place.right(), body.top())),
        offset.x,
        deeds,
    );
    names_ui(
        cx,
        ui,
        sheet,
        Rect::from_min_max(pos2(place.left(), body.top()), pos2(body.left(), place.bottom())),
        offset.y,
    );
    let line = Stroke::new(1.0, c.line);
    ui.painter().hline(place.x_range(), body.top() - 0.5, line);
    ui.painter().vline(body.left() - 0.5, place.y_range(), line);
    let corner = Rect::from_min_max(pos2(place.left() + margin, place.top()), pos2(body.left() - 8.0, body.top()));
    let said = match sheet.n_same {
        0 => String::new(),
        1 if sheet.is_differing_only => "1 alike is hidden".into(),
        n if sheet.is_differing_only => format!("{n} alike are hidden"),
        _ => String::new(),
    };
    text_at(ui.painter(), theme, corner, &said, TextRole::Small, c.t3);
}

fn cells_ui(cx: &PanelCx<'_>, ui: &Ui, sheet: &Sheet, origin: Pos2, seen: Rect) {
    let theme = cx.theme;
    let c = &theme.color;
    let row = theme.size.row;
    let first = (seen.top() / row).floor().max(0.0) as usize;
    let last = ((seen.bottom() / row).ceil() as usize).min(sheet.lines.len());
    let from = (seen.left() / COLUMN).floor().max(0.0) as usize;
    let until = ((seen.right() / COLUMN).ceil() as usize).min(sheet.columns.len());
    for (i, line) in sheet.lines.iter().enumerate().take(last).skip(first) {
        let Line::Parameter { name, cells, .. } = line else { continue };
        let top = origin.y + row * i as f32;
        for (j, (text, differs)) in cells.iter().enumerate().take(until).skip(from) {
            let at = Rect::from_min_size(pos2(origin.x + COLUMN * j as f32, top), vec2(COLUMN, row));
            let is_own = sheet.own == Some(j);
            if *differs {
                ui.painter().rect_filled(
                    at.shrink2(vec2(1.0, 1.0)),
                    f32::from(theme.radius.bar),
                    c.diff_changed_ground,
                );
            }
            let color = match (differs, is_own) {
                (true, _) => c.diff_changed_text,
                (false, true) => c.t1,
                (false, false) => c.t2,
            };
            text_at(ui.painter(), theme, at.shrink2(vec2(8.0, 0.0)), text, TextRole::Small, color);
            let response = ui.interact(at, ui.scope_id().with((i, j)), Sense::hover());
            let column = &sheet.columns[j];
            let told = if *differs { ", differs" } else { "" };
            response.widget_info(|| WidgetInfo::labeled(Role::Cell, true, format!("{name} of {column}: {text}{told}")));
        }
        let right = origin.x + COLUMN * sheet.columns.len() as f32;
        ui.painter().hline(origin.x..=right, (top + row).round() - 0.5, Stroke::new(1.0, c.line_subtle));
    }
}

/// The profiles over their columns; a click puts one on the page.
fn heads_ui(cx: &PanelCx<'_>, ui: &mut Ui, sheet: &Sheet, place: Rect, offset: f32, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let mut child = ui.new_child(UiBuilder::new().id_salt("matrix heads").max_rect(place));
    child.set_clip_rect(place.intersect(ui.clip_rect()));
    for (j, name) in sheet.columns.iter().enumerate() {
        let at = Rect::from_min_size(
            pos2(place.left() + COLUMN * j as f32 - offset, place.top()),
            vec2(COLUMN, place.height()),
        );
        if !place.intersects(at) {
            continue;
        }
        let response = child.interact(at, child.scope_id().with(&**name), Sense::click());
        let is_own = sheet.own == Some(j);
        let color = if is_own || response.hovered() { c.t1 } else { c.t2 };
        text_at(child.painter(), theme, at.shrink2(vec2(8.0, 0.0)), name, TextRole::SmallStrong, color);
        focus_ring(&child, theme, &response, theme.radius.bar);
        response.widget_info(|| WidgetInfo::selected(Role::ColumnHeader, true, is_own, format!("Column {name}")));
        if response.clicked() {
            deeds.push(Deed::Choose(name.clone()));
        }
    }
}

/// The parameters beside their rows.
fn names_ui(cx: &PanelCx<'_>, ui: &mut Ui, sheet: &Sheet, place: Rect, offset: f32) {
    let theme = cx.theme;
    let c = &theme.color;
    let row = theme.size.row;
    let margin = theme.frame(cx.is_compact).margin_x;
    let painter = ui.painter().with_clip_rect(place.intersect(ui.clip_rect()));
    for (i, line) in sheet.lines.iter().enumerate() {
        let top = place.top() + row * i as f32 - offset;
        if top + row < place.top() || top > place.bottom() {
            continue;
        }
        let at = Rect::from_min_max(pos2(place.left() + margin, top), pos2(place.right() - 8.0, top + row));
        match line {
            Line::Group(title) => text_at(&painter, theme, at, title, TextRole::SmallStrong, c.t1),
            Line::Parameter { title, .. } => text_at(&painter, theme, at, title, TextRole::Small, c.t2),
        };
        painter.hline(at.left()..=place.right(), (top + row).round() - 0.5, Stroke::new(1.0, c.line_subtle));
    }
}
