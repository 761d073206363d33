//! The household file: a dwelling, its residents and their tags. Personal data; shown by role and purpose only.

mod edit;
mod field;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

pub use edit::{
    Contest, FieldEdit, FieldEdits, FieldRev, FieldRevs, HouseholdEdit, ResidentAdd, ResidentEdit, ResidentRemove,
    field_revs,
};
pub use field::{Field, Fields, HEAD, HOUSEHOLD_FIELDS, UnknownField, resident_problems, tidy_resident};

use crate::{GridId, HouseholdId, LatLon, ResidentId};

/// A tag on a resident, such as living alone; decides visit frequency and what is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Tag {
    /// 独居
    LivingAlone,
    /// 高龄 (80 and older)
    Elder80,
    /// 纯老 (all members are elders)
    AllElder,
    /// 残疾
    Disabled,
    /// 重残
    SeverelyDisabled,
    /// 失能
    DisabledCare,
    /// 失独
    LostOnlyChild,
    /// 低保
    LowIncome,
    /// 低保边缘
    NearLowIncome,
    /// 孤寡
    LoneElder,
    /// 优抚
    VeteranCare,
    /// 困境儿童
    ChildInNeed,
    /// Pregnant
    Pregnant,
    /// New tenant
    RenterNew,
    /// Other
    Other,
}

impl Tag {
    /// Every tag.
    pub const ALL: &[Self] = &[
        Self::LivingAlone,
        Self::Elder80,
        Self::AllElder,
        Self::Disabled,
        Self::SeverelyDisabled,
        Self::DisabledCare,
        Self::LostOnlyChild,
        Self::LowIncome,
        Self::NearLowIncome,
        Self::LoneElder,
        Self::VeteranCare,
        Self::ChildInNeed,
        Self::Pregnant,
        Self::RenterNew,
        Self::Other,
    ];
}

/// House type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Tenure {
    /// 自住
    Owner,
    /// 出租
    Rented,
    /// 空置
    Vacant,
}

/// A dwelling and what the assigned worker needs to know at its door.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Household {
    /// Its name.
    pub id: HouseholdId,
    /// The grid it lies in.
    pub grid: GridId,
    /// Estate or road, such as `盘龙新城三区`.
    pub estate: String,
    /// Building, such as `3号楼`.
    pub building: String,
    /// Stairwell unit, such as `2单元`; empty where there is none.
    #[serde(default)]
    pub unit: String,
    /// Door, such as `501`.
    pub room: String,
    /// Point of the building, not of the door.
    pub point: Option<LatLon>,
    /// House type.
    pub tenure: Tenure,
    /// Short notes for the door ("door phone broken").
    #[serde(default)]
    pub door_note: String,
    /// Phone number of the household's contact, in full; masked by [`crate::privacy`] where the viewer may not see it.
    pub phone: Option<String>,
}

/// A person in a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Resident {
    /// Its name.
    pub id: ResidentId,
    /// Where the person lives.
    pub household: HouseholdId,
    /// Full name.
    pub name: String,
    /// `f`, `m` or absent.
    pub sex: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Relation to the head of the household, such as `户主` or `长子`.
    #[serde(default)]
    pub relation: String,
    /// Phone number in full.
    pub phone: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}
