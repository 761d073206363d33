//! Who is asking, and what that person may do. Every handler of the office takes one of the callers of [`caller`], so its
//! signature says who may call it.

pub mod access;
pub mod caller;
pub mod cookie;
pub mod password;
pub mod peer;
pub mod secret;
pub mod throttle;

pub use access::Access;
pub use caller::Person;
