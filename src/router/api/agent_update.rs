//! `agent.update`: single fields of an agent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codes::AgentKind;
use super::command::{AgentSet, present};
use super::ids::{Name, Text};
use super::number::at_most;
use super::people::Absence;
use super::policy::{CHANNELS_MAX, Capacity, SKILLS_MAX, SkillMap};
use super::time::Millis;

/// Changes single fields of an agent. Absent fields keep their value; `null` takes one away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentUpdate {
    pub agent: Name,
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Option<Text>>,
    pub kind: Option<AgentKind>,
    #[serde(default, deserialize_with = "at_most::<SKILLS_MAX, _, _>")]
    pub skills: Option<SkillMap>,
    #[serde(default, deserialize_with = "at_most::<CHANNELS_MAX, _, _>")]
    pub capacity: Option<BTreeMap<Name, Capacity>>,
    #[serde(default, deserialize_with = "present")]
    pub team: Option<Option<Name>>,
    #[serde(default, deserialize_with = "present")]
    pub deputy: Option<Option<Name>>,
    #[serde(default, deserialize_with = "present")]
    pub leader: Option<Option<Name>>,
    #[serde(default, deserialize_with = "present")]
    pub address: Option<Option<Text>>,
    #[serde(default, deserialize_with = "present")]
    pub wrap_up_ms: Option<Option<Millis>>,
    pub rank: Option<i32>,
    #[serde(default, deserialize_with = "present")]
    pub mentor: Option<Option<Name>>,
    #[serde(default, deserialize_with = "present")]
    pub max_open_cases: Option<Option<u32>>,
    pub absences: Option<Vec<Absence>>,
}

impl AgentUpdate {
    /// The fields that it changes, by name.
    pub fn fields(&self) -> Vec<&'static str> {
        // All of them, so that none is forgotten.
        let Self {
            agent: _,
            name,
            kind,
            skills,
            capacity,
            team,
            deputy,
            leader,
            address,
            wrap_up_ms,
            rank,
            mentor,
            max_open_cases,
            absences,
        } = self;
        let all = [
            ("name", name.is_some()),
            ("kind", kind.is_some()),
            ("skills", skills.is_some()),
            ("capacity", capacity.is_some()),
            ("team", team.is_some()),
            ("deputy", deputy.is_some()),
            ("leader", leader.is_some()),
            ("address", address.is_some()),
            ("wrap_up_ms", wrap_up_ms.is_some()),
            ("rank", rank.is_some()),
            ("mentor", mentor.is_some()),
            ("max_open_cases", max_open_cases.is_some()),
            ("absences", absences.is_some()),
        ];
        let changed = all.into_iter().filter(|(_, is_given)| *is_given);
        changed.map(|(name, _)| name).collect()
    }

    /// The agent as it is after the change.
    pub fn apply_to(&self, set: &mut AgentSet) {
        macro_rules! take {
            ($($field:ident),*) => {
                $(if let Some(value) = &self.$field { set.$field = value.clone(); })*
            };
        }
        take!(
            name,
            kind,
            skills,
            capacity,
            team,
            deputy,
            leader,
            address,
            wrap_up_ms,
            rank,
            mentor,
            max_open_cases
        );
        set.absences = self.absences.clone();
    }
}
