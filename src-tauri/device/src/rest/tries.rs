//! Wrong PINs: counted on the disk before each try, so that ending the app gives no further one, and answered by waits
//! that grow. Waiting runs on the clock that cannot be set, from the try or from the app's start.

use std::path::{Path, PathBuf};

use super::envelope::replace;
use crate::failure::Result;
use crate::ports::Files;

/// Wrong PINs that cost no wait.
const FREE: u32 = 4;
/// Waits after those, in seconds; the last one stays.
const WAITS_S: [i64; 4] = [30, 60, 120, 300];

/// Milliseconds to wait after so many wrong PINs in a row.
pub(crate) fn wait_ms(wrong: u32) -> i64 {
    let Some(over) = wrong.checked_sub(FREE + 1) else {
        return 0;
    };
    let at = usize::try_from(over).unwrap_or(usize::MAX).min(WAITS_S.len() - 1);
    WAITS_S[at] * 1_000
}

/// Wrong PINs in a row. A file that cannot be read counts as many.
pub(crate) fn read(dir: &Path, files: &dyn Files) -> u32 {
    if files.size(&path(dir)).is_none() {
        return 0;
    }
    let text = files.read(&path(dir)).unwrap_or_default();
    std::str::from_utf8(&text)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(u32::MAX)
}

/// Keeps the number, durably.
pub(crate) fn write(dir: &Path, wrong: u32, files: &dyn Files) -> Result<()> {
    Ok(replace(dir, &path(dir), wrong.to_string().as_bytes(), files)?)
}

fn path(dir: &Path) -> PathBuf {
    dir.join("tries")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_slips_cost_nothing_and_then_waits_grow_to_five_minutes() {
        let waits: Vec<i64> = (0..12).map(|wrong| wait_ms(wrong) / 1_000).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 300, 300, 300, 300]);
        assert_eq!(wait_ms(u32::MAX), 300_000);
    }
}
