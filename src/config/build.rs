//! The second step: builds the program's structs from what the user wrote.
//!
//! The fields have been checked one by one; the structs supply the defaults. A value that a struct
//! refuses nevertheless is a fault like any other.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use toml::de::DeTable;

use super::Config;
use super::calendars;
use super::fault::Finding;
use super::tenant::Tenant;
use crate::router::ids::Name;
use crate::router::policy::CHANNELS;

type Fields = Map<String, Value>;

/// Builds the configuration; what cannot be built gets its default, and a fault is reported.
/// `root` is the text, `known` what is wrong with single keys.
pub(super) fn build(
    mut fields: Fields,
    root: &DeTable<'_>,
    folder: &Path,
    known: &[Finding],
    faults: &mut Vec<Finding>,
) -> Config {
    let mut config = Config {
        server: section("server", &mut fields, faults),
        journal: section("journal", &mut fields, faults),
        metrics: section("metrics", &mut fields, faults),
        simulation: section("simulation", &mut fields, faults),
        ..Config::default()
    };
    for token in list(&mut fields, "tokens") {
        config.tokens.extend(typed("tokens", token, faults));
    }
    for (name, value) in map(&mut fields, "tenants") {
        let Value::Object(mut inner) = value else {
            continue;
        };
        let mut tenant = tenant(&mut inner, faults);
        settings(&mut tenant, inner, faults);
        config.tenants.insert(Name::of(&name), tenant);
    }
    config.tenant = tenant(&mut fields, faults);
    for (name, value) in map(&mut fields, "calendars") {
        let at = calendars::Place {
            name: &name,
            root,
            folder,
            known,
        };
        let calendar = calendars::build(&at, value, faults);
        config.tenant.calendars.insert(Name::of(&name), calendar);
    }
    let written = map(&mut fields, "tenant");
    settings(&mut config.tenant, written, faults);
    config
}

/// Queues, agents, customers and kinds of one tenant.
fn tenant(fields: &mut Fields, faults: &mut Vec<Finding>) -> Tenant {
    let mut tenant = Tenant::default();
    for (name, value) in map(fields, "queues") {
        let value = policy(value);
        if let Some(queue) = typed(&format!("queues.{name}"), value, faults) {
            tenant.queues.insert(Name::of(&name), queue);
        }
    }
    for (name, mut value) in map(fields, "agents") {
        // `name` is an agent's human name; its id is the section's name.
        value["agent"] = json!(name);
        if let Some(agent) = typed(&format!("agents.{name}"), value, faults) {
            tenant.agents.insert(Name::of(&name), agent);
        }
    }
    for (name, value) in map(fields, "customers") {
        if let Some(customer) = typed(&format!("customers.{name}"), value, faults) {
            tenant.customers.insert(Name::of(&name), customer);
        }
    }
    for (name, value) in map(fields, "kinds") {
        if let Some(kind) = typed(&format!("kinds.{name}"), value, faults) {
            tenant.kinds.insert(Name::of(&name), kind);
        }
    }
    tenant
}

fn settings(tenant: &mut Tenant, mut written: Fields, faults: &mut Vec<Finding>) {
    let channels = written.get_mut("channels").and_then(Value::as_object_mut);
    for (name, rule) in channels.into_iter().flatten() {
        // A built-in channel keeps its defaults for what is not written.
        let built_in = CHANNELS.iter().find(|(channel, _)| channel == name);
        if let Some((_, exclusive)) = built_in.filter(|_| rule.get("exclusive").is_none()) {
            rule["exclusive"] = json!(exclusive);
        }
    }
    if let Some(settings) = typed("tenant", Value::Object(written), faults) {
        tenant.settings = settings;
    }
}

/// A policy with an empty overflow has none.
fn policy(mut value: Value) -> Value {
    let empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    if let Some(fields) = value.as_object_mut()
        && fields.get("overflow").is_some_and(empty)
    {
        fields.remove("overflow");
    }
    value
}

fn section<T: DeserializeOwned + Default>(
    name: &str,
    fields: &mut Fields,
    faults: &mut Vec<Finding>,
) -> T {
    let written = Value::Object(map(fields, name));
    typed(name, written, faults).unwrap_or_default()
}

fn typed<T: DeserializeOwned>(path: &str, value: Value, faults: &mut Vec<Finding>) -> Option<T> {
    serde_json::from_value(value)
        .map_err(|error| {
            faults.push(Finding::of_file(format!(
                "[{path}] cannot be used: {error}"
            )));
        })
        .ok()
}

fn map(fields: &mut Fields, name: &str) -> Fields {
    match fields.remove(name) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn list(fields: &mut Fields, name: &str) -> Vec<Value> {
    match fields.remove(name) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}
