//! Every method, by every role, on an object of its own, of a colleague, and of another tenant.
//!
//! The expected outcome follows from the table below and the rules beside it, which repeat the
//! manual; nothing is taken from the program. A method missing from the table fails the test. A
//! refused call must have changed nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::support::{Client, Daemon, Place};
use firsthand::wire::method::METHODS;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Platform,
    /// Ada.
    Agent,
    Supervisor,
    Ops,
    Admin,
    /// A peer without a token.
    Stranger,
}

const EVERYBODY: [Who; 6] = [
    Who::Platform,
    Who::Agent,
    Who::Supervisor,
    Who::Ops,
    Who::Admin,
    Who::Stranger,
];

impl Who {
    /// Its letter in the manual; the admin may call everything.
    fn letter(self) -> char {
        match self {
            Self::Platform => 'P',
            Self::Agent => 'A',
            Self::Supervisor => 'S',
            Self::Ops => 'O',
            Self::Admin | Self::Stranger => '-',
        }
    }
}

/// Whom the object of a call belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Ada, the agent of the token with the role `agent`, and the platform's client.
    Own,
    /// Bob, in the same tenant.
    Colleagues,
    /// Zoe, in another tenant.
    Foreign,
}

/// The object of a method, as far as ownership matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// Belongs to nobody: the connection, the process, the rules of the tenant.
    Nothing,
    /// An agent may act on it if it is its own.
    Act,
    /// Among agents only its own may read it.
    OwnRead,
    /// Readable within its tenant.
    Read,
    /// Belongs to the tenant and to no agent.
    Tenants,
    /// Made by the call if the tenant has none of that name.
    Makes,
    /// The same, but an agent may not touch what a colleague has made.
    OwnMakes,
    /// A client program of the platform.
    Client,
}

/// The expected outcome of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Done,
    Refused(&'static str),
}

struct Row {
    method: &'static str,
    /// The roles that may call it, as in the manual.
    roles: &'static str,
    about: About,
    params: fn(&Things) -> Value,
}

/// The objects of one trial.
struct Things {
    who: Who,
    whose: Whose,
    /// Distinguishes trials.
    n: usize,
    agent: &'static str,
    offer: String,
    now: i64,
}

impl Things {
    /// The calls that make them.
    fn made_by(&self, with_wrap_up: bool) -> Vec<(&'static str, Value)> {
        let (agent, customer) = (self.agent, self.name("customer"));
        let mut calls = vec![
            ("session.ping", json!({})),
            // Whatever an earlier trial has left: available, able and free.
            (
                "agent.set",
                json!({"agent": agent, "capacity": {"chat": 1_000, "task": 0}}),
            ),
            (
                "agent.presence",
                json!({"agent": agent, "presence": "available"}),
            ),
            ("agent.set", json!({"agent": self.name("spare")})),
            (
                "queue.set",
                json!({"queue": self.name("queue"), "booking": {"capacity": 1}}),
            ),
            (
                "kind.set",
                json!({"kind": self.name("kind"), "due_ms": 1_000_000}),
            ),
            (
                "calendar.set",
                json!({"calendar": self.name("calendar"), "zone": "UTC"}),
            ),
        ];
        let linked = json!({"customer": customer, "identities": [self.name("number")]});
        calls.push(("customer.link", linked));
        for (case, owner) in [("case", agent), ("resolved", agent), ("task", "cy")] {
            let open = json!({"case": self.name(case), "customer": customer, "kind": "work",
                "owner": owner, "topic": case});
            calls.push(("case.open", open));
        }
        let resolve = json!({"case": self.name("resolved"), "by": "root"});
        calls.push(("case.resolve", resolve));
        let task = json!({"case": self.name("task"), "agent": agent, "request": "r"});
        calls.push(("case.assist", task));
        let waiting = json!({"contact": self.name("waiting"), "queue": "nobody"});
        calls.push(("contact.submit", waiting));
        let submit = |contact: &str, queue: &str| {
            json!({"contact": self.name(contact), "queue": queue, "channel": "chat",
                "prefer": agent})
        };
        let connected = if with_wrap_up { "wraps" } else { "quiet" };
        calls.push(("contact.submit", submit("connected", connected)));
        let accept = json!({"contact": self.name("connected"), "agent": agent});
        calls.push(("offer.accept", accept));
        calls.push(("contact.submit", submit("consulting", "quiet")));
        let accept = json!({"contact": self.name("consulting"), "agent": agent});
        calls.push(("offer.accept", accept));
        let consult = json!({"contact": self.name("consulting"), "to": {"queue": "nobody"},
            "mode": "consult", "reason": "r"});
        calls.push(("contact.transfer", consult));
        calls.push(("contact.submit", submit("offered", "quiet")));
        if with_wrap_up {
            let end = json!({"contact": self.name("connected"), "outcome": "open"});
            calls.push(("contact.end", end));
        }
        calls
    }

    fn name(&self, of: &str) -> String {
        let whose = match self.whose {
            Whose::Own => "own",
            Whose::Colleagues => "colleague",
            Whose::Foreign => "foreign",
        };
        format!("{of}-{whose}-{}", self.n)
    }

    /// The agent in whose name it is done.
    fn by(&self) -> &'static str {
        match self.who {
            Who::Agent => "ada",
            _ => "somebody",
        }
    }

    fn contact(&self, of: &str) -> Value {
        json!({"contact": self.name(of)})
    }

    fn case(&self) -> Value {
        json!({"case": self.name("case")})
    }

    fn act(&self, of: &str) -> Value {
        json!({"case": self.name(of), "by": self.by()})
    }

    /// An offer named in a way an agent must not: its own name beside another's offer.
    fn offer(&self) -> Value {
        if self.whose == Whose::Foreign {
            let agent = if self.who == Who::Agent {
                "ada"
            } else {
                self.agent
            };
            return json!({"contact": self.name("offered"), "agent": agent});
        }
        match self.who {
            Who::Agent => json!({"offer": self.offer, "agent": "ada"}),
            _ => json!({"offer": self.offer, "agent": self.agent}),
        }
    }

    fn client(&self) -> &'static str {
        match self.whose {
            Whose::Own => "pbx",
            Whose::Colleagues => "second",
            Whose::Foreign => "foreign",
        }
    }
}

fn nothing(_: &Things) -> Value {
    json!({})
}

const fn row(
    method: &'static str,
    roles: &'static str,
    about: About,
    params: fn(&Things) -> Value,
) -> Row {
    Row {
        method,
        roles,
        about,
        params,
    }
}

const AT: i64 = 4_000_000_000_000;

/// Every method: who may call it, its object, and a call on that object.
static TABLE: &[Row] = &[
    row(
        "agent.absence",
        "S",
        About::Tenants,
        |t| json!({"agent": t.name("spare"), "from_at": AT, "to_at": AT + 60_000}),
    ),
    row(
        "agent.briefing",
        "PAS",
        About::OwnRead,
        |t| json!({"agent": t.agent}),
    ),
    row(
        "agent.device",
        "PS",
        About::Act,
        |t| json!({"agent": t.agent, "device": "idle"}),
    ),
    row(
        "agent.get",
        "PAS",
        About::OwnRead,
        |t| json!({"agent": t.agent}),
    ),
    row("agent.list", "PS", About::Nothing, nothing),
    row(
        "agent.presence",
        "PAS",
        About::Act,
        |t| json!({"agent": t.agent, "presence": "available"}),
    ),
    row(
        "agent.queue",
        "PAS",
        About::Act,
        |t| json!({"agent": t.agent, "queue": t.name("queue"), "on": true}),
    ),
    row(
        "agent.remove",
        "S",
        About::Tenants,
        |t| json!({"agent": t.name("spare")}),
    ),
    row(
        "agent.set",
        "S",
        About::Makes,
        |t| json!({"agent": t.name("spare"), "rank": 7}),
    ),
    row(
        "agent.succession",
        "S",
        About::Tenants,
        |t| json!({"agent": t.name("spare"), "to": ["cy"], "start_at": AT, "reason": "r", "by": t.by()}),
    ),
    row(
        "agent.update",
        "PS",
        About::Act,
        |t| json!({"agent": t.agent, "address": "sip:1"}),
    ),
    row(
        "booking.slots",
        "PAS",
        About::Read,
        |t| json!({"queue": t.name("queue")}),
    ),
    row(
        "calendar.get",
        "PSO",
        About::Read,
        |t| json!({"calendar": t.name("calendar")}),
    ),
    row("calendar.list", "PSO", About::Nothing, nothing),
    row(
        "calendar.remove",
        "",
        About::Tenants,
        |t| json!({"calendar": t.name("calendar")}),
    ),
    row(
        "calendar.set",
        "",
        About::Makes,
        |t| json!({"calendar": t.name("calendar"), "zone": "UTC"}),
    ),
    row(
        "case.advance",
        "PAS",
        About::Act,
        |t| json!({"case": t.name("case"), "stage": "b", "by": t.by()}),
    ),
    row(
        "case.assist",
        "PAS",
        About::Act,
        |t| json!({"case": t.name("case"), "agent": "cy", "request": "r", "by": t.by()}),
    ),
    row("case.assist_done", "PAS", About::Act, |t| t.act("task")),
    row("case.close", "AS", About::Act, |t| t.act("case")),
    row("case.extend", "S", About::Tenants, |t| {
        json!({"case": t.name("case"), "to_at": t.now + 86_400_000 * 90, "reason": "r",
            "by": t.by()})
    }),
    row("case.find", "PAS", About::Nothing, nothing),
    row(
        "case.follow_up",
        "PAS",
        About::Act,
        |t| json!({"case": t.name("resolved"), "result": "satisfied", "by": t.by()}),
    ),
    row("case.get", "PAS", About::Read, Things::case),
    row(
        "case.handover",
        "S",
        About::Tenants,
        |t| json!({"case": t.name("case"), "to": "cy", "reason": "r", "by": t.by()}),
    ),
    row(
        "case.note",
        "PAS",
        About::Act,
        |t| json!({"case": t.name("case"), "text": "t", "by": t.by()}),
    ),
    row(
        "case.open",
        "PAS",
        About::OwnMakes,
        |t| json!({"case": t.name("case"), "customer": t.name("customer")}),
    ),
    row("case.reopen", "PAS", About::Act, |t| t.act("resolved")),
    row("case.resolve", "PAS", About::Act, |t| t.act("case")),
    row(
        "case.wait",
        "PAS",
        About::Act,
        |t| json!({"case": t.name("case"), "on": "customer", "by": t.by()}),
    ),
    row(
        "contact.assign",
        "AS",
        About::Act,
        |t| json!({"contact": t.name("waiting"), "agent": t.agent, "by": t.by()}),
    ),
    row(
        "contact.callback",
        "PS",
        About::Tenants,
        |t| json!({"contact": t.name("waiting"), "address": "100"}),
    ),
    row(
        "contact.cancel",
        "PS",
        About::Tenants,
        |t| json!({"contact": t.name("waiting"), "reason": "abandoned"}),
    ),
    row(
        "contact.end",
        "PAS",
        About::Act,
        |t| json!({"contact": t.name("connected"), "outcome": "open"}),
    ),
    row("contact.explain", "PAS", About::Read, |t| {
        t.contact("connected")
    }),
    row("contact.get", "PAS", About::Read, |t| {
        t.contact("connected")
    }),
    row(
        "contact.hold",
        "PAS",
        About::Act,
        |t| json!({"contact": t.name("connected"), "agent": t.agent, "on": true}),
    ),
    row(
        "contact.leave",
        "PAS",
        About::Act,
        |t| json!({"contact": t.name("consulting"), "agent": t.agent}),
    ),
    row("contact.list", "PS", About::Nothing, nothing),
    row(
        "contact.outcome",
        "PAS",
        About::Act,
        |t| json!({"contact": t.name("connected"), "outcome": "open"}),
    ),
    row("contact.preview", "PS", About::Makes, |t| t.contact("new")),
    row(
        "contact.retrieve",
        "PAS",
        About::Act,
        |t| json!({"contact": t.name("consulting"), "agent": t.agent}),
    ),
    row("contact.submit", "PS", About::Makes, |t| {
        t.contact("waiting")
    }),
    row(
        "contact.sync",
        "P",
        About::Client,
        |t| json!({"source": t.client(), "contacts": [], "confirm": true}),
    ),
    row(
        "contact.take",
        "PS",
        About::Tenants,
        |t| json!({"contact": t.name("consulting"), "agent": t.agent}),
    ),
    row(
        "contact.transfer",
        "PAS",
        About::Act,
        |t| json!({"contact": t.name("connected"), "to": {"queue": "nobody"}, "reason": "r"}),
    ),
    row(
        "contact.update",
        "PS",
        About::Tenants,
        |t| json!({"contact": t.name("waiting"), "priority": 3}),
    ),
    row(
        "customer.exclude",
        "S",
        About::Makes,
        |t| json!({"customer": t.name("customer"), "agent": "cy", "on": true, "reason": "r"}),
    ),
    row(
        "customer.get",
        "PAS",
        About::Read,
        |t| json!({"customer": t.name("customer")}),
    ),
    row(
        "customer.link",
        "PS",
        About::Makes,
        |t| json!({"customer": t.name("customer"), "identities": [t.name("account")]}),
    ),
    row(
        "customer.unlink",
        "S",
        About::Tenants,
        |t| json!({"customer": t.name("customer"), "identity": t.name("number")}),
    ),
    row("events.subscribe", "PAS", About::Nothing, nothing),
    row(
        "kind.get",
        "PSO",
        About::Read,
        |t| json!({"kind": t.name("kind")}),
    ),
    row("kind.list", "PSO", About::Nothing, nothing),
    row(
        "kind.remove",
        "",
        About::Tenants,
        |t| json!({"kind": t.name("kind")}),
    ),
    row(
        "kind.set",
        "",
        About::Makes,
        |t| json!({"kind": t.name("kind"), "due_ms": 1_000}),
    ),
    row("offer.accept", "PA", About::Act, Things::offer),
    row("offer.decline", "PA", About::Act, Things::offer),
    row(
        "owner.get",
        "PAS",
        About::Nothing,
        |t| json!({"customer": t.name("customer")}),
    ),
    row(
        "queue.get",
        "PSO",
        About::Read,
        |t| json!({"queue": t.name("queue")}),
    ),
    row("queue.list", "PSO", About::Nothing, nothing),
    row(
        "queue.remove",
        "",
        About::Tenants,
        |t| json!({"queue": t.name("queue")}),
    ),
    row(
        "queue.set",
        "",
        About::Makes,
        |t| json!({"queue": t.name("queue")}),
    ),
    row("rpc.discover", "PASO", About::Nothing, nothing),
    row(
        "server.compare",
        "",
        About::Nothing,
        |_| json!({"file": "/dev/null"}),
    ),
    row("server.drain", "", About::Nothing, nothing),
    row("server.reload", "", About::Nothing, nothing),
    row("server.snapshot", "", About::Nothing, nothing),
    row("server.status", "PSO", About::Nothing, nothing),
    row(
        "session.open",
        "PASO",
        About::Nothing,
        |_| json!({"client": "pbx"}),
    ),
    row("session.ping", "PASO", About::Nothing, nothing),
    row("settings.get", "PSO", About::Nothing, nothing),
    row(
        "settings.set",
        "",
        About::Nothing,
        |_| json!({"repeat_supervise": 3}),
    ),
    row(
        "stats.get",
        "PSO",
        About::Read,
        |t| json!({"agent": t.agent}),
    ),
    row(
        "wrap_up.end",
        "PAS",
        About::Act,
        |t| json!({"agent": t.agent}),
    ),
];

/// The rules.
fn expected(row: &Row, who: Who, whose: Whose) -> Expect {
    match who {
        Who::Stranger => return Expect::Refused("unauthorized"),
        Who::Admin => {}
        Who::Platform | Who::Agent | Who::Supervisor | Who::Ops => {
            if !row.roles.contains(who.letter()) {
                return Expect::Refused("forbidden");
            }
        }
    }
    let is_agent = who == Who::Agent;
    match (row.about, whose) {
        (About::Nothing, _) | (_, Whose::Own) => Expect::Done,
        // The admin at the prompt has opened no session and names any client.
        (About::Client, _) if who == Who::Admin => Expect::Done,
        (About::Client, _) => Expect::Refused("forbidden"),
        (About::Act | About::OwnRead, _) if is_agent => Expect::Refused("forbidden"),
        (About::OwnMakes, Whose::Colleagues) if is_agent => Expect::Refused("forbidden"),
        (_, Whose::Colleagues) => Expect::Done,
        // It makes one of its own, of the same name.
        (About::Makes | About::OwnMakes, Whose::Foreign) => Expect::Done,
        (_, Whose::Foreign) => Expect::Refused("not_found"),
    }
}

#[test]
fn the_table_names_every_method() {
    let known: BTreeMap<&str, &Row> = TABLE.iter().map(|row| (row.method, row)).collect();
    for method in METHODS {
        let name = method.name;
        assert!(
            known.contains_key(name),
            "{name} is not classified: add a row to TABLE in tests/daemon/whose.rs that says which \
             roles may call it, what it refers to (About), and how it is called on that thing; \
             whoever may call it must be compared with the thing and not with a name beside it"
        );
    }
    assert_eq!(
        known.len(),
        METHODS.len(),
        "a method of the table does not exist"
    );
}

#[test]
fn no_role_reaches_what_belongs_to_another() {
    let mut walk = Walk::begin();
    let mut trials = 0;
    for row in TABLE {
        for whose in [Whose::Own, Whose::Colleagues, Whose::Foreign] {
            if row.about != About::Nothing || whose == Whose::Own {
                trials += walk.attempt(row, whose);
            }
        }
    }
    assert!(trials > 900, "{trials} trials");
    let wrong = &walk.wrong;
    assert!(
        wrong.is_empty(),
        "{} of {trials}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The daemon, and everybody connected to it.
struct Walk {
    daemon: Daemon,
    _place: Place,
    /// Root, in each tenant.
    here: Client,
    there: Client,
    /// The connected clients, by role.
    clients: BTreeMap<u8, Client>,
    n: usize,
    wrong: Vec<String>,
}

const CONFIG: &str = "[agents.ada]\n[agents.bob]\n[agents.cy]\n\
    [queues.default]\nring = \"1h\"\n[queues.quiet]\nring = \"1h\"\nretry = { declined = \"0s\" }\n\
    [queues.wraps]\nring = \"1h\"\nwrap_up = \"1h\"\n\
    [queues.nobody]\nrequires = { nothing = 10 }\npull = true\n\
    [tenants.acme.agents.zoe]\n[tenants.acme.agents.cy]\n\
    [tenants.acme.queues.default]\nring = \"1h\"\n[tenants.acme.queues.quiet]\nring = \"1h\"\nretry = { declined = \"0s\" }\n\
    [tenants.acme.queues.wraps]\nring = \"1h\"\nwrap_up = \"1h\"\n\
    [tenants.acme.queues.nobody]\nrequires = { nothing = 10 }\npull = true\n";
fn token(name: &str, role: &str, more: &str) -> String {
    let hash: String = Sha256::digest(format!("secret-{name}"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("[[tokens]]\nname = \"{name}\"\nsha256 = \"{hash}\"\nrole = \"{role}\"\n{more}\n")
}

impl Walk {
    fn begin() -> Self {
        let tokens = [
            token("pbx", "platform", ""),
            token("ada", "agent", "agent = \"ada\""),
            token("boss", "supervisor", ""),
            token("watch", "ops", ""),
        ];
        let place = Place::new(&format!("{CONFIG}{}", tokens.concat()));
        let daemon = place.start();
        let mut here = daemon.unix();
        let mut there = daemon.unix();
        there.call("session.open", json!({"client": "root", "tenant": "acme"}));
        let stages = json!([{"stage": "a"}, {"stage": "b"}]);
        for client in [&mut here, &mut there] {
            client.call(
                "kind.set",
                json!({"kind": "work", "due_ms": 2_592_000_000_i64, "stages": stages}),
            );
        }
        Self {
            here,
            there,
            daemon,
            _place: place,
            clients: BTreeMap::new(),
            n: 0,
            wrong: Vec::new(),
        }
    }

    fn connect(&self, who: Who) -> Client {
        let name = match who {
            Who::Admin => return self.daemon.unix(),
            Who::Stranger => return self.daemon.tcp(),
            Who::Platform => "pbx",
            Who::Agent => "ada",
            Who::Supervisor => "boss",
            Who::Ops => "watch",
        };
        let mut client = self.daemon.tcp();
        let open = json!({"client": name, "token": format!("secret-{name}")});
        client.call("session.open", open);
        client
    }

    /// Tries a method on one object: first by all who must be refused, one after another, then by
    /// those who may, each on an object of its own.
    fn attempt(&mut self, row: &Row, whose: Whose) -> usize {
        let (refused, able): (Vec<Who>, Vec<Who>) = EVERYBODY
            .into_iter()
            .partition(|who| expected(row, *who, whose) != Expect::Done);
        let mut things = self.prepare(row, whose);
        for who in refused {
            things.who = who;
            self.attempt_by(row, &things);
        }
        for who in able {
            if row.method == "server.drain" {
                // Contacts could not be submitted any more; that it may is tested elsewhere.
                continue;
            }
            self.clear(&things);
            things = self.prepare(row, whose);
            things.who = who;
            self.attempt_by(row, &things);
        }
        self.clear(&things);
        EVERYBODY.len()
    }

    fn attempt_by(&mut self, row: &Row, things: &Things) {
        let (who, whose) = (things.who, things.whose);
        let expected = expected(row, who, whose);
        let is_lasting = matches!(row.method, "session.open" | "events.subscribe");
        let mut client = match self.clients.remove(&(who as u8)) {
            Some(client) if !is_lasting => client,
            _ => self.connect(who),
        };
        let before = self.state(things);
        let params = (row.params)(things);
        let reply = client.ask(row.method, params.clone());
        if !is_lasting && who != Who::Stranger {
            self.clients.insert(who as u8, client);
        }
        let found = match reply["error"]["data"]["kind"].as_str() {
            Some(kind) => format!("refused as {kind}"),
            None if reply.get("error").is_some() => format!("not understood: {reply}"),
            None => "done".to_owned(),
        };
        let right = match expected {
            Expect::Done => "done".to_owned(),
            Expect::Refused(kind) => format!("refused as {kind}"),
        };
        let after = self.state(things);
        let what = format!("{} {params} by {who:?} on {whose:?}", row.method);
        if found != right {
            self.wrong
                .push(format!("{what}: {found}, not {right}: {reply}"));
        } else if expected != Expect::Done && before != after {
            self.wrong
                .push(format!("{what}: refused, and yet {before}\nbecame {after}"));
        } else if before["there"] != after["there"] && row.method != "server.reload" {
            // A reload is announced to every tenant.
            self.wrong
                .push(format!("{what}: it changed another tenant"));
        }
    }

    /// Makes the objects of a trial in their tenant.
    fn prepare(&mut self, row: &Row, whose: Whose) -> Things {
        self.n += 1;
        let mut things = Things {
            who: Who::Admin,
            whose,
            n: self.n,
            agent: match whose {
                Whose::Own => "ada",
                Whose::Colleagues => "bob",
                Whose::Foreign => "zoe",
            },
            offer: String::new(),
            now: 0,
        };
        let with_wrap_up = row.method == "wrap_up.end";
        let client = match whose {
            Whose::Own | Whose::Colleagues => &mut self.here,
            Whose::Foreign => &mut self.there,
        };
        let calls = things.made_by(with_wrap_up);
        let wanted = calls.len();
        let offered = wanted - 1 - usize::from(with_wrap_up);
        let replies = batch(client, calls);
        for reply in &replies {
            assert!(reply.get("error").is_none(), "{reply}");
        }
        things.now = replies[0]["result"]["at"].as_i64().expect("a time");
        let offer = &replies[offered]["result"]["offer"];
        assert_eq!(offer["agent"], things.agent, "{offer}");
        things.offer = offer["offer"].as_str().expect("an id").to_owned();
        things
    }

    /// Removes what would disturb later trials, in both tenants.
    fn clear(&mut self, things: &Things) {
        for client in [&mut self.here, &mut self.there] {
            let calls = vec![
                ("kind.remove", json!({"kind": things.name("kind")})),
                (
                    "calendar.remove",
                    json!({"calendar": things.name("calendar")}),
                ),
                ("queue.remove", json!({"queue": things.name("queue")})),
                ("wrap_up.end", json!({"agent": things.agent})),
            ];
            // Some exist in one tenant only.
            batch(client, calls);
        }
    }

    /// The visible state of the objects in both tenants, and the number of events.
    fn state(&mut self, things: &Things) -> Value {
        let mut calls = vec![
            ("server.status", json!({})),
            ("settings.get", json!({})),
            ("agent.get", json!({"agent": things.agent})),
            ("agent.get", json!({"agent": things.name("spare")})),
            ("agent.get", json!({"agent": "cy"})),
            ("queue.get", json!({"queue": things.name("queue")})),
            ("kind.get", json!({"kind": things.name("kind")})),
            ("calendar.get", json!({"calendar": things.name("calendar")})),
            ("customer.get", json!({"customer": things.name("customer")})),
        ];
        for contact in ["connected", "offered", "waiting", "new"] {
            calls.push(("contact.get", things.contact(contact)));
        }
        for case in ["case", "resolved", "task"] {
            calls.push(("case.get", json!({"case": things.name(case)})));
        }
        let mut seen = json!({});
        for (tenant, client) in [("here", &mut self.here), ("there", &mut self.there)] {
            let mut replies = batch(client, calls.clone());
            let seq = replies.remove(0)["result"]["seq"].take();
            for reply in &mut replies {
                // Estimates change with time.
                if let Some(result) = reply["result"].as_object_mut() {
                    result.remove("estimated_wait_ms");
                }
            }
            seen[tenant] = json!({"seq": seq, "found": replies});
        }
        seen
    }
}

/// Sends several requests at once.
fn batch(client: &mut Client, calls: Vec<(&str, Value)>) -> Vec<Value> {
    let calls = calls.into_iter().enumerate();
    let calls: Vec<Value> = calls
        .map(|(n, (method, params))| {
            json!({"jsonrpc": "2.0", "id": n, "method": method, "params": params})
        })
        .collect();
    client.line(&Value::from(calls).to_string());
    match client.reply() {
        Value::Array(replies) => replies,
        other => panic!("a batch is answered as one: {other}"),
    }
}
