//! Draws the table: each row as a share of its goal, and how the cost of a contact grows.

use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::table::{Row, Table, Verdict, figure};

const SIZE: (u32, u32) = (1_100, 1_000);
/// Largest share drawn; rows beyond it end there.
const SHARE_MAX: f64 = 4.0;

type Drawn = Result<(), Box<dyn std::error::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub fn draw(path: &Path, table: &Table) {
    let drawn = whole(path, table);
    drawn.expect("a writable folder and fonts by name");
}

fn whole(path: &Path, table: &Table) -> Drawn {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let rows: Vec<&Row> = table
        .rows
        .iter()
        .filter(|row| row.measured.is_some())
        .collect();
    let (above, below) = root.split_vertically(if table.curves.is_empty() { 1_000 } else { 640 });
    bars(&above, &rows)?;
    if !table.curves.is_empty() {
        curves(&below, table)?;
    }
    root.present()?;
    Ok(())
}

/// A row's figure as a share of its goal: 1 is the goal, less is better.
fn share(row: &Row) -> f64 {
    let measured = row.measured.unwrap_or(f64::NAN);
    let share = if row.is_floor {
        row.goal / measured
    } else {
        measured / row.goal
    };
    share.min(SHARE_MAX)
}

fn bars(whole: &Area<'_>, rows: &[&Row]) -> Drawn {
    let area = whole.titled(
        "Measured against the goal: left of the line it is met",
        ("sans-serif", 18),
    )?;
    let count = rows.len() as f64;
    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .margin_left(560)
        .x_label_area_size(28)
        .build_cartesian_2d(0.0..SHARE_MAX, 0.0..count)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(0)
        .x_desc("share of the goal")
        .draw()?;
    for (place, row) in rows.iter().enumerate() {
        let top = count - place as f64;
        let colour = match row.verdict {
            Verdict::Met => RGBColor(46, 125, 50),
            Verdict::Missed | Verdict::NotMeasured => RGBColor(198, 90, 17),
        };
        chart.draw_series(std::iter::once(Rectangle::new(
            [(0.0, top - 0.25), (share(row), top - 0.85)],
            colour.filled(),
        )))?;
        // The area begins at the picture's origin, so the picture's own coordinates fit.
        let (_, y) = chart.backend_coord(&(0.0, top - 0.3));
        let text = format!(
            "{}: {} {}",
            shortened(&row.what),
            figure(row.measured.unwrap_or(f64::NAN)),
            row.unit
        );
        whole.draw(&Text::new(text, (8, y), ("sans-serif", 12)))?;
    }
    chart.draw_series(LineSeries::new(
        [(1.0, 0.0), (1.0, count)],
        BLACK.stroke_width(2),
    ))?;
    Ok(())
}

fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 84;
    if text.chars().count() <= CHARS_MAX {
        return text.to_owned();
    }
    let kept: String = text.chars().take(CHARS_MAX - 1).collect();
    format!("{kept}…")
}

fn curves(area: &Area<'_>, table: &Table) -> Drawn {
    let points = || table.curves.iter().flat_map(|(_, points)| points);
    let most = points().map(|(_, ns)| *ns).fold(0.0, f64::max) * 1.2;
    let widest = points().map(|(n, _)| *n).max().unwrap_or(10) as f64;
    let mut chart = ChartBuilder::on(area)
        .caption(
            "Nanoseconds of a contact's life, or of the daemon for a submission, by the size of the centre",
            ("sans-serif", 18),
        )
        .margin(8)
        .x_label_area_size(30)
        .y_label_area_size(56)
        .build_cartesian_2d((1.0..widest * 2.0).log_scale(), 0.0..most)?;
    chart
        .configure_mesh()
        .x_desc("how many")
        .y_desc("ns")
        .x_label_formatter(&|n| figure(*n))
        .draw()?;
    for (place, (name, points)) in table.curves.iter().enumerate() {
        let colour = Palette99::pick(place).to_rgba();
        let line = points.iter().map(|(n, ns)| (*n as f64, *ns));
        chart
            .draw_series(LineSeries::new(line.clone(), colour.stroke_width(2)))?
            .label(name.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
        chart.draw_series(line.map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .border_style(BLACK.mix(0.3))
        .background_style(WHITE.mix(0.8))
        .position(SeriesLabelPosition::LowerLeft)
        .draw()?;
    Ok(())
}
