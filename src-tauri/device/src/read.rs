//! What the interface reads: the server's rows with this phone's own unanswered changes on top.

mod cases;
mod edits;
mod households;
mod lock;
mod maps;
mod own;
mod reference;
mod reports;
mod standing;
mod sync_sheet;
mod today;

pub(crate) use edits::{Change, read as read_edit};
pub(crate) use households::Home;
pub(crate) use own::photos;
pub(crate) use reports::{problems, urgency};
pub(crate) use sync_sheet::{door, item_kind};
