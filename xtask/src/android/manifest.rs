//! What the manifest, the build file and the capabilities must say.

use serde_json::Value;

use crate::check::Outcome;
use crate::command::{Done, Stop, command, output, run};
use crate::tree::Tree;

const MANIFEST: &str = "app/src/main/AndroidManifest.xml";

macro_rules! permission {
    ($name:literal) => {
        concat!(
            "count(//uses-permission[@*[local-name()='name']='android.permission.",
            $name,
            "'])"
        )
    };
}
/// A path into the manifest, the answer it must give, and why.
const CLAIMS: &[(&str, &str, &str)] = &[
    (permission!("INTERNET"), "1", "the phone talks to its server"),
    (permission!("ACCESS_NETWORK_STATE"), "1", "photos wait for Wi-Fi"),
    (permission!("CAMERA"), "1", "photos"),
    (
        permission!("ACCESS_COARSE_LOCATION"),
        "1",
        "Android asks for both kinds of position at once",
    ),
    (permission!("ACCESS_FINE_LOCATION"), "1", "a place within metres"),
    (
        permission!("ACCESS_MEDIA_LOCATION"),
        "1",
        "a picked photo keeps its position",
    ),
    (
        permission!("POST_NOTIFICATIONS"),
        "1",
        "a returned case is told at once",
    ),
    ("count(//uses-permission)", "7", "no permission that nobody asked for"),
    (
        "count(/manifest/queries/intent/action[@*[local-name()='name']='android.media.action.IMAGE_CAPTURE'])",
        "1",
        "from Android 11 on the camera is found only so",
    ),
    (
        "count(//uses-feature[not(@*[local-name()='required']='false')])",
        "0",
        "no phone is shut out",
    ),
    (
        "string(//application/@*[local-name()='allowBackup'])",
        "false",
        "a copied outbox would make two of one phone",
    ),
    (
        "string(//application/@*[local-name()='dataExtractionRules'])",
        "@xml/data_extraction_rules",
        "nor does a new phone get it from the old one",
    ),
    (
        "string(//application/@*[local-name()='usesCleartextTraffic'])",
        "${usesCleartextTraffic}",
        "the build type decides, and release says false",
    ),
    (
        "string(//provider/@*[local-name()='authorities'])",
        "${applicationId}.fileprovider",
        "the camera writes through this provider",
    ),
    (
        "string(//provider/@*[local-name()='exported'])",
        "false",
        "and nobody else does",
    ),
];

/// Every claim about the Android project that its files alone can show.
pub(crate) fn check(tree: &Tree) -> Outcome {
    well_formed(tree)
        .and_then(|()| claims(tree))
        .and_then(|()| build_file(tree))
        .and_then(|()| capabilities(tree))
        .into()
}

fn well_formed(tree: &Tree) -> Done {
    let find = "find app/src/main -name '*.xml' -print0 | xargs -0 xmllint --noout";
    run(&mut command(&tree.android(), "sh", ["-c", find]))
}

fn claims(tree: &Tree) -> Done {
    let mut broken = Vec::new();
    for (path, wanted, why) in CLAIMS {
        let found = output(&mut command(&tree.android(), "xmllint", ["--xpath", path, MANIFEST]))?;
        if found.trim() != *wanted {
            broken.push(format!(
                "{MANIFEST}: {path} is \"{}\", not \"{wanted}\" ({why})",
                found.trim()
            ));
        }
    }
    all_held(broken)
}

fn build_file(tree: &Tree) -> Done {
    let text = read(tree, "gen/android/app/build.gradle.kts")?;
    let mut broken = Vec::new();
    let mut must = |held: bool, what: &str| {
        if !held {
            broken.push(format!("build.gradle.kts: {what}"));
        }
    };
    must(text.contains("minSdk = 24"), "minSdk is 24");
    must(
        text.contains(r#"applicationId = "app.xunge.field""#),
        "the application id is the identifier of tauri.conf.json",
    );
    must(
        text.contains(r#"environmentVariable("XUNGE_KEYSTORE")"#),
        "the key comes from the environment",
    );
    must(!text.contains("storePassword = \""), "no password stands in the file");
    let (default, debug) = text.split_once(r#"getByName("debug")"#).unwrap_or((&text, ""));
    let release = debug
        .split_once(r#"getByName("release")"#)
        .map_or("", |(_, release)| release);
    must(
        default.contains(r#"manifestPlaceholders["usesCleartextTraffic"] = "false""#),
        "no clear text unless a build type says so",
    );
    must(
        !release.contains(r#"usesCleartextTraffic"] = "true""#),
        "a release sends no clear text",
    );
    must(
        text.contains("tauri.android.versionCode"),
        "the version comes from Tauri",
    );
    all_held(broken)
}

/// The page may listen to events and nothing else; every plugin is called from Rust.
fn capabilities(tree: &Tree) -> Done {
    const GRANTED: [&str; 2] = ["core:event:allow-listen", "core:event:allow-unlisten"];
    let capability = json(tree, "capabilities/main-window.json")?;
    let conf = json(tree, "tauri.conf.json")?;
    let mut broken = Vec::new();
    if list(&capability["permissions"]) != GRANTED {
        broken.push(format!(
            "the page is granted {}, not {GRANTED:?}",
            capability["permissions"]
        ));
    }
    for platform in ["linux", "android"] {
        if !list(&capability["platforms"]).contains(&platform) {
            broken.push(format!("the capability does not hold on {platform}"));
        }
    }
    if conf["identifier"] != "app.xunge.field" {
        broken.push("the identifier names the data folder and the Android package; it cannot change".to_owned());
    }
    let policy = &conf["app"]["security"]["csp"];
    for (scheme, directive) in [
        ("photo", "img-src"),
        ("photo", "connect-src"),
        ("tile", "img-src"),
        ("tile", "connect-src"),
    ] {
        let sources: Vec<&str> = policy[directive].as_str().unwrap_or_default().split(' ').collect();
        for form in [format!("{scheme}:"), format!("http://{scheme}.localhost")] {
            if !sources.contains(&form.as_str()) {
                broken.push(format!("{directive} does not allow {form}"));
            }
        }
    }
    for (directive, sources) in policy.as_object().into_iter().flatten() {
        let sources: Vec<&str> = sources.as_str().unwrap_or_default().split(' ').collect();
        if sources
            .iter()
            .any(|source| ["*", "https:", "http:", "'unsafe-eval'"].contains(source))
        {
            broken.push(format!("{directive} lets the page reach beyond the app: {sources:?}"));
        }
    }
    if policy["script-src"] != "'self'" {
        broken.push("scripts come from the app alone".to_owned());
    }
    all_held(broken)
}

fn list(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn read(tree: &Tree, name: &str) -> Result<String, Stop> {
    std::fs::read_to_string(tree.shell().join(name)).map_err(|error| Stop::because(name, &error))
}

fn json(tree: &Tree, name: &str) -> Result<Value, Stop> {
    serde_json::from_str(&read(tree, name)?).map_err(|error| Stop::because(name, &error))
}

fn all_held(broken: Vec<String>) -> Done {
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Stop(broken.join("\n")))
    }
}
