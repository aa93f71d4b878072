//! What would happen to a contact now, and why, for each candidate (`contact.preview`).
//!
//! The functions of a submission, applied to a contact that is never entered: the answer is the one
//! that `contact.submit` would give in the same millisecond.

use smallvec::SmallVec;

use crate::router::api::answer::{Answer, Preview};
use crate::router::api::codes::{ContactState, Outcome, Why};
use crate::router::api::command::ContactSubmit;
use crate::router::api::ids::{Name, QueueIdx, SkillIdx};
use crate::router::api::reject::Reject;
use crate::router::decide::plan::Plan;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::skill::Levels;

impl Book {
    pub(in crate::router) fn preview(&self, submit: &ContactSubmit) -> Result<Answer, Reject> {
        if let Some(known) = self.contacts().find(&submit.contact) {
            return Ok(Answer::Submitted(Box::new(self.submitted(known))));
        }
        let resolved = self.resolve_submit(submit)?;
        self.check_trunks(resolved.queue, &submit.contact)?;
        self.slot_for(
            &submit.contact,
            resolved.queue,
            resolved.case,
            None,
            submit.not_before_at,
        )?;
        // An unknown skill gets a number that no agent has.
        let nobody = SkillIdx::of(u32::MAX - 1);
        let mut requires: Levels = submit
            .requires
            .iter()
            .map(|(name, level)| {
                (
                    self.skills().get(name).map_or(nobody, SkillIdx::of),
                    level.0,
                )
            })
            .collect();
        requires.sort_unstable();
        let known = |name: &Name| self.agent_numbered(name);
        let contact = self.draft(submit, &resolved, requires, self.arrival_seq() + 1);
        let mut contact = contact.of_case(resolved.case);
        if let Some(number) = self.new_number(submit) {
            // The customer would be made by the submission.
            contact.cold_mut().callback_to = Some(number);
        }
        contact.prefer = submit.prefer.as_ref().and_then(known);
        let excluded = submit.exclude.iter().filter_map(known);
        if !submit.exclude.is_empty() {
            contact.cold_mut().exclude = excluded.collect();
        }
        let scheduled = submit.not_before_at.is_some_and(|from| from > self.at());
        if !scheduled && let Some((joined_at, seq)) = self.place_to_resume(&contact) {
            contact.joined_at = contact.joined_at.min(joined_at);
            contact.seq = contact.seq.min(seq);
        }
        let steps_passed = self.steps_passed(&contact);
        let aged = self.aged_by_now(&contact);
        let contact = contact.after_steps(steps_passed).after_aging(aged);
        let answer = if scheduled {
            let told = (ContactState::Scheduled, None, Why::NotBefore);
            self.previewed(&contact, Plan::Wait, told)
        } else {
            self.arrived(contact)
        };
        Ok(Answer::Preview(Box::new(answer)))
    }

    /// Lets the draft arrive in its queue, or in the overflow target of a full one.
    fn arrived(&self, mut contact: Contact) -> Preview {
        let mut left = SmallVec::<[QueueIdx; 4]>::new();
        loop {
            let plan = self.plan(&contact);
            let open = self.is_open(contact.queue());
            let queue = self.queue(contact.queue());
            let held = queue.counts().waiting + queue.counts().offered;
            let full = queue
                .policy()
                .max_waiting
                .is_some_and(|limit| held >= limit);
            match plan {
                _ if !open => {}
                Plan::Offer { why, .. } => {
                    return self.previewed(&contact, plan, (ContactState::Offered, None, why));
                }
                Plan::CallbackByOwner if !full => {
                    let outcome = Some(Outcome::Callback);
                    let told = (ContactState::Ended, outcome, Why::OwnerCallback);
                    return self.previewed(&contact, plan, told);
                }
                Plan::Wait if !full => {
                    let why = self.why_waiting(&contact);
                    return self.previewed(&contact, plan, (ContactState::Waiting, None, why));
                }
                Plan::CallbackByOwner | Plan::Wait => {}
            }
            left.push(contact.queue());
            match self.overflow_target(&contact, &left) {
                Some(target) => {
                    let there = self.as_if_in(&contact, target);
                    let aged = self.aged_by_now(&there);
                    contact = there.after_aging(aged);
                }
                None => {
                    let why = if open {
                        Why::QueueFull
                    } else {
                        Why::QueueClosed
                    };
                    let outcome = Some(self.outcome_of_overflow(&contact, why));
                    let told = (ContactState::Ended, outcome, why);
                    return self.previewed(&contact, Plan::Wait, told);
                }
            }
        }
    }

    fn previewed(
        &self,
        contact: &Contact,
        plan: Plan,
        (state, outcome, why): (ContactState, Option<Outcome>, Why),
    ) -> Preview {
        let queue = self.queue(contact.queue());
        let chosen = match plan {
            Plan::Offer { agent, route, .. } => Some((agent, route)),
            Plan::CallbackByOwner | Plan::Wait => None,
        };
        let before = queue.waiting().before(self.wait_key(contact));
        let waits = state == ContactState::Waiting;
        let position = waits.then(|| u32::try_from(before + 1).unwrap_or(u32::MAX));
        let considered = self.considered(contact, &self.requirement(contact), chosen);
        Preview {
            contact: contact.id.clone(),
            state,
            queue: queue.id.clone(),
            outcome,
            withheld: contact.is_withheld().then_some(true),
            shared: contact.shared().map(|_| true),
            case: contact.case().map(|case| self.case(case).id()),
            owner: self.owner_of(contact),
            agent: chosen.map(|(agent, _)| self.agent_name(agent)),
            route: chosen.map(|(_, route)| route),
            position,
            estimated_wait_ms: position.and_then(|n| self.estimated_wait_ms(contact, n)),
            why,
            candidates: self.candidates(contact, &considered),
        }
    }
}
