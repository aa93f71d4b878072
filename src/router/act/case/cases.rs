//! Cases: how a contact finds its case, and what people do with cases by name (rules 11, 13, 18).

use crate::router::Router;
use crate::router::Subject;
use crate::router::api::answer::{Answer, HandedOverView};
use crate::router::api::codes::{CaseState, EscalationReason, WaitEnd, WaitOn};
use crate::router::api::command::{CaseAct, CaseHandover, CaseNote, CaseOpen};
use crate::router::api::effect::Count;
use crate::router::api::event::EventBody;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, Text};
use crate::router::api::reject::Reject;
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::state::case::{Case, NOTES_MAX, Note};
use crate::router::state::clock::ClockOf;
use crate::router::state::timers::Timer;

/// What is known of a customer's matter.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::router) struct Matter {
    /// The open, or else the resolved case.
    pub case: Option<CaseIdx>,
    /// The owner of the case that closed last, and when it closed.
    closed: Option<(Timestamp, AgentIdx)>,
}

impl Matter {
    /// The last owner, while it is remembered as a preference.
    pub(in crate::router) fn last_owner(
        &self,
        at: Timestamp,
        affinity_ms: i64,
    ) -> Option<AgentIdx> {
        let (closed_at, owner) = self.closed?;
        (affinity_ms > 0 && at - closed_at <= affinity_ms).then_some(owner)
    }
}

impl Router {
    /// The case to which a customer's contact on a topic belongs (rule 11): an open one of the
    /// same topic, or of any where no topic is given; else a resolved one in the same way. Among
    /// several the most recently active.
    pub(in crate::router) fn matter(&self, customer: CustomerIdx, topic: Option<&Name>) -> Matter {
        let mut best: Option<(bool, Timestamp, CaseIdx)> = None;
        let mut closed: Option<(Timestamp, AgentIdx)> = None;
        for idx in self.customers[customer].cases() {
            let case = &self.cases[*idx];
            if topic.is_some() && case.topic() != topic {
                continue;
            }
            match case.state {
                CaseState::Open | CaseState::Resolved => {
                    let rank = (case.state == CaseState::Open, case.active_at, *idx);
                    if best.is_none_or(|best| (best.0, best.1) <= (rank.0, rank.1)) {
                        best = Some(rank);
                    }
                }
                CaseState::Closed => {
                    if let (Some(at), Some(owner)) = (case.closed_at(), case.owner)
                        && closed.is_none_or(|(before, _)| before <= at)
                    {
                        closed = Some((at, owner));
                    }
                }
            }
        }
        Matter {
            case: best.map(|(_, _, case)| case),
            closed,
        }
    }

    /// The case that a contact without one belongs to by now.
    pub(in crate::router::act) fn case_for(&self, idx: ContactIdx) -> Option<CaseIdx> {
        let contact = &self.contacts[idx];
        self.matter(contact.customer?, contact.topic.as_ref()).case
    }

    /// Makes a contact belong to a case, and counts it there.
    pub(in crate::router::act) fn attach(&mut self, idx: ContactIdx, case: CaseIdx) {
        let nameless = self.cases[case].customer.is_none();
        self.refer(idx, case);
        let submitted_at = self.contacts[idx].submitted_at;
        let at = self.at;
        let entry = &mut self.cases[case];
        entry.contacts += 1;
        entry.active_at = at;
        self.supervise_repeats(case, submitted_at);
        let progress = self.cases[case].progress();
        let wait = progress.and_then(|progress| progress.wait.as_ref());
        if wait.is_some_and(|wait| wait.on == WaitOn::Customer) {
            self.end_wait(case, WaitEnd::Contact, at);
        }
        if nameless {
            // The case has come to a customer, whose other contacts may belong to it.
            self.attach_others(case);
        }
    }

    /// Refers a contact to a case without counting it as another one.
    pub(in crate::router::act) fn refer(&mut self, idx: ContactIdx, case: CaseIdx) {
        let of = self.cases[case].customer;
        self.cases[case].referred += 1;
        let contact = &mut self.contacts[idx];
        contact.case = Some(case);
        contact.customer = contact.customer.or(of);
        let customer = contact.customer;
        self.note_seeking(idx);
        if let Some(customer) = customer {
            self.customers.leave_unattached(customer, idx);
            if of.is_none() {
                self.cases[case].customer = Some(customer);
                self.customers[customer].add_case(case);
            }
        }
    }

    /// Takes a contact off a case that is closed.
    pub(in crate::router::act) fn detach(&mut self, idx: ContactIdx) {
        if let Some(case) = self.contacts[idx].case.take() {
            self.cases[case].referred -= 1;
            self.cases.note_seeking(case, idx, false);
        }
    }

    /// Contacts of the same customer that wait without a case join the one just opened.
    pub(in crate::router) fn attach_others(&mut self, case: CaseIdx) {
        let entry = &self.cases[case];
        let Some(customer) = entry.customer.filter(|_| entry.state != CaseState::Closed) else {
            return;
        };
        let others: Vec<ContactIdx> = self.customers.unattached_of(customer).to_vec();
        for idx in others {
            let topic = self.contacts[idx].topic.as_ref();
            if topic.is_none() || topic == self.cases[case].topic() {
                self.attach(idx, case);
                self.dirty_contacts.push(idx);
            }
        }
    }

    /// Notes on a contact's case that the contact looks for an agent, or no longer does.
    pub(in crate::router) fn note_seeking(&mut self, idx: ContactIdx) {
        let contact = &self.contacts[idx];
        if let Some(agent) = contact.kept_for {
            self.waiting.note_kept(agent, idx, contact.seeking);
        }
        let Some(case) = contact.case else { return };
        self.cases.note_seeking(case, idx, contact.seeking);
    }

    /// The contacts of a case that look for an agent are judged anew.
    pub(in crate::router::act) fn judge_seeking(&mut self, case: CaseIdx) {
        self.dirty_contacts
            .extend_from_slice(self.cases.seeking(case));
    }

    /// Contacts that wait and whose case an agent owns, or that are kept for it, whether they may
    /// be offered to it or not.
    pub(in crate::router::act) fn waiting_on_cases_of(&self, owner: AgentIdx) -> Vec<ContactIdx> {
        let cases = self.agents[owner.at()].cases.iter();
        let seeking = cases.flat_map(|case| self.cases.seeking(*case).iter().copied());
        let waits = |contact: &ContactIdx| self.contacts[*contact].place.is_some();
        seeking
            .chain(self.waiting.kept_for(owner).filter(waits))
            .collect()
    }

    /// Too many contacts on one open case within the window raise an escalation, once per window.
    fn supervise_repeats(&mut self, case: CaseIdx, submitted_at: Timestamp) {
        let limit = self.settings.repeat_supervise as usize;
        let window = self.settings.repeat_window_ms.0;
        let at = self.at;
        let entry = &mut self.cases[case];
        let first = entry.note_submission(submitted_at, limit);
        let within = first.is_some_and(|first| at - first <= window);
        if !within || entry.state == CaseState::Closed {
            return;
        }
        let extra = entry.extra_mut();
        let before = extra.escalated_at.get();
        if before.is_some_and(|before| at - before <= window) {
            return;
        }
        extra.escalated_at = MaybeAt::at(at);
        extra.escalations += 1;
        let step = extra.escalations;
        let leader = entry.owner.and_then(|owner| self.agents[owner.at()].leader);
        self.count(|_| Count::Escalated {
            reason: EscalationReason::Repeat.as_str(),
        });
        if self.detail.events {
            self.emit(EventBody::CaseEscalated {
                of: self.deadline_ref(case, ClockOf::Whole),
                step,
                to: leader.map(|leader| self.agents[leader.at()].id.clone()),
                role: None,
                reason: EscalationReason::Repeat,
                due_at: None,
                late: false,
            });
        }
    }

    pub(in crate::router) fn case_open(&mut self, open: &CaseOpen) -> Result<Subject, Reject> {
        if let Some(known) = self.cases.find(&open.case) {
            return Ok(Subject::Case(known));
        }
        let owner = match &open.owner {
            None => None,
            Some(name) => Some(self.find_owner_to_be(name, "owner")?),
        };
        let customer = self.customers.intern(&open.customer);
        let case = Case::new(
            open.case.clone(),
            Some(customer),
            open.topic.clone(),
            open.kind.clone(),
            self.at,
        );
        let idx = self.enter_case(case, None);
        self.attach_others(idx);
        if let Some(owner) = owner {
            self.own(idx, owner, None);
        }
        self.tell_at_once(idx);
        Ok(Subject::Case(idx))
    }

    /// An agent who may own: it exists and is no bot.
    fn find_owner_to_be(&self, name: &Name, field: &'static str) -> Result<AgentIdx, Reject> {
        let agent = self
            .find_agent(name)
            .map_err(|reject| reject.in_field(field))?;
        if !self.agents[agent.at()].is_human() {
            let message = format!("agent \"{name}\" is a bot and never owns: name a human");
            return Err(Reject::invalid("agent", field, message).with_id(name));
        }
        Ok(agent)
    }

    pub(in crate::router) fn case_note(&mut self, note: &CaseNote) -> Result<Subject, Reject> {
        let idx = self.find_case(&note.case)?;
        if self.cases[idx].notes().len() >= NOTES_MAX {
            let message = format!("case \"{}\" has {NOTES_MAX} notes already", note.case);
            return Err(Reject::limit("case", &note.case, message));
        }
        let at = self.at;
        let entry = &mut self.cases[idx];
        entry.active_at = at;
        entry.extra_mut().notes.push(Note {
            at,
            by: note.by.clone(),
            text: note.text.clone(),
        });
        if self.detail.events {
            self.emit(EventBody::CaseNoted {
                case: note.case.clone(),
                text: note.text.clone(),
                by: note.by.clone(),
            });
        }
        Ok(Subject::Case(idx))
    }

    pub(in crate::router) fn case_resolve(&mut self, act: &CaseAct) -> Result<Subject, Reject> {
        let idx = self.find_case(&act.case)?;
        if self.cases[idx].state != CaseState::Open {
            return Err(self.wrong_state(idx, "only an open case can be resolved"));
        }
        self.resolve(idx, act.by.clone(), act.note.clone());
        Ok(Subject::Case(idx))
    }

    pub(in crate::router) fn case_reopen(&mut self, act: &CaseAct) -> Result<Subject, Reject> {
        let idx = self.find_case(&act.case)?;
        if self.cases[idx].state == CaseState::Open {
            return Err(self.wrong_state(idx, "it need not be reopened"));
        }
        self.reopen(idx, &act.by);
        Ok(Subject::Case(idx))
    }

    pub(in crate::router) fn case_close(&mut self, act: &CaseAct) -> Result<Subject, Reject> {
        let idx = self.find_case(&act.case)?;
        if self.cases[idx].state == CaseState::Closed {
            return Err(self.wrong_state(idx, "it need not be closed again"));
        }
        self.close(idx, act.by.clone(), act.note.clone());
        Ok(Subject::Case(idx))
    }

    pub(super) fn wrong_state(&self, idx: CaseIdx, hint: &str) -> Reject {
        let case = &self.cases[idx];
        let message = format!("case \"{}\" is {}: {hint}", case.id(), case.state);
        Reject::conflict("case", &case.id(), message)
    }

    pub(in crate::router) fn resolve(&mut self, idx: CaseIdx, by: Name, note: Option<Text>) {
        let at = self.at;
        if self.cases[idx].state != CaseState::Open {
            return;
        }
        self.end_work(idx);
        let entry = &mut self.cases[idx];
        entry.state = CaseState::Resolved;
        entry.extra_mut().resolved_at = MaybeAt::at(at);
        entry.active_at = at;
        if !self.begin_follow_up(idx) {
            self.close_later(idx);
        }
        if self.detail.events {
            let case = self.cases[idx].id();
            self.emit(EventBody::CaseResolved { case, by, note });
        }
    }

    /// Without a follow-up a resolved case closes by itself.
    fn close_later(&mut self, idx: CaseIdx) {
        let after = self.settings.close_after_ms;
        let close_at = after.map(|after| self.at.saturating_add(after.0));
        self.cases[idx].extra_mut().close_at = close_at.into();
        if let Some(at) = close_at {
            self.timers.arm(at, Timer::CloseCase, idx.number());
        }
    }

    /// An open case is done, one way or the other: it waits no longer, its clocks end, and nobody
    /// is asked for help any more.
    fn end_work(&mut self, idx: CaseIdx) {
        self.end_wait(idx, WaitEnd::Act, self.at);
        self.withdraw_assists(idx);
        self.end_clocks(idx);
    }

    /// Opens a resolved or closed case again; its owner is the owner again, and its clocks begin
    /// anew with the first stage.
    pub(in crate::router::act) fn reopen(&mut self, idx: CaseIdx, by: &Name) {
        let at = self.at;
        self.end_follow_up(idx);
        let entry = &mut self.cases[idx];
        entry.state = CaseState::Open;
        let extra = entry.extra_mut();
        extra.resolved_at = MaybeAt::NONE;
        extra.closed_at = MaybeAt::NONE;
        extra.close_at = MaybeAt::NONE;
        entry.active_at = at;
        let owner = entry.owner;
        if let Some(owner) = owner {
            self.agents[owner.at()].cases.insert(idx);
        }
        let kind = self.kind_of(idx);
        if let Some(kind) = kind {
            self.begin_clocks(idx, kind);
        }
        if self.detail.events {
            let progress = self.cases[idx].progress();
            let due_at = progress.and_then(|progress| progress.whole_due_at());
            self.emit(EventBody::CaseReopened {
                case: self.cases[idx].id(),
                by: by.clone(),
                owner: owner.map(|owner| self.agents[owner.at()].id.clone()),
                due_at,
            });
        }
        self.tell_stage(idx, None, None);
        self.judge_seeking(idx);
        self.attach_others(idx);
    }

    pub(in crate::router) fn close(&mut self, idx: CaseIdx, by: Name, note: Option<Text>) {
        let at = self.at;
        if self.cases[idx].state == CaseState::Open {
            self.end_work(idx);
        }
        self.end_follow_up(idx);
        let entry = &mut self.cases[idx];
        entry.state = CaseState::Closed;
        let extra = entry.extra_mut();
        extra.closed_at = MaybeAt::at(at);
        extra.close_at = MaybeAt::NONE;
        entry.active_at = at;
        if let Some(owner) = entry.owner {
            self.agents[owner.at()].cases.remove(&idx);
        }
        self.closed.push_back((at, idx));
        self.count(|_| Count::CaseClosed);
        if self.detail.events {
            let case = self.cases[idx].id();
            self.emit(EventBody::CaseClosed { case, by, note });
        }
        self.judge_seeking(idx);
    }

    pub(in crate::router) fn case_handover(
        &mut self,
        handover: &CaseHandover,
    ) -> Result<Subject, Reject> {
        let to = self.find_owner_to_be(&handover.to, "to")?;
        let cases: Vec<CaseIdx> = match (&handover.case, &handover.owner) {
            (Some(name), None) => {
                let idx = self.find_case(name)?;
                if self.cases[idx].state == CaseState::Closed {
                    return Err(self.wrong_state(idx, "reopen it first"));
                }
                vec![idx]
            }
            (None, Some(owner)) => {
                let from = self
                    .find_agent(owner)
                    .map_err(|reject| reject.in_field("owner"))?;
                self.agents[from.at()].cases.iter().copied().collect()
            }
            (Some(_), Some(_)) | (None, None) => {
                let message = "give exactly one of case and owner";
                return Err(Reject::invalid("case", "case", message));
            }
        };
        let mut moved = 0;
        for case in cases {
            if self.cases[case].owner != Some(to) {
                self.hand_over(case, to, handover.reason.clone(), handover.by.clone());
                moved += 1;
            }
        }
        if let Some(case) = handover
            .case
            .as_ref()
            .and_then(|name| self.cases.find(name))
        {
            return Ok(Subject::Case(case));
        }
        Ok(Subject::Answer(Answer::HandedOver(HandedOverView {
            to: handover.to.clone(),
            cases: moved,
            case: handover.case.clone(),
            owner: handover.owner.clone(),
        })))
    }
}
