//! One-time codes with which a person's phone becomes a device of the street.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::http::StatusCode;
use axum::routing::post;
use domain::role::Permission;
use domain::{ErrorCode, ReceivedAt, StreetId, UserId};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Route;
use super::body::Sent;
use crate::auth::caller::DeviceKeeper;
use crate::auth::secret;
use crate::clock::Ids;
use crate::server::Server;
use crate::store::codes::{self, CodeRecord};
use crate::store::{Tx, audit, people};
use crate::{Failure, Outcome};

pub(super) fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::POST,
        path: "/v1/enrolments",
        access: DeviceKeeper::ACCESS,
        handler: post(create_enrolment),
    }]
}

/// How long a code works, in milliseconds: a day.
const LIFETIME_MS: i64 = 24 * 3_600_000;

/// Whose phone it will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentRequest {
    /// A person who may capture reports.
    pub user: UserId,
}

/// A one-time code. It is shown once and stored as a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EnrolmentCode {
    /// Eight characters to type; case and dashes do not matter.
    pub code: String,
    /// What the QR code says; absent while the server does not know its public address.
    pub uri: Option<String>,
    /// The QR code as SVG; absent while the server does not know its public address.
    pub qr_svg: Option<String>,
    /// The address a phone must reach; absent while only this machine can enrol.
    pub server: Option<String>,
    /// Until when it works.
    pub expires_at: ReceivedAt,
}

/// Makes a one-time code for a person's phone.
#[utoipa::path(post, path = "/v1/enrolments", tag = "devices", security(("session" = [], "office" = [])),
    request_body = EnrolmentRequest, responses((status = 201, body = EnrolmentCode)))]
pub async fn create_enrolment(
    DeviceKeeper(keeper): DeviceKeeper,
    State(server): State<Server>,
    Sent(asked): Sent<EnrolmentRequest>,
) -> Outcome<(StatusCode, Json<EnrolmentCode>)> {
    let now = server.clock.now();
    let ids = server.ids.clone();
    let made = server
        .store
        .write(move |tx| {
            let person = people::get(tx, &keeper.street, asked.user)?.filter(|person| person.active);
            let person = person.ok_or(ErrorCode::NotFound)?;
            if !person.roles.iter().any(|role| role.may(Permission::CaptureReports)) {
                return Err(Failure::from(ErrorCode::Forbidden));
            }
            let entry = (ids.uuid(), now);
            audit::note(
                tx,
                &keeper.street,
                entry,
                Some(keeper.user),
                "enrolment.create",
                ("person", &asked.user),
            )?;
            issue(tx, &*ids, &keeper.street, asked.user, Some(keeper.user), now)
        })
        .await?;
    let uri = server
        .office
        .public_url
        .as_deref()
        .map(|url| enrolment_uri(url, &made.0));
    let answer = EnrolmentCode {
        qr_svg: uri.as_deref().map(qr_svg).transpose()?,
        uri,
        server: server.office.public_url.clone(),
        code: made.0,
        expires_at: made.1,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Writes a fresh code for a person; returns it with its end.
///
/// # Errors
/// What the engine reports.
pub fn issue(
    tx: &Tx<'_>,
    ids: &dyn Ids,
    street: &StreetId,
    user: UserId,
    by: Option<UserId>,
    now: ReceivedAt,
) -> Outcome<(String, ReceivedAt)> {
    let code = std::iter::repeat_with(|| secret::code(&ids.secret()))
        .take(8)
        .flatten()
        .next()
        .ok_or(ErrorCode::Internal)?;
    let expires_at = ReceivedAt(now.0 + LIFETIME_MS);
    let record = CodeRecord {
        street: street.clone(),
        code_hash: codes::hash(&code),
        user,
        created_by: by,
        expires_at,
        used_device: None,
    };
    codes::insert(tx, &record, now)?;
    Ok((code, expires_at))
}

/// What the QR code of an enrolment says.
#[must_use]
pub fn enrolment_uri(server: &str, code: &str) -> String {
    let encoded: String = server
        .bytes()
        .map(|byte| {
            let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if plain {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("xunge://enrol?server={encoded}&code={code}")
}

fn qr_svg(text: &str) -> Outcome<String> {
    let code = QrCode::new(text).or(Err(ErrorCode::Internal))?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_qr_code_names_server_and_code() {
        let uri = enrolment_uri("https://street.example:8443", "K7MWPR2Q");
        assert_eq!(
            uri,
            "xunge://enrol?server=https%3A%2F%2Fstreet.example%3A8443&code=K7MWPR2Q"
        );
        assert!(qr_svg(&uri).unwrap().contains("<svg"));
    }
}
