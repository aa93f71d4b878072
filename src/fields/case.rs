//! The fields of a case.

use super::Type::{Name, Term, Text, Timestamp, Whole, Words};
use super::customer::CUSTOMER;
use super::{AFTER, BY, COUNT, Field, Fields, LIMIT, MILLIS};
use crate::router::codes::{CaseState, FollowUpResult, WaitOn};
use crate::router::command::SCORE_MAX;

const CASE: Field = Field::must("case", Name, "the case's id");
const BY_MAY: Field = Field::may("by", Name, "who does it");

/// `case.open`.
pub static CASE_OPEN: Fields = Fields::new(&[
    Field::must("case", Name, "the case's id, chosen by the client"),
    CUSTOMER,
    Field::may("topic", Name, "the matter"),
    Field::may("kind", Name, "the kind, which gives its clocks"),
    Field::may("owner", Name, "who owns it from the start"),
]);

/// Names a case.
pub static CASE_REF: Fields = Fields::new(&[CASE]);

/// `case.find`.
pub static CASE_FIND: Fields = Fields::new(&[
    Field::may("customer", Name, "only this customer's"),
    Field::may("owner", Name, "only this owner's"),
    Field::may("state", Words(CaseState::WORDS), "only this state"),
    Field::may(
        "due_before_at",
        Timestamp,
        "only what is due before, in ms since 1970",
    ),
    AFTER,
    LIMIT,
]);

/// `case.note`.
pub static CASE_NOTE: Fields = Fields::new(&[CASE, Field::must("text", Text, "the note"), BY]);

/// `case.resolve`, `case.reopen`, `case.close`.
pub static CASE_ACT: Fields =
    Fields::new(&[CASE, BY, Field::may("note", Text, "goes to the case")]);

/// `case.handover`.
pub static CASE_HANDOVER: Fields = Fields::new(&[
    Field::may("case", Name, "the case"),
    Field::may("owner", Name, "or the owner whose open cases all move"),
    Field::must("to", Name, "the agent who owns from now on"),
    Field::must("reason", Text, "why; recorded"),
    BY,
]);

/// `case.assist`.
pub static CASE_ASSIST: Fields = Fields::new(&[
    CASE,
    Field::may("agent", Name, "the agent who is asked"),
    Field::may("queue", Name, "or the queue, in which anyone may take it"),
    Field::must("request", Text, "what is asked"),
    Field::may(
        "due_ms",
        MILLIS,
        "its own term in ms, in place of the kind's",
    ),
    Field::may("due", Term, "or its own term as text"),
    BY_MAY,
]);

/// `case.assist_done`.
pub static CASE_ASSIST_DONE: Fields = Fields::new(&[
    CASE,
    Field::may(
        "assist",
        COUNT,
        "the number of the task; may be left out where one is open",
    ),
    Field::may("result", Text, "what came of it; the owner is told"),
    Field::may(
        "by",
        Name,
        "who says so; without it whoever took the task, else the agent who was asked",
    ),
]);

/// `case.wait`.
pub static CASE_WAIT: Fields = Fields::new(&[
    CASE,
    Field::must(
        "on",
        Words(WaitOn::WORDS),
        "for the customer, or for those who assist",
    ),
    Field::may(
        "until_at",
        Timestamp,
        "no longer than then, in ms since 1970",
    ),
    BY_MAY,
]);

/// `case.advance`.
pub static CASE_ADVANCE: Fields = Fields::new(&[
    CASE,
    Field::must("stage", Name, "the next stage of its kind"),
    BY_MAY,
]);

/// `case.extend`.
pub static CASE_EXTEND: Fields = Fields::new(&[
    CASE,
    Field::may(
        "stage",
        Name,
        "the stage whose deadline is meant; without it the whole case's",
    ),
    Field::must("to_at", Timestamp, "the new deadline, in ms since 1970"),
    Field::must("reason", Text, "why; the customer is told"),
    Field {
        about: "who approves it",
        ..BY
    },
]);

/// `case.follow_up`.
pub static CASE_FOLLOW_UP: Fields = Fields::new(&[
    CASE,
    Field::must("result", Words(FollowUpResult::WORDS), "what it found"),
    Field::may(
        "score",
        Whole {
            min: 0,
            max: SCORE_MAX as i64,
        },
        "how satisfied the customer is, on the scale of your own",
    ),
    BY,
]);
