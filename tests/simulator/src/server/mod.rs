//! Sockets around a world: loopback only, ephemeral ports, one thread per connection, everything
//! bounded.

mod connection;
mod control;
mod tls;

use crate::http::HttpRequest;
use crate::setup::Setup;
use crate::world::World;
use connection::Peer;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Connections served at once; more are closed as they arrive.
const CONNECTIONS_LIMIT: usize = 128;

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the services listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where the control interface listens; port 0 picks a free one.
    pub control: SocketAddr,
    /// HTTPS instead of HTTP for the services. The control interface is always HTTP.
    pub tls: bool,
    /// What the world takes for now.
    pub clock: Clock,
    /// What `POST /reset` returns to; without it a reset goes to the world given at the start.
    pub setup: Option<Setup>,
}

impl Default for Options {
    fn default() -> Self {
        let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Options { listen: any, control: any, tls: false, clock: Clock::system(), setup: None }
    }
}

/// The server's clock: the system's or a fixed moment, plus an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    fixed_ms: Option<i64>,
    offset_ms: i64,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Clock { fixed_ms: None, offset_ms: 0 }
    }

    /// A clock that stands at this moment, in milliseconds since 1970 UTC, until it is moved.
    pub fn fixed(now_ms: i64) -> Self {
        Clock { fixed_ms: Some(now_ms), offset_ms: 0 }
    }

    /// Moves the clock forward, or back.
    pub fn advance(&mut self, ms: i64) {
        self.offset_ms = self.offset_ms.saturating_add(ms);
    }

    /// The moment it shows.
    pub fn now_ms(&self) -> i64 {
        let system = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        };
        self.fixed_ms.unwrap_or_else(system).saturating_add(self.offset_ms)
    }
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is not on loopback; the simulator is never reachable from elsewhere.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The socket could not be opened.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The certificates for TLS could not be made.
    #[error("cannot make the TLS certificates: {0}")]
    Tls(String),
}

/// What the threads share.
pub(crate) struct Shared {
    world: Mutex<World>,
    clock: Mutex<Clock>,
    first: World,
    setup: Option<Setup>,
    stop: AtomicBool,
    connections: AtomicUsize,
}

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A running simulator. It stops when dropped, connections included.
pub struct Server {
    /// The base address of the services, without a slash at the end.
    pub url: String,
    /// The CA that signed the server's certificate, PEM; `None` without TLS.
    pub ca_pem: Option<String>,
    /// The base address of the control interface.
    pub control: String,
    shared: Arc<Shared>,
    addresses: [SocketAddr; 2],
    threads: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({}, control {})", self.url, self.control)
    }
}

impl Server {
    /// Opens the two listeners and serves the world until dropped.
    pub fn start(world: World, options: Options) -> Result<Self, StartError> {
        let service = listen(options.listen)?;
        let control = listen(options.control)?;
        let address = |listener: &TcpListener, asked| {
            listener.local_addr().map_err(|error| StartError::Listen(asked, error))
        };
        let addresses = [address(&service, options.listen)?, address(&control, options.control)?];
        let identity = if options.tls { Some(tls::identity()?) } else { None };
        let shared = Arc::new(Shared {
            first: world.clone(),
            world: Mutex::new(world),
            clock: Mutex::new(options.clock),
            setup: options.setup,
            stop: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
        });
        let config = identity.as_ref().map(|identity| identity.config.clone());
        let threads = vec![
            accept(service, shared.clone(), config, |shared, peer, request| {
                let now_ms = shared.clock().now_ms();
                let reaction = shared.world().handle(now_ms, &request);
                connection::react(peer, reaction, shared);
            }),
            accept(control, shared.clone(), None, |shared, peer, request| {
                let answer = control::answer(shared, &request);
                connection::react(peer, crate::http::Reaction::Answer(answer), shared);
            }),
        ];
        let scheme = if options.tls { "https" } else { "http" };
        Ok(Server {
            url: format!("{scheme}://{}", addresses[0]),
            ca_pem: identity.map(|identity| identity.ca_pem),
            control: format!("http://{}", addresses[1]),
            shared,
            addresses,
            threads,
        })
    }

    /// The world, locked: look, or change it between two requests.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// Sets the clock.
    pub fn set_clock(&self, clock: Clock) {
        *self.shared.clock() = clock;
    }

    /// Moves the clock.
    pub fn advance(&self, ms: i64) {
        self.shared.clock().advance(ms);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for address in self.addresses {
            // Wakes the accepting thread, which then sees that it must stop.
            drop(TcpStream::connect_timeout(&address, Duration::from_secs(1)));
        }
        for thread in self.threads.drain(..) {
            // A thread that panicked has already said so.
            let _ = thread.join();
        }
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback(address));
    }
    TcpListener::bind(address).map_err(|error| StartError::Listen(address, error))
}

type Serve = fn(&Shared, &mut Peer, HttpRequest);

fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    tls: Option<Arc<rustls::ServerConfig>>,
    serve: Serve,
) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut workers: Vec<JoinHandle<()>> = Vec::new();
        for stream in listener.incoming() {
            if shared.stopping() {
                break;
            }
            workers.retain(|worker| !worker.is_finished());
            let Ok(stream) = stream else { continue };
            if shared.connections.load(Ordering::Relaxed) >= CONNECTIONS_LIMIT {
                continue;
            }
            shared.connections.fetch_add(1, Ordering::Relaxed);
            let (shared, tls) = (shared.clone(), tls.clone());
            workers.push(thread::spawn(move || {
                if let Some(mut peer) = Peer::new(stream, tls)
                    && let Some(request) = peer.read_request(&shared)
                {
                    serve(&shared, &mut peer, request);
                }
                shared.connections.fetch_sub(1, Ordering::Relaxed);
            }));
        }
        for worker in workers {
            let _ = worker.join();
        }
    })
}
