//! Plain data that leaves out, in text, what stands at its default.
//!
//! The journal and the image are written field by field and need all of them; a reader of text
//! need not be told of what a tenant does not use. The fields that may be left out stand last in
//! their struct.

/// Implements `Serialize` for a struct: every field in binary form, in text without those of the
/// second list that are at their default. A field that is in neither list does not compile.
macro_rules! sparse {
    ($type:ident { $($field:ident),* $(,)? } may leave out { $($spare:ident),* $(,)? }) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;
                let text = serializer.is_human_readable();
                let Self { $($field,)* $($spare,)* } = self;
                let fields = [$(stringify!($field),)* $(stringify!($spare),)*].len();
                let mut out = serializer.serialize_struct(stringify!($type), fields)?;
                $(out.serialize_field(stringify!($field), $field)?;)*
                $(if text && $crate::router::api::sparse::is_default($spare) {
                    out.skip_field(stringify!($spare))?;
                } else {
                    out.serialize_field(stringify!($spare), $spare)?;
                })*
                out.end()
            }
        }
    };
}
pub(in crate::router) use sparse;

/// Whether a value is the one that counts where none is given.
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
