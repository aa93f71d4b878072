//! `firsthand check FILE`: one line if the file is correct, else every fault.

use std::io::{self, Write};
use std::path::Path;

use super::fault::counted;
use super::{Config, Tenant};
use crate::printable::printable;

/// The exit code of a correct configuration.
const OK: u8 = 0;
/// The exit code of a faulty one.
const WRONG: u8 = 2;

/// Checks a file, prints the findings, and returns the exit code 0 or 2. Warnings do not change it.
/// `colour` is for a terminal.
pub fn check(
    path: &Path,
    out: &mut dyn Write,
    err: &mut dyn Write,
    colour: bool,
) -> io::Result<u8> {
    let (config, warnings) = match Config::load(path) {
        Ok(loaded) => loaded,
        Err(faults) => {
            writeln!(err, "{}", faults.render(colour))?;
            return Ok(WRONG);
        }
    };
    for warning in &warnings {
        writeln!(err, "{}\n", warning.render(colour))?;
    }
    let tenants: Vec<&Tenant> = std::iter::once(&config.tenant)
        .chain(config.tenants.values())
        .collect();
    let sum = |count: fn(&Tenant) -> usize| tenants.iter().map(|tenant| count(tenant)).sum();
    let mut parts = vec![
        counted(sum(|tenant| tenant.queues.len()), "queue"),
        counted(sum(|tenant| tenant.agents.len()), "agent"),
        counted(sum(|tenant| tenant.customers.len()), "customer"),
    ];
    let kinds = sum(|tenant| tenant.kinds.len());
    if kinds > 0 {
        parts.push(counted(kinds, "kind"));
    }
    if tenants.len() > 1 {
        parts.push(counted(tenants.len(), "tenant"));
    }
    if !config.tokens.is_empty() {
        parts.push(counted(config.tokens.len(), "token"));
    }
    if !warnings.is_empty() {
        parts.push(counted(warnings.len(), "warning"));
    }
    writeln!(out, "{}: ok", printable(&path.to_string_lossy()))?;
    writeln!(out, "{}", parts.join(", "))?;
    Ok(OK)
}
