//! Plays a script of requests through the router on a virtual clock.
//!
//! Every line of the script is a request with its virtual time; every reply and event is printed as
//! a line, in order of time. The output depends only on the script and the initial router. No clock
//! and no socket here; the caller owns the files.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::identity;
use crate::router::Router;
use crate::router::answer::Answer;
use crate::router::command::{AgentCommand, Command, Desktop, Session, SessionCommand, Stamped};
use crate::router::effect::Effects;
use crate::router::ids::{Key, Name};
use crate::router::reject::{Reject, RejectKind};
use crate::router::time::{TIMESTAMP_MAX, Timestamp};
use crate::wire::limits::Limits;
use crate::wire::reply::{Pong, SessionOpened, Subscribed};
use crate::wire::request::{self, Call, Envelope, Id, Request, ServerCall, SessionOpen};
use crate::wire::{PROTOCOL, event, openrpc, reply};

/// The session of a line that names none.
const SESSION: &str = "main";
/// The actor of every request: whoever plays the script.
const ACTOR: &str = "rehearse";

/// Most ticks at the same instant. A correct router needs one; this stops a router that would never
/// let time pass.
const TICKS_PER_INSTANT_MAX: u32 = 10_000;

/// Why a rehearsal was stopped.
#[derive(Debug, thiserror::Error)]
pub enum RehearseError {
    #[error("cannot read the script: {0}")]
    Read(std::io::Error),
    #[error("cannot write what happened: {0}")]
    Write(std::io::Error),
    #[error("line {line}: {message}")]
    Script { line: u64, message: String },
    #[error(
        "the router does not get past {at} ms: it asked for that instant {TICKS_PER_INSTANT_MAX} times"
    )]
    Stuck { at: Timestamp },
}

impl RehearseError {
    /// The exit code: 2 for a wrong script, 1 for a failure.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Script { .. } => 2,
            Self::Read(_) | Self::Write(_) | Self::Stuck { .. } => 1,
        }
    }
}

/// Plays a script from the state `start` and prints what happens.
pub fn run(
    mut input: impl BufRead,
    mut out: impl Write,
    start: Router,
) -> Result<(), RehearseError> {
    let mut stage = Stage::new(start);
    let (mut text, mut line) = (Vec::new(), 0);
    loop {
        text.clear();
        if input
            .read_until(b'\n', &mut text)
            .map_err(RehearseError::Read)?
            == 0
        {
            break;
        }
        line += 1;
        let text = text.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        let played = Cue::read(line, text).and_then(|cue| stage.play(cue));
        // Print what happened before a fault first.
        out.write_all(&stage.printed)
            .map_err(RehearseError::Write)?;
        stage.printed.clear();
        played?;
    }
    out.flush().map_err(RehearseError::Write)
}

/// One line of the script.
struct Cue {
    line: u64,
    at: Timestamp,
    session: Name,
    action: Action,
}

enum Action {
    /// Only time passes.
    Pass,
    /// The connection is closed.
    Close,
    Call(Box<Call>),
}

impl Cue {
    fn read(line: u64, text: &[u8]) -> Result<Self, RehearseError> {
        let wrong = |message: String| RehearseError::Script { line, message };
        if !text.starts_with(b"{") {
            return Err(wrong(
                "not a JSON object: each line is one request".to_owned(),
            ));
        }
        let whole = std::str::from_utf8(text).map_err(|_| wrong("not UTF-8".to_owned()))?;
        let mut envelope = Envelope::read(whole, &["at", "session", "close"])
            .map_err(|error| wrong(error.message.replace("the line is ", "")))?;
        let [at, session, close] = envelope.extra;
        let at = time(at).map_err(wrong)?;
        let session = match session {
            None => Name::of(SESSION),
            Some(raw) => serde_json::from_str(raw.get())
                .map_err(|_| wrong("session must be a string of 1 to 128 bytes".to_owned()))?,
        };
        let is_request = envelope.method.is_some()
            || envelope.params.is_some()
            || envelope.id.is_some()
            || envelope.jsonrpc.is_some();
        let action = match close.map(RawValue::get) {
            Some("true") if is_request => {
                return Err(wrong(
                    "close stands alone: make the request a line of its own".to_owned(),
                ));
            }
            Some("true") => Action::Close,
            None | Some("false") if !is_request => Action::Pass,
            None | Some("false") => {
                let limits = Limits::default();
                let call = match request::text(text, &limits) {
                    Err(error) => Call {
                        id: None,
                        method: None,
                        key: None,
                        request: Err(error),
                    },
                    Ok(_) => {
                        envelope.assume_version();
                        envelope.into_call()
                    }
                };
                Action::Call(Box::new(call))
            }
            Some(_) => return Err(wrong("close must be true or false".to_owned())),
        };
        Ok(Self {
            line,
            at,
            session,
            action,
        })
    }
}

fn time(at: Option<&RawValue>) -> Result<Timestamp, String> {
    let right = "give whole virtual milliseconds from 0 on";
    let Some(raw) = at else {
        return Err(format!("at is missing: {right}"));
    };
    match serde_json::from_str::<Timestamp>(raw.get()) {
        Ok(at) if (0..=TIMESTAMP_MAX).contains(&at) => Ok(at),
        _ => Err(format!("at is {}: {right}", raw.get())),
    }
}

/// The router, its clock and the open sessions.
struct Stage {
    router: Router,
    now: Timestamp,
    /// The open sessions with their client, if they hold lines.
    clients: BTreeMap<Name, Option<Name>>,
    /// The number of each open session, and those to which presences are bound.
    numbers: BTreeMap<Name, u64>,
    desktops: BTreeSet<u64>,
    sessions: u64,
    effects: Effects,
    ticks: u64,
    /// Output not written yet.
    printed: Vec<u8>,
    scratch: Vec<u8>,
}

impl Stage {
    fn new(router: Router) -> Self {
        Self {
            now: router.last_at().max(0),
            router,
            clients: BTreeMap::new(),
            numbers: BTreeMap::new(),
            desktops: BTreeSet::new(),
            sessions: 0,
            effects: Effects::default(),
            ticks: 0,
            printed: Vec::new(),
            scratch: Vec::new(),
        }
    }

    fn play(&mut self, cue: Cue) -> Result<(), RehearseError> {
        if cue.at < self.now {
            return Err(RehearseError::Script {
                line: cue.line,
                message: format!(
                    "at falls from {} to {}: time never goes back",
                    self.now, cue.at
                ),
            });
        }
        self.pass(cue.line, cue.at)?;
        match cue.action {
            Action::Pass => {}
            Action::Close => {
                self.close_desktop(cue.line, &cue.session);
                if let Some(Some(client)) = self.clients.remove(&cue.session) {
                    let closed = Command::Session(SessionCommand::Closed(Session { client }));
                    // Never refused, because the session was opened; there is no reply.
                    let _ = self.apply(cue.line, None, None, closed);
                    self.print_events();
                }
            }
            Action::Call(call) => {
                let id = call.id.clone().unwrap_or_else(|| {
                    Id::Number(i64::try_from(cue.line).unwrap_or(TIMESTAMP_MAX))
                });
                self.call(cue.line, &cue.session, &id, *call);
                self.print_events();
            }
        }
        Ok(())
    }

    /// Lets time pass up to and including `at`: everything due is carried out at its own time.
    fn pass(&mut self, line: u64, at: Timestamp) -> Result<(), RehearseError> {
        let mut here = 0;
        while let Some(due) = self.router.next_deadline().filter(|due| *due <= at) {
            let due = due.max(self.now);
            here = if due == self.now { here + 1 } else { 0 };
            if here > TICKS_PER_INSTANT_MAX {
                return Err(RehearseError::Stuck { at: due });
            }
            self.now = due;
            self.ticks += 1;
            // The router never refuses a tick.
            let _ = self.apply(line ^ (self.ticks << 32), None, None, Command::Tick);
            self.print_events();
        }
        self.now = at;
        Ok(())
    }

    fn apply(
        &mut self,
        draw: u64,
        source: Option<Name>,
        key: Option<Key>,
        command: Command,
    ) -> Result<Answer, Reject> {
        // Whoever plays a script is its only peer; time passes by itself.
        let actor = (!matches!(command, Command::Tick)).then(|| Name::of(ACTOR));
        let stamped = Stamped {
            at: self.now,
            chance: splitmix64(draw),
            key,
            actor,
            source,
            command,
        };
        self.effects.clear();
        let outcome = self.router.apply(&stamped, &mut self.effects);
        // In debug builds each script tests the invariants after every step.
        debug_assert_eq!(
            self.router.book().check_invariants(),
            Ok(()),
            "at {}",
            self.now
        );
        outcome
    }

    fn call(&mut self, line: u64, session: &Name, id: &Id, call: Call) {
        self.effects.clear();
        let request = match call.request {
            Ok(request) => request,
            Err(error) => return self.print(|out| reply::error(out, id, &error)),
        };
        match request {
            Request::Command(mut command) => {
                let admitted = identity::admit(&mut command, self.router.book().settings());
                if let Err(refusal) = admitted {
                    return self.print(|out| reply::refusal(out, id, &refusal));
                }
                self.name_session(session, &mut command);
                let source = self.clients.get(session).cloned().flatten();
                let outcome = self.apply(line, source, call.key, command);
                self.print(|out| reply::outcome(out, id, &outcome));
            }
            Request::Query(mut query) => {
                identity::admit_query(&mut query, self.router.book().settings());
                let outcome = self.router.book().query(self.now, &query);
                self.print(|out| reply::outcome(out, id, &outcome));
            }
            Request::SessionOpen(open) => self.open(line, session, id, open),
            Request::SessionPing => self.result(
                id,
                &Pong {
                    ok: true,
                    at: self.now,
                },
            ),
            Request::Subscribe(_) => self.result(
                id,
                &Subscribed {
                    subscribed: true,
                    seq: self.router.event_seq(),
                },
            ),
            Request::Server(ServerCall::Status) => self.result(
                id,
                &Status {
                    state: "rehearsing",
                    at: self.now,
                    seq: self.router.event_seq(),
                },
            ),
            Request::Server(
                ServerCall::Snapshot
                | ServerCall::Reload { .. }
                | ServerCall::Compare(_)
                | ServerCall::Drain,
            ) => {
                let refusal = Reject {
                    kind: RejectKind::Unavailable,
                    entity: "server",
                    id: None,
                    field: None,
                    message: "a rehearsal has no daemon: send this to a running one".to_owned(),
                    nearest: None,
                    oldest: None,
                };
                self.print(|out| reply::refusal(out, id, &refusal));
            }
            Request::Discover => self.result(id, &openrpc::written()),
        }
    }

    /// Names the session to which a command binds the presence of an agent.
    fn name_session(&mut self, session: &Name, command: &mut Command) {
        if let Command::Agent(AgentCommand::Presence(set)) = command
            && set.bound == Some(true)
        {
            set.session = self.numbers.get(session).copied();
            self.desktops.extend(set.session);
        }
    }

    /// What is bound to a session is bound to it no longer.
    fn close_desktop(&mut self, line: u64, session: &Name) {
        let number = self.numbers.remove(session);
        if let Some(session) = number.filter(|number| self.desktops.remove(number)) {
            let closed = Command::Session(SessionCommand::DesktopClosed(Desktop { session }));
            // A fact is never refused; there is no reply.
            let _ = self.apply(line, None, None, closed);
            self.print_events();
        }
    }

    /// Opens a session for a client; a session open for another client is closed first.
    fn open(&mut self, line: u64, session: &Name, id: &Id, open: SessionOpen) {
        let client = open.client;
        self.close_desktop(line, session);
        self.sessions += 1;
        self.numbers.insert(session.clone(), self.sessions);
        let holds = open.lines.then(|| client.clone());
        let before = self.clients.insert(session.clone(), holds.clone());
        let before = before.flatten();
        let mut earlier = Vec::new();
        let mut outcome = Ok(());
        if before != holds {
            if let Some(client) = before {
                // Never refused, because the session was opened; there is no reply.
                let closed = Command::Session(SessionCommand::Closed(Session { client }));
                let _ = self.apply(line, None, None, closed);
                earlier = std::mem::take(&mut self.effects.events);
            }
            if let Some(client) = holds {
                let opened = Command::Session(SessionCommand::Opened(Session {
                    client: client.clone(),
                }));
                outcome = self.apply(line, Some(client), None, opened).map(|_| ());
            }
        }
        match outcome {
            Ok(()) => self.result(
                id,
                &SessionOpened {
                    client,
                    tenant: open.tenant,
                    protocol: PROTOCOL,
                    seq: self.router.event_seq(),
                },
            ),
            Err(refusal) => {
                self.clients.remove(session);
                self.print(|out| reply::refusal(out, id, &refusal));
            }
        }
        self.effects.events.splice(..0, earlier);
    }

    fn result<T: Serialize>(&mut self, id: &Id, value: &T) {
        self.print(|out| reply::result(out, id, value));
    }

    /// Prints one object with the time before its other members.
    fn print(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.scratch.clear();
        write(&mut self.scratch);
        print_at(&mut self.printed, self.now, &self.scratch);
    }

    fn print_events(&mut self) {
        for one in &self.effects.events {
            self.scratch.clear();
            event::notification(&mut self.scratch, one);
            print_at(&mut self.printed, one.at, &self.scratch);
        }
    }
}

/// The result of `server.status`.
#[derive(Serialize)]
struct Status {
    state: &'static str,
    at: Timestamp,
    seq: u64,
}

fn print_at(printed: &mut Vec<u8>, at: Timestamp, object: &[u8]) {
    printed.extend_from_slice(format!("{{\"at\":{at},").as_bytes());
    printed.extend_from_slice(object.strip_prefix(b"{").unwrap_or(object));
    reply::end(printed);
}

/// A random number for strategies that need one, the same in every run.
fn splitmix64(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
