//! A guest that types, says one thing, and listens until the conversation ends.
//!
//! `cargo run -p webmessaging-tokio --example guest -- wss://webmessaging.mypurecloud.com <deployment> <token> <origin>`

use std::error::Error;

use webmessaging_proto::{Config, Event, Phase};
use webmessaging_tokio::{WebSocketConnector, connect, random_seed};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let mut next = |what: &str| args.next().ok_or_else(|| format!("missing argument: {what}"));
    let endpoint = next("endpoint")?;
    let config = Config::new(next("deployment")?, next("token")?, random_seed());
    let connector = WebSocketConnector::new().origin(&next("origin")?)?;

    let (guest, mut events) = connect(config.with_endpoint(endpoint), connector);
    guest.keystroke();
    let text = guest.send_text("Hello, is anybody there?");
    while let Some(event) = events.recv().await {
        match event {
            Event::PhaseChanged(phase @ (Phase::Closed | Phase::Failed(_))) => {
                println!("  {phase:?}");
                break;
            }
            Event::MessageReceived(message) => {
                println!("< {}", message.text.as_deref().unwrap_or("(no text)"));
                guest.message_visible(&*message.id).await?;
            }
            Event::ConversationEnded { .. } => guest.disconnect(),
            other => println!("  {other:?}"),
        }
    }
    // A text that waits would do so until the next connect: with the last handle, it ends.
    drop(guest);
    println!("the text: {:?}", text.await);
    Ok(())
}
