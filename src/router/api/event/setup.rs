//! Events of queues, settings, kinds, calendars and the server: that they were set, not their
//! content.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::router::api::ids::Name;

#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "queue.", serialize_all = "snake_case", const_into_str)]
pub enum QueueEvent {
    Set { queue: Name },
    Removed { queue: Name },
}

#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "settings.", serialize_all = "snake_case", const_into_str)]
pub enum SettingsEvent {
    Set,
}

#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "kind.", serialize_all = "snake_case", const_into_str)]
pub enum KindEvent {
    Set { kind: Name },
    Removed { kind: Name },
}

#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "calendar.", serialize_all = "snake_case", const_into_str)]
pub enum CalendarEvent {
    Set { calendar: Name },
    Removed { calendar: Name },
}

#[derive(Clone, Debug, PartialEq, Serialize, IntoStaticStr, VariantNames)]
#[strum(prefix = "server.", serialize_all = "snake_case", const_into_str)]
pub enum ServerEvent {
    /// The configuration file was reloaded.
    Reloaded,
}
