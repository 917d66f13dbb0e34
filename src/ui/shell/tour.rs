//! The tour: a strip below the page that leads through watch, notice, tune and prove. It takes room of its own, so nothing
//! of a page is ever behind it, and the page goes on as without it.

use eframe::egui::{
    Align, Label, Layout, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::model::{Command, Settings, SettingsCommand};
use crate::ui::cx::{Intent, Page, PanelCx};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, link_arrow};

/// Room the strip takes, with the margin below it.
const HEIGHT: f32 = 92.0;
/// The same in a narrow window, where the text needs a line more.
const HEIGHT_COMPACT: f32 = 116.0;
/// Where the demo's shop answers unless it was told otherwise.
const SHOP: &str = "127.0.0.1:5080";

/// One step.
struct Step {
    page: Page,
    /// The part of the loop it belongs to.
    part: &'static str,
    title: &'static str,
    text: &'static str,
    /// A command to try, behind the shop's address.
    command: Option<(&'static str, &'static str)>,
}

const fn step(page: Page, part: &'static str, title: &'static str, text: &'static str) -> Step {
    Step { page, part, title, text, command: None }
}

/// The whole tour.
const STEPS: [Step; 6] = [
    step(
        Page::Services,
        "Watch",
        "A shop reports what it does",
        "Routes, errors, database and pool, cache, queue and traces, and those of the payments it calls. Queries, locks and \
         waits are real: nothing is made up.",
    ),
    step(
        Page::Charts,
        "Watch",
        "All of it stands on one time axis",
        "What services report stands beside the machine's own curves. Point anywhere: every chart shows its values at that \
         moment. Click a spike to see who made it.",
    ),
    Step {
        page: Page::Alerts,
        part: "Notice",
        title: "Make some trouble, and see who notices",
        text: "Rules watch services, too. The command makes the shop slow and lets every tenth request fail for some \
               minutes: rules wait for their time, fire, and end by themselves.",
        command: Some(("curl -X POST 'http://", "/chaos?slow=800ms&fail=0.1&for=8m'")),
    },
    step(
        Page::Suggestions,
        "Tune",
        "What to change, and why",
        "Suggestions come from what was measured, each with its evidence and with what speaks against it. They need a while \
         of load before they say something.",
    ),
    step(
        Page::Profiles,
        "Tune",
        "Give the shop other limits",
        "Choose high-load, look at the plan and apply it: the shop is started anew with a larger pool, a longer cache and \
         fuller batches. What is not kept, or does not become ready, goes back by itself.",
    ),
    step(
        Page::Compare,
        "Prove",
        "See what it gained",
        "Choose a time before the change and one after it. Each difference comes with how sure it is: what may be chance is \
         called so. The tour is over; it can be taken again from Help.",
    ),
];

/// Where the tour is.
#[derive(Debug, Default)]
pub struct Tour {
    at: Option<usize>,
    /// Whether the first page of the tour is opened at the next frame.
    is_new: bool,
    shop: Option<String>,
}

impl Tour {
    /// The tour of the demo, whose shop answers at this address: it begins by itself until it was put away.
    pub fn of_demo(shop: &str, settings: &Settings) -> Self {
        let begins = !settings.tour_dismissed;
        Self { at: begins.then_some(0), is_new: begins, shop: Some(shop.to_owned()) }
    }

    /// Begins anew; gives the page to open.
    pub fn begin(&mut self) -> Page {
        self.at = Some(0);
        self.is_new = false;
        STEPS[0].page
    }

    fn command(&self, step: &Step) -> Option<String> {
        let (before, behind) = step.command?;
        Some(format!("{before}{}{behind}", self.shop.as_deref().unwrap_or(SHOP)))
    }
}

/// Draws the strip, where the tour is on, and answers with the place that is left for the page.
pub fn tour_ui(cx: &PanelCx<'_>, ui: &mut Ui, tour: &mut Tour, open: Page, page: Rect) -> Rect {
    let Some(at) = tour.at else { return page };
    let step = &STEPS[at.min(STEPS.len() - 1)];
    if std::mem::take(&mut tour.is_new) && open != step.page {
        cx.ask(Intent::Open(step.page));
    }
    let theme = cx.theme;
    let margin = theme.frame(cx.is_compact).margin_x;
    let height = if cx.is_compact { HEIGHT_COMPACT } else { HEIGHT };
    let (rest, strip) = page.split_top_bottom_at_y(page.bottom() - height);
    let place = Rect::from_min_max(
        pos2(strip.left() + margin, strip.top()),
        pos2(strip.right() - margin, strip.bottom() - 12.0),
    );
    let painter = ui.painter();
    let radius = f32::from(theme.radius.panel);
    painter.rect_filled(place, radius, theme.color.bg_panel);
    painter.rect_stroke(place, radius, Stroke::new(1.0, theme.color.line), StrokeKind::Inside);
    let bar = Rect::from_min_max(place.min + vec2(0.0, radius), pos2(place.left() + 2.0, place.bottom() - radius));
    painter.rect_filled(bar, 0.0, theme.color.accent);
    let whole = ui.interact(place, ui.scope_id().with("tour"), Sense::hover());
    let told = format!("Tour, {} of {}: {}. {}", at + 1, STEPS.len(), step.title, step.text);
    whole.widget_info(|| WidgetInfo::labeled(Role::Status, true, &told));

    let inner = place.shrink2(vec2(16.0, 10.0));
    let mut row =
        ui.new_child(UiBuilder::new().id_salt("tour").max_rect(inner).layout(Layout::right_to_left(Align::Center)));
    row.spacing_mut().item_spacing.x = 8.0;
    if IconButton::new(icons::X, "End the tour").show(&mut row, theme).clicked() {
        end(cx, tour);
    }
    let is_last = at + 1 == STEPS.len();
    if Button::secondary(if is_last { "Done" } else { "Next" })
        .name("Next step of the tour")
        .show(&mut row, theme)
        .clicked()
    {
        if is_last {
            end(cx, tour);
        } else {
            go(cx, tour, at + 1);
        }
    }
    if at > 0 && Button::quiet("Back").name("Step of the tour before").show(&mut row, theme).clicked() {
        go(cx, tour, at - 1);
    }
    if let Some(command) = tour.command(step)
        && Button::secondary("Copy the command").icon(icons::COPY).show(&mut row, theme).clicked()
    {
        cx.ask(Intent::Copy(command));
    }
    row.add_space(8.0);
    row.with_layout(Layout::top_down(Align::Min), |ui| words_ui(cx, ui, at, step, open));
    rest
}

fn words_ui(cx: &PanelCx<'_>, ui: &mut Ui, at: usize, step: &Step, open: Page) {
    let theme = cx.theme;
    ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
    ui.horizontal(|ui| {
        let place = format!("{} · {} of {}", step.part, at + 1, STEPS.len());
        ui.label(theme.colored(TextRole::MicroStrong, place, theme.color.accent));
        ui.add(Label::new(theme.text(TextRole::Title, step.title)).truncate());
        // Whoever looked elsewhere meanwhile finds back.
        if open != step.page && link_arrow(ui, theme, &format!("Open {}", step.page.title())).clicked() {
            cx.ask(Intent::Open(step.page));
        }
    });
    ui.add(Label::new(theme.colored(TextRole::Body, step.text, theme.color.t2)).wrap());
}

fn go(cx: &PanelCx<'_>, tour: &mut Tour, at: usize) {
    tour.at = Some(at);
    if let Some(step) = STEPS.get(at) {
        cx.ask(Intent::Open(step.page));
    }
}

fn end(cx: &PanelCx<'_>, tour: &mut Tour) {
    tour.at = None;
    if !cx.snapshot.settings.tour_dismissed {
        let wanted = Settings { tour_dismissed: true, ..(*cx.snapshot.settings).clone() };
        cx.send(Command::Settings(SettingsCommand::Replace(wanted)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_on_the_demo_until_it_was_put_away_and_whenever_it_is_asked_for() {
        let fresh = Tour::of_demo("127.0.0.1:5081", &Settings::default());
        assert_eq!((fresh.at, fresh.is_new), (Some(0), true));
        let dismissed = Settings { tour_dismissed: true, ..Settings::default() };
        let mut quiet = Tour::of_demo("127.0.0.1:5081", &dismissed);
        assert_eq!(quiet.at, None);
        assert_eq!((quiet.begin(), quiet.at), (Page::Services, Some(0)));
        assert_eq!(Tour::default().at, None);
        let command = STEPS.iter().find_map(|step| fresh.command(step)).expect("one step has a command");
        assert_eq!(command, "curl -X POST 'http://127.0.0.1:5081/chaos?slow=800ms&fail=0.1&for=8m'");
    }
}
