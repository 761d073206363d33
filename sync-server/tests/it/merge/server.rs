//! Servers that take the same edits: the real one, and one as most are built.

use std::collections::BTreeSet;

use domain::household::Fields as _;
use domain::protocol::{Mutation, Verdict, kind};
use domain::{Hlc, Household, HouseholdId, MutationId, Resident, ResidentId};
use serde_json::{Value, json};
use sync_server::store::areas::{self, AreaKind, Posting};
use sync_server::store::field_history::{self, PastRecord};
use sync_server::store::households;
use uuid::Uuid;

use super::edits::{Act, Made};
use crate::pull::household;
use crate::push::mutation;
use crate::world::{GRID_A, MORNING, Phone, World, street, user};

/// Every value that can be found, as JSON, with the name of its field.
pub(crate) type Found = BTreeSet<(String, String)>;
/// The rows as they are shown, without their revisions.
pub(crate) type Shown = (Household, Option<Resident>);

pub(crate) trait Server {
    /// A household nobody has edited yet.
    async fn begin(&mut self);
    async fn take(&mut self, made: &Made);
    async fn shown(&self) -> Shown;
    /// Every value that can be found.
    async fn found(&self) -> Found;
}

/// The real one, with three phones of workers of one grid.
pub(crate) struct Merging {
    pub(crate) world: World,
    pub(crate) phones: Vec<Phone>,
    round: u128,
    seqs: std::sync::Mutex<[u64; 3]>,
}

impl Merging {
    pub(crate) async fn new() -> Self {
        let world = World::new();
        let mut phones = Vec::new();
        for number in 0..3 {
            phones.push(world.enrol(number + 1, user(number % 2 + 1)).await);
        }
        world
            .server
            .edit(street(), |edit| {
                let posting = Posting {
                    kind: AreaKind::Grid,
                    area: GRID_A.to_owned(),
                    from: edit.now,
                    to: None,
                };
                Ok(areas::insert(edit.tx, &edit.street, user(2), &posting, 1)?)
            })
            .await
            .unwrap();
        Self {
            world,
            phones,
            round: 0,
            seqs: std::sync::Mutex::new([0; 3]),
        }
    }

    fn home(&self) -> HouseholdId {
        household(1_000 + self.round, GRID_A).id
    }

    fn resident(&self) -> ResidentId {
        ResidentId(Uuid::from_u128(0xE_0000_0000 + self.round))
    }

    pub(crate) async fn push(&self, phone: usize, mut made: Mutation) -> Verdict {
        made.seq = {
            let mut seqs = self.seqs.lock().unwrap();
            seqs[phone] += 1;
            seqs[phone]
        };
        self.world
            .push(&self.phones[phone], &[made])
            .await
            .receipts
            .remove(0)
            .verdict
    }
}

impl Server for Merging {
    async fn begin(&mut self) {
        self.round += 1;
        let (home, resident) = (household(1_000 + self.round, GRID_A), self.resident());
        let resident = Resident {
            id: resident,
            household: home.id,
            ..nobody()
        };
        let write = move |edit: &sync_server::store::Edit<'_>| {
            households::put(edit.tx, &edit.street, &home)?;
            Ok(households::put_resident(edit.tx, &edit.street, &resident)?)
        };
        self.world.server.edit(street(), write).await.unwrap();
    }

    async fn take(&mut self, made: &Made) {
        let (home, resident, hlc) = (self.home(), self.resident(), made.hlc);
        let fields = |field: &String, value: &Value| json!({ field.as_str(): { "value": value, "base_rev": 0 } });
        let (kind, entity, body) = match &made.act {
            Act::Household(field, value) => (
                kind::HOUSEHOLD_EDIT,
                home.0,
                json!({ "household": home, "hlc": hlc, "fields": fields(field, value) }),
            ),
            Act::Resident(field, value) => (
                kind::RESIDENT_EDIT,
                resident.0,
                json!({ "resident": resident, "household": home, "hlc": hlc, "fields": fields(field, value) }),
            ),
            Act::Remove => (
                kind::RESIDENT_REMOVE,
                resident.0,
                json!({ "resident": resident, "household": home, "hlc": hlc, "seen": [] }),
            ),
        };
        let pushed = Mutation {
            // In every round another name, in the same order.
            id: MutationId(Uuid::from_u128((self.round << 32) + u128::from(made.n))),
            ..mutation(&self.phones[made.phone], 0, kind, entity, body)
        };
        let verdict = self.push(made.phone, pushed).await;
        assert!(
            matches!(verdict, Verdict::Applied | Verdict::Merged { .. }),
            "{verdict:?}"
        );
    }

    async fn shown(&self) -> Shown {
        let (home, resident) = (self.home(), self.resident());
        let read = move |tx: &sync_server::store::Tx<'_>| {
            let file = households::get(tx, &street(), home)?.unwrap().household;
            Ok((file, households::resident(tx, &street(), resident)?))
        };
        let (mut file, row) = self.world.server.store.read(read).await.unwrap();
        file.id = HouseholdId(Uuid::nil());
        let resident = row.map(|row| Resident {
            id: ResidentId(Uuid::nil()),
            household: file.id,
            ..row.resident
        });
        (file, resident)
    }

    async fn found(&self) -> Found {
        let home = self.home();
        let read = move |tx: &sync_server::store::Tx<'_>| Ok(field_history::of_household(tx, &street(), home)?);
        let past = self.world.server.store.read(read).await.unwrap();
        past.into_iter()
            .map(|PastRecord { entity, past, .. }| {
                let whose = if entity == home.0 { "household" } else { "resident" };
                (format!("{whose} {}", past.field), past.value.to_string())
            })
            .collect()
    }
}

/// As most are built: of two edits of a row the later one is kept, as its author saw the row.
pub(crate) struct LastRowWins {
    home: (Household, Hlc),
    resident: (Option<Resident>, Hlc),
}

fn nobody() -> Resident {
    Resident {
        id: ResidentId(Uuid::nil()),
        household: HouseholdId(Uuid::nil()),
        name: "某".to_owned(),
        sex: None,
        birth_year: Some(1940),
        relation: "户主".to_owned(),
        phone: None,
        tags: Vec::new(),
    }
}

impl Default for LastRowWins {
    fn default() -> Self {
        let before = Hlc(MORNING);
        Self {
            home: (household(1, GRID_A), before),
            resident: (Some(nobody()), before),
        }
    }
}

impl Server for LastRowWins {
    async fn begin(&mut self) {
        *self = Self::default();
    }

    async fn take(&mut self, made: &Made) {
        match &made.act {
            Act::Household(field, value) if made.hlc > self.home.1 => {
                let mut row = household(1, GRID_A);
                row.set(field.parse().unwrap(), value).unwrap();
                self.home = (row, made.hlc);
            }
            Act::Resident(field, value) if made.hlc > self.resident.1 => {
                let mut row = nobody();
                row.set(field.parse().unwrap(), value).unwrap();
                self.resident = (Some(row), made.hlc);
            }
            Act::Remove if made.hlc > self.resident.1 => self.resident = (None, made.hlc),
            Act::Household(..) | Act::Resident(..) | Act::Remove => {}
        }
    }

    async fn shown(&self) -> Shown {
        (self.home.0.clone(), self.resident.0.clone())
    }

    async fn found(&self) -> Found {
        let (home, resident) = (&self.home.0, self.resident.0.clone().unwrap_or_else(nobody));
        let of_home = domain::household::HOUSEHOLD_FIELDS.into_iter();
        let of_home = of_home.map(|field| (format!("household {field}"), home.value(field).unwrap().to_string()));
        let of_resident = domain::household::Field::of_resident().into_iter();
        let of_resident =
            of_resident.map(|field| (format!("resident {field}"), resident.value(field).unwrap().to_string()));
        of_home.chain(of_resident).collect()
    }
}
