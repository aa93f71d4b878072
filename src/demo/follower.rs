//! Plays the follow-ups of the demo: the agent who gets one answers, asks the customer, and records
//! the result.
//!
//! Takes events and returns requests; the link sends them.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::Event;

/// Probabilities that a customer is satisfied, and is not; otherwise it does not answer.
const SATISFIED: f64 = 0.7;
const UNSATISFIED: f64 = 0.15;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Heard {
    contact: String,
    case: String,
    agent: String,
    offer: String,
}

/// Answers the follow-ups of one daemon.
pub struct Follower {
    rng: ChaCha8Rng,
}

impl Follower {
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed ^ 0x5a5a),
        }
    }

    /// The requests to send because of an event, in order.
    pub fn react(&mut self, event: &Event) -> Vec<(&'static str, Value)> {
        if !matches!(event.kind.as_str(), "contact.offered" | "contact.connected") {
            return Vec::new();
        }
        let heard: Heard = event.read().unwrap_or_default();
        if !heard.contact.contains("/follow-up-") {
            return Vec::new();
        }
        if event.kind == "contact.offered" {
            return vec![("offer.accept", json!({"offer": heard.offer}))];
        }
        let drawn = self.rng.random::<f64>();
        let (result, score) = if drawn < SATISFIED {
            ("satisfied", Some(self.rng.random_range(80..=100)))
        } else if drawn < SATISFIED + UNSATISFIED {
            ("unsatisfied", Some(self.rng.random_range(10..=50)))
        } else {
            ("no_answer", None)
        };
        let asked = json!({
            "case": heard.case, "result": result, "score": score, "by": heard.agent,
        });
        let end = json!({"contact": heard.contact, "outcome": "open"});
        vec![("contact.end", end), ("case.follow_up", asked)]
    }
}
