//! Where the phone is. A missing position is `None`; a zeroed one is none at all.

use domain::PlaceClaim;
use tauri::AppHandle;

/// The device's position, or nothing when it has none, may not tell it, or takes longer than ten seconds.
#[cfg(mobile)]
pub(crate) async fn position(app: AppHandle) -> Option<PlaceClaim> {
    // The plugin blocks its thread until the system answers.
    let asked = tauri::async_runtime::spawn_blocking(move || fix(&app)).await;
    match asked {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "the position was not asked for");
            None
        }
    }
}

/// A computer does not know where it is; the worker sets a pin.
#[cfg(not(mobile))]
#[expect(clippy::unused_async, reason = "a phone waits for its satellites here")]
pub(crate) async fn position(_app: AppHandle) -> Option<PlaceClaim> {
    None
}

#[cfg(mobile)]
fn fix(app: &AppHandle) -> Option<PlaceClaim> {
    use domain::{LatLon, PlaceSource};
    use tauri::plugin::PermissionState;
    use tauri_plugin_geolocation::{GeolocationExt as _, PermissionType, PositionOptions};

    let geolocation = app.geolocation();
    let mut allowed = geolocation.check_permissions().ok()?.location;
    if matches!(allowed, PermissionState::Prompt | PermissionState::PromptWithRationale) {
        allowed = geolocation
            .request_permissions(Some(vec![PermissionType::Location]))
            .ok()?
            .location;
    }
    if allowed != PermissionState::Granted {
        return None;
    }
    let options = PositionOptions {
        enable_high_accuracy: true,
        timeout: 10_000,
        maximum_age: 10_000,
    };
    let found = geolocation.get_current_position(Some(options)).ok()?.coords;
    let point = LatLon {
        lat: found.latitude,
        lon: found.longitude,
    };
    let known = point.lat.is_finite() && point.lon.is_finite() && (point.lat != 0.0 || point.lon != 0.0);
    let accuracy_m = Some(found.accuracy).filter(|metres| metres.is_finite() && *metres > 0.0);
    known.then_some(PlaceClaim {
        source: PlaceSource::Fix,
        point,
        accuracy_m,
    })
}
