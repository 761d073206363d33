//! The past cases, through the real intake, each step at its own time.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use domain::protocol::{Announcement, Mutation, PROTO, PushRequest, RevokeOrder, Verdict, kind};
use domain::{
    Action, CapturedAt, CaseAct, DeviceId, Epoch, ErrorCode, MutationId, PhotoManifest, PhotoRole, ReceivedAt, Report,
    ReportId, StreetId, UserId,
};

use super::pictures::Pictures;
use super::story::{ActTold, PastCase, Story};
use super::street::People;
use crate::auth::secret;
use crate::clock::Ids;
use crate::intake::act::from_office;
use crate::intake::push;
use crate::store::devices::{self, DeviceRecord};
use crate::store::{Edit, Tx, cases, people, reports};
use crate::{Failure, Outcome, case_files, upload};

const MINUTE_MS: i64 = 60_000;

/// One step of the past.
enum Step<'s> {
    Report(&'s PastCase),
    Act(&'s ActTold),
}

struct Replay<'r> {
    tx: &'r Tx<'r>,
    ids: &'r dyn Ids,
    epoch: Epoch,
    street: &'r StreetId,
    people: &'r People,
    pictures: &'r Pictures,
    phones: BTreeMap<UserId, (DeviceRecord, u64)>,
    /// Reports by their place in the story.
    reports: BTreeMap<usize, ReportId>,
}

/// Plays every step that lies in the past, in the order it happened.
pub(super) fn replay(
    tx: &Tx<'_>,
    ids: &dyn Ids,
    epoch: Epoch,
    story: &Story,
    people: &People,
    pictures: &Pictures,
    now: ReceivedAt,
) -> Outcome<()> {
    let zone = story.street.time_zone.parse().unwrap_or(Tz::Asia__Shanghai);
    let mut steps = Vec::new();
    for (n, case) in story.past_cases.iter().enumerate() {
        let captured = ten_o_clock(zone, now, case.captured_days_ago);
        steps.push((captured, n, Step::Report(case)));
        let acts = case
            .acts
            .iter()
            .map(|act| (captured + act.after_min * MINUTE_MS, n, Step::Act(act)));
        steps.extend(acts.filter(|(at, ..)| *at < now.0));
    }
    steps.sort_by_key(|(at, n, _)| (*at, *n));
    let street = &story.street.id;
    let (phones, reports) = (BTreeMap::new(), BTreeMap::new());
    let mut replay = Replay {
        tx,
        ids,
        epoch,
        street,
        people,
        pictures,
        phones,
        reports,
    };
    for (at, n, step) in steps {
        match step {
            Step::Report(case) => replay.report(n, case, at)?,
            Step::Act(told) => replay.act(n, told, at)?,
        }
    }
    Ok(())
}

/// Ten in the morning, some days ago, in the street's time.
fn ten_o_clock(zone: Tz, now: ReceivedAt, days_ago: i64) -> i64 {
    let local = DateTime::<Utc>::from_timestamp_millis(now.0)
        .unwrap_or_default()
        .with_timezone(&zone);
    let day = local.date_naive().checked_sub_days(Days::new(days_ago.unsigned_abs()));
    let ten = NaiveTime::from_hms_opt(10, 0, 0).unwrap_or(NaiveTime::MIN);
    let at = day.and_then(|day| zone.from_local_datetime(&day.and_time(ten)).earliest());
    at.map_or(now.0, |at| at.timestamp_millis())
}

impl Replay<'_> {
    fn report(&mut self, n: usize, case: &PastCase, at: i64) -> Outcome<()> {
        let user = self.user(&case.worker)?;
        let told = case.report.clone();
        let report = Report {
            id: ReportId(self.ids.uuid()),
            category: told.category,
            answer: told.answer,
            text: told.text,
            place: told.place,
            home_grid: told.home_grid,
            captured_at: CapturedAt(at),
            source: told.source,
            photos: self.photos(&case.pictures, PhotoRole::Wide)?,
            no_photo_reason: told.no_photo_reason,
            expectation: None,
        };
        let photos = report.photos.clone();
        self.reports.insert(n, report.id);
        // Received a minute after capture.
        let now = ReceivedAt(at + MINUTE_MS);
        self.push(user, &report, at, now)?;
        self.arrived(&photos, now)
    }

    fn push(&mut self, user: UserId, report: &Report, at: i64, now: ReceivedAt) -> Outcome<()> {
        let (device, seq) = self.phone(user, now)?;
        let said = Announcement {
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Announcement::default()
        };
        devices::heard(self.tx, self.street, device.id, Some(&said), now)?;
        let mutation = Mutation {
            id: MutationId(self.ids.uuid()),
            seq,
            kind: kind::REPORT_CREATE.to_owned(),
            v: 1,
            entity: report.id.0,
            author: user,
            wall_ms: at,
            server_est_ms: Some(at),
            body: serde_json::to_value(report)?,
        };
        let request = PushRequest {
            proto: PROTO,
            epoch: Some(self.epoch),
            device: device.id,
            seen: None,
            announce: None,
            mutations: vec![mutation],
        };
        let answer = push::take(self.tx, self.epoch, &device, &request, now, self.ids)?;
        let first = answer.iter().flat_map(|answer| &answer.receipts).next();
        match first.map(|receipt| receipt.verdict.clone()) {
            Some(Verdict::Applied) => Ok(()),
            Some(Verdict::Rejected { code, details }) => Err(Failure::refused(code, details)),
            Some(Verdict::Parked { code }) => Err(code.into()),
            Some(Verdict::Merged { .. } | Verdict::Superseded) | None => Err(ErrorCode::Internal.into()),
        }
    }

    /// The worker's demo phone and its next number. It is an ordinary device row.
    fn phone(&mut self, user: UserId, now: ReceivedAt) -> Outcome<(DeviceRecord, u64)> {
        if let Some((device, seq)) = self.phones.get_mut(&user) {
            *seq += 1;
            return Ok((device.clone(), *seq));
        }
        let device = DeviceRecord {
            street: self.street.clone(),
            id: DeviceId(self.ids.uuid()),
            user,
            token_hash: secret::hash(&secret::token(&self.ids.secret())),
            name: "演示手机 Demo phone".to_owned(),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            revoked: false,
            order: RevokeOrder::default(),
            wiped_at: None,
            last_seq: 0,
            forked_from: None,
            announce: None,
            announced_at: None,
            enrolled_at: now,
            last_seen_at: None,
        };
        devices::insert(self.tx, &device)?;
        self.phones.insert(user, (device.clone(), 1));
        Ok((device, 1))
    }

    fn act(&self, n: usize, told: &ActTold, at: i64) -> Outcome<()> {
        let now = ReceivedAt(at);
        let report = self.reports.get(&n).ok_or(ErrorCode::NotFound)?;
        let case = reports::get(self.tx, self.street, *report)?
            .ok_or(ErrorCode::NotFound)?
            .case;
        let case = cases::get(self.tx, self.street, case)?.ok_or(ErrorCode::NotFound)?;
        let record = people::get(self.tx, self.street, self.user(&told.by)?)?.ok_or(ErrorCode::NotFound)?;
        let person = people::person(self.tx, &record, now)?;
        let photos = self.photos(&told.pictures, PhotoRole::After)?;
        let act = CaseAct {
            case: case.id,
            from_state_rev: case.state_rev,
            act: with_photos(told.act.clone(), &photos),
        };
        let edit = Edit::new(self.tx, self.street.clone(), now, self.ids);
        from_office(&edit, &case_files::actor(&person), &act, MutationId(self.ids.uuid()))?;
        edit.seal()?;
        self.arrived(&photos, now)
    }

    fn user(&self, login: &str) -> Outcome<UserId> {
        self.people
            .get(login)
            .copied()
            .ok_or_else(|| ErrorCode::NotFound.into())
    }

    fn photos(&self, names: &[String], role: PhotoRole) -> Outcome<Vec<PhotoManifest>> {
        names
            .iter()
            .map(|name| {
                let made = self.pictures.get(name).ok_or(ErrorCode::NotFound)?;
                Ok(PhotoManifest { role, ..made.clone() })
            })
            .collect()
    }

    /// The files lie on the disk already.
    fn arrived(&self, photos: &[PhotoManifest], now: ReceivedAt) -> Outcome<()> {
        let edit = Edit::new(self.tx, self.street.clone(), now, self.ids);
        for (_copy, file) in photos.iter().flat_map(PhotoManifest::files) {
            upload::stored(&edit, &file.sha256, file.size, None)?;
        }
        edit.seal()?;
        Ok(())
    }
}

/// The act with the story's photos in it, where it takes any.
fn with_photos(mut act: Action, shown: &[PhotoManifest]) -> Action {
    if let Action::MakeSafe { photos, .. } | Action::Progress { photos, .. } | Action::Resolve { photos, .. } = &mut act
    {
        *photos = shown.to_vec();
    }
    act
}
