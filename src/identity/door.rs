//! What passes the door: commands and queries, with every identity in its one form, and who is
//! nobody said.

use super::form::{form, one_form};
use super::tel;
use crate::router::command::{
    CaseCommand, CaseOpen, Command, ContactCommand, ContactSubmit, CustomerCommand,
    CustomerExclude, CustomerLink, SettingsPatch,
};
use crate::router::identities::Identities;
use crate::router::ids::Name;
use crate::router::policy::Settings;
use crate::router::query::Query;
use crate::router::reject::Reject;

/// Brings a command into its form, or refuses it. What has passed passes again unchanged.
#[inline]
pub fn admit(command: &mut Command, by: &Settings) -> Result<(), Reject> {
    match command {
        Command::Contact(ContactCommand::Submit(submit)) => {
            pass_submit(submit, by);
            Ok(())
        }
        Command::Case(CaseCommand::Open(open)) => {
            pass_open(open, by);
            Ok(())
        }
        Command::Customer(command) => pass_customer(command, by),
        Command::Settings(patch) => pass_settings(patch, by),
        Command::Tick
        | Command::Restarted
        | Command::Reloaded
        | Command::Session(_)
        | Command::Agent(_)
        | Command::Queue(_)
        | Command::Contact(_)
        | Command::Offer(_)
        | Command::Case(_)
        | Command::Kind(_)
        | Command::Calendar(_) => Ok(()),
    }
}

/// Likewise a query.
pub fn admit_query(query: &mut Query, by: &Settings) {
    match query {
        Query::ContactPreview(draft) => pass_submit(draft, by),
        Query::CustomerGet(of) => bring(&mut of.customer, by),
        Query::OwnerGet(of) => bring(&mut of.customer, by),
        Query::CaseFind(find) => bring_some(&mut find.customer, by),
        Query::BookingSlots(of) => bring_some(&mut of.customer, by),
        Query::AgentGet(_)
        | Query::AgentList(_)
        | Query::AgentBriefing(_)
        | Query::QueueGet(_)
        | Query::QueueList(_)
        | Query::SettingsGet
        | Query::ContactGet(_)
        | Query::ContactList(_)
        | Query::ContactExplain(_)
        | Query::CaseGet(_)
        | Query::Stats(_)
        | Query::KindGet(_)
        | Query::KindList(_)
        | Query::CalendarGet(_)
        | Query::CalendarList(_) => {}
    }
}

fn bring(identity: &mut Name, by: &Settings) {
    if let Some(formed) = form(identity, by) {
        *identity = formed;
    }
}

fn bring_some(identity: &mut Option<Name>, by: &Settings) {
    if let Some(identity) = identity {
        bring(identity, by);
    }
}

/// A contact of nobody has no customer. One of a shared number keeps the number, which leads to
/// nothing.
#[inline]
fn pass_submit(submit: &mut ContactSubmit, by: &Settings) {
    let Some(customer) = &mut submit.customer else {
        return;
    };
    bring(customer, by);
    if by.nobody.has(customer.as_str()) {
        submit.customer = None;
        submit.withheld = true;
    } else {
        submit.shared = by.shared.has(customer.as_str());
    }
}

fn pass_open(open: &mut CaseOpen, by: &Settings) {
    bring(&mut open.customer, by);
    open.of_nobody = !is_person(&open.customer, by);
}

/// Whether an identity leads to one person: it is not nobody, and many do not share it.
pub fn is_person(identity: &Name, by: &Settings) -> bool {
    !by.nobody.has(identity.as_str()) && !by.shared.has(identity.as_str())
}

fn pass_customer(command: &mut CustomerCommand, by: &Settings) -> Result<(), Reject> {
    match command {
        CustomerCommand::Link(link) => pass_link(link, by),
        CustomerCommand::Exclude(exclude) => pass_exclude(exclude, by),
        CustomerCommand::Unlink(unlink) => {
            bring(&mut unlink.customer, by);
            bring(&mut unlink.identity, by);
            bring_some(&mut unlink.to, by);
            match &unlink.to {
                Some(to) => check_person(to, "to", by),
                None => Ok(()),
            }
        }
    }
}

fn pass_link(link: &mut CustomerLink, by: &Settings) -> Result<(), Reject> {
    bring(&mut link.customer, by);
    check_person(&link.customer, "customer", by)?;
    for identity in &mut link.identities {
        bring(identity, by);
        check_person(identity, "identities", by)?;
    }
    Ok(())
}

fn pass_exclude(exclude: &mut CustomerExclude, by: &Settings) -> Result<(), Reject> {
    bring(&mut exclude.customer, by);
    check_person(&exclude.customer, "customer", by)
}

/// Refuses what would bind a person to an identity that says nothing about it.
fn check_person(identity: &Name, field: &'static str, by: &Settings) -> Result<(), Reject> {
    let why = if by.nobody.has(identity.as_str()) {
        "is nobody (the setting `nobody`): give an identity of the customer"
    } else if by.shared.has(identity.as_str()) {
        "is shared by many (the setting `shared`): give an identity of the customer alone"
    } else {
        return Ok(());
    };
    let message = format!("{field}: \"{identity}\" {why}");
    Err(Reject::invalid("customer", field, message).with_id(identity))
}

/// Lists are brought into the form of the country that holds from now on.
fn pass_settings(patch: &mut SettingsPatch, by: &Settings) -> Result<(), Reject> {
    if let Some(Some(country)) = patch.country
        && !tel::is_country(country)
    {
        let message = format!(
            "country \"{country}\" is not one: give its two letters of ISO 3166, such as \"CN\""
        );
        return Err(Reject::invalid("settings", "country", message));
    }
    if patch.nobody.is_none() && patch.shared.is_none() {
        return Ok(());
    }
    let then = Settings {
        country: patch.country.unwrap_or(by.country),
        mail_case: patch.mail_case.unwrap_or(by.mail_case),
        sip_is_tel: patch.sip_is_tel.unwrap_or(by.sip_is_tel),
        ..Settings::default()
    };
    for list in [&mut patch.nobody, &mut patch.shared].into_iter().flatten() {
        let formed = list.as_slice().iter().map(|one| one_form(one, &then));
        *list = Identities::new(formed.collect());
    }
    Ok(())
}
