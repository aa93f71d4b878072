//! What is recorded twice, compared from both sides: each list, count and index against a scan of
//! what it follows from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, QueueIdx, TeamIdx};
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::line::Line;
use crate::router::state::place::Place;
use crate::router::state::queue::Counts;
use crate::router::state::timers::Due;
use crate::router::state::waiting::{Class, WaitKey};

/// A list of contacts that look for an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    Queue(QueueIdx),
    Class(usize),
    Owned(AgentIdx),
    Named(AgentIdx),
    Team(TeamIdx),
    Ringing,
}

type Stand = (List, WaitKey, ContactIdx);

/// Fails if what is recorded differs from what a scan finds.
fn same<T: Ord + Debug>(
    what: &str,
    noted: impl IntoIterator<Item = T>,
    found: impl IntoIterator<Item = T>,
) -> Result<(), String> {
    let mut noted: Vec<T> = noted.into_iter().collect();
    let mut found: Vec<T> = found.into_iter().collect();
    noted.sort_unstable();
    found.sort_unstable();
    if noted == found {
        return Ok(());
    }
    let noted_only = noted.iter().find(|one| found.binary_search(one).is_err());
    let found_only = found.iter().find(|one| noted.binary_search(one).is_err());
    Err(format!(
        "{what}: {} noted, {} found; noted only {noted_only:?}, found only {found_only:?}",
        noted.len(),
        found.len()
    ))
}

impl Book {
    /// Checks every index and count against a scan.
    pub(super) fn check_what_is_noted_twice(&self) -> Result<(), String> {
        self.check_queues()?;
        self.check_deputies()?;
        self.check_offers_and_sources()?;
        self.check_lists()?;
        self.check_classes()?;
        self.check_references()?;
        self.check_kinds()?;
        self.check_cases_of_customers()?;
        self.check_unattached()?;
        self.check_timers()
    }

    fn all_contacts(&self) -> impl Iterator<Item = (ContactIdx, &Contact)> + Clone {
        let slots = self.contacts().slots.iter().enumerate();
        slots.filter_map(|(n, slot)| Some((ContactIdx::from_usize(n), slot.as_deref()?)))
    }

    /// The contacts of each queue by state, and the longest affinity of all.
    fn check_queues(&self) -> Result<(), String> {
        let longest = self
            .queues()
            .iter()
            .map(|q| q.policy().ownership.affinity_ms.0);
        if longest.max() != Some(self.longest_affinity_ms()) {
            return Err("the longest affinity is another".to_owned());
        }
        let mut counts = vec![Counts::default(); self.queues().len()];
        for (_, contact) in self.all_contacts() {
            counts[contact.queue().at()].add(contact.state());
        }
        for (queue, found) in self.queues().iter().zip(counts) {
            if queue.counts() != found {
                let noted = queue.counts();
                return Err(format!(
                    "queue {} counts {noted:?}, contacts say {found:?}",
                    queue.id
                ));
            }
        }
        Ok(())
    }

    fn check_deputies(&self) -> Result<(), String> {
        let agents = || self.agents().iter().enumerate();
        let noted = agents().flat_map(|(n, agent)| {
            let others = agent.deputy_of().iter();
            others.map(move |other| (*other, AgentIdx::from_usize(n)))
        });
        let found =
            agents().filter_map(|(n, agent)| Some((AgentIdx::from_usize(n), agent.deputy()?)));
        same("deputies", noted, found)
    }

    /// Offers by number, and the live contacts of each client program.
    fn check_offers_and_sources(&self) -> Result<(), String> {
        let mut rings = 0;
        for (idx, contact) in self.all_contacts() {
            rings += contact.offers().len();
            let mut offers = contact.offers().iter();
            if offers.any(|offer| self.offered(offer.id) != Some(idx)) {
                return Err(format!("an offer of {} is not found", contact.id));
            }
        }
        if rings != self.open_offers() {
            return Err(format!(
                "{rings} offers ring, {} are open",
                self.open_offers()
            ));
        }
        let (gone, counted) = self.sources().gone_by_count();
        if gone != counted {
            return Err(format!(
                "{gone} client programs are gone, {counted} are counted"
            ));
        }
        let noted = self.sources().iter().flat_map(|(of, source)| {
            let live = source.live().iter();
            live.map(move |idx| (of, *idx))
        });
        let live = self.all_contacts().filter(|(_, contact)| contact.is_live());
        let live = live.filter_map(|(idx, contact)| Some((contact.source()?, idx)));
        same("contacts of client programs", noted, live)
    }

    /// Contacts stand in the lists that their places name, and in no others.
    fn check_lists(&self) -> Result<(), String> {
        let mut found = BTreeSet::new();
        for (idx, contact) in self.all_contacts() {
            if let Some(place) = contact.place() {
                let lists = lists_of(contact, place);
                found.extend(lists.map(|list| (list, place.key, idx)));
            }
            let ringing = contact.ringing();
            found.extend(ringing.map(|key| (List::Ringing, key, idx)));
        }
        same("places", self.all_stands(), found)?;
        let kept = self.all_contacts().filter_map(|(idx, contact)| {
            let agent = contact.kept_for().filter(|_| contact.seeking())?;
            Some((agent, idx))
        });
        same(
            "contacts kept for agents",
            self.waiting().kept.clone(),
            kept,
        )
    }

    /// Every entry of every list.
    fn all_stands(&self) -> Vec<Stand> {
        fn all(line: &Line, list: List) -> impl Iterator<Item = Stand> + '_ {
            line.iter().map(move |(key, idx)| (list, key, idx))
        }
        let mut stands: Vec<Stand> = Vec::new();
        for (n, queue) in self.queues().iter().enumerate() {
            stands.extend(all(queue.waiting(), List::Queue(QueueIdx::from_usize(n))));
        }
        for (n, class) in self.waiting().classes().iter().enumerate() {
            stands.extend(all(&class.waiting, List::Class(n)));
        }
        for (n, agent) in self.agents().iter().enumerate() {
            let agent_idx = AgentIdx::from_usize(n);
            let owned = agent.owned_waiting().iter();
            stands.extend(owned.map(|(key, idx)| (List::Owned(agent_idx), *key, *idx)));
            let named = agent.named_waiting().iter();
            stands.extend(named.map(|(key, idx)| (List::Named(agent_idx), *key, *idx)));
        }
        for (n, team) in self.waiting().teams.iter().enumerate() {
            stands.extend(all(team, List::Team(TeamIdx::from_usize(n))));
        }
        stands.extend(all(&self.waiting().ringing, List::Ringing));
        stands
    }

    /// A class has the channel and requirement of its contacts, and is found by the skills.
    fn check_classes(&self) -> Result<(), String> {
        let classes = self.waiting().classes();
        for (_, contact) in self.all_contacts() {
            let class = contact.place().and_then(|place| place.class);
            let Some(class) = class.map(|class| &classes[class.at()]) else {
                continue;
            };
            let requirement = self.requirement(contact);
            let kept = contact
                .place()
                .is_some_and(|p| p.reach.owner_only_until.is_some());
            let fits = class.channel == contact.channel
                && class.requires == requirement
                && class.kept == kept;
            let mut known = self.waiting().classes_for(&requirement);
            if !fits || !known.any(|other: &Class| std::ptr::eq(other, class)) {
                return Err(format!("contact {} stands in a wrong class", contact.id));
            }
        }
        Ok(())
    }

    /// The contacts that refer to each case, and those of them that look for an agent.
    fn check_references(&self) -> Result<(), String> {
        let mut referred: BTreeMap<CaseIdx, u32> = BTreeMap::new();
        let mut seeking = Vec::new();
        for (idx, contact) in self.all_contacts() {
            if let Some(case) = contact.case() {
                *referred.entry(case).or_default() += 1;
                seeking.extend(contact.seeking().then_some((case, idx)));
            }
        }
        let cases = self.cases().slots.iter().enumerate();
        let noted = cases.filter_map(|(n, case)| {
            let noted = case.as_ref()?.referred();
            (noted > 0).then_some((CaseIdx::from_usize(n), noted))
        });
        same("references to cases", noted, referred)?;
        let sought: BTreeSet<CaseIdx> = seeking.iter().map(|(case, _)| *case).collect();
        if sought.len() != self.cases().sought() {
            return Err("cases with seekers are counted wrongly".to_owned());
        }
        let noted = sought.iter().flat_map(|case| {
            let seekers = self.cases().seeking(*case).iter();
            seekers.map(move |idx| (*case, *idx))
        });
        same("seekers of cases", noted, seeking)
    }

    /// The number of cases that follow each set of rules.
    fn check_kinds(&self) -> Result<(), String> {
        let mut kept = vec![0; self.kinds().slots.len()];
        let cases = self.cases().slots.iter().flatten();
        for kind in cases.filter_map(|case| case.progress()?.kind) {
            kept[kind.0 as usize] += 1;
        }
        let noted = self.kinds().slots.iter();
        let noted: Vec<u32> = noted
            .map(|kind| kind.as_ref().map_or(0, |kind| kind.cases))
            .collect();
        if noted == kept {
            return Ok(());
        }
        Err(format!("kinds count {noted:?} cases, which are {kept:?}"))
    }

    fn check_cases_of_customers(&self) -> Result<(), String> {
        let customers = self.customers().slots.iter().enumerate();
        let noted = customers.flat_map(|(n, customer)| {
            let cases = customer.cases().iter();
            cases.map(move |case| (CustomerIdx::from_usize(n), *case))
        });
        let cases = self.cases().slots.iter().enumerate();
        let found = cases.filter_map(|(n, case)| {
            let customer = case.as_ref()?.customer()?;
            Some((customer, CaseIdx::from_usize(n)))
        });
        same("cases of customers", noted, found)
    }

    /// Contacts of a customer that were never connected, still may be, and belong to no case.
    fn check_unattached(&self) -> Result<(), String> {
        let noted = self.customers().unattached.iter().flat_map(|(of, list)| {
            let list = list.as_slice().iter();
            list.map(|contact| (*of, *contact))
        });
        let unattached = self.all_contacts().filter(|(_, contact)| {
            contact.is_live() && contact.connected_at.is_none() && contact.case().is_none()
        });
        let found = unattached.filter_map(|(idx, contact)| Some((contact.customer()?, idx)));
        same("contacts without a case", noted, found)
    }

    /// Every deadline is armed. The timers may have stale entries besides.
    fn check_timers(&self) -> Result<(), String> {
        let mut armed: Vec<Due> = self.timers().iter().collect();
        armed.sort_unstable();
        let deadlines = self.deadlines();
        let forgotten = deadlines
            .iter()
            .find(|due| armed.binary_search(due).is_err());
        forgotten.map_or(Ok(()), |due| Err(format!("{due:?} is not in the timers")))
    }
}

/// The lists in which a place puts a contact.
fn lists_of(contact: &Contact, place: Place) -> impl Iterator<Item = List> {
    let reach = place.reach;
    [
        Some(List::Queue(contact.queue())),
        place.class.map(|class| List::Class(class.at())),
        reach.owner.map(List::Owned),
        reach.deputy.map(List::Named),
        reach.leader.map(List::Named),
        reach.team.map(List::Team),
    ]
    .into_iter()
    .flatten()
}
