//! Agents and customers: stand-ins, teams, identities, exclusions.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::de::DeValue;

use super::{Related, Scope, place, positions, unknown};
use crate::config::fault::Finding;
use crate::identity::{is_person, one_form};
use crate::nearest::distance;
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
        stand_in(scope, name, "mentor", agent.mentor.as_ref(), related);
        absences(scope, name, agent, related);
        pair_away(scope, name, agent, related);
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
    deputies_of_deputies(scope, related);
    lonely_teams(scope, related);
}

/// A deputy's own deputy does not stand in: with owner and deputy away it is the leader (rule 16).
/// Warned of once for each such deputy.
fn deputies_of_deputies(scope: &Scope<'_>, related: &mut Related) {
    let agents = &scope.tenant.agents;
    let mut warned: BTreeSet<&Name> = BTreeSet::new();
    for (name, agent) in agents {
        let Some(deputy) = &agent.deputy else {
            continue;
        };
        let Some(next) = agents.get(deputy).and_then(|entry| entry.deputy.as_ref()) else {
            continue;
        };
        // The two of a pair stand in for each other, and the leader covers anyhow.
        let meant = next != name && next != deputy && Some(next) != agent.leader.as_ref();
        if !meant || !warned.insert(deputy) {
            continue;
        }
        let place = scope.place(&["agents", name.as_str(), "deputy"]);
        let own = scope.place(&["agents", deputy.as_str(), "deputy"]);
        let help = match &agent.leader {
            Some(leader) => format!("when both are away the leader \"{leader}\" covers"),
            None => "name a leader, who covers when both are away".to_owned(),
        };
        let message = format!("the deputy of \"{name}\", \"{deputy}\", has a deputy of its own");
        related.warnings.push(
            Finding::new(place, message)
                .label(format!("\"{next}\" does not stand in for \"{name}\""))
                .also(own, "only for its own cases")
                .help(help),
        );
    }
}

/// The absences of an agent must have a length and not overlap.
fn absences(scope: &Scope<'_>, name: &Name, agent: &AgentSet, related: &mut Related) {
    let planned = agent.absences.as_deref().unwrap_or_default();
    let list = ["agents", name.as_str(), "absences"];
    let at = positions(scope.table, &list, planned, |written, absence| {
        moment(written, "from") == Some(absence.from_at)
            && moment(written, "to") == Some(absence.to_at)
    });
    for (absence, at) in planned.iter().zip(&at) {
        if absence.to_at <= absence.from_at {
            let place = scope.place(&[list[0], list[1], list[2], at]);
            related.faults.push(
                Finding::new(place, "an absence ends before it begins")
                    .label("has no length")
                    .help("give a `to` after `from`"),
            );
        }
    }
    let mut spans: Vec<_> = planned.iter().collect();
    spans.sort_by_key(|absence| (absence.from_at, absence.to_at));
    let crossed = spans
        .windows(2)
        .any(|pair| pair[0].overlap(pair[1]).is_some());
    if crossed {
        let message = format!("absences of \"{name}\" lie across each other");
        related.faults.push(
            Finding::new(scope.place(&list), message)
                .label("cannot be planned")
                .help("give one for both"),
        );
    }
}

/// A time as written.
fn moment(absence: &DeValue<'_>, key: &str) -> Option<i64> {
    let time = absence.get(key)?.get_ref().as_datetime()?.to_string();
    let time: jiff::Timestamp = time.parse().ok()?;
    Some(time.as_millisecond())
}

/// By the A/B rule an agent and its deputy are never absent together.
fn pair_away(scope: &Scope<'_>, name: &Name, agent: &AgentSet, related: &mut Related) {
    let Some((deputy, theirs)) = agent
        .deputy
        .as_ref()
        .and_then(|deputy| Some((deputy, scope.tenant.agents.get(deputy)?.absences.as_ref()?)))
    else {
        return;
    };
    let own = agent.absences.iter().flatten();
    let together = own
        .flat_map(|own| theirs.iter().filter_map(|theirs| theirs.overlap(own)))
        .min();
    let Some((from, _)) = together else { return };
    let from = jiff::Timestamp::from_millisecond(from).map_or(String::new(), |at| at.to_string());
    let place = scope.place(&["agents", name.as_str(), "absences"]);
    let other = scope.place(&["agents", deputy.as_str(), "absences"]);
    let help = match &agent.leader {
        Some(leader) => format!("\"{leader}\" covers then; better move one of the two"),
        None => "nobody covers then: move one of the two, or name a leader".to_owned(),
    };
    related.warnings.push(
        Finding::new(
            place,
            format!("\"{name}\" and its deputy \"{deputy}\" are away together from {from}"),
        )
        .label("away here")
        .also(other, "and here")
        .help(help),
    );
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

/// Teams are not declared, so a misspelt name makes a new one: warns of a team of one agent whose
/// name is close to that of a larger team.
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

/// The agents in charge of grid areas must exist.
pub(super) fn grids(scope: &Scope<'_>, related: &mut Related) {
    for (grid, agent) in &scope.tenant.settings.by_customer.grids {
        if !scope.tenant.agents.contains_key(agent) {
            let path = ["by_customer", "grids", grid.as_str()];
            let agents = scope.tenant.agents.keys();
            let fault = unknown(place(scope.settings, &path), "agent", agent, agents);
            related.faults.push(fault);
        }
    }
}

pub(super) fn customers(scope: &Scope<'_>, related: &mut Related) {
    let customers = &scope.tenant.customers;
    let mut owners: BTreeMap<Name, (&Name, Range<usize>)> = BTreeMap::new();
    for (name, customer) in customers {
        let path = ["customers", name.as_str(), "identities"];
        let at = positions(scope.table, &path, &customer.identities, |written, name| {
            written.as_str().map(Name::new) == Some(Ok(name.clone()))
        });
        let settings = &scope.tenant.settings;
        let formed = customer.identities.iter();
        let formed: Vec<Name> = formed.map(|one| one_form(one, settings)).collect();
        for (identity, at) in formed.iter().zip(&at) {
            let place = scope.place(&[path[0], path[1], path[2], at]);
            if !is_person(identity, settings) {
                related.faults.push(
                    Finding::new(
                        place.clone(),
                        format!("\"{identity}\" is nobody, or a number that many share"),
                    )
                    .label("says nothing about the person")
                    .help("give an identity of this customer alone (`nobody` and `shared` of [tenant])"),
                );
            }
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
                    owners.insert(identity.clone(), (name, place));
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
