//! Replies: ids return as they came, members have a fixed order.

use firsthand::router::answer::{Answer, Done, Repeated};
use firsthand::router::ids::Name;
use firsthand::router::reject::Reject;
use firsthand::wire::reply;
use firsthand::wire::request::Id;

use super::call;

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("replies are UTF-8")
}

#[test]
fn ids_come_back_as_they_came() {
    for (sent, id) in [
        ("1", Some(Id::Number(1))),
        ("-7", Some(Id::Number(-7))),
        ("9007199254740991", Some(Id::Number(9_007_199_254_740_991))),
        ("\"a\"", Some(Id::Text("a".into()))),
        ("\"\"", Some(Id::Text("".into()))),
        (r#""é\"\\\n""#, Some(Id::Text("é\"\\\n".into()))),
        ("null", Some(Id::Null)),
    ] {
        let line = format!(r#"{{"jsonrpc":"2.0","id":{sent},"method":"session.ping"}}"#);
        let call = call(&line);
        assert_eq!(call.id, id);
        let id = call.id.expect("asked for");
        assert_eq!(
            written(|out| reply::result(out, &id, &Done { ok: true })),
            format!(r#"{{"jsonrpc":"2.0","id":{sent},"result":{{"ok":true}}}}"#)
        );
    }
    assert_eq!(
        call(r#"{"jsonrpc":"2.0","method":"session.ping"}"#).id,
        None
    );
}

#[test]
fn a_notification_is_understood_or_not_but_never_answered() {
    let wrong = call(r#"{"jsonrpc":"2.0","method":"agent.get","params":{}}"#);
    assert_eq!(wrong.id, None);
    assert!(wrong.request.is_err());
    let unknown = call(r#"{"jsonrpc":"2.0","method":"agent.gone"}"#);
    assert_eq!(unknown.id, None);
}

#[test]
fn refusals_name_entity_id_and_field() {
    let bob = Name::of("bob");
    let id = Id::Number(3);
    assert_eq!(
        written(|out| reply::refusal(out, &id, &Reject::not_found("agent", &bob))),
        r#"{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"agent \"bob\" does not exist","data":{"kind":"not_found","entity":"agent","id":"bob","field":"agent"}}}"#
    );
    let invalid = Reject::invalid(
        "queue",
        "overflow.to",
        "a queue cannot overflow into itself",
    );
    assert_eq!(
        written(|out| reply::refusal(out, &id, &invalid)),
        r#"{"jsonrpc":"2.0","id":3,"error":{"code":-32000,"message":"a queue cannot overflow into itself","data":{"kind":"invalid","entity":"queue","field":"overflow.to"}}}"#
    );
}

#[test]
fn an_answer_given_before_comes_word_for_word() {
    let id = Id::Text("x".into());
    let repeated = Answer::Repeated(Repeated(r#"{"b":1.50,"a":[ ]}"#.into()));
    assert_eq!(
        written(|out| reply::outcome(out, &id, &Ok(repeated))),
        r#"{"jsonrpc":"2.0","id":"x","result":{"b":1.50,"a":[ ]}}"#
    );
    // Stored text that is not JSON becomes an error, not a broken line.
    let broken = Answer::Repeated(Repeated("{".into()));
    let reply = written(|out| reply::outcome(out, &id, &Ok(broken)));
    assert!(
        reply.starts_with(r#"{"jsonrpc":"2.0","id":"x","error":{"code":-32603,"#),
        "{reply}"
    );
}

#[test]
fn a_batch_of_notifications_is_not_answered() {
    let mut out = Vec::new();
    reply::Batch::new().finish(&mut out);
    assert!(out.is_empty());
}
