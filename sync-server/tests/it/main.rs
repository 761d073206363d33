//! The server from the outside: requests in, answers out, on a real database and real files in a temporary folder.

mod acts;
mod blobs;
mod encoding;
mod enrol;
mod pull;
mod push;
mod visits;
mod world;
