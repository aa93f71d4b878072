//! All connections of a run, served by one thread.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::fd::OwnedFd;

use super::alarm::Alarm;
use super::error::BenchError;
use super::line::Line;
use super::socket::Socket;
use super::talk::Talk;
use crate::client::Address;

/// Without any answer for this long, the run is given up.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How long to wait for answers at the end before the rest is counted as unanswered.
const DRAIN_MAX: Duration = Duration::from_secs(10);
/// Longest latency recorded, in nanoseconds, with three digits of precision.
const LATENCY_NS_MAX: u64 = 600_000_000_000;
/// Ready connections taken at once.
const READY_MAX: usize = 256;

/// When the next request is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// A connection sends `depth` requests, waits for all answers, and sends the next ones.
    Closed,
    /// This many requests a second over all connections, evenly, whether or not answers come.
    Open(f64),
}

/// When a run ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    Span(Duration),
    Count(u64),
    /// When every talk has nothing more to ask.
    All,
}

/// Results of a run.
#[derive(Debug)]
pub struct Tally {
    pub asked: u64,
    pub answered: u64,
    pub refused: u64,
    pub first_refusal: Option<String>,
    /// Requests that were due and not answered; their latency so far is counted.
    pub unanswered: u64,
    /// From the first request to the last answer; in the open pace at least as long as requests
    /// were due.
    pub took: Duration,
    /// Nanoseconds.
    pub latencies: Histogram<u64>,
    began: Instant,
    ended: Instant,
}

impl Tally {
    fn new(began: Instant) -> Self {
        Self {
            asked: 0,
            answered: 0,
            refused: 0,
            first_refusal: None,
            unanswered: 0,
            took: Duration::ZERO,
            latencies: Histogram::new_with_bounds(1, LATENCY_NS_MAX, 3)
                .expect("the bounds fit three digits"),
            began,
            ended: began,
        }
    }

    fn answered(&mut self, since: Instant, now: Instant, refusal: Option<String>) {
        self.answered += 1;
        self.ended = now;
        self.record(now.saturating_duration_since(since));
        if let Some(refusal) = refusal {
            self.refused += 1;
            self.first_refusal.get_or_insert(refusal);
        }
    }

    fn record(&mut self, latency: Duration) {
        let ns = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.latencies.saturating_record(ns.max(1));
    }
}

/// The connections.
pub struct Pool<T> {
    epoll: OwnedFd,
    alarm: Alarm,
    lines: Vec<Line<T>>,
}

impl<T: Talk> Pool<T> {
    /// Opens one connection for each talk.
    pub fn open(address: &Address, talks: Vec<T>) -> Result<Self, BenchError> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(std::io::Error::from)?;
        let alarm = Alarm::among(&epoll)?;
        let mut lines = Vec::with_capacity(talks.len());
        for (number, talk) in talks.into_iter().enumerate() {
            let socket = Socket::open(address).map_err(|cause| BenchError::Connect {
                address: address.clone(),
                cause,
            })?;
            epoll::add(&epoll, &socket, data(number), EventFlags::IN)
                .map_err(std::io::Error::from)?;
            lines.push(Line::new(socket, talk));
        }
        Ok(Self {
            epoll,
            alarm,
            lines,
        })
    }

    /// The process id at the other end, if the kernel reports it.
    pub fn peer(&self) -> Option<u32> {
        self.lines.first()?.socket.peer()
    }

    pub fn each(&mut self, mut work: impl FnMut(&mut T)) {
        for line in &mut self.lines {
            work(&mut line.talk);
        }
    }

    /// Sends and receives until the goal is reached and everything is answered.
    pub fn run(&mut self, depth: usize, pace: Pace, goal: Goal) -> Result<Tally, BenchError> {
        let began = Instant::now();
        let mut run = Run {
            depth,
            pace,
            goal,
            due: 0,
            tally: Tally::new(began),
        };
        for number in 0..self.lines.len() {
            self.fill(&mut run, number, began)?;
        }
        let mut heard_at = began;
        let mut ready = Vec::with_capacity(READY_MAX);
        loop {
            let now = Instant::now();
            self.fall_due(&mut run, now)?;
            let waiting: usize = self.lines.iter().map(Line::under_way).sum();
            let over = run.is_over(now);
            if waiting == 0 && (over || matches!(run.pace, Pace::Closed)) {
                break;
            }
            if waiting == 0 {
                // Silence counts only from the first unanswered request.
                heard_at = now;
            }
            let silent = now.saturating_duration_since(heard_at);
            if over && silent > DRAIN_MAX {
                break;
            }
            if silent > SILENCE_MAX {
                return Err(BenchError::Silent {
                    after: SILENCE_MAX,
                    waiting,
                });
            }
            self.wait(&mut ready, run.wait(now))?;
            let sockets = ready.drain(..);
            for event in sockets.filter(|event| event.data.u64() != Alarm::MARK) {
                heard_at = self.serve(&mut run, number_of(event.data))?;
            }
        }
        Ok(self.close(run))
    }

    /// Queues the requests due by now.
    fn fall_due(&mut self, run: &mut Run, now: Instant) -> Result<(), BenchError> {
        let lines = self.lines.len() as u64;
        while let Some(due) = run.next_due().filter(|due| *due <= now) {
            let number = usize::try_from(run.due % lines).unwrap_or(0);
            run.due += 1;
            self.lines[number].due.push_back(due);
            self.fill(run, number, now)?;
        }
        Ok(())
    }

    /// Handles a connection that can be read from or written to.
    fn serve(&mut self, run: &mut Run, number: usize) -> Result<Instant, BenchError> {
        let now = Instant::now();
        let tally = &mut run.tally;
        let line = &mut self.lines[number];
        let open = line
            .read(|since, refusal| tally.answered(since, now, refusal))
            .map_err(|cause| BenchError::Broken { number, cause })?;
        if !open {
            return Err(BenchError::Closed { number });
        }
        self.fill(run, number, now)?;
        Ok(now)
    }

    /// Sends the requests that may be sent now.
    fn fill(&mut self, run: &mut Run, number: usize, now: Instant) -> Result<(), BenchError> {
        let line = &mut self.lines[number];
        match run.pace {
            Pace::Closed if line.under_way() == 0 => {
                while line.under_way() < run.depth && run.may_ask(now) && line.ask(now) {
                    run.tally.asked += 1;
                }
            }
            Pace::Closed => {}
            Pace::Open(_) => {
                while line.under_way() < run.depth
                    && let Some(due) = line.due.front().copied()
                    && line.ask(due)
                {
                    line.due.pop_front();
                    run.tally.asked += 1;
                }
            }
        }
        let was_blocked = line.is_blocked;
        line.flush()
            .map_err(|cause| BenchError::Broken { number, cause })?;
        if line.is_blocked != was_blocked {
            let wanted = if line.is_blocked {
                EventFlags::IN | EventFlags::OUT
            } else {
                EventFlags::IN
            };
            epoll::modify(&self.epoll, &line.socket, data(number), wanted)
                .map_err(std::io::Error::from)?;
        }
        Ok(())
    }

    fn wait(&self, ready: &mut Vec<epoll::Event>, longest: Duration) -> Result<(), BenchError> {
        self.alarm.set(longest)?;
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(ready), None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(BenchError::System(error.into())),
        }
    }

    fn close(&mut self, run: Run) -> Tally {
        let mut tally = run.tally;
        let now = Instant::now();
        for line in &mut self.lines {
            for since in line.unanswered() {
                tally.unanswered += 1;
                tally.record(now.saturating_duration_since(since));
            }
            line.due.clear();
        }
        tally.took = tally.ended.saturating_duration_since(tally.began);
        if let (Pace::Open(_), Goal::Span(span)) = (run.pace, run.goal) {
            // Unanswered requests lower the rate, not the time.
            tally.took = tally.took.max(span);
        }
        tally
    }
}

/// A run under way.
struct Run {
    depth: usize,
    pace: Pace,
    goal: Goal,
    /// Requests that have become due, in the open pace.
    due: u64,
    tally: Tally,
}

impl Run {
    fn ends_at(&self) -> Option<Instant> {
        match self.goal {
            Goal::Span(span) => Some(self.tally.began + span),
            Goal::Count(_) | Goal::All => None,
        }
    }

    /// When the next request is due; `None` = none will be.
    fn next_due(&self) -> Option<Instant> {
        let Pace::Open(rate) = self.pace else {
            return None;
        };
        let at = self.tally.began + Duration::from_secs_f64(self.due as f64 / rate);
        let within = match self.goal {
            Goal::Span(span) => at < self.tally.began + span,
            Goal::Count(count) => self.due < count,
            Goal::All => true,
        };
        within.then_some(at)
    }

    fn may_ask(&self, now: Instant) -> bool {
        match self.goal {
            Goal::Span(span) => now < self.tally.began + span,
            Goal::Count(count) => self.tally.asked < count,
            Goal::All => true,
        }
    }

    /// Whether nothing more will be sent.
    fn is_over(&self, now: Instant) -> bool {
        match self.pace {
            Pace::Closed => match self.goal {
                Goal::Span(_) | Goal::Count(_) => !self.may_ask(now),
                Goal::All => false,
            },
            Pace::Open(_) => self.next_due().is_none(),
        }
    }

    /// How long to wait if nothing arrives.
    fn wait(&self, now: Instant) -> Duration {
        let next = self.next_due().or_else(|| self.ends_at());
        let until = next.map_or(POLL, |next| next.saturating_duration_since(now));
        if until.is_zero() {
            POLL
        } else {
            until.min(POLL)
        }
    }
}

/// Interval of checks for silence.
const POLL: Duration = Duration::from_millis(500);

fn data(number: usize) -> EventData {
    EventData::new_u64(number as u64)
}

fn number_of(data: EventData) -> usize {
    usize::try_from(data.u64()).unwrap_or(usize::MAX)
}
