//! The report as Markdown with tables (GitHub's kind). Its charts are in the HTML form alone.

use std::fmt::Write;

use super::doc::ReportDoc;
use super::escape::markdown as esc;
use super::{figures, method, words};
use crate::analysis::span_text::span_text;

/// The file's text.
pub(super) fn markdown(doc: &ReportDoc) -> String {
    let clock = words::clock(doc);
    let mut out = String::new();
    let _ = write!(
        out,
        "# {}\n\n{}\n\n**{}**\n\n",
        esc(&words::title(doc)),
        esc(&words::period(doc)),
        esc(&words::summary(doc))
    );
    for line in doc.remarks.trim().lines() {
        let _ = writeln!(out, "> {}", esc(line));
    }
    out.push_str(if doc.remarks.trim().is_empty() { "" } else { "\n" });
    out.push_str("## Machine and period\n\n");
    let mut facts = doc.machine.as_ref().map(|info| words::machine(info, doc)).unwrap_or_default();
    if let Some(covers) = doc.covers {
        facts.push(("First and last sample", clock.span(covers)));
    }
    facts.extend([("Coverage", words::coverage(doc)), ("Kept as", words::kept(doc))]);
    for (name, text) in facts {
        let _ = writeln!(out, "- {name}: {}", esc(&text));
    }
    for note in std::iter::once(&doc.machine_note).chain(&doc.left_out).filter(|note| !note.is_empty()) {
        let _ = writeln!(out, "- {}", esc(note));
    }
    moments(&mut out, doc);
    key_figures(&mut out, doc);
    out.push_str("\n## Annotations\n\n");
    if doc.annotations.is_empty() {
        out.push_str("There are none in this period.\n");
    } else {
        out.push_str("| Time | About | Words |\n| --- | --- | --- |\n");
        for annotation in &doc.annotations {
            let (text, time) = (&annotation.text, words::annotation_time(annotation, clock));
            let words = format!("{} {}", esc(&text.text), esc(&text.detail));
            let _ = writeln!(out, "| {time} | {} | {} |", text.kind.name(), words.trim());
        }
    }
    if !doc.gaps.is_empty() {
        out.push_str("\n## Gaps\n\n| Nothing was recorded | For |\n| --- | --- |\n");
        for gap in &doc.gaps {
            let _ = writeln!(out, "| {} | {} |", clock.span(*gap), span_text(gap.span()));
        }
    }
    out.push_str("\n## How each figure was computed\n\n");
    for (what, how) in method::method(doc) {
        let _ = writeln!(out, "- **{what}**: {}", esc(&how));
    }
    let _ = write!(
        out,
        "\nMade by Perfdesk {} on {} {}\n",
        esc(&doc.version),
        clock.second(doc.generated_at),
        clock.name()
    );
    out
}

fn moments(out: &mut String, doc: &ReportDoc) {
    out.push_str("\n## Notable moments\n\n");
    if doc.moments.is_empty() {
        out.push_str("Nothing stood out from what was usual in this period.\n");
        return;
    }
    out.push_str("| Time | What | Busiest then |\n| --- | --- | --- |\n");
    for moment in &doc.moments {
        let busiest = moment.processes.iter().map(|process| {
            let (name, used) = words::process(process, &doc.units);
            format!("{} ({})", esc(&name), esc(&used))
        });
        let busiest = busiest.collect::<Vec<_>>().join("; ");
        let (time, busiest) =
            (words::clock(doc).second(moment.notable.at), if busiest.is_empty() { "not kept" } else { &busiest });
        let _ = writeln!(out, "| {time} | {} | {busiest} |", esc(&moment.notable.sentence));
    }
}

fn key_figures(out: &mut String, doc: &ReportDoc) {
    out.push_str("\n## Key figures\n\n");
    if doc.figures.is_empty() {
        out.push_str("Nothing was recorded, so there are no figures.\n");
        return;
    }
    let _ = writeln!(out, "| {} |", figures::HEADS.join(" | "));
    out.push_str("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for row in figures::text_rows(doc) {
        let cells: Vec<String> = row.cells.iter().map(|cell| esc(cell)).collect();
        let _ = writeln!(out, "| {} | {} |", esc(&row.name), cells.join(" | "));
    }
}
