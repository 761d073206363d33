//! Which server addresses are usable: `https` anywhere, plain `http` on loopback and private addresses only.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::protocol::ErrorCode;
use url::{Host, Url};

use crate::failure::{Failure, Result};

/// The address in the form it is stored: scheme, host, port, no path. Without a scheme it is taken as `https`.
///
/// # Errors
/// `address_refused`.
pub(crate) fn normal(text: &str) -> Result<String> {
    let text = text.trim();
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let refused = || Failure::from(ErrorCode::AddressRefused);
    let url = Url::parse(&whole).ok().ok_or_else(refused)?;
    let host = url.host().ok_or_else(refused)?;
    let usable = match url.scheme() {
        "https" => true,
        "http" => is_near(&host),
        _ => false,
    };
    let plain = url.username().is_empty() && url.password().is_none() && matches!(url.path(), "" | "/");
    if usable && plain {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(refused())
    }
}

/// Loopback or private: where plain http cannot leave the house.
fn is_near(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => is_private(IpAddr::V4(*address)),
        Host::Ipv6(address) => is_private(IpAddr::V6(*address)),
    }
}

fn is_private(address: IpAddr) -> bool {
    let v4 = |address: Ipv4Addr| address.is_loopback() || address.is_private() || address.is_link_local();
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => {
            address == Ipv6Addr::LOCALHOST
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.to_ipv4_mapped().is_some_and(v4)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usable_addresses_lose_their_trailing_slash() {
        for (given, kept) in [
            ("https://street.example.cn/", "https://street.example.cn"),
            ("street.example.cn", "https://street.example.cn"),
            (" http://127.0.0.1:8420 ", "http://127.0.0.1:8420"),
            ("http://localhost:8420", "http://localhost:8420"),
            ("http://192.168.1.7:8420", "http://192.168.1.7:8420"),
            ("http://10.0.0.1", "http://10.0.0.1"),
            ("http://[::1]:8420", "http://[::1]:8420"),
            ("http://[fd00::1]", "http://[fd00::1]"),
        ] {
            assert_eq!(normal(given).unwrap(), kept, "{given}");
        }
    }

    #[test]
    fn plain_http_to_the_world_and_nonsense_are_refused() {
        for given in [
            "http://street.example.cn",
            "http://8.8.8.8",
            "http://172.32.0.1",
            "ftp://127.0.0.1",
            "https://u:p@street.example.cn",
            "https://street.example.cn/path",
            "",
            "not an address",
            "http://localhost.example.com",
        ] {
            assert_eq!(normal(given).unwrap_err().code(), ErrorCode::AddressRefused, "{given}");
        }
    }
}
