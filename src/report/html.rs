//! The report as one self-contained page: tables, plots, formulas.

use std::fmt::Write as _;

use super::charts;
use super::fold::Report;
use super::measures::{MEASURES, Section};
use super::print;

const STYLE: &str = "\
body{font:15px/1.45 system-ui,sans-serif;color:#222;max-width:1360px;margin:2em auto;padding:0 1em}
h1{font-size:1.6em;margin-bottom:0}h2{font-size:1.2em;margin:2em 0 .5em}p.span{color:#666;margin:.2em 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25em .7em;border-bottom:1px solid #ddd;text-align:right;vertical-align:bottom}\ntd{white-space:nowrap}
th:first-child,td:first-child{text-align:left}th{font-weight:600;border-bottom:2px solid #999}
.wide{overflow-x:auto;font-size:.92em}.cards{display:flex;flex-wrap:wrap;gap:1.5em 3em}.cards h3{font-size:1em;margin:.6em 0 .2em}
dl{columns:2;column-gap:3em;font-size:.85em}dt{font-weight:600;break-after:avoid}dd{margin:0 0 .5em;break-inside:avoid}
svg{max-width:100%;height:auto}";

/// Why the page cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("a plot cannot be drawn: {0}")]
pub struct PageError(String);

/// The page.
pub fn html(report: &Report) -> Result<String, PageError> {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>First-contact responsibility</title><style>{STYLE}</style></head><body>\n\
         <h1>First-contact responsibility (首问负责制)</h1>\n<p class=\"span\">{}</p>\n",
        escape(&print::span(report))
    );
    totals(&mut page, report);
    let drawn = |svg: Result<Option<String>, Box<dyn std::error::Error>>| {
        svg.map_err(|error| PageError(error.to_string()))
    };
    plot(&mut page, "Kept over time", drawn(charts::shares(report))?);
    plot(
        &mut page,
        "Troubles over time",
        drawn(charts::problems(report))?,
    );
    plot(
        &mut page,
        "Repeat contacts by owner",
        drawn(charts::owners(report))?,
    );
    for (by, groups) in report.groups() {
        if groups.is_empty() {
            continue;
        }
        let header = std::iter::once(by).chain(print::brief().map(|measure| measure.title));
        let rows = groups
            .iter()
            .map(|(name, figures)| print::group_row(name, figures));
        let _ = writeln!(page, "<h2>By {by}</h2>");
        table(&mut page, header, rows);
    }
    stages(&mut page, report);
    plot(
        &mut page,
        "Where the process is slow",
        drawn(charts::stages(report))?,
    );
    complaints(&mut page, report);
    plot(
        &mut page,
        "Complaints by class",
        drawn(charts::complaints(report))?,
    );
    formulas(&mut page);
    page.push_str("</body></html>\n");
    Ok(page)
}

fn totals(page: &mut String, report: &Report) {
    page.push_str("<div class=\"cards\">\n");
    for section in Section::ALL {
        let _ = write!(page, "<div><h3>{}</h3><table>", section.title());
        for measure in print::of_section(*section) {
            let value = print::shown(measure.unit, (measure.value)(&report.total));
            let _ = write!(
                page,
                "<tr><td title=\"{}\">{}</td><td>{}</td></tr>",
                escape(measure.formula),
                escape(measure.title),
                escape(&value)
            );
        }
        page.push_str("</table></div>\n");
    }
    page.push_str("</div>\n");
}

fn stages(page: &mut String, report: &Report) {
    if report.stages.is_empty() {
        return;
    }
    page.push_str("<h2>Stages</h2>\n");
    let rows = report
        .stages
        .iter()
        .map(|((kind, stage), figures)| print::stage_row(kind, stage, figures).to_vec());
    table(page, print::STAGE_COLUMNS.into_iter(), rows);
}

fn complaints(page: &mut String, report: &Report) {
    let (periods, classes) = print::classes(report);
    if classes.is_empty() {
        return;
    }
    page.push_str("<h2>Complaints</h2>\n");
    let header = std::iter::once("class")
        .chain(periods.iter().map(String::as_str))
        .chain(std::iter::once("trend"));
    let rows = classes.iter().map(|(class, row)| {
        let mut cells = vec![class.clone()];
        cells.extend(row.iter().map(u64::to_string));
        cells.push(print::trend(row));
        cells
    });
    table(page, header, rows);
}

fn table<'a>(
    page: &mut String,
    header: impl Iterator<Item = &'a str>,
    rows: impl Iterator<Item = Vec<String>>,
) {
    page.push_str("<div class=\"wide\"><table><tr>");
    for name in header {
        let _ = write!(page, "<th>{}</th>", escape(name));
    }
    page.push_str("</tr>\n");
    for row in rows {
        page.push_str("<tr>");
        for cell in row {
            let _ = write!(page, "<td>{}</td>", escape(&cell));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table></div>\n");
}

fn plot(page: &mut String, title: &str, svg: Option<String>) {
    if let Some(svg) = svg {
        let _ = writeln!(page, "<h2>{title}</h2>\n{svg}");
    }
}

fn formulas(page: &mut String) {
    page.push_str("<h2>How it is reckoned</h2>\n<dl>\n");
    for measure in MEASURES {
        let _ = writeln!(
            page,
            "<dt>{}</dt><dd>{}</dd>",
            escape(measure.title),
            escape(measure.formula)
        );
    }
    page.push_str("</dl>\n");
}

/// Text escaped for HTML: a name from a record must not become markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
