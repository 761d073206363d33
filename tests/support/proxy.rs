//! A plain proxy between phones and server processes: it takes the servers in turn, and does to connections what bad
//! networks do to them. What it does is drawn from a seed.

mod carry;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// So many bytes later something else happens to a connection that is still there.
const LIFE: u64 = 50_000;

/// What happens to one connection, for a while. Positions are bytes, counted in both directions together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chaos {
    /// Nothing.
    Well,
    /// From this byte on nothing moves for a while; then the connection is reset.
    Stall(u64),
    /// It is reset at this byte.
    Reset(u64),
    /// From this byte on the server hears nothing more; its answers still pass.
    HalfClose(u64),
    /// It ends at this byte, in order.
    Cut(u64),
    /// This byte of the photos on their way to the server arrives as another one.
    Flip(u64),
    /// Not more than so many bytes a second pass.
    Slow(u64),
    /// Somebody else answers, with status 200.
    Portal,
}

impl Chaos {
    /// Every kind but the first, as it is counted.
    pub const KINDS: [&'static str; 7] = ["stall", "reset", "half close", "cut", "flipped byte", "slow", "portal"];

    fn kind(self) -> Option<&'static str> {
        let at = match self {
            Self::Well => return None,
            Self::Stall(_) => 0,
            Self::Reset(_) => 1,
            Self::HalfClose(_) => 2,
            Self::Cut(_) => 3,
            Self::Flip(_) => 4,
            Self::Slow(_) => 5,
            Self::Portal => 6,
        };
        Some(Self::KINDS[at])
    }

    /// One kind after the other in an order of chance, so that a short run meets every kind.
    fn draw(state: &mut State, fresh: bool) -> Self {
        let Some(dice) = state.dice.as_mut() else {
            return Self::Well;
        };
        if state.deck.is_empty() {
            state.deck.extend(0..10);
            dice.shuffle(&mut state.deck);
        }
        // Requests are small and photos are not: half of the positions lie within the first of them.
        let most = if dice.bool() { 2_000 } else { LIFE };
        let at = dice.u64(1..most);
        match state.deck.pop() {
            Some(0) => Self::Stall(at),
            Some(1) => Self::Reset(at),
            Some(2) => Self::HalfClose(at),
            Some(3) => Self::Cut(at),
            Some(4 | 5) => Self::Flip(dice.u64(..4_000)),
            Some(6) => Self::Slow(dice.u64(20_000..200_000)),
            Some(7) if fresh => Self::Portal,
            Some(7) => Self::Cut(0),
            _ => Self::Well,
        }
    }
}

/// The proxy. It ends when it is dropped.
pub struct Proxy {
    /// Where phones find it.
    pub address: SocketAddr,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    servers: Mutex<Vec<SocketAddr>>,
    state: Mutex<State>,
}

struct State {
    dice: Option<Rng>,
    deck: Vec<u8>,
    turn: usize,
    struck: BTreeMap<&'static str, u64>,
}

impl Proxy {
    /// Begins to listen; everything passes as it is.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            servers: Mutex::default(),
            state: Mutex::new(State {
                dice: None,
                deck: Vec::new(),
                turn: 0,
                struck: BTreeMap::new(),
            }),
        });
        let of_task = Arc::clone(&shared);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&of_task);
                tokio::spawn(async move {
                    // What goes wrong here is the network's business, and the phone's to live with.
                    drop(carry::carry(client, &shared).await);
                });
            }
        });
        Self {
            address,
            shared,
            listening,
        }
    }

    /// What a phone is told.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on these servers.
    pub fn lead_to(&self, servers: impl IntoIterator<Item = SocketAddr>) {
        *self.shared.servers.lock().unwrap_or_else(PoisonError::into_inner) = servers.into_iter().collect();
    }

    /// From now on bad things happen to new connections, as the seed draws them.
    pub fn storm(&self, seed: u64) {
        self.shared.state().dice = Some(Rng::with_seed(seed));
    }

    /// New connections pass as they are.
    pub fn calm_down(&self) {
        self.shared.state().dice = None;
    }

    /// How often each kind of trouble took place.
    #[must_use]
    pub fn struck(&self) -> BTreeMap<&'static str, u64> {
        self.shared.state().struck.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Shared {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self, fresh: bool) -> Chaos {
        Chaos::draw(&mut self.state(), fresh)
    }

    fn strikes(&self, chaos: Chaos) {
        if let Some(kind) = chaos.kind() {
            *self.state().struck.entry(kind).or_default() += 1;
        }
    }

    /// The next server in turn that takes a connection.
    async fn connect(&self) -> io::Result<TcpStream> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let first = {
            let mut state = self.state();
            state.turn += 1;
            state.turn
        };
        for nth in 0..servers.len() {
            if let Ok(server) = TcpStream::connect(servers[(first + nth) % servers.len()]).await {
                return Ok(server);
            }
        }
        Err(io::ErrorKind::ConnectionRefused.into())
    }
}
