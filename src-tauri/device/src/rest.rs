//! The phone at rest: both databases and every file with a person's content lie encrypted on its disk, with a key that is
//! nowhere on it in the clear.

pub(crate) mod envelope;
pub(crate) mod gone;
mod key;
pub(crate) mod moving;
pub(crate) mod sealed;
pub(crate) mod tries;

pub use envelope::PinCost;
pub use key::DataKey;
