//! JPEG: the walk over its segments, which costs no memory, and the decoding, which does.

mod layout;
mod pixels;

pub(crate) use layout::{Layout, layout};
pub(crate) use pixels::decode;
