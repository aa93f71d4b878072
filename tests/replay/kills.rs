//! `kill -9` at random moments of a replay: nothing acknowledged is lost, waiting contacts keep
//! place and age, every owner stays, and each contact ends exactly once.
//!
//! `REPLAY_ROUNDS` is the number of kills, `REPLAY_SEED` the first seed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use firsthand::client::{Address, Arrived, Connection, Link, Who};
use firsthand::figures::Fate;
use firsthand::replay::{self, Options, Player, Queues, Setup};
use firsthand::table::Table;
use firsthand::trace::{AGENT_COLUMNS, ARRIVAL_COLUMNS};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde_json::json;

use crate::centre::Centre;
use crate::process::Daemon;

/// Kills within one replay.
const KILLS: u64 = 5;
const CONTACTS: usize = 400;
const SPEED: f64 = 80.0;

fn number(name: &str, default: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(default, |text| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_nothing_is_lost() {
    let rounds = number("REPLAY_ROUNDS", KILLS);
    let first = number("REPLAY_SEED", 1);
    for replay in 0..rounds.div_ceil(KILLS) {
        let kills = KILLS.min(rounds - replay * KILLS);
        killed(first + replay, kills).await;
    }
}

async fn killed(seed: u64, kills: u64) {
    println!("seed {seed}, {kills} kills");
    let centre = Centre::new(CONTACTS, seed);
    let table = |name, text: String, columns| {
        Table::read(name, std::io::Cursor::new(text), columns).expect("a sound table")
    };
    let arrivals = replay::arrivals(table("arrivals", centre.arrivals, ARRIVAL_COLUMNS));
    let arrivals = arrivals.expect("sound arrivals");
    let roster = replay::roster(table("agents", centre.agents, AGENT_COLUMNS));
    let mut daemon = Daemon::start("");
    let options = Options {
        address: daemon.address(),
        who: Who::new("replay"),
        speed: SPEED,
        setup: Setup::New,
        queues: replay::queues_of(&arrivals, &Queues::new()),
        leap: true,
        answering: Box::new(|| (0, None)),
        prefix: String::new(),
    };
    let player = Player::new(
        options,
        arrivals.into_iter(),
        roster.expect("a sound roster"),
    );
    let mut player = player.await.expect("the daemon is set up");
    let watch = Arc::new(Mutex::new(Watch::default()));
    let watcher = tokio::spawn(observe(daemon.address(), Arc::clone(&watch)));
    let killer = async {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for _ in 0..kills {
            tokio::time::sleep(Duration::from_millis(rng.random_range(150..1_300))).await;
            daemon.kill();
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..150))).await;
            tokio::task::block_in_place(|| daemon.run());
            look(&daemon.address(), &watch).await;
        }
    };
    let (played, ()) = tokio::join!(player.run(std::future::pending(), |_| {}), killer);
    played.expect("the replay comes to its end");
    watcher.abort();
    check(&player, kills);
    owners_are_the_same(&player, &daemon.address()).await;
}

/// Every contact ended exactly once, and no acknowledged contact is missing.
fn check(player: &Player, kills: u64) {
    let summary = player.summary();
    let seen = &summary.replay;
    assert!(seen.is_sound(), "{seen:#?}");
    assert_eq!(seen.acknowledged, CONTACTS as u64);
    assert_eq!(seen.ended, CONTACTS as u64);
    assert!(seen.reconnects >= kills, "{seen:#?}");
    assert_eq!(seen.dropped, 0, "{seen:#?}");
    let accounts = player.account();
    assert_eq!(accounts.len(), CONTACTS);
    for account in &accounts {
        let outcome = account.outcome.expect("an outcome");
        assert!(
            matches!(outcome, Fate::Served | Fate::Abandoned),
            "{account:?}"
        );
        assert_eq!(
            outcome == Fate::Served,
            account.agent.is_some(),
            "{account:?}"
        );
    }
    let all = &summary.all;
    assert_eq!(all.ends.served + all.ends.abandoned, all.ends.contacts);
    assert!(all.repeat_contacts > 100, "{all:?}");
    println!(
        "{} served, continuity {:?}, resent {}",
        all.ends.served, all.continuity, seen.resent
    );
}

async fn owners_are_the_same(player: &Player, address: &Address) {
    #[derive(Deserialize)]
    struct Case {
        owner: Option<String>,
    }
    let owners = player.owners();
    assert!(owners.len() > 20, "{owners:?}");
    let mut connection = Connection::open(address).await.expect("the daemon serves");
    for (case, owner) in owners {
        let shown = connection.call("case.get", &json!({ "case": case })).await;
        let shown: Case =
            serde_json::from_str(shown.expect("the case is there").get()).expect("a case");
        assert_eq!(shown.owner, Some(owner), "{case}");
    }
}

/// When each contact joined, by the events.
#[derive(Default)]
struct Watch {
    joined: BTreeMap<String, i64>,
}

/// Reads every event, across the kills. A contact's first event has the time when it joined.
async fn observe(address: Address, watch: Arc<Mutex<Watch>>) {
    #[derive(Deserialize)]
    struct Of {
        contact: Option<String>,
    }
    let mut link = Link::open(address, Who::new("observer"), Some(0))
        .await
        .expect("a link");
    loop {
        let arrived = link.next().await.expect("the link goes on");
        if let Arrived::Event(event) = arrived
            && event.kind.starts_with("contact.")
            && let Ok(Of {
                contact: Some(contact),
            }) = event.read::<Of>()
        {
            let mut watch = watch.lock().expect("nobody panicked");
            watch.joined.entry(contact).or_insert(event.at);
        }
    }
}

/// After a restart: every waiting contact kept its joining time, and the order follows it.
async fn look(address: &Address, watch: &Arc<Mutex<Watch>>) {
    #[derive(Deserialize)]
    struct List {
        items: Vec<Waiting>,
    }
    #[derive(Deserialize)]
    struct Waiting {
        contact: String,
        queue: String,
        joined_at: i64,
        position: u64,
    }
    let mut connection = Connection::open(address).await.expect("the daemon serves");
    let list = connection
        .call(
            "contact.list",
            &json!({ "state": "waiting", "limit": 1000 }),
        )
        .await;
    let mut list: List = serde_json::from_str(list.expect("a list").get()).expect("a list");
    // The queues have one priority, so the order in a queue is that of joining.
    list.items.sort_by_key(|waiting| waiting.joined_at);
    let mut places: BTreeMap<&str, u64> = BTreeMap::new();
    for waiting in &list.items {
        let before = places.insert(&waiting.queue, waiting.position);
        assert!(
            before.is_none_or(|before| before < waiting.position),
            "{}",
            waiting.contact
        );
    }
    let watch = watch.lock().expect("nobody panicked");
    for waiting in &list.items {
        // A contact that the observer does not know yet joined only now.
        if let Some(joined) = watch.joined.get(&waiting.contact) {
            assert_eq!(
                waiting.joined_at, *joined,
                "{} lost its age",
                waiting.contact
            );
        }
    }
}
