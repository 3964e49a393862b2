//! What holds in every phase and after every step.
//!
//! Owns: one test for each rule. Must not know: the session's inside.

use webmessaging_proto::frame::ClientBody;
use webmessaging_proto::{Event, Input, Output, Phase, Timer};

use crate::support::corpus::all;
use crate::support::trace::{Given, Rule, What};

fn never(rule: Rule) {
    all(|_, world| {
        let breach = world.trace.breaches.iter().find(|(broken, _)| *broken == rule);
        breach.map_or(Ok(()), |(_, how)| Err(how.clone()))
    });
}

#[test]
fn the_armed_wake_up_is_never_late() {
    never(Rule::NeverLate);
}

#[test]
fn after_a_step_nothing_is_due_any_more() {
    never(Rule::NoBusyLoop);
}

#[test]
fn a_refused_input_changes_no_more_than_a_tick() {
    never(Rule::RejectedChangesNothing);
}

#[test]
fn tokens_and_texts_never_show_in_debug() {
    never(Rule::NoSecrets);
}

#[test]
fn an_event_comes_after_the_state_that_it_tells_of() {
    never(Rule::EventsAfterState);
}

#[test]
fn one_input_gives_few_outputs() {
    all(|_, world| {
        let most = world.trace.most_outputs;
        if most <= 60 { Ok(()) } else { Err(format!("{most} outputs from one step")) }
    });
}

#[test]
fn only_configure_and_close_are_sent_while_not_ready_and_configure_comes_first() {
    all(|_, world| {
        let mut fresh = false;
        world.trace.walk(|around, entry| {
            let body = match &entry.what {
                What::Out(Output::OpenTransport(_)) => {
                    fresh = true;
                    return Ok(());
                }
                What::Out(Output::SendFrame(frame)) => &frame.body,
                _ => return Ok(()),
            };
            let configure = matches!(body, ClientBody::ConfigureSession { .. });
            let good = match around.phase {
                Phase::Ready => !fresh && !configure,
                Phase::Configuring => {
                    configure || (!fresh && matches!(body, ClientBody::CloseSession { .. }))
                }
                _ => false,
            };
            fresh = false;
            if good {
                Ok(())
            } else {
                Err(format!("at {}: {body:?} in {:?}", entry.at, around.phase))
            }
        })
    });
}

#[test]
fn a_phase_is_told_once_and_what_is_over_comes_back_only_by_connect() {
    all(|_, world| {
        let mut connecting = None;
        world.trace.walk(|around, entry| {
            if let What::In(Given::Input(Input::Connect), Ok(())) = &entry.what {
                connecting = Some(entry.step);
            }
            let What::Out(Output::Emit(Event::PhaseChanged(phase))) = &entry.what else {
                return Ok(());
            };
            if *phase == around.phase {
                return Err(format!("at {}: {phase:?} again", entry.at));
            }
            let over = matches!(around.phase, Phase::Idle | Phase::Closed | Phase::Failed(_));
            if over && *phase != Phase::Closed && connecting != Some(entry.step) {
                return Err(format!("at {}: {:?} became {phase:?}", entry.at, around.phase));
            }
            Ok(())
        })
    });
}

#[test]
fn one_transport_at_a_time_and_each_with_a_new_name() {
    all(|_, world| {
        let mut open = None;
        let mut newest = 0;
        world.trace.walk(|around, entry| {
            match &entry.what {
                What::Out(Output::OpenTransport(transport)) => {
                    if open.is_some() || transport.0 <= newest {
                        return Err(format!("at {}: {transport:?} beside {open:?}", entry.at));
                    }
                    (open, newest) = (Some(*transport), transport.0);
                }
                What::Out(Output::CloseTransport(closed, _)) if open == Some(*closed) => {
                    open = None;
                }
                What::In(Given::Input(Input::TransportClosed(closed, _)), _)
                    if open == Some(*closed) =>
                {
                    open = None;
                }
                What::Out(Output::SendFrame(_)) if open != Some(around.transport) => {
                    return Err(format!("at {}: a frame for no transport", entry.at));
                }
                _ => {}
            }
            Ok(())
        })
    });
}

#[test]
fn no_phase_lasts_longer_than_its_time_out() {
    all(|_, world| {
        let mut since = 0;
        world.trace.walk(|around, entry| {
            let limit = match around.phase {
                Phase::Connecting | Phase::Backoff => 30_000,
                // The server may ask for patience with a configure.
                Phase::Configuring => 300_000 + 10_000,
                Phase::Closing => 2_000,
                _ => u64::MAX,
            };
            let starts = matches!(
                entry.what,
                What::Out(Output::Emit(Event::PhaseChanged(_))) | What::In(Given::Sleep(_), _)
            );
            if starts {
                since = entry.at;
            } else if entry.at - since > limit && around.is_settled(entry) {
                return Err(format!("at {}: {:?} since {since}", entry.at, around.phase));
            }
            Ok(())
        })
    });
}

#[test]
fn a_session_that_is_over_is_quiet() {
    all(|_, world| {
        world.trace.walk(|around, entry| {
            let over = matches!(around.phase, Phase::Idle | Phase::Closed | Phase::Failed(_));
            match &entry.what {
                What::Out(Output::SendFrame(frame)) if over => {
                    Err(format!("at {}: {:?} in {:?}", entry.at, frame.body, around.phase))
                }
                What::Fired(timer) if over && *timer != Timer::Dwell => {
                    Err(format!("at {}: {timer:?} in {:?}", entry.at, around.phase))
                }
                _ => Ok(()),
            }
        })
    });
}
