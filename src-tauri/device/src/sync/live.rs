//! Hints: while the app is in front, a stream of server-sent events says when pulling is worthwhile.

use std::time::Duration;

use futures_util::StreamExt as _;

use super::backoff::Backoff;
use super::exchange::{Call, Fault, check};
use crate::device::Device;
use crate::ports::{EventStream, Method};
use crate::view::NetworkKind;

/// The shortest pause between two streams.
const PAUSE_MS: i64 = 3_000;
/// Look again at least this often whether hints are wanted.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

impl Device {
    /// Keeps a stream open while it makes sense.
    pub(crate) async fn live_loop(&self) {
        let mut backoff = Backoff::default();
        loop {
            if !self.wants_hints() {
                tokio::select! {
                    () = self.engine.live_bell.notified() => {}
                    () = tokio::time::sleep(LOOK_AGAIN) => {}
                }
                continue;
            }
            let opened = self.open_hints().await;
            match opened {
                Ok(mut stream) => {
                    backoff = Backoff::default();
                    self.hint();
                    self.read_hints(&mut stream).await;
                }
                Err(fault) => tracing::debug!(code = ?fault.code(), "no stream of hints"),
            }
            let now = self.ports.clock.mono_ms();
            backoff.fail(now, |most| self.ports.ids.up_to(most), Some(PAUSE_MS));
            let pause = u64::try_from(backoff.not_before - now).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    fn wants_hints(&self) -> bool {
        let front = self.engine.memory().front;
        let identity = self.identity().ok().flatten();
        let open = self
            .allowance()
            .is_ok_and(|allowance| allowance.switched_on && allowance.network.kind != NetworkKind::None);
        front && open && identity.is_some_and(|identity| !identity.revoked && identity.order.is_none())
    }

    async fn open_hints(&self) -> Result<EventStream, Fault> {
        let Some(identity) = self.identity()? else {
            return Err(Fault::Foreign);
        };
        let (request, id) = self.build(Call {
            server: &identity.server,
            token: Some(&identity.token),
            method: Method::Get,
            path: "/v1/live",
            headers: vec![("accept", "text/event-stream".to_owned())],
            body: Vec::new(),
        });
        let (head, stream) = self
            .ports
            .transport
            .open_events(request)
            .await
            .map_err(Fault::Transport)?;
        check(head, &id)?;
        Ok(stream)
    }

    async fn read_hints(&self, stream: &mut EventStream) {
        let mut line = Vec::new();
        loop {
            let piece = tokio::select! {
                piece = stream.next() => piece,
                () = self.engine.live_bell.notified() => {
                    if self.wants_hints() { continue }
                    return;
                }
            };
            let Some(Ok(piece)) = piece else { return };
            for byte in piece {
                if byte == b'\n' {
                    if line.starts_with(b"event: poke") || line.starts_with(b"event:poke") {
                        self.hint();
                    }
                    line.clear();
                } else if line.len() < 1024 {
                    line.push(byte);
                }
            }
        }
    }

    /// Pulling is worthwhile now.
    fn hint(&self) {
        self.engine.memory().pull_due_at = self.ports.clock.mono_ms();
        self.engine.facts_bell.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use crate::test_support::World;

    #[tokio::test]
    async fn a_hint_makes_the_next_pull_due_at_once() {
        let world = World::enrolled();
        world.device.engine.memory().pull_due_at = i64::MAX;
        let pieces = [b": still here\n\nevent: po".to_vec(), b"ke\ndata: {}\n\n".to_vec()];
        let mut stream: crate::ports::EventStream = Box::pin(stream::iter(pieces.map(Ok)));
        world.device.read_hints(&mut stream).await;
        assert!(world.device.engine.memory().pull_due_at < i64::MAX);
    }

    #[tokio::test]
    async fn a_comment_is_no_hint() {
        let world = World::enrolled();
        world.device.engine.memory().pull_due_at = i64::MAX;
        let mut stream: crate::ports::EventStream = Box::pin(stream::iter([Ok(b": still here\n\n".to_vec())]));
        world.device.read_hints(&mut stream).await;
        assert_eq!(world.device.engine.memory().pull_due_at, i64::MAX);
    }
}
