//! Two profiles: every parameter in which they differ, with both values and where each comes from.

use eframe::egui::{Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::model::profile::{Problem, ProfileName};
use crate::profile::compare::{Cell, diff};
use crate::profile::resolve::{Origin, effective};
use crate::ui::PanelCx;
use crate::ui::pages::profiles::deed::Deed;
use crate::ui::pages::profiles::model::PageModel;
use crate::ui::pages::profiles::words::{counted, value_words};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Tone, banner, empty_state, link, text_at};

/// Two profiles in words, made once for each change.
#[derive(Debug)]
pub struct Pair {
    version: u64,
    names: (ProfileName, ProfileName),
    rows: Vec<DiffLine>,
    problem: Option<Problem>,
}

#[derive(Debug)]
struct DiffLine {
    name: String,
    left: (String, String),
    right: (String, String),
}

impl Pair {
    /// Whether it is still right.
    pub fn is_of(&self, model: &PageModel, names: &(ProfileName, ProfileName)) -> bool {
        self.version == model.version && self.names == *names
    }

    /// In what these differ, with their drafts.
    pub fn new(model: &PageModel, names: (ProfileName, ProfileName)) -> Self {
        let of = |name: &ProfileName| effective(model.catalogue(), &model.profiles, model.local.as_deref(), name);
        let (rows, problem) = match (of(&names.0), of(&names.1)) {
            (Ok(left), Ok(right)) => (diff(&left, &right), None),
            (Err(problem), _) | (_, Err(problem)) => (Vec::new(), Some(problem)),
        };
        let rows = rows
            .into_iter()
            .map(|row| {
                let name = model.rows.iter().find(|r| r.key == row.key).map_or(row.key.to_string(), |r| r.name.clone());
                DiffLine { name, left: cell_words(&row.left), right: cell_words(&row.right) }
            })
            .collect();
        Self { version: model.version, names, rows, problem }
    }
}

/// A value and where it comes from.
fn cell_words(cell: &Cell) -> (String, String) {
    let from = match &cell.origin {
        Origin::Default => "default".to_owned(),
        Origin::Profile(name) => name.to_string(),
        Origin::Local => "this machine".to_owned(),
    };
    (value_words(cell.value.as_ref()), from)
}

/// Draws the list into `ui`, whose whole place it takes.
pub fn two_ui(cx: &PanelCx<'_>, ui: &mut Ui, pair: &Pair, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let margin = theme.frame(cx.is_compact).margin_x;
    let place = ui.max_rect();
    if let Some(problem) = &pair.problem {
        banner(ui, theme, Tone::Critical, &problem.text, None);
        return;
    }
    if pair.rows.is_empty() {
        let text = "Every value is the same in both, wherever it comes from.";
        empty_state(ui, theme, "No difference", text, None);
        return;
    }
    let (head, row) = (theme.size.table_head, theme.size.row);
    let columns = Columns::new(place, margin);
    let line = Rect::from_min_size(place.min, vec2(place.width(), head));
    ui.painter().rect_filled(line, 0.0, c.bg_rail);
    ui.painter().hline(line.x_range(), line.bottom() - 0.5, Stroke::new(1.0, c.line));
    let differ = format!("{} differ", counted(pair.rows.len(), "value").replace(" differ", ""));
    let differ = if pair.rows.len() == 1 { "1 value differs".to_owned() } else { differ };
    text_at(ui.painter(), theme, columns.name(line), &differ, TextRole::SmallStrong, c.t2);
    for (at, name) in [(columns.left(line), &pair.names.0), (columns.right(line), &pair.names.1)] {
        let mut child = ui.new_child(eframe::egui::UiBuilder::new().max_rect(at));
        child.set_clip_rect(at.intersect(ui.clip_rect()));
        let response = link(&mut child, theme, name);
        if response.clicked() {
            deeds.push(Deed::Choose(name.clone()));
        }
    }
    let body = Rect::from_min_max(pos2(place.left(), line.bottom()), place.max);
    ui.scope_builder(eframe::egui::UiBuilder::new().max_rect(body), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical().id_salt("two profiles").auto_shrink(false).show_rows(
            ui,
            row,
            pair.rows.len(),
            |ui, seen| {
                for line in &pair.rows[seen] {
                    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), row), Sense::hover());
                    text_at(ui.painter(), theme, columns.name(rect), &line.name, TextRole::Small, c.t2);
                    for (at, (value, from)) in [(columns.left(rect), &line.left), (columns.right(rect), &line.right)] {
                        let width = text_at(ui.painter(), theme, at, value, TextRole::Small, c.t1);
                        let after = at.with_min_x((at.left() + width + 8.0).min(at.right()));
                        text_at(ui.painter(), theme, after, from, TextRole::Micro, c.t3);
                    }
                    ui.painter().hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, c.line_subtle));
                    let told = format!("{}: {} and {}", line.name, line.left.0, line.right.0);
                    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
                }
            },
        );
    });
}

/// Where the columns stand.
struct Columns {
    left: f32,
    first: f32,
    second: f32,
    right: f32,
}

impl Columns {
    fn new(place: Rect, margin: f32) -> Self {
        let width = place.width() - 2.0 * margin;
        let left = place.left() + margin;
        Self { left, first: left + width * 0.42, second: left + width * 0.71, right: left + width }
    }

    fn part(rect: Rect, from: f32, until: f32) -> Rect {
        Rect::from_min_max(pos2(from, rect.top()), pos2(until, rect.bottom()))
    }

    fn name(&self, rect: Rect) -> Rect {
        Self::part(rect, self.left, self.first - 12.0)
    }

    fn left(&self, rect: Rect) -> Rect {
        Self::part(rect, self.first, self.second - 12.0)
    }

    fn right(&self, rect: Rect) -> Rect {
        Self::part(rect, self.second, self.right)
    }
}
