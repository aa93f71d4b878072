//! Skills in the router's form: numbered, sorted, with levels.

use hashbrown::HashMap;
use smallvec::SmallVec;

use crate::router::api::ids::{Name, SkillIdx};
use crate::router::api::policy::{Level, SkillMap};

/// Skills with levels, sorted by skill, of an agent or a requirement.
pub type Levels = SmallVec<[(SkillIdx, u8); 4]>;

/// The most skills, teams or channels a tenant may name.
pub const NAMES_MAX: usize = 65_536;

/// How many agents have each skill, by number.
#[derive(Clone, Debug, Default)]
pub struct Skilled(Vec<u32>);

impl Skilled {
    /// Counts the skills of an agent.
    pub fn add(&mut self, skills: &Levels) {
        for (skill, level) in skills {
            if self.0.len() <= skill.at() {
                self.0.resize(skill.at() + 1, 0);
            }
            self.0[skill.at()] += u32::from(*level > 0);
        }
    }

    /// Stops counting these skills.
    pub fn take(&mut self, skills: &Levels) {
        for (skill, level) in skills {
            self.0[skill.at()] -= u32::from(*level > 0);
        }
    }

    /// Those of some skills that no agent has.
    pub fn lost(&self, skills: &Levels) -> Levels {
        let lost = skills.iter().filter(|(skill, _)| !self.has(*skill));
        lost.copied().collect()
    }

    /// Whether another count is equal.
    pub fn counts_as(&self, other: &Self) -> bool {
        let held = |counts: &Self, n: usize| counts.0.get(n).copied().unwrap_or(0);
        let skills = self.0.len().max(other.0.len());
        (0..skills).all(|n| held(self, n) == held(other, n))
    }

    /// Whether any agent has a skill.
    pub fn has(&self, skill: SkillIdx) -> bool {
        self.0.get(skill.at()).is_some_and(|agents| *agents > 0)
    }
}

/// Gives each name a permanent number.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    names: Vec<Name>,
    numbers: HashMap<Name, u32, foldhash::fast::RandomState>,
}

impl Interner {
    pub fn get(&self, name: &Name) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub fn intern(&mut self, name: &Name) -> u32 {
        if let Some(n) = self.numbers.get(name) {
            return *n;
        }
        let n = u32::try_from(self.names.len()).expect("names are limited");
        self.names.push(name.clone());
        self.numbers.insert(name.clone(), n);
        n
    }

    pub fn name(&self, n: u32) -> &Name {
        &self.names[n as usize]
    }

    pub fn names(&self) -> &[Name] {
        &self.names
    }

    pub fn from_names(names: Vec<Name>) -> Self {
        let mut interner = Self::default();
        for name in &names {
            interner.intern(name);
        }
        interner
    }

    /// Whether the limit leaves room to number all names of `map`.
    pub fn has_room_for(&self, map: &SkillMap) -> bool {
        self.names.len() + map.len() <= NAMES_MAX
            || self.names.len() + map.keys().filter(|name| self.get(name).is_none()).count()
                <= NAMES_MAX
    }

    pub fn levels(&mut self, map: &SkillMap) -> Levels {
        let mut levels: Levels = map
            .iter()
            .map(|(name, level)| (SkillIdx::of(self.intern(name)), level.0))
            .collect();
        levels.sort_unstable();
        levels
    }

    pub fn map(&self, levels: &Levels) -> SkillMap {
        // One by one: collecting a map at once sorts in extra memory.
        let mut map = SkillMap::new();
        for (skill, level) in levels {
            let name = self.name(skill.number()).clone();
            map.insert(name, Level(*level));
        }
        map
    }
}

/// The level of one skill, 0 where it is missing.
pub fn level_of(skills: &Levels, skill: SkillIdx) -> u8 {
    match skills.binary_search_by_key(&skill, |(skill, _)| *skill) {
        Ok(found) => skills[found].1,
        Err(_) => 0,
    }
}

/// Whether `skills` meet every requirement.
pub fn meets(skills: &Levels, requirement: &Levels) -> bool {
    requirement
        .iter()
        .all(|(skill, level)| level_of(skills, *skill) >= *level)
}

/// The proficiency for a requirement: the lowest level of its skills; 0 without requirement.
pub fn proficiency(skills: &Levels, requirement: &Levels) -> u8 {
    requirement
        .iter()
        .map(|(skill, _)| level_of(skills, *skill))
        .min()
        .unwrap_or(0)
}

/// Both requirements merged; the higher level counts.
pub fn merged(base: &Levels, own: &Levels) -> Levels {
    let mut all = Levels::from_slice(base);
    if own.is_empty() {
        return all;
    }
    for (skill, level) in own {
        match all.binary_search_by_key(skill, |(skill, _)| *skill) {
            Ok(found) => all[found].1 = all[found].1.max(*level),
            Err(place) => all.insert(place, (*skill, *level)),
        }
    }
    all
}
