//! The simulation of the year: agents who work and are absent, customers, and a daemon that
//! restarts.

use firsthand::calendar::{Term, Written};
use firsthand::router::Router;
use firsthand::router::answer::{Answer, CaseView};
use firsthand::router::codes::{
    CaseState, ContactState, FollowUpResult, Outcome, Presence, WaitOn,
};
use firsthand::router::command::{
    AgentCommand, AgentPresence, AgentSet, CalendarCommand, CalendarSet, CaseAct, CaseAdvance,
    CaseAssist, CaseAssistDone, CaseCommand, CaseExtend, CaseFollowUp, CaseHandover, CaseOpen,
    CaseWait, Command, ContactCommand, ContactEnd, ContactSubmit, KindCommand, KindSet,
    OfferCommand, OfferRef, Score, Stamped,
};
use firsthand::router::effect::Effects;
use firsthand::router::event::{ContactEvent, EventBody};
use firsthand::router::ids::{Name, Text};
use firsthand::router::kind::KindRules;
use firsthand::router::query::{CaseNamed, Query};
use firsthand::router::reject::Reject;
use firsthand::router::time::{Millis, Timestamp};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::watch::Watch;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 1 January 2026, 00:00 in Shanghai.
const START: Timestamp = 1_767_196_800_000;
const AGENTS: usize = 24;
/// How often the daemon is down in a year.
const OUTAGES: f64 = 40.0;

const KINDS: [(&str, &str); 4] = [
    (
        "complaint",
        r#"{"due":"4 working days","calendar":"china","warn_ms":172800000,"wait_stops_clock":true,
        "stages":[{"stage":"received","due":"20m","warn_ms":300000},{"stage":"dispatched","due":"24h"},
        {"stage":"handled"},{"stage":"reviewed","due":"8 working hours"}],
        "ladder":[{"to":"owner","before_ms":86400000},{"to":"leader","after_ms":0},
        {"to":"supervisor","after":"5 working days"}],
        "follow_up":{"after":"1 working day","every":"1 working day"},
        "assist":{"hand_on_ms":3600000,"due":"1 working day"}}"#,
    ),
    (
        "repair",
        r#"{"due":"225m","warn_ms":900000,"at_once":["leader"],
        "stages":[{"stage":"dispatched","due":"45m"},{"stage":"on_site","due":"3h"}],
        "ladder":[{"to":"deputy","after_ms":600000}],
        "follow_up":{"after_ms":86400000,"every_ms":25200000,"attempts":2}}"#,
    ),
    (
        "enquiry",
        r#"{"due":"8 working hours","calendar":"china","wait_stops_clock":true,
        "assist":{"hand_on_ms":3600000,"due":"48h"}}"#,
    ),
    ("report", r#"{"due":"9d","warn_ms":172800000}"#),
];

pub struct Year {
    pub router: Router,
    pub watch: Watch,
    rng: ChaCha8Rng,
    now: Timestamp,
    effects: Effects,
    opened: usize,
    contacts: usize,
    /// The cases not known to be closed.
    live: Vec<Name>,
    /// The last snapshot, followed by the journal since.
    snapshot: Vec<u8>,
    journal: Vec<Stamped>,
}

fn name(text: impl AsRef<str>) -> Name {
    Name::of(text.as_ref())
}

fn text(text: &str) -> Text {
    Text(text.into())
}

impl Year {
    pub fn new(seed: u64) -> Self {
        let router = Router::new();
        let mut year = Self {
            snapshot: router.image(),
            router,
            watch: Watch::default(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            now: START,
            effects: Effects::default(),
            opened: 0,
            contacts: 0,
            live: Vec::new(),
            journal: Vec::new(),
        };
        year.set_up();
        year
    }

    fn set_up(&mut self) {
        let china = include_str!("../../config/calendars/china.toml");
        let mut china: Written = toml::from_str(china).expect("a calendar");
        let hours = vec!["09:00-12:00".into(), "13:00-17:30".into()];
        let week = ["mon", "tue", "wed", "thu", "fri"];
        china.week = Some(week.map(|day| (day.into(), hours.clone())).into());
        self.done(Command::Calendar(CalendarCommand::Set(Box::new(
            CalendarSet {
                calendar: name("china"),
                rules: china.resolve().expect("a calendar"),
            },
        ))));
        for leader in ["boss", "lead-0", "lead-1"] {
            let above = (leader != "boss").then_some("boss");
            self.agent(leader, None, above);
        }
        for n in 0..AGENTS {
            // Agents 0 and 1, 2 and 3 … are each other's deputies.
            let deputy = format!("a{}", n ^ 1);
            self.agent(
                &format!("a{n}"),
                Some(&deputy),
                Some(&format!("lead-{}", n % 2)),
            );
        }
        for (kind, rules) in KINDS {
            let rules: KindRules = serde_json::from_str(rules).expect("a kind");
            let kind = name(kind);
            self.done(Command::Kind(KindCommand::Set(Box::new(KindSet {
                kind,
                rules,
            }))));
        }
    }

    fn agent(&mut self, id: &str, deputy: Option<&str>, leader: Option<&str>) {
        let plain = serde_json::json!({"agent": id, "deputy": deputy, "leader": leader});
        let set: AgentSet = serde_json::from_value(plain).expect("an agent");
        self.done(Command::Agent(AgentCommand::Set(Box::new(set))));
        self.presence(id, Presence::Available);
    }

    fn presence(&mut self, id: &str, presence: Presence) {
        self.done(Command::Agent(AgentCommand::Presence(AgentPresence::of(
            name(id),
            presence,
        ))));
    }

    /// Runs a year in which this many cases are opened.
    pub fn live(&mut self, cases: usize) {
        let mean = (365 * DAY) as f64 / cases as f64 / 8.0;
        let outages = OUTAGES / (cases as f64 * 8.0);
        let mut steps = 0_u64;
        while self.opened < cases {
            let ahead = -mean * (1.0 - self.rng.random::<f64>()).ln();
            self.pass(self.now + ahead as i64);
            if self.rng.random_bool(outages) {
                self.outage();
            }
            self.act();
            steps += 1;
            if steps.is_multiple_of(1_024) {
                self.router
                    .book()
                    .check_invariants()
                    .expect("the invariants hold");
                self.live.retain(|case| !self.watch.cases[case].closed);
            }
        }
    }

    /// Advances time as the daemon does: deadline by deadline.
    fn pass(&mut self, until: Timestamp) {
        while let Some(due) = self.router.next_deadline().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.done(Command::Tick);
        }
        self.now = until;
    }

    /// The daemon is down for up to three days and restores its last snapshot and journal.
    fn outage(&mut self) {
        let digest = self.router.digest();
        let mut router = Router::from_image(&self.snapshot).expect("the snapshot is whole");
        let mut effects = Effects::default();
        for stamped in &self.journal {
            let _refused = router.apply(stamped, &mut effects);
        }
        assert_eq!(router.digest(), digest, "the journal gives the same state");
        let snapshot = router.image();
        let router = Router::from_image(&snapshot).expect("the image is whole");
        assert_eq!(router.digest(), digest, "the image gives the same state");
        (self.router, self.snapshot) = (router, snapshot);
        self.journal.clear();
        self.now += self.rng.random_range(MINUTE..3 * DAY);
        self.watch.tell("restarts");
        self.done(Command::Restarted);
    }

    fn send(&mut self, command: Command) -> Result<Answer, Reject> {
        let stamped = Stamped {
            at: self.now,
            chance: self.rng.random(),
            source: None,
            key: None,
            actor: None,
            command,
        };
        self.effects.clear();
        let answer = self.router.apply(&stamped, &mut self.effects);
        for event in &self.effects.events {
            self.watch.see(event);
        }
        self.journal.push(stamped);
        answer
    }

    fn done(&mut self, command: Command) -> Answer {
        let told = format!("{command:?}");
        match self.send(command) {
            Ok(answer) => answer,
            Err(reject) => panic!("{told}: {reject}"),
        }
    }

    fn act(&mut self) {
        match self.rng.random_range(0..100) {
            0..8 => self.case_by_hand(),
            8..14 => self.first_contact(),
            14..20 => self.people(),
            20..24 => self.owner_calls(),
            _ => self.work(),
        }
    }

    fn kind(&mut self) -> Name {
        name(KINDS[self.rng.random_range(0..KINDS.len())].0)
    }

    fn some_agent(&mut self) -> Name {
        name(format!("a{}", self.rng.random_range(0..AGENTS)))
    }

    fn case_by_hand(&mut self) {
        self.opened += 1;
        let case = name(format!("k{}", self.opened));
        let owner = self.rng.random_bool(0.9).then(|| self.some_agent());
        let kind = Some(self.kind());
        self.done(Command::Case(CaseCommand::Open(Box::new(CaseOpen {
            case: case.clone(),
            customer: name(format!("c{}", self.opened)),
            topic: None,
            kind,
            owner,
            of_nobody: false,
        }))));
        self.live.push(case);
    }

    /// A new customer calls, and the agent who accepts owns a new case.
    fn first_contact(&mut self) {
        self.opened += 1;
        let customer = name(format!("c{}", self.opened));
        let kind = Some(self.kind());
        if let Some(case) = self.call(customer, kind, None) {
            self.live.push(case);
        }
    }

    fn call(&mut self, customer: Name, kind: Option<Name>, case: Option<Name>) -> Option<Name> {
        self.contacts += 1;
        let contact = name(format!("call-{}", self.contacts));
        let submit = ContactSubmit {
            customer: Some(customer),
            kind,
            case,
            max_wait_ms: Some(Millis(MINUTE)),
            ..ContactSubmit::of(contact.clone())
        };
        let answer = self.done(Command::Contact(ContactCommand::Submit(Box::new(submit))));
        let Answer::Submitted(submitted) = answer else {
            panic!("{answer:?}");
        };
        let offer = submitted.offer?;
        let answer = self.done(Command::Offer(OfferCommand::Accept(OfferRef {
            offer: Some(offer.offer),
            contact: None,
            agent: None,
        })));
        let Answer::Contact(connected) = answer else {
            panic!("{answer:?}");
        };
        let resolved = self.rng.random_bool(0.2);
        self.hang_up(
            &contact,
            if resolved {
                Outcome::Resolved
            } else {
                Outcome::Open
            },
        );
        connected.case
    }

    fn hang_up(&mut self, contact: &Name, outcome: Outcome) {
        self.done(Command::Contact(ContactCommand::End(ContactEnd {
            outcome: Some(outcome),
            ..ContactEnd::of(contact.clone())
        })));
    }

    /// An agent leaves or returns; a pair may be away together.
    fn people(&mut self) {
        let agent = self.some_agent();
        let away = self.rng.random_bool(0.45);
        let presence = if away {
            Presence::Offline
        } else {
            Presence::Available
        };
        self.presence(agent.as_str(), presence);
        // What waited for a returned agent rings now; some of it is accepted.
        let rings: Vec<_> = self
            .effects
            .events
            .iter()
            .filter_map(|event| match &event.body {
                EventBody::Contact(of, ContactEvent::Offered { offer, .. }) => {
                    Some((of.contact.clone(), *offer))
                }
                _ => None,
            })
            .collect();
        for (contact, offer) in rings {
            let accept = Command::Offer(OfferCommand::Accept(OfferRef {
                offer: Some(offer),
                contact: None,
                agent: None,
            }));
            if self.rng.random_bool(0.7) && self.send(accept).is_ok() {
                self.hang_up(&contact, Outcome::Open);
            }
        }
    }

    fn some_case(&mut self) -> Option<CaseView> {
        if self.live.is_empty() {
            return None;
        }
        // Mostly recent cases: the older ones have been worked on.
        let back = self.rng.random::<f64>().powi(3) * self.live.len() as f64;
        let at = self.live.len() - 1 - back as usize;
        let case = self.live[at].clone();
        match self
            .router
            .book()
            .query(self.now, &Query::CaseGet(CaseNamed { case }))
        {
            Ok(Answer::Case(view)) => Some(*view),
            _ => {
                self.live.swap_remove(at);
                None
            }
        }
    }

    fn owner_calls(&mut self) {
        let Some(view) = self.some_case() else { return };
        if view.state == CaseState::Open
            && let Some(customer) = view.customer
        {
            self.call(customer, None, Some(view.case));
        }
    }

    /// An agent acts on a case. An act that does not fit its state is refused, and the observer
    /// checks that it had no effect.
    fn work(&mut self) {
        let Some(view) = self.some_case() else { return };
        let by = view.owner.clone().unwrap_or_else(|| name("lead-0"));
        let before = self.watch.cases[&view.case].clone();
        let command = self.something(&view, by);
        let refused = self.send(command).is_err();
        if refused {
            let after = &self.watch.cases[&view.case];
            assert_eq!((&before.owner, before.open), (&after.owner, after.open));
        }
    }

    fn something(&mut self, view: &CaseView, by: Name) -> Command {
        let case = view.case.clone();
        match self.rng.random_range(0..24) {
            0..8 => Command::Case(CaseCommand::Advance(CaseAdvance {
                case,
                stage: next_stage(view),
                by: Some(by),
            })),
            8..12 => Command::Case(CaseCommand::Resolve(CaseAct {
                case,
                by,
                note: None,
            })),
            12 => Command::Case(CaseCommand::Close(CaseAct {
                case,
                by,
                note: None,
            })),
            13 => Command::Case(CaseCommand::Reopen(CaseAct {
                case,
                by,
                note: None,
            })),
            14..16 => Command::Case(CaseCommand::Wait(CaseWait {
                case,
                on: if self.rng.random_bool(0.9) {
                    WaitOn::Customer
                } else {
                    WaitOn::Assist
                },
                until_at: self
                    .rng
                    .random_bool(0.8)
                    .then(|| self.now + self.rng.random_range(MINUTE..10 * DAY)),
                by: Some(by),
            })),
            16 => Command::Case(CaseCommand::Extend(CaseExtend {
                case,
                stage: view.stage.clone().filter(|_| self.rng.random_bool(0.3)),
                to_at: self.now + self.rng.random_range(HOUR..20 * DAY),
                reason: text("parts"),
                by: name("lead-0"),
            })),
            17..19 => Command::Case(CaseCommand::Assist(Box::new(self.assist(case, by)))),
            19 => Command::Case(CaseCommand::AssistDone(CaseAssistDone {
                case,
                assist: None,
                result: Some(text("done")),
                by: Some(by),
            })),
            20 => Command::Case(CaseCommand::Handover(Box::new(CaseHandover {
                case: Some(case),
                owner: None,
                to: self.some_agent(),
                reason: text("load"),
                by: name("lead-0"),
            }))),
            _ => Command::Case(CaseCommand::FollowUp(CaseFollowUp {
                case,
                result: match self.rng.random_range(0..3) {
                    0 => FollowUpResult::Satisfied,
                    1 => FollowUpResult::Unsatisfied,
                    _ => FollowUpResult::NoAnswer,
                },
                score: Some(Score::of(self.rng.random_range(0..=100))),
                by,
            })),
        }
    }

    fn assist(&mut self, case: Name, by: Name) -> CaseAssist {
        let agent = self.rng.random_bool(0.7).then(|| self.some_agent());
        let queue = agent.is_none().then(|| name("default"));
        let own = self.rng.random_bool(0.5);
        CaseAssist {
            case,
            agent,
            queue,
            request: text("look into it"),
            due_ms: None,
            due: own.then_some(Term::Elapsed(6 * HOUR)),
            by: Some(by),
        }
    }

    /// At the end of the year every open case has a deadline or waits, and cases that end by time
    /// alone have ended.
    pub fn end(&mut self) {
        self.outage();
        self.pass(self.now + 400 * DAY);
        self.router
            .book()
            .check_invariants()
            .expect("the invariants hold");
        let cases: Vec<Name> = self.watch.cases.keys().cloned().collect();
        let mut undecided: Vec<Name> = self.watch.undecided().cloned().collect();
        undecided.dedup();
        for case in cases {
            let seen = self.watch.cases[&case].clone();
            let query = Query::CaseGet(CaseNamed { case: case.clone() });
            let Ok(Answer::Case(view)) = self.router.book().query(self.now, &query) else {
                assert!(seen.closed, "{case} is gone and was not closed");
                continue;
            };
            assert_eq!(view.owner, seen.owner, "{case} has one owner");
            assert_eq!(view.state == CaseState::Open, seen.open, "{case}");
            match view.state {
                CaseState::Open => {
                    let known = view.due_at.is_some() || view.waiting.is_some();
                    assert!(known, "{case} is forgotten");
                    let decided = !undecided.contains(&case);
                    assert!(decided || view.waiting.is_some(), "{case} is undecided");
                }
                CaseState::Resolved => {
                    let pending = view.follow_up.as_ref().and_then(|f| f.next_at);
                    assert!(
                        pending.is_some(),
                        "{case} is forgotten after its resolution"
                    );
                    assert!(self.follow_up_waits(&view), "{case} waits for nobody");
                }
                CaseState::Closed => assert!(seen.closed),
            }
        }
    }

    /// Whether the follow-up contact of a resolved case waits, for an owner who is away.
    fn follow_up_waits(&self, view: &CaseView) -> bool {
        let contact = view.follow_up.as_ref().and_then(|f| f.contact.clone());
        let Some(contact) = contact else { return false };
        let query = Query::ContactGet(firsthand::router::query::ContactNamed { contact });
        match self.router.book().query(self.now, &query) {
            Ok(Answer::Contact(contact)) => contact.state == ContactState::Waiting,
            _ => false,
        }
    }
}

/// The next stage, by the kinds above.
fn next_stage(view: &CaseView) -> Name {
    let stages = ["received", "dispatched", "handled", "reviewed"];
    let repair = ["dispatched", "on_site"];
    let of: &[&str] = match view.kind.as_ref().map(Name::as_str) {
        Some("repair") => &repair,
        _ => &stages,
    };
    let here = view.stage.as_ref().map_or("", Name::as_str);
    let at = of.iter().position(|stage| *stage == here).unwrap_or(0);
    name(of[(at + 1) % of.len()])
}
