//! Bringing what was captured to the server, and the server's rows to the phone.
//!
//! `plan` decides what to do next from values alone; the other modules do it. Nothing here holds a database lock
//! while it waits for the network.

pub(crate) mod address;
mod agree;
mod announce;
mod apply;
mod ask;
mod backoff;
mod basemap;
mod bundle_key;
pub(crate) mod engine;
mod enrol;
mod exchange;
mod fork;
mod http;
mod live;
mod notice;
mod offer;
pub mod packing;
mod plan;
mod pull;
mod push;
pub(crate) mod rule;
mod run;
mod signed;
mod situation;
mod switch;
mod upload;
mod wipe;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use backoff::{Lane, Lanes};
pub(crate) use bundle_key::{BUNDLE_KEY, KnownKey};
pub(crate) use exchange::{Call, Fault};
pub use http::HttpTransport;
pub(crate) use notice::news;
pub(crate) use rule::Allowance;
pub(crate) use run::run_loop;
pub(crate) use situation::{SETTINGS, lane_of};
pub(crate) use wipe::{WIPED, is_to_go, is_wiping};
