//! A server's answers, read: series and buckets out of its JSON, or what it says is wrong.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::expression::PART;

/// One bucket of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// First moment of the step, milliseconds since 1970.
    pub at: i64,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Mean of the values.
    pub mean: f64,
    /// Samples.
    pub count: u32,
}

/// Curves, in the order in which their series were asked for.
pub type Curves = Vec<Vec<Point>>;

#[derive(Deserialize)]
struct Envelope<T> {
    status: String,
    data: Option<T>,
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct Matrix {
    #[serde(default)]
    result: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    metric: BTreeMap<String, String>,
    values: Vec<(f64, String)>,
}

/// What a server said is wrong; `None` where these bytes say nothing.
pub fn error_of(body: &[u8]) -> Option<String> {
    let envelope: Envelope<serde::de::IgnoredAny> = serde_json::from_slice(body).ok()?;
    Some(envelope.error).filter(|error| !error.is_empty())
}

fn data<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    let envelope: Envelope<T> = serde_json::from_slice(body).map_err(|e| format!("its answer does not read: {e}"))?;
    match envelope.data {
        Some(data) if envelope.status == "success" => Ok(data),
        _ => Err(format!("it says: {}", envelope.error)),
    }
}

/// The labels of each series, sorted.
///
/// # Errors
/// Why there are none, in words.
pub fn series(body: &[u8]) -> Result<Vec<Vec<(String, String)>>, String> {
    let all: Vec<BTreeMap<String, String>> = data(body)?;
    let mut all: Vec<Vec<(String, String)>> = all.into_iter().map(|labels| labels.into_iter().collect()).collect();
    let name = |labels: &[(String, String)]| labels.iter().find(|(n, _)| n == "__name__").map(|(_, v)| v.clone());
    all.sort_by(|a, b| (name(a), a).cmp(&(name(b), b)));
    all.dedup();
    Ok(all)
}

/// The curve of one series, from the answer to [`super::expression::buckets`]. What is no number is left out.
///
/// # Errors
/// Why there is none, in words.
pub fn curve(body: &[u8], step_millis: i64) -> Result<Vec<Point>, String> {
    let matrix: Matrix = data(body)?;
    let mut points: BTreeMap<i64, [Option<f64>; 4]> = BTreeMap::new();
    for row in matrix.result {
        let place = match row.metric.get(PART).map(String::as_str) {
            Some("min") => 0,
            Some("max") => 1,
            Some("mean") => 2,
            Some("count") => 3,
            _ => continue,
        };
        for (at, text) in row.values {
            let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
            // The time of an answer is the last millisecond of its step.
            let at = ((at * 1000.0).round() as i64).saturating_sub(step_millis.saturating_sub(1));
            points.entry(at).or_default()[place] = value;
        }
    }
    let whole = |(at, [min, max, mean, count]): (i64, [Option<f64>; 4])| {
        Some(Point { at, min: min?, max: max?, mean: mean?, count: count.map_or(1, |n| n.clamp(1.0, 4e9) as u32) })
    };
    Ok(points.into_iter().filter_map(whole).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_four_parts_of_an_answer_become_buckets() {
        let body = br#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"perfdesk_part":"min","job":"x"},"values":[[9.999,"1"],[19.999,"-2.5"]]},
            {"metric":{"perfdesk_part":"max"},"values":[[9.999,"3"],[19.999,"NaN"]]},
            {"metric":{"perfdesk_part":"mean"},"values":[[9.999,"2"],[19.999,"0"]]},
            {"metric":{"perfdesk_part":"count"},"values":[[9.999,"4"],[19.999,"1"]]},
            {"metric":{},"values":[[10,"9"]]}]}}"#;
        let expect = Point { at: 5_000, min: 1.0, max: 3.0, mean: 2.0, count: 4 };
        assert_eq!(curve(body, 5_000), Ok(vec![expect]));
    }

    #[test]
    fn series_are_sorted_by_name_and_errors_are_said() {
        let body = br#"{"status":"success","data":[{"__name__":"up","job":"b"},{"__name__":"go","job":"z"},{"__name__":"up","job":"a"}]}"#;
        let found = series(body).expect("reads");
        let text: Vec<String> = found.iter().map(|l| format!("{} {}", l[0].1, l[1].1)).collect();
        assert_eq!(text, ["go z", "up a", "up b"]);
        let body = br#"{"status":"error","errorType":"bad_data","error":"parse error at char 1"}"#;
        assert_eq!(series(body), Err("it says: parse error at char 1".into()));
        assert_eq!(error_of(body).as_deref(), Some("parse error at char 1"));
        assert!(series(b"<html>").expect_err("no JSON").starts_with("its answer does not read"));
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,80}") {
            let _ = (series(&bytes), curve(&bytes, 1), error_of(&bytes));
            let nearly = format!(r#"{{"status":"success","data":{{"result":[{{"metric":{{}},"values":{text}}}]}}}}"#);
            let _ = curve(nearly.as_bytes(), i64::MIN);
        }
    }
}
