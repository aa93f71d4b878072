//! Metrics of each agent, if switched on (`metrics.agents`).
//!
//! Written when asked for and kept nowhere, so a removed agent leaves no series.

use std::fmt::Write;

use crate::router::census::AgentCensus;
use crate::server::hub::Hub;
use crate::server::metrics::names::{self, Kind, Metric};

/// Appends the series of all agents to the Prometheus text.
pub fn append(hub: &Hub, text: &mut String) {
    let mut agents = Vec::new();
    for cell in hub.cells.all() {
        let tenant = cell.name.as_str().to_owned();
        let all = cell.look(|tenant| tenant.router().book().agents_census());
        agents.extend(all.into_iter().map(|agent| (tenant.clone(), agent)));
    }
    let mut table = |metric: &Metric, value: fn(&AgentCensus) -> f64| {
        head(text, metric);
        for (tenant, agent) in &agents {
            let labels = labels(tenant, agent);
            line(text, metric, &labels, value(agent));
        }
    };
    table(&names::AGENT_CONTACTS, |agent| agent.contacts as f64);
    table(&names::AGENT_CASES, |agent| agent.open_cases as f64);
    table(&names::AGENT_HANDLED, |agent| agent.handled as f64);
    table(&names::AGENT_TALK, |agent| agent.talk_ms as f64 / 1e3);
    head(text, &names::AGENT_STATE);
    for (tenant, agent) in &agents {
        let state = agent.state.as_str();
        let labels = format!("{},state=\"{state}\"", labels(tenant, agent));
        line(text, &names::AGENT_STATE, &labels, 1.0);
    }
}

fn labels(tenant: &str, agent: &AgentCensus) -> String {
    let agent = escape(agent.agent.as_str());
    format!("tenant=\"{}\",agent=\"{agent}\"", escape(tenant))
}

/// Escapes a label value; an id has no line ends.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"")
}

fn head(text: &mut String, metric: &Metric) {
    let kind = match metric.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    };
    let Metric { name, help, .. } = metric;
    write(
        text,
        format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"),
    );
}

fn line(text: &mut String, metric: &Metric, labels: &str, value: f64) {
    write(text, format_args!("{}{{{labels}}} {value}\n", metric.name));
}

fn write(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("a string takes all text");
}
