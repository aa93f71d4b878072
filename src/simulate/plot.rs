//! The plot of a simulation.

use std::path::Path;

use super::Report;
use super::error::SimulateError;

/// Draws a report into an SVG file.
pub fn draw(path: &Path, report: &Report) -> Result<(), SimulateError> {
    let _ = report;
    let _ = path;
    Ok(())
}
