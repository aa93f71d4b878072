//! Describes in words what the daemon decides, and why, from its events.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::page::Page;
use crate::client::{Event, duration};
use crate::replay::Progress;

/// The members of events that are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Heard {
    contact: String,
    queue: String,
    customer: String,
    agent: String,
    owner: String,
    route: String,
    why: String,
    reason: String,
    outcome: String,
    state: String,
    from: String,
    to: serde_json::Value,
    case: String,
    stage: String,
    role: String,
    result: String,
    step: u64,
    wait_ms: i64,
}

/// Describes the events of one daemon.
pub struct Narrator {
    page: Page,
    /// Names of agents by id.
    names: HashMap<String, String>,
    speed: f64,
    /// Why each contact waited first, and why it is offered now.
    waited: HashMap<String, String>,
    offered: HashMap<String, String>,
    /// The customer of each case, and its owner.
    cases: HashMap<String, (String, String)>,
}

impl Narrator {
    pub fn new(page: Page, names: HashMap<String, String>, speed: f64) -> Self {
        Self {
            page,
            names,
            speed,
            waited: HashMap::new(),
            offered: HashMap::new(),
            cases: HashMap::new(),
        }
    }

    /// The line about an event; many have none.
    pub fn tell(&mut self, event: &Event) -> Option<String> {
        let heard: Heard = event.read().ok()?;
        let text = match event.kind.as_str() {
            "contact.waiting" => {
                self.waited.entry(heard.contact).or_insert(heard.why);
                return None;
            }
            "contact.offered" => {
                self.offered.insert(heard.contact, heard.why);
                return None;
            }
            "case.owned" => {
                let known = self.cases.entry(heard.case).or_default();
                known.1 = heard.owner;
                return None;
            }
            "contact.connected" => self.connected(&heard),
            "contact.ended" => self.ended(&heard)?,
            "contact.overflowed" => {
                let to = heard.to.as_str().unwrap_or_default().to_owned();
                self.row(
                    &heard,
                    "",
                    &format!("waited too long in {}: now in {to}", heard.from),
                )
            }
            "offer.declined" => {
                let text = format!("{} declines, so it goes on", self.name(&heard.agent));
                self.page.dim(&self.row(&heard, "", &text))
            }
            "agent.presence" => self.presence(&heard)?,
            "case.escalated" => self.escalated(&heard),
            "case.overdue" => self.overdue(&heard),
            "case.followed_up" => self.followed_up(&heard),
            _ => return None,
        };
        Some(format!("{}  {text}", self.page.dim(&time(event.at))))
    }

    fn connected(&mut self, heard: &Heard) -> String {
        let why = self.offered.remove(&heard.contact).unwrap_or_default();
        let waited = self.waited.remove(&heard.contact).unwrap_or_default();
        let first = heard.route != "owner" && heard.owner == heard.agent;
        let known = (heard.customer.clone(), heard.owner.clone());
        self.cases.insert(heard.case.clone(), known);
        let owner = self.name(&heard.owner);
        let wait = self.wait(heard.wait_ms);
        let busy = waited.starts_with("owner_");
        let waited = if busy {
            Waited::ForOwner
        } else {
            Waited::of(heard.wait_ms, self.speed)
        };
        let because = because(&why, waited, first, &owner, &wait);
        let to = self.name(&heard.agent);
        let painted = match heard.route.as_str() {
            "owner" => self.page.green(&because),
            "deputy" | "leader" | "team" => self.page.cyan(&because),
            _ => because,
        };
        self.row(heard, &to, &painted)
    }

    fn ended(&mut self, heard: &Heard) -> Option<String> {
        self.waited.remove(&heard.contact);
        let wait = self.wait(heard.wait_ms);
        let text = match heard.outcome.as_str() {
            "abandoned" => format!("hung up after {wait}"),
            "callback" => format!("nobody free in {wait}: will be called back"),
            "voicemail" => format!("nobody free in {wait}: sent to voicemail"),
            "timeout" | "no_agent" | "rejected" => format!("sent away after {wait}"),
            _ => return None,
        };
        Some(self.page.yellow(&self.row(heard, "", &text)))
    }

    fn presence(&self, heard: &Heard) -> Option<String> {
        let name = self.name(&heard.agent);
        let text = match (heard.state.as_str(), heard.reason.as_str()) {
            ("break", "no_answer") => format!("{name} did not answer and is sent on break"),
            ("break", _) => format!("{name} takes a break; the deputy stands in"),
            _ => return None,
        };
        Some(self.page.dim(&text))
    }

    /// The line about a case whose deadline has passed.
    fn overdue(&self, heard: &Heard) -> String {
        let (customer, owner) = self.cases.get(&heard.case).cloned().unwrap_or_default();
        let of = match heard.stage.as_str() {
            "" => "the whole matter".to_owned(),
            stage => format!("the stage \"{stage}\""),
        };
        let owner = self.name(&owner);
        let text = format!("the time for {of} of {customer} is up: {owner} is late");
        self.page.yellow(&text)
    }

    /// The line about a follow-up: the customer was asked.
    fn followed_up(&self, heard: &Heard) -> String {
        let (customer, owner) = self.cases.get(&heard.case).cloned().unwrap_or_default();
        let owner = self.name(&owner);
        let text = match heard.result.as_str() {
            "satisfied" => format!("{owner} asked {customer}: satisfied, the matter is closed"),
            "unsatisfied" => {
                format!("{owner} asked {customer}: not satisfied, {owner} has it again")
            }
            _ => format!("{owner} asked {customer}: no answer, tries again"),
        };
        self.page.cyan(&text)
    }

    fn escalated(&self, heard: &Heard) -> String {
        let (customer, owner) = self.cases.get(&heard.case).cloned().unwrap_or_default();
        let whom = heard.to.as_str().unwrap_or_default();
        let why = match heard.reason.as_str() {
            "urge" => "is due soon",
            "overdue" => "is overdue",
            "major" => "is grave",
            "follow_up" => "is not followed up",
            _ => "",
        };
        if !why.is_empty() {
            let told = self.name(if whom.is_empty() { &heard.role } else { whom });
            return self
                .page
                .dim(&format!("{told} is told: a matter of {customer} {why}"));
        }
        let text = format!(
            "{customer} calls again and again about one matter: escalated, {} answers for it",
            self.name(&owner)
        );
        self.page.yellow(&text)
    }

    /// A line of queue, customer, agent and text.
    fn row(&self, heard: &Heard, agent: &str, text: &str) -> String {
        let arrow = if agent.is_empty() { " " } else { "→" };
        format!(
            "{:<8} {:<14} {arrow} {:<6} {text}",
            heard.queue, heard.customer, agent
        )
    }

    fn name(&self, agent: &str) -> String {
        self.names
            .get(agent)
            .map_or(agent, String::as_str)
            .to_owned()
    }

    /// A wait in virtual time.
    fn wait(&self, ms: i64) -> String {
        duration((ms as f64 * self.speed) as i64)
    }

    /// The status line.
    pub fn status(&self, progress: &Progress) -> String {
        let share = |part: f64| match progress.repeats {
            0 => "–".to_owned(),
            repeats => format!("{:.0} %", part * 100.0 / repeats as f64),
        };
        let text = format!(
            "── {} waiting · {} talking · {} served · {} hung up · {} of {} repeat contacts to \
             their owner (by chance {}) ──",
            progress.waiting,
            progress.talking,
            progress.served,
            progress.abandoned,
            share(progress.hits as f64),
            progress.repeats,
            share(progress.chance),
        );
        self.page.bold(&text)
    }
}

/// How long a contact waited.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waited {
    /// Only until the agent answered.
    NotAtAll,
    ForAnyone,
    ForOwner,
}

impl Waited {
    /// An agent answers within a second of virtual time.
    fn of(ms: i64, speed: f64) -> Self {
        if ms as f64 * speed < 1_000.0 {
            Self::NotAtAll
        } else {
            Self::ForAnyone
        }
    }
}

/// The code of a decision in words.
fn because(why: &str, waited: Waited, first: bool, owner: &str, wait: &str) -> String {
    match why {
        "owner_available" if waited == Waited::ForOwner => {
            format!("owner was busy, waited {wait} → came back to {owner}")
        }
        "owner_available" if waited == Waited::ForAnyone => {
            format!("{owner} became free and took the own matter first, after {wait}")
        }
        "owner_available" => format!("knows the matter: to its owner, after {wait}"),
        "last_owner_available" => format!("new matter, to whoever had the last one, after {wait}"),
        "owner_busy_deputy" => {
            format!("{owner} still busy after {wait} → deputy, {owner} keeps it")
        }
        "owner_busy_leader" => {
            format!("{owner} still busy after {wait} → leader, {owner} keeps it")
        }
        "owner_busy_team" => format!("{owner} still busy after {wait} → team, {owner} keeps it"),
        "owner_busy_skill" => {
            format!("{owner} still busy after {wait} → whoever can, {owner} keeps it")
        }
        "owner_away_deputy" => format!("{owner} is away → deputy after {wait}, {owner} keeps it"),
        "owner_away_leader" => format!("{owner} is away → leader after {wait}, {owner} keeps it"),
        "owner_away_team" => format!("{owner} is away → team after {wait}, {owner} keeps it"),
        "owner_away_skill" => {
            format!("{owner} is away → whoever can after {wait}, {owner} keeps it")
        }
        "agent_available" if first => format!("new matter after {wait}: {owner} owns it now"),
        "agent_available" => format!("first free who can, after {wait}; {owner} keeps the matter"),
        other => format!("{other}, after {wait}"),
    }
}

fn time(at: i64) -> String {
    match Timestamp::from_millisecond(at) {
        Ok(at) => at
            .to_zoned(TimeZone::system())
            .strftime("%H:%M:%S")
            .to_string(),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::codes::Why;

    #[test]
    fn a_return_to_the_owner_reads_well() {
        let words = because("owner_available", Waited::ForOwner, false, "Ada", "4 s");
        assert_eq!(words, "owner was busy, waited 4 s → came back to Ada");
    }

    #[test]
    fn every_route_by_owner_has_its_words() {
        for why in Why::WORDS {
            let stands_in = ["_deputy", "_leader", "_team", "_skill"];
            if why.starts_with("owner_") && stands_in.iter().any(|end| why.ends_with(end)) {
                let words = because(why, Waited::NotAtAll, false, "Ada", "4 s");
                assert!(words.contains("Ada keeps it"), "{why}: {words}");
            }
        }
    }
}
