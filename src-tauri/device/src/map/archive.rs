//! Reading a PMTiles archive through the device's file port.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::protocol::ErrorCode;
use futures_util::FutureExt as _;
use pmtiles::{AsyncBackend, AsyncPmTilesReader, BackendResponse, PmtResult, TileCoord, TileType};

use crate::failure::{Failure, Result};
use crate::ports::Files;

struct Archive {
    files: Arc<dyn Files>,
    path: PathBuf,
}

impl AsyncBackend for Archive {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        // What the archive says of itself may be wrong; no more is asked for than there is.
        let left = self.files.size(&self.path).unwrap_or(0).saturating_sub(offset);
        let length = length.min(usize::try_from(left).unwrap_or(usize::MAX));
        Ok(BackendResponse::new(
            self.files.read_at(&self.path, offset, length)?.into(),
        ))
    }
}

fn invalid() -> Failure {
    Failure::from(ErrorCode::MapInvalid)
}

/// Reading files never waits, so the reader's futures are ready at once.
fn now<T>(reading: impl Future<Output = PmtResult<T>>) -> Result<T> {
    reading
        .now_or_never()
        .and_then(std::result::Result::ok)
        .ok_or_else(invalid)
}

fn open(files: &Arc<dyn Files>, path: &Path) -> Result<AsyncPmTilesReader<Archive>> {
    let archive = Archive {
        files: Arc::clone(files),
        path: path.to_owned(),
    };
    let reader = now(AsyncPmTilesReader::try_from_source(archive))?;
    if reader.get_header().tile_type == TileType::Mvt {
        Ok(reader)
    } else {
        Err(invalid())
    }
}

/// Where offset and length of the tiles stand in the head of an archive, the last of its parts (PMTiles version 3).
const TILES_AT: u64 = 56;

/// Fails when the file ends before the archive does, as after a download that broke off.
pub(super) fn require_whole(files: &Arc<dyn Files>, path: &Path) -> Result<()> {
    let head = files.read_at(path, TILES_AT, 16)?;
    let number = |at: usize| head.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
    let end = number(0)
        .zip(number(8))
        .and_then(|(offset, length)| offset.checked_add(length));
    let size = files.size(path).unwrap_or(0);
    if end.is_some_and(|end| end <= size) {
        Ok(())
    } else {
        Err(invalid())
    }
}

/// Smallest and largest zoom of an archive of vector tiles.
pub(super) fn zoom(files: &Arc<dyn Files>, path: &Path) -> Result<(u8, u8)> {
    let reader = open(files, path)?;
    Ok((reader.get_header().min_zoom, reader.get_header().max_zoom))
}

/// One tile, decompressed.
pub(super) fn tile(files: &Arc<dyn Files>, path: &Path, z: u8, x: u32, y: u32) -> Result<Option<Vec<u8>>> {
    let Ok(at) = TileCoord::new(z, x, y) else {
        return Ok(None);
    };
    let reader = open(files, path)?;
    Ok(now(reader.get_tile_decompressed(at))?.map(|bytes| bytes.to_vec()))
}

#[cfg(test)]
mod tests {
    use pmtiles::PmTilesWriter;

    use super::*;
    use crate::test_support::World;

    fn archive(kind: TileType) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let mut writer = PmTilesWriter::new(kind).max_zoom(14).create(&mut bytes).unwrap();
        writer
            .add_tile(TileCoord::new(14, 12_345, 6_789).unwrap(), b"a vector tile")
            .unwrap();
        writer.finalize().unwrap();
        bytes.into_inner()
    }

    #[test]
    fn an_imported_map_serves_its_tiles_decompressed_after_a_restart() {
        let mut world = World::new();
        let upload = world.upload("city.pmtiles", &archive(TileType::Mvt));
        let view = world.device.import_map(&upload).unwrap();
        assert_eq!(view.base, crate::view::MapBase::Imported);
        world.restart();
        assert_eq!(world.device.tile(14, 12_345, 6_789).unwrap(), b"a vector tile");
        assert_eq!(world.device.tile(14, 1, 1).unwrap_err().code, ErrorCode::NotFound);
        assert_eq!(world.device.tile(3, 900, 900).unwrap_err().code, ErrorCode::NotFound);
    }

    #[test]
    fn a_file_that_is_no_vector_map_is_refused_and_the_map_stays() {
        let world = World::new();
        let good = world.upload("city.pmtiles", &archive(TileType::Mvt));
        world.device.import_map(&good).unwrap();
        let whole = archive(TileType::Mvt);
        for bad in [archive(TileType::Png), b"not a map".to_vec(), whole[..100].to_vec()] {
            let upload = world.upload("bad.pmtiles", &bad);
            assert_eq!(
                world.device.import_map(&upload).unwrap_err().code,
                ErrorCode::MapInvalid
            );
        }
        assert!(world.device.tile(14, 12_345, 6_789).is_ok());
    }
}
