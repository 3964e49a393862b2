//! Guests written the usual way: a task a session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::{DEPLOYMENT, DIALS, GuestsTold, Invitation, Moment, SETTLE, Used, now, pace};
use crate::peers::plain_client::{self, Command, News, Reporter};

pub const CHILD: &str = "plain-guests";

pub async fn live(invitation: Invitation) -> GuestsTold {
    let Invitation { url, guests, rounds } = invitation;
    let timetable = pace::timetable(guests.len(), rounds);
    let mut used = Used::from_here();
    let (news, mut events) = mpsc::unbounded_channel();
    let sent = Arc::new(AtomicU64::new(0));
    let dials = guests.into_iter().enumerate().map(|(number, guest)| {
        let reporter = Reporter { number, news: news.clone(), sent: Arc::clone(&sent) };
        let url = &url;
        async move {
            let commands = plain_client::spawn(url, DEPLOYMENT, &guest.token, reporter).await;
            (number, commands.expect("the service takes it"))
        }
    });
    let mut dialed: Vec<_> = stream::iter(dials).buffer_unordered(DIALS).collect().await;
    dialed.sort_by_key(|(number, _)| *number);
    let guests: Vec<_> = dialed.into_iter().map(|(_, commands)| commands).collect();
    let mut ready = 0;
    while ready < guests.len() {
        ready += usize::from(matches!(events.recv().await, Some((_, News::Ready))));
    }
    used.all_there();

    let mut keys = Vec::with_capacity(timetable.len());
    let (mut texts, mut lost) = (0, 0);
    let load = async {
        pace::play(timetable, |key| {
            if key.opens {
                keys.push(Moment { guest: key.guest as u32, at: now() });
            }
            // One that does not keep up has lost a key, and the counts will say so.
            let _ = guests[key.guest].try_send(Command::Key);
        })
        .await;
        sleep(SETTLE).await;
    };
    let read = async {
        while let Some((number, event)) = events.recv().await {
            match event {
                News::Message { id } => {
                    texts += 1;
                    let _ = guests[number].try_send(Command::Visible(id));
                }
                News::Closed => lost += 1,
                _ => {}
            }
        }
    };
    tokio::select! {
        () = load => {}
        () = read => {}
    }
    GuestsTold {
        keys,
        frames_sent: sent.load(Ordering::Relaxed),
        texts_received: texts,
        lost,
        cpu: used.cpu(),
        memory: used.memory(),
    }
}
