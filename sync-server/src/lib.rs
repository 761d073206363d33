//! The street's server: takes what phones captured, gives each report to exactly one queue, and tells everyone who
//! may know what became of it.

pub mod alarm;
pub mod auth;
pub mod backup;
pub mod blobs;
pub mod bundle;
pub mod caller;
pub mod case_files;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod config;
pub mod demo;
pub mod durable;
pub mod encoding;
pub mod failure;
pub mod fence;
pub mod handshake;
pub mod hash;
pub mod household_files;
pub mod household_history;
pub mod import;
pub mod intake;
pub mod live;
pub mod office;
pub mod people;
pub mod phone;
pub mod photo_files;
pub mod places;
pub mod pull;
pub mod routes;
pub mod rows;
pub mod rules;
pub mod seed;
pub mod server;
pub mod setup;
pub mod store;
pub mod stray_files;
pub mod street_settings;
pub mod upload;

pub use failure::{Failure, Outcome};
