//! Starting and stopping an emulator.

use std::{
    hash::{BuildHasher, RandomState},
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    routing::get,
    serve::ListenerExt,
};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{AbortHandle, JoinHandle},
    time::timeout,
};
use tower_http::cors::CorsLayer;

use super::{
    agent,
    agent_events::AgentEvents,
    faults, rest,
    shared::Shared,
    static_files::{Server, StaticFiles},
    stopping::Stopping,
    websocket,
};
use crate::{
    options::{Mode, Options},
    service::{Fault, Service},
};

/// Bytes of an HTTP body; the largest that makes sense is an agent's text.
const BODY: usize = 64 * 1024;
/// How long a shutdown waits for clients.
const PATIENCE: Duration = Duration::from_secs(3);

/// The emulator as a server.
#[derive(Debug)]
#[non_exhaustive]
pub struct Emulator;

impl Emulator {
    /// An emulator with default options on a free port of loopback, not yet started.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder {
            options: Options::default(),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            files: StaticFiles::new(),
        }
    }
}

/// An emulator that is not yet started.
#[derive(Clone, Debug)]
#[must_use]
pub struct EmulatorBuilder {
    options: Options,
    address: SocketAddr,
    files: StaticFiles,
}

impl EmulatorBuilder {
    /// Replaces all options.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Which service is played.
    pub const fn mode(mut self, mode: Mode) -> Self {
        self.options.mode = mode;
        self
    }

    /// Adds a deployment; with none, every id is one.
    pub fn deployment(mut self, id: impl Into<String>) -> Self {
        self.options.deployments.push(id.into());
        self
    }

    /// Adds a fault that is in force from the start.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.options.faults.push(fault);
        self
    }

    /// Where ids and the signing key come from.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.options.seed = Some(seed);
        self
    }

    /// Where to listen; port 0 is a free one. Whoever reaches it can play the agent and read every conversation.
    pub const fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Serves files beside the APIs.
    pub fn files(mut self, files: StaticFiles) -> Self {
        self.files = files;
        self
    }

    /// Starts it on the current tokio runtime, with time and IO enabled.
    ///
    /// # Errors
    /// The address cannot be listened on, or a header of the files is none.
    pub async fn start(mut self) -> Result<RunningEmulator, StartError> {
        let files = self.files.into_server()?;
        let bind = |source| StartError::Bind { address: self.address, source };
        let listener = TcpListener::bind(self.address).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        // Without a seed ids and tokens must differ from run to run; the hasher's keys are random for each.
        self.options.seed.get_or_insert_with(|| RandomState::new().hash_one(address));
        tracing::info!(%address, mode = %self.options.mode, "emulator listens");

        let (stop, mut stopping) = Stopping::channel();
        let shared = Arc::new(Shared::new(self.options, stopping.clone()));
        let timer = tokio::spawn(Arc::clone(&shared).run_timer());
        let router = router(Arc::clone(&shared), files);
        let listener = listener.tap_io(|stream| {
            // Small frames should not wait for each other; without it everything still works.
            let _ = stream.set_nodelay(true);
        });
        let server = tokio::spawn(async move {
            let stopped = async move { stopping.stopped().await };
            axum::serve(listener, router).with_graceful_shutdown(stopped).await
        });
        Ok(RunningEmulator { address, shared, stop, timer: timer.abort_handle(), server })
    }
}

fn router(shared: Arc<Shared>, files: Server) -> Router {
    let files = Arc::new(files);
    Router::new()
        .route("/v1", get(websocket::upgrade))
        .merge(rest::routes())
        .nest("/agent", agent::routes().nest("/faults", faults::routes()))
        .nest("/faults", faults::routes())
        .fallback(async move |request: Request| files.answer(request).await)
        .layer(DefaultBodyLimit::max(BODY))
        // Pages of any origin may try it out; it holds nothing but what they put in.
        .layer(CorsLayer::permissive())
        .with_state(shared)
}

/// A running emulator. Dropping it stops it.
#[derive(Debug)]
pub struct RunningEmulator {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    timer: AbortHandle,
    server: JoinHandle<io::Result<()>>,
}

impl RunningEmulator {
    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The WebSocket's URL, to which a client adds `?deploymentId=`: `ws://127.0.0.1:8080/v1`.
    #[must_use]
    pub fn ws_url(&self) -> String {
        format!("ws://{}/v1", self.reachable())
    }

    /// The base URL of the REST, agent and faults APIs: `http://127.0.0.1:8080`.
    #[must_use]
    pub fn http_url(&self) -> String {
        format!("http://{}", self.reachable())
    }

    /// Gives commands to the service and reads its views, without HTTP: an agent's text, a fault, the sessions. The
    /// duration is the time of now. The service is locked meanwhile, so a call inside a call never returns.
    pub fn with<R>(&self, command: impl FnOnce(&mut Service, Duration) -> R) -> R {
        self.shared.with(command)
    }

    /// What happens on the agent's side from here on, without HTTP.
    #[must_use]
    pub fn events(&self) -> AgentEvents {
        AgentEvents { subscription: self.shared.subscribe(None), stopping: self.shared.stopping() }
    }

    /// Closes every connection (1001) and waits until the server has ended; a client that holds it up for longer
    /// than 3 s is cut off.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        if !self.server.is_finished() && timeout(PATIENCE, &mut self.server).await.is_err() {
            self.server.abort();
        }
    }

    /// Waits until the server ends by itself, which it only does on an error. To be called until it has returned once.
    ///
    /// # Errors
    /// What ended it.
    pub async fn wait(&mut self) -> io::Result<()> {
        (&mut self.server).await.map_err(io::Error::other)?
    }

    /// An address that a client on this machine can use, also when listening on all of them.
    fn reachable(&self) -> SocketAddr {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.address.port())
    }
}

impl Drop for RunningEmulator {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        self.timer.abort();
    }
}

/// The emulator could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// A header of [`StaticFiles`] has a name or a value that HTTP does not allow.
    #[error("header {name:?} of the files is not allowed by HTTP")]
    Header {
        /// Its name.
        name: String,
    },
}
