//! The street's server: the real router on a real folder, stopped, started, backed up and restored by the test.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request as HttpRequest;
use device::ports::{Method, Request, Response};
use domain::Sha256Hex;
use domain::protocol::{Line, PushResponse, Statement, UploadState, photo_line, receipt_line};
use sync_server::blobs::Photos;
use sync_server::clock::Clock as _;
use sync_server::fence::Mark;
use sync_server::office::Office;
use sync_server::places::Places;
use sync_server::routes::router;
use sync_server::server::Server;
use sync_server::store::{Database, Tx, streets};
use sync_server::{Outcome, backup};
use tower::ServiceExt as _;

use crate::clock::WorldClock;
use crate::seeded::Seeded;

/// Where phones believe the server is.
pub const ADDRESS: &str = "http://127.0.0.1:1";

/// The server's fence in its data folder.
const FENCE: &str = "xunge.fence";

/// Stands before the server and may do what a bad server would do: a control.
pub trait Gate: Send {
    /// Answers a request; `server` is what the real one would say.
    fn pass(&mut self, request: &Request, server: &dyn Fn(&Request) -> Response) -> Response;
}

/// The server, running or stopped.
pub struct StreetServer {
    clock: WorldClock,
    ids: Arc<Seeded>,
    places: Mutex<Places>,
    running: Mutex<Option<Running>>,
    gate: Mutex<Option<Box<dyn Gate>>>,
    full: AtomicBool,
}

struct Running {
    server: Server,
    app: Router,
}

impl StreetServer {
    /// Starts on a folder, new or not.
    #[must_use]
    pub fn start_in(folder: &Path, clock: WorldClock, seed: u64) -> Self {
        Self::start_at(Places::in_folder(folder), clock, seed)
    }

    /// Starts on these places, new or not.
    #[must_use]
    pub fn start_at(places: Places, clock: WorldClock, seed: u64) -> Self {
        let server = Self {
            clock,
            ids: Arc::new(Seeded::new(clock, seed)),
            places: Mutex::new(places),
            running: Mutex::new(None),
            gate: Mutex::new(None),
            full: AtomicBool::new(false),
        };
        server.start();
        server
    }

    /// Starts again; harmless when it runs.
    pub fn start(&self) {
        let mut running = lock(&self.running);
        if running.is_none() {
            let ids = Arc::<Seeded>::clone(&self.ids);
            let server = Server::open_at(&lock(&self.places), Office::default(), Arc::new(self.clock), ids).unwrap();
            let app = router(server.clone());
            self.full.store(false, Ordering::Relaxed);
            *running = Some(Running { server, app });
        }
    }

    /// True while it runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        lock(&self.running).is_some()
    }

    /// True while it runs and its disk has room.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.is_running() && !self.full.load(Ordering::Relaxed)
    }

    /// Stops; nobody answers until it is started. The fence is as new as the database.
    pub fn stop(&self) {
        if let Some(Running { server, .. }) = lock(&self.running).take() {
            let mark = server
                .store
                .read_blocking(|tx| Ok(Mark::of(tx, server.epoch)?))
                .unwrap();
            server.fence.write(&mark).unwrap();
        }
    }

    /// Puts something before the server.
    pub fn stand_before(&self, gate: impl Gate + 'static) {
        *lock(&self.gate) = Some(Box::new(gate));
    }

    /// Takes it away.
    pub fn stand_alone(&self) {
        *lock(&self.gate) = None;
    }

    /// The server's own handle.
    ///
    /// # Panics
    /// While it is stopped.
    #[must_use]
    pub fn handle(&self) -> Server {
        lock(&self.running).as_ref().unwrap().server.clone()
    }

    /// The answer to one request; none while the server is stopped.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Option<Response> {
        let running = lock(&self.running);
        let (app, server) = running
            .as_ref()
            .map(|running| (running.app.clone(), running.server.clone()))?;
        drop(running);
        let real = |request: &Request| ask(&app, http(request));
        match lock(&self.gate).as_mut() {
            Some(gate) => Some(signed(&server, request, gate.pass(request, &real))),
            None => Some(real(request)),
        }
    }

    /// The answer to a browser's request.
    ///
    /// # Panics
    /// While it is stopped.
    #[must_use]
    pub fn browse(&self, request: HttpRequest<Body>) -> Response {
        let app = lock(&self.running).as_ref().unwrap().app.clone();
        ask(&app, request)
    }

    /// Reads the database.
    ///
    /// # Panics
    /// When the database fails, or while the server is stopped.
    pub fn read<T: Send>(&self, read: impl FnOnce(&Tx<'_>) -> Outcome<T> + Send) -> T {
        self.handle().store.read_blocking(read).unwrap()
    }

    /// Copies the data folder as it is now, as an operator would: the database first, then the rest.
    pub fn back_up(&self, to: &Path) {
        fs::create_dir_all(to).unwrap();
        let places = lock(&self.places);
        let (Database::File(file), Photos::Folder(photos)) = (&places.database, &places.photos) else {
            panic!("these back-ups are copies of files");
        };
        let database = rusqlite::Connection::open(file).unwrap();
        database.backup("main", to.join("xunge.db"), None).unwrap();
        copy_folder(photos, &to.join("blobs"));
        fs::copy(file.with_extension("fence"), to.join(FENCE)).unwrap();
    }

    /// The back-up just taken counts as a copy elsewhere of everything there is.
    ///
    /// # Panics
    /// When the database fails, or while the server is stopped.
    pub fn count_back_up(&self) {
        let now = self.clock.now();
        let counted = self.handle().store.write_blocking(move |tx| {
            for (street, height) in streets::heights(tx)? {
                streets::copied(tx, &street, height.rev, now)?;
            }
            Ok(())
        });
        counted.unwrap();
    }

    /// Stops, puts database and photos of a back-up in the place of those that are there, and starts. The server notices
    /// by itself whether anything is missing.
    pub fn restore(&self, backup: &Path, folder: PathBuf) {
        self.stop();
        copy_folder(backup, &folder);
        fs::copy(fence(&lock(&self.places)), folder.join(FENCE)).unwrap();
        *lock(&self.places) = Places::in_folder(&folder);
        self.start();
    }

    /// As [`StreetServer::restore`], but the fence of the back-up comes along: nobody can notice at the start.
    pub fn restore_unnoticed(&self, backup: &Path, folder: PathBuf) {
        self.stop();
        copy_folder(backup, &folder);
        *lock(&self.places) = Places::in_folder(&folder);
        self.start();
    }

    /// Stops, declares that the database was restored, and starts: `sync-server restore --in-place`.
    ///
    /// # Panics
    /// When the database fails.
    pub fn declare_restored(&self) {
        self.stop();
        backup::begin_in_place(&lock(&self.places), usize::MAX, self.clock.now()).unwrap();
        self.start();
    }

    /// Copies database and photos to another machine: `sync-server backup`.
    ///
    /// # Panics
    /// When the database fails, or a photo is missing.
    pub fn copy_elsewhere(&self, to: &Path) {
        assert!(
            backup::take(&lock(&self.places), to, true, self.clock.now())
                .unwrap()
                .counts
        );
    }

    /// Stops, puts the newest copy back into an empty folder, and starts: `sync-server restore`.
    ///
    /// # Panics
    /// When there is no copy.
    pub fn restore_copy(&self, from: &Path, folder: PathBuf) {
        self.stop();
        fs::create_dir_all(&folder).unwrap();
        let places = Places::in_folder(&folder);
        backup::restore(&places, from, None, 0, self.clock.now()).unwrap();
        *lock(&self.places) = places;
        self.start();
    }

    /// From now on the database cannot grow, as on a full disk; or it can again, as after a start.
    pub fn set_full(&self, full: bool) {
        let limit = if full { 1 } else { i64::from(u32::MAX - 2) };
        let sql = format!("PRAGMA max_page_count = {limit}");
        self.handle()
            .store
            .write_blocking(move |tx| Ok(tx.query(&sql, &[], |_| Ok(()))?))
            .unwrap();
        self.full.store(full, Ordering::Relaxed);
    }
}

/// A street's fence, where it lies in a file.
fn fence(places: &Places) -> PathBuf {
    let Database::File(file) = &places.database else {
        panic!("PostgreSQL has no such file");
    };
    file.with_extension("fence")
}

/// A server that lies signs its lies: what is to be caught is the lie, not the missing signature.
fn signed(server: &Server, request: &Request, mut response: Response) -> Response {
    let sign = |epoch, street_rev, lines: Vec<Line>| {
        let statement = Statement {
            epoch,
            street_rev,
            lines,
        };
        (!statement.lines.is_empty()).then(|| server.key.sign(&statement))
    };
    if let Ok(mut push) = serde_json::from_slice::<PushResponse>(&response.body) {
        response.headers.retain(|(name, _)| name != "content-length");
        push.sig = sign(
            push.epoch,
            push.street_rev,
            push.receipts.iter().map(receipt_line).collect(),
        );
        response.body = serde_json::to_vec(&push).unwrap();
    } else if let Ok(mut state) = serde_json::from_slice::<UploadState>(&response.body)
        && state.stored
        && let Some((_, sha256)) = request.url.rsplit_once('/')
    {
        response.headers.retain(|(name, _)| name != "content-length");
        let rev = *state.street_rev.get_or_insert(1);
        state.sig = sign(state.epoch, rev, vec![photo_line(&Sha256Hex(sha256.to_owned()))]);
        response.body = serde_json::to_vec(&state).unwrap();
    }
    response
}

/// Copies a folder with everything in it.
///
/// # Panics
/// When the file system fails.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn http(request: &Request) -> HttpRequest<Body> {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
    };
    let path = request.url.strip_prefix(ADDRESS).unwrap();
    let mut built = HttpRequest::builder().method(method).uri(path);
    for (name, value) in &request.headers {
        built = built.header(*name, value);
    }
    built.body(Body::from(request.body.clone())).unwrap()
}

fn ask(app: &Router, request: HttpRequest<Body>) -> Response {
    let asked = async {
        let response = app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        Response {
            status: head.status.as_u16(),
            headers,
            body,
        }
    };
    wait_here(tokio::task::unconstrained(asked))
}

/// Waits without letting the runtime's clock move: a request is served at one instant, as a whole. The server's threads
/// run on real time meanwhile.
fn wait_here<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
        std::thread::park();
    }
}
