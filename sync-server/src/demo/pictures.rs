//! The drawn scenes, through the same pipeline as every photo.

use std::collections::BTreeMap;

use domain::{CapturedAt, ErrorCode, PhotoManifest, PhotoRole};
use photo::Settings;

use super::story::Story;
use crate::Outcome;
use crate::server::Server;

macro_rules! drawn {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../demo/pictures/", $name, ".png")).as_slice())),+]
    };
}

const DRAWN: &[(&str, &[u8])] = drawn![
    "clutter",
    "fire-lane",
    "flooded",
    "lamp-on",
    "lamp-out",
    "manhole",
    "manhole-closed",
    "pothole",
    "pothole-filled",
    "sign-down",
    "sign-removed",
    "tree-cleared",
    "tree-down",
    "wall-cracked",
    "waste",
    "waste-cleared",
];

/// Manifests by name of the picture.
pub(super) type Pictures = BTreeMap<String, PhotoManifest>;

/// Makes the copies of every picture the story names and stores the files.
pub(super) fn make(server: &Server, story: &Story) -> Outcome<Pictures> {
    let acts = story.past_cases.iter().flat_map(|case| &case.acts);
    let named = story
        .past_cases
        .iter()
        .flat_map(|case| &case.pictures)
        .chain(acts.flat_map(|act| &act.pictures));
    let mut made = Pictures::new();
    for name in named {
        if !made.contains_key(name) {
            made.insert(name.clone(), one(server, story, name)?);
        }
    }
    Ok(made)
}

fn one(server: &Server, story: &Story, name: &str) -> Outcome<PhotoManifest> {
    let bytes = DRAWN
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or(ErrorCode::NotFound)?
        .1;
    let now = CapturedAt(server.now().0);
    let made = photo::process(bytes, None, PhotoRole::Wide, now, &Settings::default())?;
    let (upright, preview) = made.require_copies()?;
    for (copy, file) in [(upright, &made.manifest.upright), (preview, &made.manifest.preview)] {
        if let Some(file) = file {
            server
                .files
                .put(&story.street.id, &file.sha256, &[copy.to_vec()], server.ids.uuid())?;
        }
    }
    Ok(PhotoManifest {
        original: None,
        taken_at: None,
        position: None,
        ..made.manifest
    })
}
