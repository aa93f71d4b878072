//! A model of a call centre, written in TOML.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::router::ids::Name;
use crate::router::policy::{Priority, SkillMap};

use super::error::GenerateError;
use super::law::Law;
use super::week::{Days, TimeOfDay, Weekday};

/// Most days, agents of a group, and days that a customer may take to come back.
const DAYS_MAX: u32 = 3_660;
const AGENTS_MAX: u32 = 100_000;

/// A whole model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Number of days from 00:00 of the first, which is at 0 ms.
    pub days: u32,
    #[serde(default = "monday")]
    pub first_day: Weekday,
    /// Streams of arrivals by name.
    pub arrivals: BTreeMap<Name, Stream>,
    /// Times at which more contacts come than usual.
    #[serde(default)]
    pub bursts: Vec<Burst>,
    /// Groups of agents by name.
    #[serde(default)]
    pub agents: BTreeMap<Name, Group>,
}

fn monday() -> Weekday {
    Weekday(0)
}

/// Arrivals of one kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    pub queue: Name,
    pub channel: Option<Name>,
    /// Contacts an hour: one number, or 24 for the hours of the day. Includes returning customers.
    pub per_hour: PerHour,
    /// A factor for each day of the week from Monday.
    pub by_weekday: Option<[f64; 7]>,
    pub talk: Law,
    /// If absent, nobody hangs up.
    pub patience: Option<Law>,
    pub wrap_up: Option<Law>,
    #[serde(default)]
    pub requires: SkillMap,
    pub priority: Option<Priority>,
    /// Topics with weights.
    #[serde(default)]
    pub topics: BTreeMap<Name, f64>,
    /// Share of the contacts whose customer is known, 0 to 1.
    #[serde(default = "all")]
    pub known: f64,
    pub repeat: Option<Repeat>,
    /// Share of the contacts whose case is already owned by an agent of the model, drawn evenly.
    #[serde(default)]
    pub owned: f64,
}

fn all() -> f64 {
    1.0
}

/// Contacts an hour.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum PerHour {
    Always(f64),
    ByHour([f64; 24]),
}

/// Customers who come back on the same matter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// The share of contacts that another contact of the same customer follows.
    pub share: f64,
    /// The time until that contact.
    pub after: Law,
}

/// A time at which more contacts come.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    /// The day, counted from 1.
    pub day: u32,
    pub from: TimeOfDay,
    pub to: TimeOfDay,
    pub factor: f64,
    /// Streams it applies to; all if empty.
    #[serde(default)]
    pub arrivals: Vec<Name>,
}

/// Agents with the same work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub count: u32,
    /// A level, or the range from which each agent's level is drawn.
    #[serde(default)]
    pub skills: BTreeMap<Name, Skill>,
    pub team: Option<Name>,
    /// Agents are each other's deputies in pairs.
    #[serde(default)]
    pub deputies: bool,
    pub leader: Option<Name>,
    #[serde(default)]
    pub capacity: BTreeMap<Name, u32>,
    pub shifts: Vec<Shift>,
}

/// A level, or a range of them.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Skill {
    Level(u8),
    Range([u8; 2]),
}

/// When a group works.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    #[serde(default = "daily")]
    pub days: Days,
    pub from: TimeOfDay,
    /// If before `from`: on the next day.
    pub to: TimeOfDay,
    /// The share of the group that has this shift; agents get shifts in turn.
    #[serde(default = "all")]
    pub share: f64,
}

fn daily() -> Days {
    Days::ALL
}

impl Model {
    pub fn load(path: &Path) -> Result<Self, GenerateError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| GenerateError::Read {
            file: file.clone(),
            error,
        })?;
        Self::parse(&text).map_err(|message| GenerateError::Model { file, message })
    }

    /// Reads a model and checks it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let model: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if !(1..=DAYS_MAX).contains(&model.days) {
            return Err(format!("days = {}: give 1 to {DAYS_MAX}", model.days));
        }
        for (name, stream) in &model.arrivals {
            stream
                .check()
                .map_err(|why| format!("arrivals.{name}: {why}"))?;
        }
        for burst in &model.bursts {
            burst
                .check(&model)
                .map_err(|why| format!("bursts: {why}"))?;
        }
        for (name, group) in &model.agents {
            group
                .check()
                .map_err(|why| format!("agents.{name}: {why}"))?;
        }
        Ok(model)
    }

    /// The weekday of a day counted from 0.
    pub fn weekday(&self, day: u32) -> usize {
        (self.first_day.0 + day as usize) % 7
    }
}

impl Stream {
    /// Contacts an hour at an hour of the day on a weekday.
    pub fn rate(&self, hour: usize, weekday: usize) -> f64 {
        let per_hour = match &self.per_hour {
            PerHour::Always(rate) => *rate,
            PerHour::ByHour(rates) => rates[hour],
        };
        per_hour * self.by_weekday.map_or(1.0, |factors| factors[weekday])
    }

    fn check(&self) -> Result<(), String> {
        let share = |name: &str, share: f64, below: f64| {
            if (0.0..=below).contains(&share) {
                Ok(())
            } else {
                Err(format!("{name} = {share}: give 0 to {below}"))
            }
        };
        let rates: &[f64] = match &self.per_hour {
            PerHour::Always(rate) => std::slice::from_ref(rate),
            PerHour::ByHour(rates) => rates,
        };
        let factors = self.by_weekday.unwrap_or([1.0; 7]);
        for rate in rates.iter().chain(&factors) {
            if !(rate.is_finite() && *rate >= 0.0 && *rate <= 1e9) {
                return Err(format!("per_hour or by_weekday: {rate} must be 0 or more"));
            }
        }
        share("known", self.known, 1.0)?;
        share("owned", self.owned, 1.0)?;
        let laws = [
            Some(("talk", &self.talk)),
            self.patience.as_ref().map(|law| ("patience", law)),
            self.wrap_up.as_ref().map(|law| ("wrap_up", law)),
            self.repeat
                .as_ref()
                .map(|repeat| ("repeat.after", &repeat.after)),
        ];
        for (name, law) in laws.into_iter().flatten() {
            law.check().map_err(|why| format!("{name}: {why}"))?;
        }
        if let Some(repeat) = &self.repeat {
            share("repeat.share", repeat.share, 0.99)?;
        }
        if self.topics.values().any(|w| !(w.is_finite() && *w >= 0.0)) {
            return Err("topics: weights must be 0 or more".to_owned());
        }
        Ok(())
    }
}

impl Burst {
    fn check(&self, model: &Model) -> Result<(), String> {
        if !(1..=model.days).contains(&self.day) {
            return Err(format!("day = {}: give 1 to {}", self.day, model.days));
        }
        if self.to <= self.from {
            return Err("to must be after from".to_owned());
        }
        if !(self.factor.is_finite() && self.factor >= 0.0) {
            return Err(format!("factor = {} must be 0 or more", self.factor));
        }
        match self
            .arrivals
            .iter()
            .find(|name| !model.arrivals.contains_key(*name))
        {
            Some(unknown) => Err(format!("there are no arrivals \"{unknown}\"")),
            None => Ok(()),
        }
    }
}

impl Group {
    fn check(&self) -> Result<(), String> {
        if !(1..=AGENTS_MAX).contains(&self.count) {
            return Err(format!("count = {}: give 1 to {AGENTS_MAX}", self.count));
        }
        for (name, skill) in &self.skills {
            let [low, high] = skill.range();
            if low < 1 || high > 10 || low > high {
                return Err(format!(
                    "skills.{name}: give a level from 1 to 10, or [low, high]"
                ));
            }
        }
        let shares: f64 = self.shifts.iter().map(|shift| shift.share).sum();
        let right = self
            .shifts
            .iter()
            .all(|s| s.share.is_finite() && s.share >= 0.0);
        if self.shifts.is_empty() || !right || shares <= 0.0 {
            return Err("shifts: give at least one, with shares of 0 or more".to_owned());
        }
        Ok(())
    }
}

impl Skill {
    pub fn range(self) -> [u8; 2] {
        match self {
            Self::Level(level) => [level, level],
            Self::Range(range) => range,
        }
    }
}
