//! The door of whoever starts the program: command line, configuration, data folder. Each refusal is a code with words in
//! Chinese and in English on the error output; nobody is left with a half started server or a changed file.

mod imports;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::words::{is_chinese, is_english};
use crate::world::World;

/// What is odd, the arguments, the environment, the configuration file, and the codes that are told.
type Start = (
    &'static str,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static [&'static str],
);

/// `:here` is a folder of the test's own, `:taken` an address where somebody listens, `:free` one where nobody does.
#[rustfmt::skip]
const STARTS: &[Start] = &[
    // The command line.
    ("nothing", &[], &[], "", &["command_line"]),
    ("an unknown command", &["dance"], &[], "", &["command_line"]),
    ("an unknown flag", &["serve", "--dance"], &[], "", &["command_line"]),
    ("a flag without its value", &["serve", "--listen"], &[], "", &["command_line"]),
    ("a flag twice", &["serve", "--log", "info", "--log", "warn"], &[], "", &["command_line"]),
    ("an address that is none", &["serve", "--listen", "here"], &[], "", &["listen_invalid"]),
    ("a port that is none", &["serve", "--listen", "127.0.0.1:99999"], &[], "", &["listen_invalid"]),
    ("with and without the demo", &["serve", "--demo", "--empty"], &[], "", &["demo_and_empty"]),
    ("the demo before the world", &["serve", "--demo", "--public-url", "https://xunge.example"], &[], "", &["demo_public"]),
    ("plain http before the world", &["serve", "--public-url", "http://xunge.example"], &[], "", &["public_url_insecure"]),
    ("a log nobody can write", &["serve", "--log", "=="], &[], "", &["log_invalid"]),
    ("a taken address", &["serve", "--data-dir", ":here", "--listen", ":taken"], &[], "", &["listen_failed"]),
    ("a file for a folder", &["serve", "--data-dir", ":file", "--listen", ":free"], &[], "", &["data_unusable"]),
    ("an administrator who is not here", &["reset-admin", "--data-dir", ":demo", "--login", "nobody"], &[], "", &["not_found"]),
    ("a server that does not run", &["health", "--listen", ":free"], &[], "", &["unreachable"]),
    ("a time that is none", &["serve", "--backup-minutes", "often"], &[], "", &["minutes_invalid"]),
    ("a copy of nothing", &["backup", "--data-dir", ":file", "--to", ":demo"], &[], "", &["data_unusable"]),
    ("a copy that is not there", &["restore", "--data-dir", ":here", "--from", ":file"], &[], "", &["not_found"]),
    ("a new history on nothing", &["restore", "--data-dir", ":nowhere", "--in-place"], &[], "", &["not_found"]),
    ("photos moved from nowhere", &["migrate-store", "--from", ":here", "--from-photos", "s3://", "--to", "postgres://x@db/x"], &[], "", &["photos_invalid"]),
    // The environment.
    ("everything wrong", &["serve", "--log-format", "xml"], &[("XUNGE_LISTEN", "x"), ("XUNGE_PUBLIC_URL", "ftp://x"), ("XUNGE_BEHIND_PROXY", "perhaps"), ("XUNGE_DATA_DIR", " ")], "", &["listen_invalid", "empty", "public_url_invalid", "flag_invalid", "log_format_invalid"]),
    ("a file that is not there", &["serve"], &[("XUNGE_CONFIG", "/no/such/file.toml")], "", &["file_unreadable"]),
    // The configuration file.
    ("no TOML", &["serve", "--config", ":config"], &[], "listen = = 3", &["file_malformed"]),
    ("a setting nobody knows", &["serve", "--config", ":config"], &[], "colour = 'red'", &["unknown"]),
    ("a number for a text", &["serve", "--config", ":config"], &[], "log = 3", &["not_text"]),
    ("a table for a text", &["serve", "--config", ":config"], &[], "[listen]\nport = 1", &["not_text"]),
];

struct Machine {
    folder: tempfile::TempDir,
    taken: std::net::TcpListener,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "a file").unwrap();
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        Self { folder, taken }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn fill(&self, argument: &str) -> String {
        match argument {
            ":here" | ":file" | ":config" | ":demo" | ":nowhere" => self.path(&argument[1..]),
            ":taken" => self.taken.local_addr().unwrap().to_string(),
            ":free" => "127.0.0.1:1".to_owned(),
            other => other.to_owned(),
        }
    }

    fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
        command.current_dir(self.folder.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("XUNGE_")) {
            command.env_remove(name);
        }
        let arguments = arguments.iter().map(|argument| self.fill(argument));
        command
            .args(arguments)
            .envs(environment.iter().copied())
            .output()
            .unwrap()
    }
}

/// A database with the demo street, whole in one file.
struct Street(World);

impl Street {
    fn new() -> Self {
        let world = World::demo();
        let database = rusqlite::Connection::open(world.folder.path().join("xunge.db")).unwrap();
        let whole = database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        assert_eq!(whole.unwrap(), 0, "something still writes");
        Self(world)
    }

    fn copy_to(&self, folder: &str) -> PathBuf {
        std::fs::create_dir(folder).unwrap();
        let file = Path::new(folder).join("xunge.db");
        // Without its fence the database would begin a new history.
        for part in ["xunge.db", "xunge.fence"] {
            std::fs::copy(self.0.folder.path().join(part), Path::new(folder).join(part)).unwrap();
        }
        file
    }
}

/// The codes on the error output. Each line with a code says it in both languages.
fn told(what: &str, out: &Output) -> Vec<String> {
    let said = String::from_utf8(out.stderr.clone()).unwrap();
    assert!(!said.contains("panicked"), "{what}: {said}");
    let lines = said.lines().filter_map(|line| line.strip_prefix('[')?.split_once(']'));
    let code = |(code, words): (&str, &str)| {
        let (zh, en) = words.split_once(" / ").unwrap_or_else(|| panic!("{what}: {words}"));
        assert!(is_chinese(zh), "{what} in Chinese: {zh}");
        assert!(is_english(en), "{what} in English: {en}");
        code.to_owned()
    };
    let codes: Vec<String> = lines.map(code).collect();
    assert!(!codes.is_empty(), "{what} tells nothing: {said}");
    codes
}

#[test]
fn a_start_that_cannot_be_is_told_why_in_both_languages() {
    let machine = Machine::new();
    Street::new().copy_to(&machine.path("demo"));
    for (what, arguments, environment, config, codes) in STARTS {
        std::fs::write(machine.path("config"), config).unwrap();
        let out = machine.run(arguments, environment);
        assert_eq!(told(what, &out), *codes, "{what}");
        let ends = if *codes == ["command_line"] { 2 } else { 1 };
        assert_eq!(out.status.code(), Some(ends), "{what}");
        assert!(out.stdout.is_empty(), "{what} says something as if all were well");
        assert_eq!(
            std::fs::read_to_string(machine.path("config")).unwrap(),
            *config,
            "{what}"
        );
        assert_eq!(
            std::fs::read_to_string(machine.path("file")).unwrap(),
            "a file",
            "{what}"
        );
        assert!(
            !Path::new(&machine.path("xunge-data")).exists(),
            "{what} has begun a data folder"
        );
    }
}

/// What was done to the database, and the code.
type Damage = (&'static str, fn(&Path), &'static str);

const DATABASES: &[Damage] = &[
    ("a version of the future", version_of_the_future, "database_newer"),
    (
        "no database at all",
        |file| std::fs::write(file, vec![7; 8192]).unwrap(),
        "database_corrupt",
    ),
    ("a page full of noise", noise, "database_corrupt"),
    ("half a file", half, "database_corrupt"),
];

fn version_of_the_future(file: &Path) {
    let database = rusqlite::Connection::open(file).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
}

fn noise(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    for page in bytes.chunks_mut(4096).skip(2).step_by(3) {
        page[..64].fill(0xff);
    }
    std::fs::write(file, bytes).unwrap();
}

fn half(file: &Path) {
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn a_database_that_this_version_cannot_use_is_told_and_left_as_it_is() {
    let street = Street::new();
    for (what, damage, code) in DATABASES {
        let machine = Machine::new();
        let file = street.copy_to(&machine.path("here"));
        damage(&file);
        let before = std::fs::read(&file).unwrap();
        for arguments in [["serve", "--data-dir", ":here"], ["reset-admin", "--data-dir", ":here"]] {
            let out = machine.run(&arguments, &[("XUNGE_LISTEN", "127.0.0.1:1")]);
            assert_eq!(told(what, &out), [*code], "{what}");
            assert_eq!(out.status.code(), Some(1), "{what}");
            assert!(std::fs::read(&file).unwrap() == before, "{what}: the file was changed");
        }
    }
}
