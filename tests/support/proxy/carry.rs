//! One connection, byte by byte.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Chaos, LIFE, Shared};

/// How long nothing moves in a stall. Shorter than the phone's patience, so that many fit into a short run; the phone's
/// own time-out has tests of its own.
const STALL: Duration = Duration::from_millis(1_500);
const PORTAL: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 27\r\nconnection: close\r\n\r\n\
    <html>please log in</html>\n";

/// Carries a connection to its end.
pub(super) async fn carry(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    let chaos = shared.draw(true);
    if chaos == Chaos::Portal {
        let mut request = vec![0; 64 * 1024];
        let _head = client.read(&mut request).await?;
        shared.strikes(chaos);
        return client.write_all(PORTAL).await;
    }
    let mut server = shared.connect().await?;
    if between(&mut client, &mut server, chaos, shared).await? == Ending::Reset {
        client.set_zero_linger()?;
        server.set_zero_linger()?;
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Ending {
    InOrder,
    Reset,
}

async fn between(
    client: &mut TcpStream,
    server: &mut TcpStream,
    mut chaos: Chaos,
    shared: &Shared,
) -> io::Result<Ending> {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let (mut up, mut down) = (vec![0; 8 * 1024], vec![0; 8 * 1024]);
    let (mut passed, mut deaf) = (0_u64, false);
    let mut photos = Photos::default();
    loop {
        let (piece, is_up) = tokio::select! {
            read = from_client.read(&mut up), if !deaf => (&mut up[..read?], true),
            read = from_server.read(&mut down) => (&mut down[..read?], false),
        };
        if piece.is_empty() {
            return Ok(Ending::InOrder);
        }
        if passed >= LIFE && !deaf {
            (chaos, passed, photos) = (shared.draw(false), 0, Photos::default());
        }
        if is_up
            && let Chaos::Flip(nth) = chaos
            && photos.flip(piece, nth)
        {
            shared.strikes(chaos);
        }
        if let Chaos::Slow(rate) = chaos {
            if passed == 0 {
                shared.strikes(chaos);
            }
            tokio::time::sleep(Duration::from_millis(1 + piece.len() as u64 * 1_000 / rate)).await;
        }
        let fits = if deaf {
            piece.len()
        } else {
            chaos.fits(passed, piece.len())
        };
        passed += fits as u64;
        if is_up {
            to_server.write_all(&piece[..fits]).await?;
        } else {
            to_client.write_all(&piece[..fits]).await?;
        }
        if fits == piece.len() {
            continue;
        }
        shared.strikes(chaos);
        let Chaos::HalfClose(_) = chaos else {
            return chaos.end().await;
        };
        to_server.shutdown().await?;
        deaf = true;
    }
}

impl Chaos {
    /// How many of so many bytes still pass, after those that did.
    fn fits(self, passed: u64, piece: usize) -> usize {
        match self {
            Self::Stall(at) | Self::Reset(at) | Self::HalfClose(at) | Self::Cut(at) => {
                usize::try_from(at.saturating_sub(passed)).map_or(piece, |left| left.min(piece))
            }
            Self::Well | Self::Flip(_) | Self::Slow(_) | Self::Portal => piece,
        }
    }

    /// How the connection ends once its byte is reached.
    async fn end(self) -> io::Result<Ending> {
        if let Self::Cut(_) = self {
            return Ok(Ending::InOrder);
        }
        if let Self::Stall(_) = self {
            tokio::time::sleep(STALL).await;
        }
        Ok(Ending::Reset)
    }
}

/// Finds the bytes of photos among everything that goes to the server.
#[derive(Debug, Default)]
struct Photos {
    inside: bool,
    seen: u64,
    flipped: bool,
}

impl Photos {
    /// Changes the photo byte of this number, once; true when it did.
    fn flip(&mut self, piece: &mut [u8], nth: u64) -> bool {
        let mut body = 0;
        if [&b"PUT /v1/blobs/"[..], b"PATCH /v1/blobs/"]
            .iter()
            .any(|head| piece.starts_with(head))
        {
            self.inside = true;
            body = piece
                .windows(4)
                .position(|end| end == b"\r\n\r\n")
                .map_or(piece.len(), |at| at + 4);
        } else if [&b"POST /"[..], b"GET /", b"HEAD /"]
            .iter()
            .any(|head| piece.starts_with(head))
        {
            self.inside = false;
        }
        if self.flipped || !self.inside {
            return false;
        }
        let here = (piece.len() - body) as u64;
        let Some(at) = nth.checked_sub(self.seen).filter(|at| *at < here) else {
            self.seen += here;
            return false;
        };
        piece[body + usize::try_from(at).unwrap_or(0)] ^= 0x20;
        self.flipped = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bytes_of_photos_are_flipped_and_only_once() {
        let mut photos = Photos::default();
        let mut push = *b"POST /v1/push HTTP/1.1\r\n\r\naaaa";
        assert!(!photos.flip(&mut push, 1));
        let mut head = *b"PUT /v1/blobs/x HTTP/1.1\r\n\r\nab";
        assert!(!photos.flip(&mut head, 3));
        let mut rest = *b"cdef";
        assert!(photos.flip(&mut rest, 3));
        assert_eq!(&rest, b"cDef");
        assert!(!photos.flip(&mut rest, 3));
    }
}
