//! What a customer's profile adds to a new contact: priority by tier and special care, wished-for
//! skills for language and grid area (网格), the manager of the grid.
//!
//! A skill is wished for only if some agent has it, so that no profile can strand a contact.

use crate::router::api::ids::{CustomerIdx, Name, SkillIdx};
use crate::router::api::time::Millis;
use crate::router::state::book::Book;
use crate::router::state::contact_cold::ContactCold;

impl Book {
    /// The additions from a customer's profile, if any.
    pub(super) fn by_customer(&self, customer: Option<CustomerIdx>) -> Option<Box<ContactCold>> {
        let settings = &self.settings().by_customer;
        let profile = &self.customer(customer?).cold()?.profile;
        let tier = profile
            .tier
            .as_ref()
            .and_then(|tier| Name::new(&tier.0).ok());
        let by_tier = tier.and_then(|tier| settings.tier.get(&tier).copied());
        let by_care = profile.special_care == Some(true);
        let care = if by_care { settings.special_care.0 } else { 0 };
        let wished = [
            (&settings.language_skill, &profile.language),
            (&settings.grid_skill, &profile.grid),
        ];
        let mut cold = ContactCold::of_priority(by_tier.map_or(0, |priority| priority.0) + care);
        for (pattern, word) in wished {
            let name = pattern.as_ref().zip(word.as_ref());
            let name = name.and_then(|(pattern, word)| pattern.skill(word));
            let skill = name.and_then(|name| self.skill_of_somebody(&name));
            cold.wishes.extend(skill.map(|skill| (skill, 1)));
        }
        cold.wishes.sort_unstable();
        cold.wishes.dedup();
        cold.wishing = !cold.wishes.is_empty() && settings.wish_wait_ms != Some(Millis::ZERO);
        let grid = profile
            .grid
            .as_ref()
            .and_then(|grid| Name::new(&grid.0).ok());
        let manager = grid.and_then(|grid| settings.grids.get(&grid));
        cold.manager = manager.and_then(|manager| self.find_agent(manager).ok());
        (cold != ContactCold::default()).then(|| Box::new(cold))
    }

    /// A skill that some agent has.
    fn skill_of_somebody(&self, name: &Name) -> Option<SkillIdx> {
        let skill = SkillIdx::of(self.skills().get(name)?);
        self.skilled().has(skill).then_some(skill)
    }
}
