//! The style of the HTML form: the design's colours, light and dark, and how it stands on paper.

/// Everything between `<style>` and `</style>`.
pub(super) const STYLE: &str = r#"
:root {
  color-scheme: light dark;
  --page: #F4F6F8; --panel: #FFFFFF; --rail: #EBEEF1; --subtle: #E9ECEF; --edge: #D9DDE2; --strong: #AEB5BD;
  --t1: #171B20; --t2: #474E56; --t3: #626972; --accent: #00706C; --dim: #CFEAE8; --warning: #8F5A00; --band: 0.2;
  --s1: #2A68CE; --s2: #B56101; --s3: #1F6134; --s4: #DA528E; --s5: #B38D1D; --s6: #561FAA; --s7: #4195B8; --s8: #682403;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #111419; --panel: #171B21; --rail: #0C0F13; --subtle: #21262C; --edge: #2A3037; --strong: #434A53;
    --t1: #EAEDF1; --t2: #AFB5BC; --t3: #8E949C; --accent: #4CCDC6; --dim: #1E3F40; --warning: #F2B64E; --band: 0.24;
    --s1: #69A3F4; --s2: #E88F2E; --s3: #91C59B; --s4: #C46CA0; --s5: #F1E07F; --s6: #8168DC; --s7: #91DFFB; --s8: #AB553B;
  }
}
* { box-sizing: border-box; }
html { background: var(--page); }
body {
  margin: 0 auto; padding: 32px 24px 48px; max-width: 1080px; background: var(--page); color: var(--t1);
  font: 400 13px/20px Inter, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 24px; line-height: 32px; font-weight: 600; }
h2 { margin: 32px 0 8px; font-size: 15px; line-height: 24px; font-weight: 600; }
h3 { margin: 0; font-size: 13px; line-height: 20px; font-weight: 600; }
p { margin: 0 0 8px; }
.period { color: var(--t2); margin: 4px 0 16px; }
.sentence { font-size: 16px; line-height: 24px; font-weight: 500; margin: 0 0 16px; max-width: 860px; }
.panel { background: var(--panel); border: 1px solid var(--edge); border-radius: 8px; padding: 12px 16px; margin: 0 0 12px; }
.remarks { border-left: 3px solid var(--accent); white-space: pre-line; }
.note { color: var(--t3); font-size: 12px; line-height: 16px; margin: 8px 0 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 8px 24px; margin: 0; }
.facts dt, .method dt { color: var(--t3); font-size: 12px; line-height: 16px; }
.facts dd { margin: 0; }
.method div + div { margin-top: 8px; }
.method dt { color: var(--t1); font-weight: 500; }
.method dd { margin: 0; color: var(--t2); max-width: 860px; }
.chart { margin: 0 0 12px; }
.chart figcaption { display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: baseline; }
.legend { display: inline-flex; align-items: baseline; gap: 6px; color: var(--t2); font-size: 12px; line-height: 16px; }
.swatch { flex: none; width: 10px; height: 10px; border-radius: 3px; align-self: center; }
svg { display: block; width: 100%; height: auto; margin-top: 8px; }
svg text { font-size: 11px; fill: var(--t3); }
svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; }
svg .ground { fill: var(--panel); }
svg .grid { stroke: var(--subtle); stroke-width: 1; }
svg .base { stroke: var(--edge); stroke-width: 1; }
svg .gap { fill: var(--page); stroke: var(--strong); stroke-width: 1; stroke-dasharray: 1 3; }
svg .line { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
svg .bar { stroke-width: 1.5; stroke-opacity: 0.5; }
svg .band { stroke-width: 1; stroke-opacity: 0.4; stroke-linejoin: bevel; fill-opacity: var(--band); }
svg .flag line { stroke: var(--t2); stroke-width: 1; stroke-opacity: 0.6; }
svg .flag text { fill: var(--t2); font-weight: 600; }
svg .flag.own line { stroke: var(--accent); }
svg .flag.own text { fill: var(--accent); }
svg .mark { fill: none; stroke: var(--t1); stroke-width: 1.25; }
.s1 { stroke: var(--s1); fill: var(--s1); background: var(--s1); }
.s2 { stroke: var(--s2); fill: var(--s2); background: var(--s2); }
.s3 { stroke: var(--s3); fill: var(--s3); background: var(--s3); }
.s4 { stroke: var(--s4); fill: var(--s4); background: var(--s4); }
.s5 { stroke: var(--s5); fill: var(--s5); background: var(--s5); }
.s6 { stroke: var(--s6); fill: var(--s6); background: var(--s6); }
.s7 { stroke: var(--s7); fill: var(--s7); background: var(--s7); }
.s8 { stroke: var(--s8); fill: var(--s8); background: var(--s8); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; border-top: 1px solid var(--subtle); }
thead th { border-top: 0; color: var(--t2); font-size: 12px; font-weight: 500; white-space: nowrap; }
tbody th { font-weight: 500; }
th.n, td.n { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
td.time { white-space: nowrap; color: var(--t2); }
td.unit, .quiet { color: var(--t3); }
td ul { margin: 0; padding: 0; list-style: none; }
tr.group th { padding-top: 12px; color: var(--t3); font-size: 12px; font-weight: 500; }
@media (max-width: 640px) {
  body { padding: 16px 12px 32px; }
  td.time { white-space: normal; }
}
footer { margin-top: 32px; color: var(--t3); font-size: 12px; line-height: 16px; }
@page { size: A4; margin: 14mm 12mm; }
@media print {
  html, body { background: #FFFFFF; }
  body { max-width: none; padding: 0; font-size: 10px; line-height: 15px; }
  h1 { font-size: 18px; line-height: 24px; }
  h2 { margin-top: 18px; font-size: 12px; line-height: 18px; }
  h3 { font-size: 10px; line-height: 14px; }
  .sentence { font-size: 12px; line-height: 18px; }
  .panel { padding: 6px 10px; border-radius: 4px; }
  .chart { margin-bottom: 8px; }
  .method dt { font-size: 10px; line-height: 15px; }
  .note, .facts dt, .legend, thead th, tr.group th, footer { font-size: 9px; line-height: 13px; }
  svg .gap { fill: #F4F6F8; }
  h2, h3, figcaption { break-after: avoid; }
  .chart, tr, dl.facts > div, dl.method > div { break-inside: avoid; }
  thead { display: table-header-group; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"#;
