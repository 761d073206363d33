//! Stories and claims about the whole of it. What each file holds stands in its first line.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::print_stdout, reason = "a proof says what it found")]

mod agreement;
mod architecture;
mod bundle;
mod chaos;
mod copies;
mod decoders;
mod fleet;
mod killed;
mod leaving_phones;
mod ninety_reports;
mod poison;
mod power;
mod repeats;
mod shared_phones;
mod simnet;
mod storm;
mod trouble;

/// A number that the environment gives.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// How many times longer than in a daily run.
fn scale() -> u64 {
    number("PROVE_SCALE").unwrap_or(1)
}
