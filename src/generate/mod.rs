//! Generation: arrivals and agents drawn from a model.
//!
//! The same model and seed give the same bytes. The arrivals are a Poisson process whose rate
//! changes by the hour; part of them are customers who come back on the same matter.

mod agents;
mod arrivals;
mod error;
mod law;
mod model;
mod span;
mod week;

pub use agents::write as write_agents;
pub use arrivals::write as write_arrivals;
pub use error::GenerateError;
pub use model::Model;
