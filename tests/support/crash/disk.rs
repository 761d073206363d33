//! The disk itself: what a running system sees, and what a power cut leaves of it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Disks tear writes at this size, in bytes.
const SECTOR: usize = 512;

/// What a faulty disk or a careless program leaves out; the controls of the crash tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// The write-ahead log is not synced at a commit, as with `synchronous=NORMAL`.
    LogNotSynced,
    /// Photo files are not synced before they get their name.
    PhotosNotSynced,
    /// The encrypted copy of a database is not synced before it gets its name.
    CopiesNotSynced,
    /// A full disk drops what it is given and says nothing.
    FullUnsaid,
}

/// A disk in memory.
pub struct Disk(Mutex<State>);

#[derive(Clone, Default)]
struct State {
    inodes: BTreeMap<u64, Inode>,
    /// Names as a running system sees them.
    names: BTreeMap<PathBuf, u64>,
    /// Names that survive a cut.
    durable: BTreeMap<PathBuf, u64>,
    /// Changes of names since their folder was last synced, oldest first.
    renamed: Vec<(PathBuf, Rename)>,
    next: u64,
    calls: u64,
    cut_at: Option<u64>,
    /// From this call on, until space is made, nothing grows.
    full_at: Option<u64>,
    off: bool,
    lie: Option<Lie>,
}

#[derive(Clone, Default)]
struct Inode {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// Since the last sync, oldest first.
    unsynced: Vec<Change>,
    modified_ms: i64,
}

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Clone)]
enum Rename {
    Set(u64),
    Remove,
}

impl Disk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self(Mutex::new(State::default()))
    }

    /// The same disk, to be used and cut independently.
    #[must_use]
    pub fn fork(&self) -> Self {
        let mut state = self.state().clone();
        state.calls = 0;
        Self(Mutex::new(state))
    }

    /// Cuts the power at this call, counted from 1.
    pub fn cut_at(&self, call: u64) {
        self.state().cut_at = Some(call);
    }

    /// Lets the disk be full from this call on; 0 makes space again.
    pub fn full_at(&self, call: u64) {
        self.state().full_at = (call > 0).then_some(call);
    }

    /// Makes the disk leave something out.
    pub fn lie(&self, lie: Lie) {
        self.state().lie = Some(lie);
    }

    /// Calls so far that could be cut.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// True once the power is gone.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// What is there when the power comes back: everything synced, and of the rest what `seed` decides.
    #[must_use]
    pub fn after_the_cut(&self, seed: u64) -> Self {
        let state = self.state();
        let mut chance = Chance(seed);
        let mut names = state.durable.clone();
        // A file system journals its names in order: of what was not synced, a beginning survives.
        let survived = chance.below(state.renamed.len() as u64 + 1);
        for (path, change) in state.renamed.iter().take(usize::try_from(survived).unwrap_or(0)) {
            change.apply(path, &mut names);
        }
        let inodes = state
            .inodes
            .iter()
            .filter(|(id, _)| names.values().any(|named| named == *id))
            .map(|(id, inode)| (*id, inode.survivor(&mut chance)))
            .collect();
        Self(Mutex::new(State {
            inodes,
            durable: names.clone(),
            names,
            next: state.next,
            ..State::default()
        }))
    }

    /// What lies in every file that has a name.
    pub fn contents(&self) -> impl Iterator<Item = Vec<u8>> + use<> {
        let state = self.state();
        let found: Vec<Vec<u8>> = state
            .names
            .values()
            .filter_map(|id| state.inodes.get(id).map(|inode| inode.now.clone()))
            .collect();
        found.into_iter()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens or makes a file; gives its number.
    pub(super) fn open(&self, path: &Path, make: bool) -> io::Result<u64> {
        let mut state = self.state();
        if let Some(id) = state.names.get(path) {
            return state.alive().map(|()| *id);
        }
        if !make {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.tick(true)?;
        let id = state.make();
        state.name(path, Rename::Set(id));
        Ok(id)
    }

    /// A file without a name, gone when it is closed.
    pub(super) fn open_nameless(&self) -> u64 {
        self.state().make()
    }

    pub(super) fn lookup(&self, path: &Path) -> Option<u64> {
        self.state().names.get(path).copied()
    }

    pub(super) fn size(&self, id: u64) -> u64 {
        self.state().inodes.get(&id).map_or(0, |inode| inode.now.len() as u64)
    }

    pub(super) fn modified_ms(&self, id: u64) -> i64 {
        self.state().inodes.get(&id).map_or(0, |inode| inode.modified_ms)
    }

    pub(super) fn read(&self, id: u64, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let state = self.state();
        state.alive()?;
        let inode = state.inodes.get(&id).ok_or(io::ErrorKind::NotFound)?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(inode.now.len());
        let found = &inode.now[from..(from + into.len()).min(inode.now.len())];
        into[..found.len()].copy_from_slice(found);
        Ok(found.len())
    }

    pub(super) fn write(&self, id: u64, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let size = state.inodes.get(&id).map_or(0, |inode| inode.now.len());
        let was_off = state.off;
        let grows = offset + bytes.len() > size;
        if grows && state.is_full() && state.lie == Some(Lie::FullUnsaid) {
            return state.tick(false);
        }
        let done = state.tick(grows);
        // A write under way when the power goes may have reached the disk in part.
        if (done.is_ok() || (state.off && !was_off))
            && let Some(inode) = state.inodes.get_mut(&id)
        {
            inode.change(Change::Write(offset, bytes.to_vec()));
        }
        done
    }

    pub(super) fn truncate(&self, id: u64, size: u64) -> io::Result<()> {
        let mut state = self.state();
        state.tick(false)?;
        let size = usize::try_from(size).map_err(io::Error::other)?;
        if let Some(inode) = state.inodes.get_mut(&id) {
            inode.change(Change::Truncate(size));
        }
        Ok(())
    }

    /// Brings a file's bytes to the disk, unless the disk lies about this kind of file.
    pub(super) fn sync(&self, id: u64, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.tick(false)?;
        let text = path.to_string_lossy();
        let skipped = match state.lie {
            Some(Lie::LogNotSynced) => text.ends_with("-wal"),
            Some(Lie::PhotosNotSynced) => text.ends_with(".part"),
            Some(Lie::CopiesNotSynced) => text.ends_with(".sealed"),
            Some(Lie::FullUnsaid) | None => false,
        };
        if !skipped && let Some(inode) = state.inodes.get_mut(&id) {
            inode.unsynced.clear();
            inode.durable = inode.now.clone();
        }
        Ok(())
    }

    pub(super) fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.tick(false)?;
        let State { durable, renamed, .. } = &mut *state;
        renamed.retain(|(path, change)| {
            let here = path.parent() == Some(dir);
            if here {
                change.apply(path, durable);
            }
            !here
        });
        Ok(())
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        let id = *state.names.get(from).ok_or(io::ErrorKind::NotFound)?;
        state.tick(false)?;
        state.name(to, Rename::Set(id));
        state.name(from, Rename::Remove);
        Ok(())
    }

    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        if !state.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.tick(false)?;
        state.name(path, Rename::Remove);
        Ok(())
    }

    pub(super) fn list(&self, dir: &Path) -> Vec<(PathBuf, u64)> {
        let state = self.state();
        let here = state.names.iter().filter(|(path, _)| path.parent() == Some(dir));
        here.map(|(path, id)| (path.clone(), *id)).collect()
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    fn alive(&self) -> io::Result<()> {
        if self.off { Err(no_power()) } else { Ok(()) }
    }

    /// Counts a call that changes something, and lets the power or the space run out at it.
    fn tick(&mut self, grows: bool) -> io::Result<()> {
        self.alive()?;
        self.calls += 1;
        if self.cut_at == Some(self.calls) {
            self.off = true;
            return Err(no_power());
        }
        if grows && self.is_full() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.full_at.is_some_and(|from| self.calls >= from)
    }

    fn make(&mut self) -> u64 {
        self.next += 1;
        self.inodes.insert(self.next, Inode::default());
        self.next
    }

    fn name(&mut self, path: &Path, change: Rename) {
        change.apply(path, &mut self.names);
        self.renamed.push((path.to_owned(), change));
    }
}

impl Rename {
    fn apply(&self, path: &Path, names: &mut BTreeMap<PathBuf, u64>) {
        match self {
            Self::Set(id) => names.insert(path.to_owned(), *id),
            Self::Remove => names.remove(path),
        };
    }
}

impl Inode {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.now);
        self.unsynced.push(change);
    }

    /// What is left of the file: its synced bytes, and of each later write every sector or some or none.
    fn survivor(&self, chance: &mut Chance) -> Self {
        let mut bytes = self.durable.clone();
        for change in &self.unsynced {
            match (chance.below(4), change) {
                (0, _) => {}
                (1, Change::Write(offset, written)) => tear(*offset, written, chance, &mut bytes),
                (_, change) => change.apply(&mut bytes),
            }
        }
        Self {
            now: bytes.clone(),
            durable: bytes,
            unsynced: Vec::new(),
            modified_ms: self.modified_ms,
        }
    }
}

fn tear(offset: usize, written: &[u8], chance: &mut Chance, bytes: &mut Vec<u8>) {
    let mut at = 0;
    while at < written.len() {
        let end = (at + SECTOR - (offset + at) % SECTOR).min(written.len());
        if chance.below(2) == 0 {
            Change::Write(offset + at, written[at..end].to_vec()).apply(bytes);
        }
        at = end;
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Truncate(size) => bytes.resize(*size, 0),
            Self::Write(offset, written) => {
                let end = offset + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(written);
            }
        }
    }
}

fn no_power() -> io::Error {
    io::Error::other("the power is gone")
}

/// splitmix64: enough chance for a disk, the same in every run.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}
