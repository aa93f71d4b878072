//! Assist: another agent or queue does a part of a case, and the owner keeps the case (rule 26).
//!
//! The task is routed as a contact of its own. The owner is told when it is done, and the
//! customer's next contact carries the result.

use crate::calendar::Term;
use crate::router::act::contact::duty::For;
use crate::router::api::codes::{DeadlineVerdict, WaitEnd, WaitOn};
use crate::router::api::command::{Attributes, CaseAssist, CaseAssistDone};
use crate::router::api::event::AssistEvent;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, QueueIdx, Text};
use crate::router::api::kind::term;
use crate::router::api::reject::Reject;
use crate::router::state::clock::{ClockOf, What};
use crate::router::state::duty::Duty;
use crate::router::state::progress::{ASSISTS_MAX, Assist};
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn case_assist(&mut self, assist: &CaseAssist) -> Result<Subject, Reject> {
        let idx = self.find_open_case(&assist.case, "only for an open case one asks for help")?;
        let (whom, queue) = self.whom_to_ask(idx, assist)?;
        let term = self.term_of_assist(idx, assist)?;
        let kind = self.book.kind_of(idx);
        let hand_on_ms = kind.and_then(|kind| self.book.kinds().get(kind).rules.assist.hand_on_ms);
        let hand_on_at = hand_on_ms.map(|within| self.book.at().saturating_add(within.0));
        let number = self.progress_mut(idx).assists.len() as u32 + 1;
        let attributes = attributes_of(assist, number);
        let contact = self.bring_duty(idx, Duty::Assist(number), whom, queue, Some(attributes));
        let contact_name = self.book.contact(contact).id.clone();
        let agent = match whom {
            For::Agent(agent) => Some(agent),
            For::Owner | For::Queue => None,
        };
        let at = self.book.at();
        self.progress_mut(idx).assists.push(Assist {
            number,
            agent,
            queue: assist.queue.as_ref().map(|_| queue),
            request: assist.request.clone(),
            by: assist.by.clone(),
            asked_at: at,
            contact: Some(contact),
            contact_name: contact_name.clone(),
            taken_by: None,
            taken_at: None,
            done_at: None,
            done_by: None,
            result: None,
            withdrawn: false,
        });
        let of = ClockOf::Assist(number);
        if term.is_some() || hand_on_at.is_some() {
            self.start_clock(idx, of, term, hand_on_at);
        }
        self.book.case_mut(idx).active_at = at;
        self.emit(|book| {
            let clock = book.case(idx).progress().and_then(|p| p.open_clock(of));
            AssistEvent::Requested {
                case: assist.case.clone(),
                assist: number,
                owner: book.case_owner_name(idx),
                agent: assist.agent.clone(),
                queue: assist.queue.clone(),
                contact: contact_name,
                request: assist.request.clone(),
                hand_on_at,
                due_at: clock.and_then(|clock| clock.due_at),
                by: assist.by.clone(),
            }
        });
        Ok(Subject::Case(idx))
    }

    /// Who gets a task, and through which queue.
    fn whom_to_ask(&self, idx: CaseIdx, assist: &CaseAssist) -> Result<(For, QueueIdx), Reject> {
        let asked = self
            .book
            .case(idx)
            .progress()
            .map_or(0, |p| p.assists.len());
        if asked >= ASSISTS_MAX {
            let message = format!(
                "case \"{}\" has had {ASSISTS_MAX} tasks already",
                assist.case
            );
            return Err(Reject::limit("case", &assist.case, message));
        }
        match (&assist.agent, &assist.queue) {
            (Some(name), None) => {
                let agent = self.book.find_agent(name)?;
                let case = self.book.case(idx);
                if case.owner() == Some(agent) {
                    let message = format!("agent \"{name}\" owns the case: ask another");
                    return Err(Reject::conflict("agent", name, message).in_field("agent"));
                }
                let customer = case.customer();
                if customer.is_some_and(|customer| self.book.customer(customer).excludes(agent)) {
                    let message = format!("the customer excludes agent \"{name}\": ask another");
                    return Err(Reject::conflict("agent", name, message).in_field("agent"));
                }
                Ok((For::Agent(agent), QueueIdx::of(0)))
            }
            (None, Some(name)) => Ok((For::Queue, self.book.find_queue(name)?)),
            (Some(_), Some(_)) | (None, None) => {
                let message = "give exactly one of agent and queue";
                Err(Reject::invalid("case", "agent", message).with_id(&assist.case))
            }
        }
    }

    fn term_of_assist(&self, idx: CaseIdx, assist: &CaseAssist) -> Result<Option<Term>, Reject> {
        let invalid =
            |message: String| Err(Reject::invalid("case", "due", message).with_id(&assist.case));
        if assist.due_ms.is_some() && assist.due.is_some() {
            return invalid("give at most one of due_ms and due".to_owned());
        }
        let kind = self.book.kind_of(idx);
        let own = term(assist.due_ms, assist.due);
        let has_calendar = kind.is_some_and(|kind| self.book.calendar_of(kind).is_some());
        if own.is_some_and(Term::needs_calendar) && !has_calendar {
            return invalid(format!(
                "the kind of case \"{}\" has no calendar: give elapsed time",
                assist.case
            ));
        }
        let rules = kind.map(|kind| &self.book.kinds().get(kind).rules.assist);
        Ok(own.or(rules.and_then(|rules| term(rules.due_ms, rules.due))))
    }

    pub(super) fn case_assist_done(&mut self, done: &CaseAssistDone) -> Result<Subject, Reject> {
        let idx = self.book.find_case(&done.case)?;
        let number = self.which_assist(idx, done)?;
        let by = done.by.clone().or_else(|| self.assistant(idx, number));
        self.finish_assist(idx, number, by, done.result.clone());
        Ok(Subject::Case(idx))
    }

    /// The agent who took a task, else the one who was asked.
    fn assistant(&self, idx: CaseIdx, number: u32) -> Option<Name> {
        let assist = self.book.case(idx).progress()?.assist(number)?;
        let agent = assist.taken_by.or(assist.agent)?;
        Some(self.book.agent_name(agent))
    }

    fn which_assist(&self, idx: CaseIdx, done: &CaseAssistDone) -> Result<u32, Reject> {
        let conflict =
            |message: String| Err(Reject::conflict("case", &done.case, message).in_field("assist"));
        let case = &done.case;
        let assists = self.book.case(idx).progress().map(|p| &p.assists[..]);
        let assists = assists.unwrap_or_default();
        let open: Vec<u32> = assists
            .iter()
            .filter(|assist| assist.is_open())
            .map(|assist| assist.number)
            .collect();
        match (done.assist, &open[..]) {
            (Some(number), open) if open.contains(&number) => Ok(number),
            (Some(number), _) if assists.iter().any(|assist| assist.number == number) => {
                conflict(format!("task {number} of case \"{case}\" is over"))
            }
            (Some(number), _) => {
                let message = format!("case \"{case}\" has no task {number}");
                Err(Reject::invalid("case", "assist", message).with_id(case))
            }
            (None, [only]) => Ok(*only),
            (None, []) => conflict(format!("nobody assists case \"{case}\"")),
            (None, several) => conflict(format!(
                "case \"{case}\" has several tasks: give one of {several:?}"
            )),
        }
    }

    /// A task is done: its clock ends, the owner is told, and the customer's next contact carries
    /// the result.
    pub(in crate::router::act) fn finish_assist(
        &mut self,
        idx: CaseIdx,
        number: u32,
        by: Option<Name>,
        result: Option<Text>,
    ) {
        let at = self.book.at();
        let of = ClockOf::Assist(number);
        let progress = self.progress_mut(idx);
        let clock = progress.open_clock(of);
        let due_at = clock.and_then(|clock| clock.due_at);
        let overdue = clock.is_some_and(|c| c.verdict == Some(DeadlineVerdict::Overdue));
        let Some(assist) = progress
            .assist_mut(number)
            .filter(|assist| assist.is_open())
        else {
            return;
        };
        assist.done_at = Some(at);
        assist.done_by = by.clone();
        assist.result = result.clone();
        let contact = assist.contact.take();
        progress.news.push(number);
        self.end_clock(idx, of);
        self.book.case_mut(idx).active_at = at;
        self.emit(|book| AssistEvent::Done {
            case: book.case(idx).id(),
            assist: number,
            owner: book.case_owner_name(idx),
            by,
            result,
            due_at,
            overdue,
        });
        self.recall_duty(contact);
        let progress = self.progress_mut(idx);
        let waits = progress
            .wait
            .as_ref()
            .is_some_and(|w| w.on == WaitOn::Assist);
        if waits && !progress.assists.iter().any(Assist::is_open) {
            self.end_wait(idx, WaitEnd::Act, at);
        }
    }

    /// An agent took a task.
    pub(in crate::router::act) fn assist_taken(
        &mut self,
        idx: CaseIdx,
        number: u32,
        agent: AgentIdx,
    ) {
        let at = self.book.at();
        let progress = self.progress_mut(idx);
        let Some(assist) = progress.assist_mut(number) else {
            return;
        };
        assist.taken_by = Some(agent);
        assist.taken_at.get_or_insert(at);
        if let Some(clock) = progress.open_clock_mut(ClockOf::Assist(number)) {
            clock.moments.retain(|moment| moment.what != What::HandOn);
        }
        self.book.arm_clocks(idx);
    }

    /// Withdraws open tasks: the case is done without them.
    pub(super) fn withdraw_assists(&mut self, idx: CaseIdx) {
        let Some(progress) = self.book.case(idx).progress() else {
            return;
        };
        let open = progress.assists.iter().filter(|assist| assist.is_open());
        let open: Vec<u32> = open.map(|assist| assist.number).collect();
        for number in open {
            let contact = match self.progress_mut(idx).assist_mut(number) {
                Some(assist) => {
                    assist.withdrawn = true;
                    assist.contact.take()
                }
                None => None,
            };
            self.stop_clock(idx, ClockOf::Assist(number), DeadlineVerdict::Withdrawn);
            self.recall_duty(contact);
        }
    }

    /// The owner talks to the customer and has got the results.
    pub(in crate::router::act) fn news_heard(&mut self, idx: ContactIdx, agent: AgentIdx) {
        let contact = self.book.contact(idx);
        let Some(case) = contact.case().filter(|_| contact.duty.is_none()) else {
            return;
        };
        if self.book.case(case).owner() == Some(agent)
            && let Some(progress) = self.book.case_mut(case).progress_mut()
        {
            progress.news.clear();
        }
    }
}

/// The attributes of a task's contact, which describe it to whoever takes it.
fn attributes_of(assist: &CaseAssist, number: u32) -> Attributes {
    let text = serde_json::json!({
        "case": assist.case,
        "assist": number,
        "request": assist.request,
    });
    Attributes(text.to_string().into_boxed_str())
}
