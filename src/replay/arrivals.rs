//! Arrivals: who contacts, when, about what, how long it talks and waits.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::router::DEFAULT_QUEUE;
use crate::table::{Table, TableError};
use crate::trace::arrivals::{
    AT_MS, CASE, CHANNEL, CONTACT, CUSTOMER, OUTCOME, OWNER, QUEUE, REQUIRES, TOPIC,
};
use crate::trace::{Arrivals, skills};

/// The outcomes of `contact.end`.
const OUTCOMES: &[&str] = &["resolved", "open", "transferred", "dropped"];

/// A row of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    pub contact: String,
    pub at_ms: i64,
    pub queue: String,
    pub channel: Option<String>,
    pub customer: Option<String>,
    pub topic: Option<String>,
    /// The kind of its case; not in the file.
    pub kind: Option<String>,
    pub case: Option<String>,
    /// The agent who owns its case when it arrives.
    pub owner: Option<String>,
    pub priority: i32,
    pub requires: BTreeMap<String, u32>,
    /// How long it talks with the agent.
    pub service_ms: i64,
    /// It abandons after this time; `None` = never.
    pub patience_ms: Option<i64>,
    pub wrap_up_ms: Option<i64>,
    /// How the conversation ends; `open` if the file does not say, so that the customer's next
    /// contact is a repeat contact.
    pub outcome: Option<String>,
}

/// Reads all arrivals.
pub fn arrivals(table: Table) -> Result<Vec<Arrival>, TableError> {
    let mut rows = Arrivals::of_table(table)?;
    let mut arrivals: Vec<Arrival> = Vec::new();
    let mut seen = HashSet::new();
    let mut owners: HashMap<String, String> = HashMap::new();
    while let Some(at_ms) = rows.next_at() {
        let mut arrival = arrival(&rows, at_ms)?;
        let table = rows.table();
        if !seen.insert(arrival.contact.clone()) {
            let message = format!(
                "\"{}\" came before: every contact has its own",
                arrival.contact
            );
            return Err(table.fault(CONTACT, message));
        }
        if let Some(owner) = &arrival.owner {
            // A case that the file does not name is this contact's own.
            let own = || format!("case-of-{}", arrival.contact);
            let case = arrival.case.get_or_insert_with(own);
            let known = owners.entry(case.clone()).or_insert_with(|| owner.clone());
            if known != owner {
                let message = format!(
                    "\"{owner}\" contradicts case \"{case}\", which \"{known}\" owns: give the \
                     same owner or leave it out"
                );
                return Err(table.fault(OWNER, message));
            }
        }
        arrivals.push(arrival);
        rows.advance()?;
    }
    Ok(arrivals)
}

fn arrival(rows: &Arrivals, at_ms: i64) -> Result<Arrival, TableError> {
    let table = rows.table();
    let owned = |column| table.text(column).map(|text| text.map(str::to_owned));
    if at_ms < 0 {
        return Err(table.fault(AT_MS, format!("{at_ms} is before 0, where a replay begins")));
    }
    let times = rows.times()?;
    let outcome = owned(OUTCOME)?;
    if let Some(outcome) = &outcome
        && !OUTCOMES.contains(&outcome.as_str())
    {
        let message = format!(
            "\"{outcome}\" ends no conversation: one of {}",
            OUTCOMES.join(", ")
        );
        return Err(table.fault(OUTCOME, message));
    }
    let requires = skills::required(table.text(REQUIRES)?.unwrap_or_default())
        .map_err(|why| table.fault(REQUIRES, why))?;
    Ok(Arrival {
        contact: String::from_utf8_lossy(&rows.contact()?).into_owned(),
        at_ms,
        queue: owned(QUEUE)?.unwrap_or_else(|| DEFAULT_QUEUE.to_owned()),
        channel: owned(CHANNEL)?,
        customer: owned(CUSTOMER)?,
        topic: owned(TOPIC)?,
        kind: None,
        case: owned(CASE)?,
        owner: owned(OWNER)?,
        priority: rows.priority()?,
        requires: requires
            .into_iter()
            .map(|(skill, level)| (skill.as_str().to_owned(), u32::from(level.0)))
            .collect(),
        service_ms: times.service_ms,
        patience_ms: times.patience_ms,
        wrap_up_ms: times.wrap_up_ms,
        outcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::ARRIVAL_COLUMNS;

    fn read(text: &str) -> Result<Vec<Arrival>, String> {
        let bytes = std::io::Cursor::new(text.to_owned());
        Table::read("a.csv", bytes, ARRIVAL_COLUMNS)
            .and_then(arrivals)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn columns_come_in_any_order() {
        let read = read(
            "queue,at_ms,contact,requires,patience_ms,owner\nq,5,c1,zh>=5;en>=1,,\nq,5,c2,,90,ada\n",
        );
        let read = read.expect("two arrivals");
        assert_eq!(
            read[0].requires,
            BTreeMap::from([("en".to_owned(), 1), ("zh".to_owned(), 5)])
        );
        assert_eq!((read[0].patience_ms, read[1].patience_ms), (None, Some(90)));
        assert_eq!(read[1].case.as_deref(), Some("case-of-c2"));
    }

    #[test]
    fn a_mistake_is_named_with_its_row() {
        for (text, message) in [
            (
                "contact,at_ms,queue\na,5,q\na,5,q\n",
                "a.csv: row 2 (line 3), column contact: \"a\" came before",
            ),
            (
                "contact,at_ms,queue\na,-1,q\n",
                "a.csv: row 1 (line 2), column at_ms: -1 is before 0",
            ),
            (
                "contact,at_ms,queue,outcome\na,5,q,abandoned\n",
                "a.csv: row 1 (line 2), column outcome: \"abandoned\" ends no conversation",
            ),
            (
                "contact,at_ms,queue,requires\na,1,q,zh=5\n",
                "a.csv: row 1 (line 2), column requires: \"zh=5\" is not a skill",
            ),
            (
                "contact,at_ms,queue,case,owner\na,1,q,k,ada\nb,1,q,k,bo\n",
                "a.csv: row 2 (line 3), column owner: \"bo\" contradicts case \"k\", which \"ada\" owns",
            ),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.starts_with(message), "{error}");
        }
    }
}
