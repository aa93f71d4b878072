//! The stored form of the commands about customers, contacts and offers.

use crate::router::api::attributes::Attributes;
use crate::router::api::codes::{DeclineReason, TransferMode};
use crate::router::api::command::{
    ContactAgent, ContactAssign, ContactCancel, ContactEnd, ContactHold, ContactOutcome,
    ContactSubmit, ContactSync, ContactTransfer, ContactUpdate, CustomerExclude, CustomerLink,
    CustomerUnlink, OfferDecline, OfferRef, Profile, Target,
};
use crate::router::api::ids::Text;
use crate::router::api::people::ContactCallback;
use crate::router::api::policy::Priority;
use crate::stored::{as_inner, stored};

as_inner! { Attributes(Box<str>) }

stored! { Profile { 1 tier, 2 language, 3 special_care, 4 grid, 5 name } }
stored! { CustomerLink { 1 customer, 2 identities, 3 profile, 4 merge = false } }
stored! { CustomerUnlink { 1 customer, 2 identity, 3 to, 4 cases } }
stored! { CustomerExclude { 1 customer, 2 agent, 3 on, 4 reason = Text::default() } }

stored! {
    ContactSubmit {
        1 contact,
        2 queue,
        3 channel,
        4 customer,
        5 requires,
        6 priority = Priority(0),
        7 topic,
        8 case,
        9 kind,
        10 max_wait_ms,
        11 joined_at,
        12 prefer,
        13 exclude,
        14 not_before_at,
        15 attributes,
        30 withheld = false,
        31 shared = false,
        70 address,
    }
}
stored! {
    ContactUpdate {
        1 contact,
        2 priority,
        3 requires,
        4 queue,
        5 attributes,
        6 learnt,
        7 not_before_at,
    }
}
stored! { ContactCancel { 1 contact, 2 reason } }
stored! { ContactEnd { 1 contact, 2 outcome, 3 note, 4 learnt, 5 ended_by, 6 at } }
stored! { ContactAgent { 1 contact, 2 agent } }
stored! { ContactAssign { 1 contact, 2 agent, 3 by, 4 reason } }
stored! { ContactHold { 1 contact, 2 agent, 3 on } }
stored! { ContactOutcome { 1 contact, 2 outcome, 3 code, 4 note } }
stored! { Target { 1 agent, 2 queue } }
stored! {
    ContactTransfer {
        1 contact,
        2 to,
        3 mode = TransferMode::Blind,
        4 reason = Text::default(),
        5 learnt,
    }
}
stored! { ContactSync { 1 source, 2 contacts, 3 more = false, 4 confirm = false } }
stored! { ContactCallback { 1 contact, 2 address, 3 by_owner = false } }

stored! { OfferRef { 1 offer, 2 contact, 3 agent } }
stored! { OfferDecline { 1 offer, 2 contact, 3 agent, 4 reason = DeclineReason::Declined } }
