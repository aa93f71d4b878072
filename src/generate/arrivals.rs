//! Arrivals drawn from a model.

use std::io::{self, Write};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1};

use crate::router::ids::Name;

use super::law::weighted;
use super::model::{Model, Stream};
use super::week::DAY_MS;

const HOUR_MS: i64 = 3_600_000;

/// One contact.
struct Drawn<'a> {
    at: i64,
    stream: &'a Stream,
    customer: Option<u64>,
    topic: Option<&'a Name>,
    owner: Option<usize>,
    service_ms: i64,
    patience_ms: Option<i64>,
    wrap_up_ms: Option<i64>,
}

/// The customers and agents there are, and the end of the model in milliseconds.
struct Crowd {
    /// Customers so far.
    customers: u64,
    agents: usize,
    end: i64,
}

/// Writes arrivals as CSV in the order of time.
pub fn write(model: &Model, seed: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut all: Vec<Drawn<'_>> = Vec::new();
    let agents = super::agents::ids(model);
    let mut crowd = Crowd {
        customers: 0,
        agents: agents.len(),
        end: i64::from(model.days) * DAY_MS,
    };
    for (name, stream) in &model.arrivals {
        draw_stream(model, name, stream, &mut random, &mut crowd, &mut all);
    }
    // A stable sort: contacts of one millisecond keep the order of the streams.
    all.sort_by_key(|drawn| drawn.at);
    writeln!(
        out,
        "contact,at_ms,queue,channel,customer,topic,owner,priority,requires,service_ms,patience_ms,\
         wrap_up_ms"
    )?;
    for (n, drawn) in all.iter().enumerate() {
        let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
        let customer = drawn.customer.map_or(String::new(), |c| format!("k{c}"));
        let parts: Vec<String> = drawn
            .stream
            .requires
            .iter()
            .map(|(skill, level)| format!("{skill}>={}", level.0))
            .collect();
        writeln!(
            out,
            "c{},{},{},{},{},{},{},{},{},{},{},{}",
            n + 1,
            drawn.at,
            drawn.stream.queue,
            drawn.stream.channel.as_ref().map_or("", Name::as_str),
            customer,
            drawn.topic.map_or("", Name::as_str),
            drawn.owner.map_or("", |owner| &agents[owner]),
            drawn.stream.priority.map_or(0, |priority| priority.0),
            parts.join(";"),
            drawn.service_ms,
            number(drawn.patience_ms),
            number(drawn.wrap_up_ms),
        )?;
    }
    out.flush()
}

fn draw_stream<'a>(
    model: &'a Model,
    name: &Name,
    stream: &'a Stream,
    random: &mut ChaCha8Rng,
    crowd: &mut Crowd,
    all: &mut Vec<Drawn<'a>>,
) {
    // A contact is followed by another with this probability, so there are that many fewer first
    // ones.
    let again = stream.repeat.as_ref().map_or(0.0, |repeat| repeat.share);
    for (from, to, per_hour) in pieces(model, name, stream) {
        let per_ms = per_hour * (1.0 - again) / HOUR_MS as f64;
        if per_ms <= 0.0 {
            continue;
        }
        // A Poisson process has no memory: it may start afresh at every change of its rate.
        let mut at = from as f64;
        loop {
            let gap: f64 = Exp1.sample(random);
            at += gap / per_ms;
            if at >= to as f64 {
                break;
            }
            draw_matter(stream, at as i64, random, crowd, all);
        }
    }
}

/// Draws the first contact of a customer's matter and those that follow it.
fn draw_matter<'a>(
    stream: &'a Stream,
    first_at: i64,
    random: &mut ChaCha8Rng,
    crowd: &mut Crowd,
    all: &mut Vec<Drawn<'a>>,
) {
    let known = random.random::<f64>() < stream.known;
    let customer = known.then(|| {
        crowd.customers += 1;
        crowd.customers
    });
    let owned = stream.owned > 0.0 && crowd.agents > 0 && random.random::<f64>() < stream.owned;
    let owner = owned.then(|| random.random_range(0..crowd.agents));
    let topic = (!stream.topics.is_empty()).then(|| {
        let place = weighted(stream.topics.values().copied(), random);
        stream.topics.keys().nth(place)
    });
    let mut at = first_at;
    loop {
        all.push(Drawn {
            at,
            stream,
            customer,
            topic: topic.flatten(),
            owner,
            service_ms: stream.talk.draw(random),
            patience_ms: stream.patience.as_ref().map(|law| law.draw(random)),
            wrap_up_ms: stream.wrap_up.as_ref().map(|law| law.draw(random)),
        });
        let Some(repeat) = &stream.repeat else { break };
        if random.random::<f64>() >= repeat.share {
            break;
        }
        at = at.saturating_add(repeat.after.draw(random));
        if at >= crowd.end {
            break;
        }
    }
}

/// Periods with one rate: hours, split where bursts begin and end.
fn pieces(model: &Model, name: &Name, stream: &Stream) -> Vec<(i64, i64, f64)> {
    let mut pieces = Vec::new();
    for day in 0..model.days {
        let midnight = i64::from(day) * DAY_MS;
        let bursts: Vec<_> = model
            .bursts
            .iter()
            .filter(|burst| burst.day == day + 1)
            .filter(|burst| burst.arrivals.is_empty() || burst.arrivals.contains(name))
            .collect();
        let mut cuts: Vec<i64> = (0..=24).map(|hour| hour * HOUR_MS).collect();
        cuts.extend(bursts.iter().flat_map(|burst| [burst.from.0, burst.to.0]));
        cuts.sort_unstable();
        cuts.dedup();
        for pair in cuts.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let hour = usize::try_from(from / HOUR_MS).unwrap_or(0).min(23);
            let mut rate = stream.rate(hour, model.weekday(day));
            for burst in &bursts {
                if burst.from.0 <= from && from < burst.to.0 {
                    rate *= burst.factor;
                }
            }
            pieces.push((midnight + from, midnight + to, rate));
        }
    }
    pieces
}
