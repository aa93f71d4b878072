//! What a peer sees when it reaches for something that is not its own, and what the audit says.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::http::WebSocket;
use super::support::{Client, Daemon, Place, contact, http, until};

fn token(name: &str, role: &str, more: &str) -> String {
    let hash: String = Sha256::digest(format!("secret-{name}"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("[[tokens]]\nname = \"{name}\"\nsha256 = \"{hash}\"\nrole = \"{role}\"\n{more}\n")
}

const PEOPLE: &str = "[agents.ada]\nname = \"Ada Lovelace\"\naddress = \"sip:ada@example.org\"\n\
    [agents.bob]\n[agents.cy]\nskills = { help = 5 }\n[queues.help]\nrequires = { help = 1 }\n\
    [queues.slow]\nring = \"1h\"\nwrap_up = \"1h\"\n[tenants.acme.queues.b]\n[tenants.acme.agents.zoe]\n";

fn tokens() -> String {
    [
        token("pbx", "platform", ""),
        token("ada", "agent", "agent = \"ada\""),
        token("bob", "agent", "agent = \"bob\""),
        token("cy", "agent", "agent = \"cy\""),
        token("boss", "supervisor", ""),
        token("watch", "ops", ""),
        token("other", "platform", "tenant = \"acme\""),
        token("watch-acme", "ops", "tenant = \"acme\""),
    ]
    .concat()
}

pub fn place() -> Place {
    Place::new(&format!("{PEOPLE}{}", tokens()))
}

pub fn as_(daemon: &Daemon, name: &str) -> Client {
    let mut client = daemon.tcp();
    let open = json!({"client": name, "token": format!("secret-{name}")});
    client.call("session.open", open);
    client
}

fn available(daemon: &Daemon, agent: &str) {
    let presence = json!({"agent": agent, "presence": "available"});
    daemon.unix().call("agent.presence", presence);
}

#[test]
fn an_offer_is_answered_only_by_the_agent_it_was_made_to() {
    let place = place();
    let daemon = place.start();
    available(&daemon, "bob");
    let mut pbx = as_(&daemon, "pbx");
    pbx.call(
        "contact.submit",
        json!({"contact": "c1", "queue": "slow", "customer": "u1"}),
    );
    let mut ada = as_(&daemon, "ada");
    let mut reaches = vec![
        json!({"offer": "o1", "agent": "ada"}),
        json!({"offer": "o1"}),
        json!({"offer": "o1", "agent": "bob"}),
        json!({"offer": "o1", "contact": "c1", "agent": "ada"}),
        json!({"contact": "c1", "agent": "ada"}),
        json!({"contact": "c1", "agent": "bob"}),
        // What does not exist is answered in the same way.
        json!({"offer": "o999", "agent": "ada"}),
        json!({"contact": "c999", "agent": "ada"}),
    ];
    for reach in &reaches {
        for method in ["offer.accept", "offer.decline"] {
            assert_eq!(ada.refused(method, reach.clone()), "forbidden", "{reach}");
        }
    }
    // The same object may not be named twice in different ways.
    for wrong in [
        json!({"offer": "o1", "agent": "ada"}),
        json!({"offer": "o1", "contact": "c2"}),
    ] {
        assert_eq!(
            pbx.refused("offer.accept", wrong.clone()),
            "conflict",
            "{wrong}"
        );
        assert_eq!(pbx.refused("offer.decline", wrong), "conflict");
    }
    assert_eq!(contact(&mut pbx, "c1")["offer"]["agent"], "bob");
    let mut bob = as_(&daemon, "bob");
    let accept = json!({"offer": "o1", "contact": "c1", "agent": "bob", "key": "k"});
    let taken = bob.call("offer.accept", accept.clone());
    assert_eq!(
        (&taken["agent"], &taken["owner"]),
        (&"bob".into(), &"bob".into())
    );
    // Repeated after a lost connection: the same answer, also with the offer alone.
    assert_eq!(bob.call("offer.accept", accept), taken);
    assert_eq!(
        bob.refused("offer.accept", json!({"offer": "o1"})),
        "conflict"
    );
    let by_contact = json!({"contact": "c1", "agent": "bob"});
    assert_eq!(bob.refused("offer.decline", by_contact), "conflict");
    reaches.push(json!({"offer": "o1", "contact": "c1", "agent": "ada", "key": "k"}));
    for reach in &reaches {
        assert_eq!(
            ada.refused("offer.accept", reach.clone()),
            "forbidden",
            "{reach}"
        );
    }
    let end = json!({"contact": "c1", "outcome": "open", "key": "e"});
    let ended = bob.call("contact.end", end.clone());
    assert_eq!(bob.call("contact.end", end), ended);
}

#[test]
fn an_offer_alone_is_repeated_by_its_key_also_after_a_restart() {
    let place = place();
    let daemon = place.start();
    available(&daemon, "bob");
    as_(&daemon, "pbx").call("contact.submit", json!({"contact": "c1", "queue": "slow"}));
    let accept = json!({"offer": "o1", "key": "k"});
    let taken = as_(&daemon, "bob").call("offer.accept", accept.clone());
    daemon.kill();
    let daemon = place.start();
    assert_eq!(
        as_(&daemon, "bob").call("offer.accept", accept.clone()),
        taken
    );
    assert_eq!(
        as_(&daemon, "ada").refused("offer.accept", accept),
        "forbidden"
    );
}

#[test]
fn a_case_may_be_worked_on_by_its_owner_helpers_and_stand_ins() {
    let place = place();
    let daemon = place.start();
    let mut root = daemon.unix();
    for case in ["k1", "k2"] {
        root.call(
            "case.open",
            json!({"case": case, "customer": "u1", "owner": "bob"}),
        );
    }
    root.call("case.open", json!({"case": "nobodys", "customer": "u2"}));
    let (mut ada, mut bob, mut cy) = (as_(&daemon, "ada"), as_(&daemon, "bob"), as_(&daemon, "cy"));
    let note = |case: &str, by: &str| json!({"case": case, "text": "…", "by": by});
    assert_eq!(ada.refused("case.note", note("k1", "ada")), "forbidden");
    assert_eq!(ada.refused("case.note", note("k1", "bob")), "forbidden");
    assert_eq!(ada.refused("case.note", note("k999", "ada")), "forbidden");
    assert_eq!(
        ada.refused("case.note", note("nobodys", "ada")),
        "forbidden"
    );
    assert_eq!(
        bob.call("case.note", note("k1", "bob"))["notes"][0]["by"],
        "bob"
    );
    // Asked by name.
    bob.call(
        "case.assist",
        json!({"case": "k1", "agent": "ada", "request": "…", "by": "bob"}),
    );
    ada.call("case.note", note("k1", "ada"));
    let done = |case: &str, by: &str| json!({"case": case, "assist": 1, "by": by});
    assert_eq!(
        cy.refused("case.assist_done", done("k1", "cy")),
        "forbidden"
    );
    assert_eq!(
        cy.refused("case.assist_done", json!({"case": "k1"})),
        "forbidden"
    );
    ada.call("case.assist_done", done("k1", "ada"));
    assert_eq!(
        ada.refused("case.assist_done", done("k1", "ada")),
        "conflict"
    );
    assert_eq!(ada.refused("case.note", note("k1", "ada")), "forbidden");
    // Asked of a queue: its agents.
    bob.call(
        "case.assist",
        json!({"case": "k2", "queue": "help", "request": "…"}),
    );
    assert_eq!(
        ada.refused("case.assist_done", done("k2", "ada")),
        "forbidden"
    );
    cy.call("case.assist_done", done("k2", "cy"));
    // Whoever talks to the customer, also during wrap-up.
    available(&daemon, "ada");
    let submit = json!({"contact": "c1", "case": "k1", "queue": "slow", "prefer": "ada",
        "customer": "u1"});
    as_(&daemon, "pbx").call("contact.submit", submit);
    ada.call("offer.accept", json!({"contact": "c1", "agent": "ada"}));
    ada.call("case.note", note("k1", "ada"));
    let resolve = json!({"case": "k1", "by": "ada"});
    assert_eq!(ada.refused("case.resolve", resolve), "forbidden");
    ada.call("contact.end", json!({"contact": "c1", "outcome": "open"}));
    ada.call("case.note", note("k1", "ada"));
    ada.call("wrap_up.end", json!({"agent": "ada"}));
    assert_eq!(ada.refused("case.note", note("k1", "ada")), "forbidden");
    // Stand-ins.
    root.call(
        "agent.set",
        json!({"agent": "bob", "deputy": "cy", "leader": "ada"}),
    );
    ada.call("case.note", note("k1", "ada"));
    cy.call("case.note", note("k1", "cy"));
}

#[test]
fn an_agent_opens_no_case_for_the_customer_of_a_colleague() {
    let place = place();
    let daemon = place.start();
    let mut root = daemon.unix();
    root.call(
        "customer.link",
        json!({"customer": "u1", "identities": ["tel:+8613800138000"]}),
    );
    root.call(
        "case.open",
        json!({"case": "k1", "customer": "u1", "owner": "bob"}),
    );
    let mut ada = as_(&daemon, "ada");
    let open = |case: &str, customer: &str, owner: &str| json!({"case": case, "customer": customer, "owner": owner});
    for customer in ["u1", "tel:+8613800138000"] {
        assert_eq!(
            ada.refused("case.open", open("k2", customer, "ada")),
            "forbidden"
        );
    }
    assert_eq!(
        ada.refused("case.open", open("k1", "u1", "ada")),
        "forbidden"
    );
    assert_eq!(
        ada.refused("case.open", open("k2", "u2", "bob")),
        "forbidden"
    );
    assert_eq!(
        ada.call("case.open", open("k2", "u2", "ada"))["owner"],
        "ada"
    );
    assert_eq!(
        root.call("owner.get", json!({"customer": "u1"}))["owner"],
        "bob"
    );
}

#[test]
fn operations_read_no_personal_data() {
    let place = place();
    let daemon = place.start();
    let mut root = daemon.unix();
    let away = json!({"agent": "ada", "presence": "break", "reason": "at the doctor"});
    root.call("agent.presence", away);
    let mut watch = as_(&daemon, "watch");
    let figures = watch.call("stats.get", json!({"agent": "ada"}));
    assert_eq!(
        (&figures["agent"], &figures["state"]),
        (&"ada".into(), &"break".into())
    );
    let text = figures.to_string();
    for personal in ["Lovelace", "sip:", "doctor"] {
        assert!(!text.contains(personal), "{text}");
    }
    let full = as_(&daemon, "boss").call("stats.get", json!({"agent": "ada"}));
    assert_eq!(full["name"], "Ada Lovelace");
    let mut again = daemon.tcp();
    for events in [json!(true), json!(["agent.presence"])] {
        let open = json!({"client": "w", "token": "secret-watch", "events": events});
        assert_eq!(again.refused("session.open", open), "forbidden");
    }
}

#[test]
fn metrics_show_the_tenant_of_the_token() {
    let place = place();
    let daemon = place.start();
    as_(&daemon, "pbx").call("contact.submit", json!({"contact": "c1"}));
    as_(&daemon, "other").call("contact.submit", json!({"contact": "c1", "queue": "b"}));
    let seen = |name: &str| {
        let head = format!("GET /metrics HTTP/1.1\r\nauthorization: Bearer secret-{name}");
        let (code, text) = http(daemon.http, &head, "");
        assert_eq!(code, 200);
        text
    };
    for (name, own, other) in [
        ("watch", "default", "acme"),
        ("watch-acme", "acme", "default"),
    ] {
        let text = seen(name);
        assert!(text.contains(&format!("tenant=\"{own}\"")), "{text}");
        assert!(!text.contains(&format!("tenant=\"{other}\"")), "{text}");
        assert!(text.contains("\nfirsthand_connections "), "{text}");
    }
}

#[test]
fn loopback_without_tokens_belongs_to_the_default_tenant() {
    let place = Place::new("[tenants.acme.queues.b]\n");
    let daemon = place.start();
    let mut client = daemon.tcp();
    let acme = json!({"client": "x", "tenant": "acme"});
    assert_eq!(client.refused("session.open", acme.clone()), "forbidden");
    let nobody = json!({"client": "x", "tenant": "nobody"});
    assert_eq!(client.refused("session.open", nobody), "forbidden");
    client.call("session.open", json!({"client": "x", "tenant": "default"}));
    daemon.unix().call("session.open", acme);
    let line = refusals(&daemon, "session.open", 2).remove(0);
    assert!(
        line.contains("actor=\"loopback\"") && line.contains("name=\"acme\""),
        "{line}"
    );
}

/// The audit lines about a method, once there are `count`.
fn refusals(daemon: &Daemon, method: &str, count: usize) -> Vec<String> {
    let lines = || -> Vec<String> {
        let log = daemon.log();
        let named = format!("method=\"{method}\"");
        let lines = log.lines();
        let lines = lines.filter(|line| line.contains(" audit: ") && line.contains(&named));
        lines.map(str::to_owned).collect()
    };
    until(
        &format!("{count} lines about {method}:\n{}", daemon.log()),
        || lines().len() >= count,
    );
    lines()
}

/// `tokens` without the one of that name.
fn without(name: &str) -> String {
    let tokens = tokens();
    let kept = tokens.split("[[tokens]]").skip(1);
    let named = format!("name = \"{name}\"");
    let kept = kept.filter(|token| !token.contains(&named));
    kept.map(|token| format!("[[tokens]]{token}")).collect()
}

fn revoke(place: &Place, daemon: &Daemon, name: &str) {
    place.configure(&format!("{PEOPLE}{}", without(name)));
    daemon.unix().call("server.reload", json!({}));
}

#[test]
fn a_revoked_token_loses_subscription_and_session_at_once_over_tcp() {
    let place = place();
    let daemon = place.start();
    let mut root = daemon.unix();
    root.call("settings.set", json!({"lease_ms": 100}));
    available(&daemon, "ada");
    let mut pbx = as_(&daemon, "pbx");
    pbx.call("events.subscribe", json!({}));
    pbx.call("contact.submit", json!({"contact": "c1", "prefer": "ada"}));
    pbx.call("offer.accept", json!({"contact": "c1", "agent": "ada"}));
    let mut boss = as_(&daemon, "boss");
    boss.call(
        "events.subscribe",
        json!({"types": ["server.reloaded", "contact.ended"]}),
    );
    revoke(&place, &daemon, "pbx");
    // Its session is closed: its conversations are leased and end.
    until("the lease has run out", || {
        contact(&mut root, "c1")["outcome"] == "dropped"
    });
    let seen: Vec<Value> = std::iter::from_fn(|| pbx.try_event()).collect();
    assert!(!seen.is_empty());
    for event in &seen {
        let kind = event["type"].as_str().expect("a type");
        assert!(
            !["server.reloaded", "contact.ended"].contains(&kind),
            "{event}"
        );
    }
    // Other subscribers continue.
    assert_eq!(boss.event()["type"], "server.reloaded");
    assert_eq!(boss.event()["type"], "contact.ended");
    let head = "GET /metrics HTTP/1.1\r\nauthorization: Bearer secret-watch";
    let (_, text) = http(daemon.http, head, "");
    let closed = "firsthand_connections_closed_total{reason=\"revoked\"} 1";
    assert!(text.contains(closed), "{text}");
}

#[test]
fn a_revoked_token_is_unauthorized_until_another_is_shown() {
    let place = place();
    let daemon = place.start();
    let mut pbx = as_(&daemon, "pbx");
    revoke(&place, &daemon, "pbx");
    assert_eq!(
        pbx.refused("contact.submit", json!({"contact": "c"})),
        "unauthorized"
    );
    pbx.call(
        "session.open",
        json!({"client": "x", "token": "secret-boss"}),
    );
    pbx.call("contact.submit", json!({"contact": "c"}));
    // From now on it is a token like any other, and revoked like any other.
    revoke(&place, &daemon, "boss");
    assert_eq!(
        pbx.refused("contact.submit", json!({"contact": "d"})),
        "unauthorized"
    );
    assert!(pbx.is_closed());
}

/// Root that has sent a token is not root again when the token is revoked.
#[test]
fn a_revoked_token_gives_no_rights_on_the_unix_socket_either() {
    let place = place();
    let daemon = place.start();
    let mut pbx = daemon.unix();
    pbx.call(
        "session.open",
        json!({"client": "x", "token": "secret-pbx"}),
    );
    revoke(&place, &daemon, "pbx");
    assert_eq!(
        pbx.refused("contact.submit", json!({"contact": "c"})),
        "unauthorized"
    );
    assert!(pbx.is_closed());
}

/// An event must pass the agent's own filter and name the agent.
#[test]
fn an_agents_filter_applies_beside_its_rights() {
    let place = place();
    let daemon = place.start();
    let mut ada = as_(&daemon, "ada");
    ada.call("events.subscribe", json!({"agents": ["bob"]}));
    available(&daemon, "ada");
    ada.call("events.subscribe", json!({"agents": ["ada", "bob"]}));
    daemon.unix().call(
        "agent.presence",
        json!({"agent": "ada", "presence": "break"}),
    );
    assert_eq!(ada.event()["presence"], "break");
}

#[test]
fn a_revoked_token_loses_its_subscription_at_once_over_the_websocket() {
    let place = place();
    let daemon = place.start();
    let mut socket = WebSocket::open(daemon.http);
    let open = json!({"client": "w", "token": "secret-boss", "events": true});
    let open = json!({"jsonrpc": "2.0", "id": 1, "method": "session.open", "params": open});
    socket.send(&open.to_string());
    assert_eq!(socket.receive()["id"], 1);
    revoke(&place, &daemon, "boss");
    as_(&daemon, "pbx").call("contact.submit", json!({"contact": "c1"}));
    while let Some(message) = socket.try_receive() {
        let kind = message["params"]["type"].as_str().expect("an event");
        assert!(
            !["server.reloaded", "contact.waiting"].contains(&kind),
            "{message}"
        );
    }
}

#[test]
fn without_a_token_nothing_is_learned_of_methods_and_parameters() {
    let place = place();
    let daemon = place.start();
    let mut client = daemon.tcp();
    let calls = [
        r#""method":"contact.submit","params":{"contact":"c"}"#,
        r#""method":"contact.submit","params":{"nonsense":1}"#,
        r#""method":"contact.submit","params":[1]"#,
        r#""method":"contact.submitt""#,
        r#""method":"rpc.discover""#,
        r#""method":"session.ping","params":{"x":1}"#,
        r#""method":7"#,
        r#""x":1"#,
    ];
    for call in calls {
        let request = format!(r#"{{"jsonrpc":"2.0","id":1,{call}}}"#);
        client.line(&request);
        let reply = client.reply();
        assert_eq!(
            reply["error"]["data"]["kind"], "unauthorized",
            "{call}: {reply}"
        );
        let known = "session.open with a token comes first";
        assert_eq!(reply["error"]["message"], known, "{call}");
        let post = "POST /rpc HTTP/1.1\r\ncontent-type: application/json";
        let (code, text) = http(daemon.http, post, &request);
        assert_eq!(code, 401, "{call}: {text}");
        assert!(text.contains("\"unauthorized\""), "{call}: {text}");
    }
    // Invalid JSON and missing parameters of a session get their own errors.
    client.line("{");
    assert_eq!(client.reply()["error"]["code"], -32_700);
    let reply = client.ask("session.open", json!({}));
    assert_eq!(reply["error"]["code"], -32_602);
    // For those with a token, the role is checked before the parameters.
    let mut watch = as_(&daemon, "watch");
    assert_eq!(
        watch.refused("contact.submit", json!({"nonsense": 1})),
        "forbidden"
    );
}

#[test]
fn a_platform_lists_the_contacts_of_its_own_client_only() {
    let place = place();
    let daemon = place.start();
    let mut pbx = as_(&daemon, "pbx");
    pbx.call("contact.submit", json!({"contact": "c1"}));
    let mut second = daemon.tcp();
    second.call(
        "session.open",
        json!({"client": "pbx2", "token": "secret-pbx"}),
    );
    let sync = json!({"source": "pbx", "contacts": []});
    let reply = second.ask("contact.sync", sync.clone());
    assert_eq!(reply["error"]["data"]["kind"], "forbidden", "{reply}");
    let message = reply["error"]["message"].as_str().expect("a message");
    assert!(
        message.contains("\"pbx\"") && message.contains("\"pbx2\""),
        "{message}"
    );
    let post = "POST /rpc HTTP/1.1\r\nauthorization: Bearer secret-pbx";
    let request = json!({"jsonrpc": "2.0", "id": 1, "method": "contact.sync", "params": sync});
    let (_, text) = http(daemon.http, post, &request.to_string());
    assert!(text.contains("\"forbidden\""), "{text}");
    assert_eq!(contact(&mut pbx, "c1")["state"], "waiting");
    assert_eq!(pbx.call("contact.sync", sync)["cancelled"], json!(["c1"]));
}

#[test]
fn a_session_of_an_agent_does_not_stand_for_a_platform() {
    let place = place();
    let daemon = place.start();
    let mut root = daemon.unix();
    root.call("settings.set", json!({"lease_ms": 50}));
    available(&daemon, "ada");
    let mut bob = daemon.tcp();
    bob.call(
        "session.open",
        json!({"client": "pbx", "token": "secret-bob"}),
    );
    let mut pbx = as_(&daemon, "pbx");
    pbx.call("contact.submit", json!({"contact": "c1", "prefer": "ada"}));
    pbx.call("offer.accept", json!({"contact": "c1", "agent": "ada"}));
    drop(pbx);
    until("the lease has run out", || {
        contact(&mut root, "c1")["outcome"] == "dropped"
    });
}

#[test]
fn the_audit_has_every_refusal_and_every_act_with_its_object() {
    let place = place();
    let daemon = place.start();
    let mut root = daemon.unix();
    root.call(
        "case.open",
        json!({"case": "k1", "customer": "u1", "owner": "bob"}),
    );
    let mut ada = as_(&daemon, "ada");
    ada.refused(
        "case.note",
        json!({"case": "k1", "text": "secret words", "by": "ada"}),
    );
    let line = refusals(&daemon, "case.note", 1).remove(0);
    for part in [
        "actor=\"token:ada\"",
        "tenant=default",
        "case=\"k1\"",
        "result=\"forbidden\"",
        "allowed=false",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    ada.refused("agent.get", json!({"agent": "bob"}));
    assert!(refusals(&daemon, "agent.get", 1)[0].contains("agent=\"bob\""));
    ada.refused("queue.set", json!({"queue": "q"}));
    assert!(refusals(&daemon, "queue.set", 1)[0].contains("queue=\"q\""));
    let mut boss = as_(&daemon, "boss");
    boss.call(
        "case.handover",
        json!({"case": "k1", "to": "ada", "reason": "…", "by": "boss"}),
    );
    let line = refusals(&daemon, "case.handover", 1).remove(0);
    for part in [
        "actor=\"token:boss\"",
        "case=\"k1\"",
        "to=\"ada\"",
        "result=\"ok\"",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let exclude = json!({"customer": "tel:+8613800138000", "agent": "ada", "on": true,
        "reason": "his cousin"});
    boss.call("customer.exclude", exclude);
    let line = refusals(&daemon, "customer.exclude", 1).remove(0);
    assert!(
        line.contains("customer=\"tel:***\"") && line.contains("agent=\"ada\""),
        "{line}"
    );
    boss.refused("agent.remove", json!({"agent": "nobody"}));
    assert!(refusals(&daemon, "agent.remove", 1)[0].contains("result=\"not_found\""));
    root.call("server.snapshot", json!({}));
    assert!(refusals(&daemon, "server.snapshot", 1)[0].contains("result=\"ok\""));
    for personal in ["13800138000", "cousin", "secret words"] {
        assert!(!daemon.log().contains(personal), "{personal}");
    }
}

#[test]
fn the_audit_has_wrong_tokens_from_every_transport() {
    let place = place();
    let daemon = place.start();
    let wrong = "authorization: Bearer guessed";
    http(daemon.http, &format!("POST /rpc HTTP/1.1\r\n{wrong}"), "{}");
    http(
        daemon.http,
        &format!("GET /metrics HTTP/1.1\r\n{wrong}"),
        "",
    );
    http(
        daemon.http,
        &format!(
            "GET /ws HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{wrong}"
        ),
        "",
    );
    daemon
        .tcp()
        .refused("session.open", json!({"client": "x", "token": "guessed"}));
    for method in ["/rpc", "/metrics", "/ws", "session.open"] {
        let line = refusals(&daemon, method, 1).remove(0);
        assert!(
            line.contains("from=127.0.0.1") && line.contains("result=\"unauthorized\""),
            "{line}"
        );
    }
    let platform = "GET /metrics HTTP/1.1\r\nauthorization: Bearer secret-pbx";
    http(daemon.http, platform, "");
    let lines = refusals(&daemon, "/metrics", 2);
    assert!(
        lines
            .iter()
            .any(|line| line.contains("token:pbx") && line.contains("forbidden"))
    );
    let log = daemon.log();
    for secret in ["guessed", "secret", "13800138000", "cousin"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn a_stranger_cannot_fill_the_log() {
    let place = place();
    let daemon = place.start();
    let mut client = daemon.tcp();
    let tries = 5_000;
    let line = json!({"jsonrpc": "2.0", "id": 1, "method": "queue.list"}).to_string();
    for _ in 0..tries {
        client.line(&line);
    }
    for _ in 0..tries {
        client.reply();
    }
    let counted = || -> (usize, usize) {
        let log = daemon.log();
        let lines = log.lines().filter(|line| line.contains(" audit: "));
        lines.fold((0, 0), |(lines, all), line| {
            let told = usize::from(line.contains("method="));
            let untold = line.split("untold=").nth(1);
            let untold = untold.map_or(0, |rest| {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().expect("a number")
            });
            (lines + 1, all + told + untold)
        })
    };
    until("all of them are counted", || counted().1 >= tries);
    let (lines, all) = counted();
    assert_eq!(all, tries);
    assert!(lines < tries / 10, "{lines} lines");
}
