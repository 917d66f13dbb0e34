//! The sections of the HTML form: machine and period, moments, charts, key figures, annotations, gaps.

use std::fmt::Write;

use super::doc::{ReportDoc, ReportMoment, series_name};
use super::escape::html as esc;
use super::{chart, figures as figure_rows, words};
use crate::model::{Quantity, SeriesGroup};

/// The machine, the period, and how finely it is kept.
pub(super) fn machine(out: &mut String, doc: &ReportDoc) {
    out.push_str("<h2>Machine and period</h2>\n<section class=\"panel\">\n<dl class=\"facts\">\n");
    let mut facts = doc.machine.as_ref().map(|info| words::machine(info, doc)).unwrap_or_default();
    if facts.is_empty() {
        facts.push(("Machine", "not known".into()));
    }
    if let Some(covers) = doc.covers {
        facts.push(("First and last sample", words::clock(doc).span(covers)));
    }
    facts.push(("Coverage", words::coverage(doc)));
    facts.push(("Kept as", words::kept(doc)));
    for (name, text) in facts {
        let _ = writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", esc(&text));
    }
    out.push_str("</dl>\n");
    for note in std::iter::once(&doc.machine_note).chain(&doc.left_out).filter(|note| !note.is_empty()) {
        let _ = writeln!(out, "<p class=\"note\">{}</p>", esc(note));
    }
    out.push_str("</section>\n");
}

/// What stood out, and who was busy then.
pub(super) fn moments(out: &mut String, doc: &ReportDoc) {
    out.push_str("<h2>Notable moments</h2>\n<section class=\"panel\">\n");
    if doc.moments.is_empty() {
        out.push_str("<p class=\"quiet\">Nothing stood out from what was usual in this period.</p>\n</section>\n");
        return;
    }
    out.push_str(
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Time</th><th scope=\"col\">What</th>\
         <th scope=\"col\">Busiest then</th></tr></thead>\n<tbody>\n",
    );
    let clock = words::clock(doc);
    for moment in &doc.moments {
        let _ = write!(
            out,
            "<tr><td class=\"time\">{}</td><td>{}</td><td>",
            clock.second(moment.notable.at),
            esc(&moment.notable.sentence)
        );
        if moment.processes.is_empty() {
            out.push_str("<span class=\"quiet\">not kept</span>");
        } else {
            out.push_str("<ul>");
            for process in &moment.processes {
                let (name, used) = words::process(process, &doc.units);
                let _ = write!(out, "<li>{} <span class=\"quiet\">{}</span></li>", esc(&name), esc(&used));
            }
            out.push_str("</ul>");
        }
        out.push_str("</td></tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n</section>\n");
}

/// Every chart with its legend.
pub(super) fn charts(out: &mut String, doc: &ReportDoc) {
    out.push_str("<h2>Charts</h2>\n");
    if doc.charts.is_empty() {
        out.push_str("<section class=\"panel\"><p class=\"quiet\">There is nothing to draw.</p></section>\n");
    }
    let mut first = 0;
    for (number, drawn) in doc.charts.iter().enumerate() {
        let own = first..first + drawn.curves.len();
        let moments: Vec<&ReportMoment> = doc.moments.iter().filter(|m| own.contains(&m.notable.subject)).collect();
        first = own.end;
        let _ = write!(out, "<figure class=\"chart panel\">\n<figcaption><h3>{}</h3>", esc(&drawn.title));
        for (i, curve) in drawn.curves.iter().enumerate() {
            let row = doc.figures.iter().find(|row| row.def.key == curve.def.key);
            let text = |value: f64| Quantity::new(value, curve.def.unit).text(&doc.units);
            let figures = row.map_or_else(
                || "nothing recorded".into(),
                |row| format!("mean {}, greatest {}", text(row.mean), text(row.max)),
            );
            let _ = write!(
                out,
                "<span class=\"legend\"><span class=\"swatch {}\"></span>{} <span class=\"quiet\">{}</span></span>",
                chart::colour_class(i),
                esc(&series_name(&curve.def)),
                esc(&figures)
            );
        }
        let _ = writeln!(out, "</figcaption>\n{}\n</figure>", chart::svg(drawn, number + 1, doc, &moments));
    }
}

/// The key figures, under the headings people look for them by.
pub(super) fn figures(out: &mut String, doc: &ReportDoc) {
    out.push_str("<h2>Key figures</h2>\n<section class=\"panel\">\n");
    if doc.figures.is_empty() {
        out.push_str("<p class=\"quiet\">Nothing was recorded, so there are no figures.</p>\n</section>\n");
        return;
    }
    out.push_str("<div class=\"scroll\"><table>\n<thead><tr>");
    for (i, head) in figure_rows::HEADS.iter().enumerate() {
        let class = if i >= 2 { " class=\"n\"" } else { "" };
        let _ = write!(out, "<th scope=\"col\"{class}>{head}</th>");
    }
    out.push_str("</tr></thead>\n");
    let rows = figure_rows::text_rows(doc);
    let mut group = None;
    for (figure, row) in doc.figures.iter().zip(&rows) {
        if group != Some(figure.def.group) {
            let end = if group.is_some() { "</tbody>\n" } else { "" };
            group = Some(figure.def.group);
            let (n, name) = (figure_rows::HEADS.len(), group_name(figure.def.group));
            let _ = write!(
                out,
                "{end}<tbody>\n<tr class=\"group\"><th colspan=\"{n}\" scope=\"colgroup\">{name}</th></tr>\n"
            );
        }
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", esc(&row.name));
        for (i, cell) in row.cells.iter().enumerate() {
            let class = if i == 0 { "unit" } else { "n" };
            let _ = write!(out, "<td class=\"{class}\">{}</td>", esc(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n</section>\n");
}

/// Annotations by their number on the charts.
pub(super) fn annotations(out: &mut String, doc: &ReportDoc) {
    out.push_str("<h2>Annotations</h2>\n<section class=\"panel\">\n");
    if doc.annotations.is_empty() {
        out.push_str("<p class=\"quiet\">There are none in this period.</p>\n</section>\n");
        return;
    }
    out.push_str(
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\" class=\"n\">Flag</th><th scope=\"col\">Time</th>\
         <th scope=\"col\">About</th><th scope=\"col\">Words</th></tr></thead>\n<tbody>\n",
    );
    let clock = words::clock(doc);
    for (i, annotation) in doc.annotations.iter().enumerate() {
        let text = &annotation.text;
        let detail = match text.detail.trim() {
            "" => String::new(),
            detail => format!("<br><span class=\"quiet\">{}</span>", esc(detail)),
        };
        let _ = writeln!(
            out,
            "<tr><td class=\"n\">{}</td><td class=\"time\">{}</td><td class=\"unit\">{}</td><td>{}{detail}</td></tr>",
            i + 1,
            words::annotation_time(annotation, clock),
            text.kind.name(),
            esc(&text.text)
        );
    }
    out.push_str("</tbody>\n</table></div>\n</section>\n");
}

/// When nothing was recorded.
pub(super) fn gaps(out: &mut String, doc: &ReportDoc) {
    if doc.gaps.is_empty() {
        return;
    }
    out.push_str(
        "<h2>Gaps</h2>\n<section class=\"panel\">\n<div class=\"scroll\"><table>\n<thead><tr>\
         <th scope=\"col\">Nothing was recorded</th><th scope=\"col\">For</th></tr></thead>\n<tbody>\n",
    );
    for gap in &doc.gaps {
        let length = crate::analysis::span_text::span_text(gap.span());
        let when = words::clock(doc).span(*gap);
        let _ = writeln!(out, "<tr><td class=\"time\">{when}</td><td>{}</td></tr>", esc(&length));
    }
    out.push_str("</tbody>\n</table></div>\n</section>\n");
}

fn group_name(group: SeriesGroup) -> &'static str {
    match group {
        SeriesGroup::Cpu => "CPU",
        SeriesGroup::Memory => "Memory",
        SeriesGroup::Pressure => "Pressure",
        SeriesGroup::Disks => "Disks",
        SeriesGroup::Network => "Network",
        SeriesGroup::Programs => "Programs",
        SeriesGroup::Gpu => "GPU",
        SeriesGroup::Sensors => "Sensors",
        SeriesGroup::Own => "Perfdesk itself",
        SeriesGroup::Imported => "Imported",
        SeriesGroup::Sources => "Other servers",
        SeriesGroup::Services => "Services",
    }
}
