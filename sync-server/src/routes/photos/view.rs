//! What is said about a photo on its way in.

use domain::PhotoRole;
use serde::Deserialize;
use utoipa::IntoParams;

/// What the photo shows.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PhotoQuery {
    /// What the photo shows; `after` when absent.
    #[param(inline)]
    pub role: Option<PhotoRole>,
}
