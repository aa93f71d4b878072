//! Probability distributions of durations.

use rand::Rng;
use rand_distr::{Distribution, Exp, Gamma, LogNormal};
use serde::Deserialize;

use super::span::Span;

/// A distribution of durations, as written in a model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "law", rename_all = "lowercase", deny_unknown_fields)]
pub enum Law {
    /// Always the same.
    Fixed {
        value: Span,
    },
    Exponential {
        mean: Span,
    },
    /// By mean and coefficient of variation (standard deviation ÷ mean).
    Lognormal {
        mean: Span,
        cv: f64,
    },
    Gamma {
        mean: Span,
        cv: f64,
    },
    /// Observed values, each with a weight (1 if none are given).
    Empirical {
        values: Vec<Span>,
        #[serde(default)]
        weights: Vec<f64>,
    },
}

impl Law {
    /// An error if its parameters are out of range.
    pub fn check(&self) -> Result<(), String> {
        let above_zero = |mean: &Span| {
            if mean.0 > 0 {
                Ok(())
            } else {
                Err("mean must be above 0".to_owned())
            }
        };
        match self {
            Self::Fixed { .. } => Ok(()),
            Self::Exponential { mean } => above_zero(mean),
            Self::Lognormal { mean, cv } | Self::Gamma { mean, cv } => {
                if !(cv.is_finite() && *cv > 0.0) {
                    return Err(format!("cv = {cv} must be above 0"));
                }
                above_zero(mean)
            }
            Self::Empirical { values, weights } => {
                let right = weights.iter().all(|w| w.is_finite() && *w >= 0.0);
                if values.is_empty() {
                    Err("values must not be empty".to_owned())
                } else if !weights.is_empty() && weights.len() != values.len() {
                    Err(format!(
                        "{} weights for {} values: give as many",
                        weights.len(),
                        values.len()
                    ))
                } else if !right || (!weights.is_empty() && weights.iter().sum::<f64>() <= 0.0) {
                    Err("weights must be 0 or more, and one above 0".to_owned())
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Draws a duration in whole milliseconds.
    pub fn draw(&self, random: &mut impl Rng) -> i64 {
        let rounded = |ms: f64| ms.round().max(0.0) as i64;
        match self {
            Self::Fixed { value } => value.0,
            Self::Exponential { mean } => {
                Exp::new(1.0 / mean.0 as f64).map_or(mean.0, |law| rounded(law.sample(random)))
            }
            Self::Lognormal { mean, cv } => {
                let variance = (1.0 + cv * cv).ln();
                let location = (mean.0 as f64).ln() - variance / 2.0;
                LogNormal::new(location, variance.sqrt())
                    .map_or(mean.0, |law| rounded(law.sample(random)))
            }
            Self::Gamma { mean, cv } => {
                let shape = 1.0 / (cv * cv);
                Gamma::new(shape, mean.0 as f64 / shape)
                    .map_or(mean.0, |law| rounded(law.sample(random)))
            }
            Self::Empirical { values, weights } => {
                let place = if weights.is_empty() {
                    random.random_range(0..values.len())
                } else {
                    weighted(weights.iter().copied(), random)
                };
                values[place].0
            }
        }
    }
}

/// Draws an index with probability in proportion to its weight.
pub(super) fn weighted(
    weights: impl ExactSizeIterator<Item = f64> + Clone,
    random: &mut impl Rng,
) -> usize {
    let last = weights.len().saturating_sub(1);
    let mut rest = random.random::<f64>() * weights.clone().sum::<f64>();
    for (place, weight) in weights.enumerate() {
        rest -= weight;
        if rest < 0.0 {
            return place;
        }
    }
    last
}
