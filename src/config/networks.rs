//! Lists of networks: trusted proxies, who may see the console, who may see health in detail.

use std::net::IpAddr;

use ipnet::IpNet;

/// Networks in CIDR notation; a bare address is a network of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Also finds an IPv4 address that arrives mapped into IPv6.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Reads one entry of a list.
pub(super) fn parse(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .ok()
        .ok_or_else(|| "is no network: write it as 10.0.0.0/8 or 192.0.2.7".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_is_found_in_its_ipv4_network() {
        let networks = Networks::new(vec![parse("10.0.0.0/8").unwrap()]);
        assert!(networks.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!networks.contains("11.0.0.1".parse().unwrap()));
    }
}
