//! Who may do what: tokens, roles, tenants.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::support::{Place, http};

fn token(name: &str, role: &str, more: &str) -> String {
    let hash: String = Sha256::digest(format!("secret-{name}"))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("[[tokens]]\nname = \"{name}\"\nsha256 = \"{hash}\"\nrole = \"{role}\"\n{more}\n")
}

fn place() -> Place {
    let tokens = [
        token("pbx", "platform", ""),
        token("ada", "agent", "agent = \"ada\""),
        token("boss", "supervisor", ""),
        token("watch", "ops", ""),
        token("root", "admin", ""),
        token("other", "platform", "tenant = \"acme\""),
    ];
    let config = "[agents.ada]\n[agents.bob]\n[queues.a]\n[tenants.acme.queues.b]\n";
    Place::new(&format!("{config}{}", tokens.concat()))
}

fn open(name: &str) -> serde_json::Value {
    json!({"client": name, "token": format!("secret-{name}")})
}

/// A platform acts on the agents whose telephones it holds, and changes nothing but their address.
#[test]
fn a_platform_holds_telephones() {
    let agents = "[agents.ada]\n[agents.bob]\n[queues.a]\n";
    let tokens = [
        token("hall", "platform", "agents = [\"ada\"]"),
        token("pbx", "platform", "agents = \"all\""),
        token("boss", "supervisor", ""),
    ];
    let place = Place::new(&format!("{agents}{}", tokens.concat()));
    let daemon = place.start();
    let mut hall = daemon.tcp();
    hall.call("session.open", open("hall"));
    let acts = |agent: &str| {
        [
            (
                "agent.presence",
                json!({"agent": agent, "presence": "available"}),
            ),
            ("agent.device", json!({"agent": agent, "device": "busy"})),
            (
                "agent.queue",
                json!({"agent": agent, "queue": "a", "on": false}),
            ),
            (
                "agent.update",
                json!({"agent": agent, "address": "PJSIP/9"}),
            ),
        ]
    };
    for (method, params) in acts("ada") {
        hall.call(method, params);
    }
    for (method, params) in acts("bob") {
        assert_eq!(hall.refused(method, params), "forbidden", "{method}");
    }
    let wrap_up = json!({"agent": "bob"});
    assert_eq!(hall.refused("wrap_up.end", wrap_up.clone()), "forbidden");
    let mut pbx = daemon.tcp();
    pbx.call("session.open", open("pbx"));
    for (method, params) in acts("bob") {
        pbx.call(method, params);
    }
    assert_eq!(pbx.refused("wrap_up.end", wrap_up), "conflict");
    let skills = json!({"agent": "bob", "address": "PJSIP/9", "skills": {"zh": 5}});
    assert_eq!(pbx.refused("agent.update", skills.clone()), "forbidden");
    let found = pbx.call("agent.list", json!({"address": "PJSIP/9"}));
    assert_eq!(found["items"].as_array().map(Vec::len), Some(2), "{found}");
    let mut boss = daemon.tcp();
    boss.call("session.open", open("boss"));
    assert_eq!(boss.call("agent.update", skills)["skills"]["zh"], 5);
}

#[test]
fn without_a_token_nothing_is_answered_over_tcp() {
    let place = place();
    let daemon = place.start();
    let mut client = daemon.tcp();
    assert_eq!(
        client.refused("contact.submit", json!({"contact": "c"})),
        "unauthorized"
    );
    assert_eq!(
        client.refused("session.open", json!({"client": "x"})),
        "unauthorized"
    );
    let wrong = json!({"client": "x", "token": "guessed"});
    assert_eq!(client.refused("session.open", wrong), "unauthorized");
    client.call("session.open", open("pbx"));
    client.call("contact.submit", json!({"contact": "c"}));
    assert_eq!(
        daemon.tcp().refused("session.open", open("root")),
        "forbidden"
    );
    daemon.unix().call("session.open", open("root"));
}

#[test]
fn each_role_may_call_its_methods() {
    let place = place();
    let daemon = place.start();
    let mut pbx = daemon.tcp();
    pbx.call("session.open", open("pbx"));
    assert_eq!(pbx.refused("queue.set", json!({"queue": "x"})), "forbidden");
    let away = json!({"agent": "ada", "presence": "available"});
    pbx.call("agent.presence", away.clone());
    let mut ada = daemon.tcp();
    ada.call("session.open", open("ada"));
    ada.call("agent.presence", away);
    let other = json!({"agent": "bob", "presence": "available"});
    assert_eq!(ada.refused("agent.presence", other.clone()), "forbidden");
    assert_eq!(
        ada.refused("agent.get", json!({"agent": "bob"})),
        "forbidden"
    );
    let mut boss = daemon.tcp();
    boss.call("session.open", open("boss"));
    boss.call("agent.presence", other);
    pbx.call("contact.submit", json!({"contact": "c1", "prefer": "bob"}));
    assert_eq!(
        ada.refused("offer.accept", json!({"offer": "o1"})),
        "forbidden"
    );
    pbx.call("contact.submit", json!({"contact": "c2"}));
    ada.call("offer.accept", json!({"offer": "o2"}));
    ada.call("contact.end", json!({"contact": "c2", "outcome": "open"}));
    assert_eq!(
        ada.refused("contact.end", json!({"contact": "c1", "outcome": "open"})),
        "forbidden"
    );
    let mut watch = daemon.tcp();
    watch.call("session.open", open("watch"));
    watch.call("queue.list", json!({}));
    assert_eq!(
        watch.refused("contact.get", json!({"contact": "c1"})),
        "forbidden"
    );
    assert_eq!(watch.refused("events.subscribe", json!({})), "forbidden");
}

#[test]
fn tenants_share_nothing() {
    let place = place();
    let daemon = place.start();
    let mut pbx = daemon.tcp();
    pbx.call("session.open", open("pbx"));
    pbx.call("contact.submit", json!({"contact": "c1", "queue": "a"}));
    let mut other = daemon.tcp();
    let mut across = open("other");
    across["tenant"] = "default".into();
    assert_eq!(other.refused("session.open", across), "forbidden");
    other.call("session.open", open("other"));
    assert_eq!(
        other.refused("contact.get", json!({"contact": "c1"})),
        "not_found"
    );
    assert_eq!(
        other.refused("queue.get", json!({"queue": "a"})),
        "not_found"
    );
    other.call("contact.submit", json!({"contact": "c1", "queue": "b"}));
    daemon.kill();
    let daemon = place.start();
    let mut local = daemon.unix();
    local.call("session.open", json!({"client": "me", "tenant": "acme"}));
    let found = local.call("contact.get", json!({"contact": "c1"}));
    assert_eq!(found["queue"], "b");
    assert_eq!(
        local.refused("session.open", json!({"client": "me", "tenant": "nobody"})),
        "not_found"
    );
}

#[test]
fn a_token_removed_by_a_reload_gives_no_access() {
    let place = place();
    let daemon = place.start();
    let mut pbx = daemon.tcp();
    pbx.call("session.open", open("pbx"));
    pbx.call("session.ping", json!({}));
    place.configure(&format!(
        "[agents.ada]\n{}",
        token("boss", "supervisor", "")
    ));
    daemon.unix().call("server.reload", json!({}));
    assert_eq!(
        pbx.refused("contact.submit", json!({"contact": "c"})),
        "unauthorized"
    );
}

#[test]
fn http_takes_the_token_with_each_request() {
    let place = place();
    let daemon = place.start();
    let post = "POST /rpc HTTP/1.1\r\ncontent-type: application/json";
    let ask = r#"{"jsonrpc":"2.0","id":1,"method":"contact.submit","params":{"contact":"c1"}}"#;
    assert_eq!(http(daemon.http, post, ask).0, 401);
    let wrong = format!("{post}\r\nauthorization: Bearer guessed");
    assert_eq!(http(daemon.http, &wrong, ask).0, 401);
    let right = format!("{post}\r\nauthorization: Bearer secret-pbx");
    assert_eq!(http(daemon.http, &right, ask).0, 200);
    let metrics = "GET /metrics HTTP/1.1";
    assert_eq!(http(daemon.http, metrics, "").0, 401);
    let platform = format!("{metrics}\r\nauthorization: Bearer secret-pbx");
    assert_eq!(http(daemon.http, &platform, "").0, 403);
    let ops = format!("{metrics}\r\nauthorization: Bearer secret-watch");
    assert_eq!(http(daemon.http, &ops, "").0, 200);
    assert_eq!(http(daemon.http, "GET /healthz HTTP/1.1", "").0, 200);
}

#[test]
fn beyond_loopback_a_token_is_needed_to_start() {
    let place = Place::new("");
    let text = std::fs::read_to_string(place.config()).expect("the file");
    let open = text.replace("tcp = \"127.0.0.1:0\"", "tcp = \"0.0.0.0:0\"");
    std::fs::write(place.config(), open).expect("a writable folder");
    let mut child = place.spawn();
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
}
