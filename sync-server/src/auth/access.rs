//! What a route demands of its caller, as the route table states it.

use std::collections::BTreeSet;

use domain::role::Permission;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody who can reach the server.
    Public,
    /// Anybody on the server's own machine.
    Loopback,
    /// A phone with a valid token.
    Device,
    /// A phone with a valid token, or a person signed in at the office.
    DeviceOrSession,
    /// A person signed in who has at least one of these permissions; every person signed in when there is none.
    Session(&'static [Permission]),
}

impl Access {
    /// True when a person with these permissions may call the route.
    #[must_use]
    pub fn admits(self, permissions: &BTreeSet<Permission>) -> bool {
        match self {
            Self::Session(needed) => needed.is_empty() || needed.iter().any(|one| permissions.contains(one)),
            Self::Public | Self::Loopback | Self::DeviceOrSession => true,
            Self::Device => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::role::Role;

    use super::*;

    #[test]
    fn one_of_the_named_permissions_is_enough() {
        let access = Access::Session(&[Permission::Triage, Permission::WorkOrders]);
        assert!(access.admits(&Role::union(&[Role::DepartmentMember])));
        assert!(!access.admits(&Role::union(&[Role::Auditor])));
    }

    #[test]
    fn a_person_is_not_a_phone() {
        assert!(!Access::Device.admits(&Role::union(Role::ALL)));
    }
}
