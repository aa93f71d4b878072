//! The time zone of a tenant: a name on the wire and in the file, and stored with its offsets, so that
//! a later database of zones changes no replay.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calendar::{Zone, zone};

/// A zone with its offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantZone(pub Zone);

impl Default for TenantZone {
    fn default() -> Self {
        Self(Zone::utc())
    }
}

impl Serialize for TenantZone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.name)
    }
}

impl<'de> Deserialize<'de> for TenantZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        let found = zone::resolve(&name);
        found
            .map(Self)
            .map_err(|right| D::Error::custom(format!("there is no time zone {name:?} ({right})")))
    }
}
