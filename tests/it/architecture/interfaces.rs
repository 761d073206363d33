//! The dependency rule between the user interfaces.

use std::fs;
use std::path::Path;

use super::{files, root, shown};

#[test]
fn one_file_alone_knows_tauri() {
    for (file, imported) in imports("field").chain(imports("kit")).chain(imports("office")) {
        let knows = imported.starts_with("@tauri-apps/");
        assert!(
            !knows || file == "ui/field/src/platform/tauri.ts",
            "{file} imports {imported}"
        );
    }
}

#[test]
fn the_two_interfaces_meet_only_in_the_kit() {
    for (file, imported) in imports("field") {
        assert!(
            !imported.contains("@xunge/office") && !imported.contains("/office/"),
            "{file} imports {imported}"
        );
    }
    for (file, imported) in imports("office") {
        assert!(
            !imported.contains("@xunge/field") && !imported.contains("/field/"),
            "{file} imports {imported}"
        );
    }
    for (file, imported) in imports("kit") {
        let above = ["@xunge/field", "@xunge/office", "../field", "../office"];
        assert!(
            above.iter().all(|name| !imported.contains(name)),
            "{file} imports {imported}"
        );
    }
}

#[test]
fn only_the_platform_of_the_field_app_talks_to_the_shell_or_the_server() {
    for file in sources("field") {
        let text = fs::read_to_string(&file).unwrap();
        let path = shown(&file);
        if path.contains("/platform/") {
            continue;
        }
        for word in [
            "invoke(",
            "__TAURI",
            "localStorage",
            "sessionStorage",
            "indexedDB",
            "navigator.onLine",
        ] {
            assert!(!text.contains(word), "{path} uses {word}");
        }
    }
}

fn sources(name: &str) -> Vec<std::path::PathBuf> {
    let folder = root().join("ui").join(name).join("src");
    assert!(folder.is_dir(), "{}", folder.display());
    files(&folder, &[".ts", ".vue"])
}

/// Every import of one interface: the file and what it names.
fn imports(name: &str) -> impl Iterator<Item = (String, String)> {
    sources(name).into_iter().flat_map(|file| {
        let names = imported(&file);
        names.into_iter().map(move |name| (shown(&file), name))
    })
}

fn imported(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let mut found = Vec::new();
    for start in ["from '", "from \"", "import '", "import \"", "import('", "import(\""] {
        let quote = start.chars().last().unwrap();
        for (at, _) in text.match_indices(start) {
            let rest = &text[at + start.len()..];
            found.extend(rest.split_once(quote).map(|(name, _)| name.to_owned()));
        }
    }
    found
}

#[test]
fn every_way_of_importing_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.ts");
    fs::write(
        &file,
        "import x from 'one'\nimport \"two\"\nconst y = import('three')\nexport * from \"four\"\n",
    )
    .unwrap();
    let mut names = imported(&file);
    names.sort();
    assert_eq!(names, ["four", "one", "three", "two"]);
}
