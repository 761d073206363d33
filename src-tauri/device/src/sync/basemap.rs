//! The street's base map: one file, fetched again only when it changed.

use serde::Deserialize;

use super::backoff::{Backoff, Lane};
use super::exchange::{Call, Fault};
use crate::device::Device;
use crate::failure::Result;
use crate::ports::{Method, Response, Topic};
use crate::store::setting;

/// Name of the stored `ETag`.
const ETAG: &str = "basemap-etag";
const EVERY_MS: i64 = 86_400_000;

/// The head of `GeoJSON`; what it draws is the map page's business.
#[derive(Deserialize)]
struct GeoJson {
    #[serde(rename = "type")]
    kind: String,
}

fn is_map(bytes: &[u8]) -> bool {
    serde_json::from_slice::<GeoJson>(bytes).is_ok_and(|head| head.kind == "FeatureCollection")
}

impl Device {
    pub(crate) async fn fetch_basemap(&self) -> std::result::Result<(), Fault> {
        let Some(identity) = self.identity()? else {
            return Ok(());
        };
        let mut headers = Vec::new();
        let known: String = self.store.outbox(|outbox| setting::get(outbox, ETAG))?;
        if !known.is_empty() && self.ports.files.size(&self.basemap_path()).is_some() {
            headers.push(("if-none-match", known));
        }
        let call = Call {
            server: &identity.server,
            token: Some(&identity.token),
            method: Method::Get,
            path: "/v1/basemap",
            headers,
            body: Vec::new(),
        };
        let response = self.call(call).await;
        // A street without a base map is no failure: grids and points alone are drawn.
        let response = match response {
            Err(Fault::Refused { error, .. }) if error.code == domain::ErrorCode::NotFound => None,
            answered => Some(answered?),
        };
        if !self.is_still(&identity)? {
            return Ok(()); // of another street, perhaps
        }
        match response {
            None => self.drop_basemap()?,
            Some(response) if response.status == 200 => {
                // Something else than a map under our server's headers is not kept; nothing of this phone is damaged by it.
                if !is_map(&response.body) {
                    return Err(Fault::Foreign);
                }
                self.keep_basemap(&response)?;
            }
            Some(_unchanged) => {}
        }
        let mut memory = self.engine.memory();
        *memory.lanes.get_mut(Lane::Map) = Backoff::default();
        memory.basemap_due_at = self.ports.clock.mono_ms() + EVERY_MS;
        Ok(())
    }

    /// This street has none: what lies here is another's.
    fn drop_basemap(&self) -> Result<()> {
        let path = self.basemap_path();
        if self.ports.files.size(&path).is_none() {
            return Ok(());
        }
        self.ports.files.remove(&path)?;
        self.ports.changed.changed(&[Topic::Map]);
        Ok(())
    }

    fn keep_basemap(&self, response: &Response) -> Result<()> {
        self.replace_file(&self.basemap_path(), &response.body)?;
        let etag = response.header("etag").unwrap_or_default().to_owned();
        self.store.write_outbox(|tx| setting::put(tx, ETAG, &etag))?;
        self.ports.changed.changed(&[Topic::Map]);
        Ok(())
    }
}
