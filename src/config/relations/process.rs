//! Sockets and tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::de::DeTable;

use super::{Related, key_place, place, positions, unknown};
use crate::config::fault::Finding;
use crate::config::{Config, DEFAULT_TENANT, Role, Telephones, Tenant, Token};
use crate::router::ids::Name;

pub(super) fn check(config: &Config, root: &DeTable<'_>, related: &mut Related) {
    sockets(config, root, related);
    tokens(config, root, related);
}

fn sockets(config: &Config, root: &DeTable<'_>, related: &mut Related) {
    let server = &config.server;
    // A faulty token counts as a token.
    let tokens = root.get("tokens").is_some();
    for (key, address) in [("tcp", server.tcp), ("http", server.http)] {
        let open = address.filter(|address| !address.ip().is_loopback());
        if open.is_some() && tokens {
            let place = place(Some(root), &["server", key]);
            related.warnings.push(
                Finding::new(place, format!("`{key}` is clear text on the network"))
                    .label(
                        "not a loopback address: tokens and customers' data can be read on the way",
                    )
                    .help("listen on 127.0.0.1 or [::1], and put a proxy with TLS in front"),
            );
        } else if open.is_some() {
            let place = place(Some(root), &["server", key]);
            related.faults.push(
                Finding::new(
                    place,
                    format!("`{key}` would be open to the network for everyone"),
                )
                .label("not a loopback address, and there is no token")
                .help("configure [[tokens]], or listen on 127.0.0.1 or [::1]"),
            );
        }
    }
    if server.tcp.is_some_and(|tcp| tcp.port() != 0) && server.tcp == server.http {
        let place = place(Some(root), &["server", "http"]);
        related.faults.push(
            Finding::new(place, "`tcp` and `http` have the same address")
                .label("taken by `tcp`")
                .help("give them different ports, or turn one \"off\""),
        );
    }
    if server.socket.is_none() && server.tcp.is_none() {
        let place = key_place(Some(root), &["server"]);
        related.warnings.push(
            Finding::new(place, "no platform can reach the daemon but by HTTP")
                .label("socket and tcp are both off")
                .help("give `socket` or `tcp`"),
        );
    }
}

fn tokens(config: &Config, root: &DeTable<'_>, related: &mut Related) {
    let default = Name::of(DEFAULT_TENANT);
    let mut names: BTreeSet<&Name> = BTreeSet::new();
    let mut hashes: BTreeMap<&str, &Name> = BTreeMap::new();
    let at = positions(Some(root), &["tokens"], &config.tokens, |written, token| {
        let name = written.get("name").and_then(|name| name.get_ref().as_str());
        name == Some(token.name.as_str())
    });
    for (token, at) in config.tokens.iter().zip(&at) {
        let token_place = |key| place(Some(root), &["tokens", at, key]);
        let header = token_place("name");
        if !names.insert(&token.name) {
            related.faults.push(
                Finding::new(header, format!("two tokens are called \"{}\"", token.name))
                    .label("again")
                    .help("give each token its own name: the audit log tells them apart by it"),
            );
            continue;
        }
        if let Some(other) = hashes.insert(&token.sha256, &token.name) {
            related.faults.push(
                Finding::new(
                    token_place("sha256"),
                    format!("\"{}\" and \"{other}\" are one token", token.name),
                )
                .label("the same hash")
                .help("make a token for each holder"),
            );
        }
        let Some(tenant) = config.tenant_named(token.tenant.as_str()) else {
            let place = token_place("tenant");
            let known = std::iter::once(&default).chain(config.tenants.keys());
            related
                .faults
                .push(unknown(place, "tenant", &token.tenant, known));
            continue;
        };
        telephones(token, tenant, token_place("agents"), related);
        match (&token.agent, token.role) {
            (None, Role::Agent) => related.faults.push(
                Finding::new(
                    token_place("role"),
                    format!("the token \"{}\" speaks for no agent", token.name),
                )
                .label("needs `agent`")
                .help("add the agent it speaks for, such as agent = \"ada\""),
            ),
            (Some(agent), Role::Agent) if !tenant.agents.contains_key(agent) => {
                let place = token_place("agent");
                related
                    .faults
                    .push(unknown(place, "agent", agent, tenant.agents.keys()));
            }
            (Some(_), role) if role != Role::Agent => related.faults.push(
                Finding::new(
                    token_place("agent"),
                    format!("a token of the role \"{role}\" speaks for no single agent"),
                )
                .label("not with this role")
                .help("leave `agent` out, or give the role \"agent\""),
            ),
            _ => {}
        }
    }
}

/// Only a platform holds telephones, and only of agents of its tenant.
fn telephones(token: &Token, tenant: &Tenant, place: Range<usize>, related: &mut Related) {
    let Telephones::Of(agents) = &token.agents else {
        return;
    };
    if token.role != Role::Platform {
        let message = format!("a token of the role \"{}\" holds no telephones", token.role);
        related.faults.push(
            Finding::new(place.clone(), message)
                .label("not with this role")
                .help("leave `agents` out, or give the role \"platform\""),
        );
    }
    let known = &tenant.agents;
    for agent in agents.iter().filter(|agent| !known.contains_key(*agent)) {
        related
            .faults
            .push(unknown(place.clone(), "agent", agent, known.keys()));
    }
}
