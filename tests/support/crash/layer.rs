//! The simulated disk as an SQLite file layer ("VFS"). One connection per database, so locks and shared memory need no
//! more than to be there.
//!
//! This and the layer of a phone's disk hand functions to C: SQLite's file layer has no safe wrapper. Each
//! function relies on SQLite calling it with the file or layer it got from here, and with buffers of the length it says.

#![expect(unsafe_code, reason = "SQLite's file layer is a table of C functions")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::ffi;

use super::disk::{Chance, Disk};

/// A registered layer; unregistered when dropped. Close its databases first.
pub struct Layer {
    name: String,
    vfs: *mut ffi::sqlite3_vfs,
}

// SAFETY: the table is written before it is registered and only read afterwards; the disk behind it is locked.
unsafe impl Send for Layer {}
// SAFETY: as above.
unsafe impl Sync for Layer {}

/// What stands behind `pAppData`.
struct Behind {
    disk: Arc<Disk>,
    name: CString,
}

impl Layer {
    pub(super) fn register(disk: Arc<Disk>) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("crash-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let c_name = CString::new(name.clone()).unwrap_or_default();
        let behind = Box::into_raw(Box::new(Behind { disk, name: c_name }));
        // SAFETY: `behind` was made just now and lives until `drop`.
        let z_name = unsafe { (*behind).name.as_ptr() };
        let vfs = Box::into_raw(Box::new(ffi::sqlite3_vfs {
            iVersion: 1,
            szOsFile: c_int::try_from(size_of::<CrashFile>()).unwrap_or(c_int::MAX),
            mxPathname: 1024,
            pNext: ptr::null_mut(),
            zName: z_name,
            pAppData: behind.cast(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: Some(last_error),
            xCurrentTimeInt64: None,
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        // SAFETY: the table is complete and stays where it is until it is unregistered.
        let code = unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
        assert_eq!(code, ffi::SQLITE_OK, "the file layer is taken");
        Self { name, vfs }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Layer {
    fn drop(&mut self) {
        // SAFETY: both were made by `Box::into_raw` in `register`, and nothing uses them once unregistered.
        unsafe {
            ffi::sqlite3_vfs_unregister(self.vfs);
            let vfs = Box::from_raw(self.vfs);
            drop(Box::from_raw(vfs.pAppData.cast::<Behind>()));
        }
    }
}

/// An open file; SQLite owns the memory and knows the first field only.
#[repr(C)]
struct CrashFile {
    base: ffi::sqlite3_file,
    rest: *mut Open,
}

struct Open {
    disk: Arc<Disk>,
    id: u64,
    path: PathBuf,
    /// A new log is synced together with its name, as SQLite's own layer does.
    name_unsynced: bool,
    shared: Vec<Box<[u8]>>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// # Safety
/// `vfs` is a layer registered here.
unsafe fn disk<'a>(vfs: *mut ffi::sqlite3_vfs) -> &'a Arc<Disk> {
    // SAFETY: `register` put a `Behind` there, which outlives the registration.
    unsafe { &(*(*vfs).pAppData.cast::<Behind>()).disk }
}

/// # Safety
/// `file` was opened by [`open`] and not closed.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Open {
    // SAFETY: `open` put a leaked `Open` there; SQLite uses a file from one thread at a time.
    unsafe { &mut *(*file.cast::<CrashFile>()).rest }
}

/// # Safety
/// `name` is a C string.
pub(crate) unsafe fn path(name: *const c_char) -> PathBuf {
    // SAFETY: the caller's promise.
    PathBuf::from(unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}

fn code(done: &std::io::Result<()>, fault: c_int) -> c_int {
    match done {
        Ok(()) => ffi::SQLITE_OK,
        Err(why) if why.kind() == std::io::ErrorKind::StorageFull => ffi::SQLITE_FULL,
        Err(_) => fault,
    }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes this layer, memory of `szOsFile` bytes, and a name or null.
    unsafe {
        (*file).pMethods = ptr::null();
        let disk = disk(vfs);
        let (id, path) = if name.is_null() {
            (Ok(disk.open_nameless()), PathBuf::new())
        } else {
            let path = path(name);
            (disk.open(&path, flags & ffi::SQLITE_OPEN_CREATE != 0), path)
        };
        let Ok(id) = id else { return ffi::SQLITE_CANTOPEN };
        let is_log = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0;
        let rest = Box::new(Open {
            disk: Arc::clone(disk),
            id,
            path,
            name_unsynced: is_log,
            shared: Vec::new(),
        });
        (*file.cast::<CrashFile>()).rest = Box::into_raw(rest);
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    // SAFETY: SQLite passes this layer and a name.
    let (disk, path) = unsafe { (disk(vfs), path(name)) };
    let removed = disk.remove(&path);
    if removed
        .as_ref()
        .is_err_and(|fault| fault.kind() == std::io::ErrorKind::NotFound)
    {
        return ffi::SQLITE_IOERR_DELETE_NOENT;
    }
    let parent = path.parent().unwrap_or(Path::new("/"));
    let done = removed.and_then(|()| if sync_dir != 0 { disk.sync_dir(parent) } else { Ok(()) });
    code(&done, ffi::SQLITE_IOERR_DELETE)
}

unsafe extern "C" fn access(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, _flags: c_int, out: *mut c_int) -> c_int {
    // SAFETY: SQLite passes this layer, a name and a place for the answer.
    unsafe {
        let found = disk(vfs).lookup(&path(name));
        // SQLite takes an empty file for none.
        *out = c_int::from(found.is_some_and(|id| disk(vfs).size(id) > 0));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite passes a name and `room` bytes; names here are whole paths already.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > usize::try_from(room).unwrap_or(0) {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(_vfs: *mut ffi::sqlite3_vfs, count: c_int, out: *mut c_char) -> c_int {
    let mut chance = Chance(0x5eed);
    for n in 0..usize::try_from(count).unwrap_or(0) {
        // SAFETY: SQLite passes room for `count` bytes.
        unsafe { *out.add(n) = c_char::from_ne_bytes([chance.next().to_be_bytes()[0]]) };
    }
    count
}

unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    micros
}

unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite passes a place for the answer, a Julian day.
    unsafe { *out = 2_461_000.5 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_vfs: *mut ffi::sqlite3_vfs, _room: c_int, _out: *mut c_char) -> c_int {
    0
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `open` leaked the box; SQLite closes a file once.
    unsafe { drop(Box::from_raw((*file.cast::<CrashFile>()).rest)) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, out: *mut c_void, amount: c_int, offset: i64) -> c_int {
    let amount = usize::try_from(amount).unwrap_or(0);
    // SAFETY: SQLite passes an open file and room for `amount` bytes.
    let (open, into) = unsafe { (opened(file), std::slice::from_raw_parts_mut(out.cast::<u8>(), amount)) };
    match open.disk.read(open.id, u64::try_from(offset).unwrap_or(0), into) {
        Ok(read) if read == amount => ffi::SQLITE_OK,
        Ok(read) => {
            into[read..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
        Err(_) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, amount: c_int, offset: i64) -> c_int {
    let amount = usize::try_from(amount).unwrap_or(0);
    // SAFETY: SQLite passes an open file and `amount` bytes.
    let (open, bytes) = unsafe { (opened(file), std::slice::from_raw_parts(from.cast::<u8>(), amount)) };
    let done = open.disk.write(open.id, u64::try_from(offset).unwrap_or(0), bytes);
    code(&done, ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: SQLite passes an open file.
    let open = unsafe { opened(file) };
    let done = open.disk.truncate(open.id, u64::try_from(size).unwrap_or(0));
    code(&done, ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: SQLite passes an open file.
    let open = unsafe { opened(file) };
    let mut done = open.disk.sync(open.id, &open.path);
    if done.is_ok() && open.name_unsynced {
        done = open.disk.sync_dir(open.path.parent().unwrap_or(Path::new("/")));
        open.name_unsynced = done.is_err();
    }
    code(&done, ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    // SAFETY: SQLite passes an open file and a place for the answer.
    unsafe {
        let open = opened(file);
        *out = i64::try_from(open.disk.size(open.id)).unwrap_or(i64::MAX);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(_file: *mut ffi::sqlite3_file, _level: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved(_file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite passes a place for the answer.
    unsafe { *out = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_file: *mut ffi::sqlite3_file, _op: c_int, _arg: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    512
}

/// None: the default of the real layer claims that a write is all or nothing, which would hide torn ones.
unsafe extern "C" fn characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    0
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    let (page, size) = (usize::try_from(page).unwrap_or(0), usize::try_from(size).unwrap_or(0));
    // SAFETY: SQLite passes an open file and a place for the answer; a boxed page stays where it is until it is unmapped.
    unsafe {
        let open = opened(file);
        *out = ptr::null_mut();
        while extend != 0 && open.shared.len() <= page {
            open.shared.push(vec![0; size].into_boxed_slice());
        }
        if let Some(found) = open.shared.get_mut(page) {
            *out = found.as_mut_ptr().cast();
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(_file: *mut ffi::sqlite3_file, _offset: c_int, _n: c_int, _flags: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: SQLite passes an open file and no longer uses its pages.
    unsafe { opened(file).shared.clear() };
    ffi::SQLITE_OK
}
