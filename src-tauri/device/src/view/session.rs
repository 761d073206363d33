//! Who is signed in here, and how the app is set.

use domain::protocol::{Profile, RevokeOrder};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Kind of machine the app runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Platform {
    /// A computer.
    Desktop,
    /// An Android phone.
    Android,
    /// An iPhone.
    Ios,
}

/// Language of the interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub enum Language {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English.
    #[serde(rename = "en")]
    En,
}

/// Colours of the interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// Highest contrast, for sunlight.
    Outdoor,
}

/// What the worker says about the network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum NetworkSetting {
    /// As the phone finds it.
    #[default]
    Auto,
    /// Treat it as unmetered Wi-Fi.
    Wifi,
    /// Treat it as mobile data.
    Mobile,
    /// Send nothing.
    Offline,
}

/// How the app is set on this phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Settings {
    /// Language.
    pub language: Language,
    /// Text size in percent, 100 to 160.
    pub text_size: u16,
    /// Colours.
    pub theme: Theme,
    /// True: photos may use mobile data too.
    pub photos_on_mobile: bool,
    /// The network rule.
    pub network: NetworkSetting,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::ZhCn,
            text_size: 100,
            theme: Theme::System,
            photos_on_mobile: false,
            network: NetworkSetting::Auto,
        }
    }
}

/// Why households are not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LockReason {
    /// The phone was too long without contact. The next contact opens them.
    Lease,
    /// The phone's clock was set back by more than a day since the last contact. The next contact opens them.
    Clock,
    /// The office revoked this phone.
    Revoked,
}

/// The phone's enrolment and settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Session {
    /// True once the phone belongs to a person of a street.
    pub enrolled: bool,
    /// True once the office revoked this phone; everything stays here.
    pub revoked: bool,
    /// What the office ordered a revoked phone to do.
    pub order: Option<RevokeOrder>,
    /// True once everything was removed from this phone, as the office ordered.
    pub wiped: bool,
    /// Why households are not shown; none while they are.
    pub locked: Option<LockReason>,
    /// Whose phone it is.
    pub profile: Option<Profile>,
    /// Display name of the person's own grid, once it was pulled.
    pub grid_name: Option<String>,
    /// Settings.
    pub settings: Settings,
    /// Version of the app.
    pub app_version: String,
    /// Kind of machine.
    pub platform: Platform,
    /// Address of the street's server.
    pub server: Option<String>,
}

/// What the enrolment screen hands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EnrolRequestView {
    /// Address of the street's server.
    pub server: String,
    /// The one-time code.
    pub code: String,
    /// What the phone calls itself.
    pub device_name: String,
}

/// What an enrolment QR code says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EnrolmentQr {
    /// Address of the street's server.
    pub server: String,
    /// The one-time code.
    pub code: String,
}
