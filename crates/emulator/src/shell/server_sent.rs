//! Agent events as server-sent events: `id` is the event's number, `event` its type, `data` its JSON.

use std::{convert::Infallible, time::Duration};

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, stream};
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;

use super::{
    event_log::{Numbered, Subscription},
    stopping::Stopping,
};

/// A stream of the events of one conversation, or of all. A listener that falls too far behind is told how many events
/// it has missed by an event `lagged`.
pub(super) fn respond(
    subscription: Subscription,
    conversation: Option<String>,
    stopping: Stopping,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let state = (subscription, conversation, stopping);
    let events =
        stream::unfold(state, |(mut subscription, conversation, mut stopping)| async move {
            let event = next(&mut subscription, conversation.as_deref(), &mut stopping).await?;
            Some((Ok(event), (subscription, conversation, stopping)))
        });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

async fn next(
    subscription: &mut Subscription,
    conversation: Option<&str>,
    stopping: &mut Stopping,
) -> Option<Event> {
    loop {
        let numbered = tokio::select! {
            () = stopping.stopped() => return None,
            numbered = subscription.next() => numbered,
        };
        match numbered {
            Ok(numbered) => {
                if conversation.is_none_or(|id| *id == *numbered.event.conversation_id) {
                    return Some(render(&numbered));
                }
            }
            Err(RecvError::Lagged(missed)) => {
                let data = format!("{{\"type\":\"lagged\",\"missed\":{missed}}}");
                return Some(Event::default().event("lagged").data(data));
            }
            Err(RecvError::Closed) => return None,
        }
    }
}

fn render(numbered: &Numbered) -> Event {
    let data = serde_json::to_value(&numbered.event).unwrap_or_default();
    let kind = data.get("type").and_then(Value::as_str).unwrap_or("event").to_owned();
    Event::default().id(numbered.number.to_string()).event(kind).data(data.to_string())
}
