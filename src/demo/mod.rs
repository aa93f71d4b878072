//! The demo: the daemon in this process, a simulated call centre in front of its real socket.
//!
//! ```text
//! centre.toml ─▶ daemon ◀── socket ── player (replay): customers of `crowd`, agents of `centre`
//!                   └────── events ─▶ narrator ─▶ stdout, follower ─▶ follow-ups of a preset
//! ```
//!
//! Everything shown was received over the socket, as any other program would receive it. The
//! journal lives in a temporary folder that is removed with the demo.

mod centre;
mod crowd;
mod folder;
mod follower;
mod narrator;
mod page;
pub mod preset;

pub use centre::Centre;
pub use crowd::Crowd;
pub use folder::Folder;
pub use follower::Follower;
pub use narrator::Narrator;
pub use page::{Page, banner, closing};
