//! Households and visits.

use device::NewValues;
use device::view::{HouseholdPage, HouseholdQuery, HouseholdView};
use domain::{Channel, HouseholdId, MutationId, ResidentId, VisitOutcome};
use tauri::State;

use super::Answer;
use crate::phone::Phone;

/// A page of the households of the person's grid.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn list_households(
    phone: State<'_, Phone>,
    query: String,
    building: Option<String>,
    limit: u32,
    offset: u32,
) -> Answer<HouseholdPage> {
    phone
        .ask(move |device| {
            device.list_households(&HouseholdQuery {
                query,
                building,
                limit,
                offset,
            })
        })
        .await
}

/// One household.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn get_household(phone: State<'_, Phone>, id: HouseholdId) -> Answer<HouseholdView> {
    phone.ask(move |device| device.get_household(id)).await
}

/// Makes a visit of a draft.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn save_visit(phone: State<'_, Phone>, draft: String) -> Answer<()> {
    phone.ask(move |device| device.save_visit(&draft)).await
}

/// A visit in two taps: nobody home, or no change.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn quick_visit(
    phone: State<'_, Phone>,
    household: HouseholdId,
    outcome: VisitOutcome,
    channel: Channel,
) -> Answer<()> {
    phone
        .ask(move |device| device.quick_visit(household, outcome, channel))
        .await
}

/// Changes fields of a household of which the author has `seen` the values.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn edit_household(
    phone: State<'_, Phone>,
    id: HouseholdId,
    values: NewValues,
    seen: NewValues,
) -> Answer<HouseholdView> {
    phone.ask(move |device| device.edit_household(id, &values, &seen)).await
}

/// Everything typed about a household and not saved, by part of its file.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn get_typed(phone: State<'_, Phone>, household: HouseholdId) -> Answer<NewValues> {
    phone.ask(move |device| device.typed(household)).await
}

/// Keeps what is typed in one sheet of a household in place of what was kept of it; null forgets it.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn keep_typed(
    phone: State<'_, Phone>,
    household: HouseholdId,
    part: String,
    typed: serde_json::Value,
) -> Answer<()> {
    phone
        .ask(move |device| device.keep_typed(household, &part, typed))
        .await
}

/// Adds somebody who lives there.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn add_resident(
    phone: State<'_, Phone>,
    household: HouseholdId,
    values: NewValues,
) -> Answer<HouseholdView> {
    phone.ask(move |device| device.add_resident(household, &values)).await
}

/// Changes fields of a resident of which the author has `seen` the values.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn edit_resident(
    phone: State<'_, Phone>,
    household: HouseholdId,
    resident: ResidentId,
    values: NewValues,
    seen: NewValues,
) -> Answer<HouseholdView> {
    phone
        .ask(move |device| device.edit_resident(household, resident, &values, &seen))
        .await
}

/// Takes somebody off the list, as the author has `seen` them, who does not live there any more.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn remove_resident(
    phone: State<'_, Phone>,
    household: HouseholdId,
    resident: ResidentId,
    seen: NewValues,
) -> Answer<HouseholdView> {
    phone
        .ask(move |device| device.remove_resident(household, resident, &seen))
        .await
}

/// Notes that the worker has read what became of an edit that met another one.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn dismiss_merge(
    phone: State<'_, Phone>,
    household: HouseholdId,
    mutation: MutationId,
) -> Answer<HouseholdView> {
    phone.ask(move |device| device.dismiss_merge(household, mutation)).await
}
