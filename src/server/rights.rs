//! Checks on every call beyond its role: whether its object belongs to the peer, and whether to
//! audit it.

use std::net::IpAddr;

use crate::router::answer::Answer;
use crate::router::command::{Command, ContactCommand};
use crate::router::ids::Key;
use crate::router::query::Query;
use crate::router::reject::{Reject, RejectKind};
use crate::router::time::Timestamp;
use crate::wire::method::Method;
use crate::wire::request::{Call, Request};

use super::access::unauthorized;
use super::audit::{Line, Target, Who, is_for_the_audit};
use super::cell::Turn;
use super::conversation::Conversation;
use super::{agent_scope, figures, platform_scope};

/// What the audit may have to write about a call.
#[derive(Debug)]
pub(super) struct Told {
    method: &'static str,
    target: Target,
    is_act: bool,
}

impl Conversation {
    /// The same, with the peer's address, by which the audit tells strangers apart.
    #[must_use]
    pub fn at_address(mut self, from: Option<IpAddr>) -> Self {
        self.from = from;
        self
    }

    /// Refuses a call that none of the peer's roles may make, whatever its parameters. A peer
    /// without a token learns nothing about methods and parameters.
    pub(super) fn check_role(&self, call: &Call) -> Result<(), Reject> {
        if matches!(&call.request, Err(error) if error.is_of_framing()) {
            return Ok(());
        }
        let name = call.method.map_or("unknown", |method| method.name);
        let checked = match (&self.access, call.method) {
            (None, Some(method)) if method.name == "session.open" => Ok(()),
            (None, _) => Err(unauthorized("session.open with a token comes first")),
            (Some(_), None) => Ok(()),
            (Some(access), Some(method)) => access.check(method),
        };
        checked.inspect_err(|refusal| {
            let target = call.request.as_ref().map(Target::of).unwrap_or_default();
            self.tell(name, target, Some(refusal.kind));
        })
    }

    /// What the audit may have to write when the call is done, because it is audited or may be
    /// refused.
    pub(super) fn to_audit(
        &self,
        method: Option<&'static Method>,
        request: &Request,
    ) -> Option<Told> {
        let (method, access) = (method?, self.access.as_ref()?);
        let is_act = access.is_audited(method);
        let is_asked_whose = access.agent.is_some()
            || matches!(
                request,
                Request::Command(Command::Agent(_) | Command::Contact(ContactCommand::Sync(_)))
            );
        (is_act || is_asked_whose).then(|| Told {
            method: method.name,
            target: Target::of(request),
            is_act,
        })
    }

    /// The same for a call not handled under the lock.
    pub(super) fn to_audit_outside(&self, call: &Call) -> Told {
        let access = self.access.as_ref();
        let is_act = |method| access.is_some_and(|access| access.is_audited(method));
        Told {
            method: call.method.map_or("unknown", |method| method.name),
            target: call.request.as_ref().map(Target::of).unwrap_or_default(),
            is_act: call.method.is_some_and(is_act),
        }
    }

    /// Writes a call's outcome to the audit, with the number of its last event.
    pub(super) fn tell_outcome<T>(
        &self,
        told: Option<Told>,
        event: Option<u64>,
        outcome: &Result<T, Reject>,
    ) {
        let Some(told) = told else { return };
        let refused = outcome.as_ref().err().map(|refusal| refusal.kind);
        if told.is_act || refused.is_some_and(is_for_the_audit) {
            self.tell_line(told.method, told.target, event, refused);
        }
    }

    /// Refuses a command on anything that is not the peer's own. Called under the lock under which
    /// the command is carried out.
    pub(super) fn check_own(
        &self,
        turn: &mut Turn<'_>,
        now: Timestamp,
        key: Option<&Key>,
        command: &Command,
    ) -> Result<(), Reject> {
        let access = self.access.as_ref();
        if let Some(agent) = access.and_then(|access| access.agent.as_ref()) {
            turn.catch_up(now);
            return agent_scope::check_command(turn, agent, key, command);
        }
        if let (Command::Agent(command), Some(access)) = (command, access)
            && access.is_platform_only()
        {
            return platform_scope::check(access, command);
        }
        let Command::Contact(ContactCommand::Sync(sync)) = command else {
            return Ok(());
        };
        let has_token = access.is_some_and(|access| access.token.is_some());
        match &self.client {
            // A peer that needs no token and has opened no session is the operator at a prompt.
            None if !has_token => Ok(()),
            own => agent_scope::check_source(own.as_ref(), sync),
        }
    }

    /// Answers a query, as far as the peer may read.
    pub(super) fn query(
        &self,
        turn: &mut Turn<'_>,
        now: Timestamp,
        query: &Query,
    ) -> Result<Answer, Reject> {
        let access = self.access.as_ref();
        if let Some(agent) = access.and_then(|access| access.agent.as_ref()) {
            agent_scope::check_query(agent, query)?;
        }
        let mut answer = turn.query(now, query)?;
        if access.is_some_and(super::access::Access::reads_figures_only) {
            figures::reduce_to_figures(&mut answer);
        }
        Ok(answer)
    }

    /// Writes a refusal to the audit, if its kind is audited.
    pub(super) fn tell_refusal(&self, method: &str, target: Target, refusal: &Reject) {
        if is_for_the_audit(refusal.kind) {
            self.tell(method, target, Some(refusal.kind));
        }
    }

    /// Writes a change, or a refusal, to the audit.
    pub(super) fn tell(&self, method: &str, target: Target, refused: Option<RejectKind>) {
        self.tell_line(method, target, None, refused);
    }

    fn tell_line(
        &self,
        method: &str,
        target: Target,
        event: Option<u64>,
        refused: Option<RejectKind>,
    ) {
        let who = match &self.access {
            Some(access) => Who::Known(access.actor.clone()),
            None => Who::Stranger(self.from),
        };
        let line = Line {
            who,
            from: self.from,
            tenant: self.access.is_some().then_some(&self.cell.name),
            method,
            target,
            event,
            refused,
        };
        self.hub.audit.tell(self.hub.clock.now(), &line);
    }
}
