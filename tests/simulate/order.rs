//! The order of events at equal times, and the meaning of the columns: one small story each.

use crate::centre::Centre;

fn story(config: &str, agents: &[&str], arrivals: &[&str]) -> String {
    let lines = |rows: &[&str]| rows.join("\n") + "\n";
    let centre = Centre {
        config: config.to_owned(),
        agents: lines(agents),
        arrivals: lines(arrivals),
    };
    let (rows, _) = centre.run();
    rows.split_once('\n').expect("a header").1.to_owned()
}

const NO_WAIT: &str = "[queues.q.ownership.wait]\nbusy = \"0s\"\nwrap_up = \"0s\"\n";

#[test]
fn a_service_that_ends_with_the_shift_is_followed_by_one_more_start() {
    let agents = ["agent,skills,from_ms,to_ms", "a,,0,100"];
    let arrivals = [
        "contact,at_ms,queue,service_ms",
        "one,0,q,100",
        "two,50,q,30",
        "three,60,q,30",
        "four,100,q,30",
    ];
    let rows = story("", &agents, &arrivals);
    assert_eq!(
        rows,
        "one,served,a,skill,a,0,0,100,0,1\n\
         two,served,a,skill,a,50,100,130,50,1\n\
         three,unserved,,,,60,,,,0\n\
         four,unserved,,,,100,,,,0\n"
    );
}

#[test]
fn patience_ends_before_an_arrival_and_after_a_service() {
    let agents = ["agent,skills", "a,"];
    let arrivals = [
        "contact,at_ms,queue,service_ms,patience_ms",
        "one,0,q,100,",
        "two,10,q,5,90",
        "three,20,q,5,80",
        "four,100,q,5,0",
        "five,105,q,5,0",
    ];
    let rows = story("", &agents, &arrivals);
    assert_eq!(
        rows,
        "one,served,a,skill,a,0,0,100,0,1\n\
         two,served,a,skill,a,10,100,105,90,1\n\
         three,abandoned,,,,20,,100,80,0\n\
         four,abandoned,,,,100,,100,0,0\n\
         five,served,a,skill,a,105,105,110,0,1\n"
    );
}

#[test]
fn an_owner_wait_ends_after_a_service_and_before_patience() {
    let config = "[queues.q.ownership.wait]\nbusy = \"50ms\"\n";
    let agents = ["agent,skills", "a,", "b,"];
    let arrivals = [
        "contact,at_ms,queue,service_ms,patience_ms,owner",
        "one,0,q,60,,a",
        "two,10,q,5,50,a",
        "three,20,q,5,50,a",
    ];
    // `two` waits for `a` until 60, when a service ends: `a` itself takes it. `three` then waits
    // for the busy `a` until it is free again.
    let rows = story(config, &agents, &arrivals);
    assert_eq!(
        rows,
        "one,served,a,owner,a,0,0,60,0,1\n\
         two,served,a,owner,a,10,60,65,50,1\n\
         three,served,a,owner,a,20,65,70,45,1\n"
    );
    // If the service lasts one millisecond more, `b` takes `two` when the wait ends, although the
    // patience ends at the same time.
    let longer = [arrivals[0], "one,0,q,61,,a", arrivals[2]];
    let rows = story(config, &agents, &longer);
    assert_eq!(
        rows,
        "one,served,a,owner,a,0,0,61,0,1\ntwo,served,b,skill,a,10,60,65,50,1\n"
    );
}

#[test]
fn shifts_end_before_others_begin_and_owners_off_shift_are_offline() {
    let agents = [
        "agent,skills,from_ms,to_ms",
        "a,,0,100",
        "b,,100,200",
        "a,,150,300",
    ];
    let arrivals = [
        "contact,at_ms,queue,customer,service_ms",
        "one,0,q,k,10",
        "two,100,q,k,10",
        "three,160,q,k,10",
    ];
    assert_eq!(
        story("", &agents, &arrivals),
        "one,served,a,skill,a,0,0,10,0,1\n\
         two,served,b,skill,a,100,100,110,0,1\n\
         three,served,a,owner,a,160,160,170,0,1\n"
    );
}

#[test]
fn the_last_handler_is_followed_where_the_key_says_so() {
    let agents = [
        "agent,skills,from_ms,to_ms",
        "a,,0,100",
        "b,,100,500",
        "a,,150,500",
    ];
    let arrivals = [
        "contact,at_ms,queue,customer,service_ms",
        "one,0,q,k,10",
        "two,100,q,k,10",
        "three,160,q,k,10",
    ];
    let config = "[queues.q.ownership]\nkey = \"last\"\n";
    assert_eq!(
        story(config, &agents, &arrivals),
        "one,served,a,skill,a,0,0,10,0,1\n\
         two,served,b,skill,b,100,100,110,0,1\n\
         three,served,b,owner,b,160,160,170,0,1\n"
    );
}

#[test]
fn every_outcome() {
    let config = "[queues.q]\nmax_wait = \"50ms\"\nmax_waiting = 1\nmax_in_system = 3\n\
                  [queues.v]\nmax_wait = \"20ms\"\noverflow = { action = \"voicemail\" }\n\
                  requires = { nobody = 1 }\n\
                  [queues.w]\nrequires = { nobody = 1 }\n";
    let agents = ["agent,skills", "a,"];
    let arrivals = [
        "contact,at_ms,queue,service_ms,patience_ms",
        "served,0,q,100,",
        "timeout,1,q,1,",
        "rejected,2,q,1,",
        "gone,60,q,1,10",
        "voicemail,70,v,1,",
        "left,70,w,1,",
    ];
    assert_eq!(
        story(config, &agents, &arrivals),
        "served,served,a,skill,a,0,0,100,0,1\n\
         timeout,timeout,,,,1,,51,50,0\n\
         rejected,rejected,,,,2,,,,0\n\
         gone,abandoned,,,,60,,70,10,0\n\
         voicemail,overflowed,,,,70,,90,20,0\n\
         left,unserved,,,,70,,,,0\n"
    );
    let tight = "[queues.q]\nmax_in_system = 1\n";
    assert_eq!(
        story(tight, &agents, &arrivals[..4]),
        "served,served,a,skill,a,0,0,100,0,1\n\
         timeout,blocked,,,,1,,,,0\n\
         rejected,blocked,,,,2,,,,0\n"
    );
}

#[test]
fn agents_answer_after_a_while() {
    let config = "[simulation]\nanswer = \"3ms\"\n[queues.q]\nring = \"10ms\"\n";
    let agents = ["agent,skills", "a,"];
    let arrivals = [
        "contact,at_ms,queue,service_ms,patience_ms,wrap_up_ms",
        "one,0,q,10,,4",
        "two,1,q,10,17,",
        "three,2,q,10,18,",
        "four,40,q,10,2,",
    ];
    // `two` is offered at 17 and hangs up at 18, before `a` answers; `three` is offered then and
    // hangs up too.
    assert_eq!(
        story(config, &agents, &arrivals),
        "one,served,a,skill,a,0,3,13,3,1\n\
         two,abandoned,,,,1,,18,17,1\n\
         three,abandoned,,,,2,,20,18,1\n\
         four,abandoned,,,,40,,42,2,1\n"
    );
}

#[test]
fn an_owner_in_the_file_has_a_case_of_its_own() {
    let agents = ["agent,skills", "a,", "b,"];
    let arrivals = [
        "contact,at_ms,queue,owner,case,service_ms",
        "one,0,q,b,,10",
        "two,20,q,,,10",
        "three,40,q,b,matter,10",
        "four,60,q,,matter,10",
        "five,80,q,stranger,,10",
    ];
    assert_eq!(
        story(NO_WAIT, &agents, &arrivals),
        "one,served,b,owner,b,0,0,10,0,1\n\
         two,served,a,skill,a,20,20,30,0,1\n\
         three,served,b,owner,b,40,40,50,0,1\n\
         four,served,b,owner,b,60,60,70,0,1\n\
         five,served,a,skill,stranger,80,80,90,0,1\n"
    );
}

#[test]
fn a_callback_by_the_owner_is_work_but_no_arrival() {
    let config = "[queues.q.ownership]\nfallback = [\"callback_by_owner\"]\n\
                  [queues.q.ownership.wait]\nbusy = \"5ms\"\nwrap_up = \"5ms\"\n";
    let agents = ["agent,skills", "a,", "b,"];
    let arrivals = [
        "contact,at_ms,queue,owner,service_ms",
        "one,0,q,a,100",
        "two,10,q,a,40",
        "three,110,q,a,5",
    ];
    assert_eq!(
        story(config, &agents, &arrivals),
        "one,served,a,owner,a,0,0,100,0,1\n\
         two,overflowed,,,a,10,,15,5,0\n\
         three,overflowed,,,a,110,,115,5,0\n"
    );
}

#[test]
fn a_contact_that_ends_as_another_arrives_keeps_its_name() {
    // The second row opens a case with an absent owner, which ends the first contact before the
    // second is entered.
    let config = "[queues.q.ownership]\nfallback = [\"callback_by_owner\"]\n\
                  [queues.q.ownership.wait]\noffline = \"0s\"\n";
    let agents = ["agent,from_ms,to_ms,skills", "a,0,5000,", "b,4000,5000,"];
    let arrivals = [
        "contact,at_ms,queue,customer,case,owner,service_ms",
        "zero,0,q,,,,1000",
        "one,10,q,k,,,100",
        "two,20,q,k,matter,b,100",
    ];
    assert_eq!(
        story(config, &agents, &arrivals),
        "zero,served,a,skill,a,0,0,1000,0,1\n\
         one,overflowed,,,b,10,,20,10,0\n\
         two,overflowed,,,b,20,,20,0,0\n"
    );
}
