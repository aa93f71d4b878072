//! Arrivals: who contacts, when, about what, how long it talks and how long it waits.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;

use super::error::ReplayError;
use super::input::Rows;

/// The columns of a file of arrivals.
const COLUMNS: &[&str] = &[
    "contact",
    "at_ms",
    "queue",
    "customer",
    "channel",
    "topic",
    "case",
    "owner",
    "priority",
    "requires",
    "service_ms",
    "patience_ms",
    "wrap_up_ms",
    "outcome",
];

/// What `contact.end` takes.
const OUTCOMES: &[&str] = &["resolved", "open", "transferred", "dropped"];

/// One arrival, as the file has it.
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
    /// How long it talks with whoever takes it.
    pub service_ms: i64,
    /// It abandons after so long; `None` = never.
    pub patience_ms: Option<i64>,
    pub wrap_up_ms: Option<i64>,
    /// How the conversation ends; `open` where the file does not say, so a customer's next
    /// contact is a repeat contact.
    pub outcome: Option<String>,
}

/// Reads a file of arrivals; `file` is what errors call it.
pub fn arrivals(file: &str, bytes: Box<dyn Read>) -> Result<Vec<Arrival>, ReplayError> {
    let mut rows = Rows::new(file, bytes, &["contact", "at_ms", "queue"], COLUMNS)?;
    let mut arrivals: Vec<Arrival> = Vec::new();
    let mut seen = HashSet::new();
    let mut owners: HashMap<String, String> = HashMap::new();
    while rows.next()? {
        let mut arrival = arrival(&rows)?;
        if !seen.insert(arrival.contact.clone()) {
            return Err(rows.wrong(format!("contact \"{}\" came before", arrival.contact)));
        }
        if let Some(before) = arrivals.last().map(|before| before.at_ms)
            && arrival.at_ms < before
        {
            return Err(rows.wrong(format!(
                "at_ms goes back from {before} to {}",
                arrival.at_ms
            )));
        }
        if let Some(owner) = &arrival.owner {
            // A matter that nobody named is this contact's own.
            let own = || format!("case-of-{}", arrival.contact);
            let case = arrival.case.get_or_insert_with(own);
            let known = owners.entry(case.clone()).or_insert_with(|| owner.clone());
            if known != owner {
                return Err(rows.wrong(format!(
                    "owner \"{owner}\" contradicts the case \"{case}\", which \"{known}\" owns"
                )));
            }
        }
        arrivals.push(arrival);
    }
    Ok(arrivals)
}

fn arrival(rows: &Rows) -> Result<Arrival, ReplayError> {
    let owned = |column: &str| rows.text(column).map(str::to_owned);
    let priority = match rows.text("priority") {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| rows.wrong(format!("priority is \"{text}\": give a whole number")))?,
    };
    let outcome = owned("outcome");
    if let Some(outcome) = &outcome
        && !OUTCOMES.contains(&outcome.as_str())
    {
        return Err(rows.wrong(format!(
            "outcome is \"{outcome}\": give one of {}",
            OUTCOMES.join(", ")
        )));
    }
    Ok(Arrival {
        contact: rows.must("contact")?.to_owned(),
        at_ms: rows
            .ms("at_ms")?
            .ok_or_else(|| rows.wrong("at_ms is empty"))?,
        queue: rows.must("queue")?.to_owned(),
        channel: owned("channel"),
        customer: owned("customer"),
        topic: owned("topic"),
        kind: None,
        case: owned("case"),
        owner: owned("owner"),
        priority,
        requires: rows.pairs("requires", ">=", 10)?.into_iter().collect(),
        service_ms: rows.ms("service_ms")?.unwrap_or(0),
        patience_ms: rows.ms("patience_ms")?,
        wrap_up_ms: rows.ms("wrap_up_ms")?,
        outcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Arrival>, String> {
        let bytes = Box::new(std::io::Cursor::new(text.to_owned()));
        arrivals("a.csv", bytes).map_err(|error| error.to_string())
    }

    #[test]
    fn columns_come_in_any_order() {
        let read = read(
            "queue,at_ms,contact,requires,patience_ms,owner\nq,5,c1,zh>=5;en,,\nq,5,c2,,90,ada\n",
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
            ("contact,at_ms\n", "a.csv: has no column \"queue\""),
            (
                "contact,at_ms,queue,q\n",
                "a.csv: has an unknown column \"q\": the columns are",
            ),
            (
                "contact,at_ms,queue\na,5,q\nb,4,q\n",
                "a.csv, row 3: at_ms goes back from 5 to 4",
            ),
            (
                "contact,at_ms,queue\na,5,q\na,5,q\n",
                "a.csv, row 3: contact \"a\" came before",
            ),
            (
                "contact,at_ms,queue\na,x,q\n",
                "a.csv, row 2: at_ms is \"x\": give whole",
            ),
            (
                "contact,at_ms,queue\na,,q\n",
                "a.csv, row 2: at_ms is empty",
            ),
            (
                "contact,at_ms,queue,requires\na,1,q,zh=5\n",
                "a.csv, row 2: requires has \"zh=5\"",
            ),
            (
                "contact,at_ms,queue,case,owner\na,1,q,k,ada\nb,1,q,k,bo\n",
                "a.csv, row 3: owner \"bo\" contradicts the case \"k\", which \"ada\" owns",
            ),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.starts_with(message), "{error}");
        }
    }
}
