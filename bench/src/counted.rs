//! A way to the server on which every byte is counted, both ways, headers included.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::fault::Fault;

/// A port that leads to the server.
pub(crate) struct Counted {
    /// Where phones connect.
    pub(crate) address: SocketAddr,
    bytes: Arc<AtomicU64>,
}

impl Counted {
    /// Opens a port to `server`, for as long as the runtime lives.
    pub(crate) async fn open(server: SocketAddr) -> Result<Self, Fault> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let bytes = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&bytes);
        tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                let Ok(beyond) = TcpStream::connect(server).await else {
                    break;
                };
                let ((from_phone, to_phone), (from_server, to_server)) = (phone.into_split(), beyond.into_split());
                tokio::spawn(carry(from_phone, to_server, Arc::clone(&count)));
                tokio::spawn(carry(from_server, to_phone, Arc::clone(&count)));
            }
        });
        Ok(Self { address, bytes })
    }

    /// Bytes carried so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// Carries bytes one way until either end is gone.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: Arc<AtomicU64>) {
    let mut piece = [0; 16 * 1024];
    while let Ok(size @ 1..) = from.read(&mut piece).await {
        // Counted before it arrives, so that whoever has the answer finds it counted.
        count.fetch_add(size as u64, Ordering::Relaxed);
        if to.write_all(&piece[..size]).await.is_err() {
            break;
        }
    }
}
