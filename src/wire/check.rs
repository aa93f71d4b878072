//! Rules between the parameters of a method, such as "exactly one of", which no type of a single
//! field can hold. Rules that need state are the router's.

use super::error::WireError;
use super::params::wrong;
use super::request::SessionOpen;
use super::subscription::Subscribe;
use crate::fields::contact::{END_OUTCOMES, TOLD_OUTCOMES};
use crate::router::codes::{Outcome, Presence};
use crate::router::command::{
    AgentPresence, AgentUpdate, CaseAssist, CaseHandover, ContactEnd, ContactOutcome,
    ContactTransfer, OfferDecline, OfferRef,
};
use crate::router::ids::{Name, OfferId};
use crate::router::kind::KindRules;
use crate::router::policy::{AGE_PRIORITY_MS_MIN, Policy};

type Checked = Result<(), WireError>;

/// `kind.set`.
pub fn kind(rules: &KindRules) -> Checked {
    match (rules.due_ms, rules.due) {
        (Some(_), Some(_)) => Err(wrong("due", "give at most one of due_ms and due")),
        (_, _) => Ok(()),
    }
}

/// `events.subscribe`.
pub fn subscribe(wanted: &Subscribe) -> Checked {
    not_empty("types", wanted.types.as_ref().map(Vec::len))?;
    not_empty("agents", wanted.agents.as_ref().map(Vec::len))?;
    not_empty("queues", wanted.queues.as_ref().map(Vec::len))
}

/// `session.open`.
pub fn session(open: &SessionOpen) -> Checked {
    let types = open
        .events
        .as_ref()
        .and_then(|events| events.types.as_ref());
    not_empty("events", types.map(Vec::len))
}

/// `agent.presence`.
pub fn presence(set: &AgentPresence) -> Checked {
    if set.after.is_some() && set.presence == Presence::Available {
        let right = "available begins at once, and takes back what was said before: leave it out";
        return Err(wrong("after", right));
    }
    if set.bound == Some(true) && set.beat_ms.is_some() {
        let right = "give one of the two: a session shows by itself that it is there";
        return Err(wrong("beat_ms", right));
    }
    if set.presence == Presence::Offline && (set.bound == Some(true) || set.beat_ms.is_some()) {
        let field = if set.beat_ms.is_some() {
            "beat_ms"
        } else {
            "bound"
        };
        return Err(wrong(
            field,
            "an agent who is offline has nothing that could lapse: leave it out",
        ));
    }
    Ok(())
}

/// `agent.update`.
pub fn agent_update(update: &AgentUpdate) -> Checked {
    if update.fields().is_empty() {
        let right = "nothing to change: name at least one of the agent's fields, such as address";
        return Err(wrong("agent", right));
    }
    Ok(())
}

/// `queue.set`.
pub fn policy(policy: &Policy) -> Checked {
    let age = policy.age_priority_ms.0;
    if age > 0 && age < AGE_PRIORITY_MS_MIN {
        return Err(wrong(
            "age_priority_ms",
            format_args!(
                "{age} is too short: give 0 for no aging, or at least {AGE_PRIORITY_MS_MIN}"
            ),
        ));
    }
    for (index, step) in policy.steps.iter().enumerate() {
        if step.requires.is_none() && step.drop.is_empty() && step.widen.is_none() {
            return Err(wrong(
                &format!("steps[{index}]"),
                "a step must change something: give requires, drop or widen",
            ));
        }
    }
    let overflow = &policy.overflow;
    exactly_one(
        "overflow",
        ["to", "action"],
        [overflow.to.is_some(), overflow.action.is_some()],
    )?;
    match policy.ticket.fault() {
        Some(right) => Err(wrong("ticket.prefix", right)),
        None => Ok(()),
    }
}

/// `contact.end`.
pub fn end(end: &ContactEnd) -> Checked {
    match end.outcome {
        Some(Outcome::Unreached) | None => Ok(()),
        Some(outcome) => of_conversation(outcome, END_OUTCOMES),
    }
}

/// `contact.outcome`.
pub fn outcome(told: &ContactOutcome) -> Checked {
    of_conversation(told.outcome, TOLD_OUTCOMES)
}

fn of_conversation(outcome: Outcome, known: &[&str]) -> Checked {
    match outcome {
        Outcome::Resolved | Outcome::Open | Outcome::Transferred | Outcome::Dropped => Ok(()),
        Outcome::Abandoned
        | Outcome::Timeout
        | Outcome::Rejected
        | Outcome::NoAgent
        | Outcome::Voicemail
        | Outcome::Callback
        | Outcome::Cancelled
        | Outcome::Lost
        | Outcome::Unreached => Err(wrong(
            "outcome",
            format_args!(
                "{outcome} is not for the platform to say: give one of {}",
                known.join(", ")
            ),
        )),
    }
}

/// `contact.transfer`.
pub fn transfer(transfer: &ContactTransfer) -> Checked {
    let to = &transfer.to;
    exactly_one(
        "to",
        ["agent", "queue"],
        [to.agent.is_some(), to.queue.is_some()],
    )
}

/// `case.assist`.
pub fn assist(assist: &CaseAssist) -> Checked {
    exactly_one(
        "agent",
        ["agent", "queue"],
        [assist.agent.is_some(), assist.queue.is_some()],
    )
}

/// `case.handover`.
pub fn handover(to: &CaseHandover) -> Checked {
    if to.case.is_some() == to.owner.is_some() {
        return Err(wrong(
            "case",
            "give exactly one of case (that one) and owner (all of its open cases)",
        ));
    }
    Ok(())
}

/// `offer.accept`.
pub fn accept(of: &OfferRef) -> Checked {
    offer(of.offer, of.contact.as_ref(), of.agent.as_ref())
}

/// `offer.decline`.
pub fn decline(of: &OfferDecline) -> Checked {
    offer(of.offer, of.contact.as_ref(), of.agent.as_ref())
}

fn offer(offer: Option<OfferId>, contact: Option<&Name>, agent: Option<&Name>) -> Checked {
    match (offer, contact, agent) {
        (Some(_), _, _) | (None, Some(_), Some(_)) => Ok(()),
        (None, Some(_), None) => Err(wrong(
            "agent",
            "missing beside contact: give offer, or both contact and agent",
        )),
        (None, None, Some(_)) => Err(wrong(
            "contact",
            "missing beside agent: give offer, or both contact and agent",
        )),
        (None, None, None) => Err(wrong(
            "offer",
            "missing: give offer, or both contact and agent",
        )),
    }
}

fn not_empty(field: &str, items: Option<usize>) -> Checked {
    if items == Some(0) {
        return Err(wrong(
            field,
            "an empty list lets nothing through: name at least one, or leave it out",
        ));
    }
    Ok(())
}

fn exactly_one(field: &str, names: [&str; 2], given: [bool; 2]) -> Checked {
    if given[0] == given[1] {
        let [one, other] = names;
        return Err(wrong(
            field,
            format_args!("give exactly one of {one} and {other}"),
        ));
    }
    Ok(())
}
