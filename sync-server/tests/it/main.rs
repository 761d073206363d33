//! The server from the outside: requests in, answers out, on a real database and real files in a temporary folder.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is its failure")]

#[path = "../shared/engine.rs"]
mod engine;

mod acts;
mod blobs;
mod doors;
mod early;
mod elsewhere;
mod encoding;
mod enrol;
mod fleet;
mod golden;
mod merge;
mod migrate;
mod objects;
mod processes;
mod pull;
mod push;
mod race;
mod trust;
mod visits;
#[path = "../../../tests/doors/words.rs"]
mod words;
mod world;
