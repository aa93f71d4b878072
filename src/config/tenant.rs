//! A tenant as configured: settings, queues, agents, customers, and the commands that make them.
//!
//! Holds the router's own structs. Decides what a reload may change and in which order; whether a
//! change is accepted, the router decides.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::router::DEFAULT_QUEUE;
use crate::router::command::{
    AgentCommand, AgentRemove, AgentSet, CalendarCommand, CalendarRef, CalendarSet, Command,
    CustomerCommand, CustomerExclude, CustomerLink, KindCommand, KindRef, KindSet, Profile,
    QueueCommand, QueueRef, QueueSet, SettingsPatch,
};
use crate::router::ids::{Name, Text};
use crate::router::kind::KindRules;
use crate::router::policy::{CHANNELS, ChannelRule, Policy, Settings};

/// One organisation. The journal keeps what was applied as JSON of this: a version that does not know
/// a field refuses it, and every later one must read what an earlier one wrote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tenant {
    pub settings: Settings,
    pub queues: BTreeMap<Name, Policy>,
    pub agents: BTreeMap<Name, AgentSet>,
    pub customers: BTreeMap<Name, Customer>,
    pub kinds: BTreeMap<Name, KindRules>,
    pub calendars: BTreeMap<Name, Calendar>,
}

/// A customer as configured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    pub identities: Vec<Name>,
    /// Agents who never serve it, with the reason.
    pub exclude: BTreeMap<Name, Text>,
    #[serde(flatten)]
    pub profile: Profile,
}

impl Tenant {
    /// The commands that bring a fresh router to this configuration: settings, calendars, queues,
    /// agents, kinds, customers with their exclusions, each by name.
    pub fn commands(&self) -> Vec<Command> {
        self.difference(&Self::default())
    }

    /// The commands that bring a router from `old` to this configuration. Unchanged parts are not
    /// touched; removed agents and queues come last.
    pub fn difference(&self, old: &Self) -> Vec<Command> {
        let mut commands = Vec::new();
        self.settings_difference(old, &mut commands);
        for (name, calendar) in &self.calendars {
            if old.calendars.get(name) != Some(calendar) {
                commands.push(
                    CalendarCommand::Set(Box::new(CalendarSet {
                        calendar: name.clone(),
                        rules: calendar.clone(),
                    }))
                    .into(),
                );
            }
        }
        self.queue_difference(old, &mut commands);
        for (name, agent) in &self.agents {
            if old.agents.get(name) != Some(agent) {
                let mut set = agent.clone();
                let planned = old.agents.get(name).and_then(|was| was.absences.as_ref());
                if set.absences.is_none() && planned.is_some() {
                    // Absences planned in the file are cancelled when no longer written.
                    set.absences = Some(Vec::new());
                }
                commands.push(AgentCommand::Set(Box::new(set)).into());
            }
        }
        self.kind_difference(old, &mut commands);
        self.customer_difference(old, &mut commands);
        for name in old.agents.keys() {
            if !self.agents.contains_key(name) {
                commands.push(
                    AgentCommand::Remove(AgentRemove {
                        agent: name.clone(),
                        successor: None,
                        reason: None,
                    })
                    .into(),
                );
            }
        }
        for name in old.queues.keys() {
            if !self.queues.contains_key(name) && name.as_str() != DEFAULT_QUEUE {
                commands.push(
                    QueueCommand::Remove(QueueRef {
                        queue: name.clone(),
                    })
                    .into(),
                );
            }
        }
        commands
    }

    /// New and changed kinds, then removed ones, then removed calendars.
    fn kind_difference(&self, old: &Self, commands: &mut Vec<Command>) {
        for (name, rules) in &self.kinds {
            if old.kinds.get(name) != Some(rules) {
                commands.push(
                    KindCommand::Set(Box::new(KindSet {
                        kind: name.clone(),
                        rules: rules.clone(),
                    }))
                    .into(),
                );
            }
        }
        for name in old
            .kinds
            .keys()
            .filter(|name| !self.kinds.contains_key(*name))
        {
            let kind = name.clone();
            commands.push(KindCommand::Remove(KindRef { kind }).into());
        }
        let gone = |name: &&Name| !self.calendars.contains_key(*name);
        for name in old.calendars.keys().filter(gone) {
            let calendar = name.clone();
            commands.push(CalendarCommand::Remove(CalendarRef { calendar }).into());
        }
    }

    /// Reverts a change that the router refused, so that the applied configuration still differs
    /// from the file and the next start or reload tries again.
    pub fn take_back(&mut self, refused: &Command, old: &Self) {
        match refused {
            Command::Settings(_) => self.settings = old.settings.clone(),
            Command::Queue(of) => restore(&mut self.queues, of.queue(), &old.queues),
            Command::Agent(of) => restore(&mut self.agents, of.agent(), &old.agents),
            Command::Customer(of) => restore(&mut self.customers, of.customer(), &old.customers),
            Command::Kind(of) => restore(&mut self.kinds, of.kind(), &old.kinds),
            Command::Calendar(of) => restore(&mut self.calendars, of.calendar(), &old.calendars),
            other @ (Command::Tick
            | Command::Restarted
            | Command::Reloaded
            | Command::Session(_)
            | Command::Contact(_)
            | Command::Offer(_)
            | Command::Case(_)) => unreachable!("a configuration never asks for {other:?}"),
        }
    }

    /// Every channel with its rule: built-in ones, then those of the settings.
    pub fn channels(&self) -> BTreeMap<Name, ChannelRule> {
        let mut channels: BTreeMap<Name, ChannelRule> = CHANNELS
            .iter()
            .map(|(name, exclusive)| (Name::of(name), built_in(*exclusive)))
            .collect();
        channels.extend(
            self.settings
                .channels
                .iter()
                .map(|(name, rule)| (name.clone(), *rule)),
        );
        channels
    }

    fn settings_difference(&self, old: &Self, commands: &mut Vec<Command>) {
        if self.settings == old.settings {
            return;
        }
        let (new, was) = (&self.settings, &old.settings);
        let channels = self.channel_difference(old);
        commands.push(Command::Settings(Box::new(SettingsPatch {
            pick: changed(&new.pick, &was.pick),
            max_in_system: changed(&new.max_in_system, &was.max_in_system),
            lease_ms: changed(&new.lease_ms, &was.lease_ms),
            platform_grace_ms: changed(&new.platform_grace_ms, &was.platform_grace_ms),
            bound_grace_ms: changed(&new.bound_grace_ms, &was.bound_grace_ms),
            repeat_supervise: changed(&new.repeat_supervise, &was.repeat_supervise),
            repeat_window_ms: changed(&new.repeat_window_ms, &was.repeat_window_ms),
            close_after_ms: changed(&new.close_after_ms, &was.close_after_ms),
            channels: (!channels.is_empty()).then_some(channels),
            keep_ended_ms: changed(&new.keep_ended_ms, &was.keep_ended_ms),
            keep_ended_max: changed(&new.keep_ended_max, &was.keep_ended_max),
            keep_keys_ms: changed(&new.keep_keys_ms, &was.keep_keys_ms),
            keep_keys_max: changed(&new.keep_keys_max, &was.keep_keys_max),
            by_customer: changed(&new.by_customer, &was.by_customer),
            zone: changed(&new.zone, &was.zone),
            country: changed(&new.country, &was.country),
            nobody: changed(&new.nobody, &was.nobody),
            shared: changed(&new.shared, &was.shared),
            mail_case: changed(&new.mail_case, &was.mail_case),
            sip_is_tel: changed(&new.sip_is_tel, &was.sip_is_tel),
        })));
    }

    /// Every channel whose rule changed; one no longer written gets its default back.
    fn channel_difference(&self, old: &Self) -> BTreeMap<Name, ChannelRule> {
        let (new, was) = (self.channels(), old.channels());
        let mut channels = BTreeMap::new();
        for name in new.keys().chain(was.keys()) {
            let rule = new.get(name).copied().unwrap_or_default();
            if was.get(name) != Some(&rule) {
                channels.insert(name.clone(), rule);
            }
        }
        channels
    }

    fn queue_difference(&self, old: &Self, commands: &mut Vec<Command>) {
        let set = |queue: &Name, policy: &Policy| {
            Command::Queue(QueueCommand::Set(Box::new(QueueSet {
                queue: queue.clone(),
                policy: policy.clone(),
            })))
        };
        for (name, policy) in &self.queues {
            if old.queues.get(name) != Some(policy) {
                commands.push(set(name, policy));
            }
        }
        // The default queue cannot be removed; if no longer written it gets the default policy.
        let default = old.queues.get_key_value(DEFAULT_QUEUE);
        if let Some((name, _)) = default.filter(|(name, _)| !self.queues.contains_key(*name)) {
            commands.push(set(name, &Policy::default()));
        }
    }

    fn customer_difference(&self, old: &Self, commands: &mut Vec<Command>) {
        let nothing = Customer::default();
        for (name, customer) in &self.customers {
            let before = old.customers.get(name);
            let was = before.unwrap_or(&nothing);
            let linked =
                (&was.identities, &was.profile) == (&customer.identities, &customer.profile);
            if before.is_none() || !linked {
                commands.push(
                    CustomerCommand::Link(Box::new(CustomerLink {
                        customer: name.clone(),
                        identities: customer.identities.clone(),
                        profile: (before.is_some() || customer.profile != Profile::default())
                            .then(|| customer.profile.clone()),
                        merge: false,
                    }))
                    .into(),
                );
            }
            for (agent, reason) in &customer.exclude {
                if was.exclude.get(agent) != Some(reason) {
                    commands.push(exclude(name, agent, true, reason.clone()));
                }
            }
        }
        // Removed exclusions, also of a customer that is no longer written: the customer itself
        // stays, because its cases do.
        for (name, was) in &old.customers {
            let now = self.customers.get(name).unwrap_or(&nothing);
            for agent in was.exclude.keys() {
                if !now.exclude.contains_key(agent) {
                    let reason = Text("no longer in the configuration".into());
                    commands.push(exclude(name, agent, false, reason));
                }
            }
        }
    }
}

/// The rule of a built-in channel.
pub(super) fn built_in(exclusive: bool) -> ChannelRule {
    ChannelRule {
        exclusive,
        ..ChannelRule::default()
    }
}

/// Restores an entry, or removes it if there was none.
fn restore<T: Clone>(now: &mut BTreeMap<Name, T>, name: &Name, old: &BTreeMap<Name, T>) {
    match old.get(name) {
        Some(before) => now.insert(name.clone(), before.clone()),
        None => now.remove(name),
    };
}

fn changed<T: Clone + PartialEq>(new: &T, was: &T) -> Option<T> {
    (new != was).then(|| new.clone())
}

fn exclude(customer: &Name, agent: &Name, on: bool, reason: Text) -> Command {
    Command::Customer(CustomerCommand::Exclude(CustomerExclude {
        customer: customer.clone(),
        agent: agent.clone(),
        on,
        reason,
    }))
}
