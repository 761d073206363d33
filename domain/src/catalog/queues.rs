//! The default queues of a street, and the names of those that every community and estate has.

use super::Class;
use crate::view::QueueRow;
use crate::{CommunityId, QueueId};

/// The street's triage office: owner of whatever has no other queue, and referee.
pub const TRIAGE: &str = "triage";
/// Stands for the queue of the community the place lies in.
pub const COMMUNITY: &str = "community";
/// Stands for the desk of the community the place lies in.
pub const DESK: &str = "desk";
/// Stands for the property company of the estate the place lies in.
pub const PROPERTY: &str = "property";

/// Who stands behind a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueKind {
    /// A department of the street office, or one that works with it.
    Office,
    /// A utility.
    Utility,
    /// A service for residents.
    Service,
}

/// A queue every street starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDef {
    /// Name.
    pub id: &'static str,
    /// Chinese label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
    /// Who stands behind it.
    pub kind: QueueKind,
    /// True when it may return orders; the triage office cannot return to itself.
    pub may_return: bool,
}

const fn office(id: &'static str, zh: &'static str, en: &'static str) -> QueueDef {
    QueueDef {
        id,
        zh,
        en,
        kind: QueueKind::Office,
        may_return: true,
    }
}

const fn utility(id: &'static str, zh: &'static str, en: &'static str) -> QueueDef {
    QueueDef {
        id,
        zh,
        en,
        kind: QueueKind::Utility,
        may_return: true,
    }
}

const fn service(id: &'static str, zh: &'static str, en: &'static str) -> QueueDef {
    QueueDef {
        id,
        zh,
        en,
        kind: QueueKind::Service,
        may_return: true,
    }
}

const QUEUES: &[QueueDef] = &[
    QueueDef {
        may_return: false,
        ..office(TRIAGE, "平安建设办公室", "Triage office")
    },
    office(
        "municipal",
        "市政（排水、路灯）",
        "Municipal works (drains, street lights)",
    ),
    office("urban-mgmt", "城管", "Urban management"),
    office("construction", "建管、规建", "Construction"),
    office("fire", "消防（微型站）", "Fire station"),
    office("sanitation", "环卫", "Sanitation"),
    office("greening", "园林绿化", "Greening"),
    office("emergency", "应急安监", "Emergency and work safety"),
    office("civil-affairs", "民政救助", "Civil affairs"),
    office("market-reg", "市场监管", "Market regulation"),
    office("justice", "司法所、调委会", "Justice office, mediation"),
    office("police", "派出所", "Police station"),
    office("traffic-police", "交警", "Traffic police"),
    office("health", "社区卫生服务中心", "Community health centre"),
    office("disabled", "残联", "Disabled persons' federation"),
    office("veterans", "退役军人服务站", "Veterans' office"),
    office("hr-social", "劳动社保", "Labour and social security"),
    office("culture", "文体", "Culture and sports"),
    QueueDef {
        may_return: false,
        ..office("safety-office", "平安办（应急）", "Triage office, emergencies")
    },
    utility("power", "供电", "Power supply"),
    utility("water", "供水", "Water supply"),
    utility("gas", "燃气", "Gas supply"),
    utility("telecom", "通信", "Telecommunications"),
    service("repair-team", "便民维修队", "Home repair team"),
    service("sw-center", "社工服务中心", "Social work centre"),
    service("day-care", "日间照料中心", "Day-care centre"),
];

/// The queues every street starts with. Those of communities, estates and organisations come with them.
#[must_use]
pub fn queues() -> &'static [QueueDef] {
    QUEUES
}

/// The default queue with this name.
#[must_use]
pub fn queue(id: &QueueId) -> Option<&'static QueueDef> {
    QUEUES.iter().find(|queue| queue.id == id.as_str())
}

impl QueueDef {
    /// The queue as a row, staffed or not.
    #[must_use]
    pub fn row(&self, staffed: bool) -> QueueRow {
        QueueRow {
            id: self.id.into(),
            label_zh: self.zh.to_owned(),
            label_en: self.en.to_owned(),
            staffed,
            may_return: self.may_return,
            phone: None,
        }
    }
}

/// The queue of a community.
#[must_use]
pub fn community_queue(community: &CommunityId) -> QueueId {
    QueueId(format!("{COMMUNITY}-{community}"))
}

/// The desk of a community.
#[must_use]
pub fn desk_queue(community: &CommunityId) -> QueueId {
    QueueId(format!("{DESK}-{community}"))
}

/// The volunteers of a community.
#[must_use]
pub fn volunteer_queue(community: &CommunityId) -> QueueId {
    QueueId(format!("volunteer-{community}"))
}

/// The property company of an estate.
#[must_use]
pub fn property_queue(estate: &str) -> QueueId {
    QueueId(format!("{PROPERTY}-{estate}"))
}

/// The queues every community has: its own, its desk and its volunteers.
#[must_use]
pub fn community_queues(community: &CommunityId, name_zh: &str, name_en: &str) -> [QueueRow; 3] {
    let row = |id, zh: &str, en: &str| QueueRow {
        id,
        label_zh: format!("{name_zh}{zh}"),
        label_en: format!("{name_en}{en}"),
        staffed: true,
        may_return: true,
        phone: None,
    };
    [
        row(community_queue(community), "", ""),
        row(desk_queue(community), "便民服务台", ", service desk"),
        row(volunteer_queue(community), "志愿者服务队", ", volunteers"),
    ]
}

impl Class {
    /// Every class, in the order the search page shows them.
    pub const ALL: &[Self] = &[
        Self::Danger,
        Self::Facility,
        Self::Sanitation,
        Self::Order,
        Self::Safety,
        Self::People,
        Self::Need,
    ];
}
