//! The running server: its store, files, clock and hub, shared by every handler.

use std::path::Path;
use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue};
use domain::protocol::{BundleKey, EPOCH_HEADER, Line, ServerKey, Statement};
use domain::{Epoch, ErrorCode, ReceivedAt, StreetId};

use crate::blobs::Files;
use crate::clock::{Clock, Ids};
use crate::fence::{Fence, Mark};
use crate::office::Office;
use crate::places::Places;
use crate::store::{Database, Edit, Store, StoreError, Tx, server};
use crate::{Failure, Outcome};

/// Connections for reading. More than the machine's cores bring nothing; fewer let one slow list delay the next.
const READERS: usize = 4;

/// The running server. Clones share it.
#[derive(Clone)]
pub struct Server {
    /// The database.
    pub store: Store,
    /// Photo files.
    pub files: Arc<Files>,
    /// The data folder, for files that are looked at and dropped.
    pub folder: Arc<Path>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Identity of this unbroken history.
    pub epoch: Epoch,
    /// What tells a restored database from one that went on.
    pub fence: Fence,
    /// Signs what phones rely on.
    pub key: Arc<ServerKey>,
    /// Opens what phones sealed for this server.
    pub bundle_key: Arc<BundleKey>,
    /// Settings of the office side.
    pub office: Arc<Office>,
}

impl Server {
    /// Opens a data folder, see [`Places::in_folder`].
    ///
    /// # Errors
    /// As [`Server::open_at`].
    pub fn open(folder: &Path, office: Office, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, StoreError> {
        Self::open_at(&Places::in_folder(folder), office, clock, ids)
    }

    /// Opens database and photos. What is missing is made.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::Corrupt`], or what the file system, PostgreSQL or the object store reports.
    pub fn open_at(
        places: &Places,
        office: Office,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, StoreError> {
        if let Database::File(path) = &places.database
            && let Some(folder) = path.parent()
        {
            std::fs::create_dir_all(folder)?;
        }
        let store = Store::open(&places.database, READERS)?;
        let files = Arc::new(Files::open(&places.photos)?);
        let fence = Fence::of(&places.database);
        let (fresh, now, known) = (Arc::clone(&ids), clock.now(), fence.clone());
        let (epoch, mark, keys) = store
            .write_blocking(move |tx| {
                let epoch = known.settle(tx, fresh.as_ref(), now)?;
                let keys = (
                    server::key(tx, fresh.as_ref())?,
                    server::bundle_key(tx, fresh.as_ref())?,
                );
                Ok((epoch, Mark::of(tx, epoch)?, keys))
            })
            .map_err(only_store)?;
        fence.write(&mark)?;
        Ok(Self {
            store,
            files,
            folder: places.folder.as_path().into(),
            clock,
            ids,
            epoch,
            fence,
            key: Arc::new(keys.0),
            bundle_key: Arc::new(keys.1),
            office: Arc::new(office),
        })
    }

    /// Now, by the server's clock.
    #[must_use]
    pub fn now(&self) -> ReceivedAt {
        self.clock.now()
    }

    /// The header that tells this server's history.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] should the epoch not be fit for a header.
    pub fn epoch_header(&self) -> Outcome<(HeaderName, HeaderValue)> {
        let epoch = HeaderValue::from_str(&self.epoch.to_string()).or(Err(ErrorCode::Internal))?;
        Ok((HeaderName::from_static(EPOCH_HEADER), epoch))
    }

    /// Signs what an answer confirms; nothing when it confirms nothing.
    #[must_use]
    pub fn signed(&self, street_rev: u64, lines: Vec<Line>) -> Option<String> {
        let statement = Statement {
            epoch: self.epoch,
            street_rev,
            lines,
        };
        (!statement.lines.is_empty()).then(|| self.key.sign(&statement))
    }

    /// Runs `work` in a write transaction of one street, seals it and answers once it is on the disk.
    ///
    /// # Errors
    /// What `work` returns, after its writes were undone; or what the store reports.
    pub async fn edit<T, F>(&self, street: StreetId, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Edit<'_>) -> Outcome<T> + Clone + Send + 'static,
    {
        let (ids, now) = (Arc::clone(&self.ids), self.now());
        self.store
            .write(move |tx| edit_in(tx, street, now, ids.as_ref(), work))
            .await
    }

    /// As [`Server::edit`], for callers outside of the asynchronous runtime.
    ///
    /// # Errors
    /// As [`Server::edit`].
    pub fn edit_blocking<T, F>(&self, street: StreetId, work: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: FnOnce(&Edit<'_>) -> Outcome<T> + Clone + Send + 'static,
    {
        let (ids, now) = (Arc::clone(&self.ids), self.now());
        self.store
            .write_blocking(move |tx| edit_in(tx, street, now, ids.as_ref(), work))
    }
}

/// The part of a failure that opening can meet.
fn only_store(failure: Failure) -> StoreError {
    match failure {
        Failure::Store(error) => error,
        Failure::Refused(error) => StoreError::NotCommitted(error.code),
        Failure::File(error) => StoreError::File(error),
        Failure::Panicked => StoreError::Closed,
    }
}

fn edit_in<T>(
    tx: &Tx<'_>,
    street: StreetId,
    now: ReceivedAt,
    ids: &dyn Ids,
    work: impl FnOnce(&Edit<'_>) -> Outcome<T>,
) -> Outcome<T> {
    let edit = Edit::new(tx, street, now, ids);
    let done = work(&edit)?;
    edit.seal()?;
    Ok(done)
}
