use std::io;

use super::*;
use crate::ports::KeyStore;
use crate::rest::gone;
use crate::store::identity;
use crate::test_support::{World, jpeg};
use crate::view::{DraftEdit, DraftKind, EnrolRequestView, NewDraft, NoteDraft, ReportDraft};

const PIN: &str = "260411";
const OTHER: &str = "771203";
/// A guess that takes no time.
const CHEAP: PinCost = PinCost {
    memory_kib: 8,
    passes: 1,
};
const WORDS: &str = "王阿婆家漏水 13800001234";

/// A phone whose folder is empty at first, and the world around it.
struct Locked {
    world: World,
    dir: tempfile::TempDir,
    ports: Ports,
    lock: Lock,
}

impl Locked {
    fn new() -> Self {
        Self::with(|_ports| ())
    }

    fn with(change: impl FnOnce(&mut Ports)) -> Self {
        let world = World::new();
        let dir = tempfile::tempdir().unwrap();
        let mut ports = world.ports();
        change(&mut ports);
        let lock = Lock::open(dir.path(), ports.clone(), CHEAP);
        Self {
            world,
            dir,
            ports,
            lock,
        }
    }

    /// Enrolled, with a report and its photo, all of it as it was before there was a PIN.
    async fn captured() -> Self {
        let phone = Self::new();
        phone.enrol().await;
        phone.capture();
        phone
    }

    async fn enrol(&self) {
        self.enrol_with("GOODCODE").await;
    }

    async fn enrol_with(&self, code: &str) {
        let request = EnrolRequestView {
            server: "http://127.0.0.1:1".to_owned(),
            code: code.to_owned(),
            device_name: String::new(),
        };
        self.lock.device().unwrap().enrol(request).await.unwrap();
    }

    fn capture(&self) {
        let device = self.lock.device().unwrap();
        let draft = device
            .open_draft(NewDraft {
                kind: DraftKind::Report,
                household: None,
                about: None,
            })
            .unwrap();
        let report = ReportDraft {
            text: WORDS.to_owned(),
            ..draft.report.unwrap()
        };
        device
            .save_draft(DraftEdit {
                id: draft.id.clone(),
                report: Some(report),
                visit: None,
                note: None::<NoteDraft>,
            })
            .unwrap();
        device.keep_photo("a.jpg", &jpeg(1), domain::PhotoRole::Wide).unwrap();
    }

    fn restart(&mut self) {
        // The databases of before are closed first.
        self.lock.state = Mutex::new(State::Closed);
        self.lock = Lock::open(self.dir.path(), self.ports.clone(), CHEAP);
    }

    /// The office orders everything to be removed.
    fn order_wipe(&self) {
        let device = self.lock.device().unwrap();
        let name = device.identity().unwrap().unwrap().device;
        let order = domain::protocol::RevokeOrder::Wipe;
        device
            .store
            .write_outbox(|tx| identity::revoke(tx, name, order))
            .unwrap();
    }

    fn key_on_disk(&self) -> Vec<u8> {
        let kept = std::fs::read(self.dir.path().join("key.json")).unwrap();
        let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
        kept["wrapped"].as_str().unwrap().as_bytes().to_vec()
    }

    /// As new, and its worker is told; then somebody uses it.
    async fn require_as_new(&mut self, key_before: &[u8], wrapped_before: &[u8]) {
        let session = self.lock.device().unwrap().get_session().unwrap();
        assert_eq!((session.wiped, session.enrolled), (true, false));
        assert!(!self.lock.view().has_pin);
        assert_eq!(self.words(), [""; 0]);
        for bytes in [wrapped_before, WORDS.as_bytes(), b"XGS1"] {
            assert_eq!(self.shows(bytes), [""; 0]);
        }
        self.enrol_with("NEXTCODE").await;
        self.capture();
        self.lock.set_pin(OTHER).unwrap();
        self.restart();
        self.lock.unlock(OTHER).unwrap();
        assert_eq!(self.words(), [WORDS]);
        assert_ne!(
            self.lock.key().unwrap().1.bytes().as_slice(),
            key_before,
            "with a key of its own"
        );
    }

    fn standing(&self) -> LockStanding {
        self.lock.view().standing
    }

    fn words(&self) -> Vec<String> {
        let drafts = self.lock.device().unwrap().list_drafts().unwrap();
        drafts
            .into_iter()
            .filter_map(|draft| draft.report.map(|report| report.text))
            .collect()
    }

    /// Files in which these bytes can be found.
    fn shows(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for folder in ["", "photos", "fetched", "uploads", "maps"] {
            for entry in self.ports.files.list(&self.dir.path().join(folder)).unwrap() {
                let raw = std::fs::read(self.dir.path().join(folder).join(&entry.name)).unwrap();
                if raw.windows(bytes.len()).any(|window| window == bytes) {
                    found.push(entry.name);
                }
            }
        }
        found
    }
}

#[tokio::test]
async fn a_pin_is_asked_for_once_the_phone_is_a_workers_and_nothing_is_fetched_before() {
    let phone = Locked::new();
    assert_eq!(phone.standing(), LockStanding::Open);
    phone.enrol().await;
    assert_eq!(phone.standing(), LockStanding::PinDue);
    let pulls = || {
        phone
            .world
            .server
            .state()
            .requests
            .iter()
            .filter(|path| path.starts_with("v1/pull"))
            .count()
    };
    let a_while = || tokio::time::timeout(Duration::from_millis(300), phone.lock.run());
    drop(a_while().await);
    assert_eq!(pulls(), 0);
    assert_eq!(phone.lock.set_pin(PIN).unwrap().standing, LockStanding::Open);
    drop(a_while().await);
    assert!(pulls() > 0, "the control: with a PIN it is");
}

#[tokio::test]
async fn choosing_a_pin_encrypts_all_that_is_there_and_loses_nothing() {
    let mut phone = Locked::captured().await;
    let picture = &jpeg(1)[..64];
    assert!(
        !phone.shows(WORDS.as_bytes()).is_empty() && !phone.shows(picture).is_empty(),
        "the control: found in the clear"
    );
    phone.lock.set_pin(PIN).unwrap();
    for bytes in [WORDS.as_bytes(), picture, b"SQLite format 3", b"127.0.0.1"] {
        assert_eq!(phone.shows(bytes), [""; 0]);
    }
    assert_eq!(phone.words(), [WORDS]);
    phone.restart();
    phone.lock.unlock(PIN).unwrap();
    assert_eq!(phone.words(), [WORDS]);
    let photos = phone.ports.files.list(&phone.dir.path().join("photos")).unwrap();
    assert_eq!(photos.len(), 3);
    for photo in photos {
        assert!(
            phone
                .lock
                .device()
                .unwrap()
                .photo_file(&photo.name.as_str().into())
                .is_ok()
        );
    }
    phone.capture();
    assert_eq!(phone.shows(WORDS.as_bytes()), [""; 0], "nor what is written later");
}

#[tokio::test]
async fn after_a_start_nothing_is_read_before_the_pin_but_how_much_waits() {
    let mut phone = Locked::captured().await;
    phone.lock.set_pin(PIN).unwrap();
    phone.restart();
    let view = phone.lock.view();
    assert_eq!(
        (view.standing, view.has_pin, view.key_store),
        (LockStanding::Locked, true, false)
    );
    assert!(phone.lock.held().is_none());
    assert_eq!(phone.lock.device().err().unwrap().code, ErrorCode::Locked);
    assert_eq!(phone.lock.set_pin(OTHER).unwrap_err().code, ErrorCode::Locked);
    assert_eq!(phone.lock.change_pin(PIN, OTHER).unwrap_err().code, ErrorCode::Locked);
    assert_eq!(phone.lock.unlock(OTHER).unwrap_err().code, ErrorCode::PinWrong);
    assert_eq!(phone.lock.unlock(PIN).unwrap().standing, LockStanding::Open);
}

#[tokio::test]
async fn the_lock_screen_knows_how_many_records_wait_and_how_the_app_looks() {
    let mut phone = Locked::new();
    phone.enrol().await;
    phone.lock.set_pin(PIN).unwrap();
    phone.world.offline();
    let device = phone.lock.device().unwrap();
    drop(tokio::time::timeout(Duration::from_millis(300), phone.lock.run()).await);
    let settings = crate::view::Settings {
        text_size: 130,
        language: crate::view::Language::En,
        ..Default::default()
    };
    device.save_settings(settings).unwrap();
    device.keep_front();
    drop(device);
    phone.restart();
    let front = phone.lock.view().front;
    assert_eq!(
        (front.waiting, front.text_size, front.language),
        (0, 130, crate::view::Language::En)
    );
}

#[tokio::test]
async fn wrong_pins_wait_longer_and_longer_and_ending_the_app_gives_no_further_try() {
    let mut phone = Locked::captured().await;
    phone.lock.set_pin(PIN).unwrap();
    phone.restart();
    let wait = |phone: &Locked, pin: &str| {
        let error = phone.lock.unlock(pin).unwrap_err();
        (error.code, error.details["retry_after_s"].as_u64().unwrap())
    };
    for _ in 0..4 {
        assert_eq!(wait(&phone, OTHER), (ErrorCode::PinWrong, 0));
    }
    assert_eq!(wait(&phone, OTHER), (ErrorCode::PinWrong, 30));
    assert_eq!(
        wait(&phone, PIN),
        (ErrorCode::TooManyTries, 30),
        "the right one waits as well"
    );
    phone.restart();
    assert_eq!(wait(&phone, PIN), (ErrorCode::TooManyTries, 30));
    phone.world.clock.advance(30_000);
    assert_eq!(wait(&phone, OTHER), (ErrorCode::PinWrong, 60));
    phone.world.clock.advance(60_000);
    phone.lock.unlock(PIN).unwrap();
    assert_eq!(phone.words(), [WORDS], "and nothing is lost by it");
    phone.restart();
    assert_eq!(
        wait(&phone, OTHER),
        (ErrorCode::PinWrong, 0),
        "the right one begins anew"
    );
}

#[tokio::test]
async fn an_app_that_nobody_touches_for_five_minutes_locks_and_goes_on_sending() {
    let phone = Locked::captured().await;
    phone.lock.set_pin(PIN).unwrap();
    phone.world.clock.advance(LOCK_AFTER_MS - 1);
    phone.lock.touch();
    phone.world.clock.advance(LOCK_AFTER_MS - 1);
    assert_eq!(phone.standing(), LockStanding::Open);
    phone.world.clock.advance(1);
    assert_eq!(phone.standing(), LockStanding::Locked);
    assert_eq!(phone.lock.device().err().unwrap().code, ErrorCode::Locked);
    phone.lock.touch();
    assert_eq!(phone.standing(), LockStanding::Locked, "touching does not open it");
    assert!(phone.lock.held().is_some(), "the engine works on");
    phone.world.server.state().requests.clear();
    drop(tokio::time::timeout(Duration::from_millis(300), phone.lock.run()).await);
    assert!(!phone.world.server.state().requests.is_empty());
    phone.lock.unlock(PIN).unwrap();
    assert_eq!(phone.words(), [WORDS]);
    assert_eq!(
        phone.lock.lock().standing,
        LockStanding::Locked,
        "and at once, when asked"
    );
}

#[tokio::test]
async fn another_pin_wraps_the_key_anew_and_touches_nothing_else() {
    let mut phone = Locked::captured().await;
    phone.lock.set_pin(PIN).unwrap();
    assert_eq!(
        phone.lock.change_pin(OTHER, OTHER).unwrap_err().code,
        ErrorCode::PinWrong
    );
    let files = ["outbox.db", "cache.db"].map(|name| phone.dir.path().join(name));
    let before = files.clone().map(|file| std::fs::read(file).unwrap());
    phone.lock.change_pin(PIN, OTHER).unwrap();
    assert!(files.map(|file| std::fs::read(file).unwrap()) == before);
    phone.restart();
    assert_eq!(phone.lock.unlock(PIN).unwrap_err().code, ErrorCode::PinWrong);
    phone.lock.unlock(OTHER).unwrap();
    assert_eq!(phone.words(), [WORDS]);
}

#[test]
fn a_pin_that_anybody_would_guess_first_is_refused() {
    for weak in [
        "",
        "12345",
        "1234567",
        "12345a",
        "１２３４５６",
        "000000",
        "777777",
        "123456",
        "345678",
        "654321",
    ] {
        assert_eq!(
            Locked::new().lock.set_pin(weak).unwrap_err().code,
            ErrorCode::PinWeak,
            "{weak}"
        );
    }
    for good in ["260411", "112233", "135790", "908070"] {
        assert!(require_good(good).is_ok(), "{good}");
    }
}

/// A key store in memory that can lose its key.
struct Keeps(Mutex<Option<u8>>);

impl KeyStore for Keeps {
    fn wrap(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.0.lock().unwrap().get_or_insert(0x66);
        self.unwrap(bytes)
    }

    fn unwrap(&self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let key = self.0.lock().unwrap().ok_or(io::ErrorKind::NotFound)?;
        Ok(bytes.iter().map(|byte| byte ^ key).collect())
    }

    fn destroy(&self) -> io::Result<()> {
        *self.0.lock().unwrap() = None;
        Ok(())
    }
}

#[tokio::test]
async fn where_there_is_a_key_store_a_copy_of_the_disk_cannot_be_opened_even_with_the_pin() {
    let store = Arc::new(Keeps(Mutex::new(Some(0x55))));
    let mut phone = Locked::with(|ports| ports.key_store = Some(store.clone()));
    phone.enrol().await;
    phone.capture();
    assert!(phone.lock.set_pin(PIN).unwrap().key_store);
    phone.restart();
    phone.lock.unlock(PIN).unwrap();
    assert_eq!(phone.words(), [WORDS]);
    phone.restart();
    store.destroy().unwrap();
    assert_eq!(phone.lock.unlock(PIN).unwrap_err().code, ErrorCode::KeyLost);
    phone.ports.key_store = None;
    phone.restart();
    assert_eq!(
        phone.lock.unlock(PIN).unwrap_err().code,
        ErrorCode::KeyLost,
        "nor on another machine"
    );
}

#[tokio::test]
async fn whoever_enrols_an_encrypted_phone_chooses_a_pin_of_their_own() {
    let mut phone = Locked::new();
    phone.enrol().await;
    phone.lock.set_pin(PIN).unwrap();
    phone.lock.device().unwrap().sign_out().unwrap();
    assert_eq!(phone.standing(), LockStanding::Open);
    phone.enrol_with("NEXTCODE").await;
    assert_eq!(phone.standing(), LockStanding::PinDue);
    phone.lock.set_pin(OTHER).unwrap();
    assert_eq!(phone.standing(), LockStanding::Open);
    phone.restart();
    assert_eq!(phone.lock.unlock(PIN).unwrap_err().code, ErrorCode::PinWrong);
    phone.lock.unlock(OTHER).unwrap();
}

#[tokio::test]
async fn whoever_takes_a_phone_over_chooses_a_pin_of_their_own_and_opens_what_is_there() {
    let mut phone = Locked::captured().await;
    phone.lock.set_pin(PIN).unwrap();
    phone.lock.device().unwrap().switch_user("NEXTCODE").await.unwrap();
    assert_eq!(phone.standing(), LockStanding::PinDue);
    phone.lock.set_pin(OTHER).unwrap();
    assert_eq!(phone.standing(), LockStanding::Open);
    phone.restart();
    assert_eq!(phone.lock.unlock(PIN).unwrap_err().code, ErrorCode::PinWrong);
    phone.lock.unlock(OTHER).unwrap();
    // The same person with another code is the one who knows the PIN already.
    phone.lock.device().unwrap().switch_user("GOODCODE").await.unwrap();
    assert_eq!(phone.standing(), LockStanding::Open);
}

#[tokio::test]
async fn a_command_that_still_runs_puts_the_pin_off_and_loses_nothing() {
    let phone = Locked::captured().await;
    let used = phone.lock.device().unwrap();
    assert_eq!(phone.lock.set_pin(PIN).unwrap_err().code, ErrorCode::Busy);
    drop(used);
    assert_eq!(phone.words(), [WORDS]);
    phone.lock.set_pin(PIN).unwrap();
    assert_eq!(phone.words(), [WORDS]);
}

#[tokio::test]
async fn a_full_disk_puts_the_pin_off_and_shuts_nobody_out() {
    let mut phone = Locked::captured().await;
    phone.world.files.fill_disk(true);
    assert_eq!(phone.lock.set_pin(PIN).unwrap_err().code, ErrorCode::PhoneFull);
    assert_eq!(phone.words(), [WORDS]);
    phone.world.files.fill_disk(false);
    phone.lock.set_pin(PIN).unwrap();
    phone.restart();
    phone.world.files.fill_disk(true);
    assert_eq!(phone.lock.unlock(OTHER).unwrap_err().code, ErrorCode::PinWrong);
    phone.lock.unlock(PIN).unwrap();
    assert_eq!(phone.words(), [WORDS]);
}

#[tokio::test]
async fn wrong_pins_are_counted_on_a_full_disk_too() {
    let mut phone = Locked::captured().await;
    phone.lock.set_pin(PIN).unwrap();
    phone.restart();
    phone.world.files.fill_disk(true);
    for _ in 0..5 {
        assert_eq!(phone.lock.unlock(OTHER).unwrap_err().code, ErrorCode::PinWrong);
        phone.restart();
    }
    assert_eq!(phone.lock.unlock(PIN).unwrap_err().code, ErrorCode::TooManyTries);
    phone.world.clock.advance(30_000);
    phone.lock.unlock(PIN).unwrap();
}

#[tokio::test]
async fn a_pin_that_cannot_be_counted_is_not_tried() {
    let mut phone = Locked::captured().await;
    phone.lock.set_pin(PIN).unwrap();
    phone.restart();
    for pin in [OTHER, PIN] {
        phone.world.files.cut_after(0);
        assert_eq!(phone.lock.unlock(pin).unwrap_err().code, ErrorCode::PhoneWrite);
        assert!(phone.world.files.mend(), "the control: it wanted to write");
    }
    assert!(phone.lock.held().is_none());
    phone.lock.unlock(PIN).unwrap();
}

#[tokio::test]
async fn a_wipe_destroys_the_key_first_and_the_power_may_be_cut_at_any_step_of_it() {
    let (mut cuts, mut begun) = (0, 0);
    loop {
        let store = Arc::new(Keeps(Mutex::new(Some(0x55))));
        let mut phone = Locked::with(|ports| ports.key_store = Some(store.clone()));
        phone.enrol().await;
        phone.capture();
        phone.lock.set_pin(PIN).unwrap();
        let (device, key) = phone.lock.key().unwrap();
        let (key, wrapped) = (key.bytes().to_vec(), phone.key_on_disk());
        assert_eq!(phone.shows(&wrapped), ["key.json"], "the control: it is found");
        phone.order_wipe();
        phone.world.files.cut_after(cuts);
        let _cut = device.wipe_as_ordered().await;
        let was_cut = phone.world.files.mend();
        drop(device);
        if !gone::is_begun(phone.dir.path(), phone.ports.files.as_ref()) {
            assert!(was_cut, "only a cut can have kept it from beginning");
            phone.restart();
            phone.lock.unlock(PIN).unwrap();
            assert_eq!(phone.words(), [WORDS], "it has not begun, and all is there");
            cuts += 1;
            continue;
        }
        begun += 1;
        // Each start comes a step further than the one before.
        for steps in 0.. {
            phone.world.files.cut_after(steps);
            phone.restart();
            if !phone.world.files.mend() {
                break;
            }
            assert_eq!(phone.lock.unlock(PIN).unwrap_err().code, ErrorCode::KeyLost);
        }
        assert!(store.0.lock().unwrap().is_none(), "nor does the key store have its own");
        phone.require_as_new(&key, &wrapped).await;
        if !was_cut {
            break;
        }
        cuts += 1;
    }
    assert!(begun > 5, "the control: it was cut at many steps, {begun}");
}

#[tokio::test]
async fn a_phone_that_is_wiped_while_it_runs_is_as_new_once_nobody_uses_what_it_was() {
    let mut phone = Locked::captured().await;
    phone.lock.set_pin(PIN).unwrap();
    let used = phone.lock.device().unwrap();
    let (key, wrapped) = (phone.lock.key().unwrap().1.bytes().to_vec(), phone.key_on_disk());
    phone.order_wipe();
    let a_while = || tokio::time::timeout(Duration::from_millis(300), phone.lock.run());
    drop(a_while().await);
    assert_eq!(phone.lock.device().err().unwrap().code, ErrorCode::Busy);
    assert!(used.list_reports().unwrap().is_empty());
    drop(used);
    drop(a_while().await);
    phone.require_as_new(&key, &wrapped).await;
}
