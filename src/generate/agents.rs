//! Agents and their shifts drawn from a model.

use std::io::{self, Write};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::router::ids::Name;

use super::model::{Group, Model};
use super::week::DAY_MS;

/// Keeps the random numbers of agents apart from those of arrivals of the same seed.
const SALT: u64 = 0x5348_4946_5453;

/// Writes agents as CSV, a row for each shift.
pub fn write(model: &Model, seed: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ SALT);
    writeln!(
        out,
        "agent,skills,team,deputy,leader,capacity,from_ms,to_ms"
    )?;
    for (name, group) in &model.agents {
        for n in 0..group.count {
            write_agent(model, name, group, n, &mut random, out)?;
        }
    }
    out.flush()
}

/// The ids of all agents.
pub(super) fn ids(model: &Model) -> Vec<String> {
    let groups = model.agents.iter();
    groups
        .flat_map(|(name, group)| (0..group.count).map(|n| id(name, group, n)))
        .collect()
}

fn id(name: &Name, group: &Group, n: u32) -> String {
    let width = group.count.to_string().len();
    format!("{name}-{:0width$}", n + 1)
}

fn write_agent(
    model: &Model,
    name: &Name,
    group: &Group,
    n: u32,
    random: &mut ChaCha8Rng,
    out: &mut dyn Write,
) -> io::Result<()> {
    let id = |n: u32| id(name, group, n);
    let skills: Vec<String> = group
        .skills
        .iter()
        .map(|(skill, level)| {
            let [low, high] = level.range();
            format!("{skill}={}", random.random_range(low..=high))
        })
        .collect();
    let partner = n ^ 1;
    let deputy = if group.deputies && partner < group.count {
        id(partner)
    } else {
        String::new()
    };
    let capacity: Vec<String> = group
        .capacity
        .iter()
        .map(|(channel, n)| format!("{channel}={n}"))
        .collect();
    let Some(shift) = shift_of(group, n) else {
        return Ok(());
    };
    for day in 0..model.days {
        if !shift.days.has(model.weekday(day)) {
            continue;
        }
        let midnight = i64::from(day) * DAY_MS;
        let from = midnight + shift.from.0;
        let mut to = midnight + shift.to.0;
        if to <= from {
            to += DAY_MS;
        }
        writeln!(
            out,
            "{},{},{},{},{},{},{from},{to}",
            id(n),
            skills.join(";"),
            group.team.as_ref().map_or("", Name::as_str),
            deputy,
            group.leader.as_ref().map_or("", Name::as_str),
            capacity.join(";"),
        )?;
    }
    Ok(())
}

/// The shift of an agent: shares are distributed evenly over the group.
fn shift_of(group: &Group, n: u32) -> Option<&super::model::Shift> {
    let all: f64 = group.shifts.iter().map(|shift| shift.share).sum();
    // Both of a pair have the same place, so that deputies work at the same time.
    let place = if group.deputies { n / 2 * 2 } else { n };
    let mut rest = (f64::from(place) + 0.5) / f64::from(group.count) * all;
    for shift in &group.shifts {
        rest -= shift.share;
        if rest < 0.0 {
            return Some(shift);
        }
    }
    group.shifts.last()
}
