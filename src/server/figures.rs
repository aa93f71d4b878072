//! What the role `ops` reads: figures, and nothing that says who a person is or whom it serves.
//!
//! An agent's id, what it does and what it has done are figures; its name, its address, the
//! reasons and plans of its absences and the contacts before it are not.

use crate::router::answer::{AgentView, Answer};

/// Leaves the figures of an answer.
pub fn leave_figures(answer: &mut Answer) {
    match answer {
        Answer::Agent(agent) => leave_figures_of(agent),
        Answer::Agents(page) => page.items.iter_mut().for_each(leave_figures_of),
        // The rules of a centre and its sums.
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
        // No method of the role answers with these, and none may come to.
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

fn leave_figures_of(agent: &mut AgentView) {
    agent.name = None;
    agent.address = None;
    agent.reason = None;
    agent.until_at = None;
    agent.contacts.clear();
    agent.offers.clear();
    agent.absences.clear();
    agent.absent_until_at = None;
    agent.warnings.clear();
}
