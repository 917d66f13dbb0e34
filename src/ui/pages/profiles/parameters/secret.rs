//! A secret: never shown. It is made by the program, kept in a file of its own, and copied by a click.

use eframe::egui::{Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use crate::model::profile::ParamValue;
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::pages::profiles::deed::Deed;
use crate::ui::pages::profiles::dialog::Dialog;
use crate::ui::pages::profiles::model::{Layer, PageModel, Row};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, text_at};

const WIDTH: f32 = 124.0;
const DOTS: &str = "••••••••••••";

/// Draws the control.
pub fn secret_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &PageModel, row: &Row, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let c = &theme.color;
    let name = match &row.value {
        Some(ParamValue::Secret(name)) if !name.is_empty() => Some(name.clone()),
        _ => None,
    };
    let is_own = row.layer == Layer::Own;
    let is_made = name.as_ref().is_some_and(|name| cx.snapshot.tuning.secrets.contains(name));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, theme.size.control), Sense::hover());
        let stroke = Stroke::new(1.0, c.line_field);
        ui.painter().rect(rect, f32::from(theme.radius.control), c.bg_field, stroke, StrokeKind::Inside);
        let inner = Rect::from_min_max(rect.min + vec2(10.0, 0.0), rect.max - vec2(10.0, 0.0));
        let (text, color) = match (is_made, is_own) {
            (true, true) => (DOTS, c.t1),
            (true, false) => (DOTS, c.t3),
            (false, _) if name.is_some() => ("not made yet", c.warning),
            (false, _) => ("not made yet", c.t3),
        };
        text_at(ui.painter(), theme, inner, text, TextRole::Small, color);
        let told = match &name {
            Some(name) if is_made => format!("the secret {name} is kept"),
            Some(name) => format!("the secret {name} is not made yet"),
            None => "no secret yet".to_owned(),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {told}", row.name)));
        if let Some(name) = name.as_ref().filter(|_| !is_made) {
            response
                .on_hover_text(format!("secrets/{name} of the settings folder is not there: Make puts a new one in"));
        } else if let Some(name) = &name {
            response.on_hover_text(format!("Kept in secrets/{name} of the settings folder, for this user alone"));
            let copy = format!("Copy {}", row.name);
            if IconButton::new(icons::COPY, &copy).show(ui, theme).clicked() {
                deeds.push(Deed::CopySecret(name.clone()));
            }
        }
        let make = format!("Make {}", row.name);
        let words = if is_made && is_own { "Make new…" } else { "Make" };
        if Button::quiet(words).name(&make).show(ui, theme).clicked() {
            let file = secret_name(model, row);
            // One that is in use is not replaced by a slip of the hand.
            match &name {
                Some(name) if is_own && is_made => deeds.push(Deed::Ask(Dialog::new_secret(row, name.clone()))),
                Some(name) if is_own => deeds.push(Deed::MakeSecret(row.key.clone(), name.clone())),
                _ => deeds.push(Deed::MakeSecret(row.key.clone(), file.into())),
            }
        }
    });
}

/// The file a secret of this profile is kept in: environments do not share one.
fn secret_name(model: &PageModel, row: &Row) -> String {
    let word = row.key.as_str().rsplit('.').next().unwrap_or(row.key.as_str());
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect()
    };
    format!("{}-{}", plain(model.name()), plain(word))
}
