//! Every measure of the report with its formula. Data only: the manual and the foot of every report
//! are made from this table.

use super::figures::{Break, Figures};
use super::sample::Sample;
use crate::figures;
use crate::router::codes::{EscalationReason, Route};

/// The section of the report that a measure belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Contacts,
    Responsibility,
    Cases,
    Deadlines,
    FollowUp,
}

impl Section {
    pub const ALL: &'static [Self] = &[
        Self::Contacts,
        Self::Responsibility,
        Self::Cases,
        Self::Deadlines,
        Self::FollowUp,
    ];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Contacts => "Contacts",
            Self::Responsibility => "Responsibility",
            Self::Cases => "Cases",
            Self::Deadlines => "Deadlines",
            Self::FollowUp => "Follow-up",
        }
    }
}

/// The unit of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Count,
    /// 0 to 1.
    Share,
    /// Milliseconds.
    Duration,
    /// A number for each of something.
    Ratio,
}

/// A measure.
pub struct Measure {
    /// Name in JSON and CSV.
    pub name: &'static str,
    /// Name in tables.
    pub title: &'static str,
    pub section: Section,
    pub unit: Unit,
    /// How it is computed, in words.
    pub formula: &'static str,
    /// `None` if the divisor is 0.
    pub value: fn(&Figures) -> Option<f64>,
    /// Whether it is shown in the tables of groups, which have little room.
    pub is_brief: bool,
}

fn share(part: u64, whole: u64) -> Option<f64> {
    figures::share(part as f64, whole as f64)
}

fn stand_in(figures: &Figures, route: Route) -> Option<f64> {
    Some(figures.stand_ins[route as usize] as f64)
}

fn broken(figures: &Figures, reason: Break) -> Option<f64> {
    Some(figures.breaks[reason as usize] as f64)
}

fn escalated(figures: &Figures, reason: EscalationReason) -> Option<f64> {
    Some(figures.escalations[reason as usize] as f64)
}

fn mean(sample: &Sample) -> Option<f64> {
    sample.mean()
}

macro_rules! measures {
    ($($section:ident { $($name:literal $title:literal $unit:ident $brief:literal
        $formula:literal $value:expr;)* })*) => {
        /// Every measure, by section.
        pub const MEASURES: &[Measure] = &[$($(Measure {
            name: $name,
            title: $title,
            section: Section::$section,
            unit: Unit::$unit,
            formula: $formula,
            value: $value,
            is_brief: $brief,
        }),*),*];
    };
}

measures! {
    Contacts {
        "conversations" "conversations" Count true
            "contacts that reached an agent, each time they did; those that the router makes for follow-ups and tasks are left out of all figures of contacts"
            |f| Some(f.conversations as f64);
        "answered" "answered" Count false
            "contacts that reached an agent for the first time"
            |f| Some(f.answered as f64);
        "lost" "lost" Count false
            "contacts that ended without a conversation as abandoned, timeout, rejected or no_agent"
            |f| Some(f.lost as f64);
        "vanished" "vanished" Count false
            "contacts that ended as lost: their platform no longer knew them when it came back; nobody gave up"
            |f| Some(f.vanished as f64);
        "unreached" "not reached" Count false
            "callbacks that did not reach the customer, each try; it counts for the agent who called"
            |f| Some(f.unreached as f64);
        "connect_rate" "connect rate" Share false
            "answered ÷ (answered + lost)"
            |f| share(f.answered, f.answered + f.lost);
        "answered_within" "answered in time" Share false
            "answered after at most --within of waiting ÷ answered"
            |f| share(f.answered_within, f.answered);
        "wait_ms_mean" "wait, mean" Duration false
            "mean wait of answered contacts, from joining to the first agent"
            |f| mean(&f.wait);
        "wait_ms_p90" "wait, p90" Duration false
            "the wait that 90 % of answered contacts do not exceed (nearest rank)"
            |f| f.wait.percentile(90);
        "talk_ms_mean" "talk, mean" Duration false
            "mean conversation, without hold, of each agent's part of a contact; it counts for that agent"
            |f| mean(&f.talk);
        "hold_ms_mean" "hold, mean" Duration false
            "mean time on hold of each agent's part of a contact"
            |f| mean(&f.hold);
        "handle_ms_mean" "handled, mean" Duration false
            "mean of conversation, hold and wrap-up of all parts of a contact, up to its end; it counts for the agent who had it last"
            |f| mean(&f.handle);
    }
    Responsibility {
        "repeat_contacts" "repeat contacts" Count true
            "contacts whose case had an owner when the first human took them; they count for that owner, and what happens to them later makes no repeat of them"
            |f| Some(f.repeats as f64);
        "owner_hits" "owner hits" Count false
            "repeat contacts that reached the owner"
            |f| Some(f.hits as f64);
        "continuity" "continuity" Share true
            "owner_hits ÷ repeat_contacts"
            |f| share(f.hits, f.repeats);
        "stand_ins" "stand-ins" Count false
            "repeat_contacts − owner_hits: somebody else served, the owner stayed responsible"
            |f| Some((f.repeats - f.hits) as f64);
        "stand_ins_deputy" "by the deputy" Count false
            "stand-ins by the route deputy"
            |f| stand_in(f, Route::Deputy);
        "stand_ins_leader" "by the leader" Count false
            "stand-ins by the route leader"
            |f| stand_in(f, Route::Leader);
        "stand_ins_team" "by the team" Count false
            "stand-ins by the route team"
            |f| stand_in(f, Route::Team);
        "stand_ins_skill" "by skill" Count false
            "stand-ins by the route skill, or owner where the owner changed meanwhile"
            |f| Some((f.stand_ins[Route::Skill as usize] + f.stand_ins[Route::Owner as usize]) as f64);
        "stand_ins_direct" "directly" Count false
            "stand-ins by the route direct: somebody was named"
            |f| stand_in(f, Route::Direct);
        "stand_ins_assigned" "by hand" Count false
            "stand-ins by the route assigned: the contact was given to somebody by hand"
            |f| stand_in(f, Route::Assigned);
        "breaks_busy" "owner busy" Count false
            "stand-ins whose accepted offer was made because the owner was busy"
            |f| broken(f, Break::Busy);
        "breaks_away" "owner away" Count false
            "stand-ins whose accepted offer was made because the owner was away"
            |f| broken(f, Break::Away);
        "breaks_excluded" "owner excluded" Count false
            "stand-ins whose accepted offer was made because the owner is excluded for the customer"
            |f| broken(f, Break::Excluded);
        "breaks_no_skill" "owner lacks the skill" Count false
            "stand-ins whose accepted offer was made because the owner lacks the skill"
            |f| broken(f, Break::NoSkill);
        "stood_in" "served for others" Count false
            "conversations of this agent that were stand-ins for another owner"
            |f| Some(f.stood_in as f64);
    }
    Cases {
        "opened" "cases opened" Count false
            "cases opened; by agent and team none, since nobody owns a case then"
            |f| Some(f.opened as f64);
        "taken" "cases taken" Count true
            "cases whose first owner this is"
            |f| Some(f.taken as f64);
        "received" "cases received" Count false
            "cases that came by handover or succession"
            |f| Some(f.received as f64);
        "handovers" "handovers" Count false
            "recorded moves of ownership; they count for the owner before"
            |f| Some(f.handovers as f64);
        "handovers_per_case" "handovers per case" Ratio true
            "handovers ÷ taken"
            |f| share(f.handovers, f.taken);
        "ping_pong" "ping-pong" Count true
            "handovers A → B → A: back to the owner before the last"
            |f| Some(f.ping_pong as f64);
        "returns" "returns" Count false
            "handovers to any earlier owner of the case"
            |f| Some(f.returns as f64);
        "response_ms_mean" "response, mean" Duration false
            "mean time from the opening of a case to its first owner"
            |f| mean(&f.response);
        "response_ms_p90" "response, p90" Duration false
            "the time from opening to first owner that 90 % of cases do not exceed"
            |f| f.response.percentile(90);
        "resolved" "resolved" Count false
            "times that a case was resolved"
            |f| Some(f.resolved as f64);
        "first_contact_resolution" "first contact resolution" Share true
            "cases resolved after at most one contact, never reopened and without a further contact ÷ cases that were resolved; counted when first resolved"
            |f| share(f.first_contact, f.cases_resolved);
        "resolution_ms_mean" "resolution, mean" Duration false
            "mean time from the opening of a case to its first resolution"
            |f| mean(&f.resolution);
        "resolution_ms_p50" "resolution, p50" Duration true
            "the time to the first resolution that half of the cases do not exceed"
            |f| f.resolution.percentile(50);
        "resolution_ms_p90" "resolution, p90" Duration false
            "the time to the first resolution that 90 % of cases do not exceed"
            |f| f.resolution.percentile(90);
        "reopened" "reopened" Count false
            "times that a case was opened again"
            |f| Some(f.reopened as f64);
        "closed" "closed" Count false
            "times that a case was closed"
            |f| Some(f.closed as f64);
        "three_contacts" "three contacts and more" Count false
            "cases that came to their third contact"
            |f| Some(f.third_contacts as f64);
        "quality_index" "quality index" Share false
            "1 − three_contacts ÷ opened"
            |f| share(f.opened.saturating_sub(f.third_contacts), f.opened);
        "complaints" "complaints" Count false
            "cases opened of the kinds given by --complaint"
            |f| Some(f.complaints as f64);
        "complaint_rate" "complaint rate" Share false
            "complaints ÷ opened"
            |f| share(f.complaints, f.opened);
    }
    Deadlines {
        "deadlines_met" "deadlines met" Count false
            "deadlines of cases, stages and tasks that were kept"
            |f| Some(f.met as f64);
        "deadlines_overdue" "overdue" Count true
            "deadlines of cases, stages and tasks that passed"
            |f| Some(f.overdue as f64);
        "on_time" "on time" Share true
            "deadlines_met ÷ (deadlines_met + deadlines_overdue)"
            |f| share(f.met, f.met + f.overdue);
        "cases_on_time" "cases on time" Share false
            "deadlines of whole cases met ÷ those met or passed"
            |f| share(f.cases_met, f.cases_met + f.cases_overdue);
        "due_soon" "warnings" Count false
            "warnings that a deadline comes near"
            |f| Some(f.due_soon as f64);
        "extensions" "extensions" Count false
            "deadlines put off before they passed"
            |f| Some(f.extensions as f64);
        "escalations" "escalations" Count true
            "all escalations"
            |f| Some(f.escalations.iter().sum::<u64>() as f64);
        "escalations_repeat" "of repeats" Count false
            "escalations because of too many contacts on one matter"
            |f| escalated(f, EscalationReason::Repeat);
        "escalations_urge" "urging" Count false
            "escalations before a deadline (催办)"
            |f| escalated(f, EscalationReason::Urge);
        "escalations_overdue" "supervision" Count false
            "escalations after a deadline (督办)"
            |f| escalated(f, EscalationReason::Overdue);
        "escalations_major" "major cases" Count false
            "escalations at once, by the kind of case"
            |f| escalated(f, EscalationReason::Major);
        "escalations_assist" "of tasks" Count false
            "escalations because a task for another department was not taken in time"
            |f| escalated(f, EscalationReason::Assist);
        "escalations_follow_up" "of follow-ups" Count false
            "escalations because a follow-up was not made in time"
            |f| escalated(f, EscalationReason::FollowUp);
        "escalations_no_number" "without a number" Count false
            "escalations because a customer was to be called back whose number nobody knows"
            |f| escalated(f, EscalationReason::NoNumber);
        "waits" "waits" Count false
            "waits of cases, for the customer or another department, that ended"
            |f| Some(f.waited.count() as f64);
        "waited_ms_mean" "waited, mean" Duration false
            "mean length of these waits"
            |f| mean(&f.waited);
        "assists" "tasks for others" Count false
            "tasks for another department or agent"
            |f| Some(f.assists as f64);
        "assists_done" "of them done" Count false
            "tasks for others that were done"
            |f| Some(f.assists_done as f64);
    }
    FollowUp {
        "follow_ups" "follow-ups due" Count false
            "attempts of follow-ups that fell due"
            |f| Some(f.follow_ups as f64);
        "satisfied" "satisfied" Count false
            "follow-ups that found the customer satisfied"
            |f| Some(f.satisfied as f64);
        "unsatisfied" "unsatisfied" Count false
            "follow-ups that found the customer unsatisfied"
            |f| Some(f.unsatisfied as f64);
        "no_answer" "not reached" Count false
            "attempts of follow-ups without answer"
            |f| Some(f.no_answer as f64);
        "satisfaction" "satisfaction" Share true
            "satisfied ÷ (satisfied + unsatisfied)"
            |f| share(f.satisfied, f.satisfied + f.unsatisfied);
        "score_mean" "score, mean" Ratio false
            "mean score given at follow-ups"
            |f| mean(&f.scores);
    }
}
