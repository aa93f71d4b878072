//! A link across a kill of the daemon: no event is missing or comes twice.

use std::time::Duration;

use firsthand::client::{Address, Arrived, Connection, Link, Who};
use serde_json::json;

use crate::process::Daemon;

async fn next(link: &mut Link) -> Arrived {
    tokio::time::timeout(Duration::from_secs(20), link.next())
        .await
        .expect("something arrives")
        .expect("the link goes on")
}

/// The number of the next event.
async fn next_event(link: &mut Link) -> u64 {
    loop {
        if let Arrived::Event(event) = next(link).await {
            return event.seq;
        }
    }
}

#[tokio::test]
async fn a_link_reconnects_repeats_and_resumes() {
    let mut daemon = Daemon::start("");
    let mut link = Link::open(daemon.address(), Who::new("pbx"), None)
        .await
        .expect("a link");
    for agent in ["a", "b"] {
        link.send("agent.set", &json!({ "agent": agent }));
    }
    assert_eq!(next_event(&mut link).await, 1);
    assert_eq!(next_event(&mut link).await, 2);
    while link.unanswered() > 0 {
        next(&mut link).await;
    }
    daemon.kill();
    assert!(matches!(next(&mut link).await, Arrived::Lost(_)));
    // Sent when the daemon is back; events of other clients meanwhile are received.
    link.send("agent.set", &json!({ "agent": "c", "key": "k1" }));
    daemon.run();
    let mut other = Connection::open(&daemon.address())
        .await
        .expect("a connection");
    other
        .call("agent.set", &json!({ "agent": "d" }))
        .await
        .expect("a reply");
    let Arrived::Restored { resent, .. } = next(&mut link).await else {
        panic!("it is back");
    };
    assert_eq!(resent, 1);
    assert_eq!(next_event(&mut link).await, 3);
    assert_eq!(next_event(&mut link).await, 4);
    while link.unanswered() > 0 {
        next(&mut link).await;
    }
    assert_eq!((link.gaps, link.repeated), (0, 0));
}

#[tokio::test]
async fn a_link_resumes_from_any_event() {
    let daemon = Daemon::start("");
    let mut connection = Connection::open(&daemon.address())
        .await
        .expect("a connection");
    let sent: Vec<u64> = (0..50)
        .map(|n| connection.send("agent.set", &json!({ "agent": format!("a{n}") })))
        .collect();
    for id in sent {
        connection.reply_to(id).await.expect("a reply");
    }
    let mut link = Link::open(daemon.address(), Who::new("x"), Some(47))
        .await
        .expect("a link");
    for seq in 48..=50 {
        assert_eq!(next_event(&mut link).await, seq);
    }
}

#[tokio::test]
async fn an_impossible_connection_is_an_error() {
    let nowhere: Address = "/nowhere/at/all.sock".parse().expect("an address");
    let error = Connection::open(&nowhere)
        .await
        .err()
        .expect("nobody is there");
    assert!(error.is_of_the_connection());
    assert!(
        error.to_string().contains("/nowhere/at/all.sock"),
        "{error}"
    );
}
