//! Planned absences of owner and deputy (AB岗): they begin and end automatically, a pair away
//! together raises a warning, and a returning agent is told what others did in its place.

use crate::router::api::answer::PairAwayView;
use crate::router::api::codes::{Presence, Route};
use crate::router::api::command::AgentSet;
use crate::router::api::event::AgentEvent;
use crate::router::api::ids::{AgentIdx, ContactIdx, Name, Text};
use crate::router::api::people::{Absence, AgentAbsence};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::state::bonds::{ABSENCES_MAX, Served};
use crate::router::state::book::Book;
use crate::router::{Router, Subject};

impl Router {
    /// `agent.absence`.
    pub(super) fn agent_absence(&mut self, set: &AgentAbsence) -> Result<Subject, Reject> {
        let idx = self.book.find_agent(&set.agent)?;
        let mut absences = self.book.agent(idx).bonds().absences.clone();
        if set.on {
            if set.to_at <= self.book.at() {
                let message = format!(
                    "{} is over: give a time after {}",
                    set.to_at,
                    self.book.at()
                );
                return Err(Reject::invalid("agent", "to_at", message).with_id(&set.agent));
            }
            absences.push(set.absence());
        } else {
            let before = absences.len();
            absences.retain(|absence| absence.from_at != set.from_at);
            if absences.len() == before {
                let message = format!(
                    "agent \"{}\" has no absence that begins at {}",
                    set.agent, set.from_at
                );
                return Err(Reject::conflict("agent", &set.agent, message).in_field("from_at"));
            }
        }
        let absences = checked(&set.agent, absences, self.book.at())?;
        self.take_absences(idx, absences);
        if set.on {
            self.warn_of_pairs(idx, Some(&set.absence()));
        }
        Ok(Subject::Agent(idx))
    }

    /// The absences of `agent.set`, if it has any, without those that are over.
    pub(super) fn absences_of(&self, set: &AgentSet) -> Result<Option<Vec<Absence>>, Reject> {
        let given = set.absences.clone();
        given
            .map(|absences| checked(&set.agent, absences, self.book.at()))
            .transpose()
    }

    /// Replaces the absences of an agent; one that has begun continues if still planned.
    pub(super) fn take_absences(&mut self, idx: AgentIdx, absences: Vec<Absence>) {
        let bonds = self.book.bonds_mut(idx);
        let before = bonds.absences.first().map(|absence| absence.from_at);
        let goes_on = absences.first().map(|absence| absence.from_at) == before;
        bonds.absences = absences;
        if bonds.absent && !goes_on {
            bonds.absent = false;
            self.book.note_changed(idx);
        }
        self.book.arm_absence(idx);
        // An absence that begins now takes effect at once.
        self.absence_due(idx);
    }

    /// An absence begins or ends.
    pub(in crate::router::act) fn absence_due(&mut self, idx: AgentIdx) {
        while let Some(due) = self.book.agent(idx).bonds().absence_at()
            && due <= self.book.at()
        {
            if self.book.agent(idx).bonds().absent {
                self.end_absence(idx);
            } else {
                self.begin_absence(idx);
            }
        }
    }

    fn begin_absence(&mut self, idx: AgentIdx) {
        let bonds = self.book.bonds_mut(idx);
        bonds.absent = true;
        bonds.briefing.planned = true;
        let Some(absence) = bonds.absences.first().cloned() else {
            return;
        };
        self.book.arm_absence(idx);
        self.emit(|book| AgentEvent::Absent {
            agent: book.agent_name(idx),
            from_at: absence.from_at,
            to_at: absence.to_at,
            reason: absence.reason.clone(),
        });
        if self.book.agent(idx).presence() != Presence::Offline {
            let reason = absence.reason.unwrap_or_else(|| Text("absent".into()));
            self.set_presence(idx, Presence::Offline, Some(reason), None);
        }
        self.book.note_changed(idx);
        self.warn_if_left_alone(idx, absence.to_at);
    }

    /// Ends the first absence, at its time or because the agent logs in.
    fn end_absence(&mut self, idx: AgentIdx) {
        let bonds = self.book.bonds_mut(idx);
        bonds.absent = false;
        bonds.absences.remove(0);
        self.book.note_changed(idx);
        self.book.arm_absence(idx);
    }

    /// The agent logs in, which ends its absence.
    pub(super) fn came_in(&mut self, idx: AgentIdx) {
        if self.book.agent(idx).bonds().absent {
            self.end_absence(idx);
        }
    }

    /// Warns of every time when the agent and its stand-in will be away together.
    pub(super) fn warn_of_pairs(&mut self, idx: AgentIdx, only: Option<&Absence>) {
        self.tell_pairs(|book| book.pairs_away(idx, only));
    }

    fn tell_pairs(&mut self, pairs: impl FnOnce(&Book) -> Vec<PairAwayView>) {
        if self.detail.events {
            for pair in pairs(&self.book) {
                self.emit(|_| AgentEvent::PairAway(pair));
            }
        }
    }

    /// At the start of an absence, warns if the stand-in is absent too. A stand-in who is only
    /// offline may be back soon.
    fn warn_if_left_alone(&mut self, idx: AgentIdx, to_at: Timestamp) {
        self.tell_pairs(|book| {
            let pairs = book.pairs_of(idx).into_iter();
            pairs
                .filter(|other| book.agent(*other).bonds().absent)
                .map(|other| {
                    let theirs = book.agent(other).bonds().absent_until();
                    let to_at = theirs.map_or(to_at, |theirs| theirs.min(to_at));
                    book.pair_away(idx, other, book.at(), to_at)
                })
                .collect()
        });
    }

    /// Another agent serves a contact of an owner: adds it to the owner's briefing while the owner
    /// is away.
    pub(in crate::router::act) fn note_for_briefing(
        &mut self,
        owner: AgentIdx,
        contact: ContactIdx,
        agent: AgentIdx,
        route: Route,
    ) {
        if !self.detail.trail || self.book.agent(owner).presence() == Presence::Available {
            return;
        }
        let Some(case) = self.book.contact(contact).case() else {
            return;
        };
        let served = Served {
            at: self.book.at(),
            contact: self.book.contact(contact).id.clone(),
            case: self.book.case(case).id(),
            agent,
            route,
        };
        let away_since = self.book.agent(owner).since_at();
        let bonds = self.book.bonds_mut(owner);
        if !bonds.briefing.is_open() {
            bonds.briefing.begin(away_since);
            bonds.briefing.planned = bonds.absent;
        }
        bonds.briefing.note(served);
    }

    /// The agent leaves or returns: its briefing begins or is complete.
    pub(super) fn brief(&mut self, idx: AgentIdx, away: bool) {
        let at = self.book.at();
        let bonds = self.book.bonds_mut(idx);
        let briefing = &mut bonds.briefing;
        if away {
            briefing.begin(at);
            briefing.planned = bonds.absent;
            return;
        }
        if !briefing.is_open() {
            return;
        }
        briefing.until_at = Some(at);
        let told = briefing.planned && !briefing.served.is_empty();
        if told {
            self.emit(|book| AgentEvent::Briefing(Box::new(book.briefing_view(idx))));
        }
    }
}

/// Absences in order of time, without those that are over; or what is wrong with them.
fn checked(
    agent: &Name,
    mut absences: Vec<Absence>,
    at: Timestamp,
) -> Result<Vec<Absence>, Reject> {
    let bad = |message: String| Err(Reject::invalid("agent", "absences", message).with_id(agent));
    absences.sort_by_key(|absence| (absence.from_at, absence.to_at));
    for absence in &absences {
        if absence.to_at <= absence.from_at {
            return bad(format!(
                "an absence from {} to {} has no length: give a to_at after from_at",
                absence.from_at, absence.to_at
            ));
        }
    }
    absences.retain(|absence| absence.to_at > at);
    if absences.len() > ABSENCES_MAX {
        let n = absences.len();
        return bad(format!("{n} absences: at most {ABSENCES_MAX}"));
    }
    for pair in absences.windows(2) {
        if pair[1].from_at < pair[0].to_at {
            return bad(format!(
                "an absence from {} begins before the one from {} ends at {}: give one for both",
                pair[1].from_at, pair[0].from_at, pair[0].to_at
            ));
        }
    }
    Ok(absences)
}
