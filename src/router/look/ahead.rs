//! Prefetching: reads the records that the next commands of a batch will need.
//!
//! Among ten million customers a name leads through four records, none of them in the processor's
//! caches, and each is known only after the one before. The first of these steps is taken for all
//! commands of a batch, then the second, and so on, so that their memory latencies overlap. Nothing
//! is changed or stored, and commands do not depend on it, so wrong guesses are harmless.

use std::hint::black_box;

use smallvec::SmallVec;

use crate::router::api::command::{CaseCommand, Command, ContactCommand, CustomerCommand};
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name};
use crate::router::state::book::Book;
use crate::router::store::directory::{Directory, Place};

/// As many simultaneous reads as a processor can have pending.
pub const AHEAD: usize = 16;
/// Fewer commands gain nothing.
const FEWEST: usize = 4;
/// How many cases of one customer are read.
const CASES_MAX: usize = 4;

/// The results of one step for all commands.
type Batch<T> = SmallVec<[T; AHEAD]>;

impl Book {
    /// Reads ahead for the first [`AHEAD`] commands.
    pub fn look_ahead<'a>(&self, commands: impl Iterator<Item = &'a Command>) {
        let commands: Batch<&Command> = commands.take(AHEAD).collect();
        if commands.len() < FEWEST {
            return;
        }
        let (customers, contacts) = (&self.customers().by_identity, &self.contacts().by_name);
        let of_customers = places(
            customers,
            commands.iter().filter_map(|one| customer_of(one)),
        );
        let of_contacts = places(contacts, commands.iter().filter_map(|one| contact_of(one)));
        let of_cases = places(
            &self.cases().by_name,
            commands.iter().filter_map(|one| case_of(one)),
        );
        let named = guesses(&self.cases().by_name, of_cases);
        let customers = guesses(customers, of_customers);
        let contacts = guesses(contacts, of_contacts);
        let cases = customers
            .into_iter()
            .flat_map(|one| self.read_customer(one));
        let mut cases: Batch<CaseIdx> = cases.copied().collect();
        cases.extend(
            contacts
                .into_iter()
                .filter_map(|one| self.read_contact(one)),
        );
        cases.extend(named);
        let owners = cases.into_iter().filter_map(|one| self.read_case(one));
        for owner in owners.collect::<Batch<AgentIdx>>() {
            self.read_agent(owner);
        }
    }

    fn read_customer(&self, customer: CustomerIdx) -> &[CaseIdx] {
        let entry = self.customer(customer);
        let cases = entry.cases();
        black_box((entry.id_bytes().first(), entry.cold().is_some()));
        &cases[..cases.len().min(CASES_MAX)]
    }

    fn read_contact(&self, contact: ContactIdx) -> Option<CaseIdx> {
        let entry = self.contacts().get(contact)?;
        black_box((
            entry.state(),
            entry.seeking(),
            entry.trail.len(),
            entry.offers().len(),
        ));
        entry.case()
    }

    fn read_case(&self, case: CaseIdx) -> Option<AgentIdx> {
        let entry = self.cases().get(case)?;
        black_box((
            entry.id_bytes().first(),
            entry.state(),
            entry.active_at,
            entry.contacts,
        ));
        black_box(entry.progress().is_some());
        entry.owner()
    }

    fn read_agent(&self, agent: AgentIdx) {
        let entry = self.agent(agent);
        black_box((entry.exists(), entry.position(), entry.talks().len()));
        black_box((
            entry.reserved().len(),
            entry.wraps().len(),
            entry.skills().len(),
        ));
    }
}

fn places<'a, I: Copy + PartialEq>(
    directory: &Directory<I>,
    names: impl Iterator<Item = &'a Name>,
) -> Batch<Place> {
    names
        .map(|name| directory.place(name.as_str().as_bytes()))
        .collect()
}

fn guesses<I: Copy + PartialEq>(directory: &Directory<I>, places: Batch<Place>) -> Batch<I> {
    let guesses = places.into_iter().map(|place| directory.guess(place));
    guesses.flatten().collect()
}

fn customer_of(command: &Command) -> Option<&Name> {
    match command {
        Command::Contact(ContactCommand::Submit(submit)) => submit.customer.as_ref(),
        Command::Case(CaseCommand::Open(open)) => Some(&open.customer),
        Command::Customer(CustomerCommand::Link(link)) => Some(&link.customer),
        Command::Tick
        | Command::Restarted
        | Command::Reloaded
        | Command::Session(_)
        | Command::Agent(_)
        | Command::Queue(_)
        | Command::Settings(_)
        | Command::Customer(_)
        | Command::Contact(_)
        | Command::Offer(_)
        | Command::Case(_)
        | Command::Kind(_)
        | Command::Calendar(_) => None,
    }
}

fn case_of(command: &Command) -> Option<&Name> {
    match command {
        Command::Case(command) => command.case(),
        Command::Tick
        | Command::Restarted
        | Command::Reloaded
        | Command::Session(_)
        | Command::Agent(_)
        | Command::Queue(_)
        | Command::Settings(_)
        | Command::Customer(_)
        | Command::Contact(_)
        | Command::Offer(_)
        | Command::Kind(_)
        | Command::Calendar(_) => None,
    }
}

fn contact_of(command: &Command) -> Option<&Name> {
    match command {
        Command::Contact(command) => command.contact(),
        Command::Offer(command) => command.named().1,
        Command::Tick
        | Command::Restarted
        | Command::Reloaded
        | Command::Session(_)
        | Command::Agent(_)
        | Command::Queue(_)
        | Command::Settings(_)
        | Command::Customer(_)
        | Command::Case(_)
        | Command::Kind(_)
        | Command::Calendar(_) => None,
    }
}
