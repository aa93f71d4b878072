//! Contacts: answers, repeats, stand-ins.

use super::super::figures::Break;
use super::{Fold, NONE, Whose};
use crate::ledger::{Fact, Stated};
use crate::router::codes::{Outcome, Route, Why};
use crate::router::ids::Name;
use crate::router::time::Timestamp;

/// The state of a contact until it ends.
#[derive(Debug, Default)]
pub(super) struct Contact {
    was_answered: bool,
    /// The first human has taken it: whether it is a repeat is judged.
    is_judged: bool,
    /// Agents who are in it.
    parts_open: u32,
    /// What of its conversation and hold is counted already.
    talk_counted_ms: i64,
    hold_counted_ms: i64,
    /// The router made it, for a follow-up or a task: no customer called.
    is_internal: bool,
    /// Agents other than the owner who were offered it, and why.
    breaks: Vec<(Name, Break)>,
}

/// A contact that reached an agent.
struct Connected<'a> {
    contact: &'a Name,
    case: Option<&'a Name>,
    agent: Option<&'a Name>,
    route: Route,
    wait_ms: i64,
    is_bot: bool,
}

/// The end of a contact.
struct Ended<'a> {
    contact: &'a Name,
    case: Option<&'a Name>,
    agent: Option<&'a Name>,
    outcome: Outcome,
    handle_ms: Option<i64>,
    talk_ms: Option<i64>,
    hold_ms: Option<i64>,
}

impl Fold {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`take` lists every fact and sends only its own here"
    )]
    pub(super) fn contact(&mut self, stated: &Stated) {
        match &stated.fact {
            Fact::ContactOffered {
                contact,
                agent: Some(agent),
                why,
                ..
            } => self.offered(contact, agent, *why),
            Fact::ContactConnected {
                contact,
                case,
                agent,
                route,
                wait_ms,
                bot,
                ..
            } => self.connected(
                stated.at,
                &Connected {
                    contact,
                    case: case.as_ref(),
                    agent: agent.as_ref(),
                    route: *route,
                    wait_ms: *wait_ms,
                    is_bot: *bot,
                },
            ),
            Fact::ContactLeft {
                contact,
                case,
                agent,
                talk_ms,
                hold_ms,
                ..
            } => self.left(
                stated.at,
                contact,
                (case.as_ref(), agent.as_ref()),
                (*talk_ms, *hold_ms),
            ),
            Fact::ContactUnreached { case, agent, .. } => {
                self.unreached(stated.at, case.as_ref(), agent.as_ref())
            }
            Fact::ContactRetrieved { contact } => {
                let entry = self.contacts.entry(contact.clone()).or_default();
                entry.parts_open = entry.parts_open.max(1);
            }
            Fact::ContactEnded {
                contact,
                case,
                agent,
                outcome,
                handle_ms,
                talk_ms,
                hold_ms,
                ..
            } => self.ended(
                stated.at,
                &Ended {
                    contact,
                    case: case.as_ref(),
                    agent: agent.as_ref(),
                    outcome: *outcome,
                    handle_ms: *handle_ms,
                    talk_ms: *talk_ms,
                    hold_ms: *hold_ms,
                },
            ),
            _ => {}
        }
    }

    /// Contacts made by the router are not counted; follow-ups and tasks have figures of their own.
    pub(super) fn made_by_router(&mut self, contact: &Name) {
        self.contacts
            .entry(contact.clone())
            .or_default()
            .is_internal = true;
    }

    /// Remembers an offer to another than the owner, with the reason.
    fn offered(&mut self, contact: &Name, agent: &Name, why: Why) {
        if let Some(reason) = break_of(why) {
            let entry = self.contacts.entry(contact.clone()).or_default();
            entry.breaks.push((agent.clone(), reason));
        }
    }

    fn connected(&mut self, at: Timestamp, of: &Connected<'_>) {
        let entry = self.contacts.entry(of.contact.clone()).or_default();
        if entry.is_internal {
            return;
        }
        entry.parts_open += 1;
        let is_first = !std::mem::replace(&mut entry.was_answered, true);
        let judges = !of.is_bot && !std::mem::replace(&mut entry.is_judged, true);
        let reason = of.agent.and_then(|agent| {
            let last = entry.breaks.iter().rev().find(|(to, _)| to == agent);
            last.map(|(_, reason)| *reason)
        });
        let kind = of.case.map(|case| self.kind_of(case));
        let whose = Whose {
            agent: of.agent,
            kind: kind.as_deref(),
        };
        let in_time = of.wait_ms <= self.options.within_ms;
        self.add(at, whose, |figures| {
            figures.conversations += 1;
            if is_first {
                figures.answered += 1;
                figures.answered_within += u64::from(in_time);
                figures.wait.add(of.wait_ms);
            }
        });
        let Some(case) = of.case else { return };
        if is_first {
            self.contact_on(at, case);
        }
        if judges {
            self.repeated(at, case, of, reason);
        }
    }

    /// A callback did not reach the customer.
    fn unreached(&mut self, at: Timestamp, case: Option<&Name>, agent: Option<&Name>) {
        let kind = case.map(|case| self.kind_of(case));
        let whose = Whose {
            agent,
            kind: kind.as_deref(),
        };
        self.add(at, whose, |figures| figures.unreached += 1);
    }

    /// An agent's part is over, and the contact goes on or had others in it.
    fn left(
        &mut self,
        at: Timestamp,
        contact: &Name,
        (case, agent): (Option<&Name>, Option<&Name>),
        (talk_ms, hold_ms): (i64, i64),
    ) {
        let entry = self.contacts.entry(contact.clone()).or_default();
        entry.parts_open = entry.parts_open.saturating_sub(1);
        entry.talk_counted_ms += talk_ms;
        entry.hold_counted_ms += hold_ms;
        if entry.is_internal {
            return;
        }
        let kind = case.map(|case| self.kind_of(case));
        let whose = Whose {
            agent,
            kind: kind.as_deref(),
        };
        self.add(at, whose, |figures| {
            figures.talk.add(talk_ms);
            figures.hold.add(hold_ms);
        });
    }

    /// Counts a contact of a case that had an owner before.
    fn repeated(&mut self, at: Timestamp, case: &Name, of: &Connected<'_>, reason: Option<Break>) {
        let owner = self.cases.get(case).and_then(|case| case.owner_before(at));
        let Some(owner) = owner.cloned() else { return };
        let is_hit = of.agent == Some(&owner);
        self.of_owner(at, case, Some(&owner), |figures| {
            figures.repeats += 1;
            figures.hits += u64::from(is_hit);
            if !is_hit {
                figures.stand_ins[of.route as usize] += 1;
                if let Some(reason) = reason {
                    figures.breaks[reason as usize] += 1;
                }
            }
        });
        if !is_hit {
            self.of_owner(at, case, of.agent, |figures| figures.stood_in += 1);
        }
    }

    fn ended(&mut self, at: Timestamp, of: &Ended<'_>) {
        let known = self.contacts.remove(of.contact).unwrap_or_default();
        if known.is_internal {
            return;
        }
        let was_answered = known.was_answered;
        let kind = of.case.map(|case| self.kind_of(case));
        let whose = Whose {
            agent: of.agent.filter(|_| was_answered),
            kind: kind.as_deref(),
        };
        let is_lost = !was_answered && of.handle_ms.is_none() && is_loss(of.outcome);
        // What is not counted yet is the last part; it may have begun before these records.
        let has_part = known.parts_open > 0 || !was_answered;
        let talk_ms = of.talk_ms.map(|all| all - known.talk_counted_ms);
        let talk_ms = talk_ms.or(of.handle_ms).filter(|_| has_part);
        let hold_ms = of.hold_ms.map(|all| all - known.hold_counted_ms);
        self.add(at, whose, |figures| {
            figures.lost += u64::from(is_lost);
            figures.vanished += u64::from(of.outcome == Outcome::Lost);
            if let Some(talk_ms) = talk_ms {
                figures.talk.add(talk_ms);
                figures.hold.add(hold_ms.unwrap_or(0));
            }
            if let (Some(handle_ms), Some(_)) = (of.handle_ms, of.talk_ms) {
                figures.handle.add(handle_ms);
            }
        });
    }

    fn kind_of(&self, case: &Name) -> String {
        let case = self.cases.get(case);
        case.map_or(NONE, |case| case.kind()).to_owned()
    }
}

/// Whether the customer was not served and was promised nothing.
fn is_loss(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Abandoned | Outcome::Timeout | Outcome::Rejected | Outcome::NoAgent => true,
        Outcome::Resolved
        | Outcome::Open
        | Outcome::Transferred
        | Outcome::Dropped
        | Outcome::Voicemail
        | Outcome::Callback
        | Outcome::Cancelled
        | Outcome::Lost
        | Outcome::Unreached => false,
    }
}

fn break_of(why: Why) -> Option<Break> {
    Some(match why {
        Why::OwnerBusyDeputy | Why::OwnerBusyLeader | Why::OwnerBusyTeam | Why::OwnerBusySkill => {
            Break::Busy
        }
        Why::OwnerAwayDeputy | Why::OwnerAwayLeader | Why::OwnerAwayTeam | Why::OwnerAwaySkill => {
            Break::Away
        }
        Why::OwnerExcluded => Break::Excluded,
        Why::NoOwnerSkill => Break::NoSkill,
        Why::OwnerAvailable
        | Why::OwnerBusyWaiting
        | Why::OwnerWrapUpWaiting
        | Why::OwnerBreakWaiting
        | Why::OwnerOfflineWaiting
        | Why::OwnerCallback
        | Why::LastOwnerAvailable
        | Why::PreferredAvailable
        | Why::GridManagerAvailable
        | Why::MentorAvailable
        | Why::TransferTarget
        | Why::Assigned
        | Why::AssignedWaiting
        | Why::AssistAsked
        | Why::AgentAvailable
        | Why::NoAgentAvailable
        | Why::NotBefore
        | Why::QueueFull
        | Why::QueueClosed
        | Why::WaitedTooLong
        | Why::NobodyLoggedIn
        | Why::PlatformGone
        | Why::Accepted
        | Why::Ended => return None,
    })
}
