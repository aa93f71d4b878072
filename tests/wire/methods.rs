//! The table of methods against the types of its requests, and the document made from it.

use std::collections::BTreeSet;

use firsthand::calendar::Written;
use firsthand::fields::{Field, Fields, Type};
use firsthand::router::command::{
    AgentCommand, CalendarCommand, CaseCommand, Command, ContactCommand, CustomerCommand,
    KindCommand, OfferCommand, QueueCommand, SessionCommand,
};
use firsthand::router::query::Query;
use firsthand::wire::method::{Kind, METHODS, Method, Role, find};
use firsthand::wire::openrpc;
use firsthand::wire::request::{Call, Request};
use serde::Serialize;
use serde_json::{Value, json};

use super::{call, expect_file, line, request};

/// One request of every method, with all its parameters.
pub(crate) const EXAMPLES: &str = include_str!("examples.ndjson");

/// The examples: method, params.
pub(crate) fn examples() -> Vec<(&'static Method, Value)> {
    EXAMPLES
        .lines()
        .map(|line| {
            let mut example: Value = serde_json::from_str(line).expect("examples are JSON");
            let method = find(example["method"].as_str().expect("a name")).expect("a method");
            (method, example["params"].take())
        })
        .collect()
}

fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("commands are JSON")
}

/// The params of this command.
fn params_of(command: &Command) -> Value {
    match command {
        Command::Agent(AgentCommand::Set(inner)) => json(inner),
        Command::Agent(AgentCommand::Presence(inner)) => json(inner),
        Command::Agent(AgentCommand::Remove(inner)) => json(inner),
        Command::Agent(AgentCommand::WrapUpEnd(inner)) => json(inner),
        Command::Queue(QueueCommand::Set(inner)) => {
            let mut params = json(&inner.policy);
            params["queue"] = json(&inner.queue);
            params
        }
        Command::Queue(QueueCommand::Remove(inner)) => json(inner),
        Command::Settings(inner) => json(inner),
        Command::Customer(CustomerCommand::Link(inner)) => json(inner),
        Command::Customer(CustomerCommand::Exclude(inner)) => json(inner),
        Command::Customer(CustomerCommand::Unlink(inner)) => json(inner),
        Command::Contact(ContactCommand::Submit(inner)) => json(inner),
        Command::Contact(ContactCommand::Update(inner)) => json(inner),
        Command::Contact(ContactCommand::Cancel(inner)) => json(inner),
        Command::Contact(ContactCommand::End(inner)) => json(inner),
        Command::Contact(ContactCommand::Transfer(inner)) => json(inner),
        Command::Contact(ContactCommand::Sync(inner)) => json(inner),
        Command::Offer(OfferCommand::Accept(inner)) => json(inner),
        Command::Offer(OfferCommand::Decline(inner)) => json(inner),
        Command::Case(CaseCommand::Open(inner)) => json(inner),
        Command::Case(CaseCommand::Note(inner)) => json(inner),
        Command::Case(CaseCommand::Resolve(inner))
        | Command::Case(CaseCommand::Reopen(inner))
        | Command::Case(CaseCommand::Close(inner)) => json(inner),
        Command::Case(CaseCommand::Handover(inner)) => json(inner),
        Command::Agent(AgentCommand::Absence(inner)) => json(inner),
        Command::Agent(AgentCommand::Succession(inner)) => json(inner),
        Command::Agent(AgentCommand::Device(inner)) => json(inner),
        Command::Agent(AgentCommand::Queue(inner)) => json(inner),
        Command::Agent(AgentCommand::Update(inner)) => json(inner),
        Command::Contact(ContactCommand::Callback(inner)) => json(inner),
        Command::Contact(
            ContactCommand::Leave(inner)
            | ContactCommand::Retrieve(inner)
            | ContactCommand::Take(inner),
        ) => json(inner),
        Command::Contact(ContactCommand::Hold(inner)) => json(inner),
        Command::Contact(ContactCommand::Outcome(inner)) => json(inner),
        Command::Contact(ContactCommand::Assign(inner)) => json(inner),
        Command::Kind(KindCommand::Set(inner)) => {
            let mut params = json(&inner.rules);
            params["kind"] = json(&inner.kind);
            params
        }
        Command::Kind(KindCommand::Remove(inner)) => json(inner),
        Command::Calendar(CalendarCommand::Set(inner)) => {
            let mut params = json(&Written::from(&inner.rules));
            params["calendar"] = json(&inner.calendar);
            params
        }
        Command::Calendar(CalendarCommand::Remove(inner)) => json(inner),
        Command::Case(CaseCommand::Assist(inner)) => json(inner),
        Command::Case(CaseCommand::AssistDone(inner)) => json(inner),
        Command::Case(CaseCommand::Wait(inner)) => json(inner),
        Command::Case(CaseCommand::Advance(inner)) => json(inner),
        Command::Case(CaseCommand::Extend(inner)) => json(inner),
        Command::Case(CaseCommand::FollowUp(inner)) => json(inner),
        Command::Tick
        | Command::Restarted
        | Command::Session(SessionCommand::Opened(_))
        | Command::Session(SessionCommand::Closed(_))
        | Command::Session(SessionCommand::DesktopClosed(_))
        | Command::Reloaded => panic!("{command:?} has no method"),
    }
}

/// The params of this query.
fn params_of_query(query: &Query) -> Value {
    match query {
        Query::AgentGet(inner) | Query::AgentBriefing(inner) => json(inner),
        Query::BookingSlots(inner) => json(inner),
        Query::AgentList(inner) => json(inner),
        Query::QueueGet(inner) => json(inner),
        Query::QueueList(inner) => json(inner),
        Query::SettingsGet => json!({}),
        Query::CustomerGet(inner) => json(inner),
        Query::ContactGet(inner) | Query::ContactExplain(inner) => json(inner),
        Query::ContactList(inner) => json(inner),
        Query::ContactPreview(inner) => json(inner),
        Query::CaseGet(inner) => json(inner),
        Query::CaseFind(inner) => json(inner),
        Query::OwnerGet(inner) => json(inner),
        Query::Stats(inner) => json(inner),
        Query::KindGet(inner) => json(inner),
        Query::CalendarGet(inner) => json(inner),
        Query::KindList(inner) | Query::CalendarList(inner) => json(inner),
    }
}

#[test]
fn the_table_is_in_order_and_every_method_has_an_example() {
    let names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    let shown: Vec<_> = examples().iter().map(|(method, _)| method.name).collect();
    assert_eq!(shown, names);
    for method in METHODS {
        assert!(method.allows(Role::Admin), "{}", method.name);
        assert_eq!(find(method.name), Some(method));
        assert!(!method.summary.ends_with('.'), "{}", method.name);
    }
    assert_eq!(find("contact"), None);
}

/// Each request comes back the same from its type; no parameter is lost.
#[test]
fn every_method_comes_back_as_it_went() {
    for (method, params) in examples() {
        let call = call(&line(method.name, &params.to_string()));
        assert_eq!(call.method, Some(method));
        let back = match (method.kind, call.request.expect(method.name)) {
            (Kind::Mutation, Request::Command(command)) => params_of(&command),
            (Kind::Query, Request::Query(query)) => params_of_query(&query),
            (Kind::Server, Request::Subscribe(wanted)) => json!({
                "after": wanted.after,
                "types": wanted.types.map(|types| {
                    types.iter().map(|one| one.as_str()).collect::<Vec<_>>()
                }),
                "agents": wanted.agents,
                "queues": wanted.queues,
                "source": wanted.source,
            }),
            (
                Kind::Server,
                Request::Server(_)
                | Request::SessionOpen(_)
                | Request::SessionPing
                | Request::Discover,
            ) => params.clone(),
            (kind, other) => panic!("{} is {kind:?}, not {other:?}", method.name),
        };
        assert_eq!(back, params, "{}", method.name);
    }
}

/// The table lists exactly the members of the types.
#[test]
fn the_table_names_what_the_types_have() {
    for (method, params) in examples() {
        compare(method.name, method.params.all, &params);
        // Optional parameters may be absent, required ones may not.
        for param in method.params.all {
            let mut less = params.clone();
            less.as_object_mut().expect("an object").remove(param.name);
            let call = call(&line(method.name, &less.to_string()));
            let missing = format!("{} is missing", param.name);
            let is_missing = call
                .request
                .is_err_and(|error| error.message.starts_with(&missing));
            assert_eq!(is_missing, param.required, "{} {}", method.name, param.name);
        }
    }
}

fn compare(place: &str, declared: &[Field], value: &Value) {
    let declared_names: BTreeSet<_> = declared.iter().map(|param| param.name).collect();
    let given = value
        .as_object()
        .unwrap_or_else(|| panic!("{place} is an object"));
    let given: BTreeSet<_> = given.keys().map(String::as_str).collect();
    assert_eq!(given, declared_names, "{place}");
    for param in declared {
        let place = format!("{place}.{}", param.name);
        nested(&place, &param.kind, &value[param.name]);
    }
}

fn nested(place: &str, kind: &Type, value: &Value) {
    match kind {
        Type::Object(members) if !value.is_null() => compare(place, members.all, value),
        Type::List(item, _) => {
            for value in value.as_array().into_iter().flatten() {
                nested(place, item, value);
            }
        }
        Type::Map(inner, _) => {
            for value in value.as_object().into_iter().flat_map(|map| map.values()) {
                nested(place, inner, value);
            }
        }
        _ => {}
    }
}

/// The defaults in the document are the effective ones.
#[test]
fn the_table_names_the_defaults() {
    let mut checked = 0;
    for (method, params) in examples() {
        let required: serde_json::Map<String, Value> = method
            .params
            .all
            .iter()
            .filter(|param| param.required)
            .map(|param| (param.name.to_owned(), params[param.name].clone()))
            .collect();
        let mut least = Value::Object(required);
        if method.name.starts_with("offer.") {
            least["offer"] = json!("o1");
        }
        match method.name {
            "agent.update" => least["rank"] = json!(1),
            "case.handover" => least["case"] = json!("k1"),
            "case.assist" => least["agent"] = json!("eve"),
            _ => {}
        }
        match request(&line(method.name, &least.to_string())) {
            Request::Command(command) => {
                checked += defaults(method.name, method.params, &params_of(&command));
            }
            Request::Query(query) => {
                checked += defaults(method.name, method.params, &params_of_query(&query));
            }
            Request::SessionOpen(_)
            | Request::SessionPing
            | Request::Subscribe(_)
            | Request::Server(_)
            | Request::Discover => {}
        }
    }
    assert!(checked > 40, "{checked}");
}

/// Defaults that the router fills in later, so the command does not have them.
const FILLED_IN_LATER: [&str; 3] = ["limit", "queue", "channel"];
/// Fields that are left out as long as they have their default.
const LEFT_OUT: [&str; 1] = ["pull"];

fn defaults(place: &str, declared: &Fields, value: &Value) -> usize {
    let mut checked = 0;
    for (param, schema) in declared.schemas() {
        let place = format!("{place}.{}", param.name);
        if let Type::Object(members) = &param.kind
            && schema.get("default").is_none()
            && !value[param.name].is_null()
        {
            checked += defaults(&place, members, &value[param.name]);
        }
        let Some(default) = schema.get("default") else {
            continue;
        };
        if FILLED_IN_LATER.contains(&param.name) {
            continue;
        }
        let mut actual = value[param.name].clone();
        if let Some(map) = actual.as_object_mut() {
            map.retain(|_, value| !value.is_null());
        }
        if actual.is_null() && LEFT_OUT.contains(&param.name) {
            continue;
        }
        assert_eq!(actual, *default, "{place}");
        checked += 1;
    }
    checked
}

#[test]
fn null_and_absent_settings_differ() {
    let patch = |params: &str| match request(&line("settings.set", params)) {
        Request::Command(Command::Settings(patch)) => patch,
        other => panic!("{other:?}"),
    };
    assert_eq!(patch("{}").lease_ms, None);
    assert_eq!(patch(r#"{"lease_ms":null}"#).lease_ms, Some(None));
    assert_eq!(
        patch(r#"{"lease_ms":5}"#).lease_ms.flatten().map(|ms| ms.0),
        Some(5)
    );
    assert_eq!(
        patch(r#"{"close_after_ms":null,"max_in_system":null}"#).max_in_system,
        Some(None)
    );
}

fn key_of(method: &str, params: &str) -> (String, u64) {
    let Call { key, request, .. } = call(&line(method, params));
    request.expect("right");
    let key = key.expect("a key");
    (key.name.as_str().to_owned(), key.digest)
}

#[test]
fn the_digest_depends_on_what_is_asked_and_on_nothing_else() {
    let submit = |params: &str| key_of("contact.submit", params).1;
    let one = submit(r#"{"contact":"c1","queue":"q","requires":{"zh":5,"en":1},"key":"k"}"#);
    for same in [
        r#"{"queue":"q","key":"k","contact":"c1","requires":{"en":1,"zh":5}}"#,
        r#" { "contact" : "c1" , "queue":"q","requires":{ "zh":5,"en":1},"key":"other" } "#,
        r#"{"cont\u0061ct":"\u00631","queue":"q","requires":{"zh":5,"en":1},"k\u0065y":"k"}"#,
    ] {
        assert_eq!(submit(same), one, "{same}");
    }
    for other in [
        r#"{"contact":"c2","queue":"q","requires":{"zh":5,"en":1},"key":"k"}"#,
        r#"{"contact":"q","queue":"c1","requires":{"zh":5,"en":1},"key":"k"}"#,
        r#"{"contact":"c1","queue":"q","requires":{"zh":1,"en":5},"key":"k"}"#,
        r#"{"contact":"c1","queue":"q","key":"k"}"#,
        r#"{"contact":"c1","queue":"q","requires":{"zh":5,"en":1},"exclude":[],"key":"k"}"#,
    ] {
        assert_ne!(submit(other), one, "{other}");
    }
    let list = |contacts: &str| {
        key_of(
            "contact.sync",
            &format!(r#"{{"source":"s","contacts":{contacts},"key":"k"}}"#),
        )
        .1
    };
    assert_ne!(list(r#"["a","b"]"#), list(r#"["b","a"]"#));
    let (name, end) = key_of("case.close", r#"{"case":"c","by":"b","key":"k1"}"#);
    assert_eq!(name, "k1");
    assert_ne!(
        end,
        key_of("case.reopen", r#"{"case":"c","by":"b","key":"k1"}"#).1
    );
    // The journal keeps digests, so this value must never change.
    assert_eq!(end, 0x9715_8b00_f1ed_8ad1, "{end:#x}");
}

#[test]
fn only_a_key_that_is_given_is_there() {
    assert_eq!(call(&line("wrap_up.end", r#"{"agent":"a"}"#)).key, None);
    assert_eq!(call(&line("agent.get", r#"{"agent":"a"}"#)).key, None);
}

#[test]
fn events_of_a_session() {
    let open = |params: &str| match request(&line("session.open", params)) {
        Request::SessionOpen(open) => open,
        other => panic!("{other:?}"),
    };
    assert_eq!(open(r#"{"client":"p"}"#).events, None);
    assert_eq!(open(r#"{"client":"p","events":false}"#).events, None);
    let all = open(r#"{"client":"p","events":true}"#)
        .events
        .expect("asked for");
    assert_eq!((all.after, all.types), (None, None));
    let some = open(r#"{"client":"p","events":["case.owned"]}"#)
        .events
        .expect("asked for");
    assert_eq!(some.types.expect("named")[0].as_str(), "case.owned");
    let secret = open(r#"{"client":"p","token":"hush"}"#);
    assert!(!format!("{secret:?}").contains("hush"));
}

#[test]
fn the_committed_document_is_the_present_one() {
    expect_file("docs/openrpc.json", &openrpc::text());
}

/// Every schema accepts the examples; a small checker for the few keywords of JSON Schema in use.
#[test]
fn the_schemas_take_the_examples() {
    let document = openrpc::document();
    for (method, params) in examples() {
        let described = document["methods"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["name"] == method.name))
            .expect("described");
        for param in described["params"].as_array().expect("a list") {
            let value = &params[param["name"].as_str().expect("a name")];
            if !value.is_null() {
                let fits = fits(&param["schema"], value);
                assert!(fits, "{} {}: {value}", method.name, param["name"]);
            }
        }
    }
}

fn fits(schema: &Value, value: &Value) -> bool {
    if let Some(any) = schema["oneOf"].as_array() {
        return any.iter().filter(|schema| fits(schema, value)).count() == 1;
    }
    match (schema["type"].as_str(), value) {
        (Some("string"), Value::String(text)) => schema["enum"]
            .as_array()
            .is_none_or(|words| words.iter().any(|word| word == text)),
        (Some("boolean"), Value::Bool(_)) | (Some("null"), Value::Null) => true,
        (Some("integer"), Value::Number(n)) => n.as_i64().is_some_and(|n| {
            schema["minimum"].as_i64().is_some_and(|min| min <= n)
                && schema["maximum"].as_i64().is_some_and(|max| n <= max)
        }),
        (Some("number"), Value::Number(_)) => true,
        (Some("array"), Value::Array(items)) => {
            items.iter().all(|item| fits(&schema["items"], item))
        }
        (Some("object"), Value::Object(members)) => members.iter().all(|(name, value)| {
            let known = schema["properties"].get(name);
            let schema = known.unwrap_or(&schema["additionalProperties"]);
            schema.is_null() || value.is_null() || fits(schema, value)
        }),
        _ => false,
    }
}
