//! Rehearses random scripts: a debug build checks the router's invariants after every step. The
//! same seed makes the same script; a failure names its seed and prints the script.

use std::panic::{AssertUnwindSafe, catch_unwind};

use firsthand::rehearse;
use firsthand::router::Router;
use firsthand::router::command::{AgentCommand, Command, Desktop, SessionCommand, Stamped};
use firsthand::router::effect::Effects;
use firsthand::router::event::TYPES;
use firsthand::wire::limits::Limits;
use firsthand::wire::request::{Call, Message, Request, parse};
use serde_json::{Value, json};

const SCRIPTS: u64 = 150;
const REQUESTS: usize = 150;
const RESTARTED: u64 = 25;
const AGENTS: [&str; 5] = ["ann", "bob", "cid", "dan", "bot"];
const CUSTOMERS: [&str; 3] = ["li", "wu", "zo"];
const QUEUES: [&str; 3] = ["default", "q1", "q2"];
const KINDS: [&str; 3] = ["slow", "fast", "unknown"];
const DESKTOPS: [&str; 3] = ["d1", "d2", "d3"];
const STAGES: [&str; 3] = ["in", "on", "out"];
const CASES: [&str; 5] = ["k1", "k2", "k3", "case-1", "case-2"];

#[test]
fn random_scripts_keep_the_invariants() {
    let mut unseen: Vec<&str> = TYPES.to_vec();
    unseen.retain(|kind| kind.starts_with("case.") || kind.starts_with("kind."));
    for seed in 0..SCRIPTS {
        let script = Script::make(seed);
        let mut said = Vec::new();
        let played = catch_unwind(AssertUnwindSafe(|| {
            rehearse::run(script.as_bytes(), &mut said, Router::new())
        }));
        assert!(matches!(played, Ok(Ok(()))), "seed {seed}:\n{script}");
        let said = String::from_utf8(said).expect("text");
        unseen.retain(|kind| !said.contains(&format!("\"type\":\"{kind}\"")));
    }
    assert!(unseen.is_empty(), "no script led to {unseen:?}");
}

/// A router restored from its image again and again behaves like one that is not.
#[test]
fn a_restart_changes_nothing() {
    for seed in 1_000..1_000 + RESTARTED {
        let script = Script::make(seed);
        let mut pair = Pair::new();
        for (n, line) in script.lines().enumerate() {
            let line: Value = serde_json::from_str(line).expect("a script is JSON");
            let at = line["at"].as_i64().expect("a time");
            if let Err(fault) = pair.request(at, &line) {
                panic!("seed {seed}, line {}: {fault}\n{script}", n + 1);
            }
            if n % 7 == 0 {
                pair.restart();
            }
        }
    }
}

/// Two routers that get the same commands.
struct Pair {
    goes_on: Router,
    restarts: Router,
}

impl Pair {
    fn new() -> Self {
        Self {
            goes_on: Router::new(),
            restarts: Router::new(),
        }
    }

    fn restart(&mut self) {
        let restored = Router::from_image(&self.restarts.image());
        self.restarts = restored.expect("an image of its own");
    }

    fn request(&mut self, at: i64, line: &Value) -> Result<(), String> {
        while let Some(due) = self.goes_on.next_deadline().filter(|due| *due <= at) {
            let other = self.restarts.next_deadline();
            if other != Some(due) {
                return Err(format!("due is {due}, after the restart {other:?}"));
            }
            self.apply(due, Command::Tick)?;
        }
        let session = line["session"].as_str();
        let session = session.and_then(|name| DESKTOPS.iter().position(|desk| *desk == name));
        if let (Some(session), Some(true)) = (session, line["close"].as_bool()) {
            let closed = SessionCommand::DesktopClosed(Desktop {
                session: session as u64,
            });
            return self.apply(at, Command::Session(closed));
        }
        let request = json!({
            "jsonrpc": "2.0", "id": 1, "method": line["method"], "params": line["params"],
        });
        match parse(request.to_string().as_bytes(), &Limits::default()) {
            Message::One(Call {
                request: Ok(Request::Command(mut command)),
                ..
            }) => {
                if let Command::Agent(AgentCommand::Presence(set)) = &mut command {
                    set.session = session.map(|session| session as u64);
                }
                self.apply(at, command)
            }
            Message::One(_) | Message::Batch(_) => Ok(()),
        }
    }

    fn apply(&mut self, at: i64, command: Command) -> Result<(), String> {
        let stamped = Stamped {
            at,
            chance: 7,
            source: None,
            key: None,
            actor: None,
            command,
        };
        let (mut one, mut other) = (Effects::default(), Effects::default());
        let answers = (
            self.goes_on.apply(&stamped, &mut one),
            self.restarts.apply(&stamped, &mut other),
        );
        if answers.0 != answers.1 {
            return Err(format!("answers differ: {answers:?}"));
        }
        if one.events != other.events {
            return Err(format!(
                "events differ: {:?}\n{:?}",
                one.events, other.events
            ));
        }
        if self.goes_on.digest() != self.restarts.digest() {
            return Err("digests differ".to_owned());
        }
        self.restarts.book().check_invariants()
    }
}

/// A script being generated.
struct Script {
    state: u64,
    at: u64,
    contacts: usize,
    lines: String,
}

impl Script {
    fn make(seed: u64) -> String {
        let mut script = Self {
            state: seed,
            at: 0,
            contacts: 0,
            lines: String::new(),
        };
        script.queue();
        script.queue();
        for _ in 0..8 {
            script.agent();
        }
        script.kind();
        script.kind();
        for case in &CASES[..3] {
            let customer = script.pick(&CUSTOMERS);
            let owner = script.pick(&AGENTS[..4]);
            let kind = script.pick(&KINDS);
            script.say(
                "case.open",
                json!({"case": case, "customer": customer, "owner": owner, "kind": kind}),
            );
        }
        for _ in 0..REQUESTS {
            script.at += script.pick(&[0, 0, 1, 500, 1_000, 2_000]);
            script.request();
        }
        script.at += 100_000;
        script.say("contact.list", json!({}));
        script.lines
    }

    /// A pseudo-random number below `n`.
    fn draw(&mut self, n: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.draw(from.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.draw(n) == 0
    }

    fn say(&mut self, method: &str, params: Value) {
        let line = json!({"at": self.at, "method": method, "params": params});
        self.lines.push_str(&line.to_string());
        self.lines.push('\n');
    }

    fn skills(&mut self) -> Value {
        let mut skills = json!({});
        for skill in ["x", "y"] {
            if self.one_in(2) {
                skills[skill] = json!(1 + self.draw(9));
            }
        }
        skills
    }

    /// Sets a member now and then.
    fn maybe(&mut self, params: &mut Value, name: &str, values: &[Value]) {
        if self.one_in(3) {
            let n = self.draw(values.len());
            params[name] = values[n].clone();
        }
    }

    fn agent(&mut self) {
        let agent = self.pick(&AGENTS);
        let mut set = json!({"agent": agent, "skills": self.skills()});
        if agent == "bot" {
            set["kind"] = json!("bot");
        }
        let others: Vec<Value> = AGENTS
            .iter()
            .filter(|other| **other != agent)
            .map(|other| json!(other))
            .collect();
        self.maybe(&mut set, "deputy", &others);
        self.maybe(&mut set, "leader", &others);
        self.maybe(&mut set, "team", &[json!("s"), json!("t")]);
        self.maybe(&mut set, "wrap_up_ms", &[json!(0), json!(2_000)]);
        let capacities = [json!({"chat": 0}), json!({"chat": 1}), json!({"chat": 3})];
        self.maybe(&mut set, "capacity", &capacities);
        self.maybe(&mut set, "mentor", &others);
        self.maybe(&mut set, "max_open_cases", &[json!(0), json!(1), json!(2)]);
        self.say("agent.set", set);
    }

    fn queue(&mut self) {
        let queue = self.pick(&QUEUES);
        let mut set = json!({"queue": queue, "ownership": self.ownership()});
        let step = |change: Value| json!([{"after_ms": 2_000, "requires": {"x": 3}}, change]);
        let choices: [(&str, &[Value]); 16] = [
            ("parallel_round", &[json!(true)]),
            ("no_agent_counts", &[json!("available")]),
            ("booking", &[json!({"slot_ms": 60_000, "capacity": 1})]),
            ("ticket", &[json!({"prefix": "A"})]),
            ("requires", &[json!({"x": 3}), json!({"x": 1, "y": 5})]),
            (
                "strategy",
                &[json!("round_robin"), json!("random"), json!("least_loaded")],
            ),
            ("age_priority_ms", &[json!(1_000), json!(5_000)]),
            ("parallel_offers", &[json!(2), json!(3)]),
            ("ring_ms", &[json!(1_000), json!(5_000)]),
            (
                "steps",
                &[
                    step(json!({"after_ms": 5_000, "widen": "any"})),
                    step(json!({"after_ms": 2_000, "drop": ["x"]})),
                ],
            ),
            ("max_wait_ms", &[json!(0), json!(3_000), json!(10_000)]),
            ("max_waiting", &[json!(0), json!(1), json!(2)]),
            ("no_agent_ms", &[json!(0), json!(2_000)]),
            ("resume_ms", &[json!(null), json!(5_000)]),
            ("wrap_up_ms", &[json!(1_000), json!(3_000)]),
            ("retry", &[json!({"declined_ms": 0, "no_answer_ms": 0})]),
        ];
        for (name, values) in choices {
            self.maybe(&mut set, name, values);
        }
        let to = self.pick(&QUEUES);
        if to != queue {
            set["overflow"] = json!({"to": to});
        }
        self.say("queue.set", set);
    }

    fn ownership(&mut self) -> Value {
        let mut ownership = json!({});
        let wait =
            |ms| json!({"busy_ms": ms, "wrap_up_ms": 2_000, "break_ms": ms, "offline_ms": 500});
        let choices: [(&str, &[Value]); 8] = [
            ("mode", &[json!("off"), json!("require")]),
            ("wait", &[wait(0), wait(2_000), wait(6_000)]),
            (
                "fallback",
                &[
                    json!([]),
                    json!(["deputy", "team"]),
                    json!(["leader", "callback_by_owner"]),
                ],
            ),
            ("own_first", &[json!(false)]),
            ("overtake_ms", &[json!(null), json!(0)]),
            ("owner_skill_check", &[json!(true)]),
            ("min_handle_ms", &[json!(1_000), json!(4_000)]),
            ("key", &[json!("last")]),
        ];
        for (name, values) in choices {
            self.maybe(&mut ownership, name, values);
        }
        ownership
    }

    fn submit(&mut self) {
        let contact = format!("c{}", self.contacts);
        self.contacts += 1;
        let mut draft = json!({"contact": contact, "queue": self.pick(&QUEUES)});
        if !self.one_in(3) {
            draft["customer"] = json!(self.pick(&CUSTOMERS));
        }
        let now = self.at;
        let choices: [(&str, &[Value]); 9] = [
            (
                "channel",
                &[json!("chat"), json!("email"), json!("counter")],
            ),
            ("requires", &[json!({"y": 2})]),
            ("priority", &[json!(-1), json!(2)]),
            ("topic", &[json!("bill")]),
            ("kind", &[json!("slow"), json!("fast")]),
            ("prefer", &[json!("ann"), json!("bob")]),
            ("exclude", &[json!(["ann"]), json!(["cid", "dan"])]),
            ("not_before_at", &[json!(now + 2_000)]),
            ("joined_at", &[json!(now.saturating_sub(3_000))]),
        ];
        for (name, values) in choices {
            self.maybe(&mut draft, name, values);
        }
        self.say("contact.preview", draft.clone());
        self.say("contact.submit", draft);
    }

    /// A kind with short terms, so that all its deadlines come within the script.
    fn kind(&mut self) {
        let kind = self.pick(&KINDS[..2]);
        let mut set = json!({"kind": kind});
        if !self.one_in(4) {
            set["due_ms"] = json!(self.pick(&[3_000, 20_000, 60_000]));
        }
        let rung = |to: &str, name: &str, ms: i64| {
            let mut rung = json!({"to": to});
            rung[name] = json!(ms);
            rung
        };
        let follow_up = |after: i64| json!({"after_ms": after, "every_ms": 5_000, "attempts": 2});
        let stages = |due: i64| {
            let ladder = [
                rung("deputy", "before_ms", 500),
                rung("ann", "after_ms", 700),
            ];
            json!([{"stage": "in", "due_ms": due}, {"stage": "on"},
                {"stage": "out", "due_ms": 4_000, "warn_ms": 1_000, "ladder": ladder}])
        };
        let choices: [(&str, &[Value]); 6] = [
            ("warn_ms", &[json!(0), json!(1_000), json!(30_000)]),
            ("wait_stops_clock", &[json!(true)]),
            ("at_once", &[json!(["leader", "ann"])]),
            (
                "assist",
                &[json!({"hand_on_ms": 1_000}), json!({"due_ms": 3_000})],
            ),
            ("follow_up", &[follow_up(0), follow_up(3_000)]),
            ("stages", &[stages(2_000), stages(30_000)]),
        ];
        for (name, values) in choices {
            self.maybe(&mut set, name, values);
        }
        if self.one_in(2) {
            let ladder = [
                rung("owner", "before_ms", 1_000),
                rung("leader", "after_ms", 0),
                rung("supervisor", "after_ms", 2_000),
            ];
            set["ladder"] = json!(ladder);
        }
        self.say("kind.set", set);
    }

    /// Requests about cases and their deadlines, and about contacts made by the router.
    fn case_request(&mut self, agent: &str, contact: &str, queue: &str) {
        let case = self.pick(&CASES);
        let by = agent;
        let until = self.at + 3_000;
        let kind = self.pick(&KINDS);
        let customer = self.pick(&CUSTOMERS);
        match self.draw(14) {
            0 => self.kind(),
            1 => self.say("kind.remove", json!({"kind": kind})),
            2..5 => {
                let stage = self.pick(&STAGES);
                self.say(
                    "case.advance",
                    json!({"case": case, "stage": stage, "by": by}),
                );
            }
            5 => {
                let on = self.pick(&["customer", "customer", "assist"]);
                let mut wait = json!({"case": case, "on": on});
                self.maybe(&mut wait, "until_at", &[json!(until)]);
                self.say("case.wait", wait);
            }
            6 => self.say(
                "case.extend",
                json!({"case": case, "to_at": until + 30_000, "reason": "r", "by": by}),
            ),
            7 => self.say(
                "case.assist",
                json!({"case": case, "agent": agent, "request": "r"}),
            ),
            8 => self.say(
                "case.assist",
                json!({"case": case, "queue": queue, "request": "r", "due_ms": 2_000}),
            ),
            9 => {
                let mut done = json!({"case": case});
                self.maybe(&mut done, "by", &[json!(by)]);
                self.maybe(&mut done, "assist", &[json!(1), json!(2)]);
                self.say("case.assist_done", done);
            }
            10..12 => {
                let result = self.pick(&["satisfied", "unsatisfied", "no_answer"]);
                self.say(
                    "case.follow_up",
                    json!({"case": case, "result": result, "by": by}),
                );
            }
            12 if self.one_in(2) => {
                self.say("case.note", json!({"case": case, "text": "t", "by": by}))
            }
            12 => self.say(
                "case.open",
                json!({"case": contact, "customer": customer, "kind": "slow"}),
            ),
            _ => self.say("case.find", json!({"due_before_at": until})),
        }
    }

    /// The name of a contact that may exist: submitted by the script, or made by the router.
    fn some_contact(&mut self) -> String {
        let case = self.pick(&CASES);
        match self.draw(6) {
            0 => format!("{case}/follow-up-{}", 1 + self.draw(3)),
            1 => format!("{case}/assist-{}", 1 + self.draw(3)),
            _ => format!("c{}", self.draw(self.contacts.max(1))),
        }
    }

    fn request(&mut self) {
        let agent = self.pick(&AGENTS);
        let contact = self.some_contact();
        let queue = self.pick(&QUEUES);
        match self.draw(57) {
            0..8 => self.submit(),
            8..14 => {
                let presence =
                    self.pick(&["available", "available", "available", "break", "offline"]);
                self.say(
                    "agent.presence",
                    json!({"agent": agent, "presence": presence}),
                );
            }
            14..22 => {
                self.say("offer.accept", json!({"contact": contact, "agent": agent}));
                let offer = format!("o{}", 1 + self.draw(2 * self.contacts.max(1)));
                self.say("offer.accept", json!({"offer": offer}));
            }
            22..24 => {
                let reason = self.pick(&["declined", "busy", "no_answer", "unreachable"]);
                self.say(
                    "offer.decline",
                    json!({"contact": contact, "agent": agent, "reason": reason}),
                );
            }
            24..28 => {
                let outcome = self.pick(&["open", "resolved", "transferred", "dropped"]);
                self.say(
                    "contact.end",
                    json!({"contact": contact, "outcome": outcome}),
                );
            }
            28 => self.say(
                "contact.cancel",
                json!({"contact": contact, "reason": "abandoned"}),
            ),
            29..32 => {
                let mode = self.pick(&["blind", "consult"]);
                let to = if self.one_in(2) {
                    json!({"agent": agent})
                } else {
                    json!({"queue": queue})
                };
                self.say(
                    "contact.transfer",
                    json!({"contact": contact, "to": to, "mode": mode}),
                );
            }
            32..35 => self.conversation_request(agent, &contact),
            54..57 => self.whereabouts_request(agent),
            35..40 => self.rare_request(agent, &contact, queue),
            _ => self.case_request(agent, &contact, queue),
        }
    }

    /// Desktops that open and close, beats, telephones, queues that agents are out of, breaks to come.
    fn whereabouts_request(&mut self, agent: &str) {
        let desk = self.pick(&DESKTOPS);
        let at = self.at;
        let presence = self.pick(&["available", "available", "break"]);
        match self.draw(10) {
            7..9 => {
                let queue = self.pick(&QUEUES);
                let on = !self.one_in(3);
                self.say(
                    "agent.queue",
                    json!({"agent": agent, "queue": queue, "on": on}),
                );
            }
            9 if self.one_in(3) => {
                let skills = self.skills();
                let mut set = json!({"agent": agent, "skills": skills});
                self.maybe(&mut set, "deputy", &[json!(null), json!("dan")]);
                self.maybe(&mut set, "wrap_up_ms", &[json!(null), json!(500)]);
                self.say("agent.update", set);
            }
            9 => {
                let presence = self.pick(&["break", "offline"]);
                let mut set = json!({"agent": agent, "presence": presence, "after": "current"});
                self.maybe(&mut set, "until_at", &[json!(at + 2_000)]);
                self.say("agent.presence", set);
            }
            0..2 => {
                let open = json!({"at": at, "session": desk, "method": "session.open",
                    "params": {"client": "desk", "lines": false}});
                let bind = json!({"at": at, "session": desk, "method": "agent.presence",
                    "params": {"agent": agent, "presence": presence, "bound": true}});
                self.lines.push_str(&format!("{open}\n{bind}\n"));
            }
            2..4 => {
                let close = json!({"at": at, "session": desk, "close": true});
                self.lines.push_str(&format!("{close}\n"));
            }
            4 => self.say(
                "agent.presence",
                json!({"agent": agent, "presence": presence, "beat_ms": 2_000}),
            ),
            _ => {
                let device = self.pick(&["idle", "idle", "idle", "ringing", "busy", "gone"]);
                self.say("agent.device", json!({"agent": agent, "device": device}));
            }
        }
    }

    /// Requests about who is in a conversation, and how it ended.
    fn conversation_request(&mut self, agent: &str, contact: &str) {
        let of = json!({"contact": contact, "agent": agent});
        let late = self.at.saturating_sub(1_000);
        match self.draw(11) {
            9..11 => {
                let by = self.pick(&["chief", agent]);
                self.say(
                    "contact.assign",
                    json!({"contact": contact, "agent": agent, "by": by}),
                );
            }
            0..2 => self.say("contact.leave", of),
            2..4 => self.say("contact.retrieve", of),
            4..6 => self.say("contact.take", of),
            6 => {
                let on = self.one_in(2);
                self.say(
                    "contact.hold",
                    json!({"contact": contact, "agent": agent, "on": on}),
                );
            }
            7 => self.say(
                "contact.end",
                json!({"contact": contact, "ended_by": "customer", "at": late}),
            ),
            _ => {
                let outcome = self.pick(&["resolved", "open"]);
                self.say(
                    "contact.outcome",
                    json!({"contact": contact, "outcome": outcome}),
                );
            }
        }
    }

    fn rare_request(&mut self, agent: &str, contact: &str, queue: &str) {
        let customer = self.pick(&CUSTOMERS);
        let case = self.pick(&CASES);
        let same = self.pick(&CUSTOMERS);
        let to = self.pick(&AGENTS);
        let soon = self.at + 2_000;
        match self.draw(22) {
            0 => self.agent(),
            1 => self.queue(),
            2 => self.say(
                "contact.update",
                json!({"contact": contact, "queue": queue}),
            ),
            3 => self.say(
                "contact.update",
                json!({"contact": contact, "priority": 3, "requires": {"y": 4}}),
            ),
            4 => self.say(
                "customer.exclude",
                json!({"customer": customer, "agent": agent, "on": true}),
            ),
            20 => self.say(
                "customer.unlink",
                json!({"customer": customer, "identity": same, "to": "zhao", "cases": [case]}),
            ),
            21 => self.say(
                "customer.link",
                json!({"customer": customer, "identities": [same], "merge": true}),
            ),
            5 => self.say(
                "customer.exclude",
                json!({"customer": customer, "agent": agent, "on": false}),
            ),
            6 => self.say("agent.remove", json!({"agent": agent, "successor": to})),
            7 => self.say(
                "case.handover",
                json!({"case": case, "to": to, "reason": "r", "by": "chief"}),
            ),
            8 => {
                let act = self.pick(&["case.close", "case.resolve", "case.reopen"]);
                self.say(act, json!({"case": case, "by": "chief"}));
                if self.one_in(3) {
                    self.say("case.reopen", json!({"case": case, "by": "chief"}));
                }
            }
            9 => self.say(
                "agent.presence",
                json!({"agent": agent, "presence": "break", "until_at": soon}),
            ),
            10 => self.say(
                "customer.link",
                json!({"customer": customer, "identities": [same]}),
            ),
            11 => {
                let chat = json!({"exclusive": self.one_in(4), "capacity": self.draw(3)});
                self.say("settings.set", json!({"channels": {"chat": chat}}));
            }
            12 => self.say(
                "contact.sync",
                json!({"source": "pbx", "contacts": [contact]}),
            ),
            _ => self.people_request(agent, contact, customer),
        }
    }

    /// Absences, succession, promised calls, bookings, profiles.
    fn people_request(&mut self, agent: &str, contact: &str, customer: &str) {
        let now = self.at;
        let from = now + self.pick(&[0, 1_000, 4_000]);
        match self.draw(8) {
            0 | 1 => {
                let to = from + self.pick(&[500, 3_000, 20_000]);
                let on = !self.one_in(5);
                self.say(
                    "agent.absence",
                    json!({"agent": agent, "from_at": from, "to_at": to, "on": on}),
                );
            }
            2 => {
                let to = if self.one_in(4) {
                    json!([])
                } else {
                    json!(["ann", "dan"])
                };
                self.say(
                    "agent.succession",
                    json!({"agent": agent, "to": to, "batch": 1, "every_ms": 1_000,
                        "start_at": from, "reason": "r", "by": "chief"}),
                );
            }
            3 | 4 => {
                let by_owner = self.one_in(2);
                self.say(
                    "contact.callback",
                    json!({"contact": contact, "by_owner": by_owner}),
                );
            }
            5 => {
                let at = now + self.pick(&[1_000, 70_000, 130_000]);
                self.say(
                    "contact.update",
                    json!({"contact": contact, "not_before_at": at, "learnt": {"n": at}}),
                );
                self.say(
                    "booking.slots",
                    json!({"queue": "q1", "customer": customer}),
                );
            }
            6 => {
                let by_customer = json!({
                    "tier": {"gold": 2}, "special_care": 1, "language_skill": "{}",
                    "wish_wait_ms": self.pick(&[0, 3_000]), "grids": {"07": agent},
                });
                self.say("settings.set", json!({"by_customer": by_customer}));
            }
            _ => {
                let profile = json!({
                    "tier": self.pick(&["gold", "brass"]), "special_care": self.one_in(2),
                    "language": self.pick(&["x", "y", "z"]), "grid": self.pick(&["07", "08"]),
                });
                self.say(
                    "customer.link",
                    json!({"customer": customer, "profile": profile}),
                );
            }
        }
    }
}
