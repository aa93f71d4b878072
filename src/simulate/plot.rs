//! Plots of a simulation and of a comparison.
//!
//! Text stays text in the SVG, so no font is read here.

use std::ops::Range;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::figures::{Waits, share};
use crate::router::codes::Route;

use super::Report;
use super::by_hour::Hour;
use super::error::SimulateError;
use super::summary::Summary;

const SIZE: (u32, u32) = (1_200, 900);
const COMPARISON_SIZE: (u32, u32) = (1_100, 600);
/// Width of the chart, beside the names.
const CHART_WIDTH: u32 = 780;
const LINE_HEIGHT: i32 = 24;
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];
/// Points at which a distribution is drawn.
const STEPS: i64 = 400;

type Panel<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A result of a comparison, with its name.
#[derive(Clone, Debug)]
pub struct Compared {
    pub name: String,
    pub summary: Summary,
}

/// Draws waits, load, the distribution of waits by route, and continuity of one run.
pub fn draw(path: &Path, report: &Report) -> Result<(), SimulateError> {
    panels(path, report).map_err(|error| draw_error(path, error.as_ref()))
}

/// Draws the mean wait of each policy against its continuity.
pub fn draw_comparison(path: &Path, compared: &[Compared]) -> Result<(), SimulateError> {
    comparison(path, compared).map_err(|error| draw_error(path, error.as_ref()))
}

fn draw_error(path: &Path, error: &dyn std::error::Error) -> SimulateError {
    SimulateError::Draw {
        file: path.display().to_string(),
        message: error.to_string(),
    }
}

fn panels(path: &Path, report: &Report) -> Drawn {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let parts = root.split_evenly((2, 2));
    let hours = report.hours();
    let of = |what: fn(&Hour) -> Option<f64>| series(hours, what);
    lines(
        &parts[0],
        ("Wait of the served, by arrival", "seconds"),
        &[("mean", of(mean_wait_s)), ("longest", of(longest_s))],
    )?;
    lines(
        &parts[1],
        ("Load", "contacts, agents"),
        &[
            (
                "agents on shift",
                of(|hour| Some(hour.agents_on_shift_mean)),
            ),
            ("agents busy", of(|hour| Some(hour.agents_busy_mean))),
            ("contacts waiting", of(|hour| Some(hour.queue_length_mean))),
        ],
    )?;
    distribution(&parts[2], report.routes())?;
    lines(
        &parts[3],
        ("Continuity and service level", "share"),
        &[
            ("continuity", of(|hour| hour.counts.sums.continuity())),
            ("service level", of(|hour| hour.counts.sums.service_level())),
        ],
    )?;
    root.present()?;
    Ok(())
}

fn mean_wait_s(hour: &Hour) -> Option<f64> {
    share(
        hour.counts.wait_ms as f64 / 1e3,
        hour.counts.sums.ends.served as f64,
    )
}

fn longest_s(hour: &Hour) -> Option<f64> {
    (hour.counts.sums.ends.served > 0).then_some(hour.counts.wait_max_ms as f64 / 1e3)
}

/// Points by hours since the first.
fn series(hours: &[Hour], what: fn(&Hour) -> Option<f64>) -> Vec<(f64, f64)> {
    let origin = hours.first().map_or(0, |hour| hour.from_ms);
    hours
        .iter()
        .filter_map(|hour| Some(((hour.from_ms - origin) as f64 / 3.6e6, what(hour)?)))
        .collect()
}

type Series<'a> = (&'a str, Vec<(f64, f64)>);

/// From 0 to slightly above the largest.
fn span(values: impl Iterator<Item = f64>) -> Range<f64> {
    let largest = values.fold(0.0_f64, f64::max);
    0.0..if largest > 0.0 { largest * 1.05 } else { 1.0 }
}

fn axes<'a, 'b>(
    panel: &Panel<'b>,
    title: &str,
    x: Range<f64>,
    y: Range<f64>,
    names: (&str, &str),
) -> Result<Chart<'a, 'b>, Box<dyn std::error::Error>> {
    let mut chart = ChartBuilder::on(panel)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(38)
        .y_label_area_size(56)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc(names.0)
        .y_desc(names.1)
        .draw()?;
    Ok(chart)
}

fn legend<'a, 'b: 'a>(chart: &mut Chart<'a, 'b>) -> Drawn {
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}

fn lines(panel: &Panel<'_>, (title, unit): (&str, &str), all: &[Series<'_>]) -> Drawn {
    let points = || all.iter().flat_map(|(_, points)| points);
    let x = span(points().map(|(x, _)| *x));
    let y = span(points().map(|(_, y)| *y));
    let mut chart = axes(panel, title, x, y, ("hours", unit))?;
    for ((name, points), colour) in all.iter().zip(COLOURS) {
        chart
            .draw_series(LineSeries::new(
                points.iter().copied(),
                colour.stroke_width(2),
            ))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour));
    }
    legend(&mut chart)
}

/// The share of each route's contacts that waited no longer than a given time.
fn distribution(panel: &Panel<'_>, routes: &[Waits]) -> Drawn {
    let longest = routes.iter().map(|waits| waits.summary().p99).max();
    let longest = longest.unwrap_or(0).max(1_000);
    let x = 0.0..longest as f64 / 1e3;
    let title = "Share that waited no longer, by route";
    let mut chart = axes(panel, title, x, 0.0..1.02, ("seconds", "share"))?;
    for ((route, waits), colour) in Route::ALL.iter().zip(routes).zip(COLOURS) {
        if waits.count() == 0 {
            continue;
        }
        let (mut seen, mut all) = (0, waits.iter().peekable());
        let mut points = Vec::new();
        for step in 0..=STEPS {
            let limit = longest * step / STEPS;
            while let Some((_, n)) = all.next_if(|(wait, _)| *wait <= limit) {
                seen += n;
            }
            points.push((limit as f64 / 1e3, seen as f64 / waits.count() as f64));
        }
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
            .label(route.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour));
    }
    legend(&mut chart)
}

/// Each policy is a numbered point with its name beside the chart, so that many can be told apart
/// by more than colour.
fn comparison(path: &Path, compared: &[Compared]) -> Drawn {
    let root = SVGBackend::new(path, COMPARISON_SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(CHART_WIDTH);
    let point = |one: &Compared| {
        let all = &one.summary.all;
        (all.continuity.unwrap_or(0.0), all.wait_ms.mean / 1e3)
    };
    let x = span(compared.iter().map(|one| point(one).0));
    let y = around(compared.iter().map(|one| point(one).1));
    let title = "The price of continuity";
    let names = (
        "continuity (share of repeat contacts)",
        "mean wait, seconds",
    );
    let mut chart = axes(&left, title, x, y, names)?;
    for (n, one) in compared.iter().enumerate() {
        let colour = COLOURS[n % COLOURS.len()];
        let number = (n + 1).to_string();
        let line = LINE_HEIGHT * (n as i32 + 2);
        let name = format!("{number}  {}", one.name);
        right.draw(&Circle::new((8, line + 6), 5, colour.filled()))?;
        right.draw(&Text::new(name, (20, line), ("sans-serif", 14)))?;
        chart.draw_series([EmptyElement::at(point(one))
            + Circle::new((0, 0), 5, colour.filled())
            + Text::new(number, (7, -14), ("sans-serif", 13))])?;
    }
    root.present()?;
    Ok(())
}

/// From slightly below the smallest to slightly above the largest.
fn around(values: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    let largest = values.clone().fold(0.0_f64, f64::max);
    let smallest = values.fold(largest, f64::min);
    let room = (0.1 * (largest - smallest)).max(0.02 * largest).max(0.001);
    (smallest - room).max(0.0)..largest + room
}
