//! The report as one HTML file that stands alone: its style and drawings are in it, and it needs no script and no
//! network. Every foreign text is escaped, and the page forbids itself to load anything.

use std::fmt::Write;

use super::doc::ReportDoc;
use super::style::STYLE;
use super::{escape, html_parts, method, words};

/// The page.
pub(super) fn html(doc: &ReportDoc) -> String {
    let title = words::title(doc);
    let mut out = String::with_capacity(64 * 1024);
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"Perfdesk {}\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        escape::html(&doc.version),
        escape::html(&title)
    );
    let _ = write!(
        out,
        "<header>\n<h1>{}</h1>\n<p class=\"period\">{}</p>\n</header>\n<main>\n<p class=\"sentence\">{}</p>\n",
        escape::html(&title),
        escape::html(&words::period(doc)),
        escape::html(&words::summary(doc))
    );
    if !doc.remarks.trim().is_empty() {
        // Its lines are kept: each is escaped by itself.
        let lines: Vec<String> = doc.remarks.trim().lines().map(escape::html).collect();
        let _ = writeln!(out, "<section class=\"panel remarks\" aria-label=\"Remarks\">{}</section>", lines.join("\n"));
    }
    html_parts::machine(&mut out, doc);
    html_parts::moments(&mut out, doc);
    html_parts::charts(&mut out, doc);
    html_parts::figures(&mut out, doc);
    html_parts::annotations(&mut out, doc);
    html_parts::gaps(&mut out, doc);
    out.push_str("<h2>How each figure was computed</h2>\n<section class=\"panel\">\n<dl class=\"method\">\n");
    for (what, how) in method::method(doc) {
        let _ = writeln!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escape::html(what), escape::html(&how));
    }
    out.push_str("</dl>\n</section>\n</main>\n");
    let clock = words::clock(doc);
    let _ = write!(
        out,
        "<footer>Made by Perfdesk {} on {} {}</footer>\n</body>\n</html>\n",
        escape::html(&doc.version),
        escape::html(&clock.second(doc.generated_at)),
        escape::html(&clock.name())
    );
    out
}
