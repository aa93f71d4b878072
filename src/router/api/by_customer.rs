//! The settings by customer profile: priority by tier and special care, the skills for a language
//! and a grid area (网格), the managers of grid areas.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::ids::{NAME_BYTES_MAX, Name, Text};
use super::policy::Priority;
use super::time::Millis;

/// The most tiers with a priority of their own.
pub const TIERS_MAX: usize = 256;
/// The most grid areas with a manager.
pub const GRIDS_MAX: usize = 10_000;
/// Replaced by the profile's word in the name of a skill.
const PLACE: &str = "{}";

/// The settings by customer profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ByCustomer {
    /// Priority added for the customers of a tier.
    pub tier: BTreeMap<Name, Priority>,
    /// Priority added for customers who need special care.
    pub special_care: Priority,
    /// The skill for a language, such as `lang:{}`.
    pub language_skill: Option<SkillPattern>,
    /// The skill for a grid area, such as `grid:{}`.
    pub grid_skill: Option<SkillPattern>,
    /// How long only agents with these skills are asked. `None` = for the whole wait.
    pub wish_wait_ms: Option<Millis>,
    /// The agent in charge of a grid area, asked first for a matter without an owner.
    pub grids: BTreeMap<Name, Name>,
}

impl Default for ByCustomer {
    fn default() -> Self {
        Self {
            tier: BTreeMap::new(),
            special_care: Priority(0),
            language_skill: None,
            grid_skill: None,
            wish_wait_ms: Some(Millis::seconds(30)),
            grids: BTreeMap::new(),
        }
    }
}

/// The name of a skill with `{}` as a placeholder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SkillPattern(pub Text);

impl<'de> Deserialize<'de> for SkillPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        let is_short = text.0.len() <= NAME_BYTES_MAX;
        if text.0.matches(PLACE).count() == 1 && is_short && !text.0.chars().any(char::is_control) {
            return Ok(Self(text));
        }
        Err(D::Error::custom(format!(
            "{:?} has no place for a word: give a skill such as \"lang:{PLACE}\"",
            text.0
        )))
    }
}

impl SkillPattern {
    /// The skill for a word, if it makes a valid name.
    pub(in crate::router) fn skill(&self, word: &Text) -> Option<Name> {
        Name::new(&self.0.0.replace(PLACE, &word.0)).ok()
    }
}
