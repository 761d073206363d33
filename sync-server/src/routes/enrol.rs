//! `POST /v1/enrol`, `/v1/fork`, `/v1/switch` and `/v1/wiped`: how a phone becomes a device of a street, whose it is, and how
//! it ends.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use domain::protocol::{
    Announcement, EnrolRequest, EnrolResponse, ForkRequest, Profile, RevokeOrder, SwitchRequest, WipedRequest,
};
use domain::{DeviceId, ErrorCode, Problem, ProblemKind, ReceivedAt, StreetId, UserId};
use serde_json::json;

use super::Route;
use crate::auth::Access;
use crate::auth::peer::Peer;
use crate::encoding::{Wire, spoken};
use crate::phone::{Known, Phone, revoked};
use crate::server::Server;
use crate::store::devices::{self, DeviceRecord};
use crate::store::incidents::{self, Incident, IncidentKind};
use crate::store::{Tx, areas, codes, profiles};
use crate::{Failure, Outcome, hash};

/// Every body here is far smaller.
const MAX_BYTES: usize = 16 * 1024;
/// Characters of a device's name that are kept.
const MAX_NAME: usize = 80;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::POST,
            path: "/v1/enrol",
            access: Access::Public,
            handler: post(enrol),
        },
        Route {
            method: Method::POST,
            path: "/v1/fork",
            access: Known::ACCESS,
            handler: post(fork),
        },
        Route {
            method: Method::POST,
            path: "/v1/switch",
            access: Phone::ACCESS,
            handler: post(switch),
        },
        Route {
            method: Method::POST,
            path: "/v1/wiped",
            access: Known::ACCESS,
            handler: post(note_wiped),
        },
    ]
}

/// Makes a phone a device of the street, with a one-time code of the office.
#[utoipa::path(post, path = "/v1/enrol", tag = "sync",
    request_body = EnrolRequest, responses((status = 200, body = EnrolResponse)))]
pub async fn enrol(
    State(server): State<Server>,
    peer: Peer,
    Wire(request): Wire<EnrolRequest, MAX_BYTES>,
) -> Outcome<Json<EnrolResponse>> {
    spoken(request.proto)?;
    well_formed(&request.token)?;
    let now = server.now();
    let wait = |seconds: u64| Failure::refused(ErrorCode::TooManyTries, json!({ "retry_after_s": seconds }));
    server.office.throttle.take(peer.0, "enrol", now).map_err(wait)?;
    let profile = server.store.write(move |tx| enrol_in(tx, &request, now)).await?;
    server.office.throttle.succeeded(peer.0, "enrol");
    metrics::counter!("enrolments").increment(1);
    Ok(Json(joined(&server, profile, now)))
}

fn joined(server: &Server, profile: Profile, now: ReceivedAt) -> EnrolResponse {
    EnrolResponse {
        profile,
        epoch: server.epoch,
        server_ms: now.0,
        key: Some(server.key.public()),
        order: None,
    }
}

/// 32 bytes as base64url without padding are 43 characters.
fn well_formed(token: &str) -> Outcome<()> {
    if token.len() == 43
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    {
        return Ok(());
    }
    let problem = Problem {
        field: "token".to_owned(),
        problem: ProblemKind::Malformed,
    };
    Err(Failure::refused(ErrorCode::Invalid, json!({ "problems": [problem] })))
}

/// A repeat by the same phone with the same token finds its enrolment; everyone else finds a used code.
fn enrol_in(tx: &Tx<'_>, request: &EnrolRequest, now: ReceivedAt) -> Outcome<Profile> {
    let code = codes::get(tx, &codes::hash(&request.code))?.ok_or(ErrorCode::CodeInvalid)?;
    let token_hash = hash::of(&request.token);
    if let Some(used) = code.used_device {
        let same = devices::by_id(tx, used)?
            .is_some_and(|device| device.id == request.device && device.token_hash == token_hash && !device.revoked);
        return if same {
            says(tx, &code.street, request.device, request.announce.as_ref(), now)?;
            profile_of(tx, &code.street, code.user, now)
        } else {
            Err(ErrorCode::CodeInvalid.into())
        };
    }
    if code.expires_at <= now || areas::roles(tx, &code.street, code.user)?.is_none() {
        return Err(ErrorCode::CodeInvalid.into());
    }
    let name = request.device_name.chars().take(MAX_NAME).collect();
    add(
        tx,
        &code.street,
        code.user,
        (request.device, token_hash),
        (name, request.app_version.clone(), None),
        now,
    )?;
    codes::used(tx, &code.code_hash, request.device, now)?;
    says(tx, &code.street, request.device, request.announce.as_ref(), now)?;
    profile_of(tx, &code.street, code.user, now)
}

/// A phone that joins may hold work of before: the office sees it from the first moment.
fn says(
    tx: &Tx<'_>,
    street: &StreetId,
    device: DeviceId,
    announce: Option<&Announcement>,
    now: ReceivedAt,
) -> Outcome<()> {
    let said = announce.map(|said| said.clone().within_limits());
    Ok(devices::heard(tx, street, device, said.as_ref(), now)?)
}

fn add(
    tx: &Tx<'_>,
    street: &StreetId,
    user: UserId,
    (id, token_hash): (DeviceId, String),
    (name, app_version, forked_from): (String, String, Option<DeviceId>),
    now: ReceivedAt,
) -> Outcome<()> {
    if devices::by_id(tx, id)?.is_some() || devices::by_token(tx, &token_hash)?.is_some() {
        return Err(ErrorCode::DeviceMismatch.into());
    }
    let device = DeviceRecord {
        street: street.clone(),
        id,
        user,
        token_hash,
        name,
        app_version,
        revoked: false,
        order: RevokeOrder::default(),
        wiped_at: None,
        last_seq: 0,
        forked_from,
        announce: None,
        announced_at: None,
        enrolled_at: now,
        last_seen_at: None,
    };
    Ok(devices::insert(tx, &device)?)
}

fn profile_of(tx: &Tx<'_>, street: &StreetId, user: UserId, now: ReceivedAt) -> Outcome<Profile> {
    profiles::of(tx, street, user, now)?.ok_or_else(|| ErrorCode::CodeInvalid.into())
}

/// The old device stays as it was: its twin may still be in use under it. One that is to send what is left and be gone goes on
/// under the new name as it was ordered to under the old one. One that is to be gone at once may be another than the one the
/// office meant, and hold what nobody else does: it gets its name, and is locked under it.
#[utoipa::path(post, path = "/v1/fork", tag = "sync", security(("device" = [])), params(("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    summary = "Gives a restored or cloned phone a device id of its own.", request_body = ForkRequest,
    responses((status = 200, body = EnrolResponse)))]
pub async fn fork(
    State(server): State<Server>,
    Known(old): Known,
    Wire(request): Wire<ForkRequest, MAX_BYTES>,
) -> Outcome<Json<EnrolResponse>> {
    spoken(request.proto)?;
    well_formed(&request.token)?;
    let (now, incident) = (server.now(), server.ids.uuid());
    let (profile, order) = server
        .store
        .write(move |tx| {
            // The office may have revoked it since it was let in.
            let old = devices::by_id(tx, old.id)?.ok_or(ErrorCode::Unauthenticated)?;
            if old.revoked && old.order == RevokeOrder::Lock {
                return Err(revoked(&old));
            }
            let token_hash = hash::of(&request.token);
            let known = devices::by_id(tx, request.device)?;
            let repeat = known.is_some_and(|it| it.token_hash == token_hash && it.forked_from == Some(old.id));
            if !repeat {
                let named = (old.name.clone(), old.app_version.clone(), Some(old.id));
                add(tx, &old.street, old.user, (request.device, token_hash), named, now)?;
                // It holds what others have not sent yet, too.
                for user in devices::users(tx, &old.street, old.id)? {
                    devices::sign_in(tx, &old.street, request.device, user, now)?;
                }
                devices::sign_in(tx, &old.street, request.device, old.user, now)?;
                if old.revoked {
                    devices::revoke_twin(tx, &old.street, old.id, request.device)?;
                }
                let details = json!({ "new_device": request.device });
                let forked = Incident {
                    kind: IncidentKind::Fork,
                    device: Some(old.id),
                    mutation: None,
                    details,
                };
                incidents::insert(tx, &old.street, incident, &forked, now)?;
            }
            says(tx, &old.street, request.device, request.announce.as_ref(), now)?;
            let order = devices::by_id(tx, request.device)?
                .filter(|it| it.revoked)
                .map(|it| it.order);
            Ok((profile_of(tx, &old.street, old.user, now)?, order))
        })
        .await?;
    let joined = joined(&server, profile, now);
    Ok(Json(EnrolResponse { order, ..joined }))
}

/// Another person signs in on a phone, with a code of their own.
#[utoipa::path(post, path = "/v1/switch", tag = "sync", security(("device" = [])), params(("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    summary = "Signs another person in on a phone.", request_body = SwitchRequest,
    responses((status = 200, body = EnrolResponse)))]
pub async fn switch(
    State(server): State<Server>,
    peer: Peer,
    phone: Phone,
    Wire(request): Wire<SwitchRequest, MAX_BYTES>,
) -> Outcome<Json<EnrolResponse>> {
    spoken(request.proto)?;
    phone.names_itself(request.device)?;
    let now = server.now();
    let wait = |seconds: u64| Failure::refused(ErrorCode::TooManyTries, json!({ "retry_after_s": seconds }));
    server.office.throttle.take(peer.0, "enrol", now).map_err(wait)?;
    let device = phone.0;
    let profile = server
        .store
        .write(move |tx| switch_in(tx, &device, &request.code, now))
        .await?;
    server.office.throttle.succeeded(peer.0, "enrol");
    Ok(Json(joined(&server, profile, now)))
}

/// A repeat by the same phone finds its switch; everyone else finds a used code. A phone never changes its street.
fn switch_in(tx: &Tx<'_>, device: &DeviceRecord, typed: &str, now: ReceivedAt) -> Outcome<Profile> {
    let code = codes::get(tx, &codes::hash(typed))?.ok_or(ErrorCode::CodeInvalid)?;
    let gone = code.used_device.is_some_and(|used| used != device.id);
    let stale = code.used_device.is_none() && code.expires_at <= now;
    let nobody = areas::roles(tx, &code.street, code.user)?.is_none();
    if gone || stale || nobody || code.street != device.street {
        return Err(ErrorCode::CodeInvalid.into());
    }
    // A code used long ago does not bring its person back.
    if code.used_device.is_some() && device.user != code.user {
        return Err(ErrorCode::CodeInvalid.into());
    }
    devices::sign_in(tx, &device.street, device.id, code.user, now)?;
    codes::used(tx, &code.code_hash, device.id, now)?;
    profile_of(tx, &device.street, code.user, now)
}

/// A phone is about to remove everything, as it was ordered. One that was to send first learns from the history in the answer
/// whether what it sent is still here.
#[utoipa::path(post, path = "/v1/wiped", tag = "sync", security(("device" = [])), params(("x-sync-proto" = u16, Header, description = "Protocol version, 1.", minimum = 1, maximum = 1)),
    summary = "Says that a phone removes everything, as it was ordered.", request_body = WipedRequest,
    responses((status = 204, description = "Header `x-sync-epoch`.")))]
pub async fn note_wiped(
    State(server): State<Server>,
    Known(device): Known,
    Wire(request): Wire<WipedRequest, MAX_BYTES>,
) -> Outcome<impl IntoResponse> {
    spoken(request.proto)?;
    if request.device != device.id {
        return Err(ErrorCode::DeviceMismatch.into());
    }
    let (now, epoch) = (server.now(), server.epoch_header()?);
    server
        .store
        .write(move |tx| Ok(devices::wiped(tx, &device.street, device.id, now)?))
        .await?;
    Ok((StatusCode::NO_CONTENT, [epoch]))
}
