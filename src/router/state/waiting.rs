//! The waiting index: the counterpart of the idle order for contacts.
//!
//! Contacts that anyone may take are in classes of equal channel and requirement, each in the order
//! of rule 2. A freed agent finds the classes that it can serve through its skills, and takes the
//! first of their heads. Contacts kept for an owner or a stand-in are in lists of those agents
//! instead. This file has orders and lists; `decide/judge` decides who may take what.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::line::Line;
use super::skill::Levels;
use crate::router::api::ids::{AgentIdx, ChannelIdx, ClassIdx, ContactIdx, SkillIdx};

/// Empty classes kept for reuse.
const CLASSES_KEPT_MAX: usize = 4_096;

/// The order of waiting: priority, higher first; then time of joining; then arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WaitKey {
    pub minus_priority: i64,
    pub joined_at: i64,
    pub seq: u64,
}

/// Waiting contacts with equal channel and requirement, all kept for their owners or none.
#[derive(Clone, Debug)]
pub struct Class {
    pub channel: ChannelIdx,
    pub requires: Levels,
    /// Its contacts are for their owners as long as other agents have anything else to take.
    pub kept: bool,
    pub waiting: Line,
    /// Its index in its bucket, unless it is empty.
    slot: Option<usize>,
}

/// The index.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    classes: Vec<Class>,
    unused: Vec<ClassIdx>,
    by_shape: HashMap<(ChannelIdx, Levels, bool), ClassIdx, foldhash::fast::RandomState>,
    /// Classes with contacts: those without requirement first, then by one skill of the
    /// requirement.
    buckets: Vec<Vec<ClassIdx>>,
    /// Ringing contacts that may be offered to more agents.
    pub ringing: Line,
    /// Contacts that a team may take in place of the owner, by team.
    pub teams: Vec<Line>,
    /// Seeking contacts that wait for one agent as others for their owner.
    pub kept: BTreeSet<(AgentIdx, ContactIdx)>,
}

/// The bucket of a requirement: that of its last skill. Common skills such as languages tend to be
/// named first, so the last is usually rarer.
fn bucket_of(requires: &Levels) -> usize {
    requires.last().map_or(0, |(skill, _)| skill.at() + 1)
}

impl Waiting {
    /// Records whether a contact kept for an agent is seeking.
    pub fn note_kept(&mut self, agent: AgentIdx, contact: ContactIdx, seeks: bool) {
        if seeks {
            self.kept.insert((agent, contact));
        } else {
            self.kept.remove(&(agent, contact));
        }
    }

    /// The seeking contacts kept for the agent.
    pub fn kept_for(&self, agent: AgentIdx) -> impl Iterator<Item = ContactIdx> + '_ {
        let all = (agent, ContactIdx::FIRST)..=(agent, ContactIdx::LAST);
        self.kept.range(all).map(|(_, contact)| *contact)
    }

    /// The class of a channel and requirement, for contacts kept for their owners or not.
    pub fn class(&mut self, channel: ChannelIdx, requires: &Levels, kept: bool) -> ClassIdx {
        if let Some(found) = self.by_shape.get(&(channel, requires.clone(), kept)) {
            return *found;
        }
        let class = Class {
            channel,
            requires: requires.clone(),
            kept,
            waiting: Line::default(),
            slot: None,
        };
        let idx = if let Some(idx) = self.unused.pop() {
            self.classes[idx.at()] = class;
            idx
        } else {
            self.classes.push(class);
            ClassIdx::from_usize(self.classes.len() - 1)
        };
        self.by_shape.insert((channel, requires.clone(), kept), idx);
        idx
    }

    pub fn insert(&mut self, class: ClassIdx, key: WaitKey, contact: ContactIdx) {
        let entry = &mut self.classes[class.at()];
        entry.waiting.insert(key, contact);
        if entry.slot.is_none() {
            let bucket = bucket_of(&entry.requires);
            if self.buckets.len() <= bucket {
                self.buckets.resize_with(bucket + 1, Vec::new);
            }
            entry.slot = Some(self.buckets[bucket].len());
            self.buckets[bucket].push(class);
        }
    }

    pub fn remove(&mut self, class: ClassIdx, key: WaitKey) {
        let entry = &mut self.classes[class.at()];
        entry.waiting.remove(key);
        if !entry.waiting.is_empty() {
            return;
        }
        let Some(slot) = entry.slot.take() else {
            return;
        };
        let bucket = bucket_of(&entry.requires);
        self.buckets[bucket].swap_remove(slot);
        if let Some(moved) = self.buckets[bucket].get(slot).copied() {
            self.classes[moved.at()].slot = Some(slot);
        }
        if self.by_shape.len() > CLASSES_KEPT_MAX {
            let entry = &self.classes[class.at()];
            self.by_shape
                .remove(&(entry.channel, entry.requires.clone(), entry.kept));
            self.unused.push(class);
        }
    }

    /// All classes, the empty ones too.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The classes with contacts that an agent with these skills may be able to serve, in no
    /// particular order.
    pub fn classes_for<'a>(&'a self, skills: &'a Levels) -> impl Iterator<Item = &'a Class> {
        let own = skills
            .iter()
            .map(|(skill, _): &(SkillIdx, u8)| skill.at() + 1);
        std::iter::once(0)
            .chain(own)
            .filter_map(|bucket| self.buckets.get(bucket))
            .flatten()
            .map(|class| &self.classes[class.at()])
    }
}
