//! The base map: the street's own vector data, or an imported PMTiles archive.

mod archive;

use std::path::PathBuf;

use domain::protocol::WireError;

use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::ports::Topic;
use crate::view::MapView;

impl Device {
    /// The street's base map as `GeoJSON`, with a property `layer`.
    ///
    /// # Errors
    /// `not_found` before it was fetched; `phone_write`.
    pub fn base_map(&self) -> std::result::Result<Vec<u8>, WireError> {
        if self.ports.files.size(&self.basemap_path()).is_none() {
            return Err(not_found().into());
        }
        Ok(self.ports.files.read(&self.basemap_path()).map_err(Failure::from)?)
    }

    /// A vector tile of the imported map, decompressed.
    ///
    /// # Errors
    /// `not_found` where there is no tile or no imported map; `map_invalid`.
    pub fn tile(&self, z: u8, x: u32, y: u32) -> std::result::Result<Vec<u8>, WireError> {
        if self.ports.files.size(&self.imported_path()).is_none() {
            return Err(not_found().into());
        }
        let found = archive::tile(&self.ports.files, &self.imported_path(), z, x, y)?;
        found.ok_or_else(|| not_found().into())
    }

    /// Takes an uploaded PMTiles archive of vector tiles as the map. A wrong file leaves the map as it was.
    ///
    /// # Errors
    /// `map_invalid`, `not_found`, `phone_full`, `phone_write`.
    pub fn import_map(&self, upload: &str) -> std::result::Result<MapView, WireError> {
        self.keep_map(upload)?;
        self.ports.changed.changed(&[Topic::Map]);
        self.get_map()
    }

    fn keep_map(&self, upload: &str) -> Result<()> {
        let (_, path) = self.take_upload(upload)?;
        let files = &self.ports.files;
        let usable = archive::zoom(files, &path).and_then(|_| archive::require_whole(files, &path));
        if let Err(failure) = usable {
            files.remove(&path)?;
            return Err(failure);
        }
        files.sync(&path)?;
        files.rename(&path, &self.imported_path())?;
        files.sync_dir(&self.dir.join("maps"))?;
        Ok(())
    }

    /// Zoom levels of the imported map, smallest and largest, when there is one.
    pub(crate) fn imported_zoom(&self) -> Option<(u8, u8)> {
        self.ports.files.size(&self.imported_path())?;
        archive::zoom(&self.ports.files, &self.imported_path()).ok()
    }

    pub(crate) fn basemap_path(&self) -> PathBuf {
        self.dir.join("maps").join("street.json")
    }

    fn imported_path(&self) -> PathBuf {
        self.dir.join("maps").join("imported.pmtiles")
    }
}
