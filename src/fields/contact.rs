//! The fields of a contact and of an offer.

use serde_json::json;

use super::Type::{Attributes, Bool, List, Name, Object, Offer, Text, Timestamp, Words};
use super::{AFTER, ANY, Field, Fields, LIMIT, MILLIS, SKILLS, Type};
use crate::router::DEFAULT_QUEUE;
use crate::router::codes::{ContactState, DeclineReason, EndedBy, Outcome, TransferMode};
use crate::router::command::{ContactSubmit, ContactSync, ContactTransfer, OfferDecline};
use crate::router::people::ContactCallback;
use crate::router::policy::DEFAULT_CHANNEL;

/// The outcomes that `contact.end` takes.
pub const END_OUTCOMES: &[&str] = &["resolved", "open", "transferred", "dropped", "unreached"];

/// The outcomes that `contact.outcome` takes.
pub const TOLD_OUTCOMES: &[&str] = &["resolved", "open", "transferred", "dropped"];

const NAMES: Type = List(&Name, ANY);
const CONTACT: Field = Field::must("contact", Name, "the contact's id");
const LEARNT: Field = Field::may(
    "learnt",
    Attributes,
    "merged into the attributes as RFC 7396 says; shown to the human who is offered it next",
);

/// `contact.submit`.
pub static CONTACT_SUBMIT: Fields = Fields::of::<ContactSubmit>(&[
    Field::must("contact", Name, "the contact's id, chosen by the client"),
    Field::may("queue", Name, "where it waits").or(|| json!(DEFAULT_QUEUE)),
    Field::may(
        "channel",
        Name,
        "voice, chat, email, counter, callback, task or one of the settings",
    )
    .or(|| json!(DEFAULT_CHANNEL)),
    Field::may(
        "customer",
        Name,
        "the customer's id or any identity; an unknown one makes a customer",
    ),
    Field::may(
        "requires",
        SKILLS,
        "added to the queue's; the higher level counts",
    ),
    Field::may(
        "priority",
        Type::Priority,
        "added to the queue's; higher goes first",
    ),
    Field::may(
        "topic",
        Name,
        "the matter; the customer's open case of this topic is continued",
    ),
    Field::may("case", Name, "the case it belongs to"),
    Field::may("kind", Name, "the kind of the case, where one is opened"),
    Field::may("max_wait_ms", MILLIS, "its own longest wait, in ms"),
    Field::may(
        "joined_at",
        Timestamp,
        "when it began to wait, if before now, in ms since 1970",
    ),
    Field::may(
        "prefer",
        Name,
        "the agent who is offered it first if eligible, without waiting",
    ),
    Field::may("exclude", NAMES, "agents who are never offered it"),
    Field::may(
        "not_before_at",
        Timestamp,
        "when it may be offered first, in ms since 1970",
    ),
    Field::may("attributes", Attributes, "whatever should travel with it"),
    Field::may(
        "address",
        Text,
        "where to call the customer back, such as a telephone number",
    ),
]);

/// `contact.update`.
pub static CONTACT_UPDATE: Fields = Fields::new(&[
    CONTACT,
    Field::may(
        "priority",
        Type::Priority,
        "the new priority; its place follows at once",
    ),
    Field::may("requires", SKILLS, "its new own requirement"),
    Field::may("queue", Name, "the queue it moves to; the join time stays"),
    Field::may("attributes", Attributes, "replace the present ones"),
    LEARNT,
    Field::may(
        "not_before_at",
        Timestamp,
        "another time for one that is scheduled, in ms since 1970",
    ),
]);

/// `contact.cancel`.
pub static CONTACT_CANCEL: Fields = Fields::new(&[
    CONTACT,
    Field::must("reason", Text, "`abandoned`, `voicemail` or any other word"),
]);

/// `contact.end`.
pub static CONTACT_END: Fields = Fields::new(&[
    CONTACT,
    Field::may(
        "outcome",
        Words(END_OUTCOMES),
        "how the conversation ended; what was said before, else `open`",
    ),
    Field::may("note", Text, "goes to the case"),
    LEARNT,
    Field::may("ended_by", Words(EndedBy::WORDS), "who ended it"),
    Field::may(
        "at",
        Timestamp,
        "when it ended, where that is told late, in ms since 1970",
    ),
]);

const WHO: Field = Field::must("agent", Name, "the agent who does it");

/// `contact.leave`, `contact.retrieve`, `contact.take`.
pub static CONTACT_AGENT: Fields = Fields::new(&[CONTACT, WHO]);

/// `contact.assign`.
pub static CONTACT_ASSIGN: Fields = Fields::new(&[
    CONTACT,
    Field::must("agent", Name, "the agent who is to have it"),
    Field::must(
        "by",
        Name,
        "who assigns it; the agent itself where the queue says `pull`",
    ),
    Field::may("reason", Text, "why"),
]);

/// `contact.hold`.
pub static CONTACT_HOLD: Fields = Fields::new(&[
    CONTACT,
    WHO,
    Field::must("on", Bool, "on hold, or not any more"),
]);

/// `contact.outcome`.
pub static CONTACT_OUTCOME: Fields = Fields::new(&[
    CONTACT,
    Field::must(
        "outcome",
        Words(TOLD_OUTCOMES),
        "how the conversation ended",
    ),
    Field::may("code", Name, "the centre's own code of the outcome"),
    Field::may("note", Text, "goes to the case"),
]);

static TARGET: Fields = Fields::new(&[
    Field::may("agent", Name, "to this agent"),
    Field::may("queue", Name, "or to this queue"),
]);

/// `contact.transfer`.
pub static CONTACT_TRANSFER: Fields = Fields::of::<ContactTransfer>(&[
    CONTACT,
    Field::must("to", Object(&TARGET), "exactly one of `agent` and `queue`"),
    Field::may(
        "mode",
        Words(TransferMode::WORDS),
        "consult keeps the first agent until it leaves",
    ),
    Field::may("reason", Text, "why"),
    LEARNT,
]);

/// Names a contact.
pub static CONTACT_REF: Fields = Fields::new(&[CONTACT]);

/// `contact.list`.
pub static CONTACT_LIST: Fields = Fields::new(&[
    Field::may("queue", Name, "only this queue"),
    Field::may("state", Words(ContactState::WORDS), "only this state"),
    Field::may(
        "source",
        Name,
        "only the contacts of this `client` of session.open",
    ),
    Field::may(
        "customer",
        Name,
        "only of this customer: its id or any identity",
    ),
    Field::may("case", Name, "only of this case"),
    Field::may(
        "agent",
        Name,
        "only those that this agent has, is offered, or had last",
    ),
    Field::may("outcome", Words(Outcome::WORDS), "only those that ended so"),
    Field::may("ticket", Name, "only the one with this ticket"),
    Field::may(
        "from_at",
        Timestamp,
        "only those submitted then or later, in ms since 1970",
    ),
    Field::may(
        "to_at",
        Timestamp,
        "only those submitted before then, in ms since 1970",
    ),
    AFTER,
    LIMIT,
]);

/// `contact.sync`.
pub static CONTACT_SYNC: Fields = Fields::of::<ContactSync>(&[
    Field::must(
        "source",
        Name,
        "the `client` of session.open to which the contacts belong",
    ),
    Field::must(
        "contacts",
        NAMES,
        "all its live contacts, or a part of them; what no part lists ends as lost",
    ),
    Field::may(
        "more",
        Bool,
        "further parts follow; nothing ends before the last",
    ),
    Field::may(
        "confirm",
        Bool,
        "an empty list is meant, though another session of this client is open",
    ),
]);

/// `contact.callback`.
pub static CONTACT_CALLBACK: Fields = Fields::of::<ContactCallback>(&[
    CONTACT,
    Field::may("address", Text, "where to call, such as a telephone number"),
    Field::may("by_owner", Bool, "only the owner of its case calls"),
]);

const OFFER: Field = Field::may("offer", Offer, "the offer");
const OFFERED: Field = Field::may("contact", Name, "or the contact, together with `agent`");
const TO: Field = Field::may("agent", Name, "the agent who was offered `contact`");

/// `offer.accept`.
pub static OFFER_ACCEPT: Fields = Fields::new(&[OFFER, OFFERED, TO]);

/// `offer.decline`.
pub static OFFER_DECLINE: Fields = Fields::of::<OfferDecline>(&[
    OFFER,
    OFFERED,
    TO,
    Field::may(
        "reason",
        Words(DeclineReason::WORDS),
        "why; each has its own retry delay",
    ),
]);
