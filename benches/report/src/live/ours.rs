//! Guests as this project has them: a fleet.

use tokio::time::sleep;
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_proto::{Config, Event, Phase};
use webmessaging_tokio::{
    FleetEvents, FleetOptions, Handle, SessionId, WebSocketConnector, fleet_with,
};

use super::{DEPLOYMENT, DIALS, GuestsTold, Invitation, Moment, SETTLE, Used, now, pace};

pub const CHILD: &str = "fleet-guests";

pub async fn live(invitation: Invitation) -> GuestsTold {
    let Invitation { url, guests, rounds } = invitation;
    let timetable = pace::timetable(guests.len(), rounds);
    let mut used = Used::from_here();
    let mut options = FleetOptions::default();
    // The service is our own, and takes all of them at once.
    options.dials = None;
    let (fleet, mut events, driver) = fleet_with(WebMessaging, options);
    driver.spawn();
    let connector = WebSocketConnector::new();
    let deployment = Config::new(DEPLOYMENT, "", 0).with_endpoint(&url);
    let mut handles = Vec::with_capacity(guests.len());
    let mut ready = 0;
    for (number, guest) in guests.into_iter().enumerate() {
        let config = deployment.for_guest(guest.token, number as u64);
        let id = fleet.connect(config, connector.clone()).expect("there is room");
        handles.push(fleet.session(id).expect("it is there"));
        // A few dials at a time, as the other side has it.
        while handles.len() - ready > DIALS {
            ready += usize::from(is_ready(events.recv().await.as_ref()));
        }
    }
    while ready < handles.len() {
        ready += usize::from(is_ready(events.recv().await.as_ref()));
    }
    used.all_there();

    let mut keys = Vec::with_capacity(timetable.len());
    let mut counts = Counts::default();
    let load = async {
        pace::play(timetable, |key| {
            if key.opens {
                keys.push(Moment { guest: key.guest as u32, at: now() });
            }
            handles[key.guest].keystroke();
        })
        .await;
        sleep(SETTLE).await;
    };
    tokio::select! {
        () = load => {}
        () = read(&mut events, &handles, &mut counts) => {}
    }
    GuestsTold {
        keys,
        frames_sent: fleet.metrics().frames_sent,
        texts_received: counts.texts,
        lost: counts.lost,
        cpu: used.cpu(),
        memory: used.memory(),
    }
}

fn is_ready(event: Option<&(SessionId, Event)>) -> bool {
    matches!(event, Some((_, Event::PhaseChanged(Phase::Ready))))
}

#[derive(Default)]
struct Counts {
    texts: u64,
    lost: u64,
}

/// Looks at each message as it comes.
async fn read(events: &mut FleetEvents, handles: &[Handle], counts: &mut Counts) {
    while let Some((id, event)) = events.recv().await {
        match event {
            Event::MessageReceived(message) => {
                counts.texts += 1;
                let guest = usize::try_from(id.get()).map_or(usize::MAX, |id| id - 1);
                if let Some(handle) = handles.get(guest) {
                    drop(handle.message_visible(&*message.id));
                }
            }
            Event::PhaseChanged(Phase::Backoff | Phase::Closed | Phase::Failed(_)) => {
                counts.lost += 1;
            }
            _ => {}
        }
    }
}
