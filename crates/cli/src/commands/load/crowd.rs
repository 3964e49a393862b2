//! The guests: they come, type for a while, and go.
//!
//! Owns: the stages of a run and how long each may take. Must not know: how the service is reached.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::signal;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{Config, Event, Phase};
use webmessaging_tokio::{
    DialLimit, Fleet, FleetEvents, FleetMetrics, FleetOptions, Handle, SessionId,
    WebSocketConnector, fleet_with,
};

use super::LoadError;
use super::latency::Latency;
use super::pace::Pace;
use super::progress::Progress;
use super::report::{Guests, Report};
use super::service::Service;
use super::watch::Watch;

/// Guests of one deployment that are there after about 20 s: 30 at once, then 14.5 a second.
const GUESTS_OF_A_DEPLOYMENT: usize = 320;
/// From a key to the text that it was for.
const TEXT_AFTER: Duration = Duration::from_secs(1);
/// How long the guests may take to come, beyond what the limit of dials makes of it.
const LATECOMERS: Duration = Duration::from_secs(60);
/// How long the last texts may take to be confirmed.
const LAST_TEXTS: Duration = Duration::from_secs(35);
/// How long the guests may take to go.
const FAREWELL: Duration = Duration::from_secs(30);
/// How long what was sent may take to be counted by the service.
const COUNTING: Duration = Duration::from_secs(10);
const REDRAW: Duration = Duration::from_millis(250);

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) sessions: usize,
    deployments: Vec<String>,
    length: Duration,
    typing_every: Duration,
}

impl Plan {
    pub(super) fn new(
        sessions: usize,
        deployment: Option<String>,
        length: Duration,
        typing_every: Duration,
    ) -> Self {
        let several = || {
            let count = sessions.div_ceil(GUESTS_OF_A_DEPLOYMENT);
            (1..=count).map(|n| format!("load-{n}")).collect()
        };
        let deployments = deployment.map_or_else(several, |one| vec![one]);
        Self { sessions, deployments, length, typing_every }
    }

    /// How long the limit of dials makes the guests take to come.
    fn gathering(&self) -> Duration {
        let each = self.sessions.div_ceil(self.deployments.len());
        let distance = DialLimit::default().distance();
        distance.saturating_mul(u32::try_from(each).unwrap_or(u32::MAX))
    }

    pub(super) fn announcement(&self, service: &Service) -> String {
        format!(
            "{} guests over {} deployments to {}, on this machine; 900 new connections a minute of \
             each deployment, so that all are there after {:.0} s",
            self.sessions,
            self.deployments.len(),
            service.ws_url(),
            self.gathering().as_secs_f32(),
        )
    }

    /// The place of a guest's deployment among them.
    fn deployment(&self, guest: usize) -> usize {
        guest % self.deployments.len()
    }
}

/// The guests, all ready or as many as came.
pub(super) struct Crowd {
    plan: Plan,
    seed: u64,
    service: Service,
    watch: Arc<Watch>,
    fleet: Fleet<WebSocketConnector>,
    driver: JoinHandle<FleetMetrics>,
    events: FleetEvents,
    /// By number; sessions count from 1 in the same order.
    handles: Vec<Handle>,
    /// When the text of each guest that is not confirmed yet was sent.
    sent_at: Vec<Option<Instant>>,
    guests: Guests,
    text_to_echo: Latency,
    late: Duration,
    gathered_in: Duration,
    interrupt: Pin<Box<dyn Future<Output = ()> + Send>>,
    interrupted: bool,
}

/// Somebody presses Ctrl-C.
async fn interrupt() {
    if signal::ctrl_c().await.is_err() {
        // It can't be heard, so nobody can interrupt in order.
        std::future::pending::<()>().await;
    }
}

impl Crowd {
    /// Lets all guests come, as fast as their deployments may be dialed.
    pub(super) async fn gather(plan: Plan, seed: u64, service: Service) -> Result<Self, LoadError> {
        let deployments =
            (0..plan.sessions).map(|guest| &*plan.deployments[plan.deployment(guest)]);
        let credentials = service.credentials(deployments).await?;
        let names = credentials.iter().map(|guest| guest.conversation_id.clone());
        let watch = Arc::new(Watch::new(names));
        service.tell(&watch).await?;
        let mut options = FleetOptions::default();
        options.sessions = plan.sessions;
        let (fleet, events, driver) = fleet_with(WebMessaging, options);
        let driver = driver.spawn();
        let connector = WebSocketConnector::new();
        let mut handles = Vec::with_capacity(plan.sessions);
        let deployment = |id| Config::new(id, "", 0).with_endpoint(service.ws_url());
        let deployments: Vec<_> = plan.deployments.iter().map(deployment).collect();
        for (guest, credentials) in credentials.into_iter().enumerate() {
            let seed = seed.wrapping_add(guest as u64);
            let deployment = &deployments[plan.deployment(guest)];
            let config = deployment.for_guest(credentials.guest_token, seed);
            let added = fleet.connect(config, connector.clone());
            handles.extend(added.ok().and_then(|id| fleet.session(id)));
        }
        let sent_at = vec![None; handles.len()];
        let guests = Guests { sessions: plan.sessions as u64, ..Guests::default() };
        let mut crowd = Self {
            plan,
            seed,
            service,
            watch,
            fleet,
            driver,
            events,
            handles,
            sent_at,
            guests,
            text_to_echo: Latency::default(),
            late: Duration::ZERO,
            gathered_in: Duration::ZERO,
            interrupt: Box::pin(interrupt()),
            interrupted: false,
        };
        crowd.wait_for_all().await;
        Ok(crowd)
    }

    async fn wait_for_all(&mut self) {
        let start = Instant::now();
        let length = self.plan.sessions as u64;
        let limit = self.plan.gathering() + LATECOMERS;
        let mut progress = Progress::new("connecting", length);
        let all = |crowd: &Self| crowd.fleet.metrics().phases.ready as u64 >= length;
        self.stage(limit, all, |crowd| {
            let metrics = crowd.fleet.metrics();
            let waiting = metrics.dials_waiting;
            let ready = metrics.phases.ready;
            progress.show(ready as u64, format!("{ready} ready, {waiting} wait for their dial"));
        })
        .await;
        progress.finish();
        self.guests.ready = self.fleet.metrics().phases.ready as u64;
        self.gathered_in = start.elapsed();
    }

    /// The load, and the end of it.
    pub(super) async fn play(mut self) -> Report {
        let start = Instant::now();
        if self.guests.ready == self.guests.sessions {
            self.load(start).await;
        }
        let loaded_for = start.elapsed().min(self.plan.length);
        let settled = |crowd: &Self| {
            let Guests { texts, confirmed, texts_lost, .. } = crowd.guests;
            confirmed + texts_lost >= texts
        };
        self.stage(LAST_TEXTS, settled, |_| {}).await;
        self.fleet.shut_down();
        drop(self.events);
        let fleet = match timeout(FAREWELL, &mut self.driver).await {
            Ok(Ok(metrics)) => metrics,
            // They are cut off, and what was counted so far is counted.
            _ => self.fleet.metrics(),
        };
        let counted = async {
            while self.watch.counts().sent_by_guests() < fleet.frames_sent {
                sleep(Duration::from_millis(20)).await;
            }
        };
        // If it never comes to that, the report says so.
        let _: Result<(), _> = timeout(COUNTING, counted).await;
        let (service, key_to_on) = self.watch.seen();
        self.service.stop().await;
        Report {
            deployments: self.plan.deployments.len(),
            gathered_in: self.gathered_in,
            loaded_for,
            typing_every: self.plan.typing_every,
            interrupted: self.interrupted,
            late: self.late,
            guests: self.guests,
            fleet,
            service,
            key_to_on,
            text_to_echo: self.text_to_echo,
        }
    }

    async fn load(&mut self, start: Instant) {
        let Plan { sessions, length, typing_every, .. } = self.plan;
        let pace = Pace::new(sessions, typing_every, length, self.seed);
        let mut progress = Progress::new("load", length.as_secs().max(1));
        let mut last = (start, self.fleet.metrics());
        let mut redraw = interval(REDRAW);
        redraw.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (mut keys, mut texts) = (0, 0);
        loop {
            let key = pace.key(keys).map(|(guest, at)| (guest, start + at));
            // Every key that was pressed is followed by its text.
            let text = (texts < keys).then(|| pace.key(texts)).flatten();
            let text = text.map(|(guest, at)| (guest, start + at + TEXT_AFTER));
            let Some(next) = key.into_iter().chain(text).map(|(_, at)| at).min() else {
                break;
            };
            let key = key.filter(|(_, at)| *at == next);
            tokio::select! {
                biased;
                () = &mut self.interrupt => {
                    self.interrupted();
                    break;
                }
                _ = redraw.tick() => {
                    last = self.show(&mut progress, start, last);
                }
                () = sleep_until(next) => {
                    self.late = self.late.max(next.elapsed());
                    if let Some((guest, _)) = key {
                        self.press(guest);
                        keys += 1;
                    } else if let Some((guest, _)) = text {
                        self.send(guest);
                        texts += 1;
                    }
                }
                told = self.events.recv() => match told {
                    Some((id, event)) => self.note(id, &event),
                    None => break,
                },
            }
        }
        progress.finish();
    }

    /// The next Ctrl-C ends the next stage, too.
    fn interrupted(&mut self) {
        self.interrupted = true;
        self.interrupt = Box::pin(interrupt());
    }

    fn show(
        &self,
        progress: &mut Progress,
        start: Instant,
        (then, before): (Instant, FleetMetrics),
    ) -> (Instant, FleetMetrics) {
        let (now, metrics) = (Instant::now(), self.fleet.metrics());
        let elapsed = (now - then).as_millis().max(1);
        let rate = |now: u64, before: u64| u128::from(now - before) * 1000 / elapsed;
        let up = rate(metrics.frames_sent, before.frames_sent);
        let down = rate(metrics.frames_received, before.frames_received);
        let Guests { texts, confirmed, .. } = self.guests;
        let ready = metrics.phases.ready;
        let at = start.elapsed().as_secs();
        let message = format!(
            "{at} s, {ready} ready, {up} frames/s up, {down} down, {} texts under way",
            texts - confirmed
        );
        progress.show(at, message);
        (now, metrics)
    }

    fn press(&mut self, guest: usize) {
        match self.handles.get(guest) {
            Some(handle) if handle.phase() == Phase::Ready => {
                self.watch.press(guest);
                handle.keystroke();
                self.guests.keys += 1;
            }
            _ => self.guests.skipped += 1,
        }
    }

    fn send(&mut self, guest: usize) {
        match self.handles.get(guest) {
            Some(handle) if handle.phase() == Phase::Ready => {
                self.sent_at[guest] = Some(Instant::now());
                drop(handle.send_text(format!("text {} of guest {guest}", self.guests.texts)));
                self.guests.texts += 1;
            }
            _ => self.guests.skipped += 1,
        }
    }

    fn note(&mut self, id: SessionId, event: &Event) {
        let guest = usize::try_from(id.get()).map_or(usize::MAX, |id| id - 1);
        match event {
            Event::MessageConfirmed { .. } => {
                self.guests.confirmed += 1;
                if let Some(at) = self.sent_at.get_mut(guest).and_then(Option::take) {
                    self.text_to_echo.note(at.elapsed());
                }
            }
            Event::MessageUnconfirmed { .. } | Event::MessageFailed { .. } => {
                self.guests.texts_lost += 1;
            }
            Event::PhaseChanged(Phase::Failed(_)) => self.guests.failed += 1,
            Event::PhaseChanged(Phase::Backoff) => self.guests.losses += 1,
            Event::Fault { .. } => self.guests.faults += 1,
            _ => {}
        }
    }

    /// Hears from the guests until `done`, or for `limit`, or until somebody presses Ctrl-C.
    async fn stage(
        &mut self,
        limit: Duration,
        done: impl Fn(&Self) -> bool,
        mut show: impl FnMut(&Self),
    ) {
        let mut time_is_up = pin!(sleep(limit));
        let mut redraw = interval(REDRAW);
        redraw.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !done(self) {
            tokio::select! {
                biased;
                () = &mut self.interrupt => return self.interrupted(),
                () = &mut time_is_up => return,
                _ = redraw.tick() => show(self),
                told = self.events.recv() => match told {
                    Some((id, event)) => self.note(id, &event),
                    None => return,
                },
            }
        }
    }
}
