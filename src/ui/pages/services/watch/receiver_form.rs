//! The dialog of the listeners: the addresses that services report to.

use eframe::egui::{Align, Layout, Ui};

use super::Done;
use crate::model::service::{Receivers, ServiceCommand};
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, modal};

/// What is typed.
#[derive(Debug, Clone)]
pub(super) struct ReceiverForm {
    is_on: bool,
    http: String,
    grpc: String,
}

impl ReceiverForm {
    /// The form of what is set.
    pub(super) fn of(receivers: &Receivers) -> Self {
        Self { is_on: receivers.is_on, http: receivers.http.to_string(), grpc: receivers.grpc.to_string() }
    }

    /// What is typed, as the engine would keep it.
    fn read(&self) -> Result<Receivers, String> {
        let (http, grpc) = (self.http.trim().into(), self.grpc.trim().into());
        let receivers = Receivers { is_on: self.is_on, http, grpc };
        receivers.fault().map_or(Ok(receivers), Err)
    }
}

/// Draws the form.
pub(super) fn form_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut ReceiverForm) -> Done {
    let theme = cx.theme;
    let read = form.read();
    let ((keeps, cancels), wants_close) = modal(ui.ctx(), theme, "receivers", "Where services report to", |ui| {
        let line = |ui: &mut Ui, text: &str| {
            ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
        };
        line(ui, "OTLP over HTTP");
        Field::new(&mut form.http, "Address for HTTP").hint("127.0.0.1:4318").path().show(ui, theme);
        line(ui, "OTLP over gRPC");
        Field::new(&mut form.grpc, "Address for gRPC").hint("127.0.0.1:4317").path().show(ui, theme);
        line(ui, "Beyond this machine a sender needs a token and https");
        let why_not = read.as_ref().err().map(String::as_str);
        if let Some(why) = why_not {
            ui.label(theme.colored(TextRole::Small, why, theme.color.critical));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keep = Button::primary("Save").tall().name("Save the addresses").why_not(why_not);
            let keeps = keep.show(ui, theme).clicked();
            (keeps, Button::secondary("Cancel").tall().show(ui, theme).clicked())
        })
        .inner
    });
    match read {
        Ok(receivers) if keeps => Done::Keep(ServiceCommand::SetReceivers(receivers)),
        _ if cancels || wants_close => Done::Closed,
        _ => Done::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_a_host_and_a_port_and_not_the_same() {
        let usual = Receivers::default();
        assert_eq!(ReceiverForm::of(&usual).read(), Ok(usual.clone()));
        for (http, part) in [
            ("4318", "127.0.0.1:4318"),
            ("127.0.0.1:0", "127.0.0.1:4318"),
            ("localhost:4318", "127.0.0.1:4318"),
            ("127.0.0.1:4317", "the same"),
        ] {
            let form = ReceiverForm { http: http.into(), ..ReceiverForm::of(&usual) };
            let why = form.read().expect_err(http);
            assert!(why.contains(part), "{why}");
        }
    }
}
