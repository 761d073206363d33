//! Documents that outlive the code are found by their links.

use std::fs;
use std::path::Path;

use super::{files, root, shown};

#[test]
fn every_link_between_files_of_the_repository_leads_somewhere() {
    let mut broken = Vec::new();
    for file in files(root(), &[".md"]) {
        let text = fs::read_to_string(&file).unwrap();
        for target in links(&text) {
            let path = target.split('#').next().unwrap_or_default();
            let outside = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !outside && !file.parent().unwrap_or(Path::new("")).join(path).exists() {
                broken.push(format!("{} -> {target}", shown(&file)));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

fn links(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("](")
        .filter_map(|(at, _)| text[at + 2..].split(')').next())
}
