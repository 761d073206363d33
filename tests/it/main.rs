//! Stories and claims about the whole of it. What each file holds stands in its first line.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::print_stdout, reason = "a proof says what it found")]

mod architecture;
mod ninety_reports;
mod power;
mod repeats;
mod simnet;
mod trouble;
