//! SQLite's file layer of a phone whose disk may be full: the machine's own one, until a file is to grow in a folder that has
//! no room.
//!
//! Each function relies on SQLite calling it with a file it opened here, and hands everything on to the layer below, whose
//! part of the file's memory lies behind the part of this one.

#![expect(unsafe_code, reason = "SQLite's file layer is a table of C functions")]

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use rusqlite::ffi;

use crate::crash::layer::path;

/// The layer below: for files that one process alone uses; it needs no system call for a lock. The phones of a test and the
/// test that looks into them are one process.
const BELOW: &CStr = c"unix-excl";
/// This one.
const NAME: &CStr = c"one-process-may-be-full";

/// Folders without room.
static FULL: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// How many there are.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// The name of the layer.
pub(crate) fn name() -> &'static str {
    static ONCE: Once = Once::new();
    ONCE.call_once(register);
    NAME.to_str().unwrap_or_default()
}

/// From now on no database in this folder grows, or they all may again.
pub(super) fn set_full(folder: &Path, full: bool) {
    let mut folders = FULL.lock().unwrap_or_else(PoisonError::into_inner);
    if full {
        folders.insert(folder.to_owned());
    } else {
        folders.remove(folder);
    }
    COUNT.store(folders.len(), Ordering::Relaxed);
}

fn register() {
    // SAFETY: the name is a C string; the layer below is part of SQLite and never unregistered; the table of this one is
    // leaked, so that it outlives every file.
    unsafe {
        let below = ffi::sqlite3_vfs_find(BELOW.as_ptr());
        assert!(!below.is_null(), "SQLite has no such layer here");
        let mut table = ptr::read(below);
        table.szOsFile += c_int::try_from(size_of::<MayBeFull>()).unwrap_or(c_int::MAX);
        table.zName = NAME.as_ptr();
        table.pNext = ptr::null_mut();
        table.pAppData = below.cast();
        table.xOpen = Some(open);
        table.xDelete = Some(delete);
        table.xAccess = Some(access);
        table.xFullPathname = Some(full_pathname);
        let code = ffi::sqlite3_vfs_register(Box::leak(Box::new(table)), 0);
        assert_eq!(code, ffi::SQLITE_OK, "the file layer is taken");
    }
}

/// An open file; the part of the layer below lies behind it.
#[repr(C)]
struct MayBeFull {
    base: ffi::sqlite3_file,
    folder: *mut PathBuf,
}

/// # Safety
/// `vfs` is the layer registered here.
unsafe fn below(vfs: *mut ffi::sqlite3_vfs) -> *mut ffi::sqlite3_vfs {
    // SAFETY: `register` put the layer below there.
    unsafe { (*vfs).pAppData.cast() }
}

/// # Safety
/// `file` has the size that the layer says.
unsafe fn inner(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: the memory of the layer below lies behind, aligned as a pointer is.
    unsafe { file.cast::<MayBeFull>().add(1).cast() }
}

/// Hands a call on to the layer below.
macro_rules! hand_on {
    ($file:ident, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: SQLite passes a file that `open` opened, and what the method is to get.
        unsafe {
            let inner = inner($file);
            (*(*inner).pMethods).$method.map_or(ffi::SQLITE_OK, |method| method(inner $(, $argument)*))
        }
    }};
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
    xUnlock: Some(unlock),
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
        let below = below(vfs);
        let opened = (*below).xOpen.map_or(ffi::SQLITE_CANTOPEN, |open| {
            open(below, name, inner(file), flags, out_flags)
        });
        if opened != ffi::SQLITE_OK {
            return opened;
        }
        let folder = if name.is_null() {
            PathBuf::new()
        } else {
            path(name).parent().map(Path::to_owned).unwrap_or_default()
        };
        (*file.cast::<MayBeFull>()).folder = Box::into_raw(Box::new(folder));
        (*file).pMethods = &raw const METHODS;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    // SAFETY: SQLite passes this layer and a name.
    unsafe {
        let below = below(vfs);
        (*below)
            .xDelete
            .map_or(ffi::SQLITE_OK, |delete| delete(below, name, sync_dir))
    }
}

unsafe extern "C" fn access(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, flags: c_int, out: *mut c_int) -> c_int {
    // SAFETY: SQLite passes this layer, a name and a place for the answer.
    unsafe {
        let below = below(vfs);
        (*below)
            .xAccess
            .map_or(ffi::SQLITE_OK, |access| access(below, name, flags, out))
    }
}

unsafe extern "C" fn full_pathname(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite passes this layer, a name and `room` bytes.
    unsafe {
        let below = below(vfs);
        (*below)
            .xFullPathname
            .map_or(ffi::SQLITE_CANTOPEN, |full| full(below, name, room, out))
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let code = hand_on!(file, xClose);
    // SAFETY: `open` leaked the box; SQLite closes a file once.
    unsafe { drop(Box::from_raw((*file.cast::<MayBeFull>()).folder)) };
    code
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, out: *mut c_void, amount: c_int, offset: i64) -> c_int {
    hand_on!(file, xRead, out, amount, offset)
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, amount: c_int, offset: i64) -> c_int {
    if COUNT.load(Ordering::Relaxed) > 0 {
        let mut size = 0;
        let known = hand_on!(file, xFileSize, &raw mut size);
        // SAFETY: `open` put a folder there.
        let folder = unsafe { &*(*file.cast::<MayBeFull>()).folder };
        let folders = FULL.lock().unwrap_or_else(PoisonError::into_inner);
        if known == ffi::SQLITE_OK && offset + i64::from(amount) > size && folders.contains(folder) {
            return ffi::SQLITE_FULL;
        }
    }
    hand_on!(file, xWrite, from, amount, offset)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    hand_on!(file, xTruncate, size)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    hand_on!(file, xSync, flags)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    hand_on!(file, xFileSize, out)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    hand_on!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    hand_on!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    hand_on!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    hand_on!(file, xFileControl, op, argument)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    hand_on!(file, xSectorSize)
}

unsafe extern "C" fn characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    hand_on!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    hand_on!(file, xShmMap, page, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    hand_on!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as in `hand_on`.
    unsafe {
        let inner = inner(file);
        if let Some(barrier) = (*(*inner).pMethods).xShmBarrier {
            barrier(inner);
        }
    }
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    hand_on!(file, xShmUnmap, delete)
}
