//! Three phones edit one resident without hearing each other. In whatever order their edits arrive, the record ends the
//! same, and every value that was ever written can be found again.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::household::FieldEdit;
use crate::test_support::resident;
use crate::{Resident, Tag};

/// What a phone does once.
#[derive(Debug, Clone)]
enum Act {
    Edit(Vec<(Field, Value)>),
    Remove,
}

#[derive(Debug, Clone)]
struct Made {
    maker: Maker,
    act: Act,
}

fn made(phone: u128, n: u128, hlc: i64, act: Act) -> Made {
    let maker = Maker {
        mutation: MutationId(Uuid::from_u128(phone * 10 + n)),
        author: Some(UserId(Uuid::from_u128(phone))),
        device: Some(DeviceId(Uuid::from_u128(phone))),
        hlc: Hlc(hlc),
    };
    Made { maker, act }
}

/// A server that takes edits.
trait Server: Default {
    fn take(&mut self, made: &Made);
    /// The record as shown, without its revisions.
    fn shown(&self) -> (Resident, bool);
    /// Every value of every field that can be found.
    fn found(&self) -> BTreeSet<(String, String)>;
}

struct Merging {
    file: Tracked<Resident>,
    past: Vec<Past>,
}

impl Default for Merging {
    fn default() -> Self {
        let file = Tracked {
            record: resident(),
            states: States::default(),
            removed: false,
        };
        Self { file, past: Vec::new() }
    }
}

impl Server for Merging {
    fn take(&mut self, made: &Made) {
        let merge = match &made.act {
            Act::Edit(values) => {
                let edit = |(field, value): &(Field, Value)| {
                    let (value, base_rev) = (value.clone(), Hlc::default());
                    (field.to_string(), FieldEdit { value, base_rev })
                };
                self.file.edit(&made.maker, &values.iter().map(edit).collect()).unwrap()
            }
            Act::Remove => self.file.remove(&made.maker, &[]),
        };
        self.past.extend(merge.past);
    }

    fn shown(&self) -> (Resident, bool) {
        (self.file.record.clone(), self.file.removed)
    }

    fn found(&self) -> BTreeSet<(String, String)> {
        self.past
            .iter()
            .map(|past| (past.field.clone(), past.value.to_string()))
            .collect()
    }
}

/// The usual server: the later edit replaces the row as its author saw it.
struct LastRowWins {
    row: Resident,
    removed: bool,
    at: Hlc,
}

impl Default for LastRowWins {
    fn default() -> Self {
        let row = resident();
        Self {
            row,
            removed: false,
            at: Hlc::default(),
        }
    }
}

impl Server for LastRowWins {
    fn take(&mut self, made: &Made) {
        if made.maker.hlc < self.at {
            return;
        }
        self.at = made.maker.hlc;
        match &made.act {
            Act::Edit(values) => {
                self.row = resident();
                for (field, value) in values {
                    self.row.set(*field, value).unwrap();
                }
                self.removed = false;
            }
            Act::Remove => self.removed = true,
        }
    }

    fn shown(&self) -> (Resident, bool) {
        (self.row.clone(), self.removed)
    }

    fn found(&self) -> BTreeSet<(String, String)> {
        let fields = [
            Field::Phone,
            Field::Name,
            Field::Relation,
            Field::Tag(Tag::Disabled),
            Field::Tag(Tag::LivingAlone),
        ];
        fields
            .iter()
            .map(|field| (field.to_string(), self.row.value(*field).unwrap().to_string()))
            .collect()
    }
}

/// Every order in which the edits of the phones can arrive; each phone sends its own in the order of making.
fn orders(phones: &[Vec<Made>]) -> Vec<Vec<Made>> {
    if phones.iter().all(Vec::is_empty) {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for at in (0..phones.len()).filter(|at| !phones[*at].is_empty()) {
        let mut rest = phones.to_vec();
        let next = rest[at].remove(0);
        for mut order in orders(&rest) {
            order.insert(0, next.clone());
            all.push(order);
        }
    }
    all
}

/// What is wrong with a server that took these edits in every order.
fn breach<S: Server>(phones: &[Vec<Made>]) -> Option<String> {
    let mut first: Option<(Resident, bool)> = None;
    for order in orders(phones) {
        let mut server = S::default();
        order.iter().for_each(|made| server.take(made));
        let shown = server.shown();
        if first.get_or_insert_with(|| shown.clone()) != &shown {
            return Some("the order of arrival decides".to_owned());
        }
        let found = server.found();
        for (field, value) in order
            .iter()
            .filter_map(|made| match &made.act {
                Act::Edit(values) => Some(values),
                Act::Remove => None,
            })
            .flatten()
        {
            if !found.contains(&(field.to_string(), value.to_string())) {
                return Some(format!("a value of {field} is lost"));
            }
        }
        let edited = order.iter().any(|made| matches!(made.act, Act::Edit(_)));
        let by_others = order
            .iter()
            .filter(|made| matches!(made.act, Act::Remove))
            .all(|removal| {
                order
                    .iter()
                    .any(|made| matches!(made.act, Act::Edit(_)) && made.maker.device != removal.maker.device)
            });
        if shown.1 && edited && by_others {
            return Some("a removal beat an edit it did not know of".to_owned());
        }
    }
    None
}

fn act() -> impl Strategy<Value = Act> {
    let field = prop_oneof![
        "[0-9]{1,3}".prop_map(|number| (Field::Phone, json!(number))),
        "[a-c]".prop_map(|name| (Field::Name, json!(name))),
        "[a-c]".prop_map(|relation| (Field::Relation, json!(relation))),
        any::<bool>().prop_map(|has| (Field::Tag(Tag::Disabled), json!(has))),
        any::<bool>().prop_map(|has| (Field::Tag(Tag::LivingAlone), json!(has))),
    ];
    let edit = prop::collection::btree_map(0..5_usize, field, 1..3).prop_map(|fields| {
        let one_each: BTreeMap<Field, Value> = fields.into_values().collect();
        Act::Edit(one_each.into_iter().collect())
    });
    prop_oneof![5 => edit, 1 => Just(Act::Remove)]
}

/// One or two edits of each phone; the clocks of the phones are anything, each goes forward.
fn phones() -> impl Strategy<Value = Vec<Vec<Made>>> {
    let phone = prop::collection::vec((act(), 1..50_i64), 1..3);
    prop::collection::vec((phone, 0..100_i64), 3).prop_map(|phones| {
        let numbered = (1..).zip(phones);
        numbered
            .map(|(phone, (acts, start))| {
                let mut hlc = start;
                let mut n = 0;
                let one = |(act, step): (Act, i64)| {
                    hlc += step;
                    n += 1;
                    made(phone, n, hlc, act)
                };
                acts.into_iter().map(one).collect()
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_order_of_arrival_ends_in_one_record_and_loses_no_value(phones in phones()) {
        prop_assert_eq!(breach::<Merging>(&phones), None);
    }
}

#[test]
fn the_check_catches_a_server_where_the_last_row_wins() {
    let edit = |field, value| Act::Edit(vec![(field, value)]);
    let phones = [
        vec![made(1, 1, 10, edit(Field::Phone, json!("110")))],
        vec![made(2, 1, 20, edit(Field::Name, json!("b")))],
    ];
    assert!(breach::<LastRowWins>(&phones).is_some());
    assert_eq!(breach::<Merging>(&phones), None);
}

fn edit_by(phone: u128, hlc: i64, field: Field, value: &Value, base: i64, file: &mut Tracked<Resident>) -> Merge {
    let one = made(phone, u128::try_from(hlc).unwrap(), hlc, Act::Remove);
    let edit = FieldEdit {
        value: value.clone(),
        base_rev: Hlc(base),
    };
    file.edit(&one.maker, &FieldEdits::from([(field.to_string(), edit)]))
        .unwrap()
}

#[test]
fn who_has_seen_a_value_may_replace_it_whatever_the_clock_says() {
    let mut file = Merging::default().file;
    edit_by(1, 100, Field::Name, &json!("a"), 0, &mut file);
    let merge = edit_by(2, 7, Field::Name, &json!("b"), 100, &mut file);
    assert_eq!((merge.kept, file.record.name.as_str()), (Vec::new(), "b"));
    assert_eq!(file.states.fields["name"].rev, Hlc(101));
    assert_eq!(file.states.fields["name"].contest, None);
}

#[test]
fn two_numbers_wait_for_a_person_and_two_notes_do_not() {
    let mut file = Merging::default().file;
    edit_by(1, 10, Field::Phone, &json!("1"), 0, &mut file);
    let merge = edit_by(2, 5, Field::Phone, &json!("2"), 0, &mut file);
    assert_eq!(
        (merge.kept, merge.review),
        (vec!["phone".to_owned()], vec!["phone".to_owned()])
    );
    edit_by(1, 10, Field::Name, &json!("a"), 0, &mut file);
    let merge = edit_by(2, 20, Field::Name, &json!("b"), 0, &mut file);
    assert!(merge.review.is_empty() && merge.kept.is_empty());
    assert!(
        !file.states.fields["name"].contest.unwrap().review,
        "both are told all the same"
    );
    edit_by(1, 10, Field::Relation, &json!("长子"), 0, &mut file);
    let merge = edit_by(2, 20, Field::Relation, &json!(crate::household::HEAD), 0, &mut file);
    assert_eq!(merge.review, ["relation"], "who is the head is not for a clock to say");
}

#[test]
fn the_same_value_from_two_phones_is_no_contest() {
    let mut file = Merging::default().file;
    edit_by(1, 10, Field::Phone, &json!("1"), 0, &mut file);
    let merge = edit_by(2, 5, Field::Phone, &json!("1"), 0, &mut file);
    assert!(merge.kept.is_empty() && merge.review.is_empty());
}

#[test]
fn what_a_person_chose_ends_the_review() {
    let mut file = Merging::default().file;
    edit_by(1, 10, Field::Phone, &json!("1"), 0, &mut file);
    edit_by(2, 20, Field::Phone, &json!("2"), 0, &mut file);
    let secretary = Maker {
        device: None,
        ..made(9, 1, 15, Act::Remove).maker
    };
    let merge = file.settle(&secretary, Field::Phone, &json!("1")).unwrap();
    assert_eq!(merge.past.len(), 1);
    assert_eq!(file.record.phone.as_deref(), Some("1"));
    assert_eq!(file.states.fields["phone"].contest, None);
    assert!(file.states.fields["phone"].rev > Hlc(20));
}

#[test]
fn an_edit_brings_back_whom_another_removed_and_says_so() {
    let mut file = Merging::default().file;
    let removal = made(1, 1, 10, Act::Remove).maker;
    assert!(file.remove(&removal, &[]).review.is_empty() && file.removed);
    let merge = edit_by(2, 5, Field::Name, &json!("b"), 0, &mut file);
    assert!(!file.removed);
    assert_eq!(merge.review, ["removed"]);
    let again = made(1, 2, 30, Act::Remove).maker;
    assert!(file.remove(&again, &[Hlc(5)]).kept.is_empty());
    assert!(file.removed, "who knows of the edit may remove");
}

#[test]
fn a_wrong_value_changes_nothing_of_the_whole_edit() {
    let mut file = Merging::default().file;
    let edit = |value: Value| FieldEdit {
        value,
        base_rev: Hlc::default(),
    };
    let fields = FieldEdits::from([
        ("name".to_owned(), edit(json!("b"))),
        ("birth_year".to_owned(), edit(json!(1))),
        ("grid".to_owned(), edit(json!("g"))),
    ]);
    let problems = file.edit(&made(1, 1, 1, Act::Remove).maker, &fields).unwrap_err();
    let named: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(named, ["fields.birth_year", "fields.grid"]);
    assert_eq!(file, Merging::default().file);
}
