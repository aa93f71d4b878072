//! The invariants of a settled router, checked in tests and simulation.

mod noted;

use crate::router::api::codes::{CaseState, ContactState, Presence};
use crate::router::api::ids::{AgentIdx, CaseIdx, ChannelIdx, ContactIdx};
use crate::router::state::agent::Agent;
use crate::router::state::book::Book;
use crate::router::state::case::Case;
use crate::router::state::clock::{Clock, ClockOf, What};
use crate::router::state::deadline::Deadline;
use crate::router::state::progress::Progress;
use crate::router::state::queue::Counts;
use crate::router::state::skill::{Skilled, meets};

impl Book {
    /// Checks every invariant; the error names the first violated one.
    pub fn check_invariants(&self) -> Result<(), String> {
        self.check_contacts()?;
        self.check_figures_add_up()?;
        self.check_agents()?;
        self.check_cases()?;
        self.check_duties()?;
        self.check_what_is_noted_twice()?;
        self.check_work_is_conserved()
    }

    fn check_contacts(&self) -> Result<(), String> {
        let mut counts = Counts::default();
        for contact in self.contacts().slots.iter().flatten() {
            counts.add(contact.state());
            let name = &contact.id;
            let talking = !contact.talks().is_empty();
            let fits = match contact.state() {
                ContactState::Scheduled => {
                    !talking && contact.deadline(Deadline::Scheduled).is_some()
                }
                ContactState::Waiting => {
                    !talking && contact.offers().is_empty() && contact.place().is_some()
                }
                ContactState::Offered => !talking && !contact.offers().is_empty(),
                ContactState::Connected => talking,
                ContactState::WrapUp => !talking && !contact.wrapping().is_empty(),
                ContactState::Ended => !talking && contact.offers().is_empty(),
            };
            if !fits {
                return Err(format!(
                    "contact {name} is not what {} means",
                    contact.state()
                ));
            }
            if contact.place().is_some() && (!contact.seeking() || !contact.offers().is_empty()) {
                return Err(format!(
                    "contact {name} stands in the index and does not wait"
                ));
            }
            for offer in contact.offers() {
                if offer.expires_at < self.at() {
                    return Err(format!("offer {} outlived its deadline", offer.id));
                }
                let agent = self.agent(offer.agent);
                if !agent.reserved().iter().any(|held| held.offer == offer.id) {
                    return Err(format!("offer {} reserves nobody", offer.id));
                }
            }
        }
        if counts != self.counts() {
            return Err(format!(
                "counts are {:?}, contacts say {counts:?}",
                self.counts()
            ));
        }
        Ok(())
    }

    /// Whoever came to a queue to wait was taken there, ended, moved on, or is still there.
    fn check_figures_add_up(&self) -> Result<(), String> {
        for queue in self.queues() {
            let (tally, counts) = (queue.stats.total, queue.counts());
            let over = tally.connected + tally.unanswered + tally.moved_out;
            let there = u64::from(counts.waiting) + u64::from(counts.offered);
            if tally.entered != over + there {
                return Err(format!(
                    "{} came to queue {}, {over} of them went and {there} are there",
                    tally.entered, queue.id
                ));
            }
        }
        Ok(())
    }

    fn check_agents(&self) -> Result<(), String> {
        let mut skilled = Skilled::default();
        for agent in self.agents().iter().filter(|agent| agent.exists()) {
            skilled.add(agent.skills());
        }
        if !self.skilled().counts_as(&skilled) {
            return Err("the holders of skills are counted wrongly".to_owned());
        }
        for (n, agent) in self.agents().iter().enumerate() {
            let idx = AgentIdx::from_usize(n);
            let name = &agent.id;
            for held in agent.talks() {
                let contact = self.contacts().get(held.contact);
                if contact.is_none_or(|c| c.talks().iter().all(|talk| talk.agent != idx)) {
                    return Err(format!("agent {name} talks to a contact that does not"));
                }
            }
            for held in agent.reserved() {
                let contact = self.contacts().get(held.contact);
                if contact.is_none_or(|c| c.offer_to(idx).is_none()) {
                    return Err(format!("agent {name} is reserved for no offer"));
                }
            }
            if agent.presence() != Presence::Available && !agent.reserved().is_empty() {
                return Err(format!("agent {name} is away and reserved"));
            }
            // Making a channel exclusive leaves running contacts.
            let alone = agent.load() == 1 || !self.settings().channels.is_empty();
            let alone = alone || agent.talks().iter().any(|held| held.taken);
            let exclusive = agent
                .talks()
                .iter()
                .map(|held| held.channel)
                .chain(agent.reserved().iter().map(|held| held.channel))
                .any(|channel| self.channels().rule(channel).exclusive);
            if exclusive && !alone {
                return Err(format!(
                    "agent {name} holds an exclusive contact beside another"
                ));
            }
            for wrap in agent.wraps().iter().filter(|wrap| wrap.ends_contact) {
                let contact = self.contacts().get(wrap.contact);
                if contact.is_none_or(|c| !c.wrapping().contains(&idx)) {
                    return Err(format!("agent {name} wraps up a contact that is over"));
                }
            }
            if agent.barred() != agent.barred_by_whereabouts() {
                return Err(format!("agent {name} is barred for another reason"));
            }
            if agent.next().is_some() && agent.load() == 0 {
                return Err(format!("agent {name} should have left"));
            }
            if agent.unsettled() {
                return Err(format!("agent {name} is not settled"));
            }
        }
        Ok(())
    }

    fn check_cases(&self) -> Result<(), String> {
        if self.cases().overdue != self.cases().count_overdue() {
            return Err(format!(
                "{} overdue are counted wrongly",
                self.cases().overdue
            ));
        }
        for (n, case) in self.cases().slots.iter().enumerate() {
            let Some(case) = case else { continue };
            let idx = CaseIdx::from_usize(n);
            let listed: Vec<&Agent> = self
                .agents()
                .iter()
                .filter(|agent| agent.cases().contains(&idx))
                .collect();
            let expected = usize::from(case.owner().is_some() && case.state() != CaseState::Closed);
            if listed.len() != expected {
                return Err(format!(
                    "case {} is on {} lists of owners",
                    case.id(),
                    listed.len()
                ));
            }
            if let Some(progress) = case.progress() {
                self.check_progress(case, progress)
                    .map_err(|what| format!("case {}: {what}", case.id()))?;
            }
        }
        Ok(())
    }

    /// No case is forgotten, and every deadline has exactly one verdict.
    fn check_progress(&self, case: &Case, progress: &Progress) -> Result<(), String> {
        let wrong = |what: &str| Err(what.to_owned());
        let open = case.state() == CaseState::Open;
        let running = |of: ClockOf| {
            progress
                .clocks
                .iter()
                .filter(move |c| c.is_open() && c.of == of)
        };
        let whole = running(ClockOf::Whole).count();
        let termed = |kind| self.kinds().get(kind).rules.whole().is_some();
        if whole != usize::from(open && progress.kind.is_some_and(termed)) {
            return Err(format!(
                "{whole} clocks of the whole while it is {}",
                case.state()
            ));
        }
        if !open && (progress.wait.is_some() || progress.clocks.iter().any(Clock::is_open)) {
            return wrong("it is not open and something of it runs on");
        }
        if (case.state() == CaseState::Resolved) != progress.follow_up.is_some()
            && let Some(kind) = progress.kind
            && self.kinds().get(kind).rules.follow_up.is_some()
        {
            return wrong("it is resolved without a follow-up, or followed up and not resolved");
        }
        if progress
            .follow_up
            .as_ref()
            .is_some_and(|f| f.next_at.is_none())
        {
            return wrong("its follow-up is not looked at again");
        }
        for clock in &progress.clocks {
            let decided = clock.verdict.is_some() || clock.due_at.is_none();
            if !clock.is_open() && !decided {
                return wrong("a clock ended without a verdict");
            }
            if clock.left.is_some() && progress.wait.is_none() {
                return wrong("a clock stands still and the case waits for nobody");
            }
            let to_come = clock.moments.iter().any(|moment| moment.what == What::Due);
            if clock.is_undecided() != to_come {
                return wrong("a deadline without verdict is not watched");
            }
            if clock.next_at().is_some_and(|at| at < self.at()) {
                return wrong("a moment has passed and nothing happened");
            }
        }
        let next = progress.clocks.iter().filter_map(Clock::next_at).min();
        if progress.clock_at != next {
            return wrong("its next moment is noted wrongly");
        }
        Ok(())
    }

    /// Absences come when the first of them is due, and counts are right.
    fn check_duties(&self) -> Result<(), String> {
        for agent in self.agents() {
            let bonds = agent.bonds();
            let first = bonds.absences.first();
            let due = first.map(|first| {
                if bonds.absent {
                    first.to_at
                } else {
                    first.from_at
                }
            });
            if due != bonds.absence_at() || due.is_some_and(|due| due <= self.at()) {
                return Err(format!("agent {} misses its absence", agent.id));
            }
            if !agent.exists() && (due.is_some() || bonds.is_bounded()) {
                return Err(format!("agent {} is gone and has duties", agent.id));
            }
        }
        let bounded = self
            .agents()
            .iter()
            .filter(|agent| agent.bonds().is_bounded());
        if bounded.count() != self.bounded() as usize {
            return Err("agents with bounded cases are counted wrongly".to_owned());
        }
        let here = |agent: &&Agent| agent.exists() && agent.presence() != Presence::Offline;
        let here = self.agents().iter().filter(here).map(|agent| &agent.id);
        if !here.eq(self.logged_in().map(|idx| &self.agent(idx).id)) {
            return Err("who is logged in is noted wrongly".to_owned());
        }
        let has_place = |idx: AgentIdx| self.agent(idx).position().is_some();
        if !self.logged_in().all(has_place) {
            return Err("somebody who is logged in has no place in the idle order".to_owned());
        }
        let slots = self.contacts().slots.iter().flatten();
        if slots.filter(|contact| contact.slot().is_some()).count() != self.contacts().booked.len()
        {
            return Err("booked contacts are indexed wrongly".to_owned());
        }
        Ok(())
    }

    /// No contact waits that a free agent may take.
    fn check_work_is_conserved(&self) -> Result<(), String> {
        for n in 0..self.contacts().slots.len() {
            let idx = ContactIdx::from_usize(n);
            let Some(contact) = self.contacts().get(idx) else {
                continue;
            };
            let Some(place) = contact.place() else {
                continue;
            };
            let requirement = self.requirement(contact);
            if self.wait_key(contact) != place.key {
                return Err(format!("contact {} stands in a wrong place", contact.id));
            }
            if self.reach(contact, &requirement) != place.reach {
                return Err(format!(
                    "contact {} is open to {:?}, should be to {:?}",
                    contact.id,
                    place.reach,
                    self.reach(contact, &requirement)
                ));
            }
            for (n, agent) in self.agents().iter().enumerate() {
                let idx = AgentIdx::from_usize(n);
                let named = [place.reach.owner, place.reach.deputy, place.reach.leader];
                let by_name = named.contains(&Some(idx));
                let by_team = place.reach.team.is_some() && agent.team == place.reach.team;
                let by_skill =
                    (place.reach.anyone || by_team) && meets(agent.skills(), &requirement);
                let check = self.asks_skill_of_owners(contact);
                let able = by_skill || (by_name && !check);
                if able && self.free_for(contact, idx) {
                    return Err(format!(
                        "contact {} waits and agent {} is free",
                        contact.id, agent.id
                    ));
                }
            }
        }
        for agent in self.agents() {
            let Some(position) = agent.position() else {
                continue;
            };
            for channel in 0..self.channels().len() {
                let channel = ChannelIdx::of(channel as u32);
                let free = agent.free_for(channel, self.channels()).is_ok();
                if self.idle().is_free(position, channel) != free {
                    return Err(format!("agent {} is indexed wrongly", agent.id));
                }
            }
            let present = agent.presence() == Presence::Available;
            if self.idle().is_present(position) != present {
                return Err(format!(
                    "agent {} is present or not, unlike its bit",
                    agent.id
                ));
            }
        }
        Ok(())
    }
}
