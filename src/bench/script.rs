//! The requests of a connection: the mixes.
//!
//! A script has a slot for each request that may be under way; a slot goes through the steps of its
//! contact. Replies come in order, so a queue of slots tells which one a reply belongs to. Names
//! carry the stamp of the run, so runs do not collide.

use std::collections::VecDeque;
use std::fmt::Write as _;

use clap::ValueEnum;
use serde::Serialize;

use super::Options;
use super::talk::{Heard, Talk};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mix {
    /// Contacts of new customers come and wait
    Submit,
    /// The whole life of a contact: submit, accept, end, each of a new customer
    Life,
    /// The same with customers whose case has an owner, who is free: it must be the owner
    Repeat,
    /// `owner.get` of such customers
    Read,
}

impl Mix {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Life => "life",
            Self::Repeat => "repeat",
            Self::Read => "read",
        }
    }

    const fn has_agents(self) -> bool {
        !matches!(self, Self::Submit)
    }

    const fn has_owners(self) -> bool {
        matches!(self, Self::Repeat | Self::Read)
    }
}

/// Contacts that went through a whole life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lives {
    pub ended: u64,
    /// Nobody was free, so the contact was cancelled.
    pub unserved: u64,
    /// Contacts that went to the owner of their case.
    pub by_owner: u64,
}

impl Lives {
    pub fn add(&mut self, other: Self) {
        self.ended += other.ended;
        self.unserved += other.unserved;
        self.by_owner += other.by_owner;
    }
}

/// The next step of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Begin,
    Accept { offer: u64 },
    End,
    Cancel,
}

#[derive(Debug)]
struct Slot {
    step: Step,
    contact: String,
}

/// One connection of a mix.
#[derive(Debug)]
pub struct Script {
    mix: Mix,
    /// Prefix of all names of this connection.
    prefix: String,
    /// `"queue":"…"` or `"requires":{…}` of each contact.
    target: String,
    /// Customers with an owner for each slot.
    customers_per_slot: usize,
    /// Requests sent before and after the mix itself.
    lines: VecDeque<String>,
    slots: Vec<Slot>,
    /// Slots whose next step can be sent.
    ready: VecDeque<usize>,
    /// Slots of the requests under way; `None` = not of a slot.
    asked: VecDeque<Option<usize>>,
    is_working: bool,
    last_id: u64,
    contacts: u64,
    lives: Lives,
}

impl Script {
    /// A script for each connection.
    pub fn all(options: &Options) -> Vec<Self> {
        (0..options.connections)
            .map(|number| Self::new(options, number))
            .collect()
    }

    fn new(options: &Options, number: usize) -> Self {
        let stamp = &options.stamp;
        let target = match &options.queue {
            Some(queue) => format!(r#""queue":{}"#, text(queue)),
            None => format!(r#""requires":{{"bench-{stamp}":1}}"#),
        };
        let slots = options.depth;
        let share = options.customers.div_ceil(options.connections * slots);
        let mut script = Self {
            mix: options.mix,
            prefix: format!("b{stamp}-{number}"),
            target,
            customers_per_slot: share.max(1),
            lines: VecDeque::new(),
            slots: Vec::new(),
            ready: VecDeque::new(),
            asked: VecDeque::new(),
            is_working: false,
            last_id: 0,
            contacts: 0,
            lives: Lives::default(),
        };
        script.open_session(options);
        for slot in 0..slots {
            script.add_slot(slot, stamp);
        }
        script
    }

    fn open_session(&mut self, options: &Options) {
        if options.token.is_none() && options.tenant.is_none() {
            return;
        }
        let mut params = format!(r#"{{"client":"{}""#, self.prefix);
        for (name, value) in [("token", &options.token), ("tenant", &options.tenant)] {
            if let Some(value) = value {
                params.push_str(&format!(r#","{name}":{}"#, text(value)));
            }
        }
        params.push('}');
        self.line("session.open", &params);
    }

    /// Each slot has an agent of its own who owns the cases of its customers, so the owner is
    /// always free when a contact comes.
    fn add_slot(&mut self, slot: usize, stamp: &str) {
        self.slots.push(Slot {
            step: Step::Begin,
            contact: String::new(),
        });
        self.ready.push_back(slot);
        let prefix = self.prefix.clone();
        if self.mix.has_agents() {
            self.line(
                "agent.set",
                &format!(
                    r#"{{"agent":"{prefix}-a{slot}","skills":{{"bench-{stamp}":5}},"wrap_up_ms":0}}"#
                ),
            );
            self.line(
                "agent.presence",
                &format!(r#"{{"agent":"{prefix}-a{slot}","presence":"available"}}"#),
            );
        }
        if self.mix.has_owners() {
            for n in 0..self.customers_per_slot {
                self.line(
                    "case.open",
                    &format!(
                        r#"{{"case":"{prefix}-k{slot}-{n}","customer":"{prefix}-u{slot}-{n}","owner":"{prefix}-a{slot}"}}"#
                    ),
                );
            }
        }
    }

    /// Queues a request before or after the mix.
    fn line(&mut self, method: &str, params: &str) {
        self.last_id += 1;
        let id = self.last_id;
        self.lines.push_back(format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#
        ));
    }

    /// Starts the mix itself.
    pub fn work(&mut self) {
        self.is_working = true;
    }

    /// Resets the counts.
    pub fn forget(&mut self) {
        self.lives = Lives::default();
    }

    pub fn lives(&self) -> Lives {
        self.lives
    }

    /// Cleans up: ends the contacts under way and sets the agents offline.
    pub fn leave(&mut self) {
        self.is_working = false;
        for slot in 0..self.slots.len() {
            let contact = self.slots[slot].contact.clone();
            match self.slots[slot].step {
                Step::Begin => {}
                Step::End => self.line("contact.end", &ended(&contact)),
                Step::Accept { .. } | Step::Cancel => {
                    self.line("contact.cancel", &cancelled(&contact))
                }
            }
            if self.mix.has_agents() {
                let agent = format!("{}-a{slot}", self.prefix);
                self.line(
                    "agent.presence",
                    &format!(r#"{{"agent":"{agent}","presence":"offline"}}"#),
                );
            }
        }
    }

    fn begin(&mut self, slot: usize, out: &mut String) {
        self.contacts += 1;
        let (prefix, n) = (&self.prefix, self.contacts);
        let own = n as usize % self.customers_per_slot;
        let customer = match self.mix {
            Mix::Submit | Mix::Life => format!("{prefix}-u{n}"),
            Mix::Repeat | Mix::Read => format!("{prefix}-u{slot}-{own}"),
        };
        if self.mix == Mix::Read {
            push(
                out,
                self.last_id,
                "owner.get",
                format_args!(r#"{{"customer":"{customer}"}}"#),
            );
            return;
        }
        let contact = &mut self.slots[slot].contact;
        contact.clear();
        // Writing into a string does not fail.
        let _ = write!(contact, "{prefix}-c{n}");
        let target = &self.target;
        push(
            out,
            self.last_id,
            "contact.submit",
            format_args!(r#"{{"contact":"{contact}",{target},"customer":"{customer}"}}"#),
        );
    }

    /// Moves the slot of a reply to its next step.
    fn go_on(&mut self, slot: usize, reply: &str) {
        let step = self.slots[slot].step;
        self.slots[slot].step = match (self.mix, step) {
            (Mix::Submit | Mix::Read, _) => Step::Begin,
            (Mix::Life | Mix::Repeat, Step::Begin) => match number_after(reply, OFFER) {
                Some(offer) => {
                    if reply.contains(r#""route":"owner""#) {
                        self.lives.by_owner += 1;
                    }
                    Step::Accept { offer }
                }
                None => Step::Cancel,
            },
            (Mix::Life | Mix::Repeat, Step::Accept { .. }) => Step::End,
            (Mix::Life | Mix::Repeat, Step::End) => {
                self.lives.ended += 1;
                Step::Begin
            }
            (Mix::Life | Mix::Repeat, Step::Cancel) => {
                self.lives.unserved += 1;
                Step::Begin
            }
        };
        self.ready.push_back(slot);
    }

    fn write(&mut self, slot: usize, out: &mut String) {
        self.last_id += 1;
        let id = self.last_id;
        let contact = &self.slots[slot].contact;
        match self.slots[slot].step {
            Step::Begin => self.begin(slot, out),
            Step::Accept { offer } => push(
                out,
                id,
                "offer.accept",
                format_args!(r#"{{"offer":"o{offer}"}}"#),
            ),
            Step::End => push(out, id, "contact.end", format_args!("{}", ended(contact))),
            Step::Cancel => push(
                out,
                id,
                "contact.cancel",
                format_args!("{}", cancelled(contact)),
            ),
        }
    }
}

impl Talk for Script {
    fn ask(&mut self, out: &mut Vec<u8>) -> bool {
        if !self.is_working {
            let Some(line) = self.lines.pop_front() else {
                return false;
            };
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
            self.asked.push_back(None);
            return true;
        }
        let Some(slot) = self.ready.pop_front() else {
            return false;
        };
        let mut line = String::with_capacity(192);
        self.write(slot, &mut line);
        out.extend_from_slice(line.as_bytes());
        self.asked.push_back(Some(slot));
        true
    }

    fn hear(&mut self, input: &[u8]) -> Option<Heard> {
        let end = memchr::memchr(b'\n', input)?;
        let reply = String::from_utf8_lossy(&input[..end]);
        let refused = is_refusal(&reply);
        if let Some(Some(slot)) = self.asked.pop_front() {
            if refused {
                // The contact is given up; the slot begins another.
                self.slots[slot].step = Step::Begin;
                self.ready.push_back(slot);
            } else {
                self.go_on(slot, &reply);
            }
        }
        Some(Heard {
            bytes: end + 1,
            refusal: refused.then(|| reply.into_owned()),
        })
    }
}

fn ended(contact: &str) -> String {
    format!(r#"{{"contact":"{contact}","outcome":"open"}}"#)
}

fn cancelled(contact: &str) -> String {
    format!(r#"{{"contact":"{contact}","reason":"bench"}}"#)
}

/// A JSON string.
fn text(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

fn push(out: &mut String, id: u64, method: &str, params: std::fmt::Arguments<'_>) {
    // Writing into a string does not fail.
    let _ = writeln!(
        out,
        r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#
    );
}

/// Whether a reply is an error. The members of a reply have a fixed order.
fn is_refusal(reply: &str) -> bool {
    let after_id = reply
        .strip_prefix(r#"{"jsonrpc":"2.0","id":"#)
        .and_then(|rest| rest.split_once(','));
    !after_id.is_some_and(|(_, rest)| rest.starts_with(r#""result":"#))
}

/// The text before the number of the offer in the reply to a submission.
const OFFER: &str = r#""offer":{"offer":"o"#;

fn number_after(reply: &str, before: &str) -> Option<u64> {
    let (_, rest) = reply.split_once(before)?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_a_result_or_a_refusal() {
        assert!(!is_refusal(
            r#"{"jsonrpc":"2.0","id":7,"result":{"ok":true}}"#
        ));
        assert!(is_refusal(
            r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"no"}}"#
        ));
        assert!(is_refusal("nonsense"));
    }

    #[test]
    fn the_offer_is_read_off_the_reply() {
        let reply = r#"{"contact":"c","offer":{"offer":"o41","agent":"a"}}"#;
        assert_eq!(number_after(reply, OFFER), Some(41));
        assert_eq!(number_after("{}", OFFER), None);
    }
}
