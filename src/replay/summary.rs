//! From the accounts of contacts to the figures of a run, as every simulation prints them.
//!
//! Waits and percentiles (nearest rank) are over served contacts; the service level is what was
//! served within the target ÷ (served + abandoned + timeout).

use std::collections::BTreeMap;

use serde::Serialize;

use super::account::{Account, Accounts, Outcome};
use super::roster::Roster;
use super::setup::Queues;

/// The figures of a run.
#[derive(Debug, Serialize)]
pub struct Summary {
    #[serde(flatten)]
    pub all: Figures,
    pub wait_all_ms: Mean,
    pub queue_length_mean: Option<f64>,
    pub in_system_mean: Option<f64>,
    pub occupancy: Option<f64>,
    /// What a blind choice among the agents on duty would have come to.
    pub continuity_by_chance: Option<f64>,
    pub by_queue: BTreeMap<String, Figures>,
    pub by_agent: BTreeMap<String, AgentFigures>,
    pub decisions: u64,
    pub wall_s: f64,
    pub replay: Accounts,
}

/// The figures of some contacts.
#[derive(Debug, Default, Serialize)]
pub struct Figures {
    pub contacts: u64,
    pub served: u64,
    pub abandoned: u64,
    pub blocked: u64,
    pub timeout: u64,
    pub overflowed: u64,
    pub rejected: u64,
    pub unserved: u64,
    pub wait_ms: Waits,
    /// Share of the served that waited at all.
    pub waited: Option<f64>,
    pub service_level: Option<f64>,
    pub repeat_contacts: u64,
    pub owner_hits: u64,
    /// Owner hits ÷ repeat contacts.
    pub continuity: Option<f64>,
}

#[derive(Debug, Default, Serialize)]
pub struct Waits {
    pub mean: Option<f64>,
    pub p50: Option<i64>,
    pub p90: Option<i64>,
    pub p95: Option<i64>,
    pub p99: Option<i64>,
    pub max: Option<i64>,
}

#[derive(Debug, Default, Serialize)]
pub struct Mean {
    pub mean: Option<f64>,
}

#[derive(Debug, Default, Serialize)]
pub struct AgentFigures {
    pub served: u64,
    pub talk_ms: i64,
    pub on_shift_ms: i64,
    pub occupancy: Option<f64>,
}

/// The figures of a run. `queues` say the targets; without a `roster` there is no occupancy.
pub fn summary(
    contacts: &[Account],
    queues: &Queues,
    roster: &Roster,
    replay: Accounts,
    wall_s: f64,
) -> Summary {
    let within = |queue: &str| {
        let policy = queues.get(queue).cloned().unwrap_or_default();
        policy.service_level.within_ms.0
    };
    let mut by_queue: BTreeMap<String, Vec<&Account>> = BTreeMap::new();
    for account in contacts {
        by_queue
            .entry(account.queue.clone())
            .or_default()
            .push(account);
    }
    let all: Vec<&Account> = contacts.iter().collect();
    let span = span(contacts);
    let by_agent = by_agent(contacts, roster, span);
    let waits: Vec<i64> = all
        .iter()
        .filter(|account| account.outcome != Some(Outcome::Blocked))
        .filter_map(|account| account.wait_ms)
        .collect();
    let talk: i64 = by_agent.values().map(|agent| agent.talk_ms).sum();
    let shift: i64 = by_agent.values().map(|agent| agent.on_shift_ms).sum();
    let waited: i64 = waits.iter().sum();
    let length = span.map_or(0, |(from, to)| to - from);
    let chances: Vec<f64> = all
        .iter()
        .filter(|account| account.repeat)
        .map(|account| account.chance)
        .collect();
    Summary {
        wait_all_ms: Mean {
            mean: share(waited as f64, waits.len() as f64),
        },
        queue_length_mean: share(waited as f64, length as f64),
        in_system_mean: share((waited + talk) as f64, length as f64),
        occupancy: share(talk as f64, shift as f64),
        continuity_by_chance: share(chances.iter().sum(), chances.len() as f64),
        by_queue: by_queue
            .iter()
            .map(|(queue, of)| (queue.clone(), figures(of, &within)))
            .collect(),
        all: figures(&all, &within),
        by_agent,
        decisions: replay.decisions,
        wall_s,
        replay,
    }
}

fn figures(contacts: &[&Account], within: &dyn Fn(&str) -> i64) -> Figures {
    let count = |outcome| {
        let of = contacts
            .iter()
            .filter(|account| account.outcome == Some(outcome));
        of.count() as u64
    };
    let served: Vec<&&Account> = contacts
        .iter()
        .filter(|account| account.outcome == Some(Outcome::Served))
        .collect();
    let mut waits: Vec<i64> = served
        .iter()
        .filter_map(|account| account.wait_ms)
        .collect();
    waits.sort_unstable();
    let in_time = served.iter().filter(|account| {
        account
            .wait_ms
            .is_some_and(|wait| wait <= within(&account.queue))
    });
    let promised = count(Outcome::Served) + count(Outcome::Abandoned) + count(Outcome::Timeout);
    let repeats = served.iter().filter(|account| account.repeat).count();
    let hits = served
        .iter()
        .filter(|account| account.repeat && account.hit)
        .count();
    Figures {
        contacts: contacts.len() as u64,
        served: served.len() as u64,
        abandoned: count(Outcome::Abandoned),
        blocked: count(Outcome::Blocked),
        timeout: count(Outcome::Timeout),
        overflowed: count(Outcome::Overflowed),
        rejected: count(Outcome::Rejected),
        unserved: count(Outcome::Unserved),
        waited: share(
            waits.iter().filter(|wait| **wait > 0).count() as f64,
            waits.len() as f64,
        ),
        service_level: share(in_time.count() as f64, promised as f64),
        repeat_contacts: repeats as u64,
        owner_hits: hits as u64,
        continuity: share(hits as f64, repeats as f64),
        wait_ms: Waits {
            mean: share(waits.iter().sum::<i64>() as f64, waits.len() as f64),
            p50: rank(&waits, 50),
            p90: rank(&waits, 90),
            p95: rank(&waits, 95),
            p99: rank(&waits, 99),
            max: waits.last().copied(),
        },
    }
}

/// From the first arrival to the last end.
fn span(contacts: &[Account]) -> Option<(i64, i64)> {
    let from = contacts.iter().map(|account| account.queued_ms).min()?;
    let to = contacts
        .iter()
        .filter_map(|account| account.ended_ms)
        .max()?;
    Some((from, to))
}

fn by_agent(
    contacts: &[Account],
    roster: &Roster,
    span: Option<(i64, i64)>,
) -> BTreeMap<String, AgentFigures> {
    let mut by_agent: BTreeMap<String, AgentFigures> = BTreeMap::new();
    let (from, to) = span.unwrap_or_default();
    for (id, agent) in roster {
        let shifts = agent.shifts.iter();
        let on_shift = shifts.map(|shift| (shift.to_ms.min(to) - shift.from_ms.max(from)).max(0));
        by_agent.entry(id.clone()).or_default().on_shift_ms = on_shift.sum();
    }
    for account in contacts {
        let (Some(agent), Some(Outcome::Served)) = (&account.agent, account.outcome) else {
            continue;
        };
        let figures = by_agent.entry(agent.clone()).or_default();
        figures.served += 1;
        if let (Some(connected), Some(ended)) = (account.connected_ms, account.ended_ms) {
            figures.talk_ms += ended - connected;
        }
    }
    for figures in by_agent.values_mut() {
        figures.occupancy = share(figures.talk_ms as f64, figures.on_shift_ms as f64);
    }
    by_agent
}

/// The nearest rank of sorted values.
fn rank(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// A quotient; `None` over nothing.
fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(queue: &str, wait: i64, repeat: bool, hit: bool) -> Account {
        Account {
            outcome: Some(Outcome::Served),
            queue: queue.to_owned(),
            agent: Some("ada".to_owned()),
            connected_ms: Some(wait),
            ended_ms: Some(wait + 100),
            wait_ms: Some(wait),
            repeat,
            hit,
            chance: 0.25,
            ..Account::default()
        }
    }

    #[test]
    fn figures_follow_their_definitions() {
        let mut contacts = vec![
            served("q", 0, false, false),
            served("q", 30_000, true, true),
            served("r", 10_000, true, false),
        ];
        contacts.push(Account {
            outcome: Some(Outcome::Abandoned),
            queue: "q".to_owned(),
            wait_ms: Some(5),
            ended_ms: Some(5),
            ..Account::default()
        });
        let made = summary(
            &contacts,
            &Queues::new(),
            &Roster::new(),
            Accounts::default(),
            1.0,
        );
        assert_eq!(
            (made.all.contacts, made.all.served, made.all.abandoned),
            (4, 3, 1)
        );
        assert_eq!(made.all.service_level, Some(0.5));
        assert_eq!(made.all.continuity, Some(0.5));
        assert_eq!(made.continuity_by_chance, Some(0.25));
        assert_eq!(made.by_queue["q"].continuity, Some(1.0));
        assert_eq!(made.all.wait_ms.p50, Some(10_000));
        assert_eq!(made.all.wait_ms.max, Some(30_000));
        assert_eq!(made.all.waited, Some(2.0 / 3.0));
        assert_eq!(made.by_agent["ada"].talk_ms, 300);
        assert_eq!(made.occupancy, None);
    }

    #[test]
    fn percentiles_are_nearest_ranks() {
        let values: Vec<i64> = (1..=10).collect();
        assert_eq!(
            [50, 90, 95, 99].map(|p| rank(&values, p)),
            [5, 9, 10, 10].map(Some)
        );
        assert_eq!(rank(&[], 50), None);
    }
}
