//! The office side from the outside: who may do what, what is masked, and what is never lost.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

#[path = "../shared/engine.rs"]
mod engine;

mod acts;
mod api;
mod authorisation;
mod border;
mod case;
mod dispute;
mod doors;
mod history;
mod import;
mod people;
mod phone;
mod privacy;
mod program;
mod session;
mod setup;
mod strays;
mod street;
#[path = "../../../tests/doors/words.rs"]
mod words;
mod world;
