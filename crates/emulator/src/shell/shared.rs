//! The service behind a lock, its clock, and the way from its outputs to sockets and agents.
//!
//! Every verb runs under the lock and drains the outputs before it leaves, so that frames go out in the order in which
//! they were made. A socket that does not take its frames in time is dropped.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{
    sync::{Notify, mpsc, watch},
    time::Instant,
};

use super::{
    event_log::{EventLog, Subscription},
    stopping::Stopping,
};
use crate::{
    options::Options,
    service::{ConnectError, ConnectionId, Output, Private, Service},
};

/// Frames that one socket may be behind.
const BACKLOG: usize = 256;

/// What a socket has to do.
#[derive(Debug)]
pub(super) enum SocketCommand {
    Send(Private),
    Close(u16),
}

/// The socket's end of a connection.
#[derive(Debug)]
pub(super) struct SocketFeed {
    pub(super) id: ConnectionId,
    pub(super) commands: mpsc::Receiver<SocketCommand>,
    pub(super) reading: watch::Receiver<bool>,
    pub(super) abort: Arc<Notify>,
    pub(super) stopping: Stopping,
}

/// The service's end.
#[derive(Debug)]
struct SocketHandle {
    commands: mpsc::Sender<SocketCommand>,
    reading: watch::Sender<bool>,
    abort: Arc<Notify>,
}

#[derive(Debug)]
struct Inner {
    service: Service,
    sockets: BTreeMap<ConnectionId, SocketHandle>,
    events: EventLog,
}

#[derive(Debug)]
pub(super) struct Shared {
    inner: Mutex<Inner>,
    start: Instant,
    /// The earliest deadline may have moved.
    rearm: Notify,
    stopping: Stopping,
}

impl Shared {
    pub(super) fn new(options: Options, stopping: Stopping) -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            inner: Mutex::new(Inner {
                service: Service::new(options, epoch),
                sockets: BTreeMap::new(),
                events: EventLog::default(),
            }),
            start: Instant::now(),
            rearm: Notify::new(),
            stopping,
        }
    }

    /// Lets the service do something, and hands out what comes of it.
    pub(super) fn with<R>(&self, verb: impl FnOnce(&mut Service, Duration) -> R) -> R {
        let mut inner = self.lock();
        let result = verb(&mut inner.service, self.now());
        self.drain(&mut inner);
        result
    }

    pub(super) fn connect(&self, deployment_id: &str) -> Result<SocketFeed, ConnectError> {
        let mut inner = self.lock();
        let connected = inner.service.connect(deployment_id, self.now());
        let feed = connected.map(|id| {
            let (sender, commands) = mpsc::channel(BACKLOG);
            let (reading_sender, reading) = watch::channel(true);
            let abort = Arc::new(Notify::new());
            let handle = SocketHandle {
                commands: sender,
                reading: reading_sender,
                abort: Arc::clone(&abort),
            };
            inner.sockets.insert(id, handle);
            SocketFeed { id, commands, reading, abort, stopping: self.stopping.clone() }
        });
        self.drain(&mut inner);
        feed
    }

    /// The socket is gone.
    pub(super) fn disconnected(&self, id: ConnectionId) {
        let mut inner = self.lock();
        inner.sockets.remove(&id);
        inner.service.disconnected(id, self.now());
        self.drain(&mut inner);
    }

    /// Agent events behind the one numbered `after`, as far as they are remembered, and from then on.
    pub(super) fn subscribe(&self, after: Option<u64>) -> Subscription {
        self.lock().events.subscribe(after)
    }

    pub(super) fn stopping(&self) -> Stopping {
        self.stopping.clone()
    }

    /// Ticks the service at its deadlines.
    pub(super) async fn run_timer(self: Arc<Self>) {
        loop {
            let rearmed = self.rearm.notified();
            let deadline = self.lock().service.deadline();
            // A deadline beyond the clock's end never comes.
            match deadline.and_then(|at| self.start.checked_add(at)) {
                Some(at) => tokio::select! {
                    () = tokio::time::sleep_until(at) => self.with(Service::tick),
                    () = rearmed => {}
                },
                None => rearmed.await,
            }
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere must not take the other sessions with it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drain(&self, inner: &mut Inner) {
        while let Some(output) = inner.service.poll_output() {
            match output {
                Output::Send { connection, text } => {
                    self.command(inner, connection, SocketCommand::Send(text));
                }
                Output::Close { connection, code } => {
                    self.command(inner, connection, SocketCommand::Close(code));
                    inner.sockets.remove(&connection);
                }
                Output::Abort { connection } => {
                    if let Some(socket) = inner.sockets.remove(&connection) {
                        socket.abort.notify_one();
                    }
                }
                Output::SetReading { connection, reading } => {
                    if let Some(socket) = inner.sockets.get(&connection) {
                        socket.reading.send_replace(reading);
                    }
                }
                Output::Agent(event) => inner.events.push(event),
            }
        }
        self.rearm.notify_one();
    }

    fn command(&self, inner: &mut Inner, id: ConnectionId, command: SocketCommand) {
        let Some(socket) = inner.sockets.get(&id) else { return };
        if socket.commands.try_send(command).is_err() {
            tracing::debug!(connection = id.0, "the peer does not read, dropped");
            socket.abort.notify_one();
            inner.sockets.remove(&id);
            inner.service.disconnected(id, self.now());
        }
    }
}
