//! Checks that the router's answers agree with the state: the answer of a submit with the contact,
//! a preview with the routing that follows, an explanation with its contact.

use firsthand::router::Router;
use firsthand::router::answer::{Answer, ContactView, OwnerView, Preview};
use firsthand::router::codes::{ContactState, Strategy};
use firsthand::router::command::{Command, ContactCommand, ContactSubmit, Stamped};
use firsthand::router::query::{ContactNamed, OwnerGet, Query};
use firsthand::router::reject::RejectKind;

use super::compare::{Differences, contact_view};
use super::model::Model;

/// The answers to queries about a submit, taken before it.
pub struct Expected {
    preview: Result<Preview, RejectKind>,
    owner: Option<OwnerView>,
}

/// Queries the router before the submit of a new contact; a submit of a known one changes nothing.
pub fn expect(router: &Router, model: &Model, stamped: &Stamped) -> Option<Expected> {
    let Command::Contact(ContactCommand::Submit(submit)) = &stamped.command else {
        return None;
    };
    let case = submit.case.as_ref().and_then(|case| model.case(case));
    if case.is_some_and(|case| model.cases[case].customer.is_none()) {
        // Other contacts may join the case with this one, and be routed first.
        return None;
    }
    if stamped.key.is_some() || contact_view(router, stamped.at, &submit.contact).is_ok() {
        return None;
    }
    let query = Query::ContactPreview(submit.clone());
    let preview = match router.book().query(stamped.at, &query) {
        Ok(Answer::Preview(preview)) => Ok(*preview),
        Ok(other) => panic!("contact.preview answers a preview, not {other:?}"),
        Err(reject) => Err(reject.kind),
    };
    Some(Expected {
        preview,
        owner: owner_of(router, stamped.at, submit),
    })
}

fn owner_of(router: &Router, at: i64, submit: &ContactSubmit) -> Option<OwnerView> {
    let customer = submit.customer.clone()?;
    let topic = submit.topic.clone();
    match router
        .book()
        .query(at, &Query::OwnerGet(OwnerGet { customer, topic }))
    {
        Ok(Answer::Owner(view)) => Some(view),
        Ok(other) => panic!("owner.get answers an owner, not {other:?}"),
        Err(_) => None,
    }
}

/// Checks that the answers came true.
pub fn check_expected(
    predicted: &Expected,
    model: &Model,
    router: &Router,
    stamped: &Stamped,
    found: &Result<Answer, RejectKind>,
) -> Result<(), String> {
    let mut faults = Differences::default();
    let Command::Contact(ContactCommand::Submit(submit)) = &stamped.command else {
        return Ok(());
    };
    match (&predicted.preview, found) {
        (Ok(preview), Ok(_)) => {
            let view = contact_view(router, stamped.at, &submit.contact);
            let view = view.map_err(|kind| format!("  a new contact is {kind:?}\n"))?;
            let draws = model
                .queues
                .iter()
                .any(|queue| queue.policy.strategy == Strategy::Random);
            compare_preview(preview, &view, draws, &mut faults);
            compare_owner(predicted.owner.as_ref(), submit, &view, &mut faults);
        }
        (Err(predicted), Err(kind)) if predicted == kind => {}
        (predicted, found) => faults.say(&format!(
            "the preview was {:?}, the submit {:?}",
            predicted.as_ref().map(|preview| preview.state),
            found.as_ref().map(|_| ())
        )),
    }
    faults.into_result()
}

fn compare_preview(preview: &Preview, view: &ContactView, draws: bool, d: &mut Differences) {
    let name = &view.contact;
    d.field(name, "preview.state", preview.state, view.state);
    d.field(name, "preview.outcome", preview.outcome, view.outcome);
    d.field(name, "preview.queue", &preview.queue, &view.queue);
    let case = (preview.case.as_ref(), view.case.as_ref());
    d.field(name, "preview.case", case.0, case.1);
    let owner = (preview.owner.as_ref(), view.owner.as_ref());
    d.field(name, "preview.owner", owner.0, owner.1);
    if view.state == ContactState::Offered && !draws {
        let offer = view.offer.as_ref();
        let agent = offer.map(|offer| &offer.agent);
        d.field(name, "preview.agent", preview.agent.as_ref(), agent);
        let route = offer.map(|offer| offer.route);
        d.field(name, "preview.route", preview.route, route);
        if view.offers.len() == 1 {
            // The preview describes the first offer, the contact the last.
            d.field(name, "preview.why", preview.why, view.why);
        }
    }
    if view.state == ContactState::Waiting {
        d.field(name, "preview.position", preview.position, view.position);
        d.field(name, "preview.why", preview.why, view.why);
    }
}

/// `owner.get` names the case and the owner that the contact would be routed to now.
fn compare_owner(
    owner: Option<&OwnerView>,
    submit: &ContactSubmit,
    view: &ContactView,
    d: &mut Differences,
) {
    let Some(owner) = owner else { return };
    if submit.case.is_some() {
        return;
    }
    let name = &view.contact;
    let case = (owner.case.as_ref(), view.case.as_ref());
    d.field(name, "owner.get case", case.0, case.1);
    let owner = (owner.owner.as_ref(), view.owner.as_ref());
    d.field(name, "owner.get owner", owner.0, owner.1);
}

/// The answer of a submit agrees with `contact.get` right after it.
pub fn fits(router: &Router, stamped: &Stamped, answer: &Answer) -> Result<(), String> {
    let Answer::Submitted(submitted) = answer else {
        return Ok(());
    };
    let mut d = Differences::default();
    let name = &submitted.contact;
    let view = contact_view(router, stamped.at, name);
    let view = view.map_err(|kind| format!("  a submitted contact is {kind:?}\n"))?;
    d.field(name, "submitted.state", submitted.state, view.state);
    d.field(name, "submitted.outcome", submitted.outcome, view.outcome);
    d.field(name, "submitted.queue", &submitted.queue, &view.queue);
    d.field(name, "submitted.case", &submitted.case, &view.case);
    d.field(name, "submitted.owner", &submitted.owner, &view.owner);
    d.field(name, "submitted.offer", &submitted.offer, &view.offer);
    d.field(
        name,
        "submitted.position",
        submitted.position,
        view.position,
    );
    d.field(name, "submitted.why", submitted.why, view.why);
    d.into_result()
}

/// Every contact can be explained, and the explanation agrees with it.
pub fn explained(model: &Model, router: &Router) -> Result<(), String> {
    let mut d = Differences::default();
    for contact in &model.contacts {
        let name = &contact.name;
        let query = Query::ContactExplain(ContactNamed {
            contact: name.clone(),
        });
        match router.book().query(model.now, &query) {
            Ok(Answer::Explained(explained)) => {
                d.field(name, "explain.state", contact.state(), explained.state);
                if explained.steps.is_empty() {
                    d.say(&format!("{name} is explained by nothing"));
                }
                let mut before = i64::MIN;
                for step in &explained.steps {
                    if step.at < before || step.at > model.now {
                        d.say(&format!("{name} is explained by a step at {}", step.at));
                    }
                    before = step.at;
                }
            }
            other => d.say(&format!("{name} is explained by {other:?}")),
        }
    }
    d.into_result()
}
