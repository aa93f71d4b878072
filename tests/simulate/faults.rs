//! An error in a file names the file, the row and the column, and what is accepted.

use crate::centre::Centre;

const AGENTS: &str = "agent,skills\na,x=5\nb,\n";
const ARRIVALS: &str = "contact,at_ms,queue\nc1,0,q\n";

fn fault(agents: &str, arrivals: &str) -> String {
    let centre = Centre {
        config: String::new(),
        agents: agents.to_owned(),
        arrivals: arrivals.to_owned(),
    };
    let error = centre.try_run().expect_err("a fault");
    assert_eq!(error.exit_code(), 2);
    error.to_string()
}

#[test]
fn of_arrivals() {
    for (arrivals, said) in [
        (
            "",
            "arrivals.csv: is empty: the first line names the columns, at least contact, at_ms, queue",
        ),
        (
            "contact,at_ms\nc,1\n",
            "arrivals.csv: lacks the column \"queue\" in its first line",
        ),
        (
            "contact,at_ms,queue,colour\nc,1,q,red\n",
            "arrivals.csv: no column \"colour\": known are contact, at_ms, queue, customer, \
             channel, topic, case, owner, priority, requires, service_ms, patience_ms, \
             wrap_up_ms, outcome",
        ),
        (
            "contact,at_ms,queue,at_ms\nc,1,q,1\n",
            "arrivals.csv: the column \"at_ms\" stands there twice",
        ),
        (
            "contact,at_ms,queue\nc1,10,q\nc2,9,q\n",
            "arrivals.csv: row 2 (line 3), column at_ms: 9 is before the arrival of the row above \
             (10): sort the rows by at_ms",
        ),
        (
            "contact,at_ms,queue\nc1,1.5,q\n",
            "arrivals.csv: row 1 (line 2), column at_ms: \"1.5\" is not a whole number from \
             -9007199254740991 to 9007199254740991",
        ),
        (
            "contact,at_ms,queue\nc1,,q\n",
            "arrivals.csv: row 1 (line 2), column at_ms: is empty: give whole milliseconds",
        ),
        (
            "contact,at_ms,queue,service_ms\nc1,0,q,-5\n",
            "arrivals.csv: row 1 (line 2), column service_ms: \"-5\" is not a whole number from 0 \
             to 315360000000",
        ),
        (
            "contact,at_ms,queue,requires\nc1,0,q,x=5\n",
            "arrivals.csv: row 1 (line 2), column requires: \"x=5\" is not a skill with a level: \
             write it as billing>=5;zh>=1",
        ),
        (
            "contact,at_ms,queue,requires\nc1,0,q,x>=11\n",
            "arrivals.csv: row 1 (line 2), column requires: \"x>=11\" needs a level from 1 to 10: \
             write it as billing>=5;zh>=1",
        ),
        (
            "contact,at_ms,queue,channel\nc1,0,q,fax\n",
            "arrivals.csv: row 1 (line 2), column channel: no channel \"fax\": one of voice, chat, \
             email, counter, callback, task",
        ),
        (
            "contact,at_ms,queue,outcome\nc1,0,q,happy\n",
            "arrivals.csv: row 1 (line 2), column outcome: \"happy\" is not an outcome: one of \
             resolved, open, transferred, dropped, abandoned, timeout, rejected, no_agent, \
             voicemail, callback, cancelled, lost, unreached",
        ),
        (
            "contact,at_ms,queue\n,0,q\n",
            "arrivals.csv: row 1 (line 2), column contact: an id must not be empty",
        ),
        (
            "contact,at_ms,queue,service_ms\nc1,0,q,10\nc1,5,q,10\n",
            "arrivals.csv: row 2 (line 3), column contact: \"c1\" is in the system already: every \
             contact has its own",
        ),
        (
            "contact,at_ms,queue\nc1,0\n",
            "arrivals.csv: row 1 (line 2) has 2 fields and the first line 3",
        ),
        (
            "contact,at_ms,queue,case,owner\nc1,0,q,m,a\nc2,1,q,m,b\n",
            "arrivals.csv: row 2 (line 3), column owner: \"b\" contradicts case \"m\", which \"a\" \
             owns: give the same owner or leave it out",
        ),
        (
            "contact,at_ms,queue,case,customer\nc1,0,q,m,k1\nc2,1,q,m,k2\n",
            "arrivals.csv: row 2 (line 3), column case: case \"m\" belongs to another customer",
        ),
    ] {
        assert_eq!(fault(AGENTS, arrivals), said);
    }
}

#[test]
fn of_agents() {
    for (agents, said) in [
        (
            "agent,skill\na,x=5\n",
            "agents.csv: no column \"skill\": known are agent, skills, team, deputy, leader, \
             capacity, from_ms, to_ms",
        ),
        (
            "agent,skills\n,x=5\n",
            "agents.csv: row 1 (line 2), column agent: is empty: name the agent",
        ),
        (
            "agent,skills\na,x\n",
            "agents.csv: row 1 (line 2), column skills: \"x\" is not a skill with a level: write it \
             as billing=7;zh=10",
        ),
        (
            "agent,skills\na,x=5;x=6\n",
            "agents.csv: row 1 (line 2), column skills: \"x=6\" stands there twice: write it as \
             billing=7;zh=10",
        ),
        (
            "agent,skills,from_ms,to_ms\na,x=5,10,10\n",
            "agents.csv: row 1 (line 2), column to_ms: 10 is not after from_ms (10): a shift takes \
             time",
        ),
        (
            "agent,skills,deputy\na,x=5,a\n",
            "agents.csv: row 1 (line 2), column deputy: an agent cannot stand in for itself",
        ),
        (
            "agent,skills,capacity\na,x=5,fax=2\n",
            "agents.csv: row 1 (line 2), column capacity: no channel \"fax\": one of callback, \
             chat, counter, email, task, voice",
        ),
        (
            "agent,skills\n",
            "there are no agents: give --agents FILE or [agents.NAME] in the configuration",
        ),
    ] {
        assert_eq!(fault(agents, ARRIVALS), said);
    }
}
