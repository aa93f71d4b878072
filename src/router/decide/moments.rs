//! Times of requests that were meant in another unit. A time in seconds would lie in 1970 and one
//! in microseconds thousands of years ahead: both are refused, with what was probably meant.

use std::ops::Range;

use crate::router::api::command::{
    AgentCommand, CaseCommand, Command, ContactCommand, ContactSubmit,
};
use crate::router::api::people::Absence;
use crate::router::api::query::Query;
use crate::router::api::reject::Reject;
use crate::router::api::time::{MILLIS_MAX, Timestamp};
use crate::router::state::book::Book;

/// How far ahead of the daemon a platform's clock may be when it tells a time of joining.
const JOINED_AHEAD_MS_MAX: i64 = 60_000;
/// From here on a clock shows a time of day, and not the virtual time of a script that begins at 0:
/// as many milliseconds as the longest duration has.
const TIME_OF_DAY_MS_MIN: i64 = MILLIS_MAX;
/// Seconds of the years 2001 to 2286. As milliseconds they lie between January and April of 1970.
const SECONDS: Range<Timestamp> = 1_000_000_000..10_000_000_000;
/// Microseconds of the years 2001 to 2096. As milliseconds they lie after the year 33,000.
const MICROSECONDS: Range<Timestamp> = 1_000_000_000_000_000..4_000_000_000_000_000;

/// A time of a request: what it belongs to, and its parameter.
struct Moment {
    entity: &'static str,
    field: &'static str,
    at: Option<Timestamp>,
}

impl Moment {
    const fn of(entity: &'static str, field: &'static str, at: Option<Timestamp>) -> Self {
        Self { entity, field, at }
    }
}

impl Book {
    /// Refuses a command with a time that cannot be meant. Those of a submission are looked at when
    /// it is resolved: one of a contact that exists is only answered.
    pub(in crate::router) fn check_moments(&self, command: &Command) -> Result<(), Reject> {
        match command {
            Command::Agent(command) => self
                .check_agent_moments(command)
                .map_err(|refusal| refusal.with_id(command.agent())),
            Command::Contact(ContactCommand::Update(update)) => self
                .check_moment(Moment::of("contact", "not_before_at", update.not_before_at))
                .map_err(|refusal| refusal.with_id(&update.contact)),
            Command::Case(CaseCommand::Wait(wait)) => self
                .check_moment(Moment::of("case", "until_at", wait.until_at))
                .map_err(|refusal| refusal.with_id(&wait.case)),
            Command::Case(CaseCommand::Extend(extend)) => self
                .check_moment(Moment::of("case", "to_at", Some(extend.to_at)))
                .map_err(|refusal| refusal.with_id(&extend.case)),
            Command::Tick
            | Command::Restarted
            | Command::Reloaded
            | Command::Session(_)
            | Command::Queue(_)
            | Command::Settings(_)
            | Command::Customer(_)
            | Command::Contact(_)
            | Command::Offer(_)
            | Command::Case(_)
            | Command::Kind(_)
            | Command::Calendar(_) => Ok(()),
        }
    }

    fn check_absences(&self, absences: Option<&[Absence]>) -> Result<(), Reject> {
        let mut absences = absences.unwrap_or_default().iter();
        absences.try_for_each(|absence| {
            let times = [absence.from_at, absence.to_at];
            times
                .into_iter()
                .try_for_each(|at| self.check_moment(Moment::of("agent", "absences", Some(at))))
        })
    }

    fn check_agent_moments(&self, command: &AgentCommand) -> Result<(), Reject> {
        match command {
            AgentCommand::Set(set) => self.check_absences(set.absences.as_deref()),
            AgentCommand::Update(update) => self.check_absences(update.absences.as_deref()),
            AgentCommand::Presence(set) => {
                self.check_moment(Moment::of("agent", "until_at", set.until_at))
            }
            AgentCommand::Absence(set) => {
                self.check_moment(Moment::of("agent", "from_at", Some(set.from_at)))?;
                self.check_moment(Moment::of("agent", "to_at", Some(set.to_at)))
            }
            AgentCommand::Succession(plan) => {
                self.check_moment(Moment::of("agent", "start_at", plan.start_at))
            }
            AgentCommand::Remove(_)
            | AgentCommand::WrapUpEnd(_)
            | AgentCommand::Device(_)
            | AgentCommand::Queue(_) => Ok(()),
        }
    }

    /// Refuses a question about a time in seconds: it would be answered with nothing, or with all.
    pub(in crate::router) fn check_asked_moments(&self, query: &Query) -> Result<(), Reject> {
        let [from, to] = match query {
            Query::CaseFind(find) => [
                Moment::of("case", "due_before_at", find.due_before_at),
                Moment::of("case", "due_before_at", None),
            ],
            Query::BookingSlots(of) => [
                Moment::of("queue", "from_at", of.from_at),
                Moment::of("queue", "to_at", of.to_at),
            ],
            Query::ContactList(list) => [
                Moment::of("contact", "from_at", list.from_at),
                Moment::of("contact", "to_at", list.to_at),
            ],
            Query::AgentGet(_)
            | Query::AgentList(_)
            | Query::QueueGet(_)
            | Query::QueueList(_)
            | Query::SettingsGet
            | Query::CustomerGet(_)
            | Query::ContactGet(_)
            | Query::ContactExplain(_)
            | Query::ContactPreview(_)
            | Query::CaseGet(_)
            | Query::OwnerGet(_)
            | Query::Stats(_)
            | Query::AgentBriefing(_)
            | Query::KindGet(_)
            | Query::KindList(_)
            | Query::CalendarGet(_)
            | Query::CalendarList(_) => return Ok(()),
        };
        self.check_moment(from)?;
        self.check_moment(to)
    }

    /// The times of a submission.
    pub(super) fn check_submitted_moments(&self, submit: &ContactSubmit) -> Result<(), Reject> {
        if let Some(joined) = submit.joined_at {
            let now = self.at();
            let keep = self.settings().keep_ended_ms.0;
            let wrong = if joined < now.saturating_sub(keep) {
                Some(format!(
                    "{joined} lies further back than keep_ended_ms ({keep}) before now, {now}: \
                     seconds? give milliseconds since 1970"
                ))
            } else if joined > now.saturating_add(JOINED_AHEAD_MS_MAX) {
                Some(format!(
                    "{joined} lies more than {JOINED_AHEAD_MS_MAX} ms after now, {now}: \
                     microseconds? give milliseconds since 1970"
                ))
            } else {
                None
            };
            if let Some(message) = wrong {
                let refusal = Reject::invalid("contact", "joined_at", message);
                return Err(refusal.with_id(&submit.contact));
            }
        }
        let moment = Moment::of("contact", "not_before_at", submit.not_before_at);
        self.check_moment(moment)
            .map_err(|refusal| refusal.with_id(&submit.contact))
    }

    fn check_moment(&self, of: Moment) -> Result<(), Reject> {
        let Some(at) = of.at.filter(|_| self.at() >= TIME_OF_DAY_MS_MIN) else {
            return Ok(());
        };
        let unit = if SECONDS.contains(&at) {
            "seconds"
        } else if MICROSECONDS.contains(&at) {
            "microseconds"
        } else {
            return Ok(());
        };
        let message = format!("{at} looks like {unit}: give milliseconds since 1970");
        Err(Reject::invalid(of.entity, of.field, message))
    }
}
