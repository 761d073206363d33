//! The app's lock: what stands between whoever holds the phone and what the phone holds.
//!
//! Before a PIN was chosen nothing is encrypted and nothing is fetched. Choosing it encrypts what is there. From then on
//! a start needs the PIN, and so does the app after five minutes in which nobody touched it; the key and the sync engine
//! stay in memory meanwhile, so that what waits is still sent.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::protocol::{ErrorCode, WireError};
use serde_json::json;
use tokio::sync::Notify;

use crate::device::Device;
use crate::failure::{Failure, Result};
use crate::front;
use crate::ports::{Ports, Topic};
use crate::rest::envelope::Envelope;
use crate::rest::{DataKey, PinCost, gone, moving, tries};
use crate::view::{LockStanding, LockView};

/// Nobody touched the app for so long: it locks. In milliseconds.
const LOCK_AFTER_MS: i64 = 5 * 60_000;
/// Digits of a PIN.
const DIGITS: usize = 6;
/// How often, and how many times, it is looked whether the last command before the PIN has ended.
const LAST_COMMANDS: (Duration, u32) = (Duration::from_millis(20), 250);

/// The phone behind its lock.
pub struct Lock {
    dir: PathBuf,
    ports: Ports,
    cost: PinCost,
    /// Choosing and trying PINs is done one after the other.
    turn: Mutex<Tries>,
    state: Mutex<State>,
    /// Rings when another device is there, or none.
    bell: Notify,
}

/// Wrong PINs in a row, and until when the next one waits, on the clock that cannot be set.
struct Tries {
    wrong: u32,
    until_mono: i64,
}

enum State {
    /// No PIN was ever chosen. The device, or why there is none.
    Bare(std::result::Result<Arc<Device>, WireError>),
    /// There is no key in memory.
    Closed,
    /// The key is in memory.
    Held(Held),
}

struct Held {
    device: Arc<Device>,
    key: DataKey,
    open: bool,
    touched: Instants,
}

/// A moment on both clocks: one can be set, the other stands still while the phone sleeps.
#[derive(Clone, Copy)]
struct Instants {
    wall: i64,
    mono: i64,
}

impl Instants {
    fn is_long_before(self, now: Self) -> bool {
        (now.wall - self.wall).max(now.mono - self.mono) >= LOCK_AFTER_MS || now.wall < self.wall
    }
}

impl Lock {
    /// Looks at the phone's folder. A device that cannot be opened is said when it is asked for.
    #[must_use]
    pub fn open(dir: &Path, ports: Ports, cost: PinCost) -> Self {
        let wrong = tries::read(dir, ports.files.as_ref());
        let until_mono = ports.clock.mono_ms() + tries::wait_ms(wrong);
        let state = begin(dir, &ports);
        Self {
            dir: dir.to_owned(),
            ports,
            cost,
            turn: Mutex::new(Tries { wrong, until_mono }),
            state: Mutex::new(state),
            bell: Notify::new(),
        }
    }

    /// The device, for somebody who may use it.
    ///
    /// # Errors
    /// `locked`, `busy` while a device that was wiped still ends, or why there is no device.
    pub fn device(&self) -> std::result::Result<Arc<Device>, WireError> {
        match &*self.state() {
            State::Bare(device) => device.clone(),
            State::Held(held) if held.device.has_ended() => Err(busy().into()),
            State::Held(held) if held.open => Ok(Arc::clone(&held.device)),
            State::Held(_) | State::Closed => Err(ErrorCode::Locked.into()),
        }
    }

    /// The device, for what works behind the lock too; none while there is no key.
    pub fn held(&self) -> Option<Arc<Device>> {
        match &*self.state() {
            State::Bare(device) => device.clone().ok(),
            State::Held(held) => Some(Arc::clone(&held.device)),
            State::Closed => None,
        }
    }

    /// Brings work to the server and rows to the phone while the key is in memory, locked or not. Never returns.
    pub async fn run(&self) {
        loop {
            let another = self.bell.notified();
            let device = match &*self.state() {
                State::Held(held) => Some(Arc::clone(&held.device)),
                State::Bare(_) | State::Closed => None,
            };
            match device {
                Some(device) => {
                    tokio::select! { () = device.run() => {} () = another => {} () = device.ending() => {} }
                    if device.has_ended() {
                        drop(device);
                        self.begin_anew().await;
                    }
                }
                None => another.await,
            }
        }
    }

    /// Waits until nobody uses the device that has ended, whose place then is taken when the state is looked at.
    async fn begin_anew(&self) {
        while matches!(&*self.state(), State::Held(held) if held.device.has_ended()) {
            tokio::time::sleep(LAST_COMMANDS.0).await;
        }
        self.told();
    }

    /// Whether the app may be used, and what may be seen without.
    #[must_use]
    pub fn view(&self) -> LockView {
        let (has_pin, locked) = match &*self.state() {
            State::Bare(_) => (false, false),
            State::Closed => (true, true),
            State::Held(held) => (true, !held.open),
        };
        let device = self.held();
        let standing = match &device {
            _ if locked => LockStanding::Locked,
            Some(device) if is_due(device, !has_pin) => LockStanding::PinDue,
            Some(_) | None => LockStanding::Open,
        };
        let kept = || front::read(&self.dir, self.ports.files.as_ref());
        let front = device.and_then(|device| device.front().ok()).unwrap_or_else(kept);
        LockView {
            standing,
            has_pin,
            key_store: self.ports.key_store.is_some(),
            retry_after_s: self.retry_after_s(&self.turn()),
            front,
        }
    }

    /// Chooses the PIN: after an enrolment. On a phone that had none, everything is encrypted before this returns.
    ///
    /// # Errors
    /// `pin_weak`; `locked` where a PIN was chosen already and none is due; `busy` while a command still runs;
    /// `phone_full` where there is no room for the copies, `phone_write`.
    pub fn set_pin(&self, pin: &str) -> std::result::Result<LockView, WireError> {
        let mut turn = self.turn();
        require_good(pin)?;
        if let Some((device, key)) = self.key() {
            if !is_due(&device, false) {
                return Err(ErrorCode::Locked.into());
            }
            self.rewrap(&key, pin)?;
            device.pin_chosen()?;
        } else {
            self.encrypt(&mut turn, pin)?;
        }
        drop(turn);
        self.told();
        Ok(self.view())
    }

    /// Changes the PIN: the key is wrapped anew, nothing else is touched.
    ///
    /// # Errors
    /// `locked`, `pin_wrong`, `too_many_tries`, `pin_weak`, `phone_write`.
    pub fn change_pin(&self, old: &str, new: &str) -> std::result::Result<LockView, WireError> {
        self.device()?;
        let mut turn = self.turn();
        require_good(new)?;
        let (key, _) = self.try_pin(&mut turn, old)?;
        self.rewrap(&key, new)?;
        drop(turn);
        Ok(self.view())
    }

    /// Opens the app. After a start this opens the databases, and goes on encrypting what a power cut left.
    ///
    /// # Errors
    /// `pin_wrong` and `too_many_tries` with `{retry_after_s}`; `key_lost`; what the databases are refused for.
    pub fn unlock(&self, pin: &str) -> std::result::Result<LockView, WireError> {
        let mut turn = self.turn();
        let (key, envelope) = self.try_pin(&mut turn, pin)?;
        let now = self.instants();
        let is_held = if let State::Held(held) = &mut *self.state() {
            (held.open, held.touched) = (true, now);
            true
        } else {
            false
        };
        if !is_held {
            self.hold(key, envelope)?;
        }
        drop(turn);
        self.told();
        Ok(self.view())
    }

    /// Locks at once.
    pub fn lock(&self) -> LockView {
        if let State::Held(held) = &mut *self.state() {
            held.open = false;
        }
        self.ports.changed.changed(&[Topic::Lock]);
        self.view()
    }

    /// Somebody uses the app.
    pub fn touch(&self) {
        let now = self.instants();
        if let State::Held(held) = &mut *self.state()
            && held.open
        {
            held.touched = now;
        }
    }

    /// Nothing is encrypted here, by a person's wish.
    fn encrypt(&self, tries: &mut Tries, pin: &str) -> Result<()> {
        let files = self.ports.files.as_ref();
        moving::require_room(&self.dir, files)?;
        let bare = match &*self.state() {
            State::Bare(bare) => bare.clone()?,
            State::Closed | State::Held(_) => return Err(ErrorCode::Locked.into()),
        };
        // Here there is room for the count; later tries only write over it.
        tries::write(&self.dir, 0, files)?;
        *tries = Tries {
            wrong: 0,
            until_mono: self.ports.clock.mono_ms(),
        };
        // Until there is a key, a PIN is due all the same.
        bare.pin_chosen()?;
        drop(bare);
        self.end_bare()?;
        let key = DataKey::random(self.ports.ids.as_ref());
        let envelope = Envelope::seal(&key, pin, self.cost, false, &self.ports)
            .and_then(|envelope| envelope.write(&self.dir, files).map(|()| envelope));
        // Before the envelope is on the disk nothing has changed; from then on the PIN goes on with whatever is left to do.
        match envelope {
            Ok(envelope) => self.hold(key, envelope),
            Err(failure) => {
                *self.state() = begin(&self.dir, &self.ports);
                Err(failure)
            }
        }
    }

    /// Closes the device that is not encrypted, once nobody uses it any more.
    fn end_bare(&self) -> Result<()> {
        let mut state = self.state();
        let State::Bare(Ok(device)) = &*state else {
            return Err(ErrorCode::Locked.into());
        };
        let device = Arc::clone(device);
        *state = State::Closed;
        drop(state);
        let (pause, times) = LAST_COMMANDS;
        let mut device = Some(device);
        for _ in 0..times {
            match Arc::try_unwrap(device.take().ok_or(ErrorCode::Internal)?) {
                Ok(_closed) => return Ok(()),
                Err(used) => device = Some(used),
            }
            std::thread::sleep(pause);
        }
        if let Some(device) = device {
            *self.state() = State::Bare(Ok(device));
        }
        Err(busy())
    }

    /// Opens the device with its key.
    fn hold(&self, key: DataKey, mut envelope: Envelope) -> Result<()> {
        let Ports { files, ids, .. } = &self.ports;
        if !envelope.moved {
            moving::move_in(&self.dir, &key, files, ids)?;
            envelope.moved = true;
            envelope.write(&self.dir, files.as_ref())?;
        }
        let device = Arc::new(Device::open(&self.dir, self.ports.clone(), Some(&key))?);
        device.keep_front();
        *self.state() = State::Held(Held {
            device,
            key,
            open: true,
            touched: self.instants(),
        });
        self.bell.notify_one();
        Ok(())
    }

    fn rewrap(&self, key: &DataKey, pin: &str) -> Result<()> {
        Envelope::seal(key, pin, self.cost, true, &self.ports)?.write(&self.dir, self.ports.files.as_ref())
    }

    /// The key, when the PIN is right. Counted before it is tried; where it cannot be counted it is not tried.
    fn try_pin(&self, tries: &mut Tries, pin: &str) -> Result<(DataKey, Envelope)> {
        let waits = self.retry_after_s(tries);
        if waits > 0 {
            return Err(Failure::Coded(
                ErrorCode::TooManyTries,
                json!({ "retry_after_s": waits }),
            ));
        }
        let files = self.ports.files.as_ref();
        let envelope = Envelope::read(&self.dir, files)?.ok_or(ErrorCode::KeyLost)?;
        let wrong = tries.wrong.saturating_add(1);
        tries::write(&self.dir, wrong, files)?;
        tries.wrong = wrong;
        let Some(key) = envelope.open(pin, self.ports.key_store.as_deref())? else {
            tries.until_mono = self.ports.clock.mono_ms() + tries::wait_ms(tries.wrong);
            let waits = self.retry_after_s(tries);
            return Err(Failure::Coded(ErrorCode::PinWrong, json!({ "retry_after_s": waits })));
        };
        tries.wrong = 0;
        if let Err(failure) = tries::write(&self.dir, 0, files) {
            tracing::warn!(code = ?failure.code(), "after a right PIN the wrong ones before it stay counted");
        }
        Ok((key, envelope))
    }

    fn retry_after_s(&self, tries: &Tries) -> u32 {
        let ms = (tries.until_mono - self.ports.clock.mono_ms()).max(0);
        u32::try_from(ms.unsigned_abs().div_ceil(1_000)).unwrap_or(u32::MAX)
    }

    fn key(&self) -> Option<(Arc<Device>, DataKey)> {
        match &*self.state() {
            State::Held(held) if held.open => Some((Arc::clone(&held.device), held.key.clone())),
            State::Held(_) | State::Bare(_) | State::Closed => None,
        }
    }

    /// Every screen may show something else now.
    fn told(&self) {
        self.ports.changed.changed(&[
            Topic::Lock,
            Topic::Session,
            Topic::Reference,
            Topic::Today,
            Topic::Reports,
            Topic::Households,
            Topic::Sync,
            Topic::Map,
        ]);
    }

    fn instants(&self) -> Instants {
        Instants {
            wall: self.ports.clock.wall_ms(),
            mono: self.ports.clock.mono_ms(),
        }
    }

    /// The state; an app that nobody has touched for long is locked when it is looked at, and a phone that was wiped is as new
    /// once nobody uses what it was.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Held(held) = &mut *state {
            held.open = held.open && !held.touched.is_long_before(self.instants());
        }
        // Nobody else can take it up meanwhile: that needs the state.
        if let State::Held(held) = &*state
            && held.device.has_ended()
            && Arc::strong_count(&held.device) == 1
        {
            *state = State::Closed;
            *state = begin(&self.dir, &self.ports);
        }
        state
    }

    fn turn(&self) -> MutexGuard<'_, Tries> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a start finds the folder.
fn begin(dir: &Path, ports: &Ports) -> State {
    if gone::is_begun(dir, ports.files.as_ref()) {
        return State::Bare(after_wipe(dir, ports).map(Arc::new).map_err(WireError::from));
    }
    match Envelope::read(dir, ports.files.as_ref()) {
        Ok(None) => State::Bare(Device::open(dir, ports.clone(), None).map(Arc::new)),
        // One that is damaged is said when it is needed.
        Ok(Some(_)) | Err(_) => State::Closed,
    }
}

/// Finishes the removal of everything and begins a new phone in the same folder.
fn after_wipe(dir: &Path, ports: &Ports) -> Result<Device> {
    let files = ports.files.as_ref();
    gone::destroy_key(dir, files, ports.key_store.as_deref())?;
    gone::remove_all(dir, files)?;
    let device = Device::open(dir, ports.clone(), None)?;
    device.note_wiped()?;
    gone::forget(dir, files)?;
    Ok(device)
}

fn busy() -> Failure {
    Failure::Coded(ErrorCode::Busy, json!({ "retry_after_s": 1 }))
}

/// True for a device that may be used once a PIN is chosen. What cannot be read is said by the command that needs it.
fn is_due(device: &Device, bare: bool) -> bool {
    device.pin_due(bare).unwrap_or(false)
}

/// Six digits, and not the first anybody would guess: all the same, or one after the other.
fn require_good(pin: &str) -> Result<()> {
    let digits = pin.as_bytes();
    let steps = |by: i8| {
        digits
            .windows(2)
            .all(|two| i16::from(two[1]) - i16::from(two[0]) == i16::from(by))
    };
    let good = digits.len() == DIGITS && digits.iter().all(u8::is_ascii_digit) && ![0, 1, -1].into_iter().any(steps);
    if good { Ok(()) } else { Err(ErrorCode::PinWeak.into()) }
}

#[cfg(test)]
mod tests;
