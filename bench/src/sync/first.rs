//! A new phone's first sync: the real device engine fills itself with one grid. And what a report takes on the phone.

use domain::protocol::RowType;
use domain::{Household, HouseholdId, LatLon, Resident, ResidentId, StreetId, Tag, Tenure, UserId};
use rusqlite::Connection as Database;
use sync_server::store::{Edit, households};
use sync_server::{Outcome, clock::Ids as _};

use super::clients;
use crate::device_phone::DevicePhone;
use crate::fault::Fault;
use crate::push::{outbox, push_all};
use crate::report::{Measure, RUNS};
use crate::reports::Texts;
use crate::street::{STREET, Street};

/// The grid that the design names.
const HOUSEHOLDS: usize = 1_025;
const MEMBERS: usize = 10;
const REPORTS: usize = 2_700;
/// Mutations in one push.
const PUSH: usize = 100;

/// Takes the measures.
pub(crate) fn measure() -> Result<Vec<Measure>, Fault> {
    let texts = Texts::read()?;
    let mut street = Street::start(1)?;
    let empty = phone_bytes(&street)?;
    let pushes = outbox(&mut street.phones[0], &texts, REPORTS / PUSH, PUSH)?;
    push_all(street.address, vec![pushes])?;
    let per_report = (phone_bytes(&street)? - empty) / REPORTS as f64;
    street.server.edit_blocking(StreetId::from(STREET), settle)?;
    let seconds = (0..RUNS)
        .map(|_| Ok(filled(&street, street.phones[0].user)?.1))
        .collect::<Result<Vec<_>, Fault>>()?;
    Ok(vec![
        Measure::aimed("first_sync_grid_s", "s", &seconds, 2.0),
        Measure::aimed("phone_bytes_per_report", "bytes", &[per_report], 600.0),
    ])
}

/// A new phone of this worker, full, and the seconds until it was.
pub(super) fn filled(street: &Street, user: UserId) -> Result<(DevicePhone, f64), Fault> {
    let phone = DevicePhone::new()?;
    let seconds = clients()?.block_on(async {
        phone.enrol(street, user, street.address).await?;
        phone.fill().await
    })?;
    street.forget_codes()?;
    Ok((phone, seconds))
}

/// Bytes of a new phone's copy of the server's rows.
fn phone_bytes(street: &Street) -> Result<f64, Fault> {
    let (phone, _) = filled(street, street.phones[0].user)?;
    let cache: Database = phone.cache()?;
    cache.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))?;
    let sql = "SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)";
    Ok(cache.query_row(sql, [], |row| row.get(0))?)
}

/// Households of the grid with their members.
pub(crate) fn settle(edit: &Edit<'_>) -> Outcome<()> {
    for n in 0..HOUSEHOLDS {
        let household = household(n);
        households::put(edit.tx, &edit.street, &household)?;
        for m in 0..MEMBERS {
            let resident = resident(n, m, household.id);
            households::put_resident(edit.tx, &edit.street, &resident)?;
            edit.touch(RowType::Resident, resident.id);
        }
        edit.touch(RowType::Household, household.id);
    }
    Ok(())
}

fn household(n: usize) -> Household {
    Household {
        id: HouseholdId(sync_server::clock::RandomIds.uuid()),
        grid: crate::street::grid(0),
        estate: "盘龙新城二区".to_owned(),
        building: format!("{}号楼", n / 60 + 1),
        unit: format!("{}单元", n / 20 % 3 + 1),
        room: format!("{}{:02}", n / 4 % 6 + 1, n % 4 + 1),
        point: Some(LatLon {
            lat: 39.95 + n as f64 * 1e-6,
            lon: 116.30,
        }),
        tenure: Tenure::Owner,
        door_note: String::new(),
        phone: Some(format!("138{n:08}")),
    }
}

fn resident(n: usize, m: usize, household: HouseholdId) -> Resident {
    Resident {
        id: ResidentId(sync_server::clock::RandomIds.uuid()),
        household,
        name: format!("李{}{}", ["秀英", "建国", "桂兰", "志强", "晓明"][m % 5], n % 10),
        sex: Some(if m.is_multiple_of(2) { "f" } else { "m" }.to_owned()),
        birth_year: Some(1936 + i32::try_from(n * 7 + m * 11).unwrap_or(0) % 80),
        relation: "家人".to_owned(),
        phone: Some(format!("139{:08}", n * MEMBERS + m)),
        tags: if m == 0 { vec![Tag::Elder80] } else { Vec::new() },
    }
}
