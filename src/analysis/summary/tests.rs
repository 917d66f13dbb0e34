//! Readings in, words out.


