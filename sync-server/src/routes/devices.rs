//! The street's phones: when they were last heard of, what they still hold, and their revocation.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use domain::fleet::{self, PhoneState, Worry};
use domain::protocol::RevokeOrder;
use domain::{DeviceId, ErrorCode, ReceivedAt, StreetId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Route;
use super::body::{Named, Sent};
use crate::Outcome;
use crate::auth::caller::DeviceKeeper;
use crate::server::Server;
use crate::store::devices::DeviceRecord;
use crate::store::{StoreError, Tx, audit, devices, parked, people};

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
    /// What it is to do once it is revoked.
    pub order: RevokeOrder,
    /// When it said that it removes everything.
    pub wiped_at: Option<ReceivedAt>,
    /// Names of others who signed in on it before and whose work it still sends.
    pub others: Vec<String>,
    /// The device that it was before it took a name of its own: its memory is a copy of that one's, or was set back. Each is
    /// revoked by itself.
    pub forked_from: Option<DeviceId>,
    /// What it holds, as far as it has said.
    pub holds: Option<Holds>,
    /// Mutations of it that wait here for a person.
    pub parked: u32,
    /// Why somebody should look after it, the gravest first.
    pub worries: Vec<Worry>,
}

/// What a phone last said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Holds {
    /// Mutations without a verdict.
    pub unsent: u32,
    /// Photo files not yet stored here.
    pub photos_unsent: u32,
    /// When the oldest of the mutations was made, by the server's clock.
    pub oldest_unsent_at: Option<ReceivedAt>,
    /// Code of its last sync failure.
    pub last_error: Option<String>,
    /// How often rows there differed from those here, and were mended.
    pub divergences: u32,
    /// Free space, in bytes.
    pub free_bytes: Option<u64>,
    /// The server's clock minus the phone's, in milliseconds, where it is set wrong.
    pub clock_skew_ms: Option<i64>,
    /// When it said so.
    pub said_at: ReceivedAt,
}

impl Holds {
    fn of(device: &DeviceRecord) -> Option<Self> {
        let said = device.announce.clone()?;
        let said_at = device.announced_at.or(device.last_seen_at)?;
        Some(Self {
            unsent: said.unsent,
            photos_unsent: said.photos_unsent,
            oldest_unsent_at: said
                .oldest_unsent_ms
                .map(|age| ReceivedAt(said_at.0.saturating_sub(age))),
            last_error: said.last_error,
            divergences: said.divergences,
            free_bytes: said.free_bytes,
            clock_skew_ms: said.clock_skew_ms,
            said_at,
        })
    }
}

/// The street's phones, judged together.
struct Fleet {
    newest_app: String,
    names: BTreeMap<UserId, String>,
    users: BTreeMap<DeviceId, Vec<UserId>>,
    parked: BTreeMap<DeviceId, u32>,
    now: ReceivedAt,
}

impl Fleet {
    fn of(tx: &Tx<'_>, street: &StreetId, phones: &[DeviceRecord], now: ReceivedAt) -> Result<Self, StoreError> {
        let in_use = phones.iter().filter(|phone| !phone.revoked);
        let newest_app = fleet::newest(in_use.map(|phone| phone.app_version.as_str())).unwrap_or_default();
        Ok(Self {
            newest_app: newest_app.to_owned(),
            names: people::names(tx, street)?,
            users: devices::users_of_all(tx, street)?,
            parked: parked::of_devices(tx, street)?,
            now,
        })
    }

    fn view(&self, device: DeviceRecord) -> (PhoneState, DeviceView) {
        let name = |user: &UserId| self.names.get(user).cloned().unwrap_or_default();
        let user_name = name(&device.user);
        let before = self.users.get(&device.id).into_iter().flatten();
        let others = before.filter(|user| **user != device.user).map(name).collect();
        let holds = Holds::of(&device);
        let state = PhoneState {
            oldest_unsent_at: holds.as_ref().and_then(|holds| holds.oldest_unsent_at),
            unsent: holds
                .as_ref()
                .map_or(0, |holds| holds.unsent.saturating_add(holds.photos_unsent)),
            free_bytes: holds.as_ref().and_then(|holds| holds.free_bytes),
            heard_at: device.last_seen_at.unwrap_or(device.enrolled_at),
            app_version: device.app_version.clone(),
            wrong_clock: holds.as_ref().is_some_and(|holds| holds.clock_skew_ms.is_some()),
            parked: self.parked.get(&device.id).copied().unwrap_or(0),
            revoked: device.revoked,
            wiped: device.wiped_at.is_some(),
        };
        let view = DeviceView {
            id: device.id,
            user: device.user,
            user_name,
            name: device.name,
            app_version: device.app_version,
            enrolled_at: device.enrolled_at,
            last_seen_at: device.last_seen_at,
            revoked: device.revoked,
            order: device.order,
            wiped_at: device.wiped_at,
            others,
            forked_from: device.forked_from,
            holds,
            parked: state.parked,
            worries: state.worries(&self.newest_app, self.now),
        };
        (state, view)
    }
}

/// What a revoked phone is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// The order; a lock when absent. It may be changed for as long as the phone has not removed everything.
    #[serde(default)]
    pub order: RevokeOrder,
}

/// Every phone, the one that needs somebody most first.
#[utoipa::path(get, path = "/v1/devices", tag = "devices", security(("session" = [])),
    responses((status = 200, body = Vec<DeviceView>)))]
pub async fn list_devices(
    DeviceKeeper(keeper): DeviceKeeper,
    State(server): State<Server>,
) -> Outcome<Json<Vec<DeviceView>>> {
    let now = server.now();
    server
        .store
        .read(move |tx| {
            let all = devices::all(tx, &keeper.street)?;
            let fleet = Fleet::of(tx, &keeper.street, &all, now)?;
            let mut seen = all.into_iter().map(|device| fleet.view(device)).collect::<Vec<_>>();
            seen.sort_by(|(one, view), (other, others)| one.worse_first(&view.worries, other, &others.worries));
            Ok(seen.into_iter().map(|(_, view)| view).collect())
        })
        .await
        .map(Json)
}

/// Revokes a phone: it is shown nothing any more, and does as ordered at its next contact.
#[utoipa::path(post, path = "/v1/devices/{id}/revoke", tag = "devices", security(("session" = [], "office" = [])),
    params(("id" = DeviceId, Path)), request_body = RevokeRequest, responses((status = 200, body = DeviceView)))]
pub async fn revoke_device(
    DeviceKeeper(keeper): DeviceKeeper,
    State(server): State<Server>,
    Named(id): Named<DeviceId>,
    Sent(asked): Sent<RevokeRequest>,
) -> Outcome<Json<DeviceView>> {
    let now = server.clock.now();
    let note = server.ids.uuid();
    server
        .store
        .write(move |tx| {
            let known = devices::by_id(tx, id)?.filter(|device| device.street == keeper.street);
            let known = known.ok_or(ErrorCode::NotFound)?;
            let news = !known.revoked || known.order != asked.order;
            // Also of one that has said farewell: nobody knows who said so, or whether it was done.
            if news {
                devices::revoke(tx, &keeper.street, (id, asked.order), keeper.user, now)?;
                audit::note(
                    tx,
                    &keeper.street,
                    (note, now),
                    Some(keeper.user),
                    "device.revoke",
                    ("device", &id),
                )?;
            }
            let now_known = devices::by_id(tx, id)?.ok_or(ErrorCode::NotFound)?;
            let all = devices::all(tx, &keeper.street)?;
            let fleet = Fleet::of(tx, &keeper.street, &all, now)?;
            Ok(fleet.view(now_known).1)
        })
        .await
        .map(Json)
}
