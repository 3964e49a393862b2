//! `webmessaging emulate` as a process: it says where it listens, and listens there.

mod page;
mod process;

use process::{command, refused, start};

#[test]
fn a_backend_gets_a_guest_token() {
    let running = start(&mut command(&["--deployment", "d-1"]));
    let path = "/api/v2/conversations/messaging";
    let answer = running.post(path, r#"{"deploymentId":"d-1"}"#);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for member in ["guestToken", "conversationId", "deploymentId"] {
        assert!(answer.contains(member), "{member} in {answer}");
    }
    let unknown = running.post(path, r#"{"deploymentId":"d-2"}"#);
    assert!(unknown.starts_with("HTTP/1.1 4"), "{unknown}");
}

#[test]
fn a_port_that_is_taken_is_named_in_the_error() {
    let running = start(&mut command(&[]));
    let (code, error) = refused(&["--listen", &running.address]);
    assert_eq!(code, Some(1));
    assert!(error.contains(&running.address) && error.contains("in use"), "{error}");
}

#[test]
fn a_fault_that_is_none_is_refused_with_the_possible_ones() {
    let (code, error) = refused(&["--fault", "explode"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("swallow"), "{error}");
}
