//! Lengths of time as a person says them: "45 s", "3 min", "2.5 h", "12 days". About right, not to the last second.

use std::time::Duration;

use crate::model::quantity::{THIN_SPACE, decimals};

/// A length of time in words, in two or three figures.
pub fn span_text(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    let words = |value: f64, unit: &str| {
        // A whole number where it is one, or where the tenth would say nothing.
        let rounded = (value * 10.0).round() / 10.0;
        let n = usize::from(value < 9.95 && rounded.fract() != 0.0);
        format!("{}{THIN_SPACE}{unit}", decimals(rounded, n))
    };
    match seconds {
        s if s < 0.9995 => words(s * 1e3, "ms"),
        s if s < 90.0 => words(s, "s"),
        s if s < 90.0 * 60.0 => words(s / 60.0, "min"),
        s if s < 48.0 * 3600.0 => words(s / 3600.0, "h"),
        s if s < 1000.0 * 86_400.0 => words(s / 86_400.0, "days"),
        s => words(s / (365.25 * 86_400.0), "years"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_a_person_says_them() {
        for (seconds, expect) in [
            (0.0, "0 ms"),
            (0.25, "250 ms"),
            (1.0, "1 s"),
            (45.4, "45 s"),
            (90.0, "1.5 min"),
            (180.0, "3 min"),
            (3600.0, "60 min"),
            (9000.0, "2.5 h"),
            (86_400.0, "24 h"),
            (3.0 * 86_400.0, "3 days"),
            (730.5 * 86_400.0 * 2.0, "4 years"),
        ] {
            assert_eq!(span_text(Duration::from_secs_f64(seconds)).replace(THIN_SPACE, " "), expect);
        }
    }
}
