//! The idle order: finds free agents by skill, longest idle first, without a scan.
//!
//! Every agent that has been available has a position; positions are in the order of idle times,
//! ties by agent id. For each channel there is a bitmap of the free positions, for each required
//! skill and level one of the positions that have it: the first bit common to all of a contact's
//! bitmaps is its longest-idle qualified agent. One more bitmap has the agents who are present,
//! free or not. An agent becomes idle only at the present time, so
//! a new position is always the last; when positions run out they are renumbered. An offer clears
//! the agent's bit and keeps its position.
//!
//! This file knows positions and bits; callers tell it which agents are free.

use smallvec::SmallVec;

use super::agent::Agent;
use super::skill::Levels;
use crate::router::api::ids::{AgentIdx, ChannelIdx, SkillIdx};
use crate::router::api::policy::CHANNELS_MAX;
use crate::router::api::time::Timestamp;
use crate::router::store::bitmap::{Bitmap, next_common};

/// The fewest positions, so that small centres rarely renumber.
const POSITIONS_MIN: usize = 128;

/// In what an agent shows, the bit after those of the channels: its presence is `available`.
pub const PRESENT: u32 = 1 << CHANNELS_MAX;

/// The index.
#[derive(Clone, Debug, Default)]
pub struct IdleOrder {
    /// The agent of each position.
    holders: Vec<Option<AgentIdx>>,
    next: usize,
    /// The first position taken at `tail_at`; from there on positions may be unsorted until
    /// [`IdleOrder::settle`].
    tail: usize,
    tail_at: Timestamp,
    tail_dirty: bool,
    free: Vec<Bitmap>,
    present: Bitmap,
    levels: Vec<Bitmap>,
    /// For each skill the required levels, with their bitmaps.
    by_skill: Vec<SmallVec<[(u8, u32); 2]>>,
}

impl IdleOrder {
    /// Makes bitmaps for this many channels.
    pub fn set_channels(&mut self, channels: usize) {
        while self.free.len() < channels {
            self.free.push(Bitmap::with_len(self.holders.len()));
        }
    }

    /// Makes sure that a requirement can be looked up.
    pub fn require(&mut self, requirement: &Levels, agents: &[Agent]) {
        for (skill, level) in requirement {
            if self.level_map(*skill, *level).is_some() {
                continue;
            }
            let mut map = Bitmap::with_len(self.holders.len());
            for agent in agents {
                if let Some(position) = agent.position
                    && super::skill::level_of(&agent.skills, *skill) >= *level
                {
                    map.insert(position);
                }
            }
            let number = u32::try_from(self.levels.len()).expect("levels are limited");
            self.levels.push(map);
            if self.by_skill.len() <= skill.at() {
                self.by_skill.resize_with(skill.at() + 1, SmallVec::new);
            }
            self.by_skill[skill.at()].push((*level, number));
        }
    }

    /// Whether all of a requirement can be looked up.
    pub fn knows(&self, requirement: &Levels) -> bool {
        let known = |(skill, level): &(SkillIdx, u8)| self.level_map(*skill, *level).is_some();
        requirement.iter().all(known)
    }

    fn level_map(&self, skill: SkillIdx, level: u8) -> Option<&Bitmap> {
        let known = self.by_skill.get(skill.at())?;
        let (_, number) = known.iter().find(|(at, _)| *at == level)?;
        Some(&self.levels[*number as usize])
    }

    /// Gives the last position to an agent that became idle now.
    pub fn place(&mut self, agents: &mut [Agent], agent: AgentIdx, at: Timestamp) {
        self.forget(agents, agent);
        if self.next == self.holders.len() {
            self.deal(agents);
        }
        if self.tail_at != at {
            self.tail = self.next;
            self.tail_at = at;
            self.tail_dirty = false;
        }
        match self.holders[self.tail..self.next].last() {
            None => {}
            Some(Some(before)) if agents[before.at()].id < agents[agent.at()].id => {}
            Some(_) => self.tail_dirty = true,
        }
        self.take(agents, agent, self.next);
        self.next += 1;
    }

    fn take(&mut self, agents: &mut [Agent], agent: AgentIdx, position: usize) {
        let number = u32::try_from(position).expect("positions fit in u32");
        self.holders[position] = Some(agent);
        agents[agent.at()].position = Some(number);
        self.mark_skills(&agents[agent.at()], number, true);
    }

    /// Removes an agent's position.
    pub fn forget(&mut self, agents: &mut [Agent], agent: AgentIdx) {
        let Some(position) = agents[agent.at()].position.take() else {
            return;
        };
        self.holders[position as usize] = None;
        let shown = std::mem::take(&mut agents[agent.at()].shown);
        self.flip(position, shown, false);
        self.mark_skills(&agents[agent.at()], position, false);
    }

    /// Enters or removes an agent's skills at its position; call with `false` before and `true`
    /// after its skills change.
    pub fn mark_skills(&mut self, agent: &Agent, position: u32, on: bool) {
        for (skill, level) in &agent.skills {
            let Some(known) = self.by_skill.get(skill.at()) else {
                continue;
            };
            for (at, number) in known {
                if at <= level {
                    let map = &mut self.levels[*number as usize];
                    if on {
                        map.insert(position);
                    } else {
                        map.remove(position);
                    }
                }
            }
        }
    }

    /// Sets the channels for which an agent can take one more contact, one bit each, and whether it
    /// is [`PRESENT`]. Only changed bits are touched: this is called several times for each contact.
    pub fn show(&mut self, agent: &mut Agent, now: u32) {
        let Some(position) = agent.position else {
            return;
        };
        let before = std::mem::replace(&mut agent.shown, now);
        self.flip(position, now & !before, true);
        self.flip(position, before & !now, false);
    }

    /// Sets or clears several bits of a position.
    fn flip(&mut self, position: u32, mut bits: u32, on: bool) {
        while bits != 0 {
            let map = match bits.trailing_zeros() as usize {
                CHANNELS_MAX => &mut self.present,
                channel => &mut self.free[channel],
            };
            if on {
                map.insert(position);
            } else {
                map.remove(position);
            }
            bits &= bits - 1;
        }
    }

    /// Whether the agent at a position is marked present.
    pub fn is_present(&self, position: u32) -> bool {
        self.present.contains(position)
    }

    /// Whether the agent at a position is marked free.
    pub fn is_free(&self, position: u32, channel: ChannelIdx) -> bool {
        self.free[channel.at()].contains(position)
    }

    /// Renumbers all positions in order, with as many again to spare.
    fn deal(&mut self, agents: &mut [Agent]) {
        let held: Vec<(AgentIdx, u32)> = self
            .holders
            .iter()
            .enumerate()
            .filter_map(|(position, holder)| holder.map(|agent| (agent, position as u32)))
            .collect();
        let len = POSITIONS_MIN.max(2 * (held.len() + 1));
        let present = std::iter::once(&mut self.present);
        for map in self.free.iter_mut().chain(&mut self.levels).chain(present) {
            *map = Bitmap::with_len(len);
        }
        let tail_before = self.tail;
        self.holders = vec![None; len];
        self.next = 0;
        self.tail = held.len();
        for (agent, old) in held {
            if old as usize >= tail_before {
                self.tail = self.tail.min(self.next);
            }
            self.take(agents, agent, self.next);
            self.flip(self.next as u32, agents[agent.at()].shown, true);
            self.next += 1;
        }
    }

    /// Sorts the agents that became idle in the same millisecond by id.
    pub fn settle(&mut self, agents: &mut [Agent]) {
        if !self.tail_dirty {
            return;
        }
        self.tail_dirty = false;
        let holders = self.holders[self.tail..self.next].iter().flatten();
        let mut group: Vec<(AgentIdx, u32)> = holders
            .map(|agent| (*agent, agents[agent.at()].shown))
            .collect();
        for (agent, _) in &group {
            self.forget(agents, *agent);
        }
        group.sort_by(|(a, _), (b, _)| agents[a.at()].id.cmp(&agents[b.at()].id));
        self.next = self.tail;
        for (agent, free) in group {
            self.take(agents, agent, self.next);
            self.show(&mut agents[agent.at()], free);
            self.next += 1;
        }
    }

    /// The free agents that may meet a requirement, longest idle first. Levels not announced by
    /// [`IdleOrder::require`] are not checked, so the caller must check the skills.
    pub fn free<'a>(&'a self, channel: ChannelIdx, requirement: &Levels) -> Qualified<'a> {
        debug_assert!(
            !self.tail_dirty,
            "the idle order is settled before it is read"
        );
        let mut maps: SmallVec<[&Bitmap; 5]> = SmallVec::new();
        maps.push(&self.free[channel.at()]);
        self.qualified(maps, requirement)
    }

    /// Like [`IdleOrder::free`], whether the agents are free or not.
    pub fn able<'a>(&'a self, requirement: &Levels) -> Qualified<'a> {
        self.qualified(SmallVec::new(), requirement)
    }

    /// The agents who are present and may meet a requirement, free or not.
    pub fn present<'a>(&'a self, requirement: &Levels) -> Qualified<'a> {
        let mut maps: SmallVec<[&Bitmap; 5]> = SmallVec::new();
        maps.push(&self.present);
        self.qualified(maps, requirement)
    }

    fn qualified<'a>(
        &'a self,
        mut maps: SmallVec<[&'a Bitmap; 5]>,
        requirement: &Levels,
    ) -> Qualified<'a> {
        maps.extend(
            requirement
                .iter()
                .filter_map(|(skill, level)| self.level_map(*skill, *level)),
        );
        Qualified {
            order: self,
            maps,
            from: 0,
        }
    }
}

/// Agents in idle order.
#[derive(Debug)]
pub struct Qualified<'a> {
    order: &'a IdleOrder,
    maps: SmallVec<[&'a Bitmap; 5]>,
    from: u32,
}

impl Iterator for Qualified<'_> {
    type Item = AgentIdx;

    fn next(&mut self) -> Option<AgentIdx> {
        if self.maps.is_empty() {
            let rest = self.order.holders.get(self.from as usize..)?;
            let skipped = rest.iter().position(Option::is_some)?;
            let position = self.from as usize + skipped;
            self.from = position as u32 + 1;
            return self.order.holders[position];
        }
        let position = next_common(&self.maps, self.from)?;
        self.from = position + 1;
        self.order.holders[position as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::api::ids::Name;
    use crate::router::state::skill::meets;
    use crate::router::store::draw::Draw;

    const CHANNELS: u64 = 3;
    const SKILLS: u64 = 5;

    /// The reference for comparison, which scans all agents.
    #[derive(Clone, Copy, Default)]
    struct Told {
        idle_since: Option<Timestamp>,
        free: u32,
    }

    struct Pair {
        order: IdleOrder,
        agents: Vec<Agent>,
        told: Vec<Told>,
    }

    fn some_levels(draw: &mut Draw, most: u64) -> Levels {
        let mut levels = Levels::new();
        for _ in 0..draw.below(most + 1) {
            let skill = SkillIdx::of(draw.below(SKILLS) as u32);
            if levels.iter().all(|(other, _)| *other != skill) {
                levels.push((skill, 1 + draw.below(3) as u8));
            }
        }
        levels.sort_unstable();
        levels
    }

    impl Pair {
        fn of(agents: u64) -> Self {
            let mut order = IdleOrder::default();
            order.set_channels(CHANNELS as usize);
            // The order of ids differs from that of numbers.
            let id = |n: u64| Name::numbered("a", n * 7 % agents + agents);
            Self {
                order,
                agents: (0..agents).map(|n| Agent::new(id(n), 0)).collect(),
                told: vec![Told::default(); agents as usize],
            }
        }

        /// Changes something about an agent, in the index and in the reference.
        fn step(&mut self, draw: &mut Draw, at: Timestamp) {
            let agent = AgentIdx::of(draw.below(self.agents.len() as u64) as u32);
            let told = &mut self.told[agent.at()];
            let free = draw.below(1 << CHANNELS) as u32;
            match draw.below(8) {
                0..4 => {
                    self.order.place(&mut self.agents, agent, at);
                    self.order.show(&mut self.agents[agent.at()], free);
                    told.idle_since = Some(at);
                    told.free = free;
                }
                4 => {
                    self.order.forget(&mut self.agents, agent);
                    *told = Told::default();
                }
                5 => {
                    let position = self.agents[agent.at()].position;
                    let skills = some_levels(draw, SKILLS);
                    if let Some(position) = position {
                        let before = &self.agents[agent.at()];
                        self.order.mark_skills(before, position, false);
                    }
                    self.agents[agent.at()].skills = skills;
                    if let Some(position) = position {
                        let after = &self.agents[agent.at()];
                        self.order.mark_skills(after, position, true);
                    }
                }
                _ => {
                    self.order.show(&mut self.agents[agent.at()], free);
                    if told.idle_since.is_some() {
                        told.free = free;
                    }
                }
            }
            self.order.settle(&mut self.agents);
        }

        /// By a scan: who may serve a requirement, longest idle first.
        fn by_scan(&self, channel: Option<ChannelIdx>, requirement: &Levels) -> Vec<AgentIdx> {
            let fits = |n: &usize| {
                let told = &self.told[*n];
                let is_free = channel.is_none_or(|channel| told.free >> channel.number() & 1 == 1);
                told.idle_since.is_some() && is_free && meets(&self.agents[*n].skills, requirement)
            };
            let mut found: Vec<usize> = (0..self.agents.len()).filter(fits).collect();
            found.sort_by_key(|n| (self.told[*n].idle_since, self.agents[*n].id.clone()));
            found.into_iter().map(AgentIdx::from_usize).collect()
        }
    }

    /// Compares the first agent found every so many steps, and all of them less often.
    fn compare(agents: u64, steps: u32, every: u32) {
        let mut draw = Draw::new(agents);
        let mut pair = Pair::of(agents);
        let mut at = 0;
        for step in 0..steps {
            at += draw.below(3) as Timestamp / 2;
            pair.step(&mut draw, at);
            if step % every != 0 {
                continue;
            }
            let requirement = some_levels(&mut draw, 3);
            let channel = ChannelIdx::of(draw.below(CHANNELS) as u32);
            pair.order.require(&requirement, &pair.agents);
            assert!(pair.order.knows(&requirement));
            let expected = pair.by_scan(Some(channel), &requirement);
            let mut found = pair.order.free(channel, &requirement);
            assert_eq!(found.next(), expected.first().copied(), "step {step}");
            if step % (16 * every) == 0 {
                assert!(found.eq(expected.into_iter().skip(1)), "step {step}");
                let able = pair.order.able(&requirement);
                assert!(able.eq(pair.by_scan(None, &requirement)), "step {step}");
            }
        }
    }

    #[test]
    fn it_finds_whom_a_look_at_everybody_finds() {
        compare(24, 2_000_000, 1);
    }

    /// Enough agents that positions are renumbered into more room and the bitmap summaries matter.
    #[test]
    fn it_finds_them_among_thousands() {
        compare(701, 100_000, 16);
        compare(12_000, 80_000, 800);
    }
}
