//! Requests by method and result.

use std::sync::OnceLock;

use metrics::Counter;

use super::{Metrics, names};
use crate::router::answer::Answer;
use crate::router::reject::{Reject, RejectKind};
use crate::wire::method::{METHODS, Method};

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    Ok,
    /// The stored answer for the same key.
    Repeated,
    Refused(RejectKind),
    /// The request could not be parsed.
    Error,
}

impl Answered {
    const COUNT: usize = 3 + RejectKind::ALL.len();

    pub fn of(outcome: &Result<Answer, Reject>) -> Self {
        match outcome {
            Ok(Answer::Repeated(_)) => Self::Repeated,
            Ok(_) => Self::Ok,
            Err(refusal) => Self::Refused(refusal.kind),
        }
    }

    fn place(self) -> usize {
        match self {
            Self::Ok => 0,
            Self::Repeated => 1,
            Self::Error => 2,
            Self::Refused(kind) => {
                3 + RejectKind::ALL
                    .iter()
                    .position(|known| *known == kind)
                    .expect("every kind is in the list of all")
            }
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Repeated => "repeated",
            Self::Error => "error",
            Self::Refused(kind) => kind.as_str(),
        }
    }
}

type Row = [OnceLock<Counter>; Answered::COUNT];

/// The counters, made when first needed. The last row is for requests that name no method.
pub struct Requests {
    rows: Vec<Row>,
}

impl Default for Requests {
    fn default() -> Self {
        let row = || std::array::from_fn(|_| OnceLock::new());
        Self {
            rows: std::iter::repeat_with(row)
                .take(METHODS.len() + 1)
                .collect(),
        }
    }
}

impl Metrics {
    pub fn count_request(&self, method: Option<&'static Method>, answered: Answered) {
        let place = method.map_or(METHODS.len(), Method::place);
        let name = method.map_or("unknown", |method| method.name);
        let counter = self.requests.rows[place][answered.place()].get_or_init(|| {
            self.counter(
                &names::REQUESTS,
                &[("method", name), ("result", answered.as_str())],
            )
        });
        counter.increment(1);
    }
}
