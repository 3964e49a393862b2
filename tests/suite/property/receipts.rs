//! Read receipts (R1 to R13, R18, R19, as far as one receipt a message keeps them).
//!
//! Owns: one test for each rule. Must not know: the session's inside.

use webmessaging_proto::frame::{ClientBody, ServerBody};
use webmessaging_proto::{Event, Output, Phase};

use super::receipts_model::{Model, Wrong};
use crate::support::corpus::all;
use crate::support::trace::What;

fn never(wrong: Wrong) {
    all(|script, world| {
        let mut model = Model::new(&script.setup);
        world.trace.walk(|around, entry| {
            let found = model.judge(around, entry);
            model.then(around, entry);
            match found {
                Some((found, id)) if found == wrong => {
                    Err(format!("at {}: {found:?} {id}", entry.at))
                }
                _ => Ok(()),
            }
        })
    });
}

#[test]
fn r1_r12_a_message_is_told_once_on_a_connection_and_never_after_it_is_settled() {
    never(Wrong::Again);
}

#[test]
fn r2_r4_no_receipt_without_the_whole_dwell_on_screen_and_in_the_foreground() {
    never(Wrong::NoEvidence);
}

#[test]
fn r3_r5_r9_r10_r11_what_was_read_is_told_as_soon_as_it_can_be_also_after_a_loss() {
    never(Wrong::Missing);
}

#[test]
fn r5_receipts_keep_the_order_of_reading() {
    never(Wrong::OutOfOrder);
}

#[test]
fn r6_no_receipt_for_an_own_message() {
    never(Wrong::Own);
}

#[test]
fn r7_no_receipt_for_a_message_that_nobody_knows() {
    never(Wrong::Unknown);
}

#[test]
fn r13_a_receipt_that_was_given_up_is_told_at_most_once() {
    all(|_, world| {
        let mut given_up = Vec::new();
        for (at, event) in world.trace.events() {
            match event {
                Event::ReceiptFailed { id, .. } if given_up.contains(&id) => {
                    return Err(format!("at {at}: {id} is given up twice"));
                }
                Event::ReceiptFailed { id, .. } => given_up.push(id),
                // A forgotten or new message may have an old name.
                Event::MessageReceived(message) => given_up.retain(|id| *id != &message.id),
                Event::SessionReplaced
                | Event::SessionCleared
                | Event::PhaseChanged(Phase::Configuring) => given_up.clear(),
                _ => {}
            }
        }
        Ok(())
    });
}

#[test]
fn r18_a_receipts_answer_causes_no_receipt() {
    all(|_, world| {
        let mut answer_step = None;
        world.trace.walk(|around, entry| {
            if let Some(frame) = around.hears(entry) {
                answer_step = matches!(frame.body, ServerBody::Status(_) if frame.code == 200)
                    .then_some(entry.step);
            }
            match &entry.what {
                What::Out(Output::SendFrame(frame))
                    if answer_step == Some(entry.step)
                        && matches!(frame.body, ClientBody::ReadReceipt { .. }) =>
                {
                    Err(format!("at {}: an answer caused a receipt", entry.at))
                }
                _ => Ok(()),
            }
        })
    });
}

#[test]
fn r19_a_pause_is_at_least_what_the_server_asked_for_and_within_its_bounds() {
    all(|_, world| {
        let mut asked = 0;
        world.trace.walk(|around, entry| {
            if let Some(ServerBody::TooManyRequests(limit)) =
                around.hears(entry).as_ref().map(|frame| &frame.body)
            {
                asked = limit.retry_after.map_or(5_000, |after| after.as_millis());
            }
            match &entry.what {
                What::Out(Output::Emit(Event::RateLimited { retry_after })) => {
                    let told = retry_after.as_millis();
                    let good = (1_000..=300_000).contains(&told) && told >= asked.min(300_000);
                    if good { Ok(()) } else { Err(format!("asked {asked}, pauses {told}")) }
                }
                // The plain form of the error asks for nothing.
                What::In(..) if around.hears(entry).is_some() => {
                    if around
                        .hears(entry)
                        .is_some_and(|frame| !matches!(frame.body, ServerBody::TooManyRequests(_)))
                    {
                        asked = 0;
                    }
                    Ok(())
                }
                _ => Ok(()),
            }
        })
    });
}
