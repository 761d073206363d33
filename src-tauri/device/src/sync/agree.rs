//! Whether this phone holds the rows that the server holds, and mending it where it does not: digests are compared after
//! every completed pull, and where they differ two rounds of smaller digests find the rows to fetch again.

use domain::Bucket;
use domain::protocol::{CompareRequest, CompareResponse, MAX_PREFIXES, PROTO, differing, parts};

use super::exchange::Fault;
use crate::device::Device;
use crate::failure::Result;
use crate::ports::Topic;
use crate::store::changes::Changes;
use crate::store::identity::Identity;
use crate::store::{cursor, member, setting};

/// How often rows here differed from the server's.
pub(crate) const DIVERGENCES: &str = "divergences";
/// Prefixes of four digits whose rows are fetched at once: few of all rows lie below so few of the 65,536.
const LEAVES: usize = 64;

impl Device {
    /// Mends every bucket whose digest did not agree.
    pub(crate) async fn mend_doubtful(&self) -> std::result::Result<(), Fault> {
        let Some(identity) = self.identity()? else {
            return Ok(());
        };
        for bucket in self.store.cache(cursor::doubtful)? {
            if !self.mend(&identity, &bucket).await? {
                break;
            }
        }
        Ok(())
    }

    /// Mends one bucket. False when the server has begun another history, and the rows here stay until the pull replaces them;
    /// and when somebody else has signed in meanwhile.
    async fn mend(&self, identity: &Identity, bucket: &Bucket) -> std::result::Result<bool, Fault> {
        tracing::warn!("rows of a bucket differ from the server's; they are fetched again");
        self.count_divergence()?;
        let mut leaves = Vec::new();
        let Some(roots) = self.differing_below(identity, bucket, &[String::new()]).await? else {
            return Ok(false);
        };
        for some in roots.chunks(MAX_PREFIXES) {
            let Some(found) = self.differing_below(identity, bucket, some).await? else {
                return Ok(false);
            };
            leaves.extend(found);
        }
        for some in leaves.chunks(LEAVES) {
            let Some(answer) = self.compare(identity, bucket, some, true).await? else {
                return Ok(false);
            };
            let ours = self.store.write_cache(|tx| {
                // As with a pull: what was fetched for one person does not come in for another.
                if !self.is_still(identity)? {
                    return Ok(false);
                }
                let mut changes = Changes::default();
                member::replace_below(tx, bucket, some, &answer.rows, &mut changes)?;
                changes.settle(tx)?;
                Ok(true)
            })?;
            if !ours {
                return Ok(false);
            }
        }
        self.store.write_cache(|tx| cursor::set_doubtful(tx, bucket, false))?;
        self.ports.changed.changed(&[
            Topic::Reports,
            Topic::Today,
            Topic::Households,
            Topic::Reference,
            Topic::Map,
        ]);
        Ok(true)
    }

    /// None in another history, as of [`Self::compare`].
    async fn differing_below(
        &self,
        identity: &Identity,
        bucket: &Bucket,
        prefixes: &[String],
    ) -> std::result::Result<Option<Vec<String>>, Fault> {
        let Some(answer) = self.compare(identity, bucket, prefixes, false).await? else {
            return Ok(None);
        };
        let rows = self.store.cache(|cache| member::sound_members(cache, bucket))?;
        let prefixes = prefixes.iter().map(String::as_str).collect();
        let ours = parts(&prefixes, rows.iter().map(|(kind, id, rev)| (*kind, id.as_str(), *rev)));
        Ok(Some(differing(&ours, &answer.parts)))
    }

    /// Asks once. None when the answer is of another history, which says nothing of the rows here.
    async fn compare(
        &self,
        identity: &Identity,
        bucket: &Bucket,
        prefixes: &[String],
        rows: bool,
    ) -> std::result::Result<Option<CompareResponse>, Fault> {
        let request = CompareRequest {
            proto: PROTO,
            epoch: identity.epoch,
            device: identity.device,
            bucket: bucket.clone(),
            prefixes: prefixes.to_vec(),
            rows,
        };
        let answer: CompareResponse = self
            .call_json(&identity.server, Some(&identity.token), "/v1/compare", &request)
            .await?;
        if identity.epoch == Some(answer.epoch) {
            return Ok(Some(answer));
        }
        // Everything is fetched again anyway.
        self.note_history(identity.device, answer.epoch)?;
        Ok(None)
    }

    fn count_divergence(&self) -> Result<()> {
        self.store.write_outbox(|tx| {
            let before: u32 = setting::get(tx, DIVERGENCES)?;
            setting::put(tx, DIVERGENCES, &(before + 1))
        })
    }
}
