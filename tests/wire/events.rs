//! The JSON of every event, and the filters of subscriptions.

use firsthand::router::answer::{BriefingView, PairAwayView, ServedView};
use firsthand::router::codes::{
    AgentState, CaseState, ContactState, DeclineReason, Device, EndedBy, EscalationReason,
    FollowUpResult, OfferEnd, Outcome, Presence, Role, Route, TransferMode, Verdict, WaitEnd,
    WaitOn, Why,
};
use firsthand::router::command::Attributes;
use firsthand::router::event::{
    AgentEvent, AssistEvent, CalendarEvent, CaseEvent, ClockEvent, ContactEvent, ContactRef,
    CustomerEvent, DeadlineRef, Event, EventBody, FollowUpEvent, KindEvent, News, OfferEvent,
    OfferReason, PassedTo, QueueEvent, ServerEvent, SettingsEvent, TYPES,
};
use firsthand::router::ids::{Name, OfferId, Text};
use firsthand::wire::event::notification;
use firsthand::wire::request::Request;
use firsthand::wire::subscription::Subscribe;

use super::{expect_file, line, request};

fn n(text: &str) -> Name {
    Name::of(text)
}

fn t(text: &str) -> Text {
    Text(text.into())
}

fn full() -> ContactRef {
    ContactRef {
        contact: n("c1"),
        queue: n("sales"),
        customer: Some(n("li")),
        case: Some(n("case-1")),
        agent: Some(n("bob")),
        ticket: None,
        source: Some(n("pbx")),
    }
}

fn bare() -> ContactRef {
    ContactRef {
        customer: None,
        case: None,
        agent: None,
        source: None,
        ..full()
    }
}

/// At least one body of each type, with and without its optional fields.
fn bodies() -> Vec<EventBody> {
    let mut bodies = people();
    bodies.extend(absences());
    bodies.extend(settings());
    bodies.extend(waits_and_passes());
    bodies.extend(conversations());
    bodies.extend(ends());
    bodies.extend(offers_and_schedules());
    bodies.extend(offers());
    bodies.extend(cases());
    bodies.extend(clocks());
    bodies.extend(helpers());
    bodies
}

fn people() -> Vec<EventBody> {
    vec![
        EventBody::Agent(AgentEvent::Set {
            agent: n("bob"),
            team: Some(n("east")),
        }),
        EventBody::Agent(AgentEvent::Presence {
            agent: n("bob"),
            presence: Presence::Break,
            state: AgentState::Busy,
            reason: Some(t("lunch")),
        }),
        EventBody::Agent(AgentEvent::State {
            agent: n("bob"),
            state: AgentState::Busy,
            state_since_at: 1_000,
            contact: Some(n("c1")),
            reason: None,
        }),
        EventBody::Agent(AgentEvent::State {
            agent: n("bob"),
            state: AgentState::Break,
            state_since_at: 1_000,
            contact: None,
            reason: Some(t("lunch")),
        }),
        EventBody::Agent(AgentEvent::Device {
            agent: n("bob"),
            device: Device::Busy,
        }),
        EventBody::Agent(AgentEvent::Queue {
            agent: n("bob"),
            queue: n("sales"),
            on: false,
            reason: Some(t("training")),
        }),
        EventBody::Agent(AgentEvent::AfterCurrent {
            agent: n("bob"),
            presence: Some(Presence::Break),
            reason: Some(t("lunch")),
            until_at: Some(9_000),
        }),
        EventBody::Agent(AgentEvent::AfterCurrent {
            agent: n("bob"),
            presence: None,
            reason: None,
            until_at: None,
        }),
        EventBody::Agent(AgentEvent::Removed {
            agent: n("bob"),
            successor: Some(n("eve")),
            cases: 2,
            reason: t("left"),
        }),
    ]
}

fn absences() -> Vec<EventBody> {
    vec![
        EventBody::Agent(AgentEvent::Absent {
            agent: n("bob"),
            from_at: 1_000,
            to_at: 2_000,
            reason: Some(t("leave")),
        }),
        EventBody::Agent(AgentEvent::PairAway(PairAwayView {
            agent: n("bob"),
            other: n("eve"),
            from_at: 1_500,
            to_at: 2_000,
            leader: Some(n("lead")),
        })),
        EventBody::Agent(AgentEvent::Briefing(Box::new(BriefingView {
            agent: n("bob"),
            since_at: Some(1_000),
            until_at: Some(2_000),
            items: vec![ServedView {
                at: 1_200,
                contact: n("c1"),
                case: n("case-1"),
                state: Some(CaseState::Open),
                agent: n("eve"),
                route: Route::Deputy,
            }],
            dropped: 0,
        }))),
        EventBody::Agent(AgentEvent::Succession {
            agent: n("bob"),
            to: vec![n("eve"), n("lead")],
            cases: 5,
            start_at: 9_000,
            reason: t("leaves"),
            by: n("hr"),
        }),
        EventBody::Agent(AgentEvent::Succeeded {
            agent: n("bob"),
            cases: 5,
            left: 0,
        }),
    ]
}

fn settings() -> Vec<EventBody> {
    vec![
        EventBody::Queue(QueueEvent::Set { queue: n("sales") }),
        EventBody::Queue(QueueEvent::Removed { queue: n("sales") }),
        EventBody::Settings(SettingsEvent::Set),
        EventBody::Customer(CustomerEvent::Linked {
            customer: n("li"),
            identities: vec![n("tel:+8613800138000")],
            merged: Some(n("li-2")),
        }),
        EventBody::Customer(CustomerEvent::Unlinked {
            customer: n("li"),
            identity: n("tel:+8613800138000"),
            to: Some(n("wang")),
            cases: vec![n("k1")],
        }),
        EventBody::Customer(CustomerEvent::Excluded {
            customer: n("li"),
            agent: n("bob"),
            on: true,
            reason: t("brother"),
        }),
    ]
}

fn waits_and_passes() -> Vec<EventBody> {
    let transferred = |agent: Option<&str>, queue: Option<&str>| {
        EventBody::Contact(
            full(),
            ContactEvent::Transferred {
                from: n("bob"),
                to: PassedTo {
                    agent: agent.map(n),
                    queue: queue.map(n),
                },
                mode: TransferMode::Consult,
                reason: t("second level"),
            },
        )
    };
    vec![
        EventBody::Contact(
            bare(),
            ContactEvent::Waiting {
                state: ContactState::Waiting,
                position: Some(1),
                why: Why::NoAgentAvailable,
            },
        ),
        EventBody::Contact(
            full(),
            ContactEvent::Waiting {
                state: ContactState::Scheduled,
                position: None,
                why: Why::NotBefore,
            },
        ),
        transferred(Some("eve"), None),
        transferred(None, Some("second")),
        EventBody::Contact(
            bare(),
            ContactEvent::Overflowed {
                from: n("sales"),
                to: n("backup"),
                why: Why::WaitedTooLong,
            },
        ),
        EventBody::Contact(full(), ContactEvent::Updated),
    ]
}

fn conversations() -> Vec<EventBody> {
    vec![
        EventBody::Contact(
            full(),
            ContactEvent::Connected {
                offer: Some(OfferId(17)),
                route: Route::Skill,
                owner: Some(n("bob")),
                wait_ms: 1_500,
                bot: false,
                taken: false,
                despite: None,
                news: Vec::new(),
            },
        ),
        EventBody::Contact(
            full(),
            ContactEvent::Connected {
                offer: None,
                route: Route::Direct,
                owner: None,
                wait_ms: 0,
                bot: true,
                taken: true,
                despite: Some(Verdict::Break),
                news: Vec::new(),
            },
        ),
        EventBody::Contact(
            full(),
            ContactEvent::Left {
                talk_ms: 40_000,
                hold_ms: 20_000,
                wrap_up_until_at: Some(90_000),
            },
        ),
        EventBody::Contact(
            full(),
            ContactEvent::Left {
                talk_ms: 40_000,
                hold_ms: 0,
                wrap_up_until_at: None,
            },
        ),
        EventBody::Contact(
            full(),
            ContactEvent::WrapUp {
                until_at: 90_000,
                ended_by: None,
            },
        ),
        EventBody::Contact(full(), ContactEvent::Held { on: true }),
        EventBody::Contact(full(), ContactEvent::Retrieved),
    ]
}

fn ends() -> Vec<EventBody> {
    vec![
        EventBody::Contact(
            full(),
            ContactEvent::Ended {
                outcome: Outcome::Resolved,
                wait_ms: 1_500,
                handle_ms: Some(70_000),
                talk_ms: Some(40_000),
                hold_ms: Some(20_000),
                ended_by: Some(EndedBy::Customer),
                ended_at: Some(80_000),
            },
        ),
        EventBody::Contact(
            bare(),
            ContactEvent::Ended {
                outcome: Outcome::NoAgent,
                wait_ms: 10,
                handle_ms: None,
                talk_ms: None,
                hold_ms: None,
                ended_by: None,
                ended_at: None,
            },
        ),
        EventBody::Contact(
            full(),
            ContactEvent::Unreached {
                attempt: 2,
                attempts: 3,
                next_at: Some(1_801_000),
            },
        ),
        EventBody::Contact(
            full(),
            ContactEvent::Assigned {
                by: n("lead"),
                reason: Some(t("asked for")),
            },
        ),
        EventBody::Contact(
            full(),
            ContactEvent::Outcome {
                outcome: Outcome::Resolved,
                code: Some(n("paid")),
                note: Some(t("fine")),
            },
        ),
    ]
}

/// Offers and scheduled contacts.
fn offers_and_schedules() -> Vec<EventBody> {
    vec![
        EventBody::Contact(
            full(),
            ContactEvent::Offered {
                offer: OfferId(17),
                route: Route::Owner,
                why: Why::OwnerAvailable,
                expires_at: 20_000,
                ring_ms: 15_000,
                channel: n("callback"),
                address: Some(t("PJSIP/101")),
                callback_address: Some(t("+8613800138000")),
                mentor: None,
                attributes: None,
                news: vec![news()],
            },
        ),
        EventBody::Contact(
            ContactRef {
                ticket: Some(n("A001")),
                ..bare()
            },
            ContactEvent::Offered {
                offer: OfferId(18),
                route: Route::Direct,
                why: Why::MentorAvailable,
                expires_at: 20_000,
                ring_ms: 15_000,
                channel: n("counter"),
                address: None,
                callback_address: None,
                mentor: Some(n("lead")),
                attributes: Some(Attributes("{\"need\":\"meter\"}".into())),
                news: Vec::new(),
            },
        ),
        EventBody::Contact(
            full(),
            ContactEvent::Callback {
                joined_at: 1_000,
                address: Some(t("+8613800138000")),
                by_owner: true,
            },
        ),
        EventBody::Contact(
            bare(),
            ContactEvent::Callback {
                joined_at: 1_000,
                address: None,
                by_owner: false,
            },
        ),
    ]
}

fn offers() -> Vec<EventBody> {
    let offer = |end, reason| {
        EventBody::Offer(
            full(),
            OfferEvent {
                end,
                offer: OfferId(17),
                reason,
            },
        )
    };
    vec![
        offer(OfferEnd::Accepted, None),
        offer(
            OfferEnd::Declined,
            Some(OfferReason::Declined(DeclineReason::Busy)),
        ),
        offer(OfferEnd::Expired, None),
        offer(OfferEnd::Revoked, Some(OfferReason::TakenByOther)),
        offer(OfferEnd::Revoked, Some(OfferReason::ContactGone)),
        offer(OfferEnd::Revoked, Some(OfferReason::AgentGone)),
        offer(OfferEnd::Revoked, Some(OfferReason::Rerouted)),
    ]
}

fn cases() -> Vec<EventBody> {
    let case = || n("case-1");
    vec![
        EventBody::Case(CaseEvent::Opened {
            case: case(),
            customer: Some(n("li")),
            topic: Some(n("meter")),
            kind: Some(n("complaint")),
            contact: Some(n("c1")),
            due_at: Some(90_000),
        }),
        EventBody::Case(CaseEvent::Owned {
            case: case(),
            owner: n("bob"),
            contact: Some(n("c1")),
        }),
        EventBody::Case(CaseEvent::Assisted {
            case: case(),
            owner: n("bob"),
            agent: n("eve"),
            contact: n("c1"),
            route: Route::Deputy,
        }),
        EventBody::Case(CaseEvent::HandedOver {
            removed: false,
            case: case(),
            from: Some(n("bob")),
            to: n("eve"),
            reason: t("leaves"),
            by: n("lead"),
        }),
        EventBody::Case(CaseEvent::Escalated {
            of: deadline(),
            step: 1,
            to: Some(n("lead")),
            role: None,
            reason: EscalationReason::Repeat,
            due_at: None,
            late: false,
        }),
        EventBody::Case(CaseEvent::Noted {
            case: case(),
            text: t("called back\n\"soon\""),
            by: n("bob"),
        }),
        EventBody::Case(CaseEvent::Resolved {
            case: case(),
            by: n("bob"),
            note: Some(t("done")),
        }),
        EventBody::Case(CaseEvent::Reopened {
            case: case(),
            by: n("bob"),
            owner: None,
            due_at: None,
        }),
        EventBody::Case(CaseEvent::Closed {
            case: case(),
            by: n("bob"),
            note: None,
        }),
        EventBody::Server(ServerEvent::Reloaded),
    ]
}

fn news() -> News {
    News {
        assist: 1,
        at: 500,
        by: Some(n("eve")),
        result: Some(t("the meter is right")),
    }
}

fn deadline() -> DeadlineRef {
    DeadlineRef {
        case: n("case-1"),
        stage: None,
        assist: None,
    }
}

fn of_stage() -> DeadlineRef {
    DeadlineRef {
        stage: Some(n("received")),
        ..deadline()
    }
}

fn of_assist() -> DeadlineRef {
    DeadlineRef {
        assist: Some(1),
        ..deadline()
    }
}

fn clocks() -> Vec<EventBody> {
    let case = || n("case-1");
    vec![
        EventBody::Clock(ClockEvent::Stage {
            case: case(),
            stage: n("reviewed"),
            from: Some(n("received")),
            due_at: Some(90_000),
            by: Some(n("bob")),
        }),
        EventBody::Clock(ClockEvent::DueSoon {
            of: of_stage(),
            owner: Some(n("bob")),
            due_at: 90_000,
            late: false,
        }),
        EventBody::Clock(ClockEvent::Overdue {
            of: deadline(),
            owner: Some(n("bob")),
            due_at: 90_000,
            late: true,
        }),
        EventBody::Clock(ClockEvent::Overdue {
            of: of_assist(),
            owner: None,
            due_at: 90_000,
            late: false,
        }),
        EventBody::Case(CaseEvent::Escalated {
            of: of_stage(),
            step: 2,
            to: None,
            role: Some(Role::Supervisor),
            reason: EscalationReason::Overdue,
            due_at: Some(90_000),
            late: true,
        }),
        EventBody::Clock(ClockEvent::Met {
            of: of_stage(),
            owner: Some(n("bob")),
            started_at: 5_000,
            due_at: 90_000,
        }),
        EventBody::Clock(ClockEvent::Extended {
            of: deadline(),
            from_at: 90_000,
            due_at: 180_000,
            reason: t("parts"),
            by: n("lead"),
        }),
        EventBody::Clock(ClockEvent::Waiting {
            case: case(),
            on: WaitOn::Customer,
            until_at: Some(60_000),
            stops_clock: true,
            by: Some(n("bob")),
        }),
        EventBody::Clock(ClockEvent::Resumed {
            case: case(),
            on: WaitOn::Customer,
            why: WaitEnd::Contact,
            waited_ms: 20_000,
            due_at: Some(110_000),
        }),
    ]
}

fn helpers() -> Vec<EventBody> {
    let case = || n("case-1");
    vec![
        EventBody::Assist(AssistEvent::Requested {
            case: case(),
            assist: 1,
            owner: Some(n("bob")),
            agent: None,
            queue: Some(n("second")),
            contact: n("case-1/assist-1"),
            request: t("check the meter"),
            hand_on_at: Some(60_000),
            due_at: Some(90_000),
            by: Some(n("bob")),
        }),
        EventBody::Assist(AssistEvent::Done {
            case: case(),
            assist: 1,
            owner: Some(n("bob")),
            by: Some(n("eve")),
            result: Some(t("the meter is right")),
            due_at: Some(90_000),
            overdue: true,
        }),
        EventBody::FollowUp(FollowUpEvent::Due {
            case: case(),
            owner: Some(n("bob")),
            attempt: 1,
            attempts: 3,
            contact: n("case-1/follow-up-1"),
            late: false,
        }),
        EventBody::FollowUp(FollowUpEvent::Done {
            case: case(),
            owner: Some(n("bob")),
            attempt: 1,
            result: FollowUpResult::Satisfied,
            score: Some(5),
            by: n("bob"),
        }),
        EventBody::Kind(KindEvent::Set {
            kind: n("complaint"),
        }),
        EventBody::Kind(KindEvent::Removed {
            kind: n("complaint"),
        }),
        EventBody::Calendar(CalendarEvent::Set {
            calendar: n("china"),
        }),
        EventBody::Calendar(CalendarEvent::Removed {
            calendar: n("china"),
        }),
    ]
}

fn event(body: EventBody) -> Event {
    Event {
        seq: 5,
        at: 1_000,
        actor: None,
        body,
    }
}

#[test]
fn every_event_has_its_form() {
    let mut actual = String::new();
    let mut seen = Vec::new();
    for body in bodies() {
        seen.push(body.kind().as_str());
        let mut out = Vec::new();
        notification(&mut out, &event(body));
        let text = String::from_utf8(out).expect("events are UTF-8");
        serde_json::from_str::<serde_json::Value>(&text).expect("events are JSON");
        actual.push_str(&text);
        actual.push('\n');
    }
    for known in TYPES {
        assert!(seen.contains(known), "{known} is not shown");
    }
    for kind in seen {
        assert!(TYPES.contains(&kind), "{kind} cannot be subscribed to");
    }
    expect_file("tests/wire/events.expected", &actual);
}

fn wanted(params: &str) -> Subscribe {
    match request(&line("events.subscribe", params)) {
        Request::Subscribe(subscribe) => *subscribe,
        other => panic!("{other:?}"),
    }
}

/// The types of all bodies above that a subscription lets through.
fn passed(params: &str) -> Vec<&'static str> {
    let wanted = wanted(params);
    let mut kinds: Vec<_> = bodies()
        .into_iter()
        .map(event)
        .filter(|event| wanted.wants(event))
        .map(|event| event.body.kind().as_str())
        .collect();
    let mut seen = Vec::new();
    kinds.retain(|kind| {
        let is_new = !seen.contains(kind);
        seen.push(*kind);
        is_new
    });
    kinds
}

#[test]
fn a_subscription_filters() {
    assert_eq!(passed("{}").len(), TYPES.len());
    assert_eq!(
        passed(r#"{"types":["case.owned","agent.set"]}"#),
        ["agent.set", "case.owned"]
    );
    assert_eq!(
        passed(r#"{"queues":["backup","second"]}"#),
        [
            "contact.transferred",
            "contact.overflowed",
            "case.assist_requested"
        ]
    );
    assert_eq!(
        passed(r#"{"agents":["lead"]}"#),
        [
            "agent.pair_away",
            "agent.succession",
            "case.handed_over",
            "case.escalated",
            "case.extended"
        ]
    );
    assert_eq!(
        passed(r#"{"agents":["eve"],"queues":["sales"]}"#),
        ["contact.transferred"]
    );
    assert!(passed(r#"{"agents":["nobody"]}"#).is_empty());
    assert!(passed(r#"{"source":"chat"}"#).is_empty());
    let of_pbx = passed(r#"{"source":"pbx"}"#);
    assert!(of_pbx.contains(&"contact.offered") && of_pbx.contains(&"offer.accepted"));
    let prefixes = ["contact.", "offer."];
    let is_of_contact = |kind: &&str| prefixes.iter().any(|prefix| kind.starts_with(prefix));
    assert!(of_pbx.iter().all(is_of_contact), "{of_pbx:?}");
}
