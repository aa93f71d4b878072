//! How a closed set of words is made: an enum, each variant of which has one spelling.

/// Defines enums whose variants are words in small letters (`WrapUp` is `wrap_up`), unless one is
/// given another by `serde(rename)` and `strum(serialize)`.
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

            /// Every word as it is written, in the order of the enum.
            pub const WORDS: &'static [&'static str] = <Self as strum::VariantNames>::VARIANTS;

            /// The word as it is written.
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
