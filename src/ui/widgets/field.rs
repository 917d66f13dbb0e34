//! The text field: an icon, a hint, an accent edge while it is written in, and a line below for what is wrong.

use eframe::egui::{
    Align, Align2, Color32, Frame, Id, Label, Layout, Margin, Rect, Response, Stroke, StrokeKind, TextEdit, Ui,
    UiBuilder, pos2, vec2,
};

use crate::ui::icons::{self, Icon};
use crate::ui::theme::{TextRole, Theme};

/// Characters a field takes: names, numbers, search words.
const MAX_CHARS: usize = 200;
/// Characters of the longest path a system takes.
const MAX_PATH: usize = 4096;

/// What is wrong with what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem<'a> {
    /// It cannot be used.
    Error(&'a str),
    /// It can be used, and probably should not.
    Warning(&'a str),
}

/// A field of one line.
#[must_use = "show the field"]
pub struct Field<'a> {
    text: &'a mut String,
    name: &'a str,
    hint: &'a str,
    icon: Option<Icon>,
    problem: Option<Problem<'a>>,
    width: Option<f32>,
    is_tall: bool,
    is_code: bool,
    is_number: bool,
    is_plain: bool,
    is_cell: bool,
    is_muted: bool,
    has_line: bool,
    is_secret: bool,
    id: Option<Id>,
    max_chars: usize,
}

impl<'a> Field<'a> {
    /// A field for `text`, called `name` by screen readers and tests.
    pub const fn new(text: &'a mut String, name: &'a str) -> Self {
        Self {
            text,
            name,
            hint: "",
            icon: None,
            problem: None,
            width: None,
            is_tall: false,
            is_code: false,
            is_number: false,
            is_plain: false,
            is_cell: false,
            is_muted: false,
            has_line: true,
            is_secret: false,
            id: None,
            max_chars: MAX_CHARS,
        }
    }

    /// What stands in it while it is empty.
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// An icon at its left.
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// What is wrong; stands below the field.
    pub const fn problem(mut self, problem: Option<Problem<'a>>) -> Self {
        self.problem = problem;
        self
    }

    /// Its width in points; otherwise it fills its place.
    pub const fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// Makes it 32 points high, for the main filter of a page.
    pub const fn tall(mut self) -> Self {
        self.is_tall = true;
        self
    }

    /// Writes in the face of code.
    pub const fn code(mut self) -> Self {
        self.is_code = true;
        self
    }

    /// Puts the text at the right, for numbers.
    pub const fn number(mut self) -> Self {
        self.is_number = true;
        self
    }

    /// Draws neither ground nor edge, for where the field is the head of its panel.
    pub const fn plain(mut self) -> Self {
        self.is_plain = true;
        self
    }

    /// Draws it as a cell of a table: of a dense row's height, an edge only where it is written in or faulty.
    pub const fn cell(mut self) -> Self {
        self.is_cell = true;
        self.is_plain = true;
        self
    }

    /// Writes in grey, for a value that is inherited.
    pub const fn muted(mut self, is_muted: bool) -> Self {
        self.is_muted = is_muted;
        self
    }

    /// Shows a problem by its edge alone: its words stand elsewhere.
    pub const fn edge_alone(mut self) -> Self {
        self.has_line = false;
        self
    }

    /// Shows dots for what is typed, which may be as long as tokens are.
    pub const fn secret(mut self) -> Self {
        self.is_secret = true;
        self.max_chars = MAX_PATH;
        self
    }

    /// Fixes its id, so that a shortcut can give it the focus.
    pub const fn id(mut self, id: Id) -> Self {
        self.id = Some(id);
        self
    }

    /// Takes a path: in the face of code, and as long as paths can be.
    pub const fn path(mut self) -> Self {
        self.is_code = true;
        self.max_chars = MAX_PATH;
        self
    }

    /// Draws it; the answer is that of the text edit.
    pub fn show(mut self, ui: &mut Ui, theme: &Theme) -> Response {
        let problem = self.problem;
        // Its own name and not its place: a problem that appears below must not take the keyboard away.
        let id = self.id.unwrap_or_else(|| ui.scope_id().with(("field", self.name)));
        self.id = Some(id);
        let width = self.width.unwrap_or_else(|| ui.available_width());
        match problem.filter(|_| self.has_line) {
            None => self.show_edit(ui, theme),
            Some(problem) => {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 4.0;
                    let response = self.show_edit(ui, theme);
                    problem_line(ui, theme, problem, width);
                    response
                })
                .inner
            }
        }
    }

    fn show_edit(self, ui: &mut Ui, theme: &Theme) -> Response {
        let c = &theme.color;
        let height = match (self.is_tall, self.is_cell) {
            (true, _) => theme.size.control_tall,
            (false, true) => theme.size.row_dense,
            (false, false) => theme.size.control,
        };
        let width = self.width.unwrap_or_else(|| ui.available_width());
        let (rect, _) = ui.allocate_exact_size(vec2(width, height), eframe::egui::Sense::hover());
        let role = if self.is_code { TextRole::Code } else { TextRole::Body };
        let left = if self.icon.is_some() { 30.0 } else { 10.0 };
        let radius = f32::from(theme.radius.control);
        if !self.is_plain {
            ui.painter().rect_filled(rect, radius, c.bg_field);
        }
        let mut edit = TextEdit::singleline(self.text)
            .password(self.is_secret)
            .char_limit(self.max_chars)
            .font(theme.font(role))
            .text_color(if self.is_muted { c.t3 } else { c.t1 })
            .hint_text(theme.colored(role, self.hint, c.t3).line_height(None))
            .frame(Frame::NONE)
            .margin(Margin::ZERO)
            .align(Align2::LEFT_CENTER)
            .desired_width(f32::INFINITY);
        if self.is_number {
            edit = edit.align(Align2::RIGHT_CENTER);
        }
        if let Some(id) = self.id {
            edit = edit.id(id);
        }
        let inner = Rect::from_min_max(pos2(rect.left() + left, rect.top()), pos2(rect.right() - 10.0, rect.bottom()));
        // A child of its own: what is put there must not move what follows the field.
        let mut child = ui.new_child(UiBuilder::new().max_rect(inner));
        let response = child.put(inner, edit);
        if let Some(icon) = self.icon {
            icon.paint(ui.painter(), pos2(rect.left() + 16.0, rect.center().y), theme.size.icon, c.t3);
        }
        // A click on the padding or the icon means the field, too.
        let around = ui.interact(rect, response.id.with("around"), eframe::egui::Sense::hover());
        if around.hovered() && !response.has_focus() && ui.input(|i| i.pointer.primary_clicked()) {
            response.request_focus();
        }
        let (edge, thickness) = match (self.problem, response.has_focus()) {
            (Some(Problem::Error(_)), focused) => (c.critical, if focused { 2.0 } else { 1.0 }),
            (Some(Problem::Warning(_)), focused) => (c.warning, if focused { 2.0 } else { 1.0 }),
            (None, true) => (c.accent, 2.0),
            (None, false) => (c.line_field, 1.0),
        };
        let is_marked = self.is_cell && (response.has_focus() || self.problem.is_some());
        if !self.is_plain || is_marked {
            ui.painter().rect_stroke(rect, radius, Stroke::new(thickness, edge), StrokeKind::Inside);
        }
        response.accessible_name(self.name)
    }
}

/// The line below a field that says what is wrong: icon and words.
pub fn problem_line(ui: &mut Ui, theme: &Theme, problem: Problem<'_>, width: f32) {
    let (text, icon, icon_color, color): (_, _, Color32, Color32) = match problem {
        Problem::Error(text) => (text, icons::fill::X_CIRCLE, theme.color.critical, theme.color.critical),
        Problem::Warning(text) => (text, icons::fill::WARNING, theme.color.warning_icon, theme.color.warning),
    };
    // A short field may have a long fault: it is told beyond the field's edge, but not far.
    let width = width.max(220.0);
    ui.allocate_ui_with_layout(vec2(width, 16.0), Layout::left_to_right(Align::Min), |ui| {
        ui.set_max_width(width);
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.spacing_mut().interact_size.y = 16.0;
        ui.label(icon.text(14.0, icon_color));
        ui.add(Label::new(theme.colored(TextRole::Small, text, color)).wrap());
    });
}
