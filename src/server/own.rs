//! What an agent may do: act for itself, on what is its own.
//!
//! The table of methods says which methods the role `agent` may call at all; here each call is
//! compared with the agent that the token speaks for. It only looks and changes nothing.

use crate::router::Router;
use crate::router::answer::{AgentView, Answer};
use crate::router::command::{AgentRef, Command};
use crate::router::ids::{Name, OfferId};
use crate::router::query::{CaseNamed, Query};
use crate::router::reject::Reject;
use crate::router::time::Timestamp;

use super::access::forbidden;

/// Refuses what is not the agent's own.
pub fn check_command(
    router: &Router,
    now: Timestamp,
    agent: &Name,
    command: &Command,
) -> Result<(), Reject> {
    let of = Own { router, now, agent };
    match command {
        Command::AgentPresence(presence) => of.itself(&presence.agent),
        Command::WrapUpEnd(of_agent) => of.itself(&of_agent.agent),
        Command::OfferAccept(offer) => of.offer(offer.offer, offer.agent.as_ref()),
        Command::OfferDecline(offer) => of.offer(offer.offer, offer.agent.as_ref()),
        Command::ContactEnd(end) => of.contact(&end.contact),
        Command::ContactTransfer(transfer) => of.contact(&transfer.contact),
        Command::CaseNote(note) => of.itself(&note.by),
        Command::CaseResolve(act) | Command::CaseReopen(act) | Command::CaseClose(act) => {
            of.itself(&act.by)?;
            of.case(&act.case)
        }
        Command::CaseAdvance(advance) => of.acting(advance.by.as_ref(), &advance.case),
        Command::CaseWait(wait) => of.acting(wait.by.as_ref(), &wait.case),
        Command::CaseAssist(assist) => of.acting(assist.by.as_ref(), &assist.case),
        Command::CaseFollowUp(asked) => of.acting(Some(&asked.by), &asked.case),
        // Whoever was asked says so by name, since the case is another's.
        Command::CaseAssistDone(done) => match &done.by {
            Some(by) => of.itself(by),
            None => of.case(&done.case),
        },
        Command::CaseOpen(open) => match &open.owner {
            Some(owner) => of.itself(owner),
            None => Ok(()),
        },
        Command::Tick
        | Command::Restarted
        | Command::SessionOpened(_)
        | Command::SessionClosed(_)
        | Command::AgentSet(_)
        | Command::AgentRemove(_)
        | Command::QueueSet(_)
        | Command::QueueRemove(_)
        | Command::SettingsSet(_)
        | Command::CustomerLink(_)
        | Command::CustomerExclude(_)
        | Command::ContactSubmit(_)
        | Command::ContactUpdate(_)
        | Command::ContactCancel(_)
        | Command::ContactSync(_)
        | Command::CaseHandover(_)
        | Command::AgentAbsence(_)
        | Command::AgentSuccession(_)
        | Command::ContactCallback(_)
        | Command::CaseExtend(_)
        | Command::KindSet(_)
        | Command::KindRemove(_)
        | Command::CalendarSet(_)
        | Command::CalendarRemove(_)
        | Command::Reloaded => Err(forbidden("method", "an agent may not do this")),
    }
}

/// Refuses questions about other agents.
pub fn check_query(agent: &Name, query: &Query) -> Result<(), Reject> {
    match query {
        Query::AgentGet(of) | Query::AgentBriefing(of) if of.agent != *agent => {
            Err(not_own("agent", &of.agent))
        }
        Query::AgentGet(_)
        | Query::AgentBriefing(_)
        | Query::BookingSlots(_)
        | Query::AgentList(_)
        | Query::QueueGet(_)
        | Query::QueueList(_)
        | Query::SettingsGet
        | Query::CustomerGet(_)
        | Query::ContactGet(_)
        | Query::ContactList(_)
        | Query::ContactExplain(_)
        | Query::ContactPreview(_)
        | Query::CaseGet(_)
        | Query::CaseFind(_)
        | Query::OwnerGet(_)
        | Query::Stats(_)
        | Query::KindGet(_)
        | Query::KindList(_)
        | Query::CalendarGet(_)
        | Query::CalendarList(_) => Ok(()),
    }
}

struct Own<'a> {
    router: &'a Router,
    now: Timestamp,
    agent: &'a Name,
}

impl Own<'_> {
    /// On its own case, in its own name.
    fn acting(&self, by: Option<&Name>, case: &Name) -> Result<(), Reject> {
        if let Some(by) = by {
            self.itself(by)?;
        }
        self.case(case)
    }

    fn itself(&self, named: &Name) -> Result<(), Reject> {
        if named == self.agent {
            return Ok(());
        }
        Err(not_own("agent", named))
    }

    fn offer(&self, offer: Option<OfferId>, named: Option<&Name>) -> Result<(), Reject> {
        if let Some(named) = named {
            return self.itself(named);
        }
        let offer = offer.filter(|offer| {
            self.view()
                .is_some_and(|view| view.offers.iter().any(|open| open.offer == *offer))
        });
        match offer {
            Some(_) => Ok(()),
            None => Err(forbidden(
                "offer",
                "the offer is not one of the agent's own",
            )),
        }
    }

    fn contact(&self, contact: &Name) -> Result<(), Reject> {
        let holds = self
            .view()
            .is_some_and(|view| view.contacts.contains(contact));
        if holds {
            return Ok(());
        }
        Err(not_own("contact", contact))
    }

    /// Owner, deputy and leader act on a case with the same rights.
    fn case(&self, case: &Name) -> Result<(), Reject> {
        let query = Query::CaseGet(CaseNamed { case: case.clone() });
        let Ok(Answer::Case(found)) = self.router.query(self.now, &query) else {
            return Err(not_own("case", case));
        };
        let Some(owner) = &found.owner else {
            return Ok(());
        };
        let stands_in = self.view_of(owner).is_some_and(|owner| {
            owner.deputy.as_ref() == Some(self.agent) || owner.leader.as_ref() == Some(self.agent)
        });
        if owner == self.agent || stands_in {
            return Ok(());
        }
        Err(not_own("case", case))
    }

    fn view(&self) -> Option<Box<AgentView>> {
        self.view_of(self.agent)
    }

    fn view_of(&self, agent: &Name) -> Option<Box<AgentView>> {
        let query = Query::AgentGet(AgentRef {
            agent: agent.clone(),
        });
        match self.router.query(self.now, &query) {
            Ok(Answer::Agent(view)) => Some(view),
            _ => None,
        }
    }
}

fn not_own(entity: &'static str, id: &Name) -> Reject {
    let message = format!("{entity} \"{id}\" is not the agent's own");
    forbidden(entity, message).with_id(id)
}
