//! Agents and customers: stand-ins, teams, identities, exclusions.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Related, Scope, positions, unknown};
use crate::config::fault::Finding;
use crate::config::nearest::distance;
use crate::router::command::AgentSet;
use crate::router::ids::Name;

pub(super) fn agents(scope: &Scope<'_>, related: &mut Related) {
    let channels = scope.tenant.channels();
    for (name, agent) in &scope.tenant.agents {
        stand_in(scope, name, "deputy", agent.deputy.as_ref(), related);
        stand_in(scope, name, "leader", agent.leader.as_ref(), related);
        if agent.deputy.is_some() && agent.deputy == agent.leader {
            let place = scope.place(&["agents", name.as_str(), "leader"]);
            related.warnings.push(
                Finding::new(
                    place,
                    format!("deputy and leader of \"{name}\" are one agent"),
                )
                .label("the same as its deputy")
                .help("when the deputy is away too, nobody covers: name another leader"),
            );
        }
        for channel in agent.capacity.keys() {
            if !channels.contains_key(channel) {
                let place =
                    scope.key_place(&["agents", name.as_str(), "capacity", channel.as_str()]);
                related
                    .faults
                    .push(unknown(place, "channel", channel, channels.keys()));
            }
        }
    }
    lonely_teams(scope, related);
}

fn stand_in(
    scope: &Scope<'_>,
    name: &Name,
    role: &str,
    other: Option<&Name>,
    related: &mut Related,
) {
    let Some(other) = other else { return };
    let place = || scope.place(&["agents", name.as_str(), role]);
    if other == name {
        related.faults.push(
            Finding::new(place(), format!("\"{name}\" is named as its own {role}"))
                .label("the agent itself")
                .help(format!("name another agent, or leave `{role}` out")),
        );
    } else if !scope.tenant.agents.contains_key(other) {
        let agents = scope.tenant.agents.keys();
        related
            .faults
            .push(unknown(place(), "agent", other, agents));
    }
}

/// Teams are not declared, so a slip of the pen makes a new one: a team of one agent whose name
/// is nearly that of a larger team.
fn lonely_teams(scope: &Scope<'_>, related: &mut Related) {
    let mut teams: BTreeMap<&Name, Vec<(&Name, &AgentSet)>> = BTreeMap::new();
    for (name, agent) in &scope.tenant.agents {
        if let Some(team) = &agent.team {
            teams.entry(team).or_default().push((name, agent));
        }
    }
    for (team, members) in &teams {
        let [(name, _)] = members[..] else { continue };
        let near = teams.iter().find(|(other, members)| {
            members.len() > 1
                && team.as_str().len() > 3
                && distance(team.as_str(), other.as_str()) <= 2
        });
        if let Some((near, _)) = near {
            let place = scope.place(&["agents", name.as_str(), "team"]);
            related.warnings.push(
                Finding::new(place, format!("the team \"{team}\" has one member only"))
                    .label(format!("did you mean \"{near}\"?"))
                    .help("agents are in one team when they name it alike"),
            );
        }
    }
}

pub(super) fn customers(scope: &Scope<'_>, related: &mut Related) {
    let customers = &scope.tenant.customers;
    let mut owners: BTreeMap<&Name, (&Name, Range<usize>)> = BTreeMap::new();
    for (name, customer) in customers {
        let path = ["customers", name.as_str(), "identities"];
        let at = positions(scope.table, &path, &customer.identities, |written, name| {
            written.as_str() == Some(name.as_str())
        });
        for (identity, at) in customer.identities.iter().zip(&at) {
            let place = scope.place(&[path[0], path[1], path[2], at]);
            if identity != name && customers.contains_key(identity) {
                let other = scope.key_place(&["customers", identity.as_str()]);
                related.faults.push(
                    Finding::new(
                        place.clone(),
                        format!("the identity \"{identity}\" of \"{name}\" is another customer"),
                    )
                    .label("an identity here")
                    .also(other, "a customer here")
                    .help("write one section for both: each identity leads to one customer"),
                );
            }
            match owners.get(identity) {
                None => {
                    owners.insert(identity, (name, place));
                }
                Some((other, _)) if *other == name => related.warnings.push(
                    Finding::new(place, format!("\"{identity}\" is listed twice"))
                        .label("again")
                        .help("once is enough"),
                ),
                Some((other, first)) => related.faults.push(
                    Finding::new(
                        place,
                        format!("\"{identity}\" belongs to \"{other}\" and to \"{name}\""),
                    )
                    .label("a second time")
                    .also(first.clone(), "the first time")
                    .help("give each identity to one customer only"),
                ),
            }
        }
        for agent in customer.exclude.keys() {
            if !scope.tenant.agents.contains_key(agent) {
                let path = ["customers", name.as_str(), "exclude", agent.as_str()];
                let place = scope.key_place(&path);
                let agents = scope.tenant.agents.keys();
                related.faults.push(unknown(place, "agent", agent, agents));
            }
        }
    }
}
