//! Queues and channels: overflow, steps, ownership, and whether any agent can serve them.

use super::{Related, Scope, place, positions, unknown};
use crate::config::duration;
use crate::config::fault::Finding;
use crate::router::codes::OwnershipMode;
use crate::router::ids::Name;
use crate::router::policy::{AGE_PRIORITY_MS_MIN, CHANNELS_MAX, Level, Policy};

pub(super) fn channels(scope: &Scope<'_>, related: &mut Related) {
    let count = scope.tenant.channels().len();
    if count > CHANNELS_MAX {
        let place = place(scope.settings, &["channels"]);
        related.faults.push(
            Finding::new(place, format!("{count} channels are too many"))
                .label("with those that exist from the start")
                .help(format!("give at most {CHANNELS_MAX} in all")),
        );
    }
}

pub(super) fn queue(scope: &Scope<'_>, name: &Name, policy: &Policy, related: &mut Related) {
    overflow(scope, name, policy, related);
    steps(scope, name, policy, related);
    skills(scope, name, policy, related);
    ticket(scope, name, policy, related);
    aging(scope, name, policy, related);
    calendar(scope, name, policy, related);
    if policy.ownership.mode == OwnershipMode::Require && policy.max_wait_ms.is_none() {
        let place = scope.place(&["queues", name.as_str(), "ownership", "mode"]);
        related.warnings.push(
            Finding::new(
                place,
                format!("\"{name}\" can wait for an owner without end"),
            )
            .label("waits until max_wait, and there is none")
            .help("give the queue a max_wait, such as max_wait = \"5m\", or use \"prefer\""),
        );
    }
}

/// Priority steps must not come too often.
fn aging(scope: &Scope<'_>, name: &Name, policy: &Policy, related: &mut Related) {
    let age = policy.age_priority_ms.0;
    if age == 0 || age >= AGE_PRIORITY_MS_MIN {
        return;
    }
    let place = scope.place(&["queues", name.as_str(), "age_priority"]);
    let least = duration::format(AGE_PRIORITY_MS_MIN);
    related.faults.push(
        Finding::new(place, "`age_priority` is too short".to_owned())
            .label("a step of priority for each so much waiting")
            .help(format!("give \"0s\" for no aging, or at least \"{least}\"")),
    );
}

/// The opening hours must name an existing calendar.
fn calendar(scope: &Scope<'_>, name: &Name, policy: &Policy, related: &mut Related) {
    let calendars = &scope.tenant.calendars;
    if let Some(calendar) = &policy.calendar
        && !calendars.contains_key(calendar)
    {
        let place = scope.place(&["queues", name.as_str(), "calendar"]);
        let known = calendars.keys();
        related
            .faults
            .push(unknown(place, "calendar", calendar, known));
    }
}

/// The prefix of tickets must be shorter than other names.
fn ticket(scope: &Scope<'_>, name: &Name, policy: &Policy, related: &mut Related) {
    if let Some(right) = policy.ticket.fault() {
        let place = scope.place(&["queues", name.as_str(), "ticket", "prefix"]);
        related.faults.push(
            Finding::new(place, "`prefix` cannot be used")
                .label("out of range")
                .help(right),
        );
    }
}

fn overflow(scope: &Scope<'_>, name: &Name, policy: &Policy, related: &mut Related) {
    let Some(to) = &policy.overflow.to else {
        return;
    };
    let place = scope.place(&["queues", name.as_str(), "overflow", "to"]);
    if to == name {
        related.faults.push(
            Finding::new(place.clone(), format!("\"{name}\" overflows into itself"))
                .label("the queue itself")
                .help("name another queue, or give an action such as action = \"voicemail\""),
        );
    } else if !known_queue(scope, to) {
        let queues = scope.tenant.queues.keys();
        related
            .faults
            .push(unknown(place.clone(), "queue", to, queues));
    }
    if policy.overflow.action.is_some() {
        let action = scope.key_place(&["queues", name.as_str(), "overflow", "action"]);
        related.faults.push(
            Finding::new(action, "an overflow goes to a queue or ends, not both")
                .label("contradicts `to`")
                .also(place, "this queue")
                .help("keep either `to` or `action`"),
        );
    }
}

fn known_queue(scope: &Scope<'_>, name: &Name) -> bool {
    scope.tenant.queues.contains_key(name) || name.as_str() == crate::router::DEFAULT_QUEUE
}

/// Queues whose overflow leads back to themselves.
pub(super) fn circles(scope: &Scope<'_>, related: &mut Related) {
    let queues = &scope.tenant.queues;
    let next = |name: &Name| {
        queues
            .get(name)
            .and_then(|queue| queue.overflow.to.as_ref())
    };
    for name in queues.keys() {
        let mut path = vec![name];
        let mut at = next(name);
        while let Some(to) = at.filter(|to| !path.contains(to)) {
            path.push(to);
            at = next(to);
        }
        // Each circle is reported once, at the first of its names.
        let closes = at == Some(name) && path.len() > 1;
        if closes && path.iter().all(|other| name <= *other) {
            let names: Vec<String> = path.iter().map(|name| format!("\"{name}\"")).collect();
            let place = scope.place(&["queues", name.as_str(), "overflow", "to"]);
            related.warnings.push(
                Finding::new(
                    place,
                    format!("overflow goes in a circle: {}", names.join(" → ")),
                )
                .label("leads back here")
                .help("let one of them end with an action, such as action = \"callback\""),
            );
        }
    }
}

fn steps(scope: &Scope<'_>, name: &Name, policy: &Policy, related: &mut Related) {
    let list = ["queues", name.as_str(), "steps"];
    let at = positions(scope.table, &list, &policy.steps, |written, step| {
        let after = written
            .get("after")
            .and_then(|after| after.get_ref().as_str());
        after.and_then(|after| duration::parse(after).ok()) == Some(step.after_ms)
    });
    for (step, at) in policy.steps.iter().zip(&at) {
        let path = [list[0], list[1], list[2], at];
        let changes = step.requires.is_some() || !step.drop.is_empty() || step.widen.is_some();
        if !changes {
            related.warnings.push(
                Finding::new(scope.key_place(&path), "this step changes nothing")
                    .label("only a time")
                    .help("give it `requires`, `drop` or `widen`"),
            );
        }
        if policy.max_wait_ms.is_some_and(|max| max <= step.after_ms) {
            let place = scope.place(&[path[0], path[1], path[2], path[3], "after"]);
            related.warnings.push(
                Finding::new(place, "this step is never reached")
                    .label("not before max_wait")
                    .help("by then the contact has gone to the overflow: take the step earlier"),
            );
        }
        for skill in &step.drop {
            if !policy.requires.contains_key(skill) {
                let place = scope.place(&[path[0], path[1], path[2], path[3], "drop"]);
                related.warnings.push(
                    Finding::new(place, format!("\"{name}\" does not require \"{skill}\""))
                        .label("nothing to drop")
                        .help("a step drops skills of its queue's `requires`"),
                );
            }
        }
    }
}

/// A requirement that no configured agent meets. Skipped in a file without agents, whose agents are
/// made through the API.
fn skills(scope: &Scope<'_>, name: &Name, policy: &Policy, related: &mut Related) {
    let agents = &scope.tenant.agents;
    if agents.is_empty() {
        return;
    }
    for (skill, least) in &policy.requires {
        let best: Option<Level> = agents
            .values()
            .filter_map(|agent| agent.skills.get(skill).copied())
            .max();
        if best.is_some_and(|best| best >= *least) {
            continue;
        }
        let label = match best {
            Some(best) => format!("the best level is {}", best.0),
            None => "no agent has this skill".to_owned(),
        };
        let path = ["queues", name.as_str(), "requires", skill.as_str()];
        related.warnings.push(
            Finding::new(
                scope.key_place(&path),
                format!("no agent can serve \"{name}\""),
            )
            .label(label)
            .help("give the skill to an agent, or ask for less"),
        );
    }
}
