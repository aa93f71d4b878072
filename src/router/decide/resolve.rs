//! Resolves the names of a submission, checks it and drafts the contact. Changes nothing.

use crate::router::api::command::ContactSubmit;
use crate::router::api::ids::{AgentIdx, CaseIdx, ChannelIdx, CustomerIdx, Name, QueueIdx};
use crate::router::api::policy::{DEFAULT_CHANNEL, DEFAULT_QUEUE, SKILLS_MAX};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::skill::Levels;

/// The most agents one contact may exclude.
const EXCLUDED_MAX: usize = 1_000;

/// A submission with its names resolved and checked.
pub(in crate::router) struct Resolved {
    pub queue: QueueIdx,
    pub channel: ChannelIdx,
    /// `None` for a customer not known yet.
    pub customer: Option<CustomerIdx>,
    pub case: Option<CaseIdx>,
    pub last_owner: Option<AgentIdx>,
}

impl Book {
    /// Resolves a submission, or says what is wrong with it.
    pub(in crate::router) fn resolve_submit(
        &self,
        submit: &ContactSubmit,
    ) -> Result<Resolved, Reject> {
        let bad = |field, message: String| {
            Reject::invalid("contact", field, message).with_id(&submit.contact)
        };
        self.check_submitted_moments(submit)?;
        let default_queue = Name::of(DEFAULT_QUEUE);
        let queue = self.find_queue(submit.queue.as_ref().unwrap_or(&default_queue))?;
        let channel_name = submit
            .channel
            .clone()
            .unwrap_or_else(|| Name::of(DEFAULT_CHANNEL));
        let unknown = |reject: Reject| reject.with_id(&submit.contact);
        let channel = self
            .find_channel(&channel_name, "contact", "channel")
            .map_err(unknown)?;
        if let Some(kind) = &submit.kind {
            self.find_kind(kind)?;
        }
        if submit.requires.len() > SKILLS_MAX || !self.skills().has_room_for(&submit.requires) {
            let n = submit.requires.len();
            return Err(bad("requires", format!("{n} skills: at most {SKILLS_MAX}")));
        }
        if submit.exclude.len() > EXCLUDED_MAX {
            let n = submit.exclude.len();
            return Err(bad(
                "exclude",
                format!("{n} agents: at most {EXCLUDED_MAX}"),
            ));
        }
        let customer = submit
            .person()
            .and_then(|name| self.customers().find(name.as_str()));
        let mut case = None;
        if let Some(name) = &submit.case {
            let named = self.find_case(name)?;
            let of = self.case(named).customer();
            if submit.person().is_some() && of.is_some() && of != customer {
                let message = format!("case \"{name}\" belongs to another customer");
                return Err(Reject::conflict("case", name, message).in_field("case"));
            }
            case = Some(named);
        }
        let topic = submit.topic.as_ref();
        let resolved = self.resolve(queue, channel, customer, case, topic);
        self.check_submitted_callback(submit, resolved.customer)?;
        Ok(resolved)
    }

    /// Likewise, with numbers: the case of the contact, or that of its matter.
    pub(in crate::router) fn resolve(
        &self,
        queue: QueueIdx,
        channel: ChannelIdx,
        customer: Option<CustomerIdx>,
        case: Option<CaseIdx>,
        topic: Option<&Name>,
    ) -> Resolved {
        let mut found = Resolved {
            queue,
            channel,
            customer,
            case,
            last_owner: None,
        };
        if let Some(named) = case {
            found.customer = customer.or(self.case(named).customer());
        } else if let Some(customer) = customer {
            let matter = self.matter(customer, topic);
            let affinity = self.queue(queue).policy().ownership.affinity_ms.0;
            found.case = matter.case;
            if matter.case.is_none() {
                found.last_owner = matter.last_owner(self.at(), affinity);
            }
        }
        found
    }

    /// Whether all trunks of the queue or the tenant are taken.
    pub(in crate::router) fn check_trunks(
        &self,
        queue: QueueIdx,
        contact: &Name,
    ) -> Result<(), Reject> {
        let entry = self.queue(queue);
        let full = |limit: Option<u32>, held: u32| limit.filter(|limit| held >= *limit);
        let (what, limit) = if let Some(limit) =
            full(entry.policy().max_in_system, entry.counts().in_system())
        {
            ("queue", limit)
        } else if let Some(limit) = full(self.settings().max_in_system, self.counts().in_system()) {
            ("tenant", limit)
        } else {
            return Ok(());
        };
        let message = format!(
            "blocked: max_in_system of the {what} is {limit} and so many contacts are in it"
        );
        Err(Reject::limit("contact", contact, message).in_field("queue"))
    }

    /// The contact as it would be just before it is routed.
    pub(in crate::router) fn draft(
        &self,
        submit: &ContactSubmit,
        resolved: &Resolved,
        requires: Levels,
        seq: u64,
    ) -> Contact {
        let joined_at = submit
            .joined_at
            .map_or(self.at(), |joined| joined.min(self.at()));
        let mut contact = self.blank(submit.contact.clone(), resolved, requires, seq);
        contact.topic = submit.topic.clone();
        contact.priority = submit.priority.0;
        contact.max_wait_ms = submit.max_wait_ms;
        contact.attributes = submit.attributes.clone();
        contact.joined_at = joined_at;
        contact.entered_at = joined_at;
        contact.wait_from = joined_at;
        contact.not_before_at = submit.not_before_at.into();
        contact.keep(submit.kind.clone(), |cold| &mut cold.kind);
        if submit.address.is_some() {
            contact.cold_mut().callback_to = submit.address.clone();
        }
        if submit.withheld {
            contact.cold_mut().withheld = true;
        }
        if submit.shared {
            contact.cold_mut().shared = submit.customer.clone();
        }
        contact
    }

    /// A contact that joins now, with all optional fields unset.
    pub(in crate::router) fn blank(
        &self,
        id: Name,
        resolved: &Resolved,
        requires: Levels,
        seq: u64,
    ) -> Contact {
        let (queue, channel, customer) = (resolved.queue, resolved.channel, resolved.customer);
        let mut contact = Contact::new(id, queue, channel, customer, requires, self.at(), seq);
        contact.last_owner = resolved.last_owner;
        contact.cold = self.by_customer(customer);
        contact
    }

    /// The time of joining and the arrival sequence that a contact may resume.
    pub(in crate::router) fn place_to_resume(&self, contact: &Contact) -> Option<(Timestamp, u64)> {
        let abandoned = self.customer(contact.customer()?).abandoned();
        let here = abandoned.iter().filter(|p| p.queue == contact.queue());
        let place = here.max_by_key(|place| place.at)?;
        let limit = self.queue(contact.queue()).policy().resume_ms;
        let in_time = limit.is_none_or(|limit| limit.0 > 0 && self.at() - place.at <= limit.0);
        in_time.then_some((place.joined_at, place.seq))
    }
}
