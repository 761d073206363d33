//! Processor time of other programs, user and system together, as the kernel accounts it.

use std::process::{Command, Stdio};

use crate::fault::Fault;

/// The kernel reports in hundredths of a second on every architecture that Linux supports today.
const TICK_MS: f64 = 10.0;

/// Runs `command` to its end and returns the processor time it and its children took, in milliseconds.
pub(crate) fn time(command: &mut Command) -> Result<f64, Fault> {
    let before = of_ended_children()?;
    let status = command.stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err(Fault::Program(
            command.get_program().to_string_lossy().into_owned(),
            status,
        ));
    }
    Ok((of_ended_children()? - before) * TICK_MS)
}

/// Ticks of all children that have ended and been waited for.
fn of_ended_children() -> Result<f64, Fault> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The second field is a name in brackets and may hold blanks; fields 16 and 17 follow.
    let (_, rest) = stat.rsplit_once(')').ok_or(Fault::NoCpuTime)?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|field| field.parse::<f64>().ok())
            .ok_or(Fault::NoCpuTime)
    };
    Ok(ticks(13)? + ticks(14)?)
}
