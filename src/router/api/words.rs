//! The macro for closed sets of words: an enum whose variants have one spelling each.

/// Defines enums whose variants are words in snake case (`WrapUp` is `wrap_up`), unless
/// `serde(rename)` and `strum(serialize)` give another.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($variants:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize, strum::IntoStaticStr, strum::VariantArray, strum::VariantNames,
        )]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case", const_into_str)]
        pub enum $name { $($variants)* }

        impl $name {
            /// Every word, in the order of the enum.
            pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

            /// The spelling of every word, in the order of the enum.
            pub const WORDS: &'static [&'static str] = <Self as strum::VariantNames>::VARIANTS;

            /// The spelling of the word.
            pub const fn as_str(self) -> &'static str {
                self.into_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
pub(crate) use words;
