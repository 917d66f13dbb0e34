//! The recent window: the newest samples of every series, in memory.
