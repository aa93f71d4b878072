//! The channels of a tenant: how many contacts an agent takes on each, and which take the whole agent.

use crate::router::api::ids::{ChannelIdx, Name};
use crate::router::api::policy::{CHANNELS, Capacity, ChannelRule, Settings, has_line};

/// The channels of a tenant with their rules, by number.
#[derive(Clone, Debug)]
pub struct Channels {
    names: Vec<Name>,
    rules: Vec<ChannelRule>,
    /// The channels that agents serve unless their own capacity says otherwise, one bit each.
    pub(super) served: u32,
    /// The channels with a live line, one bit each.
    live: u32,
}

impl Channels {
    /// The built-in channels with the settings' changes and additions.
    pub fn of(settings: &Settings) -> Self {
        let mut channels = Self {
            names: Vec::new(),
            rules: Vec::new(),
            served: 0,
            live: 0,
        };
        for (name, exclusive) in CHANNELS {
            channels.names.push(Name::of(name));
            channels.rules.push(ChannelRule {
                exclusive,
                capacity: Capacity::of(1),
                live: None,
            });
        }
        channels.apply(settings);
        channels
    }

    /// The same channels in the order in which they got their numbers, which is that of their
    /// first mention; those not in the list follow.
    pub fn numbered(names: &[Name], settings: &Settings) -> Self {
        let known = Self::of(settings);
        let mut channels = Self {
            names: names.to_vec(),
            rules: Vec::new(),
            served: 0,
            live: 0,
        };
        let others = known.names.iter().filter(|name| !names.contains(name));
        channels.names.extend(others.cloned());
        let rule = |name| {
            known
                .find(name)
                .map_or_else(ChannelRule::default, |of| known.rule(of))
        };
        channels.rules = channels.names.iter().map(rule).collect();
        channels.apply(settings);
        channels
    }

    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// Applies the settings; a known channel is never removed.
    pub fn apply(&mut self, settings: &Settings) {
        for (name, rule) in &settings.channels {
            match self.find(name) {
                Some(channel) => self.rules[channel.at()] = *rule,
                None => {
                    self.names.push(name.clone());
                    self.rules.push(*rule);
                }
            }
        }
        (self.served, self.live) = (0, 0);
        for (n, (name, rule)) in self.names.iter().zip(&self.rules).enumerate() {
            self.served |= u32::from(rule.capacity.get() > 0) << n;
            let is_live = rule.live.unwrap_or_else(|| has_line(name.as_str()));
            self.live |= u32::from(is_live) << n;
        }
    }

    /// Whether a contact of a channel needs its platform while it waits.
    pub fn is_live(&self, channel: ChannelIdx) -> bool {
        self.live & 1 << channel.number() != 0
    }

    pub fn find(&self, name: &Name) -> Option<ChannelIdx> {
        self.names
            .iter()
            .position(|known| known == name)
            .map(ChannelIdx::from_usize)
    }

    pub fn name(&self, channel: ChannelIdx) -> &Name {
        &self.names[channel.at()]
    }

    pub fn rule(&self, channel: ChannelIdx) -> ChannelRule {
        self.rules[channel.at()]
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The names, for error messages.
    pub fn listed(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(Name::as_str).collect();
        names.join(", ")
    }
}
