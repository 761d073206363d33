//! Photo files as objects of an S3-compatible store. An object appears whole or not at all.

use std::fmt;
use std::future::Future;
use std::io;

use domain::Sha256Hex;
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::path::Path;
use object_store::{Error, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions, PutPayload};
use tokio::runtime::Runtime;

/// A bucket, and the folder in it under which the photos lie. Keys and address of the store come from the environment,
/// under the names that S3 programs share (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL`, …).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    name: String,
    folder: String,
}

impl Bucket {
    /// Reads `s3://bucket/folder`; the folder may be missing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("s3://")?;
        let (name, folder) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
        let good = !name.is_empty() && name.chars().all(plain);
        let below = folder.trim_matches('/');
        (good && below.chars().all(|letter| plain(letter) || letter == '/')).then(|| Self {
            name: name.to_owned(),
            folder: below.to_owned(),
        })
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.name, self.folder)
    }
}

#[derive(Debug)]
pub(super) struct Objects {
    store: AmazonS3,
    folder: String,
    /// Requests run here, so that callers on any thread may wait for them.
    runtime: Option<Runtime>,
}

impl Objects {
    pub(super) fn open(bucket: &Bucket) -> io::Result<Self> {
        // The whole process uses one library for TLS; that it was chosen before is no error.
        drop(rustls::crypto::ring::default_provider().install_default());
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(&bucket.name)
            .with_checksum_algorithm(Checksum::SHA256)
            .build()
            .map_err(told)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("photo-objects")
            .enable_all()
            .build()?;
        Ok(Self {
            store,
            folder: bucket.folder.clone(),
            runtime: Some(runtime),
        })
    }

    /// Writes an object that is not there yet. The store checks the bytes by their SHA-256 on arrival; one that is there
    /// already is read and checked here, and replaced when it is something else.
    pub(super) fn put(&self, name: &str, sha256: &Sha256Hex, parts: &[Vec<u8>]) -> io::Result<()> {
        let path = self.path(name);
        let payload: PutPayload = parts.concat().into();
        let absent = PutOptions::from(PutMode::Create);
        match self.wait(self.store.put_opts(&path, payload.clone(), absent)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if crate::hash::of(self.read(name)?) == sha256.as_str() {
                    return Ok(());
                }
                self.wait(self.store.put(&path, payload)).map(drop)
            }
            written => written.map(drop),
        }
    }

    pub(super) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let path = self.path(name);
        let bytes = self.wait(async { self.store.get(&path).await?.bytes().await })?;
        Ok(bytes.into())
    }

    pub(super) fn exists(&self, name: &str) -> io::Result<bool> {
        match self.wait(self.store.head(&self.path(name))) {
            Ok(_found) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn path(&self, name: &str) -> Path {
        Path::from(format!("{}/{name}", self.folder))
    }

    fn wait<T>(&self, work: impl Future<Output = Result<T, Error>>) -> io::Result<T> {
        let runtime = self.runtime.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        runtime.block_on(work).map_err(told)
    }
}

impl Drop for Objects {
    /// The last owner may be an asynchronous task, where a runtime may not be waited for.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn told(error: Error) -> io::Error {
    let kind = if matches!(error, Error::NotFound { .. }) {
        io::ErrorKind::NotFound
    } else if matches!(error, Error::AlreadyExists { .. } | Error::Precondition { .. }) {
        io::ErrorKind::AlreadyExists
    } else if matches!(error, Error::PermissionDenied { .. } | Error::Unauthenticated { .. }) {
        io::ErrorKind::PermissionDenied
    } else {
        io::ErrorKind::Other
    };
    io::Error::new(kind, error)
}
