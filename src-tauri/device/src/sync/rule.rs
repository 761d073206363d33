//! What may use which network.

use domain::PhotoCopy;

use crate::ports::Network;
use crate::store::photo_file::Kept;
use crate::view::{NetworkKind, NetworkRule, NetworkSetting};

/// What may travel now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    pub(crate) network: Network,
    /// False when the worker switched sending off.
    pub(crate) switched_on: bool,
    /// True when ordinary photos may travel.
    uprights: bool,
    /// True when originals may.
    originals: bool,
}

/// The network as the worker's setting and the phone's sense say.
pub(crate) fn allowance(setting: NetworkSetting, sensed: Network, photos_on_mobile: bool) -> Allowance {
    let network = match setting {
        NetworkSetting::Auto => sensed,
        NetworkSetting::Wifi => Network::WIFI,
        NetworkSetting::Mobile => Network::MOBILE,
        NetworkSetting::Offline => Network::NONE,
    };
    let unmetered = network.kind == NetworkKind::Wifi && !network.metered;
    Allowance {
        network,
        switched_on: setting != NetworkSetting::Offline,
        uprights: unmetered || photos_on_mobile,
        originals: unmetered,
    }
}

impl Allowance {
    /// True when this file may travel on this network.
    pub(crate) fn lets(&self, file: &Kept) -> bool {
        match file.copy {
            PhotoCopy::Preview => true,
            PhotoCopy::Upright => self.uprights || file.any_network,
            PhotoCopy::Original => self.originals,
        }
    }

    /// The rule as the sync sheet names it.
    pub(crate) fn rule(&self) -> NetworkRule {
        if !self.switched_on || self.network.kind == NetworkKind::None {
            NetworkRule::Nothing
        } else if self.originals {
            NetworkRule::Everything
        } else if self.uprights {
            NetworkRule::FactsAndPhotos
        } else {
            NetworkRule::FactsOnly
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Sha256Hex;

    use super::*;
    use crate::store::photo_file::FileState;

    fn file(copy: PhotoCopy, any_network: bool) -> Kept {
        Kept {
            sha256: Sha256Hex("0".repeat(64)),
            copy,
            size: 1,
            mime: "image/jpeg".to_owned(),
            state: FileState::Wanted,
            sent: 0,
            any_network,
            asked: true,
            copied: false,
            lost: false,
        }
    }

    fn lets(network: Network, photos_on_mobile: bool) -> [bool; 4] {
        let allowance = allowance(NetworkSetting::Auto, network, photos_on_mobile);
        [
            allowance.lets(&file(PhotoCopy::Preview, false)),
            allowance.lets(&file(PhotoCopy::Upright, false)),
            allowance.lets(&file(PhotoCopy::Upright, true)),
            allowance.lets(&file(PhotoCopy::Original, true)),
        ]
    }

    #[test]
    fn photos_wait_for_wifi_unless_allowed_or_urgent() {
        let metered_wifi = Network {
            kind: NetworkKind::Wifi,
            metered: true,
        };
        assert_eq!(lets(Network::WIFI, false), [true, true, true, true]);
        assert_eq!(lets(metered_wifi, false), [true, false, true, false]);
        assert_eq!(lets(Network::MOBILE, false), [true, false, true, false]);
        assert_eq!(lets(Network::MOBILE, true), [true, true, true, false]);
        assert_eq!(lets(Network::UNKNOWN, false), [true, false, true, false]);
    }

    #[test]
    fn the_workers_word_beats_the_sense() {
        assert_eq!(
            allowance(NetworkSetting::Wifi, Network::MOBILE, false).rule(),
            NetworkRule::Everything
        );
        assert_eq!(
            allowance(NetworkSetting::Mobile, Network::WIFI, false).rule(),
            NetworkRule::FactsOnly
        );
        assert_eq!(
            allowance(NetworkSetting::Offline, Network::WIFI, true).rule(),
            NetworkRule::Nothing
        );
        assert_eq!(
            allowance(NetworkSetting::Mobile, Network::WIFI, true).rule(),
            NetworkRule::FactsAndPhotos
        );
    }
}
