//! Limits a peer with the role `platform` to the agents whose telephones it holds, and to their
//! addresses.
//!
//! The table of methods says which methods the role may call; here each act on an agent is compared
//! with the token. Read only.

use crate::router::command::AgentCommand;
use crate::router::reject::Reject;

use super::access::Access;

/// Refuses an act on an agent whose telephone the platform does not hold, and a change of more than
/// its address.
pub fn check(access: &Access, command: &AgentCommand) -> Result<(), Reject> {
    let agent = command.agent();
    if !access.telephones.include(agent) {
        let message = format!(
            "agent \"{agent}\" is not one of those whose telephones \"{}\" holds: see `agents` of \
             its token",
            access.actor
        );
        return Err(Reject::forbidden("agent", message).with_id(agent));
    }
    let AgentCommand::Update(update) = command else {
        return Ok(());
    };
    match update
        .fields()
        .into_iter()
        .find(|field| *field != "address")
    {
        None => Ok(()),
        Some(field) => {
            let message = format!(
                "a platform changes the address of an agent and nothing else: {field} is for the \
                 role supervisor"
            );
            Err(Reject::forbidden("agent", message)
                .with_id(agent)
                .in_field(field))
        }
    }
}
