//! What people write into household files: workers at the door, several of them at the same one, and the secretary who is
//! asked what counts.

use device::view::HouseholdView;
use device::{Device, NewValues};
use domain::household::{Field, Fields, HEAD, HOUSEHOLD_FIELDS};
use domain::protocol::{ErrorCode, WireError, kind};
use domain::{HouseholdId, ResidentId};
use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge_tests::office::Browser;
use xunge_tests::street;

use super::history::{Hand, History};

/// Why nothing is written: the phone has not heard of a move or of somebody's removal, households are locked until the next
/// contact, nobody is signed in.
const NOT_NOW: [ErrorCode; 3] = [ErrorCode::NotFound, ErrorCode::HouseholdsLocked, ErrorCode::NotEnrolled];

/// Something written on a household's sheet.
enum Edit {
    Home(&'static str, Value),
    Resident(ResidentId, &'static str, Value),
    Add(String),
    Remove(ResidentId),
}

impl History {
    /// From now on the worker works where a colleague does.
    pub(super) fn join_colleague(&mut self, at: usize) {
        let colleague = self.dice.usize(..self.hands.len());
        let place_of = |hand: &Hand| self.places[street::place(&hand.phone.worker)];
        let (to, own) = (place_of(&self.hands[colleague]), place_of(&self.hands[at]));
        if self.server.has_room() && to != own {
            self.trace.tell("  works at a colleague's doors");
            self.post(at, to);
        }
    }

    /// A worker changes something at a door of the grid, as it stands there now or as it stood when the sheet was opened; so
    /// does perhaps, at the same moment, each colleague who works there too.
    pub(super) fn edit_household(&mut self, at: usize) {
        let place_of = |hand: &Hand| self.places[street::place(&hand.phone.worker)];
        let place = place_of(&self.hands[at]);
        let colleagues = (0..self.hands.len()).filter(|other| *other != at && place_of(&self.hands[*other]) == place);
        let colleagues: Vec<usize> = colleagues.collect();
        let home = street::household(place, u128::from(self.dice.u8(..6) == 0));
        let line = (self.dice.u8(..14), self.dice.usize(..2));
        self.edit(at, home, line);
        for other in colleagues {
            if self.dice.bool() {
                self.trace.tell(&format!("  so does {}", self.hands[other].name));
                self.edit(other, home, line);
                self.ledger.note(&self.hands[other].phone);
            }
        }
    }

    fn edit(&mut self, at: usize, home: HouseholdId, line: (u8, usize)) {
        let left_open = self.dice.u8(..3) == 0;
        let Some(sheet) = self.sheet(at, home, left_open) else {
            return;
        };
        self.typed += 1;
        let edit = Edit::draw(&mut self.dice, &sheet, line, self.typed);
        let saved = self.by_hand(at, |hand| edit.save(hand.phone.device(), &sheet));
        match saved {
            Some(Ok(after)) => {
                self.trace.tell("  edits a household");
                if let Some((kind, entity, text)) = edit.said(&after) {
                    self.ledger.said_saved(kind, entity, text);
                }
            }
            Some(Err(refused)) => self.expect(at, &refused, &NOT_NOW),
            None => {}
        }
    }

    fn sheet(&mut self, at: usize, home: HouseholdId, left_open: bool) -> Option<HouseholdView> {
        let open = self.hands[at].sheets.get(&home).filter(|_| left_open).cloned();
        let sheet = open.map_or_else(
            || self.by_hand(at, |hand| hand.phone.device().get_household(home)),
            |sheet| Some(Ok(sheet)),
        )?;
        match sheet {
            Ok(sheet) => {
                self.hands[at].sheets.insert(home, sheet.clone());
                Some(sheet)
            }
            Err(refused) => {
                self.expect(at, &refused, &NOT_NOW);
                None
            }
        }
    }

    /// The secretary chooses one of the values that a field had.
    pub(super) fn secretary_chooses(&mut self) {
        if !self.server.has_room() {
            return;
        }
        let secretary = Browser::signed_in(&self.server, street::SECRETARY);
        let waiting = secretary.get("/v1/reviews");
        let Some(review) = self.dice.choice(waiting.as_array().unwrap()) else {
            return;
        };
        let (entity, field) = (&review["entity"], &review["field"]);
        let path = format!("/v1/households/{}", review["household"].as_str().unwrap());
        let (status, past) = secretary.post(&format!("{path}/history"), &json!({ "reason": "核对" }));
        // A street that was restored unnoticed takes nothing from anybody.
        if status == 503 {
            return;
        }
        let of_field = |value: &&Value| value["entity"] == *entity && value["field"] == *field;
        let had = past.as_array().unwrap().iter().filter(of_field);
        let mut values: Vec<Value> = had.map(|one| one["value"].clone()).collect();
        if field == "removed" {
            values.push(json!(false));
        }
        let value = self.dice.choice(&values).unwrap();
        let chosen = json!({ "entity": entity, "field": field, "value": value });
        let (status, answer) = secretary.post(&format!("{path}/settle"), &chosen);
        assert_eq!(status, 204, "{answer}");
        self.trace.tell(&format!("  the secretary chooses a {field}"));
    }
}

impl Edit {
    /// Something about a line of the sheet and one of the residents. Texts and numbers are never the same twice.
    fn draw(dice: &mut Rng, sheet: &HouseholdView, (line, whom): (u8, usize), number: u32) -> Self {
        let digits = || json!(format!("139{number:08}"));
        let text = |what: &str| json!(format!("{what}{number}"));
        let Some(resident) = sheet.residents.iter().cycle().nth(whom) else {
            return Self::Add(format!("新住户{number}"));
        };
        let id = resident.id;
        match line {
            0..4 => Self::Home("phone", digits()),
            4 => Self::Home("door_note", text("门")),
            5 => Self::Home("tenure", json!(["owner", "rented", "vacant"][dice.usize(..3)])),
            6 | 7 => Self::Resident(id, "phone", digits()),
            8 => Self::Resident(id, "name", text("改名")),
            9 if dice.bool() => Self::Resident(id, "relation", json!(HEAD)),
            9 => Self::Resident(id, "relation", text("子")),
            10 => Self::Resident(id, "tag.living-alone", json!(dice.bool())),
            11 => Self::Remove(id),
            _ => Self::Add(format!("新住户{number}")),
        }
    }

    fn save(&self, device: &Device, sheet: &HouseholdView) -> Result<HouseholdView, WireError> {
        let home = sheet.household.id;
        let one = |field: &str, value: &Value| NewValues::from([(field.to_owned(), value.clone())]);
        match self {
            Self::Home(field, value) => {
                device.edit_household(home, &one(field, value), &seen(&sheet.household, &HOUSEHOLD_FIELDS))
            }
            Self::Resident(id, field, value) => {
                device.edit_resident(home, *id, &one(field, value), &seen_of(sheet, *id))
            }
            Self::Add(name) => {
                let mut values = one("name", &json!(name));
                values.insert("relation".to_owned(), json!("租户"));
                device.add_resident(home, &values)
            }
            Self::Remove(id) => device.remove_resident(home, *id, &seen_of(sheet, *id)),
        }
    }

    /// What the phone said was saved, where it is like nothing else.
    fn said(&self, after: &HouseholdView) -> Option<(&'static str, Uuid, Option<String>)> {
        match self {
            Self::Home(_, value) => Some((kind::HOUSEHOLD_EDIT, after.household.id.0, Some(numbered(value)?))),
            Self::Resident(id, _, value) => Some((kind::RESIDENT_EDIT, id.0, Some(numbered(value)?))),
            Self::Add(name) => {
                let added = after.residents.iter().find(|resident| resident.name == *name).unwrap();
                Some((kind::RESIDENT_ADD, added.id.0, None))
            }
            Self::Remove(_) => None,
        }
    }
}

/// A text that is never the same twice.
fn numbered(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    text.ends_with(|sign: char| sign.is_ascii_digit())
        .then(|| text.to_owned())
}

/// A person as a sheet shows them.
fn seen_of(sheet: &HouseholdView, id: ResidentId) -> NewValues {
    let person = sheet.residents.iter().find(|resident| resident.id == id).unwrap();
    seen(person, &Field::of_resident())
}

fn seen(record: &impl Fields, fields: &[Field]) -> NewValues {
    let shown = fields
        .iter()
        .filter_map(|field| Some((field.to_string(), record.value(*field)?)));
    shown.collect()
}
