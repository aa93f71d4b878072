//! Setting queues and the tenant's settings, and the effects of a change on waiting contacts.

use crate::router::Router;
use crate::router::Subject;
use crate::router::api::answer::{Answer, QueueRemovedView};
use crate::router::api::command::{QueueSet, SettingsPatch};
use crate::router::api::event::{QueueEvent, SettingsEvent};
use crate::router::api::ids::{ContactIdx, Name, QueueIdx};
use crate::router::api::policy::{CHANNELS_MAX, DEFAULT_QUEUE, Policy, SKILLS_MAX};
use crate::router::api::reject::Reject;
use crate::router::state::deadline::Deadline;

impl Router {
    pub(super) fn queue_set(&mut self, set: &QueueSet) -> Result<Subject, Reject> {
        self.check_policy(set)?;
        let idx = self.book.set_policy(&set.queue, &set.policy);
        self.emit(|_| QueueEvent::Set {
            queue: set.queue.clone(),
        });
        self.apply_policy_anew(idx);
        Ok(Subject::Queue(idx))
    }

    fn check_policy(&self, set: &QueueSet) -> Result<(), Reject> {
        let policy: &Policy = &set.policy;
        let bad = |field, message: String| {
            Err(Reject::invalid("queue", field, message).with_id(&set.queue))
        };
        if policy.requires.len() > SKILLS_MAX || !self.book.skills().has_room_for(&policy.requires)
        {
            return bad("requires", format!("at most {SKILLS_MAX} skills"));
        }
        if let Some(right) = policy.ticket.fault() {
            return bad("ticket.prefix", right);
        }
        if policy.overflow.to.is_some() && policy.overflow.action.is_some() {
            return bad("overflow", "give exactly one of to and action".to_owned());
        }
        if policy.overflow.to.as_ref() == Some(&set.queue) {
            return bad(
                "overflow.to",
                "a queue cannot overflow into itself".to_owned(),
            );
        }
        Ok(())
    }

    /// Applies a changed policy to the contacts in the queue; their limits count from the same
    /// times as before.
    fn apply_policy_anew(&mut self, idx: QueueIdx) {
        if self.book.queue(idx).counts().live() == 0 {
            return;
        }
        let contacts = self.book.contacts().slots.iter().enumerate();
        let here: Vec<ContactIdx> = contacts
            .filter_map(|(n, contact)| {
                let contact = contact.as_deref()?;
                let is_here = contact.queue() == idx && contact.seeking();
                is_here.then(|| ContactIdx::from_usize(n))
            })
            .collect();
        let at = self.book.at();
        for contact in here {
            let own_max = self.book.contact(contact).max_wait_ms;
            let overdue = self.book.contact(contact).overdue;
            self.book.leave_index(contact);
            self.begin_seeking(contact);
            let entry = self.book.contact_mut(contact);
            entry.max_wait_ms = own_max;
            // The new policy may allow more time.
            entry.overdue = overdue
                && entry
                    .deadline(Deadline::MaxWait)
                    .is_some_and(|until| until <= at);
            entry.drop_deadline(Deadline::NoAgent);
            entry.drop_deadline(Deadline::OwnerWait);
            self.note_ringing(contact);
            if self.book.contact(contact).offers().is_empty() {
                self.enter_index(contact);
            }
        }
    }

    pub(super) fn queue_remove(&mut self, name: &Name) -> Result<Subject, Reject> {
        let idx = self.book.find_queue(name)?;
        if name.as_str() == DEFAULT_QUEUE {
            let message = "the queue \"default\" cannot be removed";
            return Err(Reject::conflict("queue", name, message));
        }
        let live = self.book.queue(idx).counts().live();
        if live > 0 {
            let message = format!("queue \"{name}\" holds {live} contacts: move or end them first");
            return Err(Reject::conflict("queue", name, message));
        }
        self.book.queue_mut(idx).exists = false;
        self.book.forget_out_of(idx);
        self.emit(|_| QueueEvent::Removed {
            queue: name.clone(),
        });
        Ok(Subject::Answer(Answer::QueueRemoved(QueueRemovedView {
            queue: name.clone(),
            removed: true,
        })))
    }

    pub(in crate::router) fn settings_set(
        &mut self,
        patch: &SettingsPatch,
    ) -> Result<Subject, Reject> {
        if let Some(channels) = &patch.channels {
            let new = channels
                .keys()
                .filter(|name| self.book.channels().find(name).is_none())
                .count();
            if self.book.channels().len() + new > CHANNELS_MAX {
                let message = format!("at most {CHANNELS_MAX} channels");
                return Err(Reject::invalid("settings", "channels", message));
            }
        }
        let settings = self.book.settings_mut();
        macro_rules! take {
            ($apart:ident; $($field:ident),*) => {
                // All of them, so that none is forgotten.
                let SettingsPatch { $apart, $($field),* } = patch;
                $(if let Some(value) = $field { settings.$field = value.clone(); })*
            };
        }
        take!(
            channels;
            pick,
            max_in_system,
            lease_ms,
            platform_grace_ms,
            bound_grace_ms,
            repeat_supervise,
            repeat_window_ms,
            close_after_ms,
            keep_ended_ms,
            keep_ended_max,
            keep_keys_ms,
            keep_keys_max,
            by_customer,
            zone,
            country,
            nobody,
            shared,
            mail_case,
            sip_is_tel
        );
        for (name, rule) in channels.iter().flatten() {
            settings.channels.insert(name.clone(), *rule);
        }
        if channels.is_some() {
            self.book.apply_channels();
            // Whether an owner serves the channel may have changed.
            let waiting = self
                .book
                .queues()
                .iter()
                .flat_map(|queue| queue.waiting().contacts());
            self.unsettled.extend(waiting);
        }
        self.emit(|_| SettingsEvent::Set);
        Ok(Subject::Settings)
    }
}
