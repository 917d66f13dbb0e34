//! Readings in, words out.
