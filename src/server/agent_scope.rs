//! Limits a peer with the role `agent` to its own agent, contacts, cases and tasks.
//!
//! The table of methods says which methods the role may call; here each call is compared with the
//! agent of the token. Read only.

use crate::router::command::{
    AgentCommand, CaseCommand, Command, ContactCommand, ContactSync, OfferNamed,
};
use crate::router::ids::{Key, Name};
use crate::router::query::Query;
use crate::router::reject::Reject;

use super::cell::Turn;

/// Refuses a command on anything that is not the agent's own. Called under the lock under which the
/// command is carried out.
pub fn check_command(
    turn: &Turn<'_>,
    agent: &Name,
    key: Option<&Key>,
    command: &Command,
) -> Result<(), Reject> {
    let is_repeat = turn.tenant.router().book().is_repeat(key);
    let of = Scope {
        turn,
        agent,
        is_repeat,
    };
    match command {
        Command::Agent(command) => of.agent_command(command),
        Command::Contact(command) => of.contact_command(command),
        Command::Offer(command) => of.offer(command.named()),
        Command::Case(command) => of.case_command(command),
        Command::Tick
        | Command::Restarted
        | Command::Reloaded
        | Command::Session(_)
        | Command::Queue(_)
        | Command::Settings(_)
        | Command::Customer(_)
        | Command::Kind(_)
        | Command::Calendar(_) => Err(not_for_agents()),
    }
}

fn not_for_agents() -> Reject {
    Reject::forbidden("method", "an agent may not do this")
}

/// Refuses queries about other agents.
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

/// Refuses a list of the contacts of another client program, because contacts missing from it would
/// be ended. `own` is the client of the session.
pub fn check_source(own: Option<&Name>, sync: &ContactSync) -> Result<(), Reject> {
    let source = &sync.source;
    let message = match own {
        Some(own) if own == source => return Ok(()),
        Some(own) => format!(
            "source \"{source}\" is not the client of this session, which is \"{own}\": a platform \
             lists its own contacts"
        ),
        None => format!(
            "source \"{source}\" is not the client of a session on this connection: session.open \
             as \"{source}\" comes first, and without lines: false"
        ),
    };
    Err(Reject::forbidden("client", message)
        .with_id(source)
        .in_field("source"))
}

struct Scope<'t, 'a> {
    turn: &'t Turn<'a>,
    agent: &'t Name,
    /// The request is a repeat and gets the stored answer.
    is_repeat: bool,
}

impl Scope<'_, '_> {
    fn agent_command(&self, command: &AgentCommand) -> Result<(), Reject> {
        match command {
            AgentCommand::Presence(presence) => self.itself(&presence.agent),
            AgentCommand::WrapUpEnd(of) => self.itself(&of.agent),
            AgentCommand::Queue(of) => self.itself(&of.agent),
            AgentCommand::Set(_)
            | AgentCommand::Device(_)
            | AgentCommand::Update(_)
            | AgentCommand::Remove(_)
            | AgentCommand::Absence(_)
            | AgentCommand::Succession(_) => Err(not_for_agents()),
        }
    }

    fn contact_command(&self, command: &ContactCommand) -> Result<(), Reject> {
        match command {
            ContactCommand::End(end) => self.own_or_over(&end.contact),
            ContactCommand::Outcome(told) => self.own_or_over(&told.contact),
            ContactCommand::Hold(hold) => {
                self.itself(&hold.agent)?;
                self.contact(&hold.contact)
            }
            ContactCommand::Assign(to) => {
                self.itself(&to.agent)?;
                self.itself(&to.by)
            }
            ContactCommand::Leave(of) => self.leaving(&of.agent, &of.contact),
            ContactCommand::Retrieve(of) => self.retrieving(&of.agent, &of.contact),
            ContactCommand::Transfer(transfer) => self.contact(&transfer.contact),
            ContactCommand::Submit(_)
            | ContactCommand::Update(_)
            | ContactCommand::Cancel(_)
            | ContactCommand::Sync(_)
            | ContactCommand::Take(_)
            | ContactCommand::Callback(_) => Err(not_for_agents()),
        }
    }

    fn case_command(&self, command: &CaseCommand) -> Result<(), Reject> {
        match command {
            CaseCommand::Open(open) => {
                self.opening(open.owner.as_ref(), &open.case, &open.customer)
            }
            CaseCommand::Note(note) => self.noting(&note.by, &note.case),
            CaseCommand::Resolve(act) | CaseCommand::Reopen(act) | CaseCommand::Close(act) => {
                self.acting(Some(&act.by), &act.case)
            }
            CaseCommand::Advance(advance) => self.acting(advance.by.as_ref(), &advance.case),
            CaseCommand::Wait(wait) => self.acting(wait.by.as_ref(), &wait.case),
            CaseCommand::Assist(assist) => self.acting(assist.by.as_ref(), &assist.case),
            CaseCommand::FollowUp(asked) => self.acting(Some(&asked.by), &asked.case),
            CaseCommand::AssistDone(done) => {
                self.helping(done.by.as_ref(), &done.case, done.assist)
            }
            CaseCommand::Handover(_) | CaseCommand::Extend(_) => Err(not_for_agents()),
        }
    }

    fn itself(&self, named: &Name) -> Result<(), Reject> {
        if named == self.agent {
            return Ok(());
        }
        Err(not_own("agent", named))
    }

    /// Acts as itself only.
    fn in_own_name(&self, by: Option<&Name>) -> Result<(), Reject> {
        by.map_or(Ok(()), |by| self.itself(by))
    }

    /// Acts on a case that it answers for.
    fn acting(&self, by: Option<&Name>, case: &Name) -> Result<(), Reject> {
        self.in_own_name(by)?;
        let router = self.turn.tenant.router();
        if (self.is_repeat && by.is_some()) || router.book().answers_for(self.agent, case) {
            return Ok(());
        }
        Err(not_own("case", case))
    }

    /// Adds notes to a case that it works on.
    fn noting(&self, by: &Name, case: &Name) -> Result<(), Reject> {
        self.itself(by)?;
        if self.is_repeat || self.turn.tenant.router().book().works_on(self.agent, case) {
            return Ok(());
        }
        Err(not_own("case", case))
    }

    /// Acts on a task it was asked to do, or on any task of a case that it answers for.
    fn helping(&self, by: Option<&Name>, case: &Name, task: Option<u32>) -> Result<(), Reject> {
        self.in_own_name(by)?;
        let router = self.turn.tenant.router();
        if (self.is_repeat && by.is_some())
            || router.book().was_asked(self.agent, case, task)
            || router.book().answers_for(self.agent, case)
        {
            return Ok(());
        }
        Err(not_own("case", case))
    }

    /// Opens a case for a customer who does not belong to another agent. A case that exists already
    /// is returned only to those who work on it.
    fn opening(&self, owner: Option<&Name>, case: &Name, customer: &Name) -> Result<(), Reject> {
        self.in_own_name(owner)?;
        let router = self.turn.tenant.router();
        if self.is_repeat && owner.is_some() {
            return Ok(());
        }
        if router.book().knows_case(case) {
            if router.book().works_on(self.agent, case) {
                return Ok(());
            }
            return Err(not_own("case", case));
        }
        if router.book().is_others_customer(self.agent, customer) {
            let message = "the customer has an open case that another agent answers for, and no \
                           contact with this one: ask a supervisor";
            return Err(Reject::forbidden("customer", message).in_field("customer"));
        }
        Ok(())
    }

    /// Answers an offer made to it. An offer made to it earlier is left to the router, which says
    /// that it has ended; nothing is revealed about other offers.
    fn offer(&self, (offer, contact, named): OfferNamed<'_>) -> Result<(), Reject> {
        self.in_own_name(named)?;
        if self.is_repeat && named.is_some() {
            return Ok(());
        }
        let router = self.turn.tenant.router();
        let is_own = match (offer, contact) {
            (Some(offer), _) => {
                router.book().is_offered(self.agent, offer)
                    || self.turn.offered_to(offer).as_ref() == Some(self.agent)
            }
            (None, Some(contact)) => {
                router.book().is_offered_contact(self.agent, contact)
                    || router.book().was_offered_contact(self.agent, contact)
            }
            (None, None) => false,
        };
        if is_own {
            return Ok(());
        }
        Err(Reject::forbidden(
            "offer",
            "the offer is not one of the agent's own",
        ))
    }

    /// Leaves a contact that it is in, or whose consultation rings at it.
    fn leaving(&self, named: &Name, contact: &Name) -> Result<(), Reject> {
        self.itself(named)?;
        let router = self.turn.tenant.router();
        if router.book().is_offered_contact(self.agent, contact) {
            return Ok(());
        }
        self.contact(contact)
    }

    /// Takes back what it passed on.
    fn retrieving(&self, named: &Name, contact: &Name) -> Result<(), Reject> {
        self.itself(named)?;
        let router = self.turn.tenant.router();
        if router.book().has_passed_on(self.agent, contact) {
            return Ok(());
        }
        self.contact(contact)
    }

    /// Says how a contact ended that it has, or had last.
    fn own_or_over(&self, contact: &Name) -> Result<(), Reject> {
        let router = self.turn.tenant.router();
        if router.book().had_last(self.agent, contact) {
            return Ok(());
        }
        self.contact(contact)
    }

    fn contact(&self, contact: &Name) -> Result<(), Reject> {
        let router = self.turn.tenant.router();
        if router.book().is_connected(self.agent, contact)
            || (self.is_repeat && router.book().was_connected(self.agent, contact))
        {
            return Ok(());
        }
        Err(not_own("contact", contact))
    }
}

fn not_own(entity: &'static str, id: &Name) -> Reject {
    let message = format!("{entity} \"{id}\" is not the agent's own");
    Reject::forbidden(entity, message).with_id(id)
}
