//! What is shown of a person: masks, and the view each role gets of a case, a household and a resident.

mod mask;
mod view_of;

pub use mask::{mask_door, mask_id_number, mask_name, mask_phone};
pub use view_of::{
    Access, CaseViewer, HouseholdAccess, case_access, case_for, household_access, household_for, resident_for,
};

#[cfg(test)]
mod tests;
