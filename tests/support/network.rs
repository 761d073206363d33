//! The network between a phone and the server: requests and replies that get lost, doubled, delayed, cut or answered by
//! somebody else.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use device::ports::{EventStream, Network, NetworkSense, Request, Response, Transport, TransportFault};
use domain::protocol::{PROTO_HEADER, REQUEST_ID_HEADER};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::way::Way;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// Time on the way out.
    pub out: Duration,
    /// How often it arrives.
    pub arrives: u8,
    /// One more copy arrives this much later, whatever the phone does meanwhile.
    pub straggler: Option<Duration>,
    /// Time on the way back.
    pub back: Duration,
    /// What the phone gets.
    pub reply: Reply,
}

/// What the phone gets for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The server's answer.
    Given,
    /// Nothing.
    Lost,
    /// The first bytes of the server's answer, this part of 256.
    Cut(u8),
    /// The server's answer with bytes of its body replaced by chance, as the seed says.
    Noise(u64),
    /// A page with status 200 that is not the server's.
    Portal,
    /// A proxy's error page.
    BadGateway,
    /// The server's own "not now".
    Busy,
}

impl Fate {
    /// A network that works, at once.
    pub const WELL: Self = Self {
        out: Duration::ZERO,
        arrives: 1,
        straggler: None,
        back: Duration::ZERO,
        reply: Reply::Given,
    };
    /// Nothing arrives.
    pub const NOWHERE: Self = Self {
        arrives: 0,
        reply: Reply::Lost,
        ..Self::WELL
    };
    /// Somebody else answers.
    pub const PORTAL: Self = Self {
        arrives: 0,
        reply: Reply::Portal,
        ..Self::WELL
    };
}

/// Decides what happens to requests.
pub trait Weather: Send {
    /// The fate of the next one.
    fn fate(&mut self, request: &Request) -> Fate;
}

/// Every request fares the same.
impl Weather for Fate {
    fn fate(&mut self, _request: &Request) -> Fate {
        *self
    }
}

/// Everything is done, and the first reply to everything is lost.
#[derive(Debug, Default)]
pub struct FirstReplyLost {
    lost: HashSet<String>,
}

impl Weather for FirstReplyLost {
    fn fate(&mut self, request: &Request) -> Fate {
        let name = format!("{:?} {}", request.method, request.url);
        let reply = if self.lost.remove(&name) {
            Reply::Given
        } else {
            self.lost.insert(name);
            Reply::Lost
        };
        Fate { reply, ..Fate::WELL }
    }
}

/// Every request arrives twice, and once more a while later.
#[derive(Debug, Clone, Copy)]
pub struct Twice;

impl Weather for Twice {
    fn fate(&mut self, _request: &Request) -> Fate {
        Fate {
            arrives: 2,
            straggler: Some(Duration::from_secs(7)),
            ..Fate::WELL
        }
    }
}

/// What lies between one phone and the server.
pub struct Link {
    way: Arc<Way>,
    weather: Mutex<Box<dyn Weather>>,
    network: Mutex<Network>,
    /// The protocol version that the phone's app is made to speak instead of its own.
    speaks: Mutex<Option<&'static str>>,
}

impl Link {
    /// Wi-Fi and a network that works.
    #[must_use]
    pub fn new(way: Way) -> Self {
        Self {
            way: Arc::new(way),
            weather: Mutex::new(Box::new(Fate::WELL)),
            network: Mutex::new(Network::WIFI),
            speaks: Mutex::new(None),
        }
    }

    /// From now on the phone's app is one of this protocol version, or speaks its own again. The server judges it.
    pub fn speak_as(&self, version: Option<&'static str>) {
        *self.speaks.lock().unwrap_or_else(PoisonError::into_inner) = version;
    }

    /// From now on.
    pub fn set_weather(&self, weather: impl Weather + 'static) {
        *self.weather.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(weather);
    }

    /// What the phone is told of its network.
    pub fn set_network(&self, network: Network) {
        *self.network.lock().unwrap_or_else(PoisonError::into_inner) = network;
    }

    /// Where the phone believes the server is.
    #[must_use]
    pub fn address(&self) -> &str {
        self.way.address()
    }

    async fn carry(&self, mut request: Request) -> Result<Response, TransportFault> {
        let version = *self.speaks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(version) = version {
            let said = request.headers.iter_mut().filter(|(name, _)| *name == PROTO_HEADER);
            said.for_each(|(_, said)| version.clone_into(said));
        }
        let fate = self
            .weather
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fate(&request);
        pass(fate.out).await;
        let mut answer = None;
        for _ in 0..fate.arrives {
            answer = self.way.ask(&request).await;
        }
        if let Some(later) = fate.straggler {
            let (way, copy) = (Arc::clone(&self.way), request.clone());
            tokio::spawn(async move {
                pass(later).await;
                drop(way.ask(&copy).await);
            });
        }
        pass(fate.back).await;
        match fate.reply {
            Reply::Given => answer.ok_or(TransportFault::Unreachable),
            Reply::Lost => Err(TransportFault::Unreachable),
            Reply::Cut(part) => {
                let mut answer = answer.ok_or(TransportFault::Unreachable)?;
                answer.body.truncate(answer.body.len() * usize::from(part) / 256);
                Ok(answer)
            }
            Reply::Noise(seed) => {
                let mut answer = answer.ok_or(TransportFault::Unreachable)?;
                let mut dice = fastrand::Rng::with_seed(seed);
                let from = dice.usize(..=answer.body.len() / 2);
                dice.fill(&mut answer.body[from..]);
                Ok(answer)
            }
            Reply::Portal => Ok(page(200)),
            Reply::BadGateway => Ok(page(502)),
            Reply::Busy => Ok(busy(&request)),
        }
    }
}

async fn pass(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn page(status: u16) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: b"<html>please log in</html>".to_vec(),
    }
}

fn busy(request: &Request) -> Response {
    let id = request.headers.iter().find(|(name, _)| *name == REQUEST_ID_HEADER);
    let headers = [
        (PROTO_HEADER, "1"),
        (REQUEST_ID_HEADER, id.map_or("", |(_, id)| id.as_str())),
        ("retry-after", "3"),
    ];
    Response {
        status: 503,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: br#"{"error":{"code":"busy"}}"#.to_vec(),
    }
}

impl Transport for Link {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportFault>> {
        assert!(
            request.url.starts_with(self.address()),
            "a phone asks its own server only"
        );
        self.carry(request).boxed()
    }

    /// In one process hints are lost: missing all of them loses nothing, and what a phone knows comes from pulls alone.
    fn open_events(&self, request: Request) -> BoxFuture<'_, Result<(Response, EventStream), TransportFault>> {
        match &*self.way {
            Way::Here(_) => async { Err(TransportFault::Unreachable) }.boxed(),
            Way::There(http, _) => http.open_events(request),
        }
    }
}

impl NetworkSense for Link {
    fn network(&self) -> Network {
        *self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
