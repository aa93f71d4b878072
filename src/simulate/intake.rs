//! Submits a row of arrivals to the router as a contact, with its queue, customer, case and owner.

use hashbrown::HashMap;

use crate::identity;
use crate::router::bulk::Arrival;
use crate::router::command::{AgentCommand, AgentSet, Command, QueueCommand, QueueSet};
use crate::router::ids::{AgentIdx, CaseIdx, ChannelIdx, ContactIdx, CustomerIdx, Name, QueueIdx};
use crate::router::policy::Policy;
use crate::router::skill::Levels;
use crate::router::time::Timestamp;
use crate::router::{DEFAULT_QUEUE, Router};
use crate::table::TableError;

use super::names::Names;
use crate::trace::arrivals::{
    Arrivals, CASE, CHANNEL, CONTACT, CUSTOMER, OWNER, QUEUE, REQUIRES, TOPIC, Times,
};
use crate::trace::skills;

/// The channel of a contact that names none.
const DEFAULT_CHANNEL: &str = "voice";
/// Most different requirements remembered by their text.
const REQUIREMENTS_MAX: usize = 4_096;

/// What was looked up before, by its text in the file. The last is compared first, since a row
/// mostly repeats the one above.
#[derive(Debug)]
struct ByText<T> {
    last: Vec<u8>,
    found: Option<T>,
    known: HashMap<Box<[u8]>, T, foldhash::fast::RandomState>,
}

impl<T: Copy> ByText<T> {
    fn new() -> Self {
        Self {
            last: Vec::new(),
            found: None,
            known: HashMap::default(),
        }
    }

    fn get(&mut self, text: &[u8]) -> Option<T> {
        if self.last != text || self.found.is_none() {
            self.found = self.known.get(text).copied();
            self.last.clear();
            self.last.extend_from_slice(text);
        }
        self.found
    }

    fn insert(&mut self, text: &[u8], found: T) {
        self.known.insert(text.into(), found);
        self.found = None;
    }
}

/// The result of a submission.
pub(super) struct Entered {
    /// `None` if no trunk was free.
    pub contact: Option<ContactIdx>,
    pub queue: QueueIdx,
    pub queue_is_new: bool,
    pub times: Times,
    /// The case made for this contact only.
    pub own_case: Option<CaseIdx>,
}

/// The customer and the case of a contact.
#[derive(Debug, Default)]
struct Matter {
    customer: Option<CustomerIdx>,
    topic: Option<Name>,
    case: Option<CaseIdx>,
    own_case: Option<CaseIdx>,
}

/// Submits arrivals, and remembers names that were looked up before.
#[derive(Debug)]
pub(super) struct Intake {
    /// The contacts in the system, by name.
    pub names: Names,
    /// The name of every contact in the router, which knows them by number.
    placeholder: Name,
    queues: ByText<QueueIdx>,
    channels: ByText<ChannelIdx>,
    requirements: ByText<usize>,
    levels: Vec<Levels>,
    /// The cases that the file names. The router names the cases that it opens itself, and may give
    /// one a name that the file gives to another.
    cases: HashMap<Name, CaseIdx, foldhash::fast::RandomState>,
    /// Queues unknown to the configuration, and owners that are not in the agents file.
    pub unknown_queues: Vec<Name>,
    pub unknown_owners: Vec<Name>,
}

impl Intake {
    pub fn new() -> Self {
        Self {
            names: Names::default(),
            placeholder: Name::of("contact"),
            queues: ByText::new(),
            channels: ByText::new(),
            requirements: ByText::new(),
            levels: vec![Levels::new()],
            cases: HashMap::default(),
            unknown_queues: Vec::new(),
            unknown_owners: Vec::new(),
        }
    }

    /// Submits the next arrival.
    pub fn submit(
        &mut self,
        router: &mut Router,
        arrivals: &Arrivals,
        at: Timestamp,
        chance: u64,
    ) -> Result<Entered, TableError> {
        let table = arrivals.table();
        let name = arrivals.contact()?;
        let (queue, queue_is_new) = self.queue(router, arrivals, at)?;
        let channel = self.channel(router, arrivals)?;
        let priority = arrivals.priority()?;
        let times = arrivals.times()?;
        let matter = if arrivals.has_matters() {
            self.matter(router, arrivals, at)?
        } else {
            Matter::default()
        };
        let requires = self.requirement(router, arrivals)?;
        let Some(unused) = self.names.unused(&name) else {
            let name = String::from_utf8_lossy(&name);
            let message = format!("\"{name}\" is in the system already: every contact has its own");
            return Err(table.fault(CONTACT, message));
        };
        let arrival = Arrival {
            contact: &self.placeholder,
            queue,
            channel,
            customer: matter.customer,
            case: matter.case,
            topic: matter.topic.as_ref(),
            priority,
            requires: &self.levels[requires],
        };
        let contact = router.submit_bulk(at, chance, &arrival);
        match (contact, matter.own_case) {
            (Some(contact), _) => self.names.enter(contact, unused),
            (None, Some(case)) => router.forget_case_bulk(case),
            (None, None) => {}
        }
        Ok(Entered {
            contact,
            queue,
            queue_is_new,
            times,
            own_case: matter.own_case,
        })
    }

    /// The customer and the case of the row.
    fn matter(
        &mut self,
        router: &mut Router,
        arrivals: &Arrivals,
        at: Timestamp,
    ) -> Result<Matter, TableError> {
        let customer = match name_of(arrivals, CUSTOMER)? {
            None => None,
            Some(written) => {
                let settings = router.book().settings();
                let identity = identity::one_form(&written, settings);
                let is_person = identity::is_person(&identity, settings);
                is_person.then(|| router.customer_numbered(&identity))
            }
        };
        let topic = name_of(arrivals, TOPIC)?;
        let (case, own_case) = self.case(router, arrivals, at, customer, topic.as_ref())?;
        Ok(Matter {
            customer,
            topic,
            case,
            own_case,
        })
    }

    /// The queue of the row; one unknown to the configuration gets the default policy.
    fn queue(
        &mut self,
        router: &mut Router,
        arrivals: &Arrivals,
        at: Timestamp,
    ) -> Result<(QueueIdx, bool), TableError> {
        let table = arrivals.table();
        let text = table.bytes(QUEUE);
        if let Some(known) = self.queues.get(text) {
            return Ok((known, false));
        }
        let name = name_of(arrivals, QUEUE)?.unwrap_or_else(|| Name::of(DEFAULT_QUEUE));
        let found = match router.queue_named(&name) {
            Some(found) => Some(found),
            None => {
                self.unknown_queues.push(name.clone());
                let set = QueueSet {
                    queue: name.clone(),
                    policy: Policy::default(),
                };
                router
                    .command_bulk(at, Command::Queue(QueueCommand::Set(Box::new(set))))
                    .map_err(|refusal| table.fault(QUEUE, refusal.message))?;
                router.queue_named(&name)
            }
        };
        let queue = found.ok_or_else(|| table.fault(QUEUE, "cannot be made"))?;
        self.queues.insert(text, queue);
        Ok((queue, true))
    }

    fn channel(&mut self, router: &Router, arrivals: &Arrivals) -> Result<ChannelIdx, TableError> {
        let table = arrivals.table();
        let text = table.bytes(CHANNEL);
        if let Some(known) = self.channels.get(text) {
            return Ok(known);
        }
        let name = name_of(arrivals, CHANNEL)?.unwrap_or_else(|| Name::of(DEFAULT_CHANNEL));
        let channel = router.channel_named(&name).ok_or_else(|| {
            let known = router.channels_listed();
            table.fault(CHANNEL, format!("no channel \"{name}\": one of {known}"))
        })?;
        self.channels.insert(text, channel);
        Ok(channel)
    }

    /// The index in `levels` of the row's requirement; 0 requires nothing.
    fn requirement(
        &mut self,
        router: &mut Router,
        arrivals: &Arrivals,
    ) -> Result<usize, TableError> {
        let table = arrivals.table();
        let text = table.bytes(REQUIRES);
        if text.is_empty() {
            return Ok(0);
        }
        if let Some(known) = self.requirements.get(text) {
            return Ok(known);
        }
        let written = table.text(REQUIRES)?.unwrap_or_default();
        let map = skills::required(written).map_err(|why| table.fault(REQUIRES, why))?;
        let levels = router
            .levels_of(&map)
            .ok_or_else(|| table.fault(REQUIRES, "names too many different skills"))?;
        if self.levels.len() > REQUIREMENTS_MAX {
            self.levels.truncate(1);
            self.requirements = ByText::new();
        }
        let place = self.levels.len();
        self.levels.push(levels);
        self.requirements.insert(text, place);
        Ok(place)
    }

    /// The case that the row names; a case of its own if it names only an owner.
    fn case(
        &mut self,
        router: &mut Router,
        arrivals: &Arrivals,
        at: Timestamp,
        customer: Option<CustomerIdx>,
        topic: Option<&Name>,
    ) -> Result<(Option<CaseIdx>, Option<CaseIdx>), TableError> {
        let table = arrivals.table();
        let owner = match name_of(arrivals, OWNER)? {
            None => None,
            Some(name) => Some(self.owner(router, arrivals, at, &name)?),
        };
        let Some(name) = name_of(arrivals, CASE)? else {
            if owner.is_none() {
                return Ok((None, None));
            }
            let case = router.open_case_bulk(at, &self.placeholder, customer, topic, owner);
            return Ok((Some(case), Some(case)));
        };
        let Some(case) = self.cases.get(&name).copied() else {
            let case = router.open_case_bulk(at, &name, customer, topic, owner);
            self.cases.insert(name, case);
            return Ok((Some(case), None));
        };
        let of = router.customer_of_case(case);
        if customer.is_some() && of.is_some() && customer != of {
            let message = format!("case \"{name}\" belongs to another customer");
            return Err(table.fault(CASE, message));
        }
        match (owner, router.owner_of_case(case)) {
            (Some(owner), Some(known)) if owner != known => {
                let (owner, known) = (router.agent_name_of(owner), router.agent_name_of(known));
                let message = format!(
                    "\"{owner}\" contradicts case \"{name}\", which \"{known}\" owns: give the \
                     same owner or leave it out"
                );
                return Err(table.fault(OWNER, message));
            }
            (Some(owner), None) => router.own_case_bulk(at, case, owner),
            (Some(_) | None, _) => {}
        }
        Ok((Some(case), None))
    }

    /// The owner that a row names. An unknown owner becomes an agent who is never on shift.
    fn owner(
        &mut self,
        router: &mut Router,
        arrivals: &Arrivals,
        at: Timestamp,
        name: &Name,
    ) -> Result<AgentIdx, TableError> {
        let table = arrivals.table();
        if router.agent_named(name).is_none() {
            self.unknown_owners.push(name.clone());
            let set = AgentSet::of(name.clone());
            router
                .command_bulk(at, Command::Agent(AgentCommand::Set(Box::new(set))))
                .map_err(|refusal| table.fault(OWNER, refusal.message))?;
        }
        let agent = router
            .agent_named(name)
            .ok_or_else(|| table.fault(OWNER, "cannot be made"))?;
        if !router.is_human(agent) {
            let message = format!("\"{name}\" is a bot and never owns: name a human");
            return Err(table.fault(OWNER, message));
        }
        Ok(agent)
    }
}

fn name_of(arrivals: &Arrivals, column: usize) -> Result<Option<Name>, TableError> {
    let table = arrivals.table();
    table
        .text(column)?
        .map(|text| Name::new(text).map_err(|why| table.fault(column, why)))
        .transpose()
}
