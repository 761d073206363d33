//! No value that was typed into a household file is lost; the newest is shown, on every phone; what a clock must not decide
//! waits for a person; and nobody is taken off the list by somebody who did not know what a colleague wrote.

use std::collections::{BTreeMap, BTreeSet};

use domain::household::{Field, Fields, HOUSEHOLD_FIELDS};
use domain::merge::Tracked;
use domain::protocol::{ErrorCode, Verdict, kind};
use domain::{DeviceId, Household, HouseholdId, MutationId, Resident, ResidentId, UserId};
use serde_json::Value;
use sync_server::Outcome;
use sync_server::store::field_history::{self, PastRecord};
use sync_server::store::{Tx, households};
use uuid::Uuid;

use super::Ledger;
use super::outbox::Held;
use super::receipts::Stored;
use crate::phone::Phone;
use crate::server::StreetServer;
use crate::street::street;

const EDITS: [&str; 4] = [
    kind::HOUSEHOLD_EDIT,
    kind::RESIDENT_ADD,
    kind::RESIDENT_EDIT,
    kind::RESIDENT_REMOVE,
];
const REMOVED: &str = "removed";
const PHONE: &str = "phone";

/// A field of a household or a resident.
type Place = (Uuid, String);

/// Household files as the server has them.
#[derive(Default)]
struct Files {
    homes: BTreeMap<HouseholdId, Household>,
    residents: BTreeMap<ResidentId, Tracked<Resident>>,
    /// Every value the server can find.
    past: BTreeMap<Place, Vec<PastRecord>>,
    /// What waits for a person.
    asked: BTreeSet<Place>,
}

/// A value that somebody typed and the server took.
struct Typed<'h> {
    held: &'h Held,
    place: Place,
    value: &'h Value,
    /// Revision of the value its author had seen.
    base: i64,
}

pub(super) fn check(
    ledger: &Ledger,
    answered: &BTreeMap<MutationId, Stored>,
    server: &StreetServer,
    phones: &[&Phone],
) -> Vec<String> {
    let was_taken = |held: &&Held| {
        let verdict = answered.get(&held.id).map(|stored| &stored.verdict);
        EDITS.contains(&held.kind.as_str()) && matches!(verdict, Some(Verdict::Applied | Verdict::Merged { .. }))
    };
    let taken: Vec<&Held> = ledger.made.values().filter(was_taken).collect();
    if taken.is_empty() {
        return Vec::new();
    }
    let homes: BTreeSet<HouseholdId> = taken.iter().map(|held| home_of(held)).collect();
    let files = server.read(|tx| Files::read(tx, &homes));
    let typed: Vec<Typed<'_>> = taken.iter().flat_map(|held| values(held)).collect();
    let mut breaches = Vec::new();
    for one in &typed {
        breaches.extend(files.lost(one));
    }
    breaches.extend(taken.iter().filter_map(|held| files.lost_resident(held)));
    breaches.extend(files.not_newest());
    breaches.extend(files.decided_by_a_clock(&typed));
    breaches.extend(files.removals(&taken, answered));
    breaches.extend(phones.iter().flat_map(|phone| files.not_shown(phone)));
    breaches
}

fn home_of(held: &Held) -> HouseholdId {
    let body = &held.body;
    let named = body["household"].as_str().or(body["resident"]["household"].as_str());
    HouseholdId(named.unwrap().parse().unwrap())
}

fn values(held: &Held) -> impl Iterator<Item = Typed<'_>> {
    let fields = held.body["fields"].as_object().into_iter().flatten();
    fields.map(move |(name, edit)| Typed {
        held,
        place: (held.entity, name.clone()),
        value: &edit["value"],
        base: edit["base_rev"].as_i64().unwrap(),
    })
}

/// Who wrote a value, and on which phone; of the office there is no phone.
fn maker(record: &PastRecord) -> (Option<UserId>, Option<DeviceId>) {
    (record.past.maker.author, record.past.maker.device)
}

fn is_of_office(record: &PastRecord) -> bool {
    record.past.maker.author.is_some() && record.past.maker.device.is_none()
}

impl Files {
    fn read(tx: &Tx<'_>, homes: &BTreeSet<HouseholdId>) -> Outcome<Self> {
        let mut files = Self::default();
        let street = street();
        for id in homes {
            if let Some(file) = households::tracked(tx, &street, *id)? {
                files.homes.insert(*id, file.record);
            }
            for record in field_history::of_household(tx, &street, *id)? {
                let place = (record.entity, record.past.field.clone());
                files.past.entry(place).or_default().push(record);
            }
            let asked = field_history::reviews(tx, &street, Some(*id))?;
            files
                .asked
                .extend(asked.into_iter().map(|review| (review.entity, review.field)));
        }
        let residents = tx.query("SELECT id FROM residents", &[], |row| row.get::<Uuid>("id"))?;
        for id in residents.into_iter().map(ResidentId) {
            let file = households::tracked_resident(tx, &street, id)?;
            let file = file.filter(|file| homes.contains(&file.record.household));
            files.residents.extend(file.map(|file| (id, file)));
        }
        Ok(files)
    }

    fn past(&self, place: &Place) -> &[PastRecord] {
        self.past.get(place).map_or(&[], Vec::as_slice)
    }

    fn written_by(&self, place: &Place, mutation: MutationId) -> Option<&PastRecord> {
        let mut all = self.past(place).iter();
        all.find(|record| record.past.maker.mutation == mutation)
    }

    fn shown(&self, (entity, field): &Place) -> Option<Value> {
        let field: Field = field.parse().ok()?;
        let home = self.homes.get(&HouseholdId(*entity));
        let resident = self.residents.get(&ResidentId(*entity));
        home.and_then(|home| home.value(field))
            .or_else(|| resident.and_then(|file| file.record.value(field)))
    }

    /// True when a person chose, or has to, since these values met.
    fn is_asked(&self, place: &Place, met: &[&PastRecord]) -> bool {
        let since = met.iter().map(|record| record.received_at).max();
        let chose = |record: &PastRecord| is_of_office(record) && Some(record.received_at) >= since;
        self.asked.contains(place) || self.past(place).iter().any(chose)
    }

    fn lost(&self, typed: &Typed<'_>) -> Option<String> {
        let (id, field) = (typed.held.id, &typed.place.1);
        match self.written_by(&typed.place, id) {
            Some(record) if record.past.value != *typed.value => {
                Some(format!("the {field} of {id} is kept as something else"))
            }
            Some(record) if typed.base > 0 && record.past.maker.hlc.0 <= typed.base => {
                Some(format!("the {field} of {id} is older than what its author had seen"))
            }
            Some(_) => None,
            None => Some(format!("the {field} of {id} was typed and cannot be found")),
        }
    }

    fn lost_resident(&self, held: &Held) -> Option<String> {
        if held.kind != kind::RESIDENT_ADD {
            return None;
        }
        let place = (held.entity, "name".to_owned());
        let name = &held.body["resident"]["name"];
        let was = self.past(&place).iter().any(|record| record.past.value == *name);
        let is = self.shown(&place).as_ref() == Some(name);
        (!was && !is).then(|| format!("whom {} added cannot be found", held.id))
    }

    /// Fields that show another value than the newest.
    fn not_newest(&self) -> Vec<String> {
        let edited = self.past.iter().filter(|((_, field), _)| field != REMOVED);
        let older = edited.filter(|(place, past)| {
            let newest = past
                .iter()
                .max_by_key(|record| (record.past.maker.hlc, record.past.maker.mutation));
            self.shown(place) != newest.map(|record| record.past.value.clone())
        });
        older
            .map(|((entity, field), _)| format!("the {field} of {entity} is not the newest value"))
            .collect()
    }

    /// Numbers that two people wrote who had seen the same value and not each other's, and that nobody was asked about. Of
    /// each person on each phone the first counts: a later one may build on its own.
    fn decided_by_a_clock(&self, typed: &[Typed<'_>]) -> Vec<String> {
        let mut breaches = Vec::new();
        let mut first: BTreeMap<(&Place, i64), Vec<(&PastRecord, &Value)>> = BTreeMap::new();
        let mut wrote: BTreeSet<(&Place, Option<UserId>, Option<DeviceId>)> = BTreeSet::new();
        let mut numbers: Vec<_> = typed.iter().filter(|one| one.place.1 == PHONE).collect();
        numbers.sort_by_key(|one| one.held.body["hlc"].as_i64());
        for one in numbers {
            let Some(record) = self.written_by(&one.place, one.held.id) else {
                continue;
            };
            let (author, device) = maker(record);
            if wrote.insert((&one.place, author, device)) {
                first
                    .entry((&one.place, one.base))
                    .or_default()
                    .push((record, one.value));
            }
        }
        for ((place, _), all) in first {
            for (at, (one, value)) in all.iter().enumerate() {
                let met = all[..at].iter().filter(|(_, other)| other != value);
                for (other, _) in met.filter(|(other, _)| !self.is_asked(place, &[one, other])) {
                    breaches.push(format!(
                        "{} and {} wrote a number each and nobody is asked",
                        other.past.maker.mutation, one.past.maker.mutation
                    ));
                }
            }
        }
        breaches
    }

    fn removals(&self, taken: &[&Held], answered: &BTreeMap<MutationId, Stored>) -> Vec<String> {
        let mut breaches = Vec::new();
        for held in taken.iter().filter(|held| held.kind == kind::RESIDENT_REMOVE) {
            let (id, place) = (held.id, (held.entity, REMOVED.to_owned()));
            let Some(record) = self.written_by(&place, id) else {
                breaches.push(format!("the removal {id} cannot be found"));
                continue;
            };
            let gave_way = matches!(answered[&id].verdict, Verdict::Merged { .. });
            if gave_way && !self.is_asked(&place, &[record]) {
                breaches.push(format!("the removal {id} gave way and nobody is asked"));
            }
        }
        for (id, _) in self.residents.iter().filter(|(_, file)| file.removed) {
            let last = |is_removal: bool| {
                let all = self.past.iter().filter(|((entity, _), _)| *entity == id.0);
                let wanted = all.filter(|((_, field), _)| (field == REMOVED) == is_removal);
                wanted.flat_map(|(_, past)| past).map(|record| record.received_at).max()
            };
            if last(true) < last(false) {
                breaches.push(format!("{id} was edited after the removal and is not on the list"));
            }
        }
        breaches
    }

    /// What a worker reads on a phone that is not what the server has.
    fn not_shown(&self, phone: &Phone) -> Vec<String> {
        let session = phone.session();
        if !session.enrolled || session.revoked {
            return Vec::new();
        }
        let mut breaches = Vec::new();
        for (id, home) in &self.homes {
            match phone.fuse.spare(|| phone.device().get_household(*id)) {
                Ok(view) => {
                    let mut here = view.residents;
                    here.sort_by_key(|resident| resident.id);
                    let live_here = |file: &&Tracked<Resident>| file.record.household == *id && !file.removed;
                    let there = self.residents.values().filter(live_here).map(|file| &file.record);
                    let fields = |home: &Household| HOUSEHOLD_FIELDS.map(|field| home.value(field));
                    if fields(&view.household) != fields(home) || !here.iter().eq(there) {
                        breaches.push(format!("{}: {id} reads otherwise than on the server", phone.worker));
                    }
                }
                // Not of its grid.
                Err(refused) if refused.code == ErrorCode::NotFound => {}
                Err(refused) => breaches.push(format!("{}: {id} is {:?}", phone.worker, refused.code)),
            }
        }
        breaches
    }
}
