//! The agents of a trace: what they can do and when they are on shift.
//!
//! They come from a file with a row for each shift, or from the configuration, whose agents are
//! always on shift.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::Tenant;
use crate::router::command::AgentSet;
use crate::router::ids::Name;
use crate::router::policy::{CAPACITY_MAX, Capacity};
use crate::router::time::{TIMESTAMP_MAX, Timestamp};
use crate::table::{Columns, Table, TableError};

use super::skills;

const AGENT: usize = 0;
const SKILLS: usize = 1;
const TEAM: usize = 2;
const DEPUTY: usize = 3;
const LEADER: usize = 4;
const CAPACITY: usize = 5;
const FROM_MS: usize = 6;
const TO_MS: usize = 7;

/// The columns of an agents file.
pub const COLUMNS: Columns = Columns {
    known: &[
        "agent", "skills", "team", "deputy", "leader", "capacity", "from_ms", "to_ms",
    ],
    required: 2,
};

/// One shift of one agent.
#[derive(Clone, Debug)]
pub struct Shift {
    pub agent: Name,
    /// The agent's attributes on this shift, by index in [`Roster::profiles`].
    pub profile: usize,
    /// `None`: from before the first arrival.
    pub from: Option<Timestamp>,
    /// `None`: to the end.
    pub to: Option<Timestamp>,
    /// The row of the file, counted from 1 without the header, and its line.
    pub row: (u64, u64),
}

/// All agents with their shifts.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    pub shifts: Vec<Shift>,
    /// Each different description of an agent, in the order of the file.
    pub profiles: Vec<AgentSet>,
}

impl Roster {
    /// The agents of the configuration, always on shift.
    pub fn of_config(tenant: &Tenant) -> Self {
        let mut roster = Self::default();
        for (name, agent) in &tenant.agents {
            roster.shifts.push(Shift {
                agent: name.clone(),
                profile: roster.profiles.len(),
                from: None,
                to: None,
                row: (0, 0),
            });
            roster.profiles.push(agent.clone());
        }
        roster
    }

    /// Reads a file. A cell left empty takes the value from the configured agent. Without a tenant
    /// no agent is configured and any channel may be named.
    pub fn open(path: &Path, tenant: Option<&Tenant>) -> Result<Self, TableError> {
        Self::of_table(Table::open(path, COLUMNS)?, tenant)
    }

    /// Reads an open table.
    pub fn of_table(mut table: Table, tenant: Option<&Tenant>) -> Result<Self, TableError> {
        let mut roster = Self::default();
        let mut latest: BTreeMap<Name, usize> = BTreeMap::new();
        while table.next_row()? {
            let agent = name(&table, AGENT)?
                .ok_or_else(|| table.fault(AGENT, "is empty: name the agent"))?;
            let set = profile(&table, &agent, tenant)?;
            let from = table.number(FROM_MS, -TIMESTAMP_MAX, TIMESTAMP_MAX)?;
            let to = table.number(TO_MS, -TIMESTAMP_MAX, TIMESTAMP_MAX)?;
            if let (Some(from), Some(to)) = (from, to)
                && to <= from
            {
                let message = format!("{to} is not after from_ms ({from}): a shift takes time");
                return Err(table.fault(TO_MS, message));
            }
            let known = latest.get(&agent).copied();
            let profile = match known.filter(|known| roster.profiles[*known] == set) {
                Some(known) => known,
                None => {
                    roster.profiles.push(set);
                    roster.profiles.len() - 1
                }
            };
            latest.insert(agent.clone(), profile);
            roster.shifts.push(Shift {
                agent,
                profile,
                from,
                to,
                row: (table.row(), table.line()),
            });
        }
        Ok(roster)
    }

    /// The earliest beginning of a shift that has one.
    pub fn first_from(&self) -> Option<Timestamp> {
        self.shifts.iter().filter_map(|shift| shift.from).min()
    }
}

fn name(table: &Table, column: usize) -> Result<Option<Name>, TableError> {
    table
        .text(column)?
        .map(|text| Name::new(text).map_err(|why| table.fault(column, why)))
        .transpose()
}

fn profile(table: &Table, agent: &Name, tenant: Option<&Tenant>) -> Result<AgentSet, TableError> {
    let mut set = tenant
        .and_then(|tenant| tenant.agents.get(agent).cloned())
        .unwrap_or_else(|| AgentSet::of(agent.clone()));
    if let Some(text) = table.text(SKILLS)? {
        set.skills = skills::of_agent(text).map_err(|why| table.fault(SKILLS, why))?;
    }
    if let Some(team) = name(table, TEAM)? {
        set.team = Some(team);
    }
    for (column, place) in [(DEPUTY, &mut set.deputy), (LEADER, &mut set.leader)] {
        if let Some(other) = name(table, column)? {
            if other == *agent {
                return Err(table.fault(column, "an agent cannot stand in for itself"));
            }
            *place = Some(other);
        }
    }
    if let Some(text) = table.text(CAPACITY)? {
        set.capacity = capacity(text, tenant).map_err(|why| table.fault(CAPACITY, why))?;
    }
    Ok(set)
}

/// Reads `chat=3;email=10` or, if the channels are known, one number for every channel that is not
/// exclusive.
fn capacity(text: &str, tenant: Option<&Tenant>) -> Result<BTreeMap<Name, Capacity>, String> {
    let channels = tenant.map(Tenant::channels);
    let number = |text: &str| {
        text.trim()
            .parse()
            .ok()
            .and_then(Capacity::new)
            .ok_or_else(|| {
                format!("\"{text}\" is not a number of contacts at once: give 0 to {CAPACITY_MAX}")
            })
    };
    if let (Some(channels), false) = (&channels, text.contains('=')) {
        let n = number(text)?;
        let shared = channels.iter().filter(|(_, rule)| !rule.exclusive);
        return Ok(shared.map(|(name, _)| (name.clone(), n)).collect());
    }
    let mut capacity = BTreeMap::new();
    for part in text.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        let (name, n) = part
            .split_once('=')
            .ok_or_else(|| format!("\"{part}\": write it as chat=3;email=10"))?;
        let name = Name::new(name.trim())?;
        if let Some(channels) = &channels
            && !channels.contains_key(&name)
        {
            let all: Vec<&str> = channels.keys().map(Name::as_str).collect();
            return Err(format!("no channel \"{name}\": one of {}", all.join(", ")));
        }
        capacity.insert(name, number(n)?);
    }
    Ok(capacity)
}
