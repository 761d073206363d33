//! Everything the phone does that is not Tauri: it captures reports and visits, keeps them safe, and brings them
//! to the street's server when there is a network.

pub mod view;
