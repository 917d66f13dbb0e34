//! The rail at the left: the pages, and nothing that does not work yet; beside Alerts how many fire, beside Suggestions how
//! many are open.

use eframe::egui::{Color32, CursorIcon, Rect, RectAlign, Role, Sense, Tooltip, Ui, WidgetInfo, pos2, vec2};

use super::mark::paint_mark;
use crate::ui::actions::{ACTIONS, Deed, page_icon};
use crate::ui::cx::{Intent, Page, PanelCx};
use crate::ui::theme::TextRole;
use crate::ui::widgets::focus_ring;

/// The groups of the rail, top down.
const GROUPS: &[(&str, &[Page])] = &[
    ("Watch", &[Page::Overview, Page::Charts, Page::Processes, Page::Services, Page::Machines]),
    ("Tune", &[Page::Profiles, Page::Suggestions]),
    ("Prove", &[Page::Compare, Page::Reports]),
];

/// Draws the rail into `ui`, whose whole place it takes.
pub fn rail_ui(cx: &PanelCx<'_>, ui: &mut Ui, page: Page) {
    let theme = cx.theme;
    let rect = ui.max_rect();
    let painter = ui.painter().clone();
    let top = rect.top() + theme.size.top_bar / 2.0;
    if cx.is_compact {
        paint_mark(&painter, theme, pos2(rect.center().x, top), 20.0);
    } else {
        paint_mark(&painter, theme, pos2(rect.left() + 26.0, top), 20.0);
        let font = theme.font(TextRole::Title);
        let at = pos2(rect.left() + 46.0, top);
        painter.text(at, eframe::egui::Align2::LEFT_CENTER, "Perfdesk", font, theme.color.t1);
    }
    let mut y = rect.top() + theme.size.top_bar;
    for (group, entries) in GROUPS {
        if cx.is_compact {
            let is_first = y == rect.top() + theme.size.top_bar;
            if !is_first {
                let line = eframe::egui::Stroke::new(1.0, theme.color.line);
                painter.hline(rect.left() + 12.0..=rect.right() - 12.0, (y + 5.0).round() + 0.5, line);
                y += 12.0;
            }
        } else {
            let font = theme.font(TextRole::MicroStrong);
            let at = pos2(rect.left() + 16.0, y + 16.0);
            painter.text(at, eframe::egui::Align2::LEFT_CENTER, group, font, theme.color.t3);
            y += 30.0;
        }
        for entry in *entries {
            entry_ui(cx, ui, *entry, *entry == page, y);
            if *entry == Page::Suggestions {
                open_ui(cx, ui, y);
            }
            y += theme.size.rail_entry + 2.0;
        }
        y += if cx.is_compact { 0.0 } else { 6.0 };
    }
    let line = eframe::egui::Stroke::new(1.0, theme.color.line);
    painter.hline(rect.left() + 16.0..=rect.right() - 16.0, (y + 6.0).round() + 0.5, line);
    let at = y + 14.0;
    entry_ui(cx, ui, Page::Alerts, page == Page::Alerts, at);
    firing_ui(cx, ui, at);
    let mut y = rect.bottom() - 8.0;
    for entry in [Page::Help, Page::Health, Page::Settings] {
        y -= theme.size.rail_entry + 2.0;
        entry_ui(cx, ui, entry, entry == page, y);
    }
}

/// How many suggestions are open.
fn open_ui(cx: &PanelCx<'_>, ui: &mut Ui, y: f32) {
    let n = cx.snapshot.advice.n_open;
    if n > 0 {
        let told = format!("{n} {}", if n == 1 { "open suggestion" } else { "open suggestions" });
        let c = &cx.theme.color;
        let dot = if cx.is_compact { c.t2 } else { c.line };
        count_ui(cx, ui, y, n, &told, (dot, c.t1));
    }
}

/// How many alerts fire.
fn firing_ui(cx: &PanelCx<'_>, ui: &mut Ui, y: f32) {
    let n = cx.snapshot.alerts.n_firing;
    if n > 0 {
        let told = format!("{n} {}", if n == 1 { "alert fires" } else { "alerts fire" });
        let c = &cx.theme.color;
        count_ui(cx, ui, y, n, &told, (c.critical, c.bg_page));
    }
}

/// A count beside an entry: a badge at the right, in a narrow window a dot. `told` is what a screen reader says.
fn count_ui(cx: &PanelCx<'_>, ui: &mut Ui, y: f32, n: usize, told: &str, (ground, color): (Color32, Color32)) {
    let theme = cx.theme;
    let whole = ui.max_rect();
    let center = y + theme.size.rail_entry / 2.0;
    if cx.is_compact {
        let at = Rect::from_center_size(pos2(whole.center().x + 9.0, center - 8.0), vec2(8.0, 8.0));
        ui.painter().circle_filled(at.center(), 4.0, ground);
        let response = ui.interact(at, ui.scope_id().with(("count", told)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, told));
        return;
    }
    let text = if n > 99 { "99+".to_owned() } else { n.to_string() };
    let galley = ui.painter().layout_no_wrap(text, theme.font(TextRole::MicroSemi), color);
    let size = vec2((galley.size().x + 10.0).max(theme.size.badge), theme.size.badge);
    let at = Rect::from_min_size(pos2(whole.right() - 16.0 - size.x, center - size.y / 2.0), size);
    ui.painter().rect_filled(at, size.y / 2.0, ground);
    ui.painter().galley(at.center() - galley.size() / 2.0, galley, color);
    let response = ui.interact(at, ui.scope_id().with(("count", told)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, told));
}

fn entry_ui(cx: &PanelCx<'_>, ui: &mut Ui, page: Page, is_current: bool, y: f32) {
    let theme = cx.theme;
    let c = &theme.color;
    let whole = ui.max_rect();
    let at = pos2(whole.left() + 8.0, y);
    let rect = Rect::from_min_size(at, vec2(whole.width() - 16.0, theme.size.rail_entry));
    let response = ui.interact(rect, ui.scope_id().with(page), Sense::click());
    let ground = match (is_current, response.hovered()) {
        (true, _) => c.bg_nav,
        (false, true) => c.bg_hover,
        (false, false) => Color32::TRANSPARENT,
    };
    let painter = ui.painter();
    painter.rect_filled(rect, f32::from(theme.radius.control), ground);
    if is_current {
        let bar = Rect::from_min_size(pos2(whole.left(), rect.top() + 6.0), vec2(2.0, rect.height() - 12.0));
        painter.rect_filled(bar, 0.0, c.accent);
    }
    let icon_x = if cx.is_compact { rect.center().x } else { rect.left() + 18.0 };
    let icon_color = if is_current { c.accent } else { c.t2 };
    page_icon(page).paint(painter, pos2(icon_x, rect.center().y), theme.size.icon, icon_color);
    if !cx.is_compact {
        let (role, color) = if is_current { (TextRole::BodyStrong, c.t1) } else { (TextRole::Body, c.t2) };
        let at = pos2(rect.left() + 36.0, rect.center().y);
        painter.text(at, eframe::egui::Align2::LEFT_CENTER, page.title(), theme.font(role), color);
    }
    focus_ring(ui, theme, &response, theme.radius.control);
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_current, page.title()));
    if response.clicked() {
        cx.ask(Intent::Open(page));
    }
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if cx.is_compact {
        let mut tooltip = Tooltip::for_enabled(&response);
        tooltip.popup = tooltip.popup.align(RectAlign::RIGHT);
        tooltip.show(|ui| {
            let keys = ACTIONS.iter().find(|a| a.deed == Deed::Open(page)).and_then(|a| a.keys(ui.ctx()));
            let text = keys.map_or(page.title().to_owned(), |keys| format!("{}   {keys}", page.title()));
            ui.label(theme.text(TextRole::Small, text));
        });
    }
}
