//! The fields of a customer.

use super::Type::{Bool, List, Name, Object, Text};
use super::{AGENT, ANY, Field, Fields};
use crate::router::command::{CustomerExclude, CustomerLink, CustomerUnlink, Profile};

pub(super) const CUSTOMER: Field = Field::must(
    "customer",
    Name,
    "the customer's id or any identity, such as tel:+8613800138000",
);

/// The identities of a customer.
pub const IDENTITIES: Field = Field::may(
    "identities",
    List(&Name, ANY),
    "such as tel:+8613800138000, mail:li@example.cn, wechat:wx_1",
)
.manual(
    "By what it is known: telephone in E.164, e-mail, WeChat … Each belongs to one \
         customer only.",
)
.example("[\"tel:+8613800138000\", \"mail:li@example.com\"]");

/// The profile of a customer.
pub const PROFILE: &[Field] = &[
    Field::may("tier", Text, "such as gold")
        .manual("How important it is, in your words.")
        .example("\"gold\""),
    Field::may("language", Text, "such as zh")
        .manual("The language it speaks.")
        .example("\"zh\""),
    Field::may("special_care", Bool, "needs special care")
        .manual("Whether it needs special care.")
        .example("true"),
    Field::may("grid", Text, "the service grid the customer belongs to").example("\"chaoyang-07\""),
    Field::may("name", Text, "the customer's name").example("\"Li Hua\""),
];

/// `customer.link`.
pub static CUSTOMER_LINK: Fields = Fields::of::<CustomerLink>(&[
    Field {
        about: "the customer's id; made where it does not exist",
        ..CUSTOMER
    },
    IDENTITIES,
    Field::may(
        "profile",
        Object(&Fields::of::<Profile>(PROFILE)),
        "what is known; replaces what was known",
    ),
    Field::may(
        "merge",
        Bool,
        "an identity of another customer makes both one; else that is refused",
    ),
]);

/// `customer.unlink`.
pub static CUSTOMER_UNLINK: Fields = Fields::of::<CustomerUnlink>(&[
    CUSTOMER,
    Field::must("identity", Name, "the identity that is taken away"),
    Field::may(
        "to",
        Name,
        "the customer who gets it; made where it does not exist",
    ),
    Field::may(
        "cases",
        List(&Name, ANY),
        "the cases that go with it; without `to` to a customer known by the identity",
    ),
]);

/// `customer.exclude`.
pub static CUSTOMER_EXCLUDE: Fields = Fields::of::<CustomerExclude>(&[
    CUSTOMER,
    AGENT,
    Field::must("on", Bool, "true excludes, false lifts it"),
    Field::may("reason", Text, "why; stands in the explanation"),
]);

/// Names a customer.
pub static CUSTOMER_REF: Fields = Fields::new(&[CUSTOMER]);

/// `owner.get`.
pub static OWNER_GET: Fields = Fields::new(&[CUSTOMER, Field::may("topic", Name, "the matter")]);
