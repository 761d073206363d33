//! The street's phones: when they were last heard of, what they still hold, and their revocation.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use domain::protocol::Announcement;
use domain::{DeviceId, ErrorCode, ReceivedAt, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Route;
use super::body::Named;
use crate::Outcome;
use crate::auth::caller::DeviceKeeper;
use crate::server::Server;
use crate::store::devices::DeviceRecord;
use crate::store::{StoreError, Tx, audit, devices, people};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::GET,
            path: "/v1/devices",
            access: DeviceKeeper::ACCESS,
            handler: get(list_devices),
        },
        Route {
            method: Method::POST,
            path: "/v1/devices/{id}/revoke",
            access: DeviceKeeper::ACCESS,
            handler: post(revoke_device),
        },
    ]
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeviceView {
    /// Name.
    pub id: DeviceId,
    /// Whose phone it is.
    pub user: UserId,
    /// The person's name.
    pub user_name: String,
    /// What the phone calls itself.
    pub name: String,
    /// Version of its app.
    pub app_version: String,
    /// When it was enrolled.
    pub enrolled_at: ReceivedAt,
    /// When it was last heard of.
    pub last_seen_at: Option<ReceivedAt>,
    /// True once it was revoked.
    pub revoked: bool,
    /// What it last said about itself: unsent work above all.
    pub announce: Option<Announcement>,
}

fn view(tx: &Tx<'_>, device: DeviceRecord) -> Result<DeviceView, StoreError> {
    let user_name = people::get(tx, &device.street, device.user)?.map_or_else(String::new, |person| person.name);
    Ok(DeviceView {
        id: device.id,
        user: device.user,
        user_name,
        name: device.name,
        app_version: device.app_version,
        enrolled_at: device.enrolled_at,
        last_seen_at: device.last_seen_at,
        revoked: device.revoked,
        announce: device.announce,
    })
}

/// Every phone, the newest first.
#[utoipa::path(get, path = "/v1/devices", tag = "devices", security(("session" = [])),
    responses((status = 200, body = Vec<DeviceView>)))]
pub async fn list_devices(
    DeviceKeeper(keeper): DeviceKeeper,
    State(server): State<Server>,
) -> Outcome<Json<Vec<DeviceView>>> {
    server
        .store
        .read(move |tx| {
            let all = devices::all(tx, &keeper.street)?;
            Ok(all
                .into_iter()
                .map(|device| view(tx, device))
                .collect::<Result<_, _>>()?)
        })
        .await
        .map(Json)
}

/// Revokes a phone: its token stops working at once. Work it has not sent stays on it.
#[utoipa::path(post, path = "/v1/devices/{id}/revoke", tag = "devices", security(("session" = [], "office" = [])),
    params(("id" = DeviceId, Path)), responses((status = 200, body = DeviceView)))]
pub async fn revoke_device(
    DeviceKeeper(keeper): DeviceKeeper,
    State(server): State<Server>,
    Named(id): Named<DeviceId>,
) -> Outcome<Json<DeviceView>> {
    let now = server.clock.now();
    let note = server.ids.uuid();
    server
        .store
        .write(move |tx| {
            let known = devices::by_id(tx, id)?.filter(|device| device.street == keeper.street);
            let known = known.ok_or(ErrorCode::NotFound)?;
            if !known.revoked {
                devices::revoke(tx, &keeper.street, id, keeper.user, now)?;
                audit::note(
                    tx,
                    &keeper.street,
                    (note, now),
                    Some(keeper.user),
                    "device.revoke",
                    ("device", &id),
                )?;
            }
            Ok(view(tx, DeviceRecord { revoked: true, ..known })?)
        })
        .await
        .map(Json)
}
