//! The names and numbers of the router's entities.
//!
//! Outside, an entity has a name chosen by the client ([`Name`]); inside, a dense number that never
//! leaves the router. A name is checked once, where it is read. Names of up to 23 bytes, which most
//! are, are stored inline; longer ones are shared. So cloning a name into an event or reply
//! allocates nothing.

use std::borrow::Borrow;
use std::fmt;
use std::num::NonZeroU32;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::{SmolStr, SmolStrBuilder};

use crate::spelling::one_form;

/// The longest name in bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 128;

/// The longest idempotency key in bytes of UTF-8.
pub const KEY_BYTES_MAX: usize = 64;

/// The id of an agent, queue, skill, customer, contact, case … as its client chose it:
/// 1 to [`NAME_BYTES_MAX`] bytes of UTF-8 in the one form of `spelling`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(SmolStr);

impl Name {
    /// Makes a name of what somebody wrote, in its one form. The error says what would be valid.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = one_form(text)?;
        check_length(&text)?;
        Ok(Self(SmolStr::new(text)))
    }

    /// A name as it was stored. Earlier versions took ids that are refused today.
    pub fn stored(text: &str) -> Result<Self, String> {
        Self::check_stored(text)?;
        Ok(Self(SmolStr::new(text)))
    }

    /// Checks a stored name without making it.
    pub fn check_stored(text: &str) -> Result<(), String> {
        check_length(text)?;
        if has_control(text) {
            return Err("an id must not contain control characters".to_owned());
        }
        Ok(())
    }

    /// A name made by the program, known to be valid.
    pub fn of(text: &str) -> Self {
        debug_assert!(
            Self::check_stored(text).is_ok(),
            "a built-in name is right: {text:?}"
        );
        Self(SmolStr::new(text))
    }

    /// A name made by the program of a word and a number; the same as formatting it, at a tenth of
    /// the cost.
    pub fn numbered(word: &str, number: u64) -> Self {
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(number);
        let mut text = SmolStrBuilder::new();
        text.push_str(word);
        text.push_str(digits);
        Self(text.finish())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<[u8]> for Name {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Name;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(
                    f,
                    "a string of 1 to {NAME_BYTES_MAX} bytes without control characters"
                )
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Name, E> {
                Name::new(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

fn check_length(text: &str) -> Result<(), String> {
    match text.len() {
        0 => Err("an id must not be empty".to_owned()),
        1..=NAME_BYTES_MAX => Ok(()),
        bytes => Err(format!(
            "an id of {bytes} bytes is too long: at most {NAME_BYTES_MAX}"
        )),
    }
}

/// Whether it contains a control character. Printable ASCII, which most names are, is checked
/// without decoding.
fn has_control(text: &str) -> bool {
    let is_plain = text
        .bytes()
        .fold(true, |plain, byte| plain & (0x20..0x7f).contains(&byte));
    !is_plain && text.chars().any(char::is_control)
}

/// A client's key for a request that it may repeat, with a digest of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// 1 to [`KEY_BYTES_MAX`] bytes, as the client chose it.
    pub name: Name,
    /// A digest of method and parameters: the same key with another digest is a conflict.
    pub digest: u64,
}

/// Free text of a note, a reason or a request: at most [`TEXT_BYTES_MAX`] bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text(pub Box<str>);

/// The longest free text in bytes of UTF-8.
pub const TEXT_BYTES_MAX: usize = 4_096;

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Box<str> = Box::deserialize(deserializer)?;
        if text.len() > TEXT_BYTES_MAX {
            return Err(D::Error::custom(format!(
                "a text of {} bytes is too long: at most {TEXT_BYTES_MAX}",
                text.len()
            )));
        }
        Ok(Self(text))
    }
}

macro_rules! index {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        ///
        /// Stored one higher, so that `None` takes no extra space.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The smallest number.
            pub const FIRST: Self = Self(NonZeroU32::MIN);
            /// The largest number.
            pub const LAST: Self = Self(NonZeroU32::MAX);

            pub const fn of(n: u32) -> Self {
                Self(NonZeroU32::new(n.wrapping_add(1)).expect("fewer than 2^32 - 1 of a kind"))
            }

            pub const fn number(self) -> u32 {
                self.0.get() - 1
            }

            pub const fn at(self) -> usize {
                self.number() as usize
            }

            pub fn from_usize(n: usize) -> Self {
                Self::of(u32::try_from(n).expect("fewer than 2^32 - 1 of a kind"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.number()).finish()
            }
        }
    )*};
}

index! {
    /// An agent.
    AgentIdx,
    /// A skill.
    SkillIdx,
    /// A queue.
    QueueIdx,
    /// A customer.
    CustomerIdx,
    /// A contact. The numbers of contacts that ended long ago are reused.
    ContactIdx,
    /// A case. The numbers of cases that closed long ago are reused.
    CaseIdx,
    /// A team of agents.
    TeamIdx,
    /// A channel.
    ChannelIdx,
    /// A class of waiting contacts with equal channel and requirement.
    ClassIdx,
    /// A client program to which contacts belong (the `client` of `session.open`).
    SourceIdx,
}

/// An offer, numbered per tenant and never reused. On the wire it is `o<number>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferId(pub u64);

impl fmt::Display for OfferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "o{}", self.0)
    }
}

impl Serialize for OfferId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The same as `Display`, without the cost of formatting.
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(self.0);
        let mut text = [b'o'; 1 + u64::MAX.ilog10() as usize + 1];
        let text = &mut text[..=digits.len()];
        text[1..].copy_from_slice(digits.as_bytes());
        serializer.serialize_str(std::str::from_utf8(text).map_err(S::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for OfferId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = OfferId;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an offer such as \"o17\"")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OfferId, E> {
                let digits = text.strip_prefix('o').unwrap_or_default();
                // One spelling for each offer: no sign and no leading zero.
                let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit())
                    && (digits == "0" || !digits.starts_with('0'));
                match digits.parse() {
                    Ok(n) if is_plain => Ok(OfferId(n)),
                    _ => Err(E::custom(format!(
                        "{text:?} is not an offer: give one such as \"o17\""
                    ))),
                }
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}
