//! The choice of a parameter out of all of them, with a search.

use eframe::egui::{Id, Popup, PopupCloseBehavior, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::model::profile::{Catalogue, ParamKey};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, focus_ring, menu_item, popup_frame, text_at};

const WIDTH: f32 = 320.0;
const HEIGHT: f32 = 280.0;

/// Draws the choice for the key `of`; true when another was chosen.
pub fn picker_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    of: &str,
    param: &mut Option<ParamKey>,
    catalogue: &Catalogue,
    width: f32,
) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let def = param.as_ref().and_then(|param| catalogue.get(param));
    let text = match (def, &*param) {
        (Some(def), _) => def.title.to_string(),
        (None, Some(key)) => key.to_string(),
        (None, None) => "Choose a parameter".into(),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(width.max(80.0), theme.size.control), Sense::click());
    let edge = if response.hovered() { c.line_strong } else { c.line_field };
    let radius = f32::from(theme.radius.control);
    ui.painter().rect(rect, radius, c.bg_field, Stroke::new(1.0, edge), StrokeKind::Inside);
    let mut inner = rect;
    inner.min.x += 10.0;
    inner.max.x -= 26.0;
    let color = if def.is_some() { c.t1 } else { c.warning };
    text_at(ui.painter(), theme, inner, &text, TextRole::Small, color);
    icons::CARET_DOWN.paint(ui.painter(), pos2(rect.right() - 14.0, rect.center().y), 12.0, c.t3);
    focus_ring(ui, theme, &response, theme.radius.control);
    let name = format!("Parameter of {of}: {text}");
    response.widget_info(|| WidgetInfo::labeled(eframe::egui::Role::ComboBox, true, &name));
    let search_id = response.id.with("search");
    let mut chosen = None;
    Popup::from_toggle_button_response(&response)
        .frame(popup_frame(theme).inner_margin(8))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(4.0)
        .show(|ui| {
            ui.set_width(WIDTH);
            ui.spacing_mut().item_spacing.y = 4.0;
            chosen = list_ui(cx, ui, search_id, param.as_ref(), catalogue);
            if chosen.is_some() {
                ui.close();
            }
        });
    let is_changed = chosen.is_some();
    if let Some(key) = chosen {
        *param = Some(key);
        ui.data_mut(|d| d.remove_temp::<String>(search_id));
    }
    is_changed
}

fn list_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    search_id: Id,
    param: Option<&ParamKey>,
    catalogue: &Catalogue,
) -> Option<ParamKey> {
    let theme = cx.theme;
    let mut search = ui.data(|d| d.get_temp::<String>(search_id)).unwrap_or_default();
    let field = Field::new(&mut search, "Find a parameter").hint("Find a parameter…").icon(icons::MAGNIFYING_GLASS);
    let response = field.id(search_id.with("field")).show(ui, theme);
    if response.changed() {
        ui.data_mut(|d| d.insert_temp(search_id, search.clone()));
    }
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let found: Vec<_> = catalogue
        .parameters
        .iter()
        .filter(|def| {
            let text = format!("{} {}", def.title, def.key).to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        })
        .collect();
    let mut chosen = None;
    ui.spacing_mut().item_spacing.y = 0.0;
    let row = theme.size.control;
    ScrollArea::vertical().max_height(HEIGHT).auto_shrink([false, true]).show_rows(ui, row, found.len(), |ui, seen| {
        for def in &found[seen] {
            let text = format!("{}  ({})", def.title, def.key);
            if menu_item(ui, theme, &text, None, param == Some(&def.key)).clicked() {
                chosen = Some(def.key.clone());
            }
        }
    });
    if found.is_empty() {
        ui.label(theme.colored(TextRole::Small, "No parameter is called that", theme.color.t3));
    }
    chosen
}
