//! Describes events and codes in words, one readable line for each event.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::message::Event;
use crate::printable::printable;

/// The members of events that a line can show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    contact: Option<String>,
    queue: Option<String>,
    customer: Option<String>,
    case: Option<String>,
    agent: Option<String>,
    owner: Option<String>,
    route: Option<String>,
    why: Option<String>,
    reason: Option<String>,
    outcome: Option<String>,
    state: Option<String>,
    position: Option<u64>,
    wait_ms: Option<i64>,
    handle_ms: Option<i64>,
    text: Option<String>,
    by: Option<String>,
    from: Option<String>,
    to: Option<serde_json::Value>,
}

/// An event as a line without its end: time, number, type, and what happened.
pub fn telling(event: &Event) -> String {
    let said: Said = event.read().unwrap_or_default();
    let time = match Timestamp::from_millisecond(event.at) {
        Ok(at) => at
            .to_zoned(TimeZone::system())
            .strftime("%H:%M:%S%.3f")
            .to_string(),
        Err(_) => event.at.to_string(),
    };
    let line = format!(
        "{time}  {:>6}  {:<18}  {}",
        event.seq,
        event.kind,
        said.line(&event.kind)
    );
    printable(&line).into_owned()
}

impl Said {
    fn line(&self, kind: &str) -> String {
        let mut words = Words(Vec::new());
        words.add(match kind.split_once('.') {
            Some(("case", _)) => self.case.as_deref(),
            Some(("agent", _)) => None,
            Some(_) | None => self.contact.as_deref(),
        });
        match kind {
            "agent.set" | "agent.removed" => words.add(self.agent.as_deref()),
            "agent.presence" => words.add(self.agent.as_deref()).add(self.state.as_deref()),
            "agent.state" => {
                words.add(self.agent.as_deref()).add(self.state.as_deref());
                words.with("with", &self.contact)
            }
            "contact.connected" => {
                words.with("→", &self.agent).with("as", &self.route);
                words.add(self.wait_ms.map(|ms| format!("after {}", duration(ms))));
                words.with("owner", &self.owner)
            }
            "contact.ended" => {
                words.add(self.outcome.as_deref()).with("with", &self.agent);
                words.add(self.wait_ms.map(|ms| format!("waited {}", duration(ms))));
                words.add(self.handle_ms.map(|ms| format!("talked {}", duration(ms))))
            }
            "case.owned" => words
                .with("now belongs to", &self.owner)
                .with("by", &self.contact),
            "case.assisted" => {
                words
                    .with("of", &self.owner)
                    .with("is served by", &self.agent);
                words.with("as", &self.route)
            }
            "case.noted" => words.with("by", &self.by).add(self.text.as_deref()),
            _ => {
                words.with("→", &self.agent).with("as", &self.route);
                words.with("from", &self.from).add(self.to());
                words.with("by", &self.by)
            }
        };
        words.add(self.position.map(|place| format!("place {place}")));
        if !kind.starts_with("case.") {
            words
                .with("in", &self.queue)
                .with("for", &self.customer)
                .with("case", &self.case);
        }
        words.add(
            self.reason
                .as_deref()
                .filter(|reason| !reason.is_empty())
                .map(bracketed),
        );
        words.add(self.why.as_deref().map(bracketed));
        words.0.join(" ")
    }

    fn to(&self) -> Option<String> {
        let to = self.to.as_ref()?;
        let name = to.as_str().or_else(|| to.get("agent")?.as_str());
        let name = name.or_else(|| to.get("queue")?.as_str())?;
        Some(format!("to {name}"))
    }
}

fn bracketed(word: &str) -> String {
    format!("({word})")
}

struct Words(Vec<String>);

impl Words {
    fn add<T: Into<String>>(&mut self, word: Option<T>) -> &mut Self {
        self.0.extend(word.map(Into::into));
        self
    }

    fn with(&mut self, before: &str, word: &Option<String>) -> &mut Self {
        self.add(word.as_ref().map(|word| format!("{before} {word}")))
    }
}

/// A duration in readable form: `850 ms`, `4.1 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
pub fn duration(ms: i64) -> String {
    const SECOND: i64 = 1_000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let two = |large: i64, name: &str, small: i64, rest: &str| {
        let head = format!("{} {name}", ms / large);
        match ms % large / small {
            0 => head,
            left => format!("{head} {left} {rest}"),
        }
    };
    match ms {
        ..SECOND => format!("{ms} ms"),
        SECOND..MINUTE => {
            let tenths = ms / 100;
            match tenths % 10 {
                0 => format!("{} s", tenths / 10),
                tenth => format!("{}.{tenth} s", tenths / 10),
            }
        }
        MINUTE..HOUR => two(MINUTE, "min", SECOND, "s"),
        HOUR..DAY => two(HOUR, "h", MINUTE, "min"),
        DAY.. => two(DAY, "d", HOUR, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Incoming;

    #[test]
    fn durations_read_well() {
        for (ms, text) in [
            (0, "0 ms"),
            (850, "850 ms"),
            (4_100, "4.1 s"),
            (4_000, "4 s"),
            (200_000, "3 min 20 s"),
            (7_500_000, "2 h 5 min"),
            (273_600_000, "3 d 4 h"),
        ] {
            assert_eq!(duration(ms), text);
        }
    }

    #[test]
    fn events_read_well() {
        let told = |params: &str| {
            let line = format!(r#"{{"method":"event","params":{params}}}"#);
            let Ok(Some(Incoming::Event(event))) = Incoming::read(line.as_bytes()) else {
                panic!("an event");
            };
            let line = telling(&event);
            line.split_once("  ")
                .expect("a time")
                .1
                .trim_start()
                .to_owned()
        };
        assert_eq!(
            told(
                r#"{"seq":8,"at":0,"type":"contact.connected","contact":"c1","queue":"q","customer":"li","case":"case-1","agent":"bob","route":"owner","owner":"bob","wait_ms":4100}"#
            ),
            "8  contact.connected   c1 → bob as owner after 4.1 s owner bob in q for li case case-1"
        );
        assert_eq!(
            told(
                r#"{"seq":9,"at":0,"type":"case.handed_over","case":"k","from":"a","to":"b","reason":"leaves","by":"lead"}"#
            ),
            "9  case.handed_over    k from a to b by lead (leaves)"
        );
        assert_eq!(
            told(
                r#"{"seq":9,"at":0,"type":"contact.waiting","contact":"c","queue":"q","position":2,"why":"owner_busy_waiting"}"#
            ),
            "9  contact.waiting     c place 2 in q (owner_busy_waiting)"
        );
    }
}
