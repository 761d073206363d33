//! What this phone can prove to have delivered.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use domain::protocol::{ErrorCode, Evidence, WireError};
use domain::{MutationId, ReportId, Sha256Hex};

use crate::device::{Device, not_found};
use crate::failure::{Failure, Result};
use crate::ports::Files;
use crate::rest::envelope::replace;
use crate::store::mutation::Stored;
use crate::store::{mutation, photo_file, proof};

impl Device {
    /// Every record and photo that the server confirmed with its signature, as one JSON text. `sync-server verify-receipt`
    /// checks it, and so can anybody who has the server's public key.
    ///
    /// # Errors
    /// `not_enrolled`, or what the phone's storage refuses.
    pub fn export_evidence(&self) -> std::result::Result<String, WireError> {
        let evidence = self.evidence()?;
        Ok(serde_json::to_string_pretty(&evidence).map_err(Failure::from)?)
    }

    /// Writes what the server confirmed of one own report into a folder of `files`, where others can read it: the report and its notes whole, beside the signed
    /// receipts of them and of their photos. Returns the file. It is the worker's to hand on; nothing here removes it.
    ///
    /// # Errors
    /// `not_found` for a report of somebody else's, one that is not confirmed yet, and one this phone has let go of;
    /// `phone_full`, `phone_write`.
    pub fn export_report(
        &self,
        report: ReportId,
        folder: &Path,
        files: &dyn Files,
    ) -> std::result::Result<PathBuf, WireError> {
        Ok(self.write_evidence(report, folder, files)?)
    }

    fn write_evidence(&self, report: ReportId, folder: &Path, files: &dyn Files) -> Result<PathBuf> {
        let text = serde_json::to_string_pretty(&self.evidence_of(report)?)?;
        let path = folder.join(format!("xunge-{report}.json"));
        files.create_dir(folder)?;
        replace(folder, &path, text.as_bytes(), files)?;
        Ok(path)
    }

    fn evidence_of(&self, report: ReportId) -> Result<Evidence> {
        let mut evidence = self.evidence()?;
        let me = self.me()?;
        let (records, photos) = self.store.outbox(|outbox| {
            let about = |row: &Stored| row.entity == report.0 && Some(row.author) == me && row.receipt.is_some();
            let records: Vec<Stored> = mutation::all(outbox)?.into_iter().filter(about).collect();
            let mut photos: HashSet<Sha256Hex> = HashSet::new();
            for row in &records {
                photos.extend(
                    photo_file::of_mutation(outbox, row.id)?
                        .into_iter()
                        .map(|file| file.sha256),
                );
            }
            Ok((records, photos))
        })?;
        let ids: HashSet<MutationId> = records.iter().map(|row| row.id).collect();
        for proof in &mut evidence.proofs {
            proof.receipts.retain(|receipt| ids.contains(&receipt.id));
            proof.photos.retain(|photo| photos.contains(photo));
        }
        evidence
            .proofs
            .retain(|proof| !proof.receipts.is_empty() || !proof.photos.is_empty());
        evidence.records = records.iter().map(|row| row.offered_as(0)).collect();
        if evidence.records.is_empty() || evidence.unproved() > 0 {
            return Err(not_found());
        }
        Ok(evidence)
    }

    fn evidence(&self) -> Result<Evidence> {
        let key = self.identity()?.and_then(|identity| identity.server_key);
        let key = key.ok_or_else(|| Failure::from(ErrorCode::NotEnrolled))?;
        self.store.outbox(|outbox| proof::evidence(outbox, &key))
    }
}
