//! What a service needs: chosen among the others that are known.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{Align, Label, Layout, ScrollArea, Ui, vec2};

use super::fields::hint;
use super::form::Form;
use super::section;
use crate::model::run::Need;
use crate::model::service::Services;
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, menu_item, popup_menu, toggle_called};

/// Services that can be chosen: all that are known but itself and those that it needs already.
fn others(services: &Services, form: &Form) -> BTreeSet<Arc<str>> {
    let known = services.list.iter().map(|service| &service.name);
    let run = services.setup.runs.iter().map(|run| &run.service);
    let is_free =
        |name: &&Arc<str>| ***name != *form.service.trim() && form.needs.iter().all(|need| need.service != **name);
    known.chain(run).filter(is_free).cloned().collect()
}

/// Draws the part.
pub(super) fn needs_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut Form) {
    let theme = cx.theme;
    let others = others(&cx.snapshot.services, form);
    let mut added = None;
    let right = |ui: &mut Ui| {
        let why_not = others.is_empty().then_some("No other service is known");
        let add = Button::secondary("Add a need").icon(icons::PLUS).why_not(why_not).show(ui, theme);
        popup_menu(theme, &add, |ui| {
            ScrollArea::vertical().id_salt("needs").max_height(320.0).show(ui, |ui| {
                for name in &others {
                    if menu_item(ui, theme, name, None, false).clicked() {
                        added = Some(name.clone());
                    }
                }
            });
        });
    };
    let needs = &mut form.needs;
    section(cx, ui, "Needs", "started first, and stopped after it", right, |ui| {
        if needs.is_empty() {
            hint(cx, ui, "It needs no other service");
        }
        let mut doomed = None;
        for (i, need) in needs.iter_mut().enumerate() {
            ui.allocate_ui_with_layout(
                vec2(ui.available_width(), theme.size.control),
                Layout::right_to_left(Align::Center),
                |ui| {
                    if IconButton::new(icons::TRASH, &format!("Remove the need {}", need.service))
                        .show(ui, theme)
                        .clicked()
                    {
                        doomed = Some(i);
                    }
                    let name = format!("{} is optional", need.service);
                    toggle_called(ui, theme, &mut need.is_optional, &name, "optional", false)
                        .on_hover_text("Without it the service is degraded, and not down");
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(theme.text(TextRole::BodyStrong, &*need.service)).truncate());
                    });
                },
            );
        }
        if let Some(i) = doomed {
            needs.remove(i);
        }
    });
    if let Some(service) = added {
        form.needs.push(Need { service, is_optional: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::service::Service;

    #[test]
    fn itself_and_what_it_needs_already_are_not_offered() {
        let list = ["cache", "db", "shop"].map(|name| Arc::new(Service { name: name.into(), ..Service::default() }));
        let services = Services { list: list.into(), ..Services::default() };
        let needs = vec![Need { service: "db".into(), is_optional: false }];
        let form = Form { needs, ..Form::new("shop") };
        assert_eq!(others(&services, &form), BTreeSet::from(["cache".into()]));
    }
}
