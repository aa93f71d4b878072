//! What a request must fulfil that can be seen without the router's state: ranges, sizes and
//! "exactly one of". Types have been read already; what depends on state is the router's.

use super::error::WireError;
use super::limits::INTEGER_MAX;
use super::params::wrong;
use super::request::SessionOpen;
use super::subscription::Subscribe;
use crate::fields::contact::END_OUTCOMES;
use crate::router::codes::Outcome;
use crate::router::command::{
    AgentCommand, AgentSet, CaseCommand, CaseHandover, Command, ContactCommand, ContactSubmit,
    ContactTransfer, KindCommand, OfferNamed, QueueCommand, SettingsPatch,
};
use crate::router::follow_up::SCORE_MAX;
use crate::router::kind::KindRules;
use crate::router::policy::{
    AGE_PRIORITY_MS_MIN, CAPACITY_MAX, CHANNELS_MAX, Overflow, PARALLEL_OFFERS_MAX, Policy,
    SKILLS_MAX, STEPS_MAX, SkillMap, Step,
};
use crate::router::query::{PAGE_ITEMS_MAX, Query};
use crate::router::time::{Millis, Timestamp};

type Checked = Result<(), WireError>;

/// Checks a command. Of the nouns that are not named nothing more is to be seen.
pub fn command(command: &Command) -> Checked {
    match command {
        Command::Agent(command) => agent_command(command),
        Command::Queue(QueueCommand::Set(set)) => policy(&set.policy),
        Command::Settings(patch) => settings(patch),
        Command::Contact(command) => contact_command(command),
        Command::Offer(command) => offer(command.named()),
        Command::Case(command) => case_command(command),
        Command::Kind(KindCommand::Set(set)) => kind(&set.rules),
        Command::Tick
        | Command::Restarted
        | Command::Reloaded
        | Command::Session(_)
        | Command::Queue(QueueCommand::Remove(_))
        | Command::Customer(_)
        | Command::Kind(KindCommand::Remove(_))
        | Command::Calendar(_) => Ok(()),
    }
}

fn agent_command(command: &AgentCommand) -> Checked {
    match command {
        AgentCommand::Set(set) => agent(set),
        AgentCommand::Presence(presence) => time("until_at", presence.until_at),
        AgentCommand::Absence(set) => {
            time("from_at", Some(set.from_at))?;
            time("to_at", Some(set.to_at))
        }
        AgentCommand::Succession(plan) => time("start_at", plan.start_at),
        AgentCommand::Remove(_) | AgentCommand::WrapUpEnd(_) => Ok(()),
    }
}

fn contact_command(command: &ContactCommand) -> Checked {
    match command {
        ContactCommand::Submit(submit) => contact(submit),
        ContactCommand::Update(update) => {
            time("not_before_at", update.not_before_at)?;
            update
                .requires
                .as_ref()
                .map_or(Ok(()), |requires| skills("requires", requires))
        }
        ContactCommand::End(end) => outcome(end.outcome),
        ContactCommand::Transfer(to) => transfer(to),
        ContactCommand::Cancel(_) | ContactCommand::Sync(_) | ContactCommand::Callback(_) => Ok(()),
    }
}

fn case_command(command: &CaseCommand) -> Checked {
    match command {
        CaseCommand::Handover(to) => handover(to),
        CaseCommand::Assist(assist) => exactly_one(
            "agent",
            ["agent", "queue"],
            [assist.agent.is_some(), assist.queue.is_some()],
        ),
        CaseCommand::Wait(wait) => time("until_at", wait.until_at),
        CaseCommand::Extend(extend) => time("to_at", Some(extend.to_at)),
        CaseCommand::FollowUp(asked) => score(asked.score),
        CaseCommand::Open(_)
        | CaseCommand::Note(_)
        | CaseCommand::Resolve(_)
        | CaseCommand::Reopen(_)
        | CaseCommand::Close(_)
        | CaseCommand::Advance(_)
        | CaseCommand::AssistDone(_) => Ok(()),
    }
}

fn kind(rules: &KindRules) -> Checked {
    match (rules.due_ms, rules.due) {
        (Some(_), Some(_)) => Err(wrong("due", "give at most one of due_ms and due")),
        (_, _) => Ok(()),
    }
}

fn score(score: Option<u8>) -> Checked {
    match score {
        Some(n) if n > SCORE_MAX => Err(wrong(
            "score",
            format_args!("{n} is out of range: give 0 to {SCORE_MAX}"),
        )),
        _ => Ok(()),
    }
}

/// Checks a question.
pub fn query(query: &Query) -> Checked {
    match query {
        Query::AgentList(list) => page(list.limit),
        Query::QueueList(list) | Query::KindList(list) | Query::CalendarList(list) => {
            page(list.limit)
        }
        Query::ContactList(list) => page(list.limit),
        Query::CaseFind(find) => {
            time("due_before_at", find.due_before_at)?;
            page(find.limit)
        }
        Query::ContactPreview(draft) => contact(draft),
        Query::BookingSlots(of) => {
            time("from_at", of.from_at)?;
            time("to_at", of.to_at)?;
            page(of.limit)
        }
        Query::AgentGet(_)
        | Query::QueueGet(_)
        | Query::SettingsGet
        | Query::CustomerGet(_)
        | Query::ContactGet(_)
        | Query::ContactExplain(_)
        | Query::CaseGet(_)
        | Query::OwnerGet(_)
        | Query::AgentBriefing(_)
        | Query::Stats(_)
        | Query::KindGet(_)
        | Query::CalendarGet(_) => Ok(()),
    }
}

/// Checks `events.subscribe`.
pub fn subscribe(wanted: &Subscribe) -> Checked {
    not_empty("types", wanted.types.as_ref().map(Vec::len))?;
    not_empty("agents", wanted.agents.as_ref().map(Vec::len))?;
    not_empty("queues", wanted.queues.as_ref().map(Vec::len))?;
    match wanted.after {
        Some(after) if after > INTEGER_MAX.cast_unsigned() => Err(wrong(
            "after",
            format_args!("{after} is not a sequence number: at most {INTEGER_MAX}"),
        )),
        _ => Ok(()),
    }
}

/// Checks `session.open`.
pub fn session(open: &SessionOpen) -> Checked {
    let types = open
        .events
        .as_ref()
        .and_then(|events| events.types.as_ref());
    not_empty("events", types.map(Vec::len))
}

/// Checks the policy of a queue, wherever it comes from.
pub fn policy(policy: &Policy) -> Checked {
    skills("requires", &policy.requires)?;
    if policy.ring_ms == Millis::ZERO {
        return Err(wrong(
            "ring_ms",
            "0 gives nobody time to answer: give at least 1",
        ));
    }
    let age = policy.age_priority_ms.0;
    if age > 0 && age < AGE_PRIORITY_MS_MIN {
        return Err(wrong(
            "age_priority_ms",
            format_args!(
                "{age} is too short: give 0 for no aging, or at least {AGE_PRIORITY_MS_MIN}"
            ),
        ));
    }
    if !(1..=PARALLEL_OFFERS_MAX).contains(&policy.parallel_offers) {
        let n = policy.parallel_offers;
        return Err(wrong(
            "parallel_offers",
            format_args!("{n} is out of range: give 1 to {PARALLEL_OFFERS_MAX}"),
        ));
    }
    if policy.steps.len() > STEPS_MAX {
        let n = policy.steps.len();
        return Err(wrong(
            "steps",
            format_args!("{n} steps are too many: at most {STEPS_MAX}"),
        ));
    }
    for (index, one) in policy.steps.iter().enumerate() {
        step(index, one)?;
    }
    overflow(&policy.overflow)?;
    if let Some((field, right)) = policy.booking.fault().or_else(|| policy.ticket.fault()) {
        return Err(wrong(field, right));
    }
    let target = policy.service_level.target;
    if !(0.0..=1.0).contains(&target) {
        return Err(wrong(
            "service_level.target",
            format_args!("{target} is not a share: give 0 to 1"),
        ));
    }
    Ok(())
}

fn step(index: usize, step: &Step) -> Checked {
    if let Some(requires) = &step.requires {
        skills(&format!("steps[{index}].requires"), requires)?;
    }
    if step.drop.len() > SKILLS_MAX {
        let n = step.drop.len();
        return Err(wrong(
            &format!("steps[{index}].drop"),
            format_args!("{n} skills are too many: at most {SKILLS_MAX}"),
        ));
    }
    if step.requires.is_none() && step.drop.is_empty() && step.widen.is_none() {
        return Err(wrong(
            &format!("steps[{index}]"),
            "a step must change something: give requires, drop or widen",
        ));
    }
    Ok(())
}

fn overflow(overflow: &Overflow) -> Checked {
    exactly_one(
        "overflow",
        ["to", "action"],
        [overflow.to.is_some(), overflow.action.is_some()],
    )
}

fn agent(set: &AgentSet) -> Checked {
    skills("skills", &set.skills)?;
    if set.capacity.len() > CHANNELS_MAX {
        let n = set.capacity.len();
        return Err(wrong(
            "capacity",
            format_args!("{n} channels are too many: at most {CHANNELS_MAX}"),
        ));
    }
    for (channel, &n) in &set.capacity {
        capacity(&format!("capacity.{channel}"), n)?;
    }
    let absences = set.absences.iter().flatten();
    for (index, absence) in absences.enumerate() {
        time(&format!("absences[{index}].from_at"), Some(absence.from_at))?;
        time(&format!("absences[{index}].to_at"), Some(absence.to_at))?;
    }
    Ok(())
}

fn settings(patch: &SettingsPatch) -> Checked {
    let Some(channels) = &patch.channels else {
        return Ok(());
    };
    if channels.len() > CHANNELS_MAX {
        let n = channels.len();
        return Err(wrong(
            "channels",
            format_args!("{n} channels are too many: at most {CHANNELS_MAX}"),
        ));
    }
    for (channel, rule) in channels {
        capacity(&format!("channels.{channel}.capacity"), rule.capacity)?;
    }
    Ok(())
}

fn contact(submit: &ContactSubmit) -> Checked {
    skills("requires", &submit.requires)?;
    time("joined_at", submit.joined_at)?;
    time("not_before_at", submit.not_before_at)
}

fn outcome(outcome: Outcome) -> Checked {
    match outcome {
        Outcome::Resolved | Outcome::Open | Outcome::Transferred | Outcome::Dropped => Ok(()),
        Outcome::Abandoned
        | Outcome::Timeout
        | Outcome::Rejected
        | Outcome::NoAgent
        | Outcome::Voicemail
        | Outcome::Callback
        | Outcome::Cancelled => Err(wrong(
            "outcome",
            format_args!(
                "{outcome} is not for the platform to say: give one of {}",
                END_OUTCOMES.join(", ")
            ),
        )),
    }
}

fn transfer(transfer: &ContactTransfer) -> Checked {
    let to = &transfer.to;
    exactly_one(
        "to",
        ["agent", "queue"],
        [to.agent.is_some(), to.queue.is_some()],
    )
}

fn handover(to: &CaseHandover) -> Checked {
    if to.case.is_some() == to.owner.is_some() {
        return Err(wrong(
            "case",
            "give exactly one of case (that one) and owner (all of its open cases)",
        ));
    }
    Ok(())
}

fn offer(named: OfferNamed<'_>) -> Checked {
    match named {
        (Some(_), _, _) | (None, Some(_), Some(_)) => Ok(()),
        (None, Some(_), None) => Err(wrong(
            "agent",
            "missing beside contact: give offer, or both contact and agent",
        )),
        (None, None, Some(_)) => Err(wrong(
            "contact",
            "missing beside agent: give offer, or both contact and agent",
        )),
        (None, None, None) => Err(wrong(
            "offer",
            "missing: give offer, or both contact and agent",
        )),
    }
}

fn skills(field: &str, skills: &SkillMap) -> Checked {
    if skills.len() > SKILLS_MAX {
        let n = skills.len();
        return Err(wrong(
            field,
            format_args!("{n} skills are too many: at most {SKILLS_MAX}"),
        ));
    }
    Ok(())
}

fn capacity(field: &str, n: u32) -> Checked {
    if n > CAPACITY_MAX {
        return Err(wrong(
            field,
            format_args!("{n} is too many: give 0 to {CAPACITY_MAX}"),
        ));
    }
    Ok(())
}

fn time(field: &str, at: Option<Timestamp>) -> Checked {
    match at {
        Some(at) if !(-INTEGER_MAX..=INTEGER_MAX).contains(&at) => Err(wrong(
            field,
            format_args!(
                "{at} is not a time: give milliseconds from -{INTEGER_MAX} to {INTEGER_MAX}"
            ),
        )),
        _ => Ok(()),
    }
}

fn page(limit: Option<u32>) -> Checked {
    match limit {
        Some(n) if !(1..=PAGE_ITEMS_MAX).contains(&n) => Err(wrong(
            "limit",
            format_args!("{n} is out of range: give 1 to {PAGE_ITEMS_MAX}"),
        )),
        _ => Ok(()),
    }
}

fn not_empty(field: &str, items: Option<usize>) -> Checked {
    if items == Some(0) {
        return Err(wrong(
            field,
            "an empty list lets nothing through: name at least one, or leave it out",
        ));
    }
    Ok(())
}

fn exactly_one(field: &str, names: [&str; 2], given: [bool; 2]) -> Checked {
    if given[0] == given[1] {
        let [one, other] = names;
        return Err(wrong(
            field,
            format_args!("give exactly one of {one} and {other}"),
        ));
    }
    Ok(())
}
