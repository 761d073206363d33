//! A worker captures a report with a photo, and remembers what the phone said was kept.

use base64::Engine as _;
use device::Device;
use device::view::{DraftEdit, DraftKind, NewDraft};
use domain::protocol::WireError;
use domain::{PhotoRole, ReportId, Sha256Hex};
use xunge_tests::picture;
use xunge_tests::street;

/// What the phone had said was kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// The draft is there.
    pub(super) draft: Option<String>,
    /// These words are in it.
    pub(super) text: Option<String>,
    /// These files are there.
    pub(super) photos: Vec<Sha256Hex>,
    /// The report is saved.
    pub(super) saved: Option<ReportId>,
}

/// Captures one report; `number` makes it differ from others.
pub(super) fn capture(device: &Device, said: &mut Said, number: u64) -> Result<(), WireError> {
    let draft = device.open_draft(NewDraft {
        kind: DraftKind::Report,
        household: None,
        about: None,
    })?;
    said.draft = Some(draft.id.clone());
    let text = format!("第 {number} 条");
    let mut report = draft.report.unwrap();
    report.category = Some("manhole".into());
    report.text.clone_from(&text);
    report.pin = Some(street::inside(street::place("li")));
    device.save_draft(DraftEdit {
        id: draft.id.clone(),
        report: Some(report),
        visit: None,
        note: None,
    })?;
    said.text = Some(text);
    let picture = picture::small(number);
    let upload = device.begin_upload("p.jpg", picture.len() as u64)?;
    let base64 = base64::engine::general_purpose::STANDARD.encode(&picture);
    device.append_upload(&upload, 0, &base64)?;
    let with_photo = device.add_photo(&draft.id, &upload, PhotoRole::Wide)?;
    said.photos = with_photo
        .photos
        .iter()
        .flat_map(|photo| photo.manifest.files())
        .map(|(_, file)| file.sha256.clone())
        .collect();
    said.saved = Some(device.save_report(&draft.id)?.summary.id);
    Ok(())
}
