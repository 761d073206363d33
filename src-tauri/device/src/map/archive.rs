//! Reading a PMTiles archive through the device's file port.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::protocol::ErrorCode;
use flate2::read::GzDecoder;
use futures_util::FutureExt as _;
use pmtiles::{AsyncBackend, AsyncPmTilesReader, BackendResponse, PmtResult, TileCoord, TileType};

use crate::failure::{Failure, Result};
use crate::ports::Files;

/// The longest part of an archive that is read, in bytes. Parts are directories and tiles.
const LONGEST: usize = 4 * 1024 * 1024;
/// The most that a part may unpack to, in bytes. Tiles that a map can draw are far smaller.
const UNPACKED: u64 = 8 * 1024 * 1024;
/// How a part begins that is packed; no other packing is read here.
const GZIP: [u8; 2] = [0x1f, 0x8b];

struct Archive {
    files: Arc<dyn Files>,
    path: PathBuf,
}

impl AsyncBackend for Archive {
    async fn read(&self, offset: u64, length: usize) -> PmtResult<BackendResponse> {
        // What the archive says of itself may be wrong; no more is asked for than there is.
        let left = self.files.size(&self.path).unwrap_or(0).saturating_sub(offset);
        let length = length.min(usize::try_from(left).unwrap_or(usize::MAX));
        if length > LONGEST {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge).into());
        }
        let part = self.files.read_at(&self.path, offset, length)?;
        require_small(&part)?;
        Ok(BackendResponse::new(part.into()))
    }
}

/// Fails for a part that unpacks to more than a phone should hold. Nothing of it is kept, so that a small file that
/// unpacks to gigabytes costs no memory; the reader unpacks what passes.
fn require_small(part: &[u8]) -> io::Result<()> {
    if !part.starts_with(&GZIP) {
        return Ok(());
    }
    let unpacked = io::copy(&mut GzDecoder::new(part).take(UNPACKED + 1), &mut io::sink())?;
    if unpacked > UNPACKED {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(())
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
    require_small_root(files, path)?;
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

/// Where offset and length of the root directory stand in the head of an archive (PMTiles version 3).
const ROOT_AT: u64 = 8;
/// The same of the tiles, the last of its parts.
const TILES_AT: u64 = 56;

/// Offset and length of a part, as the head of the archive says.
fn part(files: &Arc<dyn Files>, path: &Path, at: u64) -> Result<(u64, u64)> {
    let head = files.read_at(path, at, 16)?;
    let number = |at: usize| head.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
    number(0).zip(number(8)).ok_or_else(invalid)
}

/// The reader takes the root directory out of the first bytes it reads; it is looked at here before.
fn require_small_root(files: &Arc<dyn Files>, path: &Path) -> Result<()> {
    let (offset, length) = part(files, path, ROOT_AT)?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(invalid());
    }
    require_small(&files.read_at(path, offset, length)?).map_err(|_why| invalid())
}

/// Fails when the file ends before the archive does, as after a download that broke off.
pub(super) fn require_whole(files: &Arc<dyn Files>, path: &Path) -> Result<()> {
    let (offset, length) = part(files, path, TILES_AT)?;
    let end = offset.checked_add(length);
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
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use pmtiles::PmTilesWriter;

    use super::*;
    use crate::test_support::World;

    fn archive(kind: TileType) -> Vec<u8> {
        let mut bytes = io::Cursor::new(Vec::new());
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

    /// So many megabytes of nothing, packed.
    fn bomb(megabytes: u64) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        io::copy(&mut io::repeat(0).take(megabytes << 20), &mut packed).unwrap();
        packed.finish().unwrap()
    }

    /// An archive with one tile that was packed elsewhere.
    fn with_tile(packed: &[u8]) -> Vec<u8> {
        let mut bytes = io::Cursor::new(Vec::new());
        let writer = PmTilesWriter::new(TileType::Mvt).max_zoom(14);
        let mut writer = writer
            .precompressed(pmtiles::Compression::Gzip)
            .create(&mut bytes)
            .unwrap();
        writer
            .add_tile(TileCoord::new(14, 12_345, 6_789).unwrap(), packed)
            .unwrap();
        writer.finalize().unwrap();
        bytes.into_inner()
    }

    /// An archive whose root directory is this, behind the head of 127 bytes.
    fn with_root(packed: &[u8]) -> Vec<u8> {
        let mut bytes = archive(TileType::Mvt)[..127].to_vec();
        bytes.extend(packed);
        let size = packed.len() as u64;
        for (at, number) in [
            (8, 127),
            (16, size),
            (24, 127 + size),
            (32, 0),
            (56, 127 + size),
            (64, 0),
        ] {
            bytes[at..at + 8].copy_from_slice(&u64::to_le_bytes(number));
        }
        bytes
    }

    /// The most memory this process has held so far, in megabytes.
    #[cfg(target_os = "linux")]
    fn most_held() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    #[test]
    fn a_tile_that_unpacks_without_end_is_refused_before_it_costs_memory() {
        const TILE: u64 = 64;
        let world = World::new();
        let packed = bomb(TILE);
        let upload = world.upload("city.pmtiles", &with_tile(&packed));
        world.device.import_map(&upload).unwrap();
        let ask = || world.device.tile(14, 12_345, 6_789);
        #[cfg(target_os = "linux")]
        {
            let before = most_held();
            assert_eq!(ask().unwrap_err().code, ErrorCode::MapInvalid);
            let cost = most_held() - before;
            assert!(cost < 16, "{cost} MB for a refusal");
        }
        #[cfg(not(target_os = "linux"))]
        assert_eq!(ask().unwrap_err().code, ErrorCode::MapInvalid);
        // The control: without the limit this very tile is unpacked whole.
        let mut whole = Vec::new();
        GzDecoder::new(&packed[..]).read_to_end(&mut whole).unwrap();
        assert_eq!(whole.len() as u64, TILE << 20);
        #[cfg(target_os = "linux")]
        assert!(most_held() >= TILE, "the control: the measure sees it");
    }

    #[test]
    fn a_directory_that_unpacks_beyond_the_limit_is_refused_and_one_within_it_is_read_on() {
        let files: Arc<dyn Files> = Arc::clone(&World::new().device.ports.files);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pmtiles");
        let small = |megabytes| {
            let bytes = with_root(&bomb(megabytes));
            assert!(bytes.len() < 16_384, "a root directory lies within the first 16 kB");
            files.write(&path, &bytes).unwrap();
            require_small_root(&files, &path).is_ok()
        };
        assert_eq!([small(1), small(8), small(9), small(12)], [true, true, false, false]);
        let world = World::new();
        let upload = world.upload("city.pmtiles", &with_root(&bomb(12)));
        assert_eq!(
            world.device.import_map(&upload).unwrap_err().code,
            ErrorCode::MapInvalid
        );
    }

    #[test]
    fn a_tile_as_large_as_any_that_can_be_drawn_is_served() {
        let world = World::new();
        let upload = world.upload("city.pmtiles", &with_tile(&bomb(8)));
        world.device.import_map(&upload).unwrap();
        assert_eq!(world.device.tile(14, 12_345, 6_789).unwrap().len(), 8 << 20);
        let odd = world.upload("city.pmtiles", &with_tile(&bomb(1)[..500]));
        world.device.import_map(&odd).unwrap();
        assert_eq!(
            world.device.tile(14, 12_345, 6_789).unwrap_err().code,
            ErrorCode::MapInvalid,
            "half a tile"
        );
    }
}
