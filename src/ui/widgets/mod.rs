//! The parts every page is made of: buttons, fields, panels, marks. Sizes and colours come from the theme alone.
//!
//! Everything that can be clicked has an accessible name, and tests find it by that name.

mod bar;
mod button;
pub mod dates;
mod field;
mod focus;
mod marks;
mod menu;
mod modal;
mod panel;
mod segments;
mod slider;
mod switch;
mod table;
mod text_area;
mod typed;

pub use bar::{loading_bars, mini_bar};
pub use button::{Button, IconButton, link, link_arrow};
pub use field::{Field, Problem, problem_line};
pub use focus::focus_ring;
pub use marks::{Mark, Tone, badge, banner, chip, outline_chip, state_mark};
pub use menu::{choice, choice_in, menu_item, popup_frame, popup_menu};
pub use modal::{Answer, modal, question};
pub use panel::{empty_state, hairline, panel, panel_head, panel_in};
pub use segments::{icon_segments, segments, segments_and_button, tabs};
pub use slider::{RailScale, SliderRail, slider_field};
pub use switch::{checkbox, toggle, toggle_called};
pub use table::{elided, head_cell, key_cap, number_cell, row_ground, text_at};
pub use text_area::text_area;
pub use typed::{LoginFields, labels, labels_text, number};
