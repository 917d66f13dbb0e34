//! What the window remembers between runs, sent to the engine when it has settled, and at the end.

use std::time::Duration;

use eframe::egui::Context;

use crate::engine::Handle;
use crate::model::{Command, WindowCommand, WindowMemory};

/// Time without change after which the memory is sent, seconds.
const SETTLED_SECONDS: f64 = 2.0;

/// Holds back changes until they settle.
#[derive(Debug)]
pub struct MemoryKeeper {
    sent: WindowMemory,
    waiting: Option<(WindowMemory, f64)>,
}

impl MemoryKeeper {
    /// Starts from what was remembered.
    pub fn new(remembered: WindowMemory) -> Self {
        Self { sent: remembered, waiting: None }
    }

    /// What was last remembered.
    pub fn last(&self) -> &WindowMemory {
        self.waiting.as_ref().map_or(&self.sent, |(memory, _)| memory)
    }

    /// Looks at the present state; sends it once it has settled.
    pub fn look(&mut self, ctx: &Context, engine: &Handle, present: WindowMemory) {
        let now = ctx.input(|i| i.time);
        if self.waiting.as_ref().map_or(&self.sent, |(memory, _)| memory) != &present {
            self.waiting = (present != self.sent).then_some((present, now));
        }
        if let Some((_, since)) = self.waiting {
            let left = SETTLED_SECONDS - (now - since);
            if left <= 0.0 {
                self.send_now(engine);
            } else {
                ctx.request_repaint_after(Duration::from_secs_f64(left));
            }
        }
    }

    /// Sends what waits, for the end of the program.
    pub fn send_now(&mut self, engine: &Handle) {
        if let Some((memory, since)) = self.waiting.take() {
            if engine.send(Command::Window(WindowCommand::Remember(memory.clone()))) {
                self.sent = memory;
            } else {
                self.waiting = Some((memory, since));
            }
        }
    }
}

/// The window's size and place now, over what was remembered; a filled screen keeps the size from before.
pub fn with_geometry(ctx: &Context, mut memory: WindowMemory) -> WindowMemory {
    let zoom = ctx.zoom_factor();
    ctx.input(|i| {
        let viewport = i.viewport();
        if viewport.minimized == Some(true) {
            return;
        }
        memory.is_maximised = viewport.maximized.unwrap_or(memory.is_maximised);
        if memory.is_maximised {
            return;
        }
        if let Some(inner) = viewport.inner_rect {
            memory.size = ((inner.width() * zoom).round(), (inner.height() * zoom).round());
        }
        if let Some(outer) = viewport.outer_rect {
            memory.position = Some(((outer.left() * zoom).round(), (outer.top() * zoom).round()));
        }
    });
    memory
}
