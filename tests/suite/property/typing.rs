//! The own typing indicator (T1 to T20, as far as a record shows them).
//!
//! Owns: one test for each rule. Must not know: the session's inside.

use webmessaging_proto::frame::{ClientBody, TypingNotice};
use webmessaging_proto::{Capability, Event, Output, Phase, Timer};

use super::typing_model::{Model, Shown};
use crate::support::corpus::all;
use crate::support::trace::{Around, Entry, Given, What};

/// Goes through every run with the second opinion beside it.
fn each(rule: impl Fn(&Model, &Around, &Entry, Option<TypingNotice>) -> Result<(), String>) {
    all(|script, world| {
        let mut model = Model::new(&script.setup);
        world.trace.walk(|around, entry| {
            let notice = match &entry.what {
                What::Out(Output::SendFrame(frame)) => match frame.body {
                    ClientBody::Typing(notice) => Some(notice),
                    _ => None,
                },
                _ => None,
            };
            rule(&model, around, entry, notice).map_err(|how| format!("at {}: {how}", entry.at))?;
            model.then(around, entry);
            Ok(())
        })
    });
}

fn ensure(holds: bool, how: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(how.into()) }
}

/// Whether a notice could go out since `at`, and something happened later than that.
fn overdue(model: &Model, around: &Around, entry: &Entry, at: u64) -> bool {
    around.is_settled(entry)
        && around.phase == Phase::Ready
        && !model.lost
        && around.has_room(entry.at)
        && entry.at > model.sendable_at(around, at)
        && around.has_room(model.sendable_at(around, at))
}

#[test]
fn t1_t2_an_off_only_ends_an_indicator_that_may_still_show() {
    each(|model, _, entry, notice| {
        let needless = notice == Some(TypingNotice::Off) && model.shown(entry.at) == Shown::No;
        ensure(!needless, "an Off that ends nothing")
    });
}

#[test]
fn t3_an_indicator_ends_as_soon_as_the_user_is_idle() {
    each(|model, around, entry, _| {
        let stays = !model.live
            && model.shown(entry.at) == Shown::Yes
            && !model.desired(entry.at)
            && overdue(model, around, entry, model.wish_ended_at());
        ensure(!stays, "still shown, and nobody is typing")
    });
}

#[test]
fn t4_no_off_while_keys_arrive_closer_than_idle() {
    each(|model, _, entry, notice| {
        let early = notice == Some(TypingNotice::Off) && model.desired(entry.at);
        ensure(!early, "an Off while the user is typing")
    });
}

#[test]
fn t5_a_refresh_comes_before_the_indicator_expires() {
    each(|model, around, entry, _| {
        let Some(on) = model.newest_on().filter(|_| model.live && model.desired(entry.at)) else {
            return Ok(());
        };
        let due_at = (on + 4_000).max(model.starts_at());
        ensure(!overdue(model, around, entry, due_at), "no refresh after 4 s of typing")
    });
}

#[test]
fn t6_two_ons_keep_their_distance() {
    each(|model, _, entry, notice| {
        let near = model.last_on.is_some_and(|on| entry.at < on + model.min_gap);
        ensure(!(notice == Some(TypingNotice::On) && near), "two Ons too close")
    });
}

#[test]
fn t6_t19_one_on_a_burst_or_one_a_refresh() {
    each(|model, _, entry, notice| {
        let Some(on) = model.newest_on().filter(|_| notice == Some(TypingNotice::On)) else {
            return Ok(());
        };
        let again = model.believed(entry.at) && (!model.live || entry.at < on + 4_000);
        ensure(!again, "an On that is believed already")
    });
}

#[test]
fn t7_t10_an_on_needs_a_key_or_a_hold_since_the_last_end() {
    each(|model, _, entry, notice| {
        let needless = notice == Some(TypingNotice::On) && !model.desired(entry.at);
        ensure(!needless, "an On, and nobody is typing")
    });
}

#[test]
fn t7_an_off_goes_before_the_text_that_ends_typing() {
    each(|model, around, entry, _| {
        let What::Out(Output::SendFrame(frame)) = &entry.what else { return Ok(()) };
        let ClientBody::Text { .. } = frame.body else { return Ok(()) };
        let room = around.used(entry.at, crate::support::trace::SAFE_WINDOW_MS, |_| true) < 59;
        let late = !model.live
            && !model.lost
            && model.shown(entry.at) == Shown::Yes
            && !model.desired(entry.at)
            && room
            && model.sendable_at(around, 0) <= entry.at;
        ensure(!late, "the text overtakes the Off")
    });
}

#[test]
fn t8_an_end_by_the_user_is_told_in_the_same_step() {
    each(|model, around, entry, _| {
        let (ended_at, step) = model.ended;
        let stays = !model.live
            && around.is_settled(entry)
            && !model.desired(entry.at)
            && model.shown(entry.at) == Shown::Yes
            && model.wish_ended_at() == ended_at
            && entry.step > step
            && around.phase == Phase::Ready
            && around.ready_at <= ended_at
            && !model.lost
            && around.has_room(ended_at)
            && model.sendable_at(around, 0) <= ended_at;
        ensure(!stays, "the Off is late")
    });
}

#[test]
fn t11_typing_is_never_an_error_and_never_sent_while_away() {
    each(|_, around, entry, notice| {
        let typing = matches!(&entry.what, What::In(given, Err(_)) if is_typing(given));
        ensure(!typing, "typing was refused")?;
        ensure(notice.is_none() || around.phase == Phase::Ready, "a notice while not ready")
    });
}

fn is_typing(given: &Given) -> bool {
    ["keystroke", "input_cleared", "composer_closed", "set_typing", "foreground"]
        .contains(&given.name())
}

#[test]
fn t12_a_typing_user_is_shown_without_delay_also_after_a_loss() {
    each(|model, around, entry, _| {
        let since = model.starts_at().max(model.last_on.map_or(0, |on| on + model.min_gap));
        let missing = model.desired(entry.at)
            && !model.believed(entry.at)
            && model.newest_on().is_none_or(|on| model.live && entry.at > on + 5_000)
            && overdue(model, around, entry, since);
        ensure(!missing, "the user is typing, and nothing tells so")
    });
}

#[test]
fn t13_nothing_is_sent_for_typing_once_the_server_forbade_it() {
    each(|model, _, _, notice| ensure(notice.is_none() || !model.lost, "typing was forbidden"));
    each(|model, _, entry, notice| {
        let off = notice == Some(TypingNotice::Off) && model.live;
        ensure(!off, &format!("an Off on a wire without: {entry:?}"))
    });
}

#[test]
fn t14_a_refused_or_interrupted_off_is_owed() {
    // The same as T3, from the moment at which a refusal or a reconnect made it possible again.
    each(|model, around, entry, _| {
        let owed = !model.live
            && model.shown(entry.at) == Shown::Yes
            && !model.desired(entry.at)
            && !model.believed(entry.at)
            && overdue(model, around, entry, model.wish_ended_at());
        ensure(!owed, "an Off is owed and not sent")
    });
}

#[test]
fn t15_no_notice_before_the_end_of_a_pause() {
    each(|_, around, entry, notice| {
        ensure(notice.is_none() || entry.at >= around.paused_until, "a notice inside a pause")
    });
}

#[test]
fn t17_one_step_gives_one_output_of_a_kind() {
    all(|_, world| {
        let entries = &world.trace.entries;
        for step in entries.chunk_by(|one, next| one.step == next.step) {
            let mut seen = Vec::new();
            for entry in step {
                let What::Out(output) = &entry.what else { continue };
                let kind = match output {
                    Output::SendFrame(frame) => match &frame.body {
                        ClientBody::Text { .. } => continue,
                        body => format!("{body:?}"),
                    },
                    // A typist may stop and start in one frame's events; phases come in chains.
                    Output::Emit(Event::PhaseChanged(_) | Event::Other(_)) => continue,
                    Output::ArmTimer(_) | Output::ClearTimer => "wake-up".into(),
                    Output::Emit(event) => format!("{event:?}"),
                    _ => continue,
                };
                if seen.contains(&kind) {
                    return Err(format!("at {}: twice in one step: {kind}", entry.at));
                }
                seen.push(kind);
            }
        }
        Ok(())
    });
}

#[test]
fn t20_what_is_over_holds_no_timer() {
    all(|_, world| {
        world.trace.walk(|around, entry| {
            let over = matches!(around.phase, Phase::Idle | Phase::Closed | Phase::Failed(_));
            match entry.what {
                What::Fired(timer) if over && timer != Timer::Dwell => {
                    Err(format!("at {}: {timer:?} fires in {:?}", entry.at, around.phase))
                }
                _ => Ok(()),
            }
        })
    });
}

#[test]
fn a_lost_capability_is_told_once() {
    all(|_, world| {
        let mut lost: Vec<Capability> = Vec::new();
        for (at, event) in world.trace.events() {
            match event {
                Event::CapabilityLost { capability } if lost.contains(capability) => {
                    return Err(format!("at {at}: {capability:?} is lost twice"));
                }
                Event::CapabilityLost { capability } => lost.push(*capability),
                // Another conversation starts with everything.
                Event::SessionReplaced | Event::PhaseChanged(Phase::Configuring) => lost.clear(),
                _ => {}
            }
        }
        Ok(())
    });
}
