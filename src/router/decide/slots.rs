//! Which slots of a queue are free, and which agent a booked contact is for (预约).
//!
//! A contact submitted for later takes a place in the slot that contains its time. Its agent, the
//! owner or the planned stand-in, is booked once at a time.

use crate::router::api::booking::{SLOT_MS_MAX, Slot};
use crate::router::api::codes::{CaseState, ContactState, OwnershipMode};
use crate::router::api::command::ContactUpdate;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, QueueIdx};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::state::book::Book;
use crate::router::state::deadline::Deadline;

/// The most slots searched for free ones.
const SLOTS_SEARCHED_MAX: usize = 2_000;

/// The new time and slot of a scheduled contact.
pub(in crate::router) struct Rebooked {
    pub at: Option<Timestamp>,
    pub slot: Option<Slot>,
}

/// The contact that needs a slot.
#[derive(Clone, Copy)]
pub(in crate::router) struct Wanted {
    pub queue: QueueIdx,
    pub case: Option<CaseIdx>,
    /// The contact if booked already; its own place does not count.
    pub contact: Option<ContactIdx>,
}

impl Book {
    /// The slot of a contact scheduled for a time; refused if its queue is closed then, if the slot
    /// is full, or if its owner is booked already. `None` if the queue does not count bookings.
    pub(in crate::router) fn slot_for(
        &self,
        id: &Name,
        queue: QueueIdx,
        case: Option<CaseIdx>,
        contact: Option<ContactIdx>,
        at: Option<Timestamp>,
    ) -> Result<Option<Slot>, Reject> {
        let Some(at) = at.filter(|at| *at > self.at()) else {
            return Ok(None);
        };
        let policy = &self.queue(queue).policy().booking;
        let counts = policy.capacity.is_some();
        let refused =
            |message: String| Err(Reject::limit("contact", id, message).in_field("not_before_at"));
        if let Some(ahead) = policy.ahead_ms.filter(|_| counts)
            && at - self.at() > ahead.0
        {
            return refused(format!("{at} is too far ahead: at most {} ms", ahead.0));
        }
        let wanted = Wanted {
            queue,
            case,
            contact,
        };
        // A booking is for this queue; what is only put off may go where the queue overflows to.
        let is_open = if counts {
            self.is_open_at(queue, at)
        } else {
            self.takes_in_at(queue, at)
        };
        if !is_open {
            let name = &self.queue(queue).id;
            let hint = match self.next_bookable(wanted, at) {
                Some(next) => format!("the next open time is {next}"),
                None => "no later time is free".to_owned(),
            };
            return refused(format!("queue \"{name}\" is closed at {at}: {hint}"));
        }
        if !counts {
            return Ok(None);
        }
        let slot = policy.slot(at);
        let Some(why) = self.why_taken(wanted, slot) else {
            return Ok(Some(slot));
        };
        let hint = match self.next_bookable(wanted, slot.to_at) {
            Some(next) => format!("the next free one is at {next}"),
            None => "no later one is free".to_owned(),
        };
        refused(format!(
            "the slot at {} is taken ({why}): {hint}",
            slot.from_at
        ))
    }

    /// The first time from `at` on for which the contact could be scheduled.
    fn next_bookable(&self, wanted: Wanted, at: Timestamp) -> Option<Timestamp> {
        if self.queue(wanted.queue).policy().booking.capacity.is_none() {
            return Some(self.next_open_of(wanted.queue, at));
        }
        // The slot that contains the time, too: it may be open later.
        let from = self.queue(wanted.queue).policy().booking.slot(at).from_at;
        let mut free = self.free_slots(wanted, from, Timestamp::MAX);
        free.find(|free| free.from_at >= at)
            .map(|free| free.from_at)
    }

    /// The first time from `at` on at which a queue is open.
    fn next_open_of(&self, queue: QueueIdx, at: Timestamp) -> Timestamp {
        let calendar = self.calendar_of_queue(queue);
        calendar.map_or(at, |calendar| calendar.next_open(at))
    }

    /// Why a slot cannot be booked, if it cannot.
    fn why_taken(&self, wanted: Wanted, slot: Slot) -> Option<String> {
        let limit = self.queue(wanted.queue).policy().booking.capacity?;
        if self.places_taken(wanted, slot) >= limit {
            return Some(format!("{limit} contacts are booked"));
        }
        let agent = self.booked_agent(wanted.queue, wanted.case, slot)?;
        let doubled = self.booked_in(slot).any(|other| {
            let contact = self.contact(other);
            Some(other) != wanted.contact
                && contact.slot().is_some_and(|other| {
                    self.booked_agent(contact.queue(), contact.case(), other) == Some(agent)
                })
        });
        let name = &self.agent(agent).id;
        doubled.then(|| format!("agent \"{name}\" is booked"))
    }

    /// How many contacts are booked for a slot of a queue.
    pub(in crate::router) fn places_taken(&self, wanted: Wanted, slot: Slot) -> u32 {
        let booked = self.booked_in(slot).filter(|other| {
            self.contact(*other).queue() == wanted.queue && Some(*other) != wanted.contact
        });
        u32::try_from(booked.count()).unwrap_or(u32::MAX)
    }

    /// The contacts, of all queues, whose slots overlap this one.
    fn booked_in(&self, slot: Slot) -> impl Iterator<Item = ContactIdx> + '_ {
        let from = slot.from_at.saturating_sub(SLOT_MS_MAX);
        let near = (from, ContactIdx::of(0))..(slot.to_at, ContactIdx::of(0));
        let overlaps = move |contact: &ContactIdx| {
            let other = self.contact(*contact).slot();
            other.is_some_and(|other| other.to_at > slot.from_at)
        };
        let booked = self.contacts().booked.range(near);
        booked.map(|(_, contact)| *contact).filter(overlaps)
    }

    /// The agent for a booked contact of a case: its owner, or the stand-in if an absence is
    /// planned then.
    pub(in crate::router) fn booked_agent(
        &self,
        queue: QueueIdx,
        case: Option<CaseIdx>,
        slot: Slot,
    ) -> Option<AgentIdx> {
        let case = self.case(case?);
        let mode = self.queue(queue).policy().ownership.mode;
        if case.state() == CaseState::Closed || mode == OwnershipMode::Off {
            return None;
        }
        let owner = case.owner()?;
        let entry = self.agent(owner);
        let mut people = [Some(owner), entry.deputy(), entry.leader]
            .into_iter()
            .flatten();
        people.find(|agent| {
            let entry = self.agent(*agent);
            entry.exists() && !entry.bonds().is_absent_in(slot.from_at, slot.to_at)
        })
    }

    /// The free slots of a queue that begin within a span of time, from when it is open in each.
    pub(in crate::router) fn free_slots(
        &self,
        wanted: Wanted,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = Slot> + '_ {
        let policy = &self.queue(wanted.queue).policy().booking;
        let first = policy.slot(from.max(self.at()).saturating_add(policy.slot_ms.get() - 1));
        let last = policy
            .ahead_ms
            .map(|ahead| self.at().saturating_add(ahead.0));
        let last = last.unwrap_or(Timestamp::MAX);
        let mut from = first.from_at;
        let open = std::iter::from_fn(move || {
            // Hours in which the queue is closed are passed over in one step.
            let from_at = self.next_open_of(wanted.queue, from);
            let whole = policy.slot(from_at);
            from = whole.to_at;
            Some(Slot { from_at, ..whole })
        });
        open.take(SLOTS_SEARCHED_MAX)
            .take_while(move |slot| slot.from_at < to && slot.from_at <= last)
            .filter(move |slot| self.why_taken(wanted, policy.slot(slot.from_at)).is_none())
    }

    /// The new time and slot of a scheduled contact, if an update changes them.
    pub(in crate::router) fn rebooking(
        &self,
        idx: ContactIdx,
        update: &ContactUpdate,
        target: Option<QueueIdx>,
    ) -> Result<Option<Rebooked>, Reject> {
        let contact = self.contact(idx);
        let scheduled = contact.state() == ContactState::Scheduled;
        if let Some(at) = update.not_before_at {
            if !scheduled {
                let message = format!(
                    "contact \"{}\" is {}: only a scheduled one gets another time",
                    update.contact,
                    contact.state()
                );
                let reject = Reject::conflict("contact", &update.contact, message);
                return Err(reject.in_field("not_before_at"));
            }
            if at <= self.at() {
                let message = format!("{at} is over: give a time after {}", self.at());
                let reject = Reject::invalid("contact", "not_before_at", message);
                return Err(reject.with_id(&update.contact));
            }
        }
        if !scheduled || (update.not_before_at.is_none() && target.is_none()) {
            return Ok(None);
        }
        let queue = target.unwrap_or(contact.queue());
        let from = update
            .not_before_at
            .or(contact.deadline(Deadline::Scheduled));
        let slot = self.slot_for(&update.contact, queue, contact.case(), Some(idx), from)?;
        let at = update.not_before_at;
        Ok(Some(Rebooked { at, slot }))
    }
}
