//! The one file that knows the HTTP library. TLS is rustls with ring and the roots of the web.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use reqwest::{Body, Client};
use rustls::{ClientConfig, RootCertStore};

use crate::ports::{EventStream, Method, Request, Response, Transport, TransportFault};

/// A request fails when this long goes by without a byte in either direction; a slow one may take all day.
const STALL: Duration = Duration::from_secs(30);
/// A stream of hints carries a comment every 20 seconds.
const HINT_STALL: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
/// The body is handed over in pieces of this size, so that progress shows.
const PIECE: usize = 8 * 1024;
/// The largest answer, as it travels.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Sends requests over the network.
pub struct HttpTransport {
    client: Client,
}

impl HttpTransport {
    /// Makes the client. It follows no redirect: our server sends none, a captive portal does.
    ///
    /// # Panics
    /// Never in practice: ring supports the default TLS versions.
    #[must_use]
    pub fn new() -> Self {
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring supports the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client of fixed settings can be built");
        Self { client }
    }

    fn prepare(&self, request: Request, progress: &Progress) -> reqwest::RequestBuilder {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
        };
        let mut builder = self.client.request(method, request.url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if request.body.is_empty() {
            return builder;
        }
        let length = request.body.len();
        builder
            .header("content-length", length)
            .body(in_pieces(request.body, progress.clone()))
    }
}

impl Default for HttpTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportFault>> {
        let progress = Progress::start();
        let whole = read_whole(self.prepare(request, &progress), progress.clone());
        async move {
            tokio::select! {
                answer = whole => answer,
                () = progress.stalled() => Err(TransportFault::Stalled),
            }
        }
        .boxed()
    }

    fn open_events(&self, request: Request) -> BoxFuture<'_, Result<(Response, EventStream), TransportFault>> {
        let builder = self.prepare(request, &Progress::start());
        async move {
            let opened = tokio::time::timeout(STALL, builder.send()).await;
            let answer = opened
                .map_err(|_elapsed| TransportFault::Stalled)?
                .map_err(|_broken| TransportFault::Unreachable)?;
            let head = Response {
                status: answer.status().as_u16(),
                headers: headers(&answer),
                body: Vec::new(),
            };
            let pieces = stream::unfold(Some(answer.bytes_stream()), |open| async move {
                let mut open = open?;
                let next = tokio::time::timeout(HINT_STALL, open.next()).await;
                match next {
                    Ok(Some(Ok(piece))) => Some((Ok(piece.to_vec()), Some(open))),
                    Ok(Some(Err(_broken))) => Some((Err(TransportFault::Unreachable), None)),
                    Ok(None) => None,
                    Err(_elapsed) => Some((Err(TransportFault::Stalled), None)),
                }
            });
            Ok((head, pieces.boxed()))
        }
        .boxed()
    }
}

async fn read_whole(builder: reqwest::RequestBuilder, progress: Progress) -> Result<Response, TransportFault> {
    let answer = builder.send().await.map_err(|_broken| TransportFault::Unreachable)?;
    progress.note();
    let mut response = Response {
        status: answer.status().as_u16(),
        headers: headers(&answer),
        body: Vec::new(),
    };
    let mut pieces = answer.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_broken| TransportFault::Unreachable)?;
        progress.note();
        if response.body.len() + piece.len() > MAX_BODY {
            return Err(TransportFault::TooLarge);
        }
        response.body.extend_from_slice(&piece);
    }
    Ok(response)
}

fn headers(answer: &reqwest::Response) -> Vec<(String, String)> {
    let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect()
}

fn in_pieces(body: Vec<u8>, progress: Progress) -> Body {
    let pieces: Vec<Vec<u8>> = body.chunks(PIECE).map(<[u8]>::to_vec).collect();
    Body::wrap_stream(stream::iter(pieces).map(move |piece| {
        progress.note();
        Ok::<_, std::convert::Infallible>(piece)
    }))
}

/// When the last byte moved.
#[derive(Clone)]
struct Progress {
    start: Instant,
    last_ms: Arc<AtomicI64>,
}

impl Progress {
    fn start() -> Self {
        Self {
            start: Instant::now(),
            last_ms: Arc::new(AtomicI64::new(0)),
        }
    }

    fn elapsed_ms(&self) -> i64 {
        i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn note(&self) {
        self.last_ms.store(self.elapsed_ms(), Ordering::Relaxed);
    }

    /// Ends when nothing has moved for [`STALL`].
    async fn stalled(&self) {
        let limit = i64::try_from(STALL.as_millis()).unwrap_or(i64::MAX);
        loop {
            let left = limit - (self.elapsed_ms() - self.last_ms.load(Ordering::Relaxed));
            let Ok(left) = u64::try_from(left) else { return };
            if left == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(left)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Bytes;
    use axum::http::{HeaderMap, StatusCode, header};
    use axum::routing::{get, post};

    use super::*;

    async fn serve(router: Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    fn request(method: Method, url: String, body: Vec<u8>) -> Request {
        Request {
            method,
            url,
            headers: vec![("x-request-id", "7".to_owned())],
            body,
        }
    }

    #[tokio::test]
    async fn bodies_and_headers_travel_both_ways_unchanged() {
        let echo = post(|headers: HeaderMap, body: Bytes| async move {
            let length = headers[header::CONTENT_LENGTH].to_str().unwrap().to_owned();
            (
                [
                    ("x-request-id", headers["x-request-id"].to_str().unwrap().to_owned()),
                    ("x-length", length),
                ],
                body,
            )
        });
        let base = serve(Router::new().route("/echo", echo)).await;
        let body: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let answer = HttpTransport::new()
            .send(request(Method::Post, format!("{base}/echo"), body.clone()))
            .await
            .unwrap();
        assert_eq!(
            (answer.status, answer.header("x-request-id"), answer.header("x-length")),
            (200, Some("7"), Some("100000"))
        );
        assert!(answer.body == body, "the body changed on its way");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let away = get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/login")]) });
        let base = serve(Router::new().route("/v1/push", away)).await;
        let answer = HttpTransport::new()
            .send(request(Method::Get, format!("{base}/v1/push"), Vec::new()))
            .await
            .unwrap();
        assert_eq!(answer.status, 302);
    }

    #[tokio::test]
    async fn nobody_there_is_unreachable() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        drop(listener);
        let fault = HttpTransport::new()
            .send(request(Method::Get, url, Vec::new()))
            .await
            .unwrap_err();
        assert_eq!(fault, TransportFault::Unreachable);
    }

    #[tokio::test]
    async fn events_arrive_as_they_are_sent() {
        let events = get(|| async {
            (
                [(header::CONTENT_TYPE, "text/event-stream")],
                "event: poke\ndata: {}\n\n",
            )
        });
        let base = serve(Router::new().route("/v1/live", events)).await;
        let transport = HttpTransport::new();
        let (head, stream) = transport
            .open_events(request(Method::Get, format!("{base}/v1/live"), Vec::new()))
            .await
            .unwrap();
        let pieces: Vec<u8> = stream.map(|piece| piece.unwrap()).concat().await;
        assert_eq!(
            (head.status, pieces.as_slice()),
            (200, b"event: poke\ndata: {}\n\n".as_slice())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_nothing_is_left_after_thirty_seconds_without_a_byte() {
        let progress = Progress {
            start: Instant::now().checked_sub(STALL).unwrap(),
            last_ms: Arc::new(AtomicI64::new(0)),
        };
        progress.stalled().await;
        progress.note();
        let soon = tokio::time::timeout(Duration::from_millis(1), progress.stalled()).await;
        assert!(soon.is_err(), "a byte just moved");
    }
}
