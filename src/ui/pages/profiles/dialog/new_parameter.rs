//! The form for a parameter of a person's own: its name, what values it takes, what it does.

use std::sync::Arc;

use eframe::egui::{Id, Ui};

use super::{Deed, end_ui, label};
use crate::model::Command;
use crate::model::profile::{ChoiceOption, ParamDef, ParamKey, ParamKind, ProfileCommand};
use crate::profile::{catalogue, value_text};
use crate::ui::PanelCx;
use crate::ui::pages::profiles::model::PageModel;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, choice, modal};

/// What values it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Count,
    Number,
    Duration,
    Size,
    Switch,
    Choice,
    Text,
    List,
    Secret,
}

const KINDS: [(Kind, &str); 9] = [
    (Kind::Count, "Whole number"),
    (Kind::Number, "Number"),
    (Kind::Duration, "Time"),
    (Kind::Size, "Size in bytes"),
    (Kind::Switch, "On or off"),
    (Kind::Choice, "One of a few words"),
    (Kind::Text, "Text"),
    (Kind::List, "Several words"),
    (Kind::Secret, "Secret"),
];

/// The form.
#[derive(Debug, Default)]
pub struct NewParameter {
    key: String,
    title: String,
    kind: Kind,
    min: String,
    max: String,
    unit: String,
    options: String,
    default: String,
    about: String,
    fault: Option<String>,
}

impl NewParameter {
    /// The parameter as it is filled in.
    fn def(&self, model: &PageModel) -> Result<ParamDef, String> {
        let key = self.key.trim();
        let (group, word) = key.split_once('.').unwrap_or((key, ""));
        if group.is_empty() || word.is_empty() {
            return Err("A name has a group and a word with a dot between, such as queue.depth".into());
        }
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
        if !key.chars().all(is_plain) {
            return Err("A name has small letters, digits and underscores".into());
        }
        let key = ParamKey::new(key);
        if model.catalogue().get(&key).is_some() {
            return Err(format!("There is a parameter {key} already"));
        }
        if self.title.trim().is_empty() {
            return Err("A title is needed: what people read".into());
        }
        let kind = self.kind()?;
        let default = match self.default.trim() {
            "" => None,
            text => Some(value_text::read(&kind, text).map_err(|why| format!("The default: {why}"))?),
        };
        let def = ParamDef {
            group: group.into(),
            key,
            title: self.title.trim().into(),
            kind,
            about: self.about.trim().into(),
            raising: "".into(),
            lowering: "".into(),
            source: "".into(),
            is_own: true,
            default,
        };
        let fault = def.default.as_ref().and_then(|value| catalogue::check_value(&def, value));
        fault.map_or(Ok(def), |problem| Err(format!("The default: {}", problem.text)))
    }

    fn kind(&self) -> Result<ParamKind, String> {
        let bound = |text: &str, otherwise: &str| {
            let text = text.trim();
            if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
        };
        let whole = |text: String| text.parse::<i64>().map_err(|_| format!("{text} is no whole number"));
        let number = |text: String| text.parse::<f64>().map_err(|_| format!("{text} is no number"));
        let unit: Arc<str> = self.unit.trim().into();
        let (min, max) = (&self.min, &self.max);
        Ok(match self.kind {
            Kind::Switch => ParamKind::Switch,
            Kind::Secret => ParamKind::Secret,
            Kind::Text => ParamKind::Text { max_chars: 400 },
            Kind::List => ParamKind::List { max_len: 50 },
            Kind::Count => {
                ordered(ParamKind::Count { min: whole(bound(min, "0"))?, max: whole(bound(max, "1000"))?, unit })?
            }
            Kind::Number => {
                ordered(ParamKind::Number { min: number(bound(min, "0"))?, max: number(bound(max, "1"))?, unit })?
            }
            Kind::Duration => ordered(ParamKind::Duration {
                min: value_text::read_duration(&bound(min, "0 s"))?,
                max: value_text::read_duration(&bound(max, "1 h"))?,
            })?,
            Kind::Size => ordered(ParamKind::Size {
                min: value_text::read_size(&bound(min, "0 B"))?,
                max: value_text::read_size(&bound(max, "1 GiB"))?,
            })?,
            Kind::Choice => {
                let words = self.options.split(',').map(str::trim).filter(|word| !word.is_empty());
                let options: Vec<ChoiceOption> =
                    words.map(|word| ChoiceOption { value: word.into(), title: word.into() }).collect();
                if options.len() < 2 {
                    return Err("At least two words are needed, with commas between".into());
                }
                ParamKind::Choice { options: options.into() }
            }
        })
    }
}

fn ordered(kind: ParamKind) -> Result<ParamKind, String> {
    let is_ordered = match &kind {
        ParamKind::Count { min, max, .. } => min < max,
        ParamKind::Number { min, max, .. } => min < max,
        ParamKind::Duration { min, max } => min < max,
        ParamKind::Size { min, max } => min < max,
        _ => true,
    };
    if is_ordered { Ok(kind) } else { Err("The least value is not below the greatest".into()) }
}

/// Draws the form.
pub fn new_parameter_ui(
    cx: &PanelCx<'_>,
    ui: &Ui,
    form: &mut NewParameter,
    model: &PageModel,
    is_new: bool,
) -> Option<Vec<Deed>> {
    let theme = cx.theme;
    let ((acts, cancels), wants_close) = modal(ui.ctx(), theme, "profiles-parameter", "New parameter", |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        label(cx, ui, "Name in files");
        let id = Id::unique("profiles-parameter-key");
        let key = Field::new(&mut form.key, "Name of the parameter").hint("queue.depth").code().id(id);
        let response = key.show(ui, theme);
        if is_new {
            response.request_focus();
        }
        label(cx, ui, "Title");
        Field::new(&mut form.title, "Title of the parameter").hint("Queue, greatest depth").show(ui, theme);
        label(cx, ui, "Values");
        let width = ui.available_width();
        choice(ui, theme, "Kind of values", width, &mut form.kind, &KINDS);
        if form.kind == Kind::Choice {
            Field::new(&mut form.options, "Words to choose from").hint("lru, lfu, fifo").show(ui, theme);
        }
        if matches!(form.kind, Kind::Count | Kind::Number | Kind::Duration | Kind::Size) {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                let third = (width - 16.0) / 3.0;
                Field::new(&mut form.min, "Least value").hint("least").width(third).show(ui, theme);
                Field::new(&mut form.max, "Greatest value").hint("greatest").width(third).show(ui, theme);
                if matches!(form.kind, Kind::Count | Kind::Number) {
                    Field::new(&mut form.unit, "Unit").hint("unit").width(third).show(ui, theme);
                }
            });
        }
        if form.kind != Kind::Secret {
            Field::new(&mut form.default, "Default").hint("default, or nothing").show(ui, theme);
        }
        label(cx, ui, "What it does");
        Field::new(&mut form.about, "What the parameter does").hint("In a sentence").show(ui, theme);
        if let Some(fault) = &form.fault {
            ui.label(theme.colored(TextRole::Small, fault, theme.color.critical));
        }
        end_ui(cx, ui, "Add parameter", None)
    });
    if acts {
        let text = form.def(model).and_then(|def| {
            let own = &cx.snapshot.tuning.own_catalogue;
            catalogue::put_own(own, &def).map_err(|problem| problem.text.to_string())
        });
        match text {
            Ok(text) => {
                cx.send(Command::Profile(ProfileCommand::SaveCatalogue(text.into())));
                return Some(Vec::new());
            }
            Err(fault) => form.fault = Some(fault),
        }
    }
    (cancels || wants_close).then(Vec::new)
}
