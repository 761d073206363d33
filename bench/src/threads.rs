//! Processor time of the server's threads alone, although the clients run in the same process.

use crate::fault::Fault;

/// The name that every thread of the server's runtime carries.
pub(crate) const SERVER: &str = "server";
/// The thread that writes to the database.
const WRITER: &str = "store-writer";

/// What the calling thread has used up to now, in milliseconds.
pub(crate) fn own_ms() -> Result<f64, Fault> {
    used_ms(&std::fs::read_to_string("/proc/thread-self/schedstat")?)
}

/// The first number is nanoseconds on a processor.
fn used_ms(schedstat: &str) -> Result<f64, Fault> {
    let ns: Option<f64> = schedstat.split(' ').next().and_then(|ns| ns.parse().ok());
    Ok(ns.ok_or(Fault::NoCpuTime)? / 1e6)
}

/// What the server's threads have used up to now, in milliseconds.
pub(crate) fn server_ms() -> Result<f64, Fault> {
    let mut total = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let folder = task?.path();
        // A thread may end while the list is read.
        let (Ok(name), Ok(times)) = (
            std::fs::read_to_string(folder.join("comm")),
            std::fs::read_to_string(folder.join("schedstat")),
        ) else {
            continue;
        };
        if [SERVER, WRITER].contains(&name.trim()) {
            total += used_ms(&times)?;
        }
    }
    Ok(total)
}
