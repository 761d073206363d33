//! `photo://localhost/<sha256>`: a photo file of this phone, or of the server while it can be reached.

use device::Device;
use domain::Sha256Hex;
use domain::protocol::WireError;

use super::{Found, not_found};

/// The file named by its hash. Its bytes never change, so it may be kept for ever.
pub(super) fn find(device: &Device, path: &str) -> Result<Found, WireError> {
    let sha256 = Sha256Hex::from(path);
    if !sha256.is_well_formed() {
        return Err(not_found());
    }
    // This thread is one of those that may wait.
    let (bytes, mime) = tauri::async_runtime::block_on(device.open_photo(&sha256))?;
    Ok(Found {
        bytes,
        mime,
        cache: "private, max-age=31536000, immutable",
    })
}
