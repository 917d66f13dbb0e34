//! How each figure of a report was computed, in words.

use super::doc::ReportDoc;
use super::words;
use crate::model::Tier;
use crate::model::quantity::decimals;

/// What is explained, and how it was computed.
pub(super) fn method(doc: &ReportDoc) -> Vec<(&'static str, String)> {
    let clock = words::clock(doc);
    let mut all = vec![(
        "Times",
        format!(
            "On a clock {} throughout, whatever the season. Samples are stored with their time in UTC, in milliseconds.",
            if doc.offset_seconds == 0 { "at UTC".into() } else { format!("at {}", clock.name()) }
        ),
    )];
    all.push((
        "Samples",
        match doc.kept.tier {
            Tier::Full => {
                "The figures were computed from every sample that was recorded in the period, as 32-bit floating-point \
                 numbers."
                    .into()
            }
            tier => format!(
                "Of this period, or a part of it, single samples are no longer kept, so all of it was read as {}. Each \
                 holds the least, the greatest, the mean and the number of its samples, and belongs to the period that \
                 holds its middle.",
                tier.name()
            ),
        },
    ));
    all.push((
        "Least, greatest, mean",
        "Of all samples in the period; the mean counts each sample once, so that a gap counts for nothing.".into(),
    ));
    all.push((
        "Median and 95th percentile",
        format!(
            "Sample quantiles of type 7 of Hyndman and Fan (“Sample Quantiles in Statistical Packages”, The American \
             Statistician 50, 1996): straight lines between the sorted values, at h = (n − 1) p.{}",
            match doc.kept.tier {
                Tier::Full => "",
                _ => " They are taken of the means of the buckets, so short peaks count for less in them.",
            }
        ),
    ));
    all.push((
        "Charts",
        format!(
            "The line runs through the means of buckets of equal length, the band around it from the least to the \
             greatest sample of each: a peak of a single sample is as tall as it was.{} Where nothing was recorded there \
             is no line.",
            steps(doc)
        ),
    ));
    all.push((
        "Notable moments",
        "Peaks and dips lie at least six times the usual scatter from the median of the curve's extremes, the scatter \
         being the median absolute deviation times 1.4826 (Iglewicz and Hoaglin, “How to Detect and Handle Outliers”, \
         1993) and no less than a change worth a word; runs near one another are one moment. A new level is the place \
         that divides a curve into two levels with the least squares left over, where they differ by at least four times \
         their scatter. At most three of a series are told, the clearest first."
            .into(),
    ));
    all.push((
        "Processes",
        "The busiest by processor time, memory and disk are stored with each reading; what is told of a moment is the \
         last reading up to it. A process counts one core for each core it kept busy."
            .into(),
    ));
    all
}

/// How long the buckets of the charts are.
fn steps(doc: &ReportDoc) -> String {
    let mut steps: Vec<u64> = doc.charts.iter().map(|chart| chart.step_millis).collect();
    steps.sort_unstable();
    steps.dedup();
    let text = |millis: &u64| match millis {
        0 => "single samples".to_owned(),
        millis if millis.is_multiple_of(1000) => format!("{}\u{2009}s", decimals((millis / 1000) as f64, 0)),
        millis => format!("{}\u{2009}ms", decimals(*millis as f64, 0)),
    };
    match &*steps {
        [] => String::new(),
        [0] => " Here a bucket is a single sample.".into(),
        some => format!(" Here a bucket is {}.", some.iter().map(text).collect::<Vec<_>>().join(" or ")),
    }
}
