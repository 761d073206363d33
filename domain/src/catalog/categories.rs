//! The 56 categories, by class, as section 3 of the domain notes lists them.

mod danger;
mod facility;
mod order;
mod people;
mod safety;
mod sanitation;

use super::Category;

pub(super) fn all() -> Vec<Category> {
    [
        danger::DANGER,
        facility::FACILITY,
        sanitation::SANITATION,
        order::ORDER,
        safety::SAFETY,
        people::PEOPLE,
    ]
    .concat()
}
