//! Queries of the present state. Lists are in the order of names, so that a page continues after
//! the last one whatever happened in between.

use super::case_views::calendar_view;
use crate::router::api::answer::{Answer, OwnerView, Page, StatsView};
use crate::router::api::command::{CaseCommand, Command, ContactCommand};
use crate::router::api::ids::{AgentIdx, CaseIdx, CustomerIdx, Key, Name, QueueIdx};
use crate::router::api::query::{
    AgentList, CaseFind, ListPage, OwnerGet, PageLimit, Query, StatsGet,
};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::state::book::Book;
use crate::router::state::stats::{Tally, WINDOW_MINUTES_MAX, ratio};

impl Book {
    /// The stored answer to a request with a remembered key, or a conflict if the request differs.
    /// Changes nothing.
    pub fn repeated(&self, key: &Key) -> Option<Result<Answer, Reject>> {
        self.keys().look_up(key)
    }

    /// Whether the contact or case that a command would create exists already.
    pub fn knows(&self, command: &Command) -> bool {
        if let Command::Contact(ContactCommand::Submit(submit)) = command {
            self.contacts().find(&submit.contact).is_some()
        } else if let Command::Case(CaseCommand::Open(open)) = command {
            self.cases().find(&open.case).is_some()
        } else {
            false
        }
    }

    /// Answers a query as of the last command. `at` is the present, for windows of time.
    pub fn query(&self, at: Timestamp, query: &Query) -> Result<Answer, Reject> {
        self.check_asked_moments(query)?;
        match query {
            Query::AgentGet(of) => {
                let idx = self.find_agent(&of.agent)?;
                Ok(Answer::Agent(Box::new(self.agent_view(idx))))
            }
            Query::AgentList(list) => self.agent_list(list),
            Query::QueueGet(of) => {
                let idx = self.find_queue(&of.queue)?;
                Ok(Answer::Queue(Box::new(self.queue_view(idx))))
            }
            Query::QueueList(list) => self.queue_list(list),
            Query::SettingsGet => Ok(Answer::Settings(Box::new(self.settings().clone()))),
            Query::CustomerGet(of) => {
                let found = self.customers().find(of.customer.as_str());
                let idx = found.ok_or_else(|| Reject::not_found("customer", &of.customer))?;
                Ok(Answer::Customer(Box::new(self.customer_view(idx))))
            }
            Query::ContactGet(of) => {
                let idx = self.find_contact(&of.contact)?;
                Ok(Answer::Contact(Box::new(self.contact_view(idx))))
            }
            Query::ContactList(list) => self.contact_list(list),
            Query::ContactExplain(of) => {
                let idx = self.find_contact(&of.contact)?;
                Ok(Answer::Explained(Box::new(self.explained(idx))))
            }
            Query::ContactPreview(draft) => self.preview(draft),
            Query::CaseGet(of) => {
                let idx = self.find_case(&of.case)?;
                Ok(Answer::Case(Box::new(self.case_view(idx))))
            }
            Query::CaseFind(find) => self.case_find(find),
            Query::OwnerGet(of) => Ok(Answer::Owner(self.owner_get(of))),
            Query::Stats(of) => self.stats_get(at, of),
            Query::AgentBriefing(of) => self.agent_briefing(&of.agent),
            Query::BookingSlots(of) => self.booking_slots(at, of),
            Query::KindGet(of) => {
                let idx = self.find_kind(&of.kind)?;
                Ok(Answer::Kind(Box::new(self.kind_view(idx))))
            }
            Query::KindList(list) => self.kind_list(list),
            Query::CalendarGet(of) => {
                let calendar = self.find_calendar(&of.calendar)?;
                let view = calendar_view(&of.calendar, calendar);
                Ok(Answer::Calendar(Box::new(view)))
            }
            Query::CalendarList(list) => self.calendar_list(list),
        }
    }

    fn agent_list(&self, list: &AgentList) -> Result<Answer, Reject> {
        let found = (0..self.agents().len())
            .map(AgentIdx::from_usize)
            .filter(|idx| {
                let agent = self.agent(*idx);
                let team = agent.team.map(|team| self.teams().name(team.number()));
                agent.exists()
                    && list
                        .presence
                        .is_none_or(|presence| agent.presence() == presence)
                    && list
                        .address
                        .as_ref()
                        .is_none_or(|wanted| agent.address.as_ref() == Some(wanted))
                    && list.team.as_ref().is_none_or(|wanted| team == Some(wanted))
            });
        let page = page(found, list.after.as_ref(), list.limit, |idx| {
            &self.agent(idx).id
        });
        Ok(Answer::Agents(page.map(|idx| self.agent_view(idx))))
    }

    fn queue_list(&self, list: &ListPage) -> Result<Answer, Reject> {
        let found = (0..self.queues().len())
            .map(QueueIdx::from_usize)
            .filter(|idx| self.queue(*idx).exists);
        let page = page(found, list.after.as_ref(), list.limit, |idx| {
            &self.queue(idx).id
        });
        Ok(Answer::Queues(page.map(|idx| self.queue_view(idx))))
    }

    fn case_find(&self, find: &CaseFind) -> Result<Answer, Reject> {
        let owner = match &find.owner {
            None => None,
            Some(name) => Some(
                self.find_agent(name)
                    .map_err(|reject| reject.in_field("owner"))?,
            ),
        };
        let customer = match &find.customer {
            None => None,
            Some(name) => Some(
                self.customers()
                    .find(name.as_str())
                    .ok_or_else(|| Reject::not_found("customer", name))?,
            ),
        };
        let all: Box<dyn Iterator<Item = CaseIdx> + '_> = match (customer, owner) {
            (Some(customer), _) => Box::new(self.customer(customer).cases().iter().copied()),
            (None, Some(owner)) => Box::new(self.agent(owner).cases().iter().copied()),
            (None, None) => Box::new((0..self.cases().slots.len()).map(CaseIdx::from_usize)),
        };
        let found = all.filter(|idx| {
            self.cases().get(*idx).is_some_and(|case| {
                owner.is_none_or(|owner| case.owner() == Some(owner))
                    && find.state.is_none_or(|state| case.state() == state)
                    && find.due_before_at.is_none_or(|before| {
                        let due_at = case.progress().and_then(|p| p.due_at());
                        due_at.is_some_and(|due_at| due_at < before)
                    })
            })
        });
        let page = page(found, find.after.as_ref(), find.limit, |idx| {
            self.case(idx).id_bytes()
        });
        Ok(Answer::Cases(page.map(|idx| self.case_view(idx))))
    }

    /// The customer of an identity, unless the identity says nothing about the person.
    pub(super) fn person(&self, identity: &Name) -> Option<CustomerIdx> {
        let (settings, text) = (self.settings(), identity.as_str());
        let is_apart = settings.nobody.has(text) || settings.shared.has(text);
        self.customers().find(text).filter(|_| !is_apart)
    }

    fn owner_get(&self, of: &OwnerGet) -> OwnerView {
        let customer = self.person(&of.customer);
        let case = customer.and_then(|customer| self.matter(customer, of.topic.as_ref()).case);
        let owner = case.and_then(|case| self.case(case).owner());
        OwnerView {
            case: case.map(|case| self.case(case).id()),
            owner: owner.map(|owner| self.agent_name(owner)),
        }
    }

    fn stats_get(&self, at: Timestamp, of: &StatsGet) -> Result<Answer, Reject> {
        let window_ms = of.window_ms.map_or(0, |window| window.0);
        if window_ms > WINDOW_MINUTES_MAX * 60_000 {
            let message = format!(
                "{window_ms} is too long: at most {} ms",
                WINDOW_MINUTES_MAX * 60_000
            );
            return Err(Reject::invalid("stats", "window_ms", message));
        }
        if let Some(name) = &of.agent {
            let idx = self.find_agent(name)?;
            return Ok(Answer::Agent(Box::new(self.agent_view(idx))));
        }
        let queue = match &of.queue {
            None => None,
            Some(name) => Some(self.find_queue(name)?),
        };
        let mut tally = Tally::default();
        for (n, entry) in self.queues().iter().enumerate() {
            if queue.is_none_or(|queue| queue.at() == n) {
                match of.window_ms {
                    None => tally.add(&entry.stats.total),
                    Some(_) => tally.add(&entry.stats.within(at.max(self.at()), window_ms)),
                }
            }
        }
        let counts = queue.map_or(self.counts(), |queue| self.queue(queue).counts());
        let mean = |sum: i64, n: u64| (n > 0).then(|| sum as f64 / n as f64);
        Ok(Answer::Stats(Box::new(StatsView {
            queue: of.queue.clone(),
            agent: None,
            window_ms,
            submitted: tally.submitted,
            entered: tally.entered,
            connected: tally.connected,
            unanswered: tally.unanswered,
            moved_out: tally.moved_out,
            passed_on: tally.passed_on,
            abandoned: tally.abandoned,
            lost: tally.lost,
            ended: tally.ended,
            within_target: tally.within_target,
            service_level: tally.service_level(),
            wait_mean_ms: mean(tally.wait_sum_ms, tally.connected),
            wait_max_ms: (tally.connected > 0).then_some(tally.wait_max_ms),
            handled: tally.handled,
            handle_mean_ms: mean(tally.handle_sum_ms, tally.handled),
            waiting: u64::from(counts.waiting),
            offered: u64::from(counts.offered),
            in_conversation: u64::from(counts.connected),
            repeat_contacts: tally.repeat_contacts,
            owner_hits: tally.owner_hits,
            continuity: ratio(tally.owner_hits, tally.repeat_contacts),
        })))
    }

    /// `agent.briefing`.
    fn agent_briefing(&self, agent: &Name) -> Result<Answer, Reject> {
        let idx = self.find_agent(agent)?;
        Ok(Answer::Briefing(Box::new(self.briefing_view(idx))))
    }
}

/// One page of numbers, in the order of their names.
pub(super) fn page<'a, T: Copy, N: AsRef<[u8]> + ?Sized + 'a>(
    found: impl Iterator<Item = T>,
    after: Option<&Name>,
    limit: Option<PageLimit>,
    name: impl Fn(T) -> &'a N,
) -> Page<T> {
    let limit = limit.unwrap_or(PageLimit::DEFAULT).get() as usize;
    let name = |item| name(item).as_ref();
    let mut items: Vec<T> = found
        .filter(|item| after.is_none_or(|after| name(*item) > after.as_str().as_bytes()))
        .collect();
    let more = items.len() > limit;
    if more {
        items.select_nth_unstable_by(limit, |a, b| name(*a).cmp(name(*b)));
        items.truncate(limit);
    }
    items.sort_unstable_by(|a, b| name(*a).cmp(name(*b)));
    let next = if more {
        let last = items.last().map(|item| std::str::from_utf8(name(*item)));
        last.map(|last| Name::of(last.expect("names are text")))
    } else {
        None
    };
    Page { items, next }
}

impl<T> Page<T> {
    pub(in crate::router) fn map<U>(self, f: impl Fn(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}
