//! How the player handles replies, events, and the loss of the daemon.

use serde::Deserialize;

use super::agenda::Action;
use super::moves::offer_number;
use super::player::{Actor, Offered, Owned, Phase, Player, Purpose};
use crate::client::{Arrived, Event, Refusal, Reply};
use crate::figures::Fate;

/// The members of events that the player reads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Members {
    contact: Option<String>,
    agent: Option<String>,
    case: Option<String>,
    owner: Option<String>,
    to: Option<serde_json::Value>,
    offer: Option<String>,
    route: Option<String>,
    outcome: Option<String>,
    presence: Option<String>,
    reason: Option<String>,
    wait_ms: i64,
    expires_at: i64,
    until_at: i64,
}

impl Player {
    pub(super) fn receive(&mut self, arrived: Arrived) {
        match arrived {
            Arrived::Event(event) => {
                self.last_message = std::time::Instant::now();
                self.receive_event(&event);
            }
            Arrived::Reply(reply) => self.receive_reply(reply),
            Arrived::Lost(_) => {
                self.away = true;
                self.clock.pause();
            }
            Arrived::Restored { seq, resent } => {
                self.accounts.reconnects += 1;
                self.accounts.resent += resent as u64;
                if seq < self.link.seq() {
                    let why = format!("it knows {seq} events, {} were heard", self.link.seq());
                    self.accounts.refuse("the daemon forgot", &why);
                }
                self.sync();
            }
        }
    }

    fn receive_event(&mut self, event: &Event) {
        let members: Members = match event.read() {
            Ok(members) => members,
            Err(error) => return self.accounts.refuse("an event", &error),
        };
        match event.kind.as_str() {
            "case.owned" => self.owned(members.case, members.owner, members.contact),
            "case.reopened" => self.owned(members.case, members.owner, None),
            "case.handed_over" => {
                let to = members.to.as_ref().and_then(|to| to.as_str());
                self.owned(members.case, to.map(str::to_owned), None);
            }
            "agent.presence" => self.presence_changed(&members),
            _ => {
                let contact = members.contact.as_deref();
                if let Some(at) = contact.and_then(|id| self.by_id.get(id)).copied() {
                    self.contact_event(at, event, members);
                }
            }
        }
    }

    /// Handles an event about a contact of this replay.
    fn contact_event(&mut self, at: usize, event: &Event, members: Members) {
        let promised = members.expires_at.max(members.until_at);
        self.promised_at = self.promised_at.max(promised);
        match event.kind.as_str() {
            "contact.offered" => self.offered(at, event.at, members),
            "offer.declined" | "offer.expired" | "offer.revoked" => {
                let offer = members.offer.unwrap_or_default();
                self.contacts[at]
                    .offers
                    .retain(|known| known.offer != offer);
            }
            "contact.connected" => self.connected(at, event.at, members),
            "contact.ended" => self.ended(at, event.at, &members),
            _ => {}
        }
    }

    fn owned(&mut self, case: Option<String>, owner: Option<String>, by: Option<String>) {
        if let (Some(case), Some(owner)) = (case, owner) {
            self.cases.insert(case, Owned { owner, by });
        }
    }

    /// An agent sent on break because of a missed offer comes back at once: in the file it never
    /// left.
    fn presence_changed(&mut self, members: &Members) {
        let id = members.agent.as_deref().unwrap_or_default();
        let Some(agent) = self.actor_by_id.get(id).copied() else {
            return;
        };
        let missed = members.reason.as_deref() == Some("no_answer");
        if missed && members.presence.as_deref() == Some("break") && self.actors[agent].on_shift {
            self.presence(agent, "available");
        }
    }

    fn offered(&mut self, at: usize, event_at: i64, members: Members) {
        self.accounts.decisions += 1;
        self.contacts[at].account.offers += 1;
        let (Some(offer), Some(agent)) = (members.offer, members.agent) else {
            return;
        };
        if !self.actor_by_id.contains_key(&agent) {
            return;
        }
        let (answer_ms, declines) = (self.options.answering)();
        let number = offer_number(&offer);
        self.contacts[at].offers.push(Offered {
            offer,
            agent,
            at: event_at,
            answer_ms,
            declines,
        });
        if answer_ms == 0 {
            self.answer(at, number);
        } else {
            let due = self.clock.at_ms(event_at).saturating_add(answer_ms);
            self.agenda.add(
                due,
                Action::Answer {
                    contact: at,
                    offer: number,
                },
            );
        }
    }

    /// By the clock of the file a conversation begins when the agent answers: the time the answer
    /// takes to reach the daemon belongs neither to the wait nor to the conversation.
    fn connected(&mut self, at: usize, event_at: i64, members: Members) {
        let contact = &mut self.contacts[at];
        if !matches!(contact.phase, Phase::Sent | Phase::Waiting) {
            return;
        }
        contact.phase = Phase::Talking;
        let agent = members.agent.unwrap_or_default();
        let offer = contact.offers.iter().find(|offer| offer.agent == agent);
        let (answered_at, answer_ms) =
            offer.map_or((event_at, 0), |offer| (offer.at, offer.answer_ms));
        contact.offers.clear();
        let joined_ms = self.clock.at_ms(event_at - members.wait_ms);
        let offered_ms = self
            .clock
            .at_ms(answered_at.max(event_at - members.wait_ms));
        let connected_ms = offered_ms.saturating_add(answer_ms);
        if let (Some(case), Some(owner)) = (&members.case, &members.owner) {
            // A case owned before this replay began.
            let owned = || Owned {
                owner: owner.clone(),
                by: None,
            };
            self.cases.entry(case.clone()).or_insert_with(owned);
        }
        let owned = members.case.as_ref().and_then(|case| self.cases.get(case));
        let before = owned.filter(|owned| owned.by.as_ref() != Some(&contact.account.contact));
        let account = &mut contact.account;
        let owner = before.map(|before| before.owner.clone());
        if let Some(owner) = &owner {
            account.repeat = true;
            account.hit = *owner == agent || members.route.as_deref() == Some("owner");
            self.progress.repeats += 1;
            self.progress.hits += u64::from(account.hit);
        }
        account.wait_ms = Some(offered_ms - joined_ms + answer_ms);
        account.connected_ms = Some(connected_ms);
        account.owner = members.owner;
        account.route = members.route;
        account.agent = Some(agent);
        let due = connected_ms.saturating_add(contact.arrival.service_ms);
        self.agenda.add(due, Action::EndService { contact: at });
        self.progress.waiting = self.progress.waiting.saturating_sub(1);
        self.progress.talking += 1;
        if let Some(owner) = owner {
            let chance = self.chance(at, &owner);
            self.contacts[at].account.chance = chance;
            self.progress.chance += chance;
        }
    }

    /// Probability that a random agent of those on duty who could serve would be the owner; 0 while
    /// the owner is away.
    fn chance(&self, at: usize, owner: &str) -> f64 {
        let arrival = &self.contacts[at].arrival;
        let policy = self.options.queues.get(&arrival.queue);
        let of_queue = policy.map(|policy| &policy.requires);
        let meets = |actor: &Actor| {
            let of_queue = of_queue.is_none_or(|requires| {
                requires.iter().all(|(skill, level)| {
                    let has = actor.agent.skills.get(skill.as_str());
                    has.is_some_and(|has| *has >= u32::from(level.0))
                })
            });
            actor.on_shift && of_queue && actor.agent.meets(arrival.requires.iter())
        };
        let able: Vec<&Actor> = self.actors.iter().filter(|actor| meets(actor)).collect();
        if able.iter().any(|actor| actor.id == owner) {
            1.0 / able.len() as f64
        } else {
            0.0
        }
    }

    fn ended(&mut self, at: usize, event_at: i64, members: &Members) {
        let contact = &mut self.contacts[at];
        if contact.phase == Phase::Ended {
            self.accounts.ended_twice += 1;
            return;
        }
        let was = std::mem::replace(&mut contact.phase, Phase::Ended);
        contact.offers.clear();
        self.accounts.ended += 1;
        self.progress.ended += 1;
        let outcome = members.outcome.as_deref().unwrap_or_default();
        let account = &mut contact.account;
        match was {
            Phase::Sent | Phase::Waiting => {
                let joined_ms = self.clock.at_ms(event_at - members.wait_ms);
                account.ended_ms = Some(self.clock.at_ms(event_at));
                account.wait_ms = Some(self.clock.at_ms(event_at) - joined_ms);
                account
                    .outcome
                    .get_or_insert_with(|| fate_of_unconnected(outcome));
                self.progress.waiting = self.progress.waiting.saturating_sub(1);
                self.progress.abandoned += u64::from(outcome == "abandoned");
            }
            Phase::Talking | Phase::Over | Phase::Ended => {
                let now_ms = self.clock.at_ms(event_at);
                account.ended_ms.get_or_insert(now_ms);
                account.outcome = Some(Fate::Served);
                self.progress.served += 1;
                if was == Phase::Talking {
                    self.progress.talking = self.progress.talking.saturating_sub(1);
                    self.accounts.dropped += u64::from(outcome == "dropped");
                }
            }
        }
    }

    fn receive_reply(&mut self, reply: Reply) {
        let purpose = reply.id.and_then(|id| self.requests.remove(&id));
        while let Some((id, sent)) = self.sent.front()
            && !self.requests.contains_key(id)
        {
            let took = sent.elapsed().as_secs_f64() * 1_000.0;
            self.accounts.answer_ms_max = self.accounts.answer_ms_max.max(took);
            self.sent.pop_front();
        }
        let Some(purpose) = purpose else { return };
        match (purpose, reply.result) {
            (Purpose::Submit(at), Ok(result)) => self.acknowledged(at, result.get()),
            (Purpose::Submit(at), Err(refusal)) => self.blocked(at, &refusal),
            (Purpose::Sync, Ok(result)) => self.synced(result.get()),
            (Purpose::Sync, Err(refusal)) => {
                self.accounts.refuse("contact.sync", &refusal);
                self.away = false;
            }
            // Not an error: the caller hung up meanwhile, or the offer expired.
            (Purpose::Answer, Err(refusal)) if is_late(&refusal) => {
                self.accounts.late_answers += 1;
            }
            (Purpose::Cancel | Purpose::WrapUp, Err(refusal)) if is_late(&refusal) => {}
            (Purpose::End(at), Err(refusal))
                if is_late(&refusal) && self.contacts[at].phase == Phase::Ended => {}
            (purpose, Err(refusal)) => {
                self.accounts.refuse(&format!("{purpose:?}"), &refusal);
            }
            (_, Ok(_)) => {}
        }
    }

    fn acknowledged(&mut self, at: usize, result: &str) {
        #[derive(Deserialize)]
        struct Submitted {
            state: String,
        }
        self.accounts.acknowledged += 1;
        let contact = &mut self.contacts[at];
        if contact.phase == Phase::Sent {
            contact.phase = Phase::Waiting;
        }
        // Its event may still come; if it never does, the contact belongs to an earlier run.
        let submitted: Option<Submitted> = serde_json::from_str(result).ok();
        contact.known_ended = submitted.is_some_and(|submitted| submitted.state == "ended");
    }

    fn blocked(&mut self, at: usize, refusal: &Refusal) {
        let contact = &mut self.contacts[at];
        contact.phase = Phase::Ended;
        contact.account.outcome = Some(Fate::Blocked);
        self.progress.ended += 1;
        self.progress.waiting = self.progress.waiting.saturating_sub(1);
        if refusal.kind() != "limit" {
            let what = format!("contact.submit {}", contact.account.contact);
            self.accounts.refuse(&what, refusal);
        }
    }

    /// After a reconnect: a contact that the daemon does not know has ended or was lost.
    fn synced(&mut self, result: &str) {
        #[derive(Default, Deserialize)]
        struct Synced {
            unknown: Vec<String>,
        }
        let synced: Synced = serde_json::from_str(result).unwrap_or_default();
        self.unknown.extend(synced.unknown);
        self.away = false;
    }
}

fn is_late(refusal: &Refusal) -> bool {
    refusal.kind() == "conflict"
}

/// The fate of a contact that was not connected; those that the replay itself ended were still
/// waiting at its end.
fn fate_of_unconnected(outcome: &str) -> Fate {
    match outcome {
        "abandoned" => Fate::Abandoned,
        "timeout" => Fate::Timeout,
        "voicemail" | "callback" => Fate::Overflowed,
        "cancelled" | "lost" => Fate::Unserved,
        _ => Fate::Rejected,
    }
}
