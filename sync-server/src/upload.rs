//! A photo file on its way in: wanted or not, in chunks or at once, checked against its name, then on the disk.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::protocol::{BlobAnswer, OfferLine, RowType};
use domain::{DeviceId, ErrorCode, Sha256Hex, StreetId};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::server::Server;
use crate::store::photos::{self, PhotoUse, Subject};
use crate::store::{Edit, StoreError, Tx, blobs, streets};
use crate::{Failure, Outcome, hash};

/// The server's word on one file.
///
/// # Errors
/// What the engine reports.
pub fn offer(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Result<BlobAnswer, StoreError> {
    if blobs::stored(tx, street, sha256)?.is_some() {
        return Ok(BlobAnswer::Have);
    }
    let uses = photos::uses(tx, street, sha256)?;
    if uses.is_empty() {
        return Ok(BlobAnswer::Unknown);
    }
    if !uses.iter().any(|one| one.wanted) && !photos::original_asked(tx, street, sha256)? {
        return Ok(BlobAnswer::NotAsked);
    }
    Ok(BlobAnswer::Want {
        offset: blobs::arrived(tx, street, sha256)?,
    })
}

/// Files that the street says it has, and that are not at their place: a copy that was put back, or a machine that took over,
/// may lack the newest. Whoever offers one can send it again.
///
/// # Errors
/// What the object store reports.
pub async fn lost(server: &Server, street: &StreetId, lines: &[OfferLine]) -> Outcome<Vec<Sha256Hex>> {
    let have = lines.iter().filter(|line| line.answer == BlobAnswer::Have);
    let names: Vec<Sha256Hex> = have.map(|line| line.sha256.clone()).collect();
    if names.is_empty() {
        return Ok(names);
    }
    let (files, street) = (Arc::clone(&server.files), street.clone());
    let look = move || {
        let mut lost = Vec::new();
        for name in names {
            if !files.exists(&street, &name)? {
                lost.push(name);
            }
        }
        Ok::<_, std::io::Error>(lost)
    };
    let looked = tokio::task::spawn_blocking(look).await;
    Ok(looked.map_err(|_panicked| Failure::Panicked)??)
}

/// Forgets that the street has these files.
///
/// # Errors
/// What the engine reports.
pub async fn forget(server: &Server, street: &StreetId, lost: Vec<Sha256Hex>) -> Outcome<()> {
    tracing::warn!(
        files = lost.len(),
        "photo files are not at their place and are asked for again"
    );
    let street = street.clone();
    let write = server.store.write(move |tx| {
        for sha256 in &lost {
            blobs::forget(tx, &street, sha256)?;
        }
        Ok(())
    });
    write.await
}

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that have arrived.
    pub offset: u64,
    /// True once the whole file is stored.
    pub stored: bool,
    /// Of a stored file: a revision of the street that has it.
    pub street_rev: Option<u64>,
}

/// How far a file has come.
///
/// # Errors
/// [`ErrorCode::BlobUnknown`] when no mutation names it or nobody asked for this original.
pub fn state(tx: &Tx<'_>, street: &StreetId, sha256: &Sha256Hex) -> Outcome<Progress> {
    match offer(tx, street, sha256)? {
        BlobAnswer::Have => Ok(Progress {
            offset: blobs::stored(tx, street, sha256)?.unwrap_or(0),
            stored: true,
            street_rev: Some(streets::rev(tx, street)?),
        }),
        BlobAnswer::Want { offset } => Ok(Progress {
            offset,
            stored: false,
            street_rev: None,
        }),
        BlobAnswer::Unknown | BlobAnswer::NotAsked => Err(ErrorCode::BlobUnknown.into()),
    }
}

/// One file of one phone.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The street.
    pub street: StreetId,
    /// The phone.
    pub device: DeviceId,
    /// The file's name.
    pub sha256: Sha256Hex,
}

impl Upload {
    /// Takes a whole file.
    ///
    /// # Errors
    /// [`ErrorCode::BlobUnknown`], [`ErrorCode::HashMismatch`], [`ErrorCode::DiskFull`].
    pub async fn whole(self, server: &Server, bytes: Vec<u8>) -> Outcome<Progress> {
        let before = self.read(server, state).await?;
        if before.stored {
            return Ok(before);
        }
        self.finish(server, vec![bytes]).await
    }

    /// Takes the next chunk; with `complete`, or when every byte is there, the file is checked and stored.
    ///
    /// # Errors
    /// As [`Upload::whole`], [`ErrorCode::OffsetMismatch`] with the right `{offset}`, and [`ErrorCode::TooLarge`] for
    /// bytes beyond the size that the mutation said.
    pub async fn chunk(self, server: &Server, offset: u64, bytes: Vec<u8>, complete: bool) -> Outcome<Progress> {
        let (mine, now) = (self.clone(), server.now());
        let (arrived, whole) = server
            .store
            .write(move |tx| mine.append(tx, offset, bytes, now))
            .await?;
        if arrived.stored || !(complete || whole) {
            return Ok(arrived);
        }
        let parts = self
            .read(server, |tx, street, sha256| Ok(blobs::chunks(tx, street, sha256)?))
            .await?;
        self.finish(server, parts).await
    }

    async fn read<T: Send + 'static>(
        &self,
        server: &Server,
        work: impl FnOnce(&Tx<'_>, &StreetId, &Sha256Hex) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let mine = self.clone();
        server.store.read(move |tx| work(tx, &mine.street, &mine.sha256)).await
    }

    /// Returns how far the file has come, and whether that is all of it.
    fn append(&self, tx: &Tx<'_>, offset: u64, bytes: Vec<u8>, now: domain::ReceivedAt) -> Outcome<(Progress, bool)> {
        let before = state(tx, &self.street, &self.sha256)?;
        if before.stored {
            return Ok((before, true));
        }
        if offset != before.offset {
            return Err(Failure::refused(
                ErrorCode::OffsetMismatch,
                json!({ "offset": before.offset }),
            ));
        }
        let size = said_size(&photos::uses(tx, &self.street, &self.sha256)?);
        let after = before.offset + bytes.len() as u64;
        if after > size {
            return Err(Failure::refused(ErrorCode::TooLarge, json!({ "limit": size })));
        }
        if !bytes.is_empty() {
            blobs::append(tx, &self.street, &self.sha256, offset, bytes, now)?;
        }
        Ok((
            Progress {
                offset: after,
                stored: false,
                street_rev: None,
            },
            after == size,
        ))
    }

    /// Checks the hash, writes the file, and only then says that it is stored.
    async fn finish(self, server: &Server, parts: Vec<Vec<u8>>) -> Outcome<Progress> {
        let (files, mine, temporary) = (Arc::clone(&server.files), self.clone(), server.ids.uuid());
        let written = tokio::task::spawn_blocking(move || {
            let mut hasher = Sha256::new();
            parts.iter().for_each(|part| hasher.update(part));
            if hash::hex(hasher.finalize()) != mine.sha256.as_str() {
                return Ok(None);
            }
            files.put(&mine.street, &mine.sha256, &parts, temporary)?;
            Ok::<_, std::io::Error>(Some(parts.iter().map(|part| part.len() as u64).sum::<u64>()))
        })
        .await
        .map_err(|_panicked| Failure::Panicked)??;
        let Some(size) = written else {
            let mine = self.clone();
            server
                .store
                .write(move |tx| Ok(blobs::drop_chunks(tx, &mine.street, &mine.sha256)?))
                .await?;
            return Err(ErrorCode::HashMismatch.into());
        };
        metrics::counter!("blob_bytes_stored").increment(size);
        let (ids, now) = (Arc::clone(&server.ids), server.now());
        let rev = server
            .store
            .write(move |tx| {
                let edit = Edit::new(tx, self.street.clone(), now, ids.as_ref());
                stored(&edit, &self.sha256, size, Some(self.device))?;
                Ok(edit.seal()?.rev)
            })
            .await?;
        Ok(Progress {
            offset: size,
            stored: true,
            street_rev: Some(rev),
        })
    }
}

/// The size that the mutations said; the largest where they disagree, because the hash decides in the end.
fn said_size(uses: &[PhotoUse]) -> u64 {
    uses.iter()
        .map(|one| one.size)
        .max()
        .unwrap_or(0)
        .min(domain::protocol::MAX_BLOB_BYTES)
}

/// Notes that a file lies on the disk; every case that shows it gets a new revision, so that office and phone see it.
///
/// # Errors
/// What the engine reports.
pub fn stored(edit: &Edit<'_>, sha256: &Sha256Hex, size: u64, by: Option<DeviceId>) -> Result<(), StoreError> {
    blobs::drop_chunks(edit.tx, &edit.street, sha256)?;
    if !blobs::insert(edit.tx, &edit.street, sha256, size, by, edit.now)? {
        return Ok(());
    }
    let uses = photos::uses(edit.tx, &edit.street, sha256)?;
    let subjects: BTreeSet<Subject> = uses.iter().map(|one| one.subject).collect();
    for subject in subjects {
        match subject {
            Subject::Case(case) => edit.touch(RowType::Case, case),
            Subject::Visit(visit) => edit.touch(RowType::Visit, visit),
            Subject::Stray(_) => edit.unseen(),
        }
    }
    if photos::original_settled(edit.tx, &edit.street, sha256)? {
        edit.touch(RowType::OriginalRequest, sha256);
    }
    Ok(())
}
