//! What the wire takes, what it refuses and in which words.

use firsthand::wire::limits::Limits;
use firsthand::wire::reply;
use firsthand::wire::request::{Call, Id, Message, parse};

/// The replies to one line, with `null` in place of results: the wire alone has none.
fn replies(line: &[u8]) -> String {
    let mut out = Vec::new();
    let write = |out: &mut Vec<u8>, call: &Call| {
        let Some(id) = &call.id else {
            return;
        };
        match &call.request {
            Ok(_) => reply::result(out, id, &serde_json::Value::Null),
            Err(error) => reply::error(out, id, error),
        }
    };
    match parse(line, &Limits::default()) {
        Message::One(call) => write(&mut out, &call),
        Message::Batch(calls) => {
            let mut batch = reply::Batch::new();
            for call in &calls {
                if call.id.is_some() {
                    batch.next(&mut out);
                    write(&mut out, call);
                }
            }
            batch.finish(&mut out);
        }
    }
    String::from_utf8(out).expect("replies are UTF-8")
}

#[test]
fn smoke() {
    for line in [
        r#"{"jsonrpc":"2.0","id":1,"method":"agent.set","params":{"agent":"bob","skills":{"zh":11}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"agent.set","params":{"agent":"bob","skills":{"zh":1,"zh":2}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"agent.set","params":{"agent":"bob","skils":{"zh":1}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"agent.set","params":{"skills":{"zh":1}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"agent.set","params":{"agent":"a","agent":"b"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"queue.set","params":{"queue":"q","retry":{"busy_ms":-1}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"queue.set","params":{"queue":"q","retry":[1,2,3,4]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"queue.set","params":{"queue":"q","retry":{"busyms":1}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"queue.set","params":{"retry":{"busy_ms":1}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"queue.set","params":{"queue":5,"retry":{"busy_ms":1}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"queue.set","params":{"queue":"q","strategy":"longest"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"queue.set","params":{"queue":"q","steps":[{"requires":{}}]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"queue.set","params":{"queue":"q","steps":[{"after_ms":1.5}]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"queue.set","params":{"queue":"q","overflow":{"to":"a","action":"reject"}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"contact.submit","params":{"contact":"c","key":"k"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"contact.submit","params":{"contact":"c","key":5}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"contact.submit","params":{"contact":"c","key":"a","key":"b"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"contact.submitt","params":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"contact.submit","params":{"contact":"c","attributes":{"a":{"x":1,"x":2}}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"contact.submit","params":{"contact":"c","attributes":{"a":18446744073709551616}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"contact.get","params":{"contact":"c","key":"k"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"contact.end","params":{"contact":"","outcome":"abandoned"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"contact.end","params":{"contact":"c","outcome":"abandoned"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"types":["x"]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"session.open","params":{"client":"x","events":["agent.set"]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"session.open","params":{"client":"x","events":["agent.st"]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"session.open","params":{"client":"x","events":7}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"offer.accept","params":{"offer":"x"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"offer.accept","params":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"settings.set","params":{"channels":{"voice":{"capacity":5000}},"lease_ms":null}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"settings.set","params":{"lease_ms":"5s"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"settings.set","params":{"channels":{"voice":{"capacity":-1}}}}"#,
        r#"{"jsonrpc":"2.0","id":1.5,"method":"settings.get"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"settings.get","params":[1]}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"settings.get","params":{"a":1}}"#,
        r#"{"id":1,"method":"settings.get"}"#,
        r#"[{"jsonrpc":"2.0","id":1,"method":"settings.get"},{"jsonrpc":"2.0","method":"settings.get"},3]"#,
        r#"[]"#,
        "5",
        "{",
        "",
    ] {
        println!("{line}\n   {}", replies(line.as_bytes()));
    }
    assert_eq!(Id::Null, Id::Null);
}
