//! HTTP as the phone speaks it, on one kept connection, with every byte counted: both ways, headers included.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::fault::Fault;

/// Hints of one commit come closer together than this.
const PAUSE: Duration = Duration::from_millis(5);

/// A connection to the server.
pub(crate) struct Connection {
    stream: TcpStream,
    host: SocketAddr,
    /// What was read and not yet used.
    rest: Vec<u8>,
    /// Bytes sent and received so far.
    pub(crate) bytes: u64,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The body without its compression.
    pub(crate) fn plain(&self) -> Result<Vec<u8>, Fault> {
        match self.header("content-encoding") {
            Some("zstd") => Ok(device::packing::unpack(&self.body, 1 << 30)?),
            _ => Ok(self.body.clone()),
        }
    }

    /// The body as JSON, once the status is that of success.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Fault> {
        self.succeeded()?;
        Ok(serde_json::from_slice(&self.plain()?)?)
    }

    /// A fault unless the server did what was asked.
    pub(crate) fn succeeded(&self) -> Result<(), Fault> {
        if self.status == 200 {
            return Ok(());
        }
        Err(Fault::Answer(
            self.status,
            String::from_utf8_lossy(&self.plain()?).into_owned(),
        ))
    }
}

impl Connection {
    pub(crate) async fn open(host: SocketAddr) -> Result<Self, Fault> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            host,
            rest: Vec::new(),
            bytes: 0,
        })
    }

    /// A request of a phone, with the headers that a phone sends.
    pub(crate) async fn phone(&mut self, token: &str, line: &str, headers: &str, body: &[u8]) -> Result<Answer, Fault> {
        let headers = format!(
            "{headers}x-sync-proto: 1\r\nx-sync-dict: 1\r\nx-request-id: 67e55044\r\n\
             accept-encoding: zstd\r\nauthorization: Bearer {token}\r\naccept: */*\r\n"
        );
        self.ask(line, &headers, body).await
    }

    /// A phone's request with a compressed JSON body.
    pub(crate) async fn post(&mut self, token: &str, path: &str, packed: &[u8]) -> Result<Answer, Fault> {
        let headers = "content-type: application/json\r\ncontent-encoding: zstd\r\n";
        self.phone(token, &format!("POST {path}"), headers, packed).await
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, line: &str, headers: &str, body: &[u8]) -> Result<Answer, Fault> {
        self.send(line, headers, body).await?;
        let head = self.head().await?;
        let mut answer = Answer {
            status: head.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0),
            head,
            body: Vec::new(),
        };
        let length = answer
            .header("content-length")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        answer.body = self.take(length).await?;
        Ok(answer)
    }

    async fn send(&mut self, line: &str, headers: &str, body: &[u8]) -> Result<(), Fault> {
        let mut request = format!(
            "{line} HTTP/1.1\r\n{headers}host: {}\r\ncontent-length: {}\r\n\r\n",
            self.host,
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request).await?;
        self.bytes += request.len() as u64;
        Ok(())
    }

    /// Opens the stream of hints; the head of the answer is read.
    pub(crate) async fn watch(&mut self, headers: &str) -> Result<(), Fault> {
        self.send("GET /v1/live", headers, &[]).await?;
        let head = self.head().await?;
        if head.starts_with("HTTP/1.1 200") {
            return Ok(());
        }
        Err(Fault::Answer(0, head))
    }

    /// Waits for the next hint and drops what came with it.
    pub(crate) async fn hint(&mut self) -> Result<(), Fault> {
        while !contains(&self.rest, b"event: poke") {
            self.fill().await?;
        }
        self.rest.clear();
        Ok(())
    }

    /// Drops the hints that come until none has come for a moment.
    pub(crate) async fn quiet(&mut self) -> Result<(), Fault> {
        while let Ok(filled) = tokio::time::timeout(PAUSE, self.fill()).await {
            filled?;
        }
        self.rest.clear();
        Ok(())
    }

    async fn head(&mut self) -> Result<String, Fault> {
        let end = loop {
            if let Some(at) = self.rest.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.fill().await?;
        };
        Ok(String::from_utf8_lossy(&self.take(end).await?).into_owned())
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, Fault> {
        while self.rest.len() < length {
            self.fill().await?;
        }
        let left = self.rest.split_off(length);
        Ok(std::mem::replace(&mut self.rest, left))
    }

    async fn fill(&mut self) -> Result<(), Fault> {
        let count = self.stream.read_buf(&mut self.rest).await?;
        self.bytes += count as u64;
        if count == 0 {
            return Err(Fault::Io(std::io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(())
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
