//! Trains the dictionary of small messages, from messages made up of the catalogue's own words. The texts that the wire
//! is measured with are none of them, so that the measure tells how strangers' reports fare.

pub(crate) mod rows;

use domain::catalog::{Category, categories};
use domain::protocol::{BucketPage, DICTIONARY_NUMBER, PullRequest, PullResponse, PushResponse, Receipt, Verdict};
use domain::{Bucket, CategoryId, Epoch, GridId, LatLon, PhotoRole, PlaceSource, Report};

use crate::fault::Fault;
use crate::phone::Phone;
use crate::reports::{Ids, Texts};

/// Messages of each kind.
const MESSAGES: u64 = 4_000;
/// Size of the dictionary.
const BYTES: usize = 16 * 1024;

const PLACES: [&str; 18] = [
    "滨河路",
    "兴龙路",
    "人民路",
    "学府街",
    "中山街",
    "解放大道",
    "幸福小区",
    "阳光花园",
    "书院小区",
    "兴龙里",
    "辅路",
    "人行道",
    "小区门口",
    "路口",
    "公交站旁",
    "东侧",
    "南门",
    "北门",
];
const PHRASES: [&str; 16] = [
    "有一处{}",
    "{}，影响通行",
    "{}，麻烦尽快处理",
    "@#号{}",
    "@{}，电动车过不去",
    "@#号楼下{}，已经好几天了",
    "@这边{}，没人受伤",
    "刚路过@，{}，请派人来看看",
    "@附近{}，很危险",
    "{}，老人小孩容易摔倒",
    "居民反映@#号楼{}",
    "@旁边{}，晚上看不见",
    "{}，味道很大",
    "{}，一直没有人清理",
    "@#单元门口{}",
    "发现{}，已拍照",
];

/// Writes the dictionary to `path`.
pub(crate) fn write(path: &str) -> Result<(), Fault> {
    let mut ids = Ids::from(20_261_128);
    let mut samples = Vec::new();
    for n in 0..MESSAGES {
        samples.extend(exchange(n, &mut ids)?);
    }
    let mut trained = zstd::dict::from_samples(&samples, BYTES)?;
    // The number behind the magic: a small one takes one byte in each frame.
    trained[4..8].copy_from_slice(&DICTIONARY_NUMBER.to_le_bytes());
    Ok(std::fs::write(path, trained)?)
}

/// A push and a pull with their answers, of a street of their own.
fn exchange(n: u64, ids: &mut Ids) -> Result<Vec<Vec<u8>>, Fault> {
    let grid = GridId(format!("{:015}", ids.between(100_000_000_000_000, 999_999_999_999_999)));
    let mut phone = Phone::new(n + 500_000, grid);
    let at_ms = 1_784_000_000_000 + i64::try_from(ids.between(0, 90_000_000_000)).unwrap_or(0);
    let epoch = Epoch(ids.time_ordered(at_ms));
    phone.epoch = Some(epoch);
    phone.skip(usize::try_from(ids.between(0, 900)).unwrap_or(0));
    let reports: Vec<Report> = invented(ids, &phone, at_ms).into_iter().collect();
    let mut push = phone.push_of(&reports)?;
    if let Some(said) = &mut push.announce {
        said.oldest_unsent_ms = i64::try_from(ids.between(900, 90_000)).ok();
        said.free_bytes = Some(ids.between(9, 900) * 100_000_000);
    }
    let rev = ids.between(100, 900_000);
    let receipts = push.mutations.iter().map(|mutation| Receipt {
        id: mutation.id,
        verdict: Verdict::Applied,
        rev: Some(rev),
        body_hash: domain::protocol::body_hash(mutation),
    });
    let answer = PushResponse {
        epoch,
        server_ms: at_ms,
        receipts: receipts.collect(),
        last_seq: ids.between(1, 900),
        stop: None,
        street_rev: rev,
        durable_rev: None,
        sig: None,
        next_after_ms: None,
    };
    let (pull, nothing_new) = idle_pull(&phone, buckets(&phone, ids), epoch, at_ms, rev);
    Ok(vec![
        serde_json::to_vec(&push)?,
        serde_json::to_vec(&answer)?,
        serde_json::to_vec(&pull)?,
        serde_json::to_vec(&nothing_new)?,
    ])
}

/// A pull that brings nothing, and its answer.
fn idle_pull(phone: &Phone, scope: Vec<Bucket>, epoch: Epoch, at_ms: i64, rev: u64) -> (PullRequest, PullResponse) {
    let pull = PullRequest {
        proto: 1,
        bundle_key: false,
        epoch: Some(epoch),
        device: phone.device,
        cursors: scope.iter().map(|bucket| (bucket.clone(), rev)).collect(),
        max_bytes: Some(512 * 1024),
        seen: None,
        announce: None,
        check: false,
        profile: None,
    };
    let pages = scope.iter().map(|bucket| BucketPage {
        id: bucket.clone(),
        reset: false,
        to: rev,
        more: false,
        rows: Vec::new(),
        gone: Vec::new(),
        digest: None,
    });
    let nothing_new = PullResponse {
        epoch,
        bundle_key: None,
        sig: None,
        server_ms: at_ms,
        street_rev: rev,
        durable_rev: None,
        buckets: pages.collect(),
        scope,
        next_after_ms: None,
        profile: None,
    };
    (pull, nothing_new)
}

fn buckets(phone: &Phone, ids: &mut Ids) -> Vec<Bucket> {
    let (grid, community) = (&phone.grid, ids.between(100_000_000_000, 999_999_999_999));
    let names = [
        "ref".to_owned(),
        format!("me:{}", phone.user),
        format!("grid:{grid}"),
        format!("home:{grid}"),
        format!("community:{community}"),
    ];
    names.into_iter().map(Bucket).collect()
}

/// A report that nobody made.
fn invented(ids: &mut Ids, phone: &Phone, at_ms: i64) -> Option<Report> {
    let all: Vec<&Category> = categories().iter().collect();
    let category = pick(ids, &all)?;
    let word = pick(ids, category.keywords).unwrap_or(category.zh).replace('+', "");
    let number = ids.between(1, 90).to_string();
    let text = pick(ids, &PHRASES)?
        .replace('@', pick(ids, &PLACES)?)
        .replace('#', &number)
        .replace("{}", &word);
    let point = LatLon {
        lat: 20.0 + ids.between(0, 25_000_000) as f64 / 1e6,
        lon: 100.0 + ids.between(0, 25_000_000) as f64 / 1e6,
    };
    let texts = Texts::one(CategoryId::from(category.id), text, point);
    let mut report = texts.report(0, &phone.grid, at_ms, ids)?;
    if let Some(claim) = report.place.chosen.as_mut() {
        claim.source = pick(ids, &[PlaceSource::Fix, PlaceSource::Fix, PlaceSource::Pin])?;
        claim.accuracy_m = pick(ids, &[Some(8.5), Some(12.0), Some(5.0), Some(20.0), None])?;
    }
    if let Some(photo) = report.photos.first_mut() {
        photo.role = pick(ids, &[PhotoRole::Wide, PhotoRole::Wide, PhotoRole::CloseUp])?;
    }
    if ids.between(0, 8) == 0 {
        report.photos.clear();
    }
    Some(report)
}

fn pick<T: Copy>(ids: &mut Ids, from: &[T]) -> Option<T> {
    let count = u64::try_from(from.len()).ok().filter(|count| *count > 0)?;
    from.get(usize::try_from(ids.between(0, count)).ok()?).copied()
}
