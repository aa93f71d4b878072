//! Contacts that the router creates itself: a follow-up for the owner, a task for another agent or
//! queue. They belong to a case but are not its customer's: they are not counted, and neither own,
//! reopen nor resolve it.

use crate::router::Router;
use crate::router::api::codes::{ContactState, Outcome};
use crate::router::api::command::{Attributes, ContactSubmit};
use crate::router::api::event::OfferReason;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, NAME_BYTES_MAX, Name, QueueIdx};
use crate::router::api::policy::CALLBACK_CHANNEL;
use crate::router::api::time::{MILLIS_MAX, Millis};
use crate::router::decide::resolve::Resolved;
use crate::router::state::duty::Duty;
use crate::router::state::skill::Levels;

/// Who gets a duty.
#[derive(Clone, Copy, Debug)]
pub(in crate::router::act) enum For {
    /// The owner of its case at the time of routing.
    Owner,
    Agent(AgentIdx),
    /// Anyone of its queue except the owner, who asks others.
    Queue,
}

impl Router {
    /// Creates a duty for a case; it is routed at once and waits as long as it must.
    pub(in crate::router::act) fn bring_duty(
        &mut self,
        case: CaseIdx,
        duty: Duty,
        whom: For,
        queue: QueueIdx,
        attributes: Option<Attributes>,
    ) -> ContactIdx {
        let customer = self.book.case(case).customer();
        let callable = customer.is_some_and(|customer| self.book.is_reachable(customer));
        let (channel, base) = match duty {
            Duty::FollowUp if callable || self.book.assumes_numbers() => {
                (CALLBACK_CHANNEL, "follow-up")
            }
            // Without a number the owner asks in another way.
            Duty::FollowUp => ("task", "follow-up"),
            Duty::Assist(_) => ("task", "assist"),
        };
        let number = match duty {
            Duty::FollowUp => self.progress_mut(case).follow_ups,
            Duty::Assist(number) => number,
        };
        let id = self.fresh_contact_name(case, &format!("/{base}-{number}"));
        let channel = self.book.channels().find(&Name::of(channel));
        let channel = channel.expect("the channels of duties exist from the start");
        let entry = self.book.case(case);
        let asks = entry.owner().filter(|_| matches!(whom, For::Queue));
        let resolved = Resolved {
            queue,
            channel,
            customer: entry.customer(),
            case: None,
            last_owner: None,
        };
        let submit = ContactSubmit {
            topic: entry.topic().cloned(),
            kind: entry.kind().cloned(),
            attributes,
            max_wait_ms: Some(Millis(MILLIS_MAX)),
            ..ContactSubmit::of(id)
        };
        let seq = self.book.next_arrival();
        let mut contact = self.book.draft(&submit, &resolved, Levels::default(), seq);
        contact.duty = Some(duty);
        // The customer's profile applies only to the customer's own contacts.
        contact.cold = None;
        contact.keep(submit.kind, |cold| &mut cold.kind);
        contact.cold_mut().exclude.extend(asks);
        contact.by_owner_only = !matches!(whom, For::Queue);
        contact.passed_on = matches!(whom, For::Queue);
        let kept_for = match whom {
            For::Agent(agent) => Some(agent),
            For::Owner | For::Queue => None,
        };
        let idx = self.enter(contact.for_agent(kept_for), None, None);
        self.book.refer(idx, case);
        self.book.set_state(idx, ContactState::Waiting);
        self.comes_in(idx);
        self.begin_seeking(idx);
        idx
    }

    /// Withdraws a duty that nobody has taken.
    pub(in crate::router::act) fn recall_duty(&mut self, idx: Option<ContactIdx>) {
        let Some(idx) = idx else { return };
        match self.book.contacts().get(idx).map(|contact| contact.state()) {
            Some(ContactState::Scheduled | ContactState::Waiting | ContactState::Offered) => {
                self.revoke_offers(idx, OfferReason::ContactGone, |_| true);
                self.cancel(idx, Outcome::Cancelled);
            }
            Some(ContactState::Connected | ContactState::WrapUp | ContactState::Ended) | None => {}
        }
    }

    /// The contact of a duty ended: its case drops the reference.
    pub(super) fn duty_ended(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let (Some(duty), Some(case)) = (contact.duty, contact.case()) else {
            return;
        };
        let progress = self.progress_mut(case);
        match duty {
            Duty::FollowUp => {
                let pending = progress.follow_up.as_mut();
                if let Some(pending) = pending.filter(|p| p.contact == Some(idx)) {
                    pending.contact = None;
                    pending.untold_result = true;
                }
            }
            Duty::Assist(number) => {
                let assist = progress.assist_mut(number);
                if let Some(assist) = assist.filter(|assist| assist.contact == Some(idx)) {
                    assist.contact = None;
                }
            }
        }
    }

    /// The case's name with a suffix, cut to the maximum length and not in use.
    fn fresh_contact_name(&self, case: CaseIdx, suffix: &str) -> Name {
        let base = &self.book.case(case).id();
        (1..)
            .map(|n| match n {
                1 => derived_name(base, suffix),
                n => derived_name(base, &format!("{suffix}-{n}")),
            })
            .find(|id| self.book.contacts().find(id).is_none())
            .expect("there are more names than contacts")
    }
}

/// A name with a suffix, cut to the maximum length.
pub(super) fn derived_name(base: &Name, suffix: &str) -> Name {
    let mut room = NAME_BYTES_MAX - suffix.len();
    room = room.min(base.as_str().len());
    while !base.as_str().is_char_boundary(room) {
        room -= 1;
    }
    Name::of(&format!("{}{suffix}", &base.as_str()[..room]))
}
