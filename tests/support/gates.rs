//! Servers with one known fault each. Most are controls: the checker must catch every one of them, and each behaves well
//! as long as its fault is not met. Two are troubles that a phone must live with.

mod blobs;
mod epoch;
mod push;
mod rows;
mod stuck;
mod wire;

pub use blobs::{RefusesPhoto, SaysStored};
pub use epoch::HidesRestore;
pub use push::{ChokesOn, ForgetsWhatItHas, KnowsNumbersOnly, ThanksWhenFull};
pub use rows::{KeepsScope, SkipsRows, WithoutDigests};
pub use stuck::{BlocksAfter, Ignores, IgnoresFormer, RefusesWrongClocks, WipesAtOnce};
