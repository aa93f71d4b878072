//! The commands, each drawn with its weight.

use firsthand::router::codes::{
    AgentState, ContactState, DeclineReason, Outcome, Presence, TransferMode,
};
use firsthand::router::command::{
    AgentCommand, AgentPresence, AgentRef, AgentRemove, CaseAct, CaseCommand, CaseHandover,
    CaseNote, CaseOpen, Command, ContactAssign, ContactCancel, ContactCommand, ContactEnd,
    ContactSubmit, ContactSync, ContactTransfer, ContactUpdate, CustomerCommand, CustomerExclude,
    CustomerLink, CustomerUnlink, OfferCommand, OfferDecline, OfferRef, QueueCommand, QueueRef,
    Session, SessionCommand, Target,
};
use firsthand::router::ids::{Name, OfferId, Text};
use firsthand::router::policy::{Priority, SkillMap};
use firsthand::router::time::Millis;
use rand::Rng;
use rand::seq::IndexedRandom;

use super::Workload;
use crate::model::{Contact, Model};

fn text(words: &str) -> Text {
    Text(Box::from(words))
}

/// Whether the state has anything that such a command could apply to.
fn makes_sense(model: &Model, command: &Command) -> bool {
    let any = |state: ContactState| {
        let mut states = model.contacts.iter().map(Contact::state);
        states.any(|other| other == state)
    };
    match command {
        Command::Offer(OfferCommand::Accept(_)) | Command::Offer(OfferCommand::Decline(_)) => model
            .contacts
            .iter()
            .any(|contact| !contact.offers.is_empty()),
        Command::Contact(ContactCommand::End(_))
        | Command::Contact(ContactCommand::Transfer(_)) => any(ContactState::Connected),
        Command::Agent(AgentCommand::WrapUpEnd(_)) => any(ContactState::WrapUp),
        _ => true,
    }
}

impl Workload {
    pub(super) fn command(&mut self, model: &Model) -> Command {
        loop {
            let command = self.draw(model);
            // Commands without a target are mostly drawn again; a few are kept.
            if makes_sense(model, &command) || self.one_in(12) {
                return command;
            }
        }
    }

    fn draw(&mut self, model: &Model) -> Command {
        let crowded = model.contacts.len() > self.shape.crowd;
        let submit = if crowded { 40 } else { 260 };
        match self.rng.random_range(0..700 + submit) {
            0..200 | 652..680 => self.accept(model),
            680..700 => self.whereabouts(),
            200..240 => self.decline(model),
            240..360 => self.end(model),
            360..400 => self.cancel(model),
            400..470 => self.presence(model),
            470..485 => self.wrap_up_end(model),
            485..515 => self.transfer(model),
            515..535 => self.update(model),
            535..550 => self.agent_set(),
            550..555 => self.agent_remove(),
            555..565 => self.queue_set(),
            565..566 => self.queue_remove(),
            566..572 => self.settings_set(),
            572..580 => self.link(),
            580..588 => self.exclude(),
            588..590 => self.unlink(model),
            590..596 => self.sync(model),
            596..604 => self.session(model),
            604..605 => Command::Restarted,
            605..635 => self.case(model),
            635..639 => Command::Tick,
            639 => Command::Reloaded,
            640..652 => self.assign(model),
            _ => self.submit(model),
        }
    }

    /// Mostly a contact in one of these states, sometimes any name.
    fn contact_in(&mut self, model: &Model, states: &[ContactState]) -> Name {
        if self.one_in(15) {
            return self.any_contact_name();
        }
        let fitting: Vec<&Name> = model
            .contacts
            .iter()
            .filter(|contact| states.contains(&contact.state()))
            .map(|contact| &contact.name)
            .collect();
        match fitting.choose(&mut self.rng) {
            Some(name) => (*name).clone(),
            None => self.any_contact_name(),
        }
    }

    fn submit(&mut self, model: &Model) -> Command {
        let contact = if self.one_in(30) {
            self.any_contact_name()
        } else {
            self.new_contact_name()
        };
        let known = self.rng.random_ratio(self.shape.known_percent, 100);
        let case = self.one_in(15).then(|| self.case_name(model));
        let at = self.at;
        Command::Contact(ContactCommand::Submit(Box::new(ContactSubmit {
            contact,
            queue: (!self.one_in(4)).then(|| self.queue_name()),
            channel: Some(self.channel_name()),
            customer: known.then(|| self.customer_name()),
            requires: if self.one_in(4) {
                self.requirement()
            } else {
                SkillMap::new()
            },
            priority: Priority(if self.one_in(5) {
                self.rng.random_range(-1..=2)
            } else {
                0
            }),
            topic: self.topic_name(),
            case,
            kind: None,
            max_wait_ms: self.one_in(8).then(|| Millis(self.ms(40_000))),
            joined_at: self.one_in(8).then(|| at + 2_000 - self.ms(40_000)),
            prefer: self.one_in(10).then(|| self.agent_name()),
            exclude: if self.one_in(12) {
                vec![self.agent_name()]
            } else {
                Vec::new()
            },
            not_before_at: self.one_in(12).then(|| at - 1_000 + self.ms(30_000)),
            attributes: None,
            address: None,
            withheld: false,
            shared: false,
        })))
    }

    fn offer(&mut self, model: &Model) -> OfferRef {
        let open: Vec<(Name, Name, OfferId)> = model
            .contacts
            .iter()
            .flat_map(|contact| {
                contact
                    .offers
                    .iter()
                    .map(|offer| (contact.name.clone(), offer.agent.clone(), offer.id))
            })
            .collect();
        let chosen = open.choose(&mut self.rng).cloned();
        match self.rng.random_range(0..40) {
            0 => OfferRef {
                offer: Some(OfferId(self.rng.random_range(1..=model.offer_last + 3))),
                contact: None,
                agent: None,
            },
            1 => OfferRef {
                offer: None,
                contact: Some(self.any_contact_name()),
                agent: Some(self.agent_name()),
            },
            2 => OfferRef {
                offer: None,
                contact: chosen.map(|(contact, _, _)| contact),
                agent: self.one_in(2).then(|| self.agent_name()),
            },
            3..20 => OfferRef {
                offer: None,
                contact: chosen.clone().map(|(contact, _, _)| contact),
                agent: chosen.map(|(_, agent, _)| agent),
            },
            _ => OfferRef {
                offer: chosen.map(|(_, _, id)| id),
                contact: None,
                agent: None,
            },
        }
    }

    fn accept(&mut self, model: &Model) -> Command {
        Command::Offer(OfferCommand::Accept(self.offer(model)))
    }

    fn decline(&mut self, model: &Model) -> Command {
        let of = self.offer(model);
        Command::Offer(OfferCommand::Decline(OfferDecline {
            offer: of.offer,
            contact: of.contact,
            agent: of.agent,
            reason: *DeclineReason::ALL.choose(&mut self.rng).expect("not empty"),
        }))
    }

    fn end(&mut self, model: &Model) -> Command {
        let contact = self.contact_in(model, &[ContactState::Connected]);
        let is_callback = model.live(&contact).is_some_and(|idx| {
            let contact = &model.contacts[idx];
            contact.channel.as_str() == "callback"
        });
        let outcome = match self.rng.random_range(0..20) {
            0..12 if is_callback => Outcome::Unreached,
            0..6 => Outcome::Resolved,
            6..14 => Outcome::Open,
            14..17 => Outcome::Transferred,
            17 => Outcome::Dropped,
            18 => Outcome::Unreached,
            _ => Outcome::Cancelled,
        };
        Command::Contact(ContactCommand::End(ContactEnd {
            outcome: Some(outcome),
            ..ContactEnd::of(contact)
        }))
    }

    fn cancel(&mut self, model: &Model) -> Command {
        let states = [
            ContactState::Scheduled,
            ContactState::Waiting,
            ContactState::Offered,
        ];
        let words = [
            "abandoned",
            "abandoned",
            "abandoned",
            "abandoned",
            "voicemail",
            "callback",
            "timeout",
            "rejected",
            "dropped",
            "wrong number",
        ];
        Command::Contact(ContactCommand::Cancel(ContactCancel {
            contact: self.contact_in(model, &states),
            reason: text(words.choose(&mut self.rng).expect("not empty")),
        }))
    }

    pub(super) fn available(&mut self, nth: usize) -> Command {
        Command::Agent(AgentCommand::Presence(AgentPresence::of(
            Name::of(&format!("a{nth}")),
            Presence::Available,
        )))
    }

    /// Mostly back to work: a centre where everyone is away tests little.
    fn presence(&mut self, model: &Model) -> Command {
        let away: Vec<&Name> = model
            .agents
            .iter()
            .filter(|agent| agent.presence != Presence::Available)
            .map(|agent| &agent.name)
            .collect();
        if let Some(agent) = away.choose(&mut self.rng)
            && self.rng.random_bool(0.75)
        {
            return Command::Agent(AgentCommand::Presence(AgentPresence::of(
                (*agent).clone(),
                Presence::Available,
            )));
        }
        let presence = match self.rng.random_range(0..6) {
            0 => Presence::Available,
            1..4 => Presence::Break,
            _ => Presence::Offline,
        };
        let until = presence == Presence::Break && self.one_in(2);
        let at = self.at;
        Command::Agent(AgentCommand::Presence(AgentPresence {
            until_at: until.then(|| at + self.ms(60_000)),
            ..AgentPresence::of(self.agent_name(), presence)
        }))
    }

    fn wrap_up_end(&mut self, model: &Model) -> Command {
        let wrapping: Vec<Name> = model
            .contacts
            .iter()
            .flat_map(|contact| &contact.wrap_ups)
            .map(|wrap_up| wrap_up.agent.clone())
            .collect();
        let agent = match wrapping.choose(&mut self.rng) {
            Some(agent) if !self.one_in(10) => agent.clone(),
            Some(_) | None => self.agent_name(),
        };
        Command::Agent(AgentCommand::WrapUpEnd(AgentRef { agent }))
    }

    fn transfer(&mut self, model: &Model) -> Command {
        let mode = *TransferMode::ALL.choose(&mut self.rng).expect("not empty");
        let to_agent = self.rng.random_bool(if mode == TransferMode::Blind {
            0.5
        } else {
            0.9
        });
        let (mut agent, mut queue) = (None, None);
        if to_agent {
            let free: Vec<&Name> = model
                .agents
                .iter()
                .filter(|agent| model.agent_state(agent) == AgentState::Available)
                .map(|agent| &agent.name)
                .collect();
            agent = match free.choose(&mut self.rng) {
                Some(free) if self.rng.random_bool(0.7) => Some((*free).clone()),
                Some(_) | None => Some(self.agent_name()),
            };
        } else {
            queue = Some(self.queue_name());
        }
        if self.one_in(60) {
            queue = agent.take();
        }
        Command::Contact(ContactCommand::Transfer(Box::new(ContactTransfer {
            contact: self.contact_in(model, &[ContactState::Connected]),
            to: Target { agent, queue },
            mode,
            reason: text("asked for"),
            learnt: None,
        })))
    }

    fn update(&mut self, model: &Model) -> Command {
        let states = [
            ContactState::Scheduled,
            ContactState::Waiting,
            ContactState::Waiting,
            ContactState::Offered,
        ];
        Command::Contact(ContactCommand::Update(Box::new(ContactUpdate {
            contact: self.contact_in(model, &states),
            priority: self
                .one_in(2)
                .then(|| Priority(self.rng.random_range(-2..=2))),
            requires: self.one_in(3).then(|| self.requirement()),
            queue: self.one_in(3).then(|| self.queue_name()),
            attributes: None,
            learnt: None,
            not_before_at: None,
        })))
    }

    /// Mostly by a supervisor; an agent may only where the queue lets it pull.
    fn assign(&mut self, model: &Model) -> Command {
        let states = [ContactState::Waiting, ContactState::Offered];
        let agent = self.agent_name();
        let by = if self.one_in(4) {
            agent.clone()
        } else {
            Name::of("supervisor")
        };
        Command::Contact(ContactCommand::Assign(Box::new(ContactAssign {
            contact: self.contact_in(model, &states),
            agent,
            by,
            reason: None,
        })))
    }

    fn agent_remove(&mut self) -> Command {
        Command::Agent(AgentCommand::Remove(AgentRemove {
            agent: self.agent_name(),
            successor: self.one_in(2).then(|| self.agent_name()),
            reason: None,
        }))
    }

    fn queue_remove(&mut self) -> Command {
        Command::Queue(QueueCommand::Remove(QueueRef {
            queue: self.queue_name(),
        }))
    }

    fn link(&mut self) -> Command {
        let customer = self.customer_name();
        let identities = (0..self.rng.random_range(0..=2))
            .map(|_| {
                if self.one_in(4) {
                    self.customer_name()
                } else {
                    let nth = self.rng.random_range(0..self.shape.customers);
                    Name::of(&format!("tel:+86{nth}"))
                }
            })
            .collect();
        Command::Customer(CustomerCommand::Link(Box::new(CustomerLink {
            customer,
            identities,
            profile: None,
            merge: self.one_in(3),
        })))
    }

    fn unlink(&mut self, model: &Model) -> Command {
        let nth = self.rng.random_range(0..self.shape.customers);
        Command::Customer(CustomerCommand::Unlink(Box::new(CustomerUnlink {
            customer: self.customer_name(),
            identity: if self.one_in(2) {
                self.customer_name()
            } else {
                Name::of(&format!("tel:+86{nth}"))
            },
            to: self.one_in(2).then(|| self.customer_name()),
            cases: if self.one_in(3) {
                vec![self.case_name(model)]
            } else {
                Vec::new()
            },
        })))
    }

    fn exclude(&mut self) -> Command {
        Command::Customer(CustomerCommand::Exclude(CustomerExclude {
            customer: self.customer_name(),
            agent: self.agent_name(),
            on: self.one_in(3),
            reason: text("related"),
        }))
    }

    fn client_name(&mut self) -> Name {
        Name::of(&format!("platform{}", self.rng.random_range(0..2)))
    }

    fn sync(&mut self, model: &Model) -> Command {
        let source = self.client_name();
        let mut contacts: Vec<Name> = model
            .contacts
            .iter()
            .filter(|contact| contact.source.as_ref() == Some(&source))
            .map(|contact| contact.name.clone())
            .collect();
        contacts.retain(|_| self.rng.random_bool(0.9));
        if self.one_in(3) {
            contacts.push(self.any_contact_name());
        }
        Command::Contact(ContactCommand::Sync(ContactSync {
            source,
            contacts,
            more: self.one_in(3),
            confirm: self.one_in(2),
        }))
    }

    pub(super) fn session_opened(&mut self, nth: usize) -> Command {
        Command::Session(SessionCommand::Opened(Session {
            client: Name::of(&format!("platform{nth}")),
        }))
    }

    fn session(&mut self, model: &Model) -> Command {
        let client = self.client_name();
        if self.rng.random_bool(0.5) || !model.sessions.contains(&client) {
            Command::Session(SessionCommand::Opened(Session { client }))
        } else {
            Command::Session(SessionCommand::Closed(Session { client }))
        }
    }

    fn case_name(&mut self, model: &Model) -> Name {
        if self.one_in(20) || model.cases.is_empty() {
            return Name::of(&format!("m{}", self.rng.random_range(0..5)));
        }
        // Recent cases are named more often.
        let most = model.cases.len();
        let from = most.saturating_sub(8);
        let nth = if self.one_in(5) {
            self.rng.random_range(0..most)
        } else {
            self.rng.random_range(from..most)
        };
        model.cases[nth].name.clone()
    }

    fn case(&mut self, model: &Model) -> Command {
        let act = CaseAct {
            case: self.case_name(model),
            by: Name::of("supervisor"),
            note: None,
        };
        match self.rng.random_range(0..12) {
            0..2 => Command::Case(CaseCommand::Open(Box::new(CaseOpen {
                case: Name::of(&format!("m{}", self.rng.random_range(0..12))),
                customer: self.customer_name(),
                topic: self.topic_name(),
                kind: None,
                of_nobody: false,
                owner: self.one_in(2).then(|| self.agent_name()),
            }))),
            2 => Command::Case(CaseCommand::Note(CaseNote {
                case: act.case,
                text: text("called back"),
                by: act.by,
            })),
            3..5 => Command::Case(CaseCommand::Resolve(act)),
            5..7 => Command::Case(CaseCommand::Reopen(act)),
            7..9 => Command::Case(CaseCommand::Close(act)),
            nth => {
                let owner = nth == 9;
                let both = self.one_in(20);
                Command::Case(CaseCommand::Handover(Box::new(CaseHandover {
                    case: (!owner || both).then_some(act.case),
                    owner: (owner || both).then(|| self.agent_name()),
                    to: self.agent_name(),
                    reason: text("holiday"),
                    by: act.by,
                })))
            }
        }
    }
}
