//! An agent: skills, presence, and present work.
//!
//! Plain state and queries on it. Offers are decided elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use smallvec::SmallVec;

use super::bonds::Bonds;
use super::channels::Channels;
use super::part::Part;
use super::skill::Levels;
use super::waiting::WaitKey;
use super::whereabouts::{Barred, Whereabouts};
use crate::router::api::codes::{AgentKind, AgentState, Presence};
use crate::router::api::ids::{
    AgentIdx, CaseIdx, ChannelIdx, ContactIdx, Name, OfferId, QueueIdx, TeamIdx, Text,
};
use crate::router::api::time::{Millis, Timestamp};
use crate::router::store::small_list::SmallList;
use crate::stored::stored;

/// An agent. A slot exists once anything names the agent; `exists` = it was set.
#[derive(Clone, Debug)]
pub struct Agent {
    pub id: Name,
    pub(super) exists: bool,
    pub name: Option<Text>,
    pub kind: AgentKind,
    pub(super) skills: Levels,
    /// Simultaneous contacts by channel, where they differ from the channel's own rule.
    pub(super) capacity: SmallVec<[(ChannelIdx, u32); 2]>,
    pub team: Option<TeamIdx>,
    pub(super) deputy: Option<AgentIdx>,
    pub leader: Option<AgentIdx>,
    pub address: Option<Text>,
    pub wrap_up_ms: Option<Millis>,
    pub rank: i32,
    pub(super) presence: Presence,
    pub(super) reason: Option<Text>,
    pub(super) since_at: Timestamp,
    pub(super) until_at: Option<Timestamp>,
    /// The later of the end of the last conversation (wrap-up included) and becoming available.
    pub(super) idle_since: Option<Timestamp>,
    pub(super) retry_at: Option<Timestamp>,
    /// Offers missed in a row.
    pub missed: u32,
    pub(super) talks: SmallVec<[Held; 1]>,
    pub(super) reserved: SmallVec<[Reserved; 1]>,
    pub(super) wraps: SmallVec<[WrapUp; 1]>,
    /// Cases it owns that are not closed.
    pub(super) cases: BTreeSet<CaseIdx>,
    pub handled: u64,
    /// In conversations that have ended, without hold.
    pub talk_ms: i64,
    pub hold_ms: i64,
    /// In wrap-ups that have ended.
    pub wrap_up_ms_sum: i64,
    /// When its state became what was told last.
    pub(super) state_since_at: Option<Timestamp>,
    pub(super) bonds: Bonds,
    /// The queue of its last contact.
    pub last_queue: Option<QueueIdx>,
    /// Waiting contacts whose case it owns.
    pub(super) owned_waiting: BTreeMap<WaitKey, ContactIdx>,
    /// Waiting contacts that it may take by name in place of the owner.
    pub(super) named_waiting: BTreeMap<WaitKey, ContactIdx>,
    /// The agents whose deputy it is.
    pub(super) deputy_of: SmallList<AgentIdx>,
    /// Its position in the idle order.
    pub(super) position: Option<u32>,
    /// The channels for which the idle order shows it as free, one bit each.
    pub(super) shown: u32,
    /// It became able to take more and has not chosen yet.
    pub(super) pending: bool,
    /// Agents that chose before it left contacts that it owns.
    pub(super) passed_over: bool,
    /// Its situation changed, and its waiting contacts have not been decided again yet.
    pub(super) changed: bool,
    /// The state that was told last.
    pub(super) told: AgentState,
    /// Its state may be another than the one that was told.
    pub(super) untold: bool,
    /// Where it can be reached apart from its presence; `None` for most.
    pub(super) whereabouts: Option<Box<Whereabouts>>,
    /// Why it gets no offers, by its whereabouts.
    pub(super) barred: Option<Barred>,
}

stored! {
    Agent {
        1 id, 2 exists, 3 name, 4 kind, 5 skills, 6 capacity, 7 team, 8 deputy, 9 leader,
        10 address, 11 wrap_up_ms, 12 rank, 13 presence, 14 reason, 15 since_at, 16 until_at,
        17 idle_since, 18 retry_at, 19 missed, 20 talks, 21 reserved, 22 wraps, 23 cases,
        24 handled, 25 talk_ms, 26 bonds, 27 last_queue,
        28 hold_ms = 0, 29 wrap_up_ms_sum = 0, 30 state_since_at, 31 whereabouts,
    }
    made anew {
        owned_waiting, named_waiting, deputy_of, position, shown, pending, passed_over, changed,
        told, untold, barred,
    }
}

/// A conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub contact: ContactIdx,
    pub channel: ChannelIdx,
    /// Taken as a fact, whatever room there was.
    pub taken: bool,
}

stored! { Held { 1 contact, 2 channel, 3 taken = false } }

/// An open offer to the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserved {
    pub contact: ContactIdx,
    pub channel: ChannelIdx,
    pub offer: OfferId,
}

stored! { Reserved { 1 contact, 2 channel, 3 offer } }

/// A wrap-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrapUp {
    pub contact: ContactIdx,
    pub until_at: Timestamp,
    /// The contact ends with it; otherwise the contact went on without this agent.
    pub ends_contact: bool,
    /// The part that it ends; `None` in an image of an earlier version.
    pub part: Option<Part>,
}

stored! { WrapUp { 1 contact, 2 until_at, 3 ends_contact, 4 part } }

/// Why an agent cannot take a contact now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfree {
    Removed,
    Offline,
    Break,
    WrapUp,
    RetryDelay,
    NoChannel,
    Reserved,
    AtCapacity,
    /// Its telephone is in a call that is none of ours.
    BusyElsewhere,
    /// Its telephone or its desktop is gone.
    Unreachable,
}

impl Agent {
    pub fn new(id: Name, at: Timestamp) -> Self {
        Self {
            id,
            exists: false,
            name: None,
            kind: AgentKind::Human,
            skills: Levels::new(),
            capacity: SmallVec::new(),
            team: None,
            deputy: None,
            leader: None,
            address: None,
            wrap_up_ms: None,
            rank: 0,
            presence: Presence::Offline,
            reason: None,
            since_at: at,
            until_at: None,
            idle_since: None,
            retry_at: None,
            missed: 0,
            talks: SmallVec::new(),
            reserved: SmallVec::new(),
            wraps: SmallVec::new(),
            cases: BTreeSet::new(),
            handled: 0,
            talk_ms: 0,
            hold_ms: 0,
            wrap_up_ms_sum: 0,
            state_since_at: None,
            bonds: Bonds::default(),
            last_queue: None,
            owned_waiting: BTreeMap::new(),
            named_waiting: BTreeMap::new(),
            deputy_of: SmallList::None,
            position: None,
            shown: 0,
            pending: false,
            passed_over: false,
            changed: false,
            told: AgentState::Offline,
            untold: false,
            whereabouts: None,
            barred: None,
        }
    }

    /// Its state: work before presence, since a break begins when the work is done.
    pub fn state(&self) -> AgentState {
        if !self.talks.is_empty() {
            AgentState::Busy
        } else if !self.reserved.is_empty() {
            AgentState::Reserved
        } else {
            self.state_without_offers()
        }
    }

    /// Its state apart from conversations and offers.
    pub fn state_without_offers(&self) -> AgentState {
        if !self.wraps.is_empty() {
            return AgentState::WrapUp;
        }
        match self.presence {
            Presence::Available => match self.barred {
                None | Some(Barred::Leaving(_)) => AgentState::Available,
                Some(Barred::Elsewhere) => AgentState::BusyElsewhere,
                Some(Barred::NoTelephone | Barred::NoDesktop) => AgentState::Unreachable,
            },
            Presence::Break => AgentState::Break,
            Presence::Offline => AgentState::Offline,
        }
    }

    pub fn exists(&self) -> bool {
        self.exists
    }

    pub fn skills(&self) -> &Levels {
        &self.skills
    }

    pub fn deputy(&self) -> Option<AgentIdx> {
        self.deputy
    }

    /// The agents whose deputy it is.
    pub fn deputy_of(&self) -> &[AgentIdx] {
        self.deputy_of.as_slice()
    }

    pub fn presence(&self) -> Presence {
        self.presence
    }

    pub fn reason(&self) -> Option<&Text> {
        self.reason.as_ref()
    }

    pub fn since_at(&self) -> Timestamp {
        self.since_at
    }

    /// When its present state began.
    pub fn state_since_at(&self) -> Timestamp {
        self.state_since_at.unwrap_or(self.since_at)
    }

    /// The contact that its state is about.
    pub fn state_about(&self) -> Option<ContactIdx> {
        match self.state() {
            AgentState::Busy => self.talks.last().map(|held| held.contact),
            AgentState::Reserved => self.reserved.last().map(|held| held.contact),
            AgentState::WrapUp => self.wraps.last().map(|wrap| wrap.contact),
            AgentState::Available
            | AgentState::BusyElsewhere
            | AgentState::Unreachable
            | AgentState::Break
            | AgentState::Offline => None,
        }
    }

    pub fn until_at(&self) -> Option<Timestamp> {
        self.until_at
    }

    /// The later of the end of the last conversation (wrap-up included) and becoming available.
    pub fn idle_since(&self) -> Option<Timestamp> {
        self.idle_since
    }

    pub fn retry_at(&self) -> Option<Timestamp> {
        self.retry_at
    }

    pub fn talks(&self) -> &[Held] {
        &self.talks
    }

    pub fn reserved(&self) -> &[Reserved] {
        &self.reserved
    }

    pub fn wraps(&self) -> &[WrapUp] {
        &self.wraps
    }

    pub fn bonds(&self) -> &Bonds {
        &self.bonds
    }

    /// Waiting contacts whose case it owns.
    pub fn owned_waiting(&self) -> &BTreeMap<WaitKey, ContactIdx> {
        &self.owned_waiting
    }

    /// Waiting contacts that it may take by name in place of the owner.
    pub fn named_waiting(&self) -> &BTreeMap<WaitKey, ContactIdx> {
        &self.named_waiting
    }

    /// Its position in the idle order.
    pub fn position(&self) -> Option<u32> {
        self.position
    }

    /// Whether it became able to take more and has not chosen yet.
    pub fn pending(&self) -> bool {
        self.pending
    }

    /// Whether it must still be settled.
    pub fn unsettled(&self) -> bool {
        self.pending || self.changed
    }

    pub fn is_human(&self) -> bool {
        self.kind == AgentKind::Human
    }

    /// Cases it owns that are not closed.
    pub fn cases(&self) -> &BTreeSet<CaseIdx> {
        &self.cases
    }

    /// Conversations and offers.
    pub fn load(&self) -> usize {
        self.talks.len() + self.reserved.len()
    }

    /// Whether it can take one more contact of a channel now, or why not.
    pub fn free_for(&self, channel: ChannelIdx, rules: &Channels) -> Result<(), Unfree> {
        if !self.exists {
            return Err(Unfree::Removed);
        }
        match self.heading() {
            Presence::Available => {}
            Presence::Break => return Err(Unfree::Break),
            Presence::Offline => return Err(Unfree::Offline),
        }
        if !self.wraps.is_empty() {
            return Err(Unfree::WrapUp);
        }
        if self.retry_at.is_some() {
            return Err(Unfree::RetryDelay);
        }
        self.place_for(channel, rules)?;
        match self.barred {
            // The presence that it is leaving to has been looked at.
            None | Some(Barred::Leaving(_)) => Ok(()),
            Some(Barred::Elsewhere) => Err(Unfree::BusyElsewhere),
            Some(Barred::NoTelephone | Barred::NoDesktop) => Err(Unfree::Unreachable),
        }
    }

    /// The channels for which it is free, one bit each: the result of [`Agent::free_for`] for all
    /// channels at once.
    pub fn free_mask(&self, rules: &Channels) -> u32 {
        if !self.exists
            || self.presence != Presence::Available
            || !self.wraps.is_empty()
            || self.retry_at.is_some()
            || self.barred.is_some()
        {
            return 0;
        }
        let channels = self.talks.iter().map(|talk| talk.channel);
        let mut held = channels.chain(self.reserved.iter().map(|r| r.channel));
        if held.any(|channel| rules.rule(channel).exclusive) {
            return 0;
        }
        if self.capacity.is_empty() && self.talks.is_empty() && self.reserved.is_empty() {
            return rules.served;
        }
        let mut mask = 0;
        for n in 0..rules.len() {
            if self.place_for(ChannelIdx::of(n as u32), rules).is_ok() {
                mask |= 1 << n;
            }
        }
        mask
    }

    /// Whether its conversations and offers leave room for one more of a channel.
    pub fn has_room(&self, channel: ChannelIdx, rules: &Channels) -> bool {
        self.place_for(channel, rules).is_ok()
    }

    /// Whether its contacts leave room for one more of a channel.
    fn place_for(&self, channel: ChannelIdx, rules: &Channels) -> Result<(), Unfree> {
        let capacity = self.capacity_of(channel, rules);
        if capacity == 0 {
            return Err(Unfree::NoChannel);
        }
        if self.talks.is_empty() && self.reserved.is_empty() {
            return Ok(());
        }
        let exclusive = |channel: ChannelIdx| rules.rule(channel).exclusive;
        if self
            .reserved
            .iter()
            .any(|r| exclusive(r.channel) || exclusive(channel))
        {
            return Err(Unfree::Reserved);
        }
        if exclusive(channel) || self.talks.iter().any(|t| exclusive(t.channel)) {
            return Err(Unfree::AtCapacity);
        }
        let talks = self.talks.iter().filter(|t| t.channel == channel).count();
        let reserved = self
            .reserved
            .iter()
            .filter(|r| r.channel == channel)
            .count();
        if talks + reserved < capacity as usize {
            Ok(())
        } else if reserved > 0 && talks < capacity as usize {
            Err(Unfree::Reserved)
        } else {
            Err(Unfree::AtCapacity)
        }
    }

    /// How many simultaneous contacts of a channel it takes.
    pub fn capacity_of(&self, channel: ChannelIdx, rules: &Channels) -> u32 {
        self.capacity
            .iter()
            .find(|(named, _)| *named == channel)
            .map_or_else(
                || rules.rule(channel).capacity.get(),
                |(_, capacity)| *capacity,
            )
    }
}
