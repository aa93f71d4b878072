//! The writer of answers and events writes what `serde_json` writes, byte for byte.

use std::collections::BTreeMap;

use firsthand::router::answer::{Answer, OfferView, OwnerView, Submitted};
use firsthand::router::codes::{ContactState, Route, Why};
use firsthand::router::command::Attributes;
use firsthand::router::ids::{Name, OfferId, Text};
use firsthand::wire::json::Json;
use firsthand::wire::reply;
use firsthand::wire::request::Id;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Map, Number, Value};

fn same<T: Serialize + ?Sized>(value: &T) {
    let mut out = b"before".to_vec();
    value.serialize(Json(&mut out)).expect("plain data");
    let expected = serde_json::to_string(value).expect("plain data");
    let written = String::from_utf8(out).expect("UTF-8");
    assert_eq!(written, format!("before{expected}"));
}

#[test]
fn every_byte_of_ascii_in_every_place_is_escaped_alike() {
    for byte in 0..=0x7f_u8 {
        for length in 0..20 {
            for place in 0..=length {
                let mut text = "é".repeat(length % 3) + &"x".repeat(length);
                text.insert(place + 2 * (length % 3), char::from(byte));
                same(&text);
            }
        }
    }
}

#[test]
fn every_kind_of_value_is_written_alike() {
    same(&(1_i8, -2_i16, 3_u8, 4_u16, 'é', '"', ()));
    same(&[i64::MIN, i64::MAX, 0, -1]);
    same(&[u64::MAX, 0]);
    same(&[0.0, -0.0, 1.5, 1e300, f64::NAN, f64::INFINITY]);
    same(&[0.1_f32, 2.0]);
    same(&[None, Some(true), Some(false)]);
    same(&Vec::<u8>::new());
    same(&BTreeMap::<Name, u8>::new());
    same(&BTreeMap::from([(Route::Owner, 1), (Route::Skill, 2)]));
    same(&Err::<u8, _>("a variant with a value"));
    same(&[OfferId(0), OfferId(9), OfferId(10), OfferId(u64::MAX)]);
    same(&format_args!("{} \"{}\" \n", 1, "displayed"));
}

#[test]
fn offers_are_written_as_they_are_displayed() {
    for n in [0, 7, 10, 471, u64::from(u32::MAX), u64::MAX] {
        let written = serde_json::to_string(&OfferId(n)).expect("a string");
        assert_eq!(written, format!("\"{}\"", OfferId(n)));
    }
}

#[test]
fn what_has_no_form_is_refused() {
    let mut out = Vec::new();
    let numbered = BTreeMap::from([(1, 2)]);
    assert!(numbered.serialize(Json(&mut out)).is_err());
    // Attributes that are not JSON become an error reply with the message of `serde_json`.
    let broken = Attributes("{".into());
    let error = broken.serialize(Json(&mut out)).expect_err("no JSON");
    let expected = serde_json::to_string(&broken).expect_err("no JSON");
    assert_eq!(error.to_string(), expected.to_string());
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[a-z]{0,20}", "[ -~]{0,20}", any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| Number::from_f64(n).map_or(Value::Null, Value::Number)),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Any name that is not empty or too long and has no control characters.
fn name() -> impl Strategy<Value = Name> {
    prop_oneof!["[a-z0-9-]{1,20}", "[ -~]{1,20}", "\\PC{1,8}"]
        .prop_filter_map("a name", |text| Name::new(&text).ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_value_is_written_alike(value in value()) {
        same(&value);
    }

    #[test]
    fn an_answer_is_written_alike(
        names in prop::array::uniform4(name()),
        address in prop::option::of(any::<String>()),
        offer in any::<u64>(),
        at in any::<i64>(),
        position in prop::option::of(any::<u32>()),
    ) {
        let [contact, queue, customer, agent] = names;
        let answer = Answer::Submitted(Box::new(Submitted {
            contact: contact.clone(),
            state: ContactState::Offered,
            outcome: None,
            queue,
            customer: Some(customer),
            withheld: None,
            shared: Some(true),
            case: None,
            owner: Some(agent.clone()),
            agent: None,
            offer: Some(OfferView {
                offer: OfferId(offer),
                contact,
                agent: agent.clone(),
                address: address.map(|text| Text(text.into())),
                route: Route::Owner,
                expires_at: at,
                mentor: None,
            }),
            position,
            estimated_wait_ms: Some(at),
            why: Why::OwnerAvailable,
            ticket: None,
        }));
        let owner = Answer::Owner(OwnerView { case: None, owner: Some(agent) });
        for answer in [answer, owner] {
            let (mut out, mut expected) = (Vec::new(), Vec::new());
            reply::outcome(&mut out, &Id::Number(1), &Ok(answer.clone()));
            reply::result(&mut expected, &Id::Number(1), &answer);
            prop_assert_eq!(String::from_utf8(out), String::from_utf8(expected));
        }
    }
}
