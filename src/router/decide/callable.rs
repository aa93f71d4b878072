//! Whether anybody can be called back (rule 25): an address is named, or the customer has a number.

use crate::router::api::command::ContactSubmit;
use crate::router::api::ids::{CustomerIdx, Name, Text};
use crate::router::api::policy::CALLBACK_CHANNEL;
use crate::router::api::reject::Reject;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;

impl Book {
    /// Whether a contact can be called back.
    pub(in crate::router) fn has_number(&self, contact: &Contact) -> bool {
        self.assumes_numbers()
            || contact.callback_address().is_some()
            || contact
                .shared()
                .is_some_and(|number| self.is_number(number))
            || contact
                .customer()
                .is_some_and(|customer| self.is_reachable(customer))
    }

    /// Whether a customer has a telephone number.
    pub(in crate::router) fn is_reachable(&self, customer: CustomerIdx) -> bool {
        let customer = self.customer(customer);
        self.is_number(&customer.id())
            || customer.identities().iter().any(|one| self.is_number(one))
    }

    /// Whether an identity is a telephone number that is somebody's.
    fn is_number(&self, identity: &Name) -> bool {
        identity.as_str().starts_with("tel:") && !self.settings().nobody.has(identity.as_str())
    }

    /// Refuses an address that is nobody's.
    pub(in crate::router) fn check_address(
        &self,
        contact: &Name,
        address: Option<&Text>,
    ) -> Result<(), Reject> {
        let Some(address) = address.map(|address| address.0.trim()) else {
            return Ok(());
        };
        if !address.is_empty() && !self.settings().nobody.has(address) {
            return Ok(());
        }
        let message = format!("\"{address}\" is a withheld number: give one that can be called");
        Err(Reject::invalid("contact", "address", message).with_id(contact))
    }

    /// Refuses a callback of whom nobody knows a number.
    pub(in crate::router) fn no_number(&self, contact: &Name, customer: Option<&Name>) -> Reject {
        let whose = match customer {
            Some(customer) => format!("customer \"{customer}\" has no tel: identity"),
            None => "it has no customer".to_owned(),
        };
        let message = format!("nobody can be called back: {whose}: give address");
        Reject::invalid("contact", "address", message).with_id(contact)
    }

    /// The number of a customer whom a submission would make.
    pub(in crate::router) fn new_number(&self, submit: &ContactSubmit) -> Option<Text> {
        let number = submit.person().filter(|named| self.is_number(named))?;
        let is_new = self.customers().find(number.as_str()).is_none();
        (is_new && submit.address.is_none()).then(|| Text(number.as_str().into()))
    }

    /// Refuses a submitted callback that can reach nobody.
    pub(super) fn check_submitted_callback(
        &self,
        submit: &ContactSubmit,
        customer: Option<CustomerIdx>,
    ) -> Result<(), Reject> {
        self.check_address(&submit.contact, submit.address.as_ref())?;
        let channel = submit.channel.as_ref().map(Name::as_str);
        let is_callback = channel == Some(CALLBACK_CHANNEL);
        let named = submit.customer.as_ref();
        let reachable = self.assumes_numbers()
            || submit.address.is_some()
            || named.is_some_and(|named| self.is_number(named))
            || customer.is_some_and(|customer| self.is_reachable(customer));
        if !is_callback || reachable {
            return Ok(());
        }
        let of = customer.map(|customer| self.customer(customer).id());
        Err(self.no_number(&submit.contact, of.as_ref().or(named)))
    }
}
