//! What draws the window: opens a hidden one for a single frame and asks its OpenGL.

use std::sync::{Arc, Mutex};

use eframe::glow::{self, HasContext};
use eframe::{NativeOptions, egui};

struct Asking;

impl eframe::App for Asking {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
    }
}

/// Name and version of the OpenGL that a window gets here, such as "llvmpipe, OpenGL 4.5".
///
/// # Errors
/// Why no window could be opened.
pub fn renderer() -> Result<String, String> {
    let answer = Arc::new(Mutex::new(None));
    let kept = answer.clone();
    let options = NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([64.0, 64.0]).with_visible(false),
        renderer: eframe::Renderer::Glow,
        system_font_fallback: false,
        ..NativeOptions::default()
    };
    eframe::run_native(
        "perfdesk",
        options,
        Box::new(move |cx| {
            if let (Some(gl), Ok(mut kept)) = (&cx.gl, kept.lock()) {
                *kept = Some(name_of(gl));
            }
            cx.egui_ctx.request_repaint();
            Ok(Box::new(Asking))
        }),
    )
    .map_err(|e| e.to_string())?;
    let name = answer.lock().ok().and_then(|mut kept| kept.take());
    name.ok_or_else(|| "the window system gave no OpenGL".into())
}

#[allow(unsafe_code)]
fn name_of(gl: &glow::Context) -> String {
    // SAFETY: the context is current on this thread while eframe creates the program, and both names are valid.
    let (renderer, version) =
        unsafe { (gl.get_parameter_string(glow::RENDERER), gl.get_parameter_string(glow::VERSION)) };
    format!("{renderer}, OpenGL {version}")
}
