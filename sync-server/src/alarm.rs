//! A restore that nobody told of: the street is closed to writing, and whoever looks after the server is called.
//!
//! Going on would be worse. Revisions would be given a second time, and phones that hold what was lost would believe it
//! delivered. `sync-server restore --in-place` begins a new history, in which they offer it again.

use domain::ErrorCode;

use crate::server::Server;
use crate::store::devices::DeviceRecord;
use crate::store::incidents::{self, Incident, IncidentKind};
use crate::store::streets;
use crate::{Failure, Outcome};

/// Closes the street of a phone that has seen more than the street has. Returns what the phone is told.
pub async fn restored_unnoticed(server: &Server, device: &DeviceRecord) -> Failure {
    match close(server, device).await {
        Ok(()) => ErrorCode::ReadOnly.into(),
        Err(failure) => failure,
    }
}

async fn close(server: &Server, device: &DeviceRecord) -> Outcome<()> {
    let (street, now, id) = (device.street.clone(), server.now(), server.ids.uuid());
    let incident = Incident {
        kind: IncidentKind::CursorAhead,
        device: Some(device.id),
        mutation: None,
        details: serde_json::Value::Null,
    };
    let closed = server
        .store
        .write(move |tx| {
            let closed = streets::close(tx, &street, now)?;
            if closed {
                incidents::insert(tx, &street, id, &incident, now)?;
            }
            Ok(closed)
        })
        .await?;
    if closed {
        tracing::error!(device = %device.id, "a phone has seen more than the street has: the database was restored and \
            nobody said so; nothing is written until `sync-server restore --in-place`");
    }
    Ok(())
}
