//! egui's own style out of the theme, for the parts of egui that are used as they are.

use eframe::egui::style::{ScrollStyle, WidgetVisuals};
use eframe::egui::{
    self, Color32, Context, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, Visuals, vec2,
};

use super::{TextRole, Theme, ThemeSet};
use crate::model::{Settings, ThemeChoice};

/// Puts the look in force: light or dark, contrast, motion. Does nothing for the zoom, which egui keeps.
pub fn apply(ctx: &Context, themes: &ThemeSet, settings: &Settings) {
    ctx.set_theme(match settings.theme {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
        ThemeChoice::Light => egui::ThemePreference::Light,
    });
    for (theme, is_dark) in [(egui::Theme::Dark, true), (egui::Theme::Light, false)] {
        let tokens = themes.pick(is_dark, settings.more_contrast);
        ctx.style_mut_of(theme, |style| restyle(style, tokens, settings.reduce_motion));
    }
}

fn restyle(style: &mut egui::Style, theme: &Theme, reduce_motion: bool) {
    let c = &theme.color;
    style.visuals = visuals(theme);
    style.animation_time = if reduce_motion { 0.0 } else { theme.fade_seconds };
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style.text_styles = [
        (TextStyle::Heading, theme.font(TextRole::Title)),
        (TextStyle::Body, theme.font(TextRole::Body)),
        (TextStyle::Button, theme.font(TextRole::SmallStrong)),
        (TextStyle::Small, theme.font(TextRole::Micro)),
        (TextStyle::Monospace, FontId::new(theme.font(TextRole::Code).size, FontFamily::Monospace)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 8.0);
    spacing.button_padding = vec2(12.0, 5.0);
    spacing.interact_size = vec2(theme.size.control, theme.size.control);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(4);
    spacing.tooltip_width = 320.0;
    spacing.icon_width = 14.0;
    spacing.scroll = ScrollStyle {
        bar_width: 8.0,
        floating: true,
        floating_width: 4.0,
        floating_allocated_width: 0.0,
        bar_inner_margin: 2.0,
        bar_outer_margin: 2.0,
        foreground_color: false,
        fade: egui::style::ScrollFadeStyle { strength: 0.0, ..Default::default() },
        ..ScrollStyle::floating()
    };
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style.visuals.override_text_color = None;
    style.visuals.widgets.noninteractive.fg_stroke = Stroke::new(1.0, c.t1);
}

fn visuals(theme: &Theme) -> Visuals {
    let c = &theme.color;
    let mut v = if theme.is_dark { Visuals::dark() } else { Visuals::light() };
    let radius = CornerRadius::same(theme.radius.control);
    let widget = |ground: Color32, edge: Color32, text: Color32| WidgetVisuals {
        bg_fill: ground,
        weak_bg_fill: ground,
        bg_stroke: Stroke::new(1.0, edge),
        corner_radius: radius,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    v.widgets.noninteractive = widget(c.bg_panel, c.line, c.t1);
    v.widgets.inactive = widget(c.bg_control, c.line, c.t1);
    v.widgets.hovered = widget(c.bg_control_hover, c.line, c.t1);
    v.widgets.active = widget(c.bg_control_hover, c.line_strong, c.t1);
    v.widgets.open = widget(c.bg_control, c.line_strong, c.t1);
    v.selection.bg_fill = c.accent_dim;
    v.selection.stroke = Stroke::new(1.0, c.t1);
    v.hyperlink_color = c.accent;
    v.faint_bg_color = c.bg_hover;
    v.extreme_bg_color = c.bg_field;
    v.text_edit_bg_color = Some(c.bg_field);
    v.code_bg_color = c.bg_field;
    v.warn_fg_color = c.warning;
    v.error_fg_color = c.critical;
    v.weak_text_color = Some(c.t3);
    v.window_fill = c.bg_raised;
    v.window_stroke = Stroke::new(1.0, c.line_strong);
    v.window_corner_radius = CornerRadius::same(theme.radius.modal);
    v.menu_corner_radius = CornerRadius::same(theme.radius.panel);
    v.panel_fill = c.bg_page;
    v.window_shadow = Shadow::NONE;
    v.popup_shadow = Shadow::NONE;
    v.text_cursor.stroke = Stroke::new(1.0, c.accent);
    v.text_cursor.blink = false;
    v.indent_has_left_vline = false;
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_has_no_shadow_and_no_motion_where_none_is_wanted() {
        let ctx = Context::default();
        let themes = ThemeSet::embedded().expect("embedded theme");
        let settings = Settings { theme: ThemeChoice::Light, reduce_motion: true, ..Settings::default() };
        apply(&ctx, &themes, &settings);
        let style = ctx.style_of(egui::Theme::Light);
        assert_eq!(style.visuals.popup_shadow, Shadow::NONE);
        assert_eq!(style.visuals.panel_fill, themes.light().color.bg_page);
        assert!(style.animation_time.abs() < f32::EPSILON);
    }
}
