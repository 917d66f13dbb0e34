//! Sizes in points.

use serde::Deserialize;

/// Fixed sizes of the parts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Width of the rail.
    pub rail: f32,
    /// Width of the rail in a narrow window.
    pub rail_compact: f32,
    /// Height of an entry of the rail.
    pub rail_entry: f32,
    /// Height of the top bar.
    pub top_bar: f32,
    /// Height of the status bar.
    pub status_bar: f32,
    /// Height of buttons and fields.
    pub control: f32,
    /// Height of a main filter and of the last button of a flow.
    pub control_tall: f32,
    /// Height of a table's head.
    pub table_head: f32,
    /// Height of a row.
    pub row: f32,
    /// Height of a dense row.
    pub row_dense: f32,
    /// Width of a field for an exact value beside a slider.
    pub field_value: f32,
    /// Height of a chip.
    pub chip: f32,
    /// Height of a badge.
    pub badge: f32,
    /// Height of a mini bar.
    pub mini_bar: f32,
    /// Width of a toast.
    pub toast: f32,
    /// Width of a modal.
    pub modal: f32,
    /// Width of the command palette.
    pub palette: f32,
    /// Height of a row of the command palette.
    pub palette_row: f32,
    /// Distance of the command palette from the top.
    pub palette_top: f32,
    /// Width of a process's details.
    pub details: f32,
    /// Width of the plan of an apply.
    pub plan: f32,
    /// Width of a page's second column.
    pub second_column: f32,
    /// Height of a line of a diff.
    pub diff_row: f32,
    /// Diameter of the circle of a step.
    pub step: f32,
    /// Size of an icon.
    pub icon: f32,
    /// Width of a chart's line.
    pub line_chart: f32,
    /// Height of a tile's sparkline.
    pub spark: f32,
    /// The same in a narrow window.
    pub spark_compact: f32,
}

/// Corner radii.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Radii {
    /// Bars and tags.
    pub bar: u8,
    /// Chips.
    pub chip: u8,
    /// Buttons and fields.
    pub control: u8,
    /// Panels and toasts.
    pub panel: u8,
    /// Modals and the palette.
    pub modal: u8,
}

/// Sizes of a page that depend on the window's width.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameSizes {
    /// Page margin at the sides.
    pub margin_x: f32,
    /// Page margin above and below.
    pub margin_y: f32,
    /// Gap between panels.
    pub gap: f32,
    /// Height of a panel's head.
    pub panel_head: f32,
    /// Height of a table row.
    pub row: f32,
    /// Height of a tile's sparkline.
    pub spark: f32,
}
