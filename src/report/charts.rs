//! The plots of the report, as SVG inside its page. Text stays text in the SVG, so no font is read.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::fold::Report;
use super::print;

const WIDE: (u32, u32) = (860, 320);
/// Height of one bar with its gap, and of the frame with the axes, in pixels.
const BAR_HEIGHT: u32 = 26;
const FRAME_HEIGHT: u32 = 90;
/// Width of the legend as a share of the plot beside it.
const LEGEND_SHARE: f64 = 0.3;
/// The most bars of one plot.
const BARS_MAX: usize = 30;
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

type Drawn<T> = Result<T, Box<dyn std::error::Error>>;
type Panel<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A line over the periods; `None` makes a gap.
struct Line {
    name: String,
    values: Vec<Option<f64>>,
}

/// A bar of parts laid end to end.
struct Bar {
    name: String,
    parts: Vec<f64>,
}

/// Continuity, first-contact resolution and deadlines kept, over the periods.
pub(super) fn shares(report: &Report) -> Drawn<Option<String>> {
    let names = ["continuity", "first_contact_resolution", "on_time"];
    let lines = names.map(|name| of_periods(report, name, 100.0));
    lines_chart(report, ("per cent", Some(100.0)), &lines)
}

/// Handovers, overdue deadlines and escalations, over the periods.
pub(super) fn problems(report: &Report) -> Drawn<Option<String>> {
    let names = ["handovers", "deadlines_overdue", "escalations"];
    let lines = names.map(|name| of_periods(report, name, 1.0));
    lines_chart(report, ("number", None), &lines)
}

/// Complaints by class, over the periods.
pub(super) fn complaints(report: &Report) -> Drawn<Option<String>> {
    let (_, classes) = print::classes(report);
    let lines: Vec<Line> = classes
        .into_iter()
        .map(|(name, values)| Line {
            name,
            values: values.into_iter().map(|count| Some(count as f64)).collect(),
        })
        .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    lines_chart(report, ("opened", None), &lines)
}

/// The repeat contacts of each owner: those that reached the owner, and those that others served.
pub(super) fn owners(report: &Report) -> Drawn<Option<String>> {
    let mut bars: Vec<Bar> = report
        .by_agent
        .iter()
        .filter(|(_, figures)| figures.repeats > 0)
        .map(|(name, figures)| Bar {
            name: name.clone(),
            parts: vec![figures.hits as f64, (figures.repeats - figures.hits) as f64],
        })
        .collect();
    bars.sort_by(|a, b| b.parts.iter().sum::<f64>().total_cmp(&a.parts.iter().sum()));
    bars.truncate(BARS_MAX);
    bars_chart(
        &bars,
        "repeat contacts",
        &["served by the owner", "stand-ins"],
    )
}

/// How long cases stay in each stage.
pub(super) fn stages(report: &Report) -> Drawn<Option<String>> {
    let bars: Vec<Bar> = report
        .stages
        .iter()
        .filter_map(|((kind, stage), figures)| {
            let median = figures.took.percentile(50)? / 3.6e6;
            let p90 = figures.took.percentile(90)? / 3.6e6;
            Some(Bar {
                name: format!("{kind}: {stage}"),
                parts: vec![median, p90 - median],
            })
        })
        .take(BARS_MAX)
        .collect();
    bars_chart(&bars, "hours", &["half of the cases", "90 % of the cases"])
}

fn of_periods(report: &Report, name: &str, factor: f64) -> Line {
    let measure = super::MEASURES.iter().find(|measure| measure.name == name);
    let measure = measure.expect("a measure that there is");
    Line {
        name: measure.title.to_owned(),
        values: report
            .by_period
            .values()
            .map(|figures| (measure.value)(figures).map(|value| value * factor))
            .collect(),
    }
}

fn lines_chart(
    report: &Report,
    (unit, top): (&str, Option<f64>),
    lines: &[Line],
) -> Drawn<Option<String>> {
    let periods: Vec<&String> = report.by_period.keys().collect();
    let values = || lines.iter().flat_map(|line| &line.values);
    if periods.is_empty() || values().all(Option::is_none) {
        return Ok(None);
    }
    let largest = values().flatten().copied().fold(1.0, f64::max);
    let top = top.unwrap_or(largest * 1.1);
    // Room for the legend beside the lines.
    let right = (periods.len() as f64 - 0.5) + periods.len() as f64 * LEGEND_SHARE;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, WIDE).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .margin(10)
            .x_label_area_size(30)
            .y_label_area_size(60)
            .build_cartesian_2d(-0.5..right, 0.0..top * 1.02)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(WHITE)
            .y_desc(unit)
            .y_label_formatter(&|y| format!("{y:.0}"))
            .x_labels(periods.len().min(14) * 2 + 1)
            .x_label_formatter(&|x| label(&periods, *x))
            .draw()?;
        for (line, colour) in lines.iter().zip(COLOURS.iter().cycle()) {
            let points: Vec<(f64, f64)> = line
                .values
                .iter()
                .enumerate()
                .filter_map(|(at, value)| Some((at as f64, (*value)?)))
                .collect();
            chart
                .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?
                .label(&line.name)
                .legend(move |(x, y)| {
                    PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2))
                });
            let dots = points.iter().map(|at| Circle::new(*at, 3, colour.filled()));
            chart.draw_series(dots)?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::MiddleRight)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        root.present()?;
    }
    Ok(Some(svg))
}

/// The name of the period at `x`; empty between periods.
fn label(periods: &[&String], x: f64) -> String {
    if x < -0.01 || (x - x.round()).abs() > 0.01 {
        return String::new();
    }
    periods
        .get(x.round() as usize)
        .map_or_else(String::new, |period| (*period).clone())
}

fn bars_chart(bars: &[Bar], unit: &str, parts: &[&str]) -> Drawn<Option<String>> {
    if bars.is_empty() {
        return Ok(None);
    }
    let height = FRAME_HEIGHT + BAR_HEIGHT * u32::try_from(bars.len())?;
    let longest = bars
        .iter()
        .map(|bar| bar.parts.iter().sum::<f64>())
        .fold(0.0, f64::max);
    let right = if longest > 0.0 { longest * 1.05 } else { 1.0 };
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDE.0, height)).into_drawing_area();
        root.fill(&WHITE)?;
        draw_bars(&root, bars, unit, parts, right)?;
        root.present()?;
    }
    Ok(Some(svg))
}

fn draw_bars(root: &Panel<'_>, bars: &[Bar], unit: &str, parts: &[&str], right: f64) -> Drawn<()> {
    let rows = bars.len() as f64;
    let mut chart = ChartBuilder::on(root)
        .margin(10)
        .x_label_area_size(36)
        .y_label_area_size(180)
        .build_cartesian_2d(0.0..right, -0.5..rows - 0.5)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(WHITE)
        .x_desc(unit)
        .y_labels(bars.len() * 2 + 1)
        .y_label_formatter(&|y| {
            let at = rows - 1.0 - y;
            if at < -0.01 || (at - at.round()).abs() > 0.01 {
                return String::new();
            }
            bars.get(at.round() as usize)
                .map_or_else(String::new, |bar| bar.name.clone())
        })
        .draw()?;
    for (part, (name, colour)) in parts.iter().zip(COLOURS).enumerate() {
        let pieces = bars.iter().enumerate().map(|(at, bar)| {
            let from: f64 = bar.parts.iter().take(part).sum();
            let to = from + bar.parts.get(part).copied().unwrap_or(0.0);
            let y = rows - 1.0 - at as f64;
            Rectangle::new([(from, y - 0.35), (to, y + 0.35)], colour.filled())
        });
        chart
            .draw_series(pieces)?
            .label(*name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 14, y + 5)], colour.filled()));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}
