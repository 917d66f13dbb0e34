//! What a comparison says: the sentence of a row, and how the figures were computed.

use super::{Finding, LEAST_EFFECTIVE, LEAST_SAMPLES, Subject};
use crate::model::quantity::{decimals, joined, scale};
use crate::model::{CompareVerdict, PeriodFigures, Quantity, Tier, Unit};

pub(super) fn sentence(subject: &Subject<'_>, found: &Finding, is_constant: bool, level: f64) -> String {
    let name = subject.name;
    let value = |v: f64| Quantity::new(v, subject.unit).text(subject.units);
    let medians = |a: &PeriodFigures, b: &PeriodFigures| format!("median {} → {}", value(a.median), value(b.median));
    let (Some(a), Some(b), Some(change)) = (&found.a, &found.b, found.change) else {
        return format!("{name}: {}: {}", CompareVerdict::TooLittleData.words(), nothing_in(found));
    };
    let Some(interval) = found.interval else {
        return format!("{name}: {}: {}; {}", found.verdict.words(), too_little(a, b), medians(a, b));
    };
    let verdict = match found.verdict {
        CompareVerdict::Higher | CompareVerdict::Lower => format!("{name} is {}", found.verdict.words()),
        _ => format!("{name}: {}", found.verdict.words()),
    };
    if is_constant && change == 0.0 {
        return format!("{verdict}: {} throughout both periods", value(a.median));
    }
    let (change, ends) = change_text(change, interval, subject);
    if is_constant {
        return format!("{verdict}: {} throughout A, {} throughout B, {change}", value(a.median), value(b.median));
    }
    let level = Quantity::new(level, Unit::Ratio).text(subject.units);
    format!("{verdict}: {}, {change} ({level} interval {ends})", medians(a, b))
}

fn nothing_in(found: &Finding) -> &'static str {
    match (found.a, found.b) {
        (None, None) => "nothing was recorded in either period",
        (None, Some(_)) => "nothing was recorded in A",
        _ => "nothing was recorded in B",
    }
}

fn too_little(a: &PeriodFigures, b: &PeriodFigures) -> String {
    let (which, least) = if a.n <= b.n { ("A", a) } else { ("B", b) };
    if least.n < LEAST_SAMPLES {
        let samples = if least.n == 1 { "sample" } else { "samples" };
        return format!("{which} has {} {samples}, {LEAST_SAMPLES} are needed", least.n);
    }
    let (which, least) = if a.n_effective <= b.n_effective { ("A", a) } else { ("B", b) };
    format!(
        "it moves so slowly that the {} samples of {which} are worth {} independent ones, {} are needed",
        decimals(least.n as f64, 0),
        decimals(least.n_effective, 1),
        decimals(LEAST_EFFECTIVE, 0)
    )
}

/// A change with its sign and unit, and the ends of its interval in that unit: "+19 points", "17 to 21".
fn change_text(change: f64, (low, high): (f64, f64), subject: &Subject<'_>) -> (String, String) {
    let most = change.abs().max(low.abs()).max(high.abs());
    // A change of temperature has no offset, unlike a temperature.
    let (at_zero, _) = scale(0.0, subject.unit, subject.units);
    let (scaled, unit) = scale(most, subject.unit, subject.units);
    let factor = if most > 0.0 { (scaled - at_zero) / most } else { 1.0 };
    let unit = if subject.unit == Unit::Ratio { "points".to_owned() } else { unit };
    // Two figures of the interval's width, or three of the change where it has none.
    let width = (high - low) * factor;
    let figure = if width > 0.0 { width / 10.0 } else { change.abs() * factor / 100.0 };
    let n = if figure > 0.0 { (-figure.log10().floor()).clamp(0.0, 3.0) as usize } else { 0 };
    let plus = if change * factor >= 0.5 * 10f64.powi(-(n as i32)) { "+" } else { "" };
    let number = |v: f64| decimals(v * factor, n);
    (joined(&format!("{plus}{}", number(change)), &unit), format!("{} to {}", number(low), number(high)))
}

pub(super) fn method(level: f64, tiers: (Tier, Tier), n_judged: usize) -> String {
    let percent = decimals(level * 100.0, 0);
    let by_chance = n_judged as f64 * (1.0 - level);
    let kept = match tiers {
        (Tier::Full, Tier::Full) => "Both periods are kept as single samples, and every sample was used. ".to_owned(),
        (a, b) => format!(
            "{} A bucket belongs to the period that holds its middle. The maximum is that of all samples; median and 95th percentile are those of the buckets' means, so short \
             peaks count for less in them than in single samples. ",
            if a == b {
                format!("Both periods were read as {}.", a.name())
            } else {
                format!("A was read as {}, B as {}, so mind that a mean has fewer peaks.", a.name(), b.name())
            }
        ),
    };
    format!(
        "{kept}\
         Median and 95th percentile are sample quantiles of type 7 of Hyndman and Fan (The American Statistician 50, \
         1996). The change is the median of B less the median of A. Samples that follow one another resemble one \
         another, so a period is worth fewer independent samples than it has: the number is the samples divided by the \
         integrated autocorrelation time of their signs about the median, summed over a window that grows with it \
         (Sokal, 1997) and corrected for bias (Wolff, Computer Physics Communications 156, 2004). The {percent}\u{2009}% \
         interval of each median is Woodruff's (Journal of the American Statistical Association 47, 1952) with that \
         number and Student's distribution; the two are joined to the interval of the change by MOVER (Zou and Donner, \
         Statistics in Medicine 27, 2008). It is called higher or lower where the interval leaves out zero, and too \
         little data where a period has fewer than {LEAST_SAMPLES} samples or is worth fewer than \
         {LEAST_EFFECTIVE:.0} independent ones. {}",
        chance(n_judged, by_chance)
    )
}

fn chance(n_judged: usize, by_chance: f64) -> String {
    match n_judged {
        0 => "No row had enough data to be judged.".to_owned(),
        1 => format!(
            "One row was judged; by chance alone it would be called higher or lower {} times in 100.",
            decimals(by_chance * 100.0, 0)
        ),
        n => format!(
            "{n} rows were judged; if nothing had changed, about {} of them would still be called higher or lower, by \
             chance alone.",
            decimals(by_chance, usize::from(by_chance < 9.95))
        ),
    }
}
