use super::Problems;
use crate::protocol::MAX_BLOB_BYTES;
use crate::{PhotoManifest, ProblemKind};

/// Photos as a mutation carries them: well-formed hashes, possible sizes, no photo twice.
pub(crate) fn manifests(problems: &mut Problems, field: &str, photos: &[PhotoManifest], max: usize) {
    problems.add_if(photos.len() > max, field, ProblemKind::TooMany);
    for (at, photo) in photos.iter().enumerate() {
        let field = format!("{field}.{at}");
        manifest(problems, &field, photo);
        let name = photo
            .upright
            .as_ref()
            .or(photo.original.as_ref())
            .map(|file| &file.sha256);
        let twice = photos[..at].iter().any(|earlier| {
            name.is_some()
                && earlier
                    .upright
                    .as_ref()
                    .or(earlier.original.as_ref())
                    .map(|file| &file.sha256)
                    == name
        });
        problems.add_if(twice, &field, ProblemKind::Contradiction);
    }
}

fn manifest(problems: &mut Problems, field: &str, photo: &PhotoManifest) {
    problems.add_if(photo.files().next().is_none(), field, ProblemKind::Missing);
    let preview = format!("{field}.preview");
    problems.add_if(
        photo.upright.is_some() && photo.preview.is_none(),
        &preview,
        ProblemKind::Missing,
    );
    problems.add_if(
        photo.upright.is_none() && photo.preview.is_some(),
        &preview,
        ProblemKind::Contradiction,
    );
    for (copy, file) in photo.files() {
        let field = format!("{field}.{}", name(copy));
        problems.add_if(
            !file.sha256.is_well_formed(),
            &format!("{field}.sha256"),
            ProblemKind::Malformed,
        );
        let possible = (1..=MAX_BLOB_BYTES).contains(&file.size);
        problems.add_if(!possible, &format!("{field}.size"), ProblemKind::OutOfRange);
    }
}

const fn name(copy: crate::PhotoCopy) -> &'static str {
    match copy {
        crate::PhotoCopy::Preview => "preview",
        crate::PhotoCopy::Upright => "upright",
        crate::PhotoCopy::Original => "original",
    }
}
