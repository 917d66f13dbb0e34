//! What the processes that match use together, and the sentence that says so.

use std::collections::HashMap;

use crate::analysis::process_filter::ProcessFilter;
use crate::analysis::program_name;
use crate::model::ProcessRow;
use crate::model::quantity::{THIN_SPACE, decimals};

/// Sums over the processes that match.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Totals {
    /// Processes in all.
    pub n_processes: usize,
    /// Those that match.
    pub n_matching: usize,
    /// Cores the matching ones use; `None` before the second reading.
    pub cpu_cores: Option<f64>,
    /// The program among them that uses the most, and its cores.
    pub busiest: Option<(String, f64)>,
    /// Whether a filter is in force.
    pub is_filtered: bool,
}

/// Cores from which a program is worth a word.
const WORTH_A_WORD: f64 = 0.1;

/// Adds up the processes that match.
pub fn totals(rows: &[ProcessRow], filter: &ProcessFilter) -> Totals {
    let mut totals = Totals { n_processes: rows.len(), is_filtered: !filter.is_empty(), ..Totals::default() };
    let mut programs: HashMap<&str, f64> = HashMap::new();
    for row in rows.iter().filter(|row| filter.matches(row)) {
        totals.n_matching += 1;
        if let Some(cores) = row.cpu_cores.map(f64::from) {
            totals.cpu_cores = Some(totals.cpu_cores.unwrap_or(0.0) + cores);
            *programs.entry(program_name(row)).or_default() += cores;
        }
    }
    let busier = |a: &(&str, f64), b: &(&str, f64)| a.1.total_cmp(&b.1).then(b.0.cmp(a.0));
    totals.busiest = programs.into_iter().max_by(busier).map(|(name, cores)| (name.to_owned(), cores));
    totals
}

impl Totals {
    /// The sentence: what matters, and what it amounts to.
    pub fn sentence(&self, capacity_cores: f64) -> (String, String) {
        let n = decimals(self.n_processes as f64, 0);
        if self.n_matching == 0 && self.is_filtered {
            return (format!("None of {n} processes match."), "Change the filter or clear it.".into());
        }
        let head = match (self.is_filtered, self.n_matching) {
            (true, 1) => format!("1 of {n} processes matches."),
            (true, matching) => format!("{} of {n} processes match.", decimals(matching as f64, 0)),
            (false, 1) => "1 process runs.".into(),
            (false, _) => format!("{n} processes run."),
        };
        let Some(cores) = self.cpu_cores else {
            return (head, "What they use is known after the second reading.".into());
        };
        let who = if self.n_matching == 1 { "It uses" } else { "Together they use" };
        let of = decimals(capacity_cores, if capacity_cores.fract() == 0.0 { 0 } else { 1 });
        let unit = if capacity_cores == 1.0 { "core" } else { "cores" };
        let used = format!("{who} {} of {of} {unit}", few_cores(cores));
        let calm = match &self.busiest {
            Some((name, cores)) if self.n_matching > 1 && *cores >= WORTH_A_WORD => {
                format!("{used}; {name} alone uses {}.", few_cores(*cores))
            }
            _ => format!("{used}."),
        };
        (head, calm)
    }
}

/// Cores with one decimal, and never a false zero.
fn few_cores(cores: f64) -> String {
    if cores > 0.0 && cores < 0.05 { format!("<{THIN_SPACE}0.1") } else { decimals(cores, 1) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::row;
    use super::*;

    #[test]
    fn the_sentence_says_how_many_and_how_much() {
        let mut rows = vec![
            row(1, 0, "init", 0.0),
            row(2, 0, "checkout", 0.12),
            row(3, 2, "checkout", 1.11),
            row(4, 0, "vector", 0.26),
            row(5, 0, "cron", 0.01),
        ];
        for (filter, expect) in [
            ("", "5 processes run. Together they use 1.5 of 16 cores; checkout alone uses 1.2."),
            (
                "checkout or vector",
                "3 of 5 processes match. Together they use 1.5 of 16 cores; checkout alone uses 1.2.",
            ),
            ("vector", "1 of 5 processes matches. It uses 0.3 of 16 cores."),
            ("init or cron", "2 of 5 processes match. Together they use < 0.1 of 16 cores."),
            ("nobody", "None of 5 processes match. Change the filter or clear it."),
        ] {
            let (head, calm) = totals(&rows, &ProcessFilter::parse(filter).expect(filter)).sentence(16.0);
            assert_eq!(format!("{head} {calm}").replace(THIN_SPACE, " "), expect, "{filter}");
        }
        rows.iter_mut().for_each(|row| row.cpu_cores = None);
        let (_, calm) = totals(&rows, &ProcessFilter::default()).sentence(1.5);
        assert_eq!(calm, "What they use is known after the second reading.");
    }
}
