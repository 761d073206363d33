//! What the phone knows of its network. A hint only: whether the server answers, only asking tells.

use crate::view::NetworkKind;

/// A network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// Its kind.
    pub kind: NetworkKind,
    /// True when bytes may cost money.
    pub metered: bool,
}

impl Network {
    /// Unmetered Wi-Fi.
    pub const WIFI: Self = Self {
        kind: NetworkKind::Wifi,
        metered: false,
    };
    /// Mobile data.
    pub const MOBILE: Self = Self {
        kind: NetworkKind::Mobile,
        metered: true,
    };
    /// No network.
    pub const NONE: Self = Self {
        kind: NetworkKind::None,
        metered: true,
    };
    /// Nothing is known; counts as metered.
    pub const UNKNOWN: Self = Self {
        kind: NetworkKind::Unknown,
        metered: true,
    };
}

/// Tells the kind of network.
pub trait NetworkSense: Send + Sync {
    /// The network in use now.
    fn network(&self) -> Network;
}

/// A network that never changes: a desktop's cable.
pub struct FixedNetwork(pub Network);

impl NetworkSense for FixedNetwork {
    fn network(&self) -> Network {
        self.0
    }
}
