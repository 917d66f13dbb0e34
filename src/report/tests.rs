//! Whole documents in every form.
