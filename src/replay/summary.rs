//! The figures of a run, computed from its contacts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::account::{Account, Accounts};
use super::roster::Roster;
use super::setup::Queues;
use crate::figures::{self, Fate, Mean, Sums, Waits, share};

/// The figures of a run.
#[derive(Debug, Serialize)]
pub struct Summary {
    #[serde(flatten)]
    pub all: Figures,
    pub wait_all_ms: Mean<Option<f64>>,
    pub queue_length_mean: Option<f64>,
    pub in_system_mean: Option<f64>,
    pub occupancy: Option<f64>,
    /// The continuity expected of a random choice among the agents on duty.
    pub continuity_by_chance: Option<f64>,
    pub by_queue: BTreeMap<String, Figures>,
    pub by_agent: BTreeMap<String, AgentFigures>,
    pub decisions: u64,
    pub wall_s: f64,
    pub replay: Accounts,
}

/// Without waits if nobody was served.
pub type Figures = figures::Figures<Option<f64>, Option<i64>>;

#[derive(Debug, Default, Serialize)]
pub struct AgentFigures {
    pub served: u64,
    pub talk_ms: i64,
    pub on_shift_ms: i64,
    pub occupancy: Option<f64>,
}

/// The figures of a run. `queues` have the targets; without a `roster` there is no occupancy.
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
    let mut by_queue: BTreeMap<String, Counted> = BTreeMap::new();
    let mut all = Counted::default();
    for account in contacts {
        let within_ms = within(&account.queue);
        by_queue
            .entry(account.queue.clone())
            .or_default()
            .take(account, within_ms);
        all.take(account, within_ms);
    }
    let span = span(contacts);
    let by_agent = by_agent(contacts, roster, span);
    let waits: Vec<i64> = contacts
        .iter()
        .filter(|account| account.outcome != Some(Fate::Blocked))
        .filter_map(|account| account.wait_ms)
        .collect();
    let talk: i64 = by_agent.values().map(|agent| agent.talk_ms).sum();
    let shift: i64 = by_agent.values().map(|agent| agent.on_shift_ms).sum();
    let waited: i64 = waits.iter().sum();
    let length = span.map_or(0, |(from, to)| to - from);
    let chances: Vec<f64> = contacts
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
            .into_iter()
            .map(|(queue, counted)| (queue, counted.figures()))
            .collect(),
        all: all.figures(),
        by_agent,
        decisions: replay.decisions,
        wall_s,
        replay,
    }
}

/// The counts of a group of contacts.
#[derive(Default)]
struct Counted {
    sums: Sums,
    waits: Waits,
}

impl Counted {
    fn take(&mut self, account: &Account, within_ms: i64) {
        self.sums.ends.contacts += 1;
        match account.outcome {
            Some(Fate::Served) => {
                let in_time = account.wait_ms.is_some_and(|wait| wait <= within_ms);
                let hit = account.repeat && account.hit;
                self.sums.served(in_time, account.repeat, hit);
                if let Some(wait_ms) = account.wait_ms {
                    self.waits.add(wait_ms);
                }
            }
            Some(fate) => self.sums.ends.ended(fate),
            None => {}
        }
    }

    fn figures(&self) -> Figures {
        Figures::new(&self.sums, &self.waits, self.waits.summary_of_any())
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
        let (Some(agent), Some(Fate::Served)) = (&account.agent, account.outcome) else {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn served(queue: &str, wait: i64, repeat: bool, hit: bool) -> Account {
        Account {
            outcome: Some(Fate::Served),
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
            outcome: Some(Fate::Abandoned),
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
            (
                made.all.ends.contacts,
                made.all.ends.served,
                made.all.ends.abandoned
            ),
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
}
