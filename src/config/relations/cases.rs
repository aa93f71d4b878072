//! Checks kinds of cases and calendars: names must exist, and missing terms are likely forgotten.

use std::ops::Range;

use super::{Related, Scope, unknown};
use crate::calendar::Term;
use crate::config::fault::Finding;
use crate::router::codes::Role;
use crate::router::ids::Name;
use crate::router::kind::{KindRules, Rung, Stage, Tell};

pub(super) fn kinds(scope: &Scope<'_>, related: &mut Related) {
    for (name, rules) in &scope.tenant.kinds {
        calendar(scope, name, rules, related);
        terms(scope, name, rules, related);
        stages(scope, name, rules, related);
        ladders(scope, name, rules, related);
        queue(scope, name, rules, related);
    }
}

fn calendar(scope: &Scope<'_>, name: &Name, rules: &KindRules, related: &mut Related) {
    let calendars = &scope.tenant.calendars;
    match &rules.calendar {
        Some(calendar) if !calendars.contains_key(calendar) => {
            let place = scope.place(&["kinds", name.as_str(), "calendar"]);
            let known = calendars.keys();
            related
                .faults
                .push(unknown(place, "calendar", calendar, known));
        }
        None if rules.terms().any(Term::needs_calendar) => {
            let place = scope.key_place(&["kinds", name.as_str()]);
            related.warnings.push(
                Finding::new(place, format!("\"{name}\" has no calendar"))
                    .label("its working days are Monday to Friday of UTC, without holidays")
                    .help("add calendar = \"NAME\", and a section [calendars.NAME]"),
            );
        }
        Some(_) | None => {}
    }
}

/// A kind without deadlines is allowed, but most likely they were forgotten.
fn terms(scope: &Scope<'_>, name: &Name, rules: &KindRules, related: &mut Related) {
    let staged = |stage: &Stage| stage.due_ms.is_some() || stage.due.is_some();
    if rules.whole().is_none() && !rules.stages.iter().any(staged) {
        let place = scope.key_place(&["kinds", name.as_str()]);
        related.warnings.push(
            Finding::new(place, format!("\"{name}\" has no term"))
                .label("nothing reminds of such a case")
                .help("add due = \"15d\", or give its stages terms"),
        );
    }
}

fn stages(scope: &Scope<'_>, name: &Name, rules: &KindRules, related: &mut Related) {
    for (n, stage) in rules.stages.iter().enumerate() {
        if rules.position(&stage.stage) != Some(n) {
            let at = n.to_string();
            let place = scope.place(&["kinds", name.as_str(), "stages", &at, "stage"]);
            related.faults.push(
                Finding::new(place, format!("the stage \"{}\" comes twice", stage.stage))
                    .label("again")
                    .help("give each stage of a kind its own name"),
            );
        }
    }
}

fn ladders(scope: &Scope<'_>, name: &Name, rules: &KindRules, related: &mut Related) {
    let kind = ["kinds", name.as_str()];
    ladder(
        scope,
        &[&kind[..], &["ladder"]].concat(),
        &rules.ladder,
        related,
    );
    for (n, stage) in rules.stages.iter().enumerate() {
        let Some(rungs) = &stage.ladder else { continue };
        let at = n.to_string();
        let path = [&kind[..], &["stages", &at, "ladder"]].concat();
        if !rungs.is_empty() && stage.due_ms.is_none() && stage.due.is_none() {
            let message = format!("the stage \"{}\" has a ladder and no term", stage.stage);
            related.faults.push(
                Finding::new(scope.place(&path), message)
                    .label("its steps count from a deadline")
                    .help("give the stage a term, such as due = \"1d\""),
            );
        }
        ladder(scope, &path, rungs, related);
    }
    for to in rules.at_once.iter().filter(|to| !is_known(scope, to)) {
        let place = scope.place(&["kinds", name.as_str(), "at_once"]);
        related.faults.push(nobody(scope, place, to));
    }
}

fn ladder(scope: &Scope<'_>, path: &[&str], rungs: &[Rung], related: &mut Related) {
    for (n, rung) in rungs.iter().enumerate() {
        let at = n.to_string();
        let path = [path, &[&at]].concat();
        if !is_known(scope, &rung.to) {
            let place = scope.place(&[&path[..], &["to"]].concat());
            related.faults.push(nobody(scope, place, &rung.to));
        }
        if rung.before_ms.is_some() == rung.after.is_some() {
            related.faults.push(
                Finding::new(scope.place(&path), "a step has one time")
                    .label("needs `before` or `after`")
                    .help("give one of them, such as after = \"1d\""),
            );
        }
    }
}

fn is_known(scope: &Scope<'_>, to: &Tell) -> bool {
    to.role() != Role::Agent || scope.tenant.agents.contains_key(&to.0)
}

/// Whom a step names is neither a role nor an agent.
fn nobody(scope: &Scope<'_>, place: Range<usize>, to: &Tell) -> Finding {
    let words = ["owner", "deputy", "leader", "supervisor"];
    unknown(place, "agent", &to.0, scope.tenant.agents.keys()).help(format!(
        "give one of {}, or an agent of this file",
        words.join(", ")
    ))
}

fn queue(scope: &Scope<'_>, name: &Name, rules: &KindRules, related: &mut Related) {
    let queue = rules.follow_up.as_ref().and_then(|f| f.queue.as_ref());
    let Some(queue) = queue else { return };
    let queues = &scope.tenant.queues;
    if !queues.contains_key(queue) && queue.as_str() != crate::router::DEFAULT_QUEUE {
        let place = scope.place(&["kinds", name.as_str(), "follow_up", "queue"]);
        related
            .faults
            .push(unknown(place, "queue", queue, queues.keys()));
    }
}
