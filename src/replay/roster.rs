//! The agents: what they can do, and when they work.

use std::collections::BTreeMap;

use crate::router::command::AgentSet;
use crate::router::ids::Name;
use crate::table::{Table, TableError};
use crate::trace;

/// All agents, by id.
pub type Roster = BTreeMap<String, Agent>;

/// An agent and its shifts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    pub name: Option<String>,
    pub skills: BTreeMap<String, u32>,
    pub team: Option<String>,
    pub deputy: Option<String>,
    pub leader: Option<String>,
    pub capacity: BTreeMap<String, u32>,
    /// In the order of time, not overlapping.
    pub shifts: Vec<Shift>,
}

impl Agent {
    /// Whether its skills meet the requirements.
    pub fn meets<'a>(&self, mut requires: impl Iterator<Item = (&'a String, &'a u32)>) -> bool {
        requires.all(|(skill, level)| self.skills.get(skill).is_some_and(|has| has >= level))
    }
}

/// A period in which an agent takes contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// `i64::MIN` = from the beginning.
    pub from_ms: i64,
    /// `i64::MAX` = to the end.
    pub to_ms: i64,
    /// The presence that the agent sets at its end.
    pub then: Away,
}

/// The presence of an agent who does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    Offline,
    Break,
}

impl Away {
    pub const fn presence(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Break => "break",
        }
    }
}

/// Reads all agents; several rows of one agent are its shifts.
pub fn roster(table: Table) -> Result<Roster, TableError> {
    let file = table.file().to_owned();
    let read = trace::Roster::of_table(table, None)?;
    let mut roster = Roster::new();
    for row in &read.shifts {
        let set = &read.profiles[row.profile];
        let id = row.agent.as_str();
        let agent = roster.entry(id.to_owned()).or_insert_with(|| agent(set));
        if agent.skills != skills(set) {
            return Err(TableError::Row {
                file,
                row: row.row.0,
                line: row.row.1,
                column: "skills",
                message: format!("agent \"{id}\" has other skills than in its first row"),
            });
        }
        agent.shifts.push(Shift {
            from_ms: row.from.unwrap_or(i64::MIN),
            to_ms: row.to.unwrap_or(i64::MAX),
            then: Away::Offline,
        });
    }
    for agent in roster.values_mut() {
        agent.shifts = joined(std::mem::take(&mut agent.shifts));
    }
    Ok(roster)
}

fn agent(set: &AgentSet) -> Agent {
    let named = |name: &Option<Name>| name.as_ref().map(|name| name.as_str().to_owned());
    let capacity = set.capacity.iter();
    Agent {
        name: None,
        skills: skills(set),
        team: named(&set.team),
        deputy: named(&set.deputy),
        leader: named(&set.leader),
        capacity: capacity
            .map(|(channel, n)| (channel.as_str().to_owned(), n.get()))
            .collect(),
        shifts: Vec::new(),
    }
}

fn skills(set: &AgentSet) -> BTreeMap<String, u32> {
    let skills = set.skills.iter();
    skills
        .map(|(skill, level)| (skill.as_str().to_owned(), u32::from(level.0)))
        .collect()
}

/// Shifts in order of time, overlapping ones joined. Adjacent shifts stay two, because an agent who
/// leaves and comes back starts a new idle time.
fn joined(mut shifts: Vec<Shift>) -> Vec<Shift> {
    shifts.sort_by_key(|shift| (shift.from_ms, shift.to_ms));
    let mut joined: Vec<Shift> = Vec::new();
    for shift in shifts {
        match joined.last_mut() {
            Some(last) if shift.from_ms < last.to_ms => last.to_ms = last.to_ms.max(shift.to_ms),
            _ => joined.push(shift),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Roster, String> {
        let bytes = std::io::Cursor::new(text.to_owned());
        Table::read("b.csv", bytes, trace::AGENT_COLUMNS)
            .and_then(roster)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn rows_of_one_agent_are_its_shifts() {
        let text = "agent,skills,from_ms,to_ms,leader\n\
                    bo,en=2,0,10,\nada,zh=10;en=1,5,9,bo\nbo,en=2,8,12,\nbo,en=2,12,20,\n";
        let roster = read(text).expect("a roster");
        let spans = |id: &str| -> Vec<(i64, i64)> {
            roster[id]
                .shifts
                .iter()
                .map(|shift| (shift.from_ms, shift.to_ms))
                .collect()
        };
        assert_eq!(spans("bo"), [(0, 12), (12, 20)]);
        assert_eq!(spans("ada"), [(5, 9)]);
        assert_eq!(roster["ada"].leader.as_deref(), Some("bo"));
        let wants = BTreeMap::from([("zh".to_owned(), 5)]);
        assert!(roster["ada"].meets(wants.iter()) && !roster["bo"].meets(wants.iter()));
    }

    #[test]
    fn a_mistake_is_named_with_its_row() {
        for (text, message) in [
            (
                "agent,skills\na,zh=11\n",
                "b.csv: row 1 (line 2), column skills: \"zh=11\" needs a level",
            ),
            (
                "agent,skills,from_ms,to_ms\na,zh=1,5,4\n",
                "b.csv: row 1 (line 2), column to_ms: 4 is not after from_ms",
            ),
            (
                "agent,skills\na,zh=1\na,zh=2\n",
                "b.csv: row 2 (line 3), column skills: agent \"a\" has other skills",
            ),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.starts_with(message), "{error}");
        }
    }
}
