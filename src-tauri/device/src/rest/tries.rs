//! Wrong PINs: counted on the disk before each try, so that ending the app gives no further one, and answered by waits
//! that grow. Waiting runs on the clock that cannot be set, from the try or from the app's start. The count is written over
//! where it lies, so that a full disk neither stops the counting nor shuts anybody out.

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
    let path = path(dir);
    // Always of the largest number's length: nothing of the one before is left behind it.
    let text = format!("{wrong:010}");
    if files.size(&path).is_none() {
        return Ok(replace(dir, &path, text.as_bytes(), files)?);
    }
    files.overwrite(&path, text.as_bytes())?;
    Ok(files.sync(&path)?)
}

fn path(dir: &Path) -> PathBuf {
    dir.join("tries")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::DiskFiles;

    #[test]
    fn a_count_of_an_earlier_version_is_read_and_written_over() {
        let dir = tempfile::tempdir().unwrap();
        for (text, wrong) in [("3", 3), ("12", 12), ("4294967295", u32::MAX)] {
            DiskFiles.write(&path(dir.path()), text.as_bytes()).unwrap();
            assert_eq!(read(dir.path(), &DiskFiles), wrong);
            write(dir.path(), wrong.saturating_add(1), &DiskFiles).unwrap();
            assert_eq!(read(dir.path(), &DiskFiles), wrong.saturating_add(1));
        }
        write(dir.path(), 0, &DiskFiles).unwrap();
        assert_eq!(read(dir.path(), &DiskFiles), 0);
    }

    #[test]
    fn four_slips_cost_nothing_and_then_waits_grow_to_five_minutes() {
        let waits: Vec<i64> = (0..12).map(|wrong| wait_ms(wrong) / 1_000).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 300, 300, 300, 300]);
        assert_eq!(wait_ms(u32::MAX), 300_000);
    }
}
