//! Faults that the comparison found, each as the shortest sequence of commands that shows it.

use firsthand::router::codes::{ContactState, Outcome, Route};
use serde_json::json;

use crate::scenarios::Story;

const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// A closed case that a contact still referred to was rescheduled for ever.
#[test]
fn a_case_that_is_still_referred_to_is_kept_without_end_of_looking() {
    let mut story = Story::new();
    story.agents(&["amy"]);
    let params = json!({"case": "m1", "customer": "c1"});
    story.ok(0, "case.open", params);
    let params = json!({"contact": "k1", "customer": "c1"});
    story.ok(10, "contact.submit", params);
    story.ok(10, "offer.accept", json!({"contact": "k1", "agent": "amy"}));
    story.ok(20, "case.close", json!({"case": "m1", "by": "amy"}));
    story.ok(DAY_MS + 1_000, "tick", json!({}));
    let params = json!({"contact": "k1", "outcome": "open"});
    story.ok(DAY_MS + 2_000, "contact.end", params);
    story.ok(4 * DAY_MS, "tick", json!({}));
}

/// The fallbacks reached `callback_by_owner` for an excluded owner, and opened one callback after
/// another.
#[test]
fn an_excluded_owner_does_not_call_back() {
    let mut story = Story::new();
    let ownership = json!({"fallback": ["callback_by_owner"]});
    story.queue(0, "default", json!({"ownership": ownership}));
    story.agents(&["amy", "ben"]);
    story.owned(10, "k1", "c1", "amy");
    let params = json!({"customer": "c1", "agent": "amy", "on": true, "reason": "related"});
    story.ok(20, "customer.exclude", params);
    let params = json!({"contact": "k2", "customer": "c1"});
    story.ok(30, "contact.submit", params);
    // The fallbacks name nobody else, so anyone may take it.
    let asked = (ContactState::Offered, vec![("ben", Route::Skill)]);
    assert_eq!(story.says("k2"), asked);
}

/// A contact kept gaining priority every millisecond after it had moved to a queue without aging.
#[test]
fn aging_stays_behind_in_its_queue() {
    let mut story = Story::new();
    story.queue(0, "slow", json!({"age_priority_ms": 5_000}));
    let params = json!({"contact": "k1", "queue": "slow"});
    story.ok(0, "contact.submit", params);
    let params = json!({"contact": "k1", "queue": "default"});
    story.ok(1_000, "contact.update", params);
    let params = json!({"contact": "k2", "priority": 1});
    story.ok(2_000, "contact.submit", params);
    story.agents_at(20_000, "amy");
    assert_eq!(story.says("k1"), (ContactState::Waiting, vec![]));
}

/// An agent removed and set again kept its old counters.
#[test]
fn an_agent_set_again_begins_anew() {
    let mut story = Story::new();
    story.agents(&["amy", "ben"]);
    story.owned(10, "k1", "c1", "amy");
    let params = json!({"contact": "k1", "outcome": "open"});
    story.ok(20, "contact.end", params);
    let params = json!({"agent": "amy", "successor": "ben"});
    story.ok(30, "agent.remove", params);
    story.agents_at(40, "amy");
    assert_eq!(story.agent("amy").handled, 0);
}

/// An owner whose capacity came to include the channel was not asked.
#[test]
fn an_owner_who_comes_to_serve_the_channel_is_asked() {
    let mut story = Story::new();
    let ownership = json!({"fallback": ["deputy"], "wait": {"busy_ms": 0}});
    story.queue(0, "default", json!({"ownership": ownership}));
    story.agents(&["amy"]);
    story.owned(10, "k1", "c1", "amy");
    let params = json!({"contact": "k1", "outcome": "open"});
    story.ok(20, "contact.end", params);
    let amy = json!({"agent": "amy", "capacity": {"chat": 0}, "deputy": "ben"});
    story.ok(30, "agent.set", amy);
    let params = json!({"contact": "k2", "customer": "c1", "channel": "chat"});
    story.ok(40, "contact.submit", params);
    assert_eq!(story.says("k2"), (ContactState::Waiting, vec![]));
    let amy = json!({"agent": "amy", "capacity": {"chat": 1}, "deputy": "ben"});
    story.ok(50, "agent.set", amy);
    let asked = (ContactState::Offered, vec![("amy", Route::Owner)]);
    assert_eq!(story.says("k2"), asked);
}

/// Contacts waited for an owner on break who does not serve the channel.
#[test]
fn nobody_waits_for_an_owner_who_does_not_serve_the_channel() {
    let mut story = Story::new();
    let ownership = json!({"wait": {"break_ms": 60_000}});
    story.queue(0, "default", json!({"ownership": ownership}));
    story.agents(&["amy", "ben"]);
    story.owned(10, "k1", "c1", "amy");
    let params = json!({"contact": "k1", "outcome": "open"});
    story.ok(20, "contact.end", params);
    let amy = json!({"agent": "amy", "capacity": {"chat": 0}});
    story.ok(30, "agent.set", amy);
    let params = json!({"agent": "amy", "presence": "break"});
    story.ok(30, "agent.presence", params);
    let params = json!({"contact": "k2", "customer": "c1", "channel": "chat"});
    story.ok(40, "contact.submit", params);
    let asked = (ContactState::Offered, vec![("ben", Route::Skill)]);
    assert_eq!(story.says("k2"), asked);
}

/// The last owner of a closed case was preferred over an open case without an owner, and in a queue
/// that does not route by owner.
#[test]
fn the_last_owner_is_preferred_only_where_no_case_is_left() {
    let mut story = Story::new();
    let ownership = json!({"affinity_ms": 60_000});
    story.queue(0, "default", json!({"ownership": ownership}));
    let off = json!({"affinity_ms": 60_000, "mode": "off"});
    story.queue(0, "off", json!({"ownership": off}));
    story.agents(&["amy", "ben"]);
    story.owned(10, "k1", "c1", "ben");
    let params = json!({"contact": "k1", "outcome": "open"});
    story.ok(20, "contact.end", params);
    let case = story.contact("k1").case.expect("a human took it");
    let case = story.pair.model.cases[case].name.to_string();
    story.ok(30, "case.close", json!({"case": case, "by": "ben"}));
    let params = json!({"contact": "k2", "customer": "c1"});
    story.ok(40, "contact.submit", params);
    let asked = (ContactState::Offered, vec![("ben", Route::Direct)]);
    assert_eq!(story.says("k2"), asked);
    let params = json!({"contact": "k2", "reason": "abandoned"});
    story.ok(50, "contact.cancel", params);
    let params = json!({"contact": "k3", "customer": "c1", "queue": "off"});
    story.ok(60, "contact.submit", params);
    let asked = (ContactState::Offered, vec![("amy", Route::Skill)]);
    assert_eq!(story.says("k3"), asked);
    let params = json!({"contact": "k3", "reason": "abandoned"});
    story.ok(70, "contact.cancel", params);
    let params = json!({"case": "m1", "customer": "c1"});
    story.ok(80, "case.open", params);
    let params = json!({"contact": "k4", "customer": "c1"});
    story.ok(90, "contact.submit", params);
    let asked = (ContactState::Offered, vec![("amy", Route::Skill)]);
    assert_eq!(story.says("k4"), asked);
}

/// A waiting contact was offered to its preferred agent whenever something else made it route
/// again.
#[test]
fn nobody_waits_for_a_preference() {
    let mut story = Story::new();
    story.agents(&["amy", "ben"]);
    let params = json!({"agent": "ben", "presence": "break"});
    story.ok(0, "agent.presence", params);
    let params = json!({"contact": "k1", "prefer": "ben"});
    story.ok(10, "contact.submit", params);
    let asked = (ContactState::Offered, vec![("amy", Route::Skill)]);
    assert_eq!(story.says("k1"), asked);
    let params = json!({"agent": "ben", "presence": "available"});
    story.ok(20, "agent.presence", params);
    let params = json!({"contact": "k1", "agent": "amy"});
    story.ok(30, "offer.decline", params);
    let asked = (ContactState::Offered, vec![("ben", Route::Skill)]);
    assert_eq!(story.says("k1"), asked);
}

/// Two customers merged, and an offer to an agent whom one of them excludes stayed open.
#[test]
fn a_merge_takes_offers_back_from_excluded_agents() {
    let mut story = Story::new();
    story.agents(&["amy", "ben"]);
    story.ok(0, "customer.link", json!({"customer": "c1"}));
    let params = json!({"customer": "c1", "agent": "amy", "on": true, "reason": "related"});
    story.ok(0, "customer.exclude", params);
    let params = json!({"contact": "k1", "customer": "c2"});
    story.ok(10, "contact.submit", params);
    let asked = (ContactState::Offered, vec![("amy", Route::Skill)]);
    assert_eq!(story.says("k1"), asked);
    let params = json!({"customer": "c1", "identities": ["c2"]});
    story.ok(20, "customer.link", params);
    let asked = (ContactState::Offered, vec![("ben", Route::Skill)]);
    assert_eq!(story.says("k1"), asked);
}

/// Waiting contacts without a case did not join a case that was reopened.
#[test]
fn a_case_opened_again_is_the_case_of_those_who_wait() {
    let mut story = Story::new();
    story.agents(&["amy"]);
    let params = json!({"case": "m1", "customer": "c1", "owner": "amy"});
    story.ok(0, "case.open", params);
    story.ok(10, "case.close", json!({"case": "m1", "by": "amy"}));
    let params = json!({"agent": "amy", "presence": "break"});
    story.ok(20, "agent.presence", params);
    let params = json!({"contact": "k1", "customer": "c1"});
    story.ok(30, "contact.submit", params);
    assert_eq!(story.owner("k1"), None);
    story.ok(40, "case.reopen", json!({"case": "m1", "by": "amy"}));
    assert_eq!(story.owner("k1"), Some("amy"));
}

/// An owner went on break, and its ringing contact took the stand-in from one that stood before it.
#[test]
fn an_owners_contacts_go_on_in_their_order() {
    let mut story = Story::new();
    story.agents(&["amy", "ben"]);
    let params = json!({"agent": "amy", "capacity": {"chat": 1}});
    story.ok(0, "agent.set", params);
    let params = json!({"agent": "ben", "presence": "break"});
    story.ok(0, "agent.presence", params);
    let params = json!({"case": "m1", "customer": "c1", "owner": "amy"});
    story.ok(10, "case.open", params);
    let params = json!({"contact": "k1", "customer": "c1", "channel": "chat"});
    story.ok(20, "contact.submit", params);
    let params = json!({"contact": "k2", "customer": "c1", "channel": "chat", "priority": 1});
    story.ok(30, "contact.submit", params);
    let params = json!({"agent": "ben", "presence": "available"});
    story.ok(40, "agent.presence", params);
    let params = json!({"agent": "amy", "presence": "break"});
    story.ok(50, "agent.presence", params);
    assert_eq!(story.says("k1"), (ContactState::Waiting, vec![]));
    let asked = (ContactState::Offered, vec![("ben", Route::Skill)]);
    assert_eq!(story.says("k2"), asked);
}

/// Two agents became free at once, and the longer idle one took the contact that the other owns.
#[test]
fn a_free_owner_comes_before_one_longer_idle() {
    let mut story = Story::new();
    let ownership = json!({"wait": {"busy_ms": 0}});
    let policy = json!({"ownership": ownership, "retry": {"declined_ms": 5_000}});
    story.queue(0, "default", policy);
    story.agents(&["amy", "ben"]);
    let params = json!({"case": "m1", "customer": "c1", "owner": "ben"});
    story.ok(0, "case.open", params);
    story.ok(10, "contact.submit", json!({"contact": "k1"}));
    story.ok(10, "contact.submit", json!({"contact": "k2"}));
    let params = json!({"contact": "k1", "agent": "amy"});
    story.ok(1_000, "offer.decline", params);
    let params = json!({"contact": "k2", "agent": "ben"});
    story.ok(1_000, "offer.decline", params);
    for contact in ["k1", "k2"] {
        let params = json!({"contact": contact, "reason": "abandoned"});
        story.ok(2_000, "contact.cancel", params);
    }
    let params = json!({"contact": "k3", "customer": "c1"});
    story.ok(3_000, "contact.submit", params);
    story.ok(6_000, "tick", json!({}));
    let asked = (ContactState::Offered, vec![("ben", Route::Owner)]);
    assert_eq!(story.says("k3"), asked);
}

/// After a blind transfer failed, younger contacts routed at the same instant were served first.
#[test]
fn a_failed_transfer_goes_on_in_its_place() {
    let mut story = Story::new();
    story.agents(&["amy", "ben"]);
    story.queue(0, "default", json!({"ring_ms": 10_000, "max_missed": 1}));
    story.owned(0, "k1", "c1", "amy");
    let params = json!({"contact": "k1", "to": {"agent": "ben"}, "mode": "blind", "reason": "x"});
    story.ok(1_000, "contact.transfer", params);
    story.ok(1_000, "contact.submit", json!({"contact": "k2"}));
    let asked = (ContactState::Offered, vec![("amy", Route::Skill)]);
    assert_eq!(story.says("k2"), asked);
    story.agents_at(2_000, "cho");
    story.ok(11_000, "tick", json!({}));
    let asked = (ContactState::Offered, vec![("cho", Route::Skill)]);
    assert_eq!(story.says("k1"), asked);
    assert_eq!(story.says("k2"), (ContactState::Waiting, vec![]));
}

/// A policy with a longer limit did not help a contact whose time had run out while it rang.
#[test]
fn more_time_is_given_to_one_that_rings() {
    let mut story = Story::new();
    let policy = json!({"max_wait_ms": 5_000, "ring_ms": 20_000, "max_missed": 0});
    story.queue(0, "default", policy);
    story.agents(&["amy"]);
    story.ok(0, "contact.submit", json!({"contact": "k1"}));
    story.ok(6_000, "tick", json!({}));
    let policy = json!({"max_wait_ms": 60_000, "ring_ms": 20_000, "max_missed": 0});
    story.queue(7_000, "default", policy);
    let params = json!({"contact": "k1", "agent": "amy"});
    story.ok(8_000, "offer.decline", params);
    assert_eq!(story.says("k1"), (ContactState::Waiting, vec![]));
    assert_eq!(story.outcome("k1"), None);
    story.ok(59_999, "tick", json!({}));
    assert_eq!(story.outcome("k1"), None);
}

/// Two customers merged by two identities, and a waiting contact went to a case of the first, which
/// is not the most recently active.
#[test]
fn a_merge_is_whole_before_cases_are_sought() {
    let mut story = Story::new();
    for (case, customer) in [("m1", "c1"), ("m2", "c2")] {
        let params = json!({"case": case, "customer": customer});
        story.ok(if case == "m1" { 10 } else { 20 }, "case.open", params);
    }
    let params = json!({"contact": "k1", "customer": "c3"});
    story.ok(30, "contact.submit", params);
    let params = json!({"customer": "c3", "identities": ["c1", "c2"]});
    story.ok(40, "customer.link", params);
    let case = story
        .contact("k1")
        .case
        .expect("both cases are its customer's");
    assert_eq!(story.pair.model.cases[case].name.as_str(), "m2");
}

/// The end of a wrap-up for a contact that went on was reported as the end of that contact's own.
#[test]
fn a_contact_waits_for_the_wrap_up_of_who_ended_it() {
    let mut story = Story::new();
    story.agents(&["amy", "ben"]);
    let params = json!({"agent": "amy", "wrap_up_ms": 60_000});
    story.ok(0, "agent.set", params);
    let params = json!({"agent": "ben", "wrap_up_ms": 5_000});
    story.ok(0, "agent.set", params);
    story.owned(10, "k1", "c1", "amy");
    let params = json!({"contact": "k1", "to": {"agent": "ben"}, "mode": "blind", "reason": "x"});
    story.ok(20, "contact.transfer", params);
    story.ok(30, "offer.accept", json!({"contact": "k1", "agent": "ben"}));
    let params = json!({"contact": "k1", "outcome": "open"});
    story.ok(40, "contact.end", params);
    assert_eq!(story.says("k1").0, ContactState::WrapUp);
    // Submitted again while in wrap-up, it has no outcome yet.
    story.ok(50, "contact.submit", json!({"contact": "k1"}));
    story.ok(5_040, "tick", json!({}));
    assert_eq!(story.outcome("k1"), Some(Outcome::Open));
    assert_eq!(story.says("k1").0, ContactState::Ended);
}
