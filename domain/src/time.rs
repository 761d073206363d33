//! Instants. Device time and server time are different types: a phone's clock may be wrong by years,
//! so limits run on [`ReceivedAt`] and only promises to a resident start at [`CapturedAt`].

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

macro_rules! instants {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
        #[serde(transparent)]
        #[ts(export, type = "number")]
        #[schema(value_type = i64)]
        pub struct $name(pub i64);

        impl $name {
            /// Milliseconds since 1970-01-01T00:00:00Z.
            #[must_use]
            pub fn millis(self) -> i64 {
                self.0
            }
        }
    )+};
}

instants! {
    /// When the device says a thing was captured, in milliseconds since the Unix epoch, by the device's clock.
    CapturedAt,
    /// When the server received a thing, in milliseconds since the Unix epoch, by the server's clock.
    ReceivedAt,
}
