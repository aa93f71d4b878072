//! Sets up the queues of the file and the agents before a replay.
//!
//! The daemon applies its policies in real time at any speed, so the durations of a queue set up
//! here are divided by the speed. Existing queues are not changed unless told.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::arrivals::Arrival;
use super::error::ReplayError;
use super::roster::Roster;
use crate::client::{ClientError, Connection};
use crate::router::DEFAULT_QUEUE;
use crate::router::policy::{OwnerWait, Ownership, Policy, Retry, RingTime};
use crate::router::time::Millis;

/// Which queues are set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Setup {
    /// Those of the file that the daemon does not have yet.
    New,
    /// All of the file; a queue that exists gets this policy.
    All,
    /// None.
    None,
}

/// The policies by queue, with their durations in virtual time.
pub type Queues = BTreeMap<String, Policy>;

/// The shortest ring time: an answer takes real time to reach the daemon, however fast the virtual
/// clock runs.
const RING_MS_MIN: i64 = 1_000;

/// The policies of the queues that arrivals name: the configured one, else that of the configured
/// queue `default`, else the default. A `wrap_up_ms` in the file only ends a wrap-up early, so the
/// queue must allow the longest one.
pub fn queues_of(arrivals: &[Arrival], configured: &Queues) -> Queues {
    let names: BTreeSet<&String> = arrivals.iter().map(|arrival| &arrival.queue).collect();
    let mut queues = Queues::new();
    for name in names {
        let policy = configured
            .get(name)
            .or_else(|| configured.get(DEFAULT_QUEUE));
        let mut policy = policy.cloned().unwrap_or_default();
        let of_queue = arrivals.iter().filter(|arrival| arrival.queue == *name);
        if let Some(longest) = of_queue.filter_map(|arrival| arrival.wrap_up_ms).max() {
            policy.wrap_up_ms = Millis(longest.max(policy.wrap_up_ms.0));
        }
        queues.insert(name.clone(), policy);
    }
    queues
}

/// A policy whose durations are divided by `speed`.
pub fn scaled(policy: &Policy, speed: f64) -> Policy {
    let ms = |of: Millis| match of.0 {
        0 => of,
        // A duration above 0 stays above 0.
        ms => Millis(((ms as f64 / speed).round() as i64).max(1)),
    };
    let limit = |of: Option<Millis>| of.map(ms);
    let mut new = policy.clone();
    new.age_priority_ms = ms(policy.age_priority_ms);
    let ring = policy.ring_ms.get();
    new.ring_ms = RingTime::of(ms(Millis(ring)).0.max(RING_MS_MIN.min(ring)));
    new.retry = Retry {
        declined_ms: ms(policy.retry.declined_ms),
        busy_ms: ms(policy.retry.busy_ms),
        unreachable_ms: ms(policy.retry.unreachable_ms),
        no_answer_ms: ms(policy.retry.no_answer_ms),
    };
    for step in &mut new.steps {
        step.after_ms = ms(step.after_ms);
    }
    new.max_wait_ms = limit(policy.max_wait_ms);
    new.no_agent_ms = limit(policy.no_agent_ms);
    new.resume_ms = limit(policy.resume_ms);
    new.wrap_up_ms = ms(policy.wrap_up_ms);
    new.service_level.within_ms = ms(policy.service_level.within_ms);
    let owner = &policy.ownership;
    new.ownership = Ownership {
        wait: OwnerWait {
            busy_ms: ms(owner.wait.busy_ms),
            wrap_up_ms: ms(owner.wait.wrap_up_ms),
            break_ms: ms(owner.wait.break_ms),
            offline_ms: ms(owner.wait.offline_ms),
        },
        overtake_ms: limit(owner.overtake_ms),
        min_handle_ms: ms(owner.min_handle_ms),
        affinity_ms: ms(owner.affinity_ms),
        ..owner.clone()
    };
    new
}

/// Sets up queues and agents, and returns the queues left unchanged.
pub(super) async fn set_up(
    connection: &mut Connection,
    setup: Setup,
    queues: &Queues,
    speed: f64,
    roster: &Roster,
) -> Result<Vec<String>, ReplayError> {
    let mut left = Vec::new();
    for (name, policy) in queues {
        if setup == Setup::None {
            continue;
        }
        if setup == Setup::New && exists(connection, name).await? {
            left.push(name.clone());
            continue;
        }
        let mut params =
            serde_json::to_value(scaled(policy, speed)).map_err(|cause| refused(name, &cause))?;
        if let Value::Object(params) = &mut params {
            params.insert("queue".to_owned(), json!(name));
        }
        let set = connection.call("queue.set", &params).await;
        set.map_err(|cause| refused(&format!("queue \"{name}\""), &cause))?;
    }
    // Twice, because a deputy or a leader must exist before it can be named.
    for with_relations in [false, true] {
        agents(connection, roster, with_relations).await?;
    }
    Ok(left)
}

fn refused(what: &str, cause: &dyn std::fmt::Display) -> ReplayError {
    ReplayError::Setup {
        what: what.to_owned(),
        cause: cause.to_string(),
    }
}

async fn exists(connection: &mut Connection, queue: &str) -> Result<bool, ClientError> {
    match connection
        .call("queue.get", &json!({ "queue": queue }))
        .await
    {
        Ok(_) => Ok(true),
        Err(ClientError::Refused(refusal)) if refusal.kind() == "not_found" => Ok(false),
        Err(other) => Err(other),
    }
}

async fn agents(
    connection: &mut Connection,
    roster: &Roster,
    with_relations: bool,
) -> Result<(), ReplayError> {
    #[derive(Deserialize)]
    struct Set {
        presence: String,
    }
    let mut sent = Vec::new();
    for (id, agent) in roster {
        let mut params = json!({
            "agent": id, "name": agent.name, "skills": agent.skills, "capacity": agent.capacity,
            "team": agent.team,
        });
        if with_relations {
            if agent.deputy.is_none() && agent.leader.is_none() {
                continue;
            }
            params["deputy"] = json!(agent.deputy);
            params["leader"] = json!(agent.leader);
        }
        sent.push((id, connection.send("agent.set", &params)));
    }
    for (id, call) in sent {
        let what = || format!("agent \"{id}\"");
        let set = connection.reply_to(call).await;
        let set = set.map_err(|cause| refused(&what(), &cause))?;
        let set: Set = serde_json::from_str(set.get()).map_err(|cause| refused(&what(), &cause))?;
        if set.presence != "offline" {
            // Left from an earlier run: its shifts decide from now on.
            let away = json!({ "agent": id, "presence": "offline" });
            connection.call("agent.presence", &away).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_shrink_but_stay_on() {
        let policy = scaled(&Policy::default(), 1_000.0);
        assert_eq!(policy.ownership.wait.busy_ms, Millis(20));
        assert_eq!(policy.ownership.wait.offline_ms, Millis(0));
        assert_eq!(policy.ownership.overtake_ms, Some(Millis(60)));
        assert_eq!(policy.ring_ms, RingTime::of(RING_MS_MIN));
        assert_eq!(policy.retry.declined_ms, Millis(5));
        assert_eq!(policy.max_wait_ms, None);
        assert_eq!(scaled(&Policy::default(), 1e9).retry.declined_ms, Millis(1));
        assert_eq!(scaled(&Policy::default(), 1.0), Policy::default());
    }
}
