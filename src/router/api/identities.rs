//! Lists of identities in the settings: those that are nobody, and those that many persons share.

use serde::{Deserialize, Deserializer, Serialize};

use super::ids::Name;
use super::number::at_most;

/// The most identities of one list.
pub const LISTED_MAX: usize = 10_000;

/// What telephony platforms send where a number is withheld or not known. The last five spell
/// "anonymous", "restricted", "blocked", "unknown" and "unavailable" on the keys of a telephone.
const NOBODY: [&str; 14] = [
    "tel:",
    "tel:anonymous",
    "unknown",
    "private",
    "restricted",
    "unavailable",
    "withheld",
    "blocked",
    "0",
    "tel:+266696687",
    "tel:+7378742833",
    "tel:+2562533",
    "tel:+8656696",
    "tel:+86282452253",
];

/// Identities, in the order of what is compared. A number or a word is found with `tel:`, with
/// `sip:` before any host, and without a scheme; everything else only as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Identities(Vec<Name>);

impl Identities {
    pub fn new(mut listed: Vec<Name>) -> Self {
        for one in &mut listed {
            if let Some(lower) = lower(one.as_str()) {
                *one = Name::of(&lower);
            }
        }
        listed.sort_by(|a, b| entry_key(a.as_str()).cmp(entry_key(b.as_str())));
        listed.dedup_by(|a, b| entry_key(a.as_str()) == entry_key(b.as_str()));
        Self(listed)
    }

    /// Those that are nobody where nothing else is set.
    pub fn nobody() -> Self {
        Self::new(NOBODY.iter().map(|one| Name::of(one)).collect())
    }

    pub fn as_slice(&self) -> &[Name] {
        &self.0
    }

    /// Whether an identity is on the list.
    pub fn has(&self, identity: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let lower = lower(identity);
        let identity = lower.as_deref().unwrap_or(identity);
        self.has_key(key(identity)) || (identity.contains('@') && self.has_key(identity))
    }

    fn has_key(&self, key: &str) -> bool {
        let found = self
            .0
            .binary_search_by(|one| entry_key(one.as_str()).cmp(key));
        found.is_ok()
    }
}

impl<'de> Deserialize<'de> for Identities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        at_most::<LISTED_MAX, Vec<Name>, _>(deserializer).map(Self::new)
    }
}

/// A number or word in lower case; `None` = it is so already, or of another scheme, where letters
/// count.
fn lower(identity: &str) -> Option<String> {
    let is_lower = !identity.bytes().any(|byte| byte.is_ascii_uppercase());
    let (scheme, _) = identity.split_once(':').unwrap_or(("tel", identity));
    let is_telephone = ["tel", "sip", "sips"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    (!is_lower && is_telephone).then(|| identity.to_ascii_lowercase())
}

/// What is compared of an entry: one with a host means that host only.
fn entry_key(entry: &str) -> &str {
    if entry.contains('@') {
        return entry;
    }
    key(entry)
}

/// What is compared of an identity: of `tel:` and `sip:` the number or word alone.
fn key(identity: &str) -> &str {
    if let Some(number) = identity.strip_prefix("tel:") {
        return number;
    }
    let address = identity
        .strip_prefix("sip:")
        .or_else(|| identity.strip_prefix("sips:"));
    match address {
        Some(address) => address.split(['@', ';']).next().unwrap_or(address),
        None => identity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withheld_number_is_nobody_in_every_form() {
        let nobody = Identities::nobody();
        for identity in [
            "tel:",
            "tel:anonymous",
            "tel:Anonymous",
            "Anonymous",
            "sip:anonymous@anonymous.invalid",
            "sips:Unknown@10.0.0.1",
            "sip:+266696687@pbx.example;user=phone",
            "unknown",
            "tel:unavailable",
            "0",
            "tel:0",
            "tel:+266696687",
        ] {
            assert!(nobody.has(identity), "{identity}");
        }
        for identity in [
            "tel:+8613800138000",
            "tel:110",
            "wechat:anonymous",
            "wechat:0",
            "li",
            "anonymous-3",
            "mail:unknown@x.cn",
            "tel:+26669668",
        ] {
            assert!(!nobody.has(identity), "{identity}");
        }
    }

    #[test]
    fn an_entry_with_a_host_means_that_host() {
        let list = |one: &str| Identities::new(vec![Name::of(one)]);
        assert!(list("sip:desk@pbx.example").has("sip:Desk@pbx.example"));
        assert!(!list("sip:desk@pbx.example").has("sip:desk@other.example"));
        assert!(!list("sip:desk@pbx.example").has("desk"));
        assert!(list("wechat:Guest").has("wechat:Guest"));
        assert!(!list("wechat:Guest").has("wechat:guest"));
        assert!(list("tel:+861012345678").has("sip:+861012345678@pbx.example"));
    }
}
