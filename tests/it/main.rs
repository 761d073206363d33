//! Stories and claims about the whole of it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod architecture;
