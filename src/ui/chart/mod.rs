//! Curves on the screen: lines, bands, sparklines, axes.
