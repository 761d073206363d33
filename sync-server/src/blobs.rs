//! Photo files, named by their hash: in a folder, or in an S3-compatible object store.

mod disk;
mod objects;

use std::fmt;
use std::io;
use std::path::PathBuf;

use domain::{Sha256Hex, StreetId};
use uuid::Uuid;

pub use objects::Bucket;

use crate::clock::{Ids as _, RandomIds};

/// A file: the street it belongs to, and the hash of its bytes.
pub type Name = (StreetId, Sha256Hex);

/// Where photo files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Photos {
    /// In a folder; it is made where it is missing.
    Folder(PathBuf),
    /// In a bucket of an object store.
    Objects(Bucket),
}

impl fmt::Display for Photos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Objects(bucket) => bucket.fmt(f),
        }
    }
}

/// The photo files of every street. Each street has its own folder, so that a hash tells nothing across streets.
///
/// Every function waits for the disk or the network: it is called from threads that may block.
#[derive(Debug)]
pub struct Files(Kind);

#[derive(Debug)]
enum Kind {
    Disk(disk::Disk),
    Objects(objects::Objects),
}

impl Files {
    /// Opens the place.
    ///
    /// # Errors
    /// What the file system or the object store reports.
    pub fn open(photos: &Photos) -> io::Result<Self> {
        Ok(Self(match photos {
            Photos::Folder(root) => Kind::Disk(disk::Disk::open(root)?),
            Photos::Objects(bucket) => Kind::Objects(objects::Objects::open(bucket)?),
        }))
    }

    /// Writes a file so that it is whole and durable when this returns, or absent.
    /// The caller has checked that the parts hash to `sha256`. A repeat is harmless.
    ///
    /// # Errors
    /// What the file system or the object store reports, such as a full disk.
    pub fn put(&self, street: &StreetId, sha256: &Sha256Hex, parts: &[Vec<u8>], temporary: Uuid) -> io::Result<()> {
        let name = name(street, sha256);
        match &self.0 {
            Kind::Disk(disk) => disk.put(&name, parts, temporary),
            Kind::Objects(objects) => objects.put(&name, sha256, parts),
        }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// What the file system or the object store reports, such as [`io::ErrorKind::NotFound`].
    pub fn read(&self, street: &StreetId, sha256: &Sha256Hex) -> io::Result<Vec<u8>> {
        let name = name(street, sha256);
        match &self.0 {
            Kind::Disk(disk) => disk.read(&name),
            Kind::Objects(objects) => objects.read(&name),
        }
    }

    /// The bytes of a file, if it can be read and they hash to its name.
    #[must_use]
    pub fn whole(&self, street: &StreetId, sha256: &Sha256Hex) -> Option<Vec<u8>> {
        let bytes = self.read(street, sha256).ok()?;
        (crate::hash::of(&bytes) == sha256.as_str()).then_some(bytes)
    }

    /// Takes over from `other` those of the files that are not whole here. Returns how many came, and which are whole in
    /// neither place.
    ///
    /// # Errors
    /// What the file system or the object store reports of a file that is written.
    pub fn fill(&self, files: Vec<Name>, other: Option<&Self>) -> io::Result<(usize, Vec<Name>)> {
        let (mut came, mut missing) = (0, Vec::new());
        for (street, sha256) in files {
            if self.whole(&street, &sha256).is_some() {
                continue;
            }
            match other.and_then(|other| other.whole(&street, &sha256)) {
                Some(bytes) => {
                    self.put(&street, &sha256, &[bytes], RandomIds.uuid())?;
                    came += 1;
                }
                None => missing.push((street, sha256)),
            }
        }
        Ok((came, missing))
    }

    /// Removes a file that proved to be damaged, so that it is written anew.
    ///
    /// # Errors
    /// What the file system or the object store reports.
    pub fn remove(&self, street: &StreetId, sha256: &Sha256Hex) -> io::Result<()> {
        let name = name(street, sha256);
        match &self.0 {
            Kind::Disk(disk) => disk.remove(&name),
            // Writing replaces a damaged object, and the key need not be allowed to delete.
            Kind::Objects(_) => Ok(()),
        }
    }

    /// True when the file is there.
    ///
    /// # Errors
    /// What the object store reports.
    pub fn exists(&self, street: &StreetId, sha256: &Sha256Hex) -> io::Result<bool> {
        let name = name(street, sha256);
        match &self.0 {
            Kind::Disk(disk) => Ok(disk.exists(&name)),
            Kind::Objects(objects) => objects.exists(&name),
        }
    }
}

/// `street/ab/abcdef…`, the street named by the hash of its id, because an id may hold any character.
fn name(street: &StreetId, sha256: &Sha256Hex) -> String {
    let street = crate::hash::of(street.as_str());
    let sha256 = sha256.as_str();
    format!("{}/{}/{sha256}", &street[..16], sha256.get(..2).unwrap_or("__"))
}
