//! The audit: refusals, and changes made by supervisors and admins, one log line each.
//!
//! Agents, contacts, cases, queues and offers are named by id; a customer only if its id is no
//! phone number or address of a person. No free text. Changes are always written. Refusals are
//! limited for each peer; further ones are counted, and the count is written with the next line, so
//! that refusals cannot fill a disk.

use std::collections::HashMap;
use std::net::IpAddr;

use parking_lot::Mutex;

use crate::router::command::{
    AgentCommand, CaseCommand, Command, ContactCommand, CustomerCommand, OfferNamed,
};
use crate::router::ids::Name;
use crate::router::query::Query;
use crate::router::reject::RejectKind;
use crate::router::time::Timestamp;
use crate::wire::request::Request;

/// Burst and rate of lines for the refusals of one peer. A stranger has not sent a valid token.
const STRANGER: Rate = Rate {
    at_once: 20,
    per_second: 1,
};
const KNOWN: Rate = Rate {
    at_once: 200,
    per_second: 20,
};
/// Peers counted one by one; all others share one count.
const PEERS_MAX: usize = 1_024;

#[derive(Clone, Copy, Debug)]
struct Rate {
    at_once: i64,
    per_second: i64,
}

/// Who acted or was refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A peer known by its token's name or by its user.
    Known(Name),
    /// A peer without a token, by its address if known.
    Stranger(Option<IpAddr>),
    /// All peers beyond [`PEERS_MAX`].
    Others,
}

impl Who {
    fn text(&self) -> String {
        match self {
            Self::Known(actor) => actor.to_string(),
            Self::Stranger(_) => "stranger".to_owned(),
            Self::Others => "others".to_owned(),
        }
    }

    fn rate(&self) -> Rate {
        match self {
            Self::Known(_) => KNOWN,
            Self::Stranger(_) | Self::Others => STRANGER,
        }
    }
}

/// The objects of an act or a refused act.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    pub agent: Option<Name>,
    /// The agent that something is passed to.
    pub to: Option<Name>,
    pub queue: Option<Name>,
    pub contact: Option<Name>,
    pub offer: Option<String>,
    pub case: Option<Name>,
    /// The client program whose contacts are concerned.
    pub client: Option<Name>,
    /// Masked if the id identifies a person.
    pub customer: Option<String>,
    /// A kind, a calendar or a tenant; of a moved identity the customer who gets it, masked.
    pub name: Option<Name>,
}

/// One audit line.
#[derive(Debug)]
pub struct Line<'a> {
    pub who: Who,
    pub from: Option<IpAddr>,
    pub tenant: Option<&'a Name>,
    pub method: &'a str,
    pub target: Target,
    /// The number of the last event of a change: the ledger's records of it end there.
    pub event: Option<u64>,
    /// Why it was refused; `None` = it was carried out.
    pub refused: Option<RejectKind>,
}

/// Writes audit lines and counts the suppressed ones.
#[derive(Debug, Default)]
pub struct Audit {
    counts: Mutex<HashMap<Who, Count>>,
}

#[derive(Debug)]
struct Count {
    /// Lines that may still be written, in thousandths.
    left: i64,
    filled_at: Timestamp,
    /// Suppressed refusals not reported yet.
    untold: u64,
    from: Option<IpAddr>,
}

impl Audit {
    /// Writes a change, or a refusal unless its peer is over its limit.
    pub fn tell(&self, now: Timestamp, line: &Line<'_>) {
        let untold = match line.refused {
            None => 0,
            Some(_) => match self.take(now, &line.who, line.from) {
                Some(untold) => untold,
                None => return,
            },
        };
        let target = &line.target;
        let text = |name: &Option<Name>| name.as_ref().map(ToString::to_string);
        tracing::info!(
            target: "audit",
            actor = line.who.text(),
            from = line.from.map(tracing::field::display),
            tenant = line.tenant.map(tracing::field::display),
            method = line.method,
            agent = text(&target.agent),
            to = text(&target.to),
            queue = text(&target.queue),
            contact = text(&target.contact),
            offer = target.offer,
            case = text(&target.case),
            client = text(&target.client),
            customer = target.customer,
            name = text(&target.name),
            event = line.event,
            result = line.refused.map_or("ok", RejectKind::as_str),
            allowed = line.refused.is_none(),
            untold = (untold > 0).then_some(untold),
        );
    }

    /// Reports suppressed refusals that no later line has reported.
    pub fn tell_rest(&self, now: Timestamp) {
        let mut rest = Vec::new();
        self.counts.lock().retain(|who, count| {
            count.fill(now, who.rate());
            if count.untold > 0 && count.left >= 1_000 {
                count.left -= 1_000;
                rest.push((who.text(), count.from, std::mem::take(&mut count.untold)));
            }
            count.untold > 0 || count.left < who.rate().at_once * 1_000
        });
        for (actor, from, untold) in rest {
            let from = from.map(tracing::field::display);
            tracing::info!(target: "audit", actor, from, untold, allowed = false,
                "more was refused than is told one by one");
        }
    }

    /// `None` = over the limit; otherwise the number of lines suppressed before.
    fn take(&self, now: Timestamp, who: &Who, from: Option<IpAddr>) -> Option<u64> {
        let mut counts = self.counts.lock();
        let is_full = counts.len() >= PEERS_MAX && !counts.contains_key(who);
        let who = if is_full { &Who::Others } else { who };
        let rate = who.rate();
        let count = counts.entry(who.clone()).or_insert(Count {
            left: rate.at_once * 1_000,
            filled_at: now,
            untold: 0,
            from,
        });
        count.fill(now, rate);
        if count.left < 1_000 {
            count.untold += 1;
            return None;
        }
        count.left -= 1_000;
        Some(std::mem::take(&mut count.untold))
    }
}

impl Count {
    fn fill(&mut self, now: Timestamp, rate: Rate) {
        let more = (now - self.filled_at)
            .max(0)
            .saturating_mul(rate.per_second);
        self.left = self.left.saturating_add(more).min(rate.at_once * 1_000);
        self.filled_at = self.filled_at.max(now);
    }
}

/// Whether refusals of this kind are audited.
pub const fn is_for_the_audit(kind: RejectKind) -> bool {
    matches!(kind, RejectKind::Forbidden | RejectKind::Unauthorized)
}

/// A customer's id without what identifies the person.
fn masked(customer: &Name) -> String {
    const DIGITS_MAX: usize = 5;
    let text = customer.as_str();
    if let Some((scheme, _)) = text.split_once(':') {
        return format!("{}:***", scheme.get(..16).unwrap_or(scheme));
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if text.contains('@') || text.starts_with('+') || digits > DIGITS_MAX {
        return "***".to_owned();
    }
    text.to_owned()
}

impl Target {
    pub fn of(request: &Request) -> Self {
        match request {
            Request::Command(command) => Self::of_command(command),
            Request::Query(query) => Self::of_query(query),
            Request::SessionOpen(open) => Self {
                client: Some(open.client.clone()),
                name: open.tenant.clone(),
                ..Self::default()
            },
            Request::SessionPing
            | Request::Subscribe(_)
            | Request::Server(_)
            | Request::Discover => Self::default(),
        }
    }

    fn agent(agent: &Name) -> Self {
        Self {
            agent: Some(agent.clone()),
            ..Self::default()
        }
    }

    fn queue(queue: &Name) -> Self {
        Self {
            queue: Some(queue.clone()),
            ..Self::default()
        }
    }

    fn contact(contact: &Name) -> Self {
        Self {
            contact: Some(contact.clone()),
            ..Self::default()
        }
    }

    fn case(case: &Name) -> Self {
        Self {
            case: Some(case.clone()),
            ..Self::default()
        }
    }

    fn name(name: Option<&Name>) -> Self {
        Self {
            name: name.cloned(),
            ..Self::default()
        }
    }

    fn of_customer(mut self, customer: Option<&Name>) -> Self {
        self.customer = customer.map(masked);
        self
    }

    fn by_agent(mut self, agent: &Name) -> Self {
        self.agent = Some(agent.clone());
        self
    }

    fn passing_to(mut self, agent: Option<&Name>) -> Self {
        self.to = agent.cloned();
        self
    }

    pub fn of_command(command: &Command) -> Self {
        match command {
            Command::Tick | Command::Restarted | Command::Reloaded | Command::Settings(_) => {
                Self::default()
            }
            Command::Session(command) => Self {
                client: command.client().cloned(),
                ..Self::default()
            },
            Command::Agent(AgentCommand::Queue(of)) => Self {
                queue: Some(of.queue.clone()),
                ..Self::agent(&of.agent)
            },
            Command::Agent(command) => Self::agent(command.agent()).passing_to(match command {
                AgentCommand::Remove(of) => of.successor.as_ref(),
                AgentCommand::Succession(of) => of.to.first(),
                AgentCommand::Set(_)
                | AgentCommand::Device(_)
                | AgentCommand::Queue(_)
                | AgentCommand::Update(_)
                | AgentCommand::Presence(_)
                | AgentCommand::WrapUpEnd(_)
                | AgentCommand::Absence(_) => None,
            }),
            Command::Queue(command) => Self::queue(command.queue()),
            Command::Customer(command) => Self {
                agent: match command {
                    CustomerCommand::Exclude(of) => Some(of.agent.clone()),
                    CustomerCommand::Link(_) | CustomerCommand::Unlink(_) => None,
                },
                name: match command {
                    CustomerCommand::Unlink(of) => of.to.as_ref().map(|to| Name::of(&masked(to))),
                    CustomerCommand::Link(_) | CustomerCommand::Exclude(_) => None,
                },
                ..Self::default().of_customer(Some(command.customer()))
            },
            Command::Contact(command) => Self::of_contact(command),
            Command::Offer(command) => Self::offer(command.named()),
            Command::Case(command) => Self::of_case(command),
            Command::Kind(command) => Self::name(Some(command.kind())),
            Command::Calendar(command) => Self::name(Some(command.calendar())),
        }
    }

    fn of_contact(command: &ContactCommand) -> Self {
        let of_contact = Self {
            contact: command.contact().cloned(),
            ..Self::default()
        };
        match command {
            ContactCommand::Submit(of) => Self {
                queue: of.queue.clone(),
                case: of.case.clone(),
                ..of_contact.of_customer(of.customer.as_ref())
            },
            ContactCommand::Transfer(of) => Self {
                queue: of.to.queue.clone(),
                to: of.to.agent.clone(),
                ..of_contact
            },
            ContactCommand::Sync(of) => Self {
                client: Some(of.source.clone()),
                ..of_contact
            },
            ContactCommand::Update(_)
            | ContactCommand::Cancel(_)
            | ContactCommand::End(_)
            | ContactCommand::Outcome(_)
            | ContactCommand::Callback(_) => of_contact,
            ContactCommand::Leave(of) | ContactCommand::Retrieve(of) | ContactCommand::Take(of) => {
                of_contact.by_agent(&of.agent)
            }
            ContactCommand::Hold(hold) => of_contact.by_agent(&hold.agent),
            ContactCommand::Assign(of) => of_contact.passing_to(Some(&of.agent)),
        }
    }

    fn of_case(command: &CaseCommand) -> Self {
        let of_case = Self {
            case: command.case().cloned(),
            ..Self::default()
        };
        match command {
            CaseCommand::Open(of) => of_case
                .passing_to(of.owner.as_ref())
                .of_customer(Some(&of.customer)),
            CaseCommand::Handover(of) => Self {
                agent: of.owner.clone(),
                to: Some(of.to.clone()),
                ..of_case
            },
            CaseCommand::Assist(of) => Self {
                queue: of.queue.clone(),
                to: of.agent.clone(),
                ..of_case
            },
            CaseCommand::Note(_)
            | CaseCommand::Resolve(_)
            | CaseCommand::Reopen(_)
            | CaseCommand::Close(_)
            | CaseCommand::AssistDone(_)
            | CaseCommand::Wait(_)
            | CaseCommand::Advance(_)
            | CaseCommand::Extend(_)
            | CaseCommand::FollowUp(_) => of_case,
        }
    }

    fn offer((offer, contact, agent): OfferNamed<'_>) -> Self {
        Self {
            offer: offer.map(|offer| offer.to_string()),
            contact: contact.cloned(),
            agent: agent.cloned(),
            ..Self::default()
        }
    }

    pub fn of_query(query: &Query) -> Self {
        match query {
            Query::AgentGet(of) | Query::AgentBriefing(of) => Self::agent(&of.agent),
            Query::QueueGet(of) => Self::queue(&of.queue),
            Query::CustomerGet(of) => Self::default().of_customer(Some(&of.customer)),
            Query::ContactGet(of) | Query::ContactExplain(of) => Self::contact(&of.contact),
            Query::ContactPreview(draft) => Self::contact(&draft.contact),
            Query::CaseGet(of) => Self::case(&of.case),
            Query::BookingSlots(of) => Self::queue(&of.queue),
            Query::Stats(of) => Self {
                agent: of.agent.clone(),
                queue: of.queue.clone(),
                ..Self::default()
            },
            Query::OwnerGet(of) => Self::default().of_customer(Some(&of.customer)),
            Query::KindGet(of) => Self::name(Some(&of.kind)),
            Query::CalendarGet(of) => Self::name(Some(&of.calendar)),
            Query::AgentList(_)
            | Query::QueueList(_)
            | Query::SettingsGet
            | Query::ContactList(_)
            | Query::CaseFind(_)
            | Query::KindList(_)
            | Query::CalendarList(_) => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customer_ids_that_identify_a_person_are_masked() {
        let shown = |customer: &str| masked(&Name::of(customer));
        assert_eq!(shown("tel:+8613800138000"), "tel:***");
        assert_eq!(shown("mail:ada@example.org"), "mail:***");
        assert_eq!(shown("ada@example.org"), "***");
        assert_eq!(shown("+8613800138000"), "***");
        assert_eq!(shown("13800138000"), "***");
        assert_eq!(shown("客户:张三"), "客户:***");
        assert_eq!(shown("customer-7"), "customer-7");
    }

    #[test]
    fn refusals_over_the_limit_are_only_counted() {
        let audit = Audit::default();
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        let stranger = Who::Stranger(address);
        let told = (0..1_000).filter(|_| audit.take(0, &stranger, address).is_some());
        assert_eq!(told.count(), 20);
        let other = Who::Stranger(Some(IpAddr::from([192, 0, 2, 2])));
        assert_eq!(audit.take(0, &other, None), Some(0), "another is told");
        assert_eq!(audit.take(1_000, &stranger, address), Some(980));
        assert_eq!(audit.take(1_000, &stranger, address), None);
        let known = Who::Known(Name::of("token:pbx"));
        let told = (0..1_000).filter(|_| audit.take(0, &known, address).is_some());
        assert_eq!(told.count(), 200);
    }

    #[test]
    fn refusals_of_many_addresses_are_limited_together() {
        let audit = Audit::default();
        let told = (0..100_000_u32).filter(|n| {
            let address = Some(IpAddr::from(n.to_be_bytes()));
            audit.take(0, &Who::Stranger(address), address).is_some()
        });
        assert_eq!(told.count(), PEERS_MAX + 20);
        audit.tell_rest(1_000_000);
        audit.tell_rest(2_000_000);
        assert!(audit.counts.lock().is_empty(), "what is over is forgotten");
    }
}
