//! A peer that never stops talking.

use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use futures_util::poll;
use webmessaging_proto::Event;
use webmessaging_proto::dialect::WebMessaging;
use webmessaging_tokio::{
    Connector, DialError, Incoming, Options, Outgoing, Transport, TransportError, session_with,
};

use crate::support::{agent_text, config, session_response};

const FRAMES: usize = 5_000;

/// Has everything to say at once, and hears nothing.
struct Flood {
    said: usize,
}

struct Dam;

impl Connector for Dam {
    type Transport = Flood;

    fn dial(
        &mut self,
        _url: String,
    ) -> impl Future<Output = Result<Flood, DialError>> + Send + 'static {
        ready(Ok(Flood { said: 0 }))
    }
}

impl Transport for Flood {
    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn send(&mut self, _message: Outgoing) -> Result<(), TransportError> {
        Ok(())
    }

    fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_receive(&mut self, _cx: &mut Context<'_>) -> Poll<Result<Incoming, TransportError>> {
        self.said += 1;
        let frame: Bytes = match self.said {
            1 => session_response(true),
            said if said <= FRAMES => agent_text(&format!("m-{said}"), "hi"),
            _ => return Poll::Pending,
        };
        Poll::Ready(Ok(Incoming::Frame(frame)))
    }
}

/// Notes that the task asked to be polled again.
#[derive(Default)]
struct Asked(AtomicBool);

impl Wake for Asked {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_read_to_its_end_with_room_for_others_in_between() {
    let mut options = Options::default();
    options.events = 2 * FRAMES;
    let (guest, mut events, mut driver) = session_with(config(), Dam, WebMessaging, options);
    drop(guest.connect());
    let asked = Arc::new(Asked::default());
    let waker = Waker::from(Arc::clone(&asked));
    let mut context = Context::from_waker(&waker);
    let mut polls = 0;
    loop {
        assert!(Pin::new(&mut driver).poll(&mut context).is_pending());
        polls += 1;
        if polls == 2 {
            let mut answer = pin!(guest.message_visible("unknown"));
            assert!(poll!(&mut answer).is_pending());
            assert!(Pin::new(&mut driver).poll(&mut context).is_pending());
            assert!(poll!(&mut answer).is_ready(), "inputs wait for the end of the flood");
        }
        if !asked.0.swap(false, Ordering::Relaxed) {
            break;
        }
    }
    assert!(polls > 5, "swallowed in {polls} polls");
    let mut messages = 0;
    while let Some(event) = events.try_recv() {
        messages += usize::from(matches!(event, Event::MessageReceived(_)));
    }
    assert_eq!(messages, FRAMES - 1);
}
