//! The Rust code for Android, checked for types without Android's compiler: Debian carries a Rust compiler together
//! with the sources of its standard library, and a C compiler that only pretends is enough where nothing is linked.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::check::Outcome;
use crate::command::{Done, Stop, command, exists, output, run, succeeds};
use crate::setup::{ANDROID_TYPES, install};
use crate::tree::Tree;

const TARGET: &str = "aarch64-linux-android";

/// Checks the shell and everything below it, dependencies too.
pub(crate) fn check(tree: &Tree) -> Outcome {
    if !offered(tree) {
        return Outcome::NotRun(format!("this system offers no {}", ANDROID_TYPES.join(", ")));
    }
    install(tree, ANDROID_TYPES).and_then(|()| types(tree)).into()
}

/// True when the packages are installed or can be.
fn offered(tree: &Tree) -> bool {
    let have = "for name; do apt-cache policy \"$name\" 2>/dev/null | grep -q 'Candidate: [0-9]' || exit 1; done";
    let mut asked = vec!["-c", have, "sh"];
    asked.extend(ANDROID_TYPES);
    let here = || exists("apt-cache") && succeeds(&mut command(&tree.root, "sh", &asked));
    here() || (tree.is_ci() && succeeds(&mut command(&tree.root, "apt-get", ["update", "-q"])) && here())
}

fn types(tree: &Tree) -> Done {
    let compiler = output(&mut command(
        &tree.root,
        "sh",
        ["-c", "dpkg -L rustc-web | grep 'bin/rustc$'"],
    ))?;
    let compiler = PathBuf::from(compiler.trim());
    let folder = tree.target.with_file_name(format!("{}-android", name_of(&tree.target)));
    fs::create_dir_all(&folder).map_err(|error| Stop::because("the target folder for Android", &error))?;
    let pretended = pretended_compiler(&folder)?;
    let mut check = command(
        &tree.root,
        &compiler.with_file_name("cargo").to_string_lossy(),
        [
            "check",
            "--locked",
            "--package",
            "field-app",
            "--features",
            "custom-protocol",
            "-Zbuild-std=std,panic_abort,panic_unwind",
            "--target",
            TARGET,
        ],
    );
    environment(&mut check, &compiler, &folder, &pretended);
    run(&mut check)
}

fn environment(check: &mut Command, compiler: &Path, folder: &Path, pretended: &Path) {
    check
        .env("RUSTC", compiler)
        .env("RUSTDOC", compiler.with_file_name("rustdoc"))
        // Building the standard library is an unstable option of a stable compiler.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        // Another compiler in the same folder would rebuild everything each time.
        .env("CARGO_TARGET_DIR", folder)
        .env("CC_aarch64_linux_android", pretended)
        .env("CXX_aarch64_linux_android", pretended)
        .env("AR_aarch64_linux_android", "ar")
        // Types need no ciphers: the machine's own headers stand in for the OpenSSL that a real build compiles.
        .env("OPENSSL_NO_VENDOR", "1")
        .env("OPENSSL_INCLUDE_DIR", "/usr/include")
        .env("OPENSSL_LIB_DIR", "/usr/lib")
        // Nothing is linked, so nobody looks which files are there.
        .env("OPENSSL_STATIC", "0")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO");
}

/// A C compiler that answers questions like gcc and gives empty objects.
fn pretended_compiler(folder: &Path) -> Result<PathBuf, Stop> {
    const SCRIPT: &str = r#"#!/bin/sh
# Type checks link nothing, so an empty object is as good as a compiled one.
compile= out= previous=
for word; do
  [ "$word" = -c ] && compile=1
  [ "$previous" = -o ] && out=$word
  previous=$word
done
if [ -n "$compile" ] && [ -n "$out" ]; then
  exec gcc -x c -c -o "$out" /dev/null
fi
exec gcc "$@"
"#;
    let path = folder.join("pretended-cc");
    let written = fs::write(&path, SCRIPT).and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)));
    written.map_err(|error| Stop::because("the pretended C compiler", &error))?;
    Ok(path)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| "target".to_owned(), |name| name.to_string_lossy().into_owned())
}
