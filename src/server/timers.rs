//! The task that wakes when something is due, so that time passes without traffic.
//!
//! Reads the deadlines of the tenants without their locks and takes a lock only if something is
//! due. Other tasks wait for the disk, so a slow disk delays no timer.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::router::time::Timestamp;

use super::clock::{CORRECT_EVERY, News};
use super::hub::{Hub, Stopped};

/// The longest sleep. Deadlines are absolute, so waking early costs little.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// How long a tenant that stands still is left alone.
const STANDSTILL_PAUSE: Duration = Duration::from_millis(100);

/// Runs until the daemon stops.
pub async fn run(hub: Arc<Hub>) {
    let mut correction = tokio::time::interval(CORRECT_EVERY);
    correction.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let next = hub.cells.deadline().unwrap_or(Timestamp::MAX);
        hub.armed.store(next, Ordering::Release);
        // A deadline set between the look and the store is seen by this second look.
        if hub.cells.deadline().is_some_and(|at| at < next) {
            continue;
        }
        let sleep = hub.clock.until(next).min(SLEEP_MAX);
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = hub.earlier.notified() => {}
            _ = correction.tick() => tell(hub.clock.correct()),
            () = hub.serving.cancelled() => return,
        }
        match fire(&hub) {
            Ok(true) => {}
            // Without room on the disk, time does not pass.
            Ok(false) => tokio::time::sleep(STANDSTILL_PAUSE).await,
            Err(Stopped) => return,
        }
    }
}

/// Logs what the clock has found.
fn tell(news: Option<News>) {
    let seconds = |us: i64| us as f64 / 1e6;
    match news {
        Some(News::Apart { jump_us, ahead_us }) => tracing::warn!(
            jump_s = seconds(jump_us),
            ahead_s = seconds(ahead_us),
            "the time of day was set, or the machine slept: the daemon's time follows by half a \
             second in a second, so deadlines come up a third sooner, or twice as late, until both \
             agree"
        ),
        Some(News::FarApart { jump_us, ahead_us }) => tracing::error!(
            jump_s = seconds(jump_us),
            ahead_s = seconds(ahead_us),
            "the time of day was set by more than a day: the daemon's time does not follow; if it \
             is right, a restart takes it over"
        ),
        Some(News::Agree) => {
            tracing::info!("the daemon's time agrees with the time of day again");
        }
        None => {}
    }
}

/// Carries out everything that is due at any tenant. `false` = one has no room for it.
fn fire(hub: &Arc<Hub>) -> Result<bool, Stopped> {
    let now = hub.clock.now();
    let mut had_room = true;
    for cell in hub.cells.all() {
        if cell.deadline().is_none_or(|deadline| deadline > now) {
            continue;
        }
        let (has_room, sequence) = hub.turn(&cell, |turn| {
            if turn.has_room() {
                turn.tenant.catch_up(hub.clock.now());
            }
            turn.has_room()
        })?;
        had_room &= has_room;
        let hub_of_release = Arc::clone(hub);
        hub.tasks.spawn(async move {
            // The failure has been logged and ends the daemon.
            let _ = hub_of_release.settle(&cell, sequence).await;
        });
    }
    Ok(had_room)
}
