//! The dialog of the limits: how much is kept of what services report, and how much of that is taken now.

use eframe::egui::{Align, Layout, Ui};

use super::Done;
use crate::model::service::{Bounds, IntakeFigures, ServiceCommand};
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, modal, number};

/// What is typed.
#[derive(Debug, Clone)]
pub(super) struct BoundsForm {
    series: String,
    series_per_service: String,
    metrics: String,
    traces: String,
    logs: String,
}

impl BoundsForm {
    /// The form of what is set; bytes are typed in MiB.
    pub(super) fn of(bounds: &Bounds) -> Self {
        let mib = |bytes: u64| (bytes >> 20).to_string();
        Self {
            series: bounds.series.to_string(),
            series_per_service: bounds.series_per_service.to_string(),
            metrics: mib(bounds.metric_bytes),
            traces: mib(bounds.trace_bytes),
            logs: mib(bounds.log_bytes),
        }
    }

    fn read(&self) -> Result<Bounds, String> {
        let mib = |text: &str, what: &str, least: u32| {
            number(text, &format!("{what}, in MiB,"), (least, 1_024)).map(|mib| u64::from(mib) << 20)
        };
        let series = number(&self.series, "The number of all series", (100, 12_000))?;
        let series_per_service = number(&self.series_per_service, "The number of a service", (10, 10_000))?;
        let metric_bytes = mib(&self.metrics, "What metrics may take", 8)?;
        let trace_bytes = mib(&self.traces, "What traces may take", 1)?;
        let log_bytes = mib(&self.logs, "What logs may take", 1)?;
        Ok(Bounds { series_per_service, series, metric_bytes, trace_bytes, log_bytes })
    }
}

/// What is taken now, in words, such as `metrics 12 of 128 MiB, traces 40 of 64, logs 3 of 16`.
pub(in super::super) fn taken(bounds: &Bounds, intake: &IntakeFigures) -> String {
    // A part of a MiB is one: nothing is what takes nothing.
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    let of = |held: u64, most: u64| format!("{} of {}", mib(held), mib(most));
    format!(
        "{} of {} series; in memory metrics {}\u{2009}MiB, traces {}\u{2009}MiB, logs {}\u{2009}MiB",
        intake.n_series,
        bounds.series,
        of(intake.metric_bytes, bounds.metric_bytes),
        of(intake.trace_bytes, bounds.trace_bytes),
        of(intake.log_bytes, bounds.log_bytes),
    )
}

/// Draws the form.
pub(super) fn form_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut BoundsForm) -> Done {
    let theme = cx.theme;
    let read = form.read();
    let ((keeps, cancels), wants_close) = modal(ui.ctx(), theme, "bounds", "How much is kept", |ui| {
        let line = |ui: &mut Ui, text: &str| {
            ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
        };
        line(ui, "Series of all services, and of one");
        ui.horizontal(|ui| {
            Field::new(&mut form.series, "Series of all services").number().width(96.0).show(ui, theme);
            Field::new(&mut form.series_per_service, "Series of one service").number().width(96.0).show(ui, theme);
        });
        line(ui, "MiB of memory for metrics, for traces, for logs");
        ui.horizontal(|ui| {
            Field::new(&mut form.metrics, "MiB for metrics").number().width(96.0).show(ui, theme);
            Field::new(&mut form.traces, "MiB for traces").number().width(96.0).show(ui, theme);
            Field::new(&mut form.logs, "MiB for logs").number().width(96.0).show(ui, theme);
        });
        line(
            ui,
            "Where it is full, each service has its fair share: the slowest and the failed traces are kept longest",
        );
        let why_not = read.as_ref().err().map(String::as_str);
        if let Some(why) = why_not {
            ui.label(theme.colored(TextRole::Small, why, theme.color.critical));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keep = Button::primary("Save").tall().name("Save the limits").why_not(why_not);
            let keeps = keep.show(ui, theme).clicked();
            (keeps, Button::secondary("Cancel").tall().show(ui, theme).clicked())
        })
        .inner
    });
    match read {
        Ok(bounds) if keeps => Done::Keep(ServiceCommand::SetBounds(bounds)),
        _ if cancels || wants_close => Done::Closed,
        _ => Done::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_in_mib_and_what_cannot_be_is_named() {
        let usual = Bounds::default();
        assert_eq!(BoundsForm::of(&usual).read(), Ok(usual));
        let form = BoundsForm { traces: "256".into(), ..BoundsForm::of(&usual) };
        assert_eq!(form.read().map(|bounds| bounds.trace_bytes), Ok(256 << 20));
        for (form, part) in [
            (BoundsForm { series: "99".into(), ..BoundsForm::of(&usual) }, "from 100 to 12000"),
            (BoundsForm { metrics: "7".into(), ..BoundsForm::of(&usual) }, "metrics may take, in MiB, is a whole"),
            (BoundsForm { logs: "much".into(), ..BoundsForm::of(&usual) }, "from 1 to 1024"),
        ] {
            let why = form.read().expect_err(part);
            assert!(why.contains(part), "{why}");
            assert!(form.read().is_err());
        }
    }

    #[test]
    fn what_is_taken_is_told() {
        let intake = IntakeFigures {
            n_series: 840,
            metric_bytes: 12 << 20,
            trace_bytes: (40 << 20) + 1,
            ..IntakeFigures::default()
        };
        assert_eq!(
            taken(&Bounds::default(), &intake),
            "840 of 12000 series; in memory metrics 12 of 128\u{2009}MiB, traces 41 of 64\u{2009}MiB, \
             logs 0 of 16\u{2009}MiB"
        );
    }
}
