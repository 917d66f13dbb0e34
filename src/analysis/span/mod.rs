//! Pure formulas over spans: quantiles of durations, time of their own, where a request's time goes, and statements
//! without their values.

pub mod buckets;
pub mod split;
pub mod statement;
pub mod tree;
