//! A simple event simulation of a call centre, written without looking at the router: no index, no
//! timers, no heap. Every step scans everything for the next event, and then checks every waiting
//! contact again.

use std::collections::BTreeMap;

/// A skill with a level, by number.
pub type Skill = (usize, u8);

#[derive(Clone, Debug)]
pub struct Policy {
    pub requires: Vec<Skill>,
    pub priority: i64,
    pub wrap_up: i64,
    pub max_wait: Option<i64>,
    pub max_waiting: Option<usize>,
    pub max_in_system: Option<usize>,
    pub follows_owner: bool,
    pub wait_busy: i64,
    pub wait_wrap_up: i64,
    pub wait_offline: i64,
    pub own_first: bool,
    pub overtake: Option<i64>,
    pub skill_check: bool,
    pub last_handler: bool,
    /// Kept for the owner only while there is other work.
    pub yields: bool,
}

#[derive(Clone, Debug)]
pub struct Agent {
    pub id: String,
    pub skills: Vec<Skill>,
    pub team: Option<usize>,
    pub deputy: Option<usize>,
    pub shifts: Vec<(i64, i64)>,
}

#[derive(Clone, Debug)]
pub struct Arrival {
    pub at: i64,
    pub queue: usize,
    pub customer: Option<usize>,
    pub owner: Option<usize>,
    pub priority: i64,
    pub requires: Vec<Skill>,
    pub service: i64,
    pub patience: Option<i64>,
    pub wrap_up: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct Center {
    pub policies: Vec<Policy>,
    pub agents: Vec<Agent>,
    pub arrivals: Vec<Arrival>,
}

/// What became of a contact; the fields are those of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub outcome: &'static str,
    pub agent: Option<usize>,
    pub route: &'static str,
    pub owner: Option<usize>,
    pub connected: Option<i64>,
    pub ended: Option<i64>,
    pub wait: Option<i64>,
    pub offers: u32,
}

/// The phases of one instant, in order.
const SERVICE_ENDS: u8 = 0;
const SHIFT_ENDS: u8 = 1;
const SHIFT_BEGINS: u8 = 2;
const OWNER_WAIT_ENDS: u8 = 3;
const TIME_IS_UP: u8 = 4;
const PATIENCE_ENDS: u8 = 5;
const ARRIVES: u8 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    Talking(usize),
    WrappingUp,
}

struct Desk {
    on_shift: bool,
    doing: Doing,
    until: i64,
    idle_since: i64,
}

pub struct Oracle<'a> {
    center: &'a Center,
    now: i64,
    phase: u8,
    desks: Vec<Desk>,
    /// Unordered.
    waiting: Vec<usize>,
    /// By customer, or by contact if it has an owner of its own.
    cases: BTreeMap<(bool, usize), usize>,
    rows: Vec<Row>,
    came: usize,
    /// The last instant at which owner waits were checked.
    looked_at: i64,
    /// The furthest instant and phase reached: a finished phase does not come again.
    furthest: (i64, u8),
}

impl<'a> Oracle<'a> {
    pub fn run(center: &'a Center) -> Vec<Row> {
        let desk = |_: &Agent| Desk {
            on_shift: false,
            doing: Doing::Nothing,
            until: 0,
            idle_since: 0,
        };
        let mut oracle = Self {
            center,
            now: i64::MIN,
            phase: 0,
            desks: center.agents.iter().map(desk).collect(),
            waiting: Vec::new(),
            cases: BTreeMap::new(),
            rows: vec![Row::default(); center.arrivals.len()],
            came: 0,
            looked_at: i64::MIN,
            furthest: (i64::MIN, 0),
        };
        while oracle.step() {}
        for contact in oracle.waiting.clone() {
            oracle.rows[contact].outcome = "unserved";
            oracle.rows[contact].owner = oracle.owner_of(contact);
        }
        oracle.rows
    }

    /// Finds the next event by scanning everything, and carries it out.
    fn step(&mut self) -> bool {
        let mut next: Vec<(i64, u8, usize)> = Vec::new();
        for (a, desk) in self.desks.iter().enumerate() {
            if desk.doing != Doing::Nothing {
                next.push((desk.until, SERVICE_ENDS, a));
            }
            for (from, to) in &self.center.agents[a].shifts {
                let begun = (self.now, self.phase) > (*from, SHIFT_BEGINS)
                    || (desk.on_shift && *from == self.now);
                if !begun && *from >= self.now {
                    next.push((*from, SHIFT_BEGINS, a));
                }
                if desk.on_shift && *from <= self.now && *to >= self.now {
                    next.push((*to, SHIFT_ENDS, a));
                }
            }
        }
        for contact in &self.waiting {
            let arrival = &self.center.arrivals[*contact];
            let policy = &self.center.policies[arrival.queue];
            for wait in [policy.wait_busy, policy.wait_wrap_up, policy.wait_offline] {
                let until = arrival.at + wait;
                if wait > 0 && until >= self.now && self.looked_at < until {
                    next.push((until, OWNER_WAIT_ENDS, *contact));
                }
            }
            if let Some(max) = policy.max_wait {
                next.push((arrival.at + max, TIME_IS_UP, *contact));
            }
            if let Some(patience) = arrival.patience {
                next.push((arrival.at + patience, PATIENCE_ENDS, *contact));
            }
        }
        if let Some(arrival) = self.center.arrivals.get(self.came) {
            next.push((arrival.at, ARRIVES, self.came));
        }
        let Some((at, phase, who)) = next.into_iter().min() else {
            return false;
        };
        (self.now, self.phase) = (at, phase);
        self.furthest = self.furthest.max((at, phase));
        match phase {
            SERVICE_ENDS => self.service_ends(who),
            SHIFT_ENDS => self.desks[who].on_shift = false,
            SHIFT_BEGINS => {
                let kept = self.kept();
                self.desks[who].on_shift = true;
                self.desks[who].idle_since = at;
                self.take_next(who, &kept);
            }
            OWNER_WAIT_ENDS => self.looked_at = at,
            TIME_IS_UP => self.leave(who, "timeout"),
            PATIENCE_ENDS => self.leave(who, "abandoned"),
            _arrives => self.arrive(who),
        }
        self.match_waiting();
        true
    }

    fn arrive(&mut self, contact: usize) {
        self.came += 1;
        let arrival = &self.center.arrivals[contact];
        let policy = &self.center.policies[arrival.queue];
        let of_queue = |c: &usize| self.center.arrivals[*c].queue == arrival.queue;
        let talking = self.desks.iter().filter(|desk| match desk.doing {
            Doing::Talking(c) => of_queue(&c),
            Doing::Nothing | Doing::WrappingUp => false,
        });
        let waiting = self.waiting.iter().filter(|c| of_queue(c)).count();
        let held = waiting + talking.count();
        if policy.max_in_system.is_some_and(|max| held >= max) {
            self.rows[contact].outcome = "blocked";
            return;
        }
        if let Some(owner) = arrival.owner {
            self.cases.insert((false, contact), owner);
        }
        self.waiting.push(contact);
        self.match_waiting();
        if self.waiting.contains(&contact) && policy.max_waiting.is_some_and(|max| waiting >= max) {
            self.waiting.retain(|c| *c != contact);
            self.rows[contact].outcome = "rejected";
            self.rows[contact].owner = self.owner_of(contact);
        }
    }

    fn leave(&mut self, contact: usize, outcome: &'static str) {
        self.waiting.retain(|c| *c != contact);
        let wait = self.now - self.center.arrivals[contact].at;
        self.rows[contact] = Row {
            outcome,
            owner: self.owner_of(contact),
            ended: Some(self.now),
            wait: Some(wait),
            ..Row::default()
        };
    }

    fn service_ends(&mut self, a: usize) {
        if let Doing::Talking(contact) = self.desks[a].doing {
            self.rows[contact].ended = Some(self.now);
            let arrival = &self.center.arrivals[contact];
            let nameless = arrival.customer.is_none() && arrival.owner.is_none();
            let owner = self.owner_of(contact).or(nameless.then_some(a));
            self.rows[contact].owner = owner;
            let wrap_up = arrival
                .wrap_up
                .unwrap_or(self.center.policies[arrival.queue].wrap_up);
            if wrap_up > 0 {
                self.desks[a].doing = Doing::WrappingUp;
                self.desks[a].until = self.now + wrap_up;
                return;
            }
        }
        let kept = self.kept();
        self.desks[a].doing = Doing::Nothing;
        self.desks[a].idle_since = self.now;
        self.take_next(a, &kept);
    }

    fn owner_of(&self, contact: usize) -> Option<usize> {
        let arrival = &self.center.arrivals[contact];
        let own = self.cases.get(&(false, contact));
        let customers = arrival.customer.and_then(|c| self.cases.get(&(true, c)));
        own.or(customers).copied()
    }

    fn policy(&self, contact: usize) -> &Policy {
        &self.center.policies[self.center.arrivals[contact].queue]
    }

    /// The owner that a contact goes to, if its queue follows owners.
    fn sought(&self, contact: usize) -> Option<usize> {
        let owner = self.owner_of(contact);
        owner.filter(|_| self.policy(contact).follows_owner)
    }

    fn is_free(&self, a: usize) -> bool {
        self.desks[a].on_shift && self.desks[a].doing == Doing::Nothing
    }

    fn can(&self, a: usize, contact: usize) -> bool {
        let has = |(skill, level): &Skill| {
            let known = self.center.agents[a].skills.iter();
            known.into_iter().any(|(s, l)| s == skill && l >= level)
        };
        let arrival = &self.center.arrivals[contact];
        let mut needed = self
            .policy(contact)
            .requires
            .iter()
            .chain(&arrival.requires);
        needed.all(has)
    }

    fn owner_can(&self, owner: usize, contact: usize) -> bool {
        !self.policy(contact).skill_check || self.can(owner, contact)
    }

    /// Whether a contact waits only for its owner.
    fn is_kept(&self, contact: usize) -> bool {
        let Some(owner) = self.sought(contact) else {
            return false;
        };
        if !self.owner_can(owner, contact) {
            return false;
        }
        let policy = self.policy(contact);
        let desk = &self.desks[owner];
        let wait = match desk.doing {
            _off if !desk.on_shift => policy.wait_offline,
            Doing::Nothing => 0,
            Doing::Talking(_) => policy.wait_busy,
            Doing::WrappingUp => policy.wait_wrap_up,
        };
        let until = self.center.arrivals[contact].at + wait;
        wait > 0 && self.furthest < (until, OWNER_WAIT_ENDS)
    }

    /// First come, first served within one priority.
    fn order(&self, contact: usize) -> (i64, i64, usize) {
        let arrival = &self.center.arrivals[contact];
        let priority = arrival.priority + self.policy(contact).priority;
        (-priority, arrival.at, contact)
    }

    fn is_deputy(&self, a: usize, contact: usize) -> bool {
        self.sought(contact)
            .is_some_and(|owner| self.center.agents[owner].deputy == Some(a))
    }

    /// The contacts that wait only for their owner.
    fn kept(&self) -> Vec<usize> {
        let waiting = self.waiting.iter().copied();
        waiting.filter(|c| self.is_kept(*c)).collect()
    }

    /// An agent who became free takes the next contact; `kept` were kept for their owner until now.
    fn take_next(&mut self, a: usize, kept: &[usize]) {
        if !self.is_free(a) {
            return;
        }
        let owns = |c: &usize| self.sought(*c) == Some(a) && self.owner_can(a, *c);
        let stands_in = |c: &usize| self.is_deputy(a, *c) && self.owner_can(a, *c);
        let may = |c: &usize| {
            let closed = kept.contains(c) && !self.policy(*c).yields;
            owns(c) || (!closed && (self.can(a, *c) || stands_in(c)))
        };
        let in_turn = |c: &&usize| self.order(**c);
        // Of one priority, those kept for another agent come last.
        let with_kept_last = |c: &&usize| {
            let (priority, joined, number) = self.order(**c);
            (priority, kept.contains(c) && !owns(c), joined, number)
        };
        let first = self.waiting.iter().filter(|c| may(c));
        let first = first.min_by_key(with_kept_last);
        let Some(first) = first.copied() else { return };
        let own = self.waiting.iter().filter(|c| owns(c));
        let own = own.filter(|c| self.policy(**c).own_first || kept.contains(c));
        let own = own.min_by_key(in_turn).copied();
        let chosen = own.filter(|own| {
            let (priority, joined, _) = self.order(*own);
            let (first_priority, first_joined, _) = self.order(first);
            let overtakes = self.policy(*own).overtake;
            first_priority >= priority && overtakes.is_none_or(|o| first_joined >= joined - o)
        });
        self.connect(chosen.unwrap_or(first), a);
    }

    /// Every waiting contact looks for a free agent, until none finds one.
    fn match_waiting(&mut self) {
        loop {
            let mut waiting = self.waiting.clone();
            waiting.sort_by_key(|c| self.order(*c));
            let found = waiting
                .into_iter()
                .find_map(|c| self.agent_for(c).map(|a| (c, a)));
            let Some((contact, agent)) = found else {
                return;
            };
            self.connect(contact, agent);
        }
    }

    fn agent_for(&self, contact: usize) -> Option<usize> {
        let longest_idle = |team: Option<usize>| {
            let able = (0..self.desks.len()).filter(|a| {
                let of_team = team.is_none() || self.center.agents[*a].team == team;
                self.is_free(*a) && self.can(*a, contact) && of_team
            });
            able.min_by_key(|a| (self.desks[*a].idle_since, *a))
        };
        let Some(owner) = self.sought(contact) else {
            return longest_idle(None);
        };
        if self.is_free(owner) && self.owner_can(owner, contact) {
            return Some(owner);
        }
        if self.is_kept(contact) && !self.policy(contact).yields {
            return None;
        }
        let deputy = self.center.agents[owner].deputy;
        let deputy = deputy.filter(|d| self.is_free(*d) && self.owner_can(*d, contact));
        let team = self.center.agents[owner].team;
        deputy
            .or_else(|| team.and_then(|team| longest_idle(Some(team))))
            .or_else(|| longest_idle(None))
    }

    fn connect(&mut self, contact: usize, a: usize) {
        let arrival = &self.center.arrivals[contact];
        self.waiting.retain(|c| *c != contact);
        let owner = self.owner_of(contact);
        let team = |a: usize| self.center.agents[a].team;
        let route = match (owner, self.sought(contact)) {
            (Some(owner), _) if owner == a => "owner",
            (_, None) => "skill",
            (_, Some(_)) if self.is_deputy(a, contact) => "deputy",
            (_, Some(owner)) if team(owner).is_some() && team(owner) == team(a) => "team",
            (_, Some(_)) => "skill",
        };
        self.rows[contact] = Row {
            outcome: "served",
            agent: Some(a),
            route,
            owner: None,
            connected: Some(self.now),
            ended: None,
            wait: Some(self.now - arrival.at),
            offers: 1,
        };
        let key = match (arrival.owner, arrival.customer) {
            (Some(_), _) => Some((false, contact)),
            (None, Some(customer)) => Some((true, customer)),
            (None, None) => None,
        };
        if let Some(key) = key
            && (owner.is_none() || self.policy(contact).last_handler)
        {
            self.cases.insert(key, a);
        }
        self.desks[a].doing = Doing::Talking(contact);
        self.desks[a].until = self.now + arrival.service;
    }
}

/// Agents are numbered in the order of their ids.
pub fn assert_sorted(center: &Center) {
    let ids: Vec<&str> = center.agents.iter().map(|a| a.id.as_str()).collect();
    assert!(ids.is_sorted(), "agents are numbered by id");
}
