//! From borrowed parts of a frame to parts that own their text.
//!
//! Owns: how each kind of member is taken over. Must not know: what any part means.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::Serializer;

use super::{
    ButtonResponseKind, CardActionKind, ContentType, Direction, Envelope, MediaType, MessageKind,
    MessageStatus, OfferingKind, OriginatingEntity,
};
use crate::frame::TypingNotice;
use crate::sensitive::Sensitive;

pub(super) trait IntoOwned {
    type Owned;

    fn into_owned(self) -> Self::Owned;
}

impl IntoOwned for Cow<'_, str> {
    type Owned = Cow<'static, str>;

    fn into_owned(self) -> Cow<'static, str> {
        Cow::Owned(Cow::<str>::into_owned(self))
    }
}

impl IntoOwned for Sensitive<'_> {
    type Owned = Sensitive<'static>;

    fn into_owned(self) -> Self::Owned {
        Sensitive::into_owned(self)
    }
}

impl<T: IntoOwned, U: IntoOwned> IntoOwned for (T, U) {
    type Owned = (T::Owned, U::Owned);

    fn into_owned(self) -> Self::Owned {
        (self.0.into_owned(), self.1.into_owned())
    }
}

impl<T: IntoOwned> IntoOwned for Option<T> {
    type Owned = Option<T::Owned>;

    fn into_owned(self) -> Self::Owned {
        self.map(T::into_owned)
    }
}

impl<T: IntoOwned> IntoOwned for Vec<T> {
    type Owned = Vec<T::Owned>;

    fn into_owned(self) -> Self::Owned {
        // A loop, and no collecting, of which each type would have a copy several times as large.
        let mut owned = Vec::with_capacity(self.len());
        for element in self {
            owned.push(element.into_owned());
        }
        owned
    }
}

macro_rules! already_owned {
    ($($plain:ty),* $(,)?) => {$(
        impl IntoOwned for $plain {
            type Owned = Self;

            fn into_owned(self) -> Self {
                self
            }
        }
    )*};
}

already_owned!(
    bool,
    u16,
    u64,
    Duration,
    String,
    ButtonResponseKind,
    CardActionKind,
    ContentType,
    Direction,
    Envelope,
    MediaType,
    MessageKind,
    MessageStatus,
    OfferingKind,
    OriginatingEntity,
    TypingNotice,
);

/// Gives a struct its `into_owned`, from the list of its members.
macro_rules! owned {
    ($name:ident { $($member:ident),* $(,)? }) => {
        impl $name<'_> {
            /// The same, owning all of its text.
            #[must_use]
            pub fn into_owned(self) -> $name<'static> {
                $name {
                    $($member: $crate::frame::server::owned::IntoOwned::into_owned(self.$member),)*
                }
            }
        }

        impl $crate::frame::server::owned::IntoOwned for $name<'_> {
            type Owned = $name<'static>;

            fn into_owned(self) -> Self::Owned {
                self.into_owned()
            }
        }
    };
}
pub(super) use owned;

/// Writes a time span as whole milliseconds.
#[expect(clippy::ref_option, reason = "the signature is serde's")]
pub(super) fn millis<S: Serializer>(
    span: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match span {
        Some(span) => serializer.serialize_u64(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)),
        None => serializer.serialize_none(),
    }
}
