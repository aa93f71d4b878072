//! The demo's centre: configuration, agents with their shifts, and how they answer.

use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::preset;
use crate::config::Config;
use crate::replay::{Agent, Away, Queues, Roster, Shift, scaled};
use crate::router::time::Millis;

/// The configuration, as a user would write it.
const CONFIG: &str = include_str!("centre.toml");

/// Length of each agent's planned shifts, in virtual milliseconds.
const PLANNED_MS: i64 = 12 * 3_600_000;

/// Probability of declining an offer.
const DECLINED: f64 = 0.03;

/// The parts of the centre that the demo needs.
pub struct Centre {
    pub config: Config,
    pub roster: Roster,
    /// Policies by queue, before they are scaled.
    pub queues: Queues,
}

impl Centre {
    /// The centre in a folder, `speed` times as fast, with random shifts, and with the kinds of
    /// cases of a preset if one is named.
    pub fn new(folder: &Path, speed: f64, seed: u64, preset: Option<&str>) -> Self {
        let parsed = Config::parse("centre.toml", CONFIG.to_owned());
        let (mut config, _) = parsed.expect("the demo's configuration is tested");
        let queues: Queues = config
            .tenant
            .queues
            .iter()
            .map(|(name, policy)| (name.as_str().to_owned(), policy.clone()))
            .collect();
        for policy in config.tenant.queues.values_mut() {
            *policy = scaled(policy, speed);
        }
        let settings = &mut config.tenant.settings;
        let faster = |ms: Millis| Millis(((ms.0 as f64 / speed) as i64).max(1));
        settings.close_after_ms = settings.close_after_ms.map(faster);
        settings.repeat_window_ms = faster(settings.repeat_window_ms);
        if let Some(kinds) = preset.and_then(|name| preset::kinds(name, speed)) {
            config.tenant.kinds = kinds;
        }
        config.server.socket = Some(folder.join("firsthand.sock"));
        config.server.tcp = None;
        config.server.http = Some(([127, 0, 0, 1], 0).into());
        config.journal.dir = folder.join("journal");
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let roster = roster(&config, &mut rng);
        Self {
            config,
            roster,
            queues,
        }
    }

    /// An agent's first name, for display.
    pub fn first_name(&self, agent: &str) -> String {
        let name = self
            .roster
            .get(agent)
            .and_then(|agent| agent.name.as_deref());
        let first = name.and_then(|name| name.split(' ').next());
        first.unwrap_or(agent).to_owned()
    }

    /// How agents answer: after a moment, and sometimes by declining.
    pub fn answering(seed: u64) -> Box<dyn FnMut() -> (i64, Option<&'static str>) + Send> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xa5a5);
        Box::new(move || {
            let reason = rng.random_bool(DECLINED).then_some("busy");
            (rng.random_range(200..900), reason)
        })
    }
}

fn roster(config: &Config, rng: &mut ChaCha8Rng) -> Roster {
    let agents = config.tenant.agents.values();
    let played = agents.map(|set| {
        let text = |name: Option<&str>| name.map(str::to_owned);
        let agent = Agent {
            name: text(set.name.as_ref().map(|name| &*name.0)),
            skills: set
                .skills
                .iter()
                .map(|(skill, level)| (skill.as_str().to_owned(), u32::from(level.0)))
                .collect(),
            team: text(set.team.as_ref().map(|team| team.as_str())),
            deputy: text(set.deputy.as_ref().map(|deputy| deputy.as_str())),
            leader: text(set.leader.as_ref().map(|leader| leader.as_str())),
            shifts: shifts(rng),
            ..Agent::default()
        };
        (set.agent.as_str().to_owned(), agent)
    });
    played.collect()
}

/// Shifts of a minute or two with short breaks.
fn shifts(rng: &mut ChaCha8Rng) -> Vec<Shift> {
    let mut shifts = Vec::new();
    let mut from_ms = 0;
    while from_ms < PLANNED_MS {
        let to_ms = from_ms + rng.random_range(45_000..150_000);
        shifts.push(Shift {
            from_ms,
            to_ms,
            then: Away::Break,
        });
        from_ms = to_ms + rng.random_range(8_000..20_000);
    }
    shifts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_centre_is_valid_and_scales_with_speed() {
        let one = Centre::new(Path::new("/x"), 1.0, 7, None);
        let ten = Centre::new(Path::new("/x"), 10.0, 7, Some("bank"));
        assert_eq!(one.config.tenant.kinds.len(), 0);
        assert_eq!(ten.config.tenant.kinds.len(), 4);
        assert_eq!((one.roster.len(), one.queues.len()), (12, 3));
        let busy = |centre: &Centre| {
            let policy = &centre
                .config
                .tenant
                .queues
                .values()
                .next()
                .expect("a queue")
                .ownership;
            policy.wait.busy_ms
        };
        assert_eq!((busy(&one), busy(&ten)), (Millis(9_000), Millis(900)));
        assert_eq!(one.roster, ten.roster);
        assert_eq!(one.first_name("ada"), "Ada");
    }
}
