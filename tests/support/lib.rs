//! What the story tests share: a street with its people, their phones, the server, and the network between them.
//! Phones run the real engine and requests reach the real router, in one process, on a clock that only moves when
//! everybody waits.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

pub mod clock;
pub mod crash;
pub mod crew;
pub mod disk;
pub mod faults;
pub mod fuse;
pub mod gates;
pub mod ground;
pub mod network;
pub mod office;
pub mod phone;
pub mod picture;
pub mod process;
pub mod promises;
pub mod proxy;
pub mod real;
pub mod record;
pub mod rest;
pub mod seeded;
pub mod sentences;
pub mod server;
pub mod street;
pub mod way;
pub mod world;

pub use world::World;
