//! Reduces answers to what the role `ops` may read: figures, nothing that identifies a person.
//!
//! An agent's id, state and counts are figures; its name, address, absence reasons and plans, and
//! contacts are not.

use crate::router::answer::{AgentView, Answer};

/// Removes everything but figures from an answer.
pub fn reduce_to_figures(answer: &mut Answer) {
    match answer {
        Answer::Agent(agent) => reduce_agent(agent),
        Answer::Agents(page) => page.items.iter_mut().for_each(reduce_agent),
        // Configuration of the centre, and sums.
        Answer::Done(_)
        | Answer::Queue(_)
        | Answer::Queues(_)
        | Answer::QueueRemoved(_)
        | Answer::Settings(_)
        | Answer::Stats(_)
        | Answer::Kind(_)
        | Answer::Kinds(_)
        | Answer::KindRemoved(_)
        | Answer::Calendar(_)
        | Answer::Calendars(_)
        | Answer::CalendarRemoved(_) => {}
        // No method of the role has these answers, and none may get them.
        Answer::AgentRemoved(_)
        | Answer::Customer(_)
        | Answer::Excluded(_)
        | Answer::Submitted(_)
        | Answer::Contact(_)
        | Answer::Contacts(_)
        | Answer::Synced(_)
        | Answer::Case(_)
        | Answer::Cases(_)
        | Answer::HandedOver(_)
        | Answer::Owner(_)
        | Answer::Explained(_)
        | Answer::Preview(_)
        | Answer::Briefing(_)
        | Answer::Succession(_)
        | Answer::Slots(_)
        | Answer::Repeated(_) => {
            *answer = Answer::Done(crate::router::answer::Done { ok: true });
        }
    }
}

fn reduce_agent(agent: &mut AgentView) {
    agent.name = None;
    agent.address = None;
    agent.reason = None;
    agent.until_at = None;
    agent.contacts.clear();
    agent.offers.clear();
    agent.absences.clear();
    agent.out_of.clear();
    agent.after_current = None;
    agent.absent_until_at = None;
    agent.warnings.clear();
}
