//! Who is there: desktops, beats, telephones, queues that agents are out of, breaks to come.

use firsthand::router::codes::{After, Device, Presence};
use firsthand::router::command::{
    AgentCommand, AgentDevice, AgentPresence, AgentQueue, AgentUpdate, Beat, Command, Desktop,
    SessionCommand,
};
use rand::Rng;
use rand::seq::IndexedRandom;

use super::Workload;

/// The sessions of desktops.
const DESKTOPS: std::ops::RangeInclusive<u64> = 1..=3;

impl Workload {
    pub(super) fn whereabouts(&mut self) -> Command {
        let agent = self.agent_name();
        match self.rng.random_range(0..12) {
            0..3 => {
                let away = [Presence::Break, Presence::Offline];
                let presence = *away.choose(&mut self.rng).expect("not empty");
                let at = self.at;
                Command::Agent(AgentCommand::Presence(AgentPresence {
                    until_at: self.one_in(2).then(|| at + self.ms(20_000)),
                    after: Some(After::Current),
                    ..AgentPresence::of(agent, presence)
                }))
            }
            3..5 => {
                let session = self.rng.random_range(DESKTOPS);
                Command::Agent(AgentCommand::Presence(AgentPresence {
                    bound: Some(!self.one_in(5)),
                    session: (!self.one_in(9)).then_some(session),
                    ..AgentPresence::of(agent, Presence::Available)
                }))
            }
            5 => {
                let session = self.rng.random_range(DESKTOPS);
                Command::Session(SessionCommand::DesktopClosed(Desktop { session }))
            }
            6 => Command::Agent(AgentCommand::Presence(AgentPresence {
                beat_ms: Some(Beat::of(1_000 + self.ms(20_000))),
                ..AgentPresence::of(agent, Presence::Available)
            })),
            7..9 => {
                let devices = [
                    Device::Idle,
                    Device::Idle,
                    Device::Idle,
                    Device::Ringing,
                    Device::Busy,
                    Device::Gone,
                ];
                let device = *devices.choose(&mut self.rng).expect("not empty");
                Command::Agent(AgentCommand::Device(AgentDevice { agent, device }))
            }
            9..11 => Command::Agent(AgentCommand::Queue(AgentQueue {
                agent,
                queue: self.queue_name(),
                on: !self.one_in(3),
                reason: None,
            })),
            _ => {
                let Command::Agent(AgentCommand::Set(set)) = self.agent_set() else {
                    unreachable!("it draws an agent.set");
                };
                Command::Agent(AgentCommand::Update(Box::new(AgentUpdate {
                    agent: set.agent,
                    name: None,
                    kind: None,
                    skills: self.one_in(2).then_some(set.skills),
                    capacity: self.one_in(3).then_some(set.capacity),
                    team: self.one_in(3).then_some(set.team),
                    deputy: Some(set.deputy),
                    leader: None,
                    address: None,
                    wrap_up_ms: self.one_in(2).then_some(set.wrap_up_ms),
                    rank: None,
                    mentor: None,
                    max_open_cases: None,
                    absences: None,
                })))
            }
        }
    }
}
