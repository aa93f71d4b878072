//! The shipped presets, scaled for the demo: an hour passes in seconds.
//!
//! Only the kinds of cases are taken; queues and agents are the demo's own.

use std::collections::BTreeMap;

use crate::calendar::Term;
use crate::config::Config;
use crate::router::ids::Name;
use crate::router::kind::KindRules;
use crate::router::time::Millis;

/// The presets by name.
const PRESETS: [(&str, &str); 3] = [
    ("95598", include_str!("../../config/presets/95598.toml")),
    ("12345", include_str!("../../config/presets/12345.toml")),
    ("bank", include_str!("../../config/presets/bank.toml")),
];

/// Length of a preset's hour in the demo, in milliseconds.
const HOUR_MS: f64 = 2_000.0;
/// Working hours of a working day.
const DAY_HOURS: i64 = 8;

/// The names of the presets.
pub fn names() -> [&'static str; 3] {
    PRESETS.map(|(name, _)| name)
}

/// The kinds of a preset, `speed` times as fast.
pub fn kinds(name: &str, speed: f64) -> Option<BTreeMap<Name, KindRules>> {
    let (_, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
    let parsed = Config::parse(name, (*text).to_owned());
    let (config, _) = parsed.expect("the presets are tested");
    let hurry = Hurry(speed);
    let kinds = config.tenant.kinds.into_iter();
    Some(
        kinds
            .map(|(name, rules)| (name, hurry.rules(rules)))
            .collect(),
    )
}

struct Hurry(f64);

impl Hurry {
    fn ms(&self, ms: i64) -> Millis {
        let faster = ms as f64 * HOUR_MS / 3_600_000.0 / self.0;
        Millis((faster as i64).max(1))
    }

    fn term(&self, term: Term) -> Term {
        let ms = match term {
            Term::Elapsed(ms) | Term::OpenMs(ms) => ms,
            Term::WorkingDays(n) => i64::from(n) * DAY_HOURS * 3_600_000,
        };
        Term::Elapsed(self.ms(ms).0)
    }

    fn rules(&self, mut rules: KindRules) -> KindRules {
        let ms = |of: Option<Millis>| of.map(|of| self.ms(of.0));
        let term = |of: Option<Term>| of.map(|of| self.term(of));
        rules.due = term(rules.due);
        rules.warn_ms = ms(rules.warn_ms);
        rules.assist.hand_on_ms = ms(rules.assist.hand_on_ms);
        rules.assist.due = term(rules.assist.due);
        rules.calendar = None;
        for stage in &mut rules.stages {
            stage.due = term(stage.due);
            stage.warn_ms = ms(stage.warn_ms);
        }
        let of_stages = rules.stages.iter_mut().filter_map(|s| s.ladder.as_mut());
        for rung in of_stages.flatten().chain(&mut rules.ladder) {
            rung.before_ms = ms(rung.before_ms);
            rung.after = term(rung.after);
        }
        if let Some(follow_up) = &mut rules.follow_up {
            follow_up.after = term(follow_up.after);
            follow_up.every = term(follow_up.every);
            follow_up.queue = None;
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_played_without_a_calendar() {
        for name in names() {
            let kinds = kinds(name, 1.0).expect("a preset");
            assert!(!kinds.is_empty(), "{name}");
            for (kind, rules) in kinds {
                assert!(!rules.terms().any(Term::needs_calendar), "{name}: {kind}");
            }
        }
        assert!(kinds("nowhere", 1.0).is_none());
    }
}
