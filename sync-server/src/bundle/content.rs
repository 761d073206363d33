//! What is in a bundle, read from the file piece by piece. Nothing of it is believed before its seal was checked.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};

use domain::protocol::{
    BUNDLE_HEAD_BYTES, BundleHead, BundleKey, MAX_BLOB_BYTES, MAX_BUNDLE_ITEMS, MAX_BUNDLE_RECORD_BYTES, Mutation,
    Opener, PIECE_BYTES, PIECE_LENGTH_BYTES,
};
use domain::{ErrorCode, Sha256Hex};
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::encoding::parse;
use crate::{Failure, Outcome, hash};

/// All records of a bundle together, in bytes: they are held in memory.
const MAX_RECORDS_BYTES: usize = 64 * 1024 * 1024;

/// An opened bundle. Its photos are still in the file.
pub(super) struct Content {
    pub(super) head: BundleHead,
    pub(super) mutations: Vec<Mutation>,
    plain: Plain<BufReader<File>>,
    /// The next photo.
    photo: usize,
}

impl Content {
    /// Reads what a bundle says of itself, and its mutations.
    pub(super) fn open(mut file: File, key: &BundleKey) -> Outcome<Self> {
        file.rewind()?;
        let mut plain = Plain::open(BufReader::new(file), key)?;
        let mut room = MAX_RECORDS_BYTES;
        let head: BundleHead = plain.record(&mut room)?;
        let mutations = usize::try_from(head.mutations).unwrap_or(usize::MAX);
        if mutations.max(head.photos.len()) > MAX_BUNDLE_ITEMS {
            return Err(Failure::refused(
                ErrorCode::TooLarge,
                json!({ "limit": MAX_BUNDLE_ITEMS }),
            ));
        }
        let sound = |size: u64| (1..=MAX_BLOB_BYTES).contains(&size);
        if !head
            .photos
            .iter()
            .all(|photo| photo.sha256.is_well_formed() && sound(photo.size))
        {
            return Err(ErrorCode::BundleDamaged.into());
        }
        let mutations = (0..mutations)
            .map(|_| plain.record(&mut room))
            .collect::<Outcome<_>>()?;
        Ok(Self {
            head,
            mutations,
            plain,
            photo: 0,
        })
    }

    /// Reads to the end: every photo is what its name says, nothing is missing, and nothing follows.
    pub(super) fn check(mut self) -> Outcome<()> {
        let mut part = vec![0; PIECE_BYTES];
        for photo in &self.head.photos {
            let (mut hasher, mut left) = (Sha256::new(), usize::try_from(photo.size).unwrap_or(usize::MAX));
            while left > 0 {
                let now = &mut part[..left.min(PIECE_BYTES)];
                self.plain.fill(now)?;
                hasher.update(&*now);
                left -= now.len();
            }
            if hash::hex(hasher.finalize()) != photo.sha256.as_str() {
                return Err(ErrorCode::BundleDamaged.into());
            }
        }
        self.plain.end()
    }

    /// The next photo file, whole; nothing after the last.
    pub(super) fn next_photo(&mut self) -> Outcome<Option<(Sha256Hex, Vec<u8>)>> {
        let Some(photo) = self.head.photos.get(self.photo) else {
            return Ok(None);
        };
        let mut bytes = vec![0; usize::try_from(photo.size).unwrap_or(0)];
        self.plain.fill(&mut bytes)?;
        self.photo += 1;
        Ok(Some((photo.sha256.clone(), bytes)))
    }
}

/// The unsealed content of a file.
struct Plain<R> {
    file: R,
    opener: Opener,
    piece: Vec<u8>,
    /// How much of the piece was handed out.
    at: usize,
}

impl<R: Read> Plain<R> {
    fn open(mut file: R, key: &BundleKey) -> Outcome<Self> {
        let mut head = [0; BUNDLE_HEAD_BYTES];
        exact(&mut file, &mut head)?;
        Ok(Self {
            opener: key.open(&head)?,
            file,
            piece: Vec::new(),
            at: 0,
        })
    }

    fn next(&mut self) -> Outcome<()> {
        let mut length = [0; PIECE_LENGTH_BYTES];
        exact(&mut self.file, &mut length)?;
        let mut sealed = vec![0; self.opener.sealed_bytes(length)?];
        exact(&mut self.file, &mut sealed)?;
        self.piece = self.opener.piece(length, &sealed)?;
        self.at = 0;
        Ok(())
    }

    fn fill(&mut self, mut wanted: &mut [u8]) -> Outcome<()> {
        while !wanted.is_empty() {
            if self.at == self.piece.len() {
                self.next()?;
            }
            let now = wanted.len().min(self.piece.len() - self.at);
            let (part, rest) = wanted.split_at_mut(now);
            part.copy_from_slice(&self.piece[self.at..self.at + now]);
            self.at += now;
            wanted = rest;
        }
        Ok(())
    }

    fn record<T: DeserializeOwned>(&mut self, room: &mut usize) -> Outcome<T> {
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        let limit = MAX_BUNDLE_RECORD_BYTES.min(*room);
        if length > limit {
            return Err(Failure::refused(ErrorCode::TooLarge, json!({ "limit": limit })));
        }
        *room -= length;
        let mut bytes = vec![0; length];
        self.fill(&mut bytes)?;
        parse(&bytes).map_err(|_odd| ErrorCode::BundleDamaged.into())
    }

    /// Checks that the last piece was read to its end, and that nothing follows it.
    fn end(mut self) -> Outcome<()> {
        while self.at == self.piece.len() && !self.opener.ended() {
            self.next()?;
        }
        let whole = self.at == self.piece.len() && self.file.read(&mut [0])? == 0;
        if whole {
            Ok(())
        } else {
            Err(ErrorCode::BundleDamaged.into())
        }
    }
}

fn exact(file: &mut impl Read, bytes: &mut [u8]) -> Outcome<()> {
    file.read_exact(bytes).map_err(|error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            ErrorCode::BundleDamaged.into()
        } else {
            error.into()
        }
    })
}
