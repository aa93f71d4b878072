//! The roster: which agents there are, what they can do, and when they work.

use std::collections::BTreeMap;
use std::io::Read;

use super::error::ReplayError;
use super::input::Rows;

/// The columns of a file of agents.
const COLUMNS: &[&str] = &[
    "agent", "skills", "team", "deputy", "leader", "capacity", "from_ms", "to_ms",
];

/// Everyone who works, by id.
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
    /// Whether it meets a requirement.
    pub fn meets<'a>(&self, mut requires: impl Iterator<Item = (&'a String, &'a u32)>) -> bool {
        requires.all(|(skill, level)| self.skills.get(skill).is_some_and(|has| has >= level))
    }
}

/// A time in which an agent takes contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// `i64::MIN` = from the beginning.
    pub from_ms: i64,
    /// `i64::MAX` = to the end.
    pub to_ms: i64,
    /// What the agent says when it is over.
    pub then: Away,
}

/// Where an agent is when it does not work.
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

/// Reads a file of agents; several rows of one agent are its shifts.
pub fn roster(file: &str, bytes: Box<dyn Read>) -> Result<Roster, ReplayError> {
    let mut rows = Rows::new(file, bytes, &["agent", "skills"], COLUMNS)?;
    let mut roster = Roster::new();
    while rows.next()? {
        let id = rows.must("agent")?.to_owned();
        let shift = Shift {
            from_ms: rows.ms("from_ms")?.unwrap_or(i64::MIN),
            to_ms: rows.ms("to_ms")?.unwrap_or(i64::MAX),
            then: Away::Offline,
        };
        if shift.to_ms < shift.from_ms {
            return Err(rows.wrong(format!(
                "the shift ends at {} before it begins at {}",
                shift.to_ms, shift.from_ms
            )));
        }
        let owned = |column: &str| rows.text(column).map(str::to_owned);
        let row = Agent {
            name: None,
            skills: rows.pairs("skills", "=", 10)?.into_iter().collect(),
            team: owned("team"),
            deputy: owned("deputy"),
            leader: owned("leader"),
            capacity: rows.pairs("capacity", "=", 1_000)?.into_iter().collect(),
            shifts: Vec::new(),
        };
        let agent = roster.entry(id.clone()).or_insert_with(|| row.clone());
        if !agent.shifts.is_empty() && agent.skills != row.skills {
            return Err(rows.wrong(format!(
                "agent \"{id}\" has other skills than in its first row"
            )));
        }
        agent.shifts.push(shift);
    }
    for agent in roster.values_mut() {
        agent.shifts = joined(std::mem::take(&mut agent.shifts));
    }
    Ok(roster)
}

/// Shifts in the order of time; those that overlap are one. Shifts that touch stay two, since an
/// agent who leaves and comes back has not been idle before.
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

    #[test]
    fn rows_of_one_agent_are_its_shifts() {
        let text = "agent,skills,from_ms,to_ms,leader\n\
                    bo,en=2,0,10,\nada,zh=10;en=1,5,9,bo\nbo,en=2,8,12,\nbo,en=2,12,20,\n";
        let roster = roster("b.csv", Box::new(text.as_bytes())).expect("a roster");
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
                "b.csv, row 2: skills has \"zh=11\"",
            ),
            (
                "agent,skills,from_ms,to_ms\na,zh=1,5,4\n",
                "b.csv, row 2: the shift ends at 4",
            ),
            (
                "agent,skills\na,zh=1\na,zh=2\n",
                "b.csv, row 3: agent \"a\" has other skills",
            ),
        ] {
            let error = roster("b.csv", Box::new(text.as_bytes())).expect_err(text);
            assert!(error.to_string().starts_with(message), "{error}");
        }
    }
}
