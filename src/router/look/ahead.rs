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

// A command that is not looked at here is carried out just the same, only without its reading ahead.

fn customer_of(command: &Command) -> Option<&Name> {
    if let Command::Contact(ContactCommand::Submit(submit)) = command {
        submit.person()
    } else if let Command::Case(CaseCommand::Open(open)) = command {
        Some(&open.customer)
    } else if let Command::Customer(CustomerCommand::Link(link)) = command {
        Some(&link.customer)
    } else {
        None
    }
}

fn case_of(command: &Command) -> Option<&Name> {
    let Command::Case(command) = command else {
        return None;
    };
    command.case()
}

fn contact_of(command: &Command) -> Option<&Name> {
    if let Command::Contact(command) = command {
        command.contact()
    } else if let Command::Offer(command) = command {
        command.named().1
    } else {
        None
    }
}
