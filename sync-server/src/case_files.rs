//! Cases as the office works on them: lists, one case whole, acts. What a person may see of a case is decided here, once.

mod act;
mod detail;
mod list;
mod masking;

pub(crate) use act::actor;
pub use act::{act, choose_grid};
pub use detail::open;
pub use list::{Wanted, list, wanted};
