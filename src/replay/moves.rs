//! The player's actions, as requests.
//!
//! Every mutation is idempotent by its ids or carries a key, because the link may send it twice.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::account::Account;
use super::agenda::Action;
use super::arrivals::Arrival;
use super::player::{Contact, Phase, Player, Purpose};
use crate::figures::Fate;

impl Player {
    pub(super) fn perform(&mut self, at_ms: i64, action: Action) {
        match action {
            Action::Arrive => {
                if let Some(arrival) = self.take_arrival() {
                    self.arrive(arrival);
                }
            }
            Action::EndService { contact } => self.end(contact, at_ms),
            Action::EndWrapUp { contact } => self.end_wrap_up(contact),
            Action::Answer { contact, offer } => self.answer(contact, offer),
            Action::StartShift { agent, .. } => self.start_shift(agent),
            Action::EndShift { agent, shift } => self.end_shift(agent, shift),
            Action::LosePatience { contact } => self.lose_patience(contact),
        }
    }

    fn request(&mut self, method: &str, params: &Value, purpose: Purpose) {
        let id = self.link.send(method, params);
        self.requests.insert(id, purpose);
        self.sent.push_back((id, Instant::now()));
    }

    fn arrive(&mut self, arrival: Arrival) {
        let id = format!("{}{}", self.options.prefix, arrival.contact);
        let at = self.contacts.len();
        let customer = self.open_case(&arrival);
        let mut params = Map::new();
        let mut put = |name: &str, value: Value| params.insert(name.to_owned(), value);
        put("contact", json!(id));
        put("queue", json!(arrival.queue));
        for (name, value) in [
            ("channel", &arrival.channel),
            ("customer", &customer),
            ("topic", &arrival.topic),
            ("kind", &arrival.kind),
            ("case", &arrival.case),
        ] {
            if let Some(value) = value {
                put(name, json!(value));
            }
        }
        if arrival.priority != 0 {
            put("priority", json!(arrival.priority));
        }
        if !arrival.requires.is_empty() {
            put("requires", json!(arrival.requires));
        }
        self.request(
            "contact.submit",
            &Value::Object(params),
            Purpose::Submit(at),
        );
        if let Some(patience) = arrival.patience_ms {
            let action = Action::LosePatience { contact: at };
            self.agenda
                .add(arrival.at_ms.saturating_add(patience), action);
        }
        self.accounts.submitted += 1;
        self.progress.arrived += 1;
        self.progress.waiting += 1;
        self.by_id.insert(id.clone(), at);
        self.contacts.push(Contact {
            account: Account {
                contact: id,
                queue: arrival.queue.clone(),
                queued_ms: arrival.at_ms,
                ..Account::default()
            },
            arrival,
            phase: Phase::Sent,
            offers: Vec::new(),
            known_ended: false,
        });
    }

    /// Opens the case that an arrival names, and returns the customer: a case has a customer even
    /// if the file names none.
    fn open_case(&mut self, arrival: &Arrival) -> Option<String> {
        let Some(case) = &arrival.case else {
            return arrival.customer.clone();
        };
        let nobody = || format!("customer-of-{case}");
        let customer = arrival.customer.clone().unwrap_or_else(nobody);
        if self.opened.insert(case.clone()) {
            let mut params = json!({ "case": case, "customer": customer });
            for (name, value) in [("topic", &arrival.topic), ("owner", &arrival.owner)] {
                if let Some(value) = value {
                    params[name] = json!(value);
                }
            }
            self.request("case.open", &params, Purpose::Case);
        }
        Some(customer)
    }

    fn end(&mut self, contact: usize, at_ms: i64) {
        let key = self.key();
        let played = &mut self.contacts[contact];
        if played.phase != Phase::Talking {
            return;
        }
        played.phase = Phase::Over;
        played.account.ended_ms = Some(at_ms);
        played.account.outcome = Some(Fate::Served);
        let outcome = played.arrival.outcome.as_deref().unwrap_or("open");
        let params = json!({ "contact": played.account.contact, "outcome": outcome, "key": key });
        if let Some(wrap_up) = played.arrival.wrap_up_ms {
            self.agenda
                .add(at_ms.saturating_add(wrap_up), Action::EndWrapUp { contact });
        }
        self.progress.talking = self.progress.talking.saturating_sub(1);
        self.request("contact.end", &params, Purpose::End(contact));
    }

    fn end_wrap_up(&mut self, contact: usize) {
        let played = &self.contacts[contact];
        if let (Phase::Over, Some(agent)) = (played.phase, &played.account.agent) {
            let params = json!({ "agent": agent });
            self.request("wrap_up.end", &params, Purpose::WrapUp);
        }
    }

    pub(super) fn answer(&mut self, contact: usize, number: u64) {
        let key = self.key();
        let played = &self.contacts[contact];
        let Some(offer) = played
            .offers
            .iter()
            .find(|of| offer_number(&of.offer) == number)
        else {
            return;
        };
        let here = self
            .actor_by_id
            .get(&offer.agent)
            .is_some_and(|at| self.actors[*at].on_shift);
        if !here {
            return;
        }
        let (method, params) = match offer.declines {
            None => ("offer.accept", json!({ "offer": offer.offer, "key": key })),
            Some(reason) => (
                "offer.decline",
                json!({ "offer": offer.offer, "reason": reason, "key": key }),
            ),
        };
        self.request(method, &params, Purpose::Answer);
    }

    fn lose_patience(&mut self, contact: usize) {
        let key = self.key();
        let played = &self.contacts[contact];
        if matches!(played.phase, Phase::Sent | Phase::Waiting) {
            let id = &played.account.contact;
            let params = json!({ "contact": id, "reason": "abandoned", "key": key });
            self.request("contact.cancel", &params, Purpose::Cancel);
        }
    }

    fn start_shift(&mut self, agent: usize) {
        self.actors[agent].on_shift = true;
        self.presence(agent, "available");
    }

    fn end_shift(&mut self, agent: usize, shift: usize) {
        let then = self.actors[agent].agent.shifts[shift].then;
        self.actors[agent].on_shift = false;
        self.presence(agent, then.presence());
    }

    pub(super) fn presence(&mut self, agent: usize, presence: &str) {
        let params = json!({
            "agent": self.actors[agent].id, "presence": presence, "key": self.key(),
        });
        self.request("agent.presence", &params, Purpose::Presence);
    }

    /// Tells a restarted daemon which contacts are live here.
    pub(super) fn sync(&mut self) {
        let live = self
            .contacts
            .iter()
            .filter(|contact| contact.phase != Phase::Ended);
        let live: Vec<&str> = live
            .map(|contact| contact.account.contact.as_str())
            .collect();
        let params = json!({ "source": self.options.who.client, "contacts": live });
        self.request("contact.sync", &params, Purpose::Sync);
    }

    /// Ends the contacts that still wait, as nobody will take them any more.
    pub(super) fn give_up(&mut self) {
        for at in 0..self.contacts.len() {
            let key = self.key();
            let contact = &mut self.contacts[at];
            let id = contact.account.contact.clone();
            match contact.phase {
                Phase::Sent | Phase::Waiting => {
                    contact.account.outcome = Some(Fate::Unserved);
                    let params = json!({ "contact": id, "reason": "replay is over", "key": key });
                    self.request("contact.cancel", &params, Purpose::Cancel);
                }
                Phase::Talking => self.end(at, self.clock.now_ms()),
                Phase::Over | Phase::Ended => {}
            }
        }
        for agent in 0..self.actors.len() {
            if self.actors[agent].on_shift {
                self.actors[agent].on_shift = false;
                self.presence(agent, "offline");
            }
        }
    }
}

/// The number of an offer such as `o17`.
pub(super) fn offer_number(offer: &str) -> u64 {
    offer.trim_start_matches('o').parse().unwrap_or_default()
}
