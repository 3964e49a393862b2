//! A script played to the tokio adapter: its driver, its handle, and a transport in memory, under
//! paused time.
//!
//! Owns: [`TokioDrive`], and that the driver has come to rest before and after each step. Must not
//! know: what the driver does meanwhile.

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Wake;

use tokio::runtime;
use tokio::time::{Instant, sleep_until};
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{Close, CloseReason, Input, TransportId};
use webmessaging_tokio::memory::{MemoryConnector, MemoryDial, MemoryPeer, MemoryServer};
use webmessaging_tokio::{CommandError, Driver, Events, Handle, Options, Outgoing, session_with};

use super::machine::MAX_TICKS_AT_ONCE;
use super::{Drive, RunError};
use crate::script::{Action, Script, Step, TransportNews};
use crate::transcript::{Entry, Line, SentFrame};

/// Events are read after each step, so this is never reached.
const EVENTS: usize = 1 << 20;

/// Plays scripts to the driver of `webmessaging-tokio`. Only to be called outside of a runtime.
///
/// News of a transport that the driver has let go are not told, since nobody is there to hear them;
/// `peer_alive`, which the driver finds out by itself, can't be played.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioDrive;

impl Drive for TokioDrive {
    fn run_into(&self, script: &Script, sink: &mut dyn FnMut(Line)) -> Result<(), RunError> {
        let failed = |reason: String| RunError::Driver { at_ms: 0, reason };
        if runtime::Handle::try_current().is_ok() {
            return Err(failed("a script can't be played inside of a runtime".into()));
        }
        let runtime = runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .map_err(|error| failed(error.to_string()))?;
        runtime.block_on(async {
            let mut stage = Stage::new(script, sink);
            for step in script.steps() {
                stage.pass_to(step.at_ms).await?;
                stage.play(step).await?;
            }
            stage.pass_to(script.until_ms()).await
        })
    }
}

/// The driver and everything around it.
struct Stage<'a> {
    guest: Handle,
    events: Events,
    driver: Driver<MemoryConnector>,
    server: MemoryServer,
    origin: Instant,
    newest: TransportId,
    /// The dial that waits for its end.
    dial: Option<(TransportId, MemoryDial)>,
    peers: BTreeMap<TransportId, MemoryPeer>,
    /// The names of the frames sent so far.
    sent: Vec<Option<String>>,
    sink: &'a mut dyn FnMut(Line),
}

impl<'a> Stage<'a> {
    fn new(script: &Script, sink: &'a mut dyn FnMut(Line)) -> Self {
        let mut options = Options::default();
        options.events = EVENTS;
        let (connector, server) = MemoryConnector::new();
        let config = script.config().clone();
        let (guest, events, driver) = session_with(config, connector, WebMessaging, options);
        Self {
            guest,
            events,
            driver,
            server,
            origin: Instant::now(),
            newest: TransportId(0),
            dial: None,
            peers: BTreeMap::new(),
            sent: Vec::new(),
            sink,
        }
    }

    /// Sleeps until then; the driver goes first whenever both wake up.
    async fn pass_to(&mut self, at_ms: u64) -> Result<(), RunError> {
        let Some(until) = self.origin.checked_add(Duration::from_millis(at_ms)) else {
            return Err(RunError::TooLong { at_ms: self.now_ms() });
        };
        let mut slept = pin!(sleep_until(until));
        poll_fn(|cx| {
            self.settle()?;
            // Once more, for the task to be woken by what the driver waits for.
            let _: Poll<_> = Pin::new(&mut self.driver).poll(cx);
            self.collect()?;
            slept.as_mut().poll(cx).map(Ok)
        })
        .await
    }

    /// Polls the driver until it does nothing more by itself.
    fn settle(&mut self) -> Result<(), RunError> {
        let woken = Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        for _ in 0..MAX_TICKS_AT_ONCE {
            let _: Poll<_> = Pin::new(&mut self.driver).poll(&mut Context::from_waker(&waker));
            self.collect()?;
            if !woken.0.swap(false, Ordering::Relaxed) {
                return Ok(());
            }
        }
        Err(RunError::Stuck { at_ms: self.now_ms() })
    }

    async fn play(&mut self, step: &Step) -> Result<(), RunError> {
        match &step.action {
            Action::Input(input) => return self.give(input),
            Action::Transport { transport, news } => {
                self.tell(transport.unwrap_or(self.newest), news, step.line).await?;
            }
        }
        self.settle()
    }

    fn give(&mut self, input: &Input<'static>) -> Result<(), RunError> {
        match input {
            // The driver ticks when it must.
            Input::Tick => {}
            Input::Keystroke => self.guest.keystroke(),
            Input::InputCleared => self.guest.input_cleared(),
            Input::ComposerClosed => self.guest.composer_closed(),
            Input::SetTyping(on) => self.guest.set_typing(*on),
            Input::Foreground(on) => self.guest.foreground(*on),
            Input::NetworkAvailable => self.guest.network_available(),
            Input::Disconnect => self.guest.disconnect(),
            input => return self.ask(input),
        }
        self.settle()
    }

    fn ask(&mut self, input: &Input<'static>) -> Result<(), RunError> {
        let mut answer = self.guest.input(input.clone());
        self.settle()?;
        let at_ms = self.now_ms();
        match Pin::new(&mut answer).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(CommandError::Refused(error))) => {
                let input = input.name();
                (self.sink)(Line::new(at_ms, Entry::Error { input, error }));
            }
            Poll::Ready(Err(error)) => {
                return Err(RunError::Driver { at_ms, reason: error.to_string() });
            }
            Poll::Pending => {
                let reason = format!("{} has no answer", input.name());
                return Err(RunError::Driver { at_ms, reason });
            }
        }
        Ok(())
    }

    async fn tell(
        &mut self,
        transport: TransportId,
        news: &TransportNews,
        line: usize,
    ) -> Result<(), RunError> {
        let dial = self.dial.take_if(|(dialing, _)| *dialing == transport).map(|(_, dial)| dial);
        match (news, dial) {
            (TransportNews::Opened, Some(dial)) => {
                self.peers.insert(transport, dial.accept());
            }
            (TransportNews::Closed(CloseReason::AccessDenied), Some(dial)) => dial.deny(),
            (TransportNews::Closed(_), Some(dial)) => drop(dial),
            (_, Some(dial)) => self.dial = Some((transport, dial)),
            (news, None) => {
                let Some(peer) = self.peers.remove(&transport) else { return Ok(()) };
                let reason = match news {
                    TransportNews::Opened => None,
                    TransportNews::Closed(CloseReason::Code(code)) => {
                        peer.close(*code).await;
                        return Ok(());
                    }
                    TransportNews::Closed(CloseReason::Lost) => return Ok(()),
                    TransportNews::Closed(_) => Some("an open transport is not denied access"),
                    TransportNews::PeerAlive => Some("the driver pings by itself"),
                    TransportNews::Received(wire) => {
                        let wire = wire
                            .fill(&self.sent)
                            .map_err(|missing| RunError::NotSent { line, missing })?;
                        peer.send(wire).await;
                        None
                    }
                };
                if let Some(reason) = reason {
                    return Err(RunError::CanNotPlay { line, reason });
                }
                self.peers.insert(transport, peer);
            }
        }
        Ok(())
    }

    /// Writes down what the driver has done.
    fn collect(&mut self) -> Result<(), RunError> {
        let at_ms = self.now_ms();
        while let Some(dial) = self.server.try_dialed() {
            self.newest = TransportId(self.newest.0 + 1);
            (self.sink)(Line::new(at_ms, Entry::Open(dial.url().into())));
            self.dial = Some((self.newest, dial));
        }
        while let Some(event) = self.events.try_recv() {
            (self.sink)(Line::new(at_ms, Entry::Event(event)));
        }
        for peer in self.peers.values_mut() {
            while let Some(outgoing) = peer.try_receive() {
                let entry = match outgoing {
                    Outgoing::Frame(wire) => {
                        let frame =
                            SentFrame::parse(&wire).ok_or(RunError::SentNoJson { at_ms })?;
                        self.sent.push(frame.tracing_id().map(String::from));
                        Entry::Send(frame)
                    }
                    Outgoing::Close(code) if code == Close::Normal.code() => {
                        Entry::Close(Close::Normal)
                    }
                    Outgoing::Close(_) => Entry::Close(Close::Unresponsive),
                    Outgoing::Ping(_) => continue,
                };
                (self.sink)(Line::new(at_ms, entry));
            }
        }
        Ok(())
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Tells whether a task woke itself.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
