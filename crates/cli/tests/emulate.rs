//! `webmessaging emulate` as a process: it says where it listens, and listens there.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Ends the process with the test, whatever becomes of that. Keeps its output open: a process that
/// can't print ends by itself.
struct Running(Child, #[expect(dead_code, reason = "held open")] BufReader<ChildStdout>);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn emulate(options: &[&str]) -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_webmessaging"))
        .arg("emulate")
        .args(options)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut first = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    output.read_line(&mut first).expect("a line");
    let address = first.split("//").nth(1).and_then(|rest| rest.split('/').next());
    let address = address.unwrap_or_else(|| panic!("no address in {first:?}")).to_owned();
    (Running(child, output), address)
}

fn post(address: &str, path: &str, body: &str) -> String {
    let mut connection = TcpStream::connect(address).expect("it listens");
    let length = body.len();
    write!(
        connection,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
    )
    .expect("it reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers");
    answer
}

#[test]
fn a_backend_gets_a_guest_token() {
    let (_running, address) = emulate(&["--port", "0", "--deployment", "d-1"]);
    let path = "/api/v2/conversations/messaging";
    let answer = post(&address, path, r#"{"deploymentId":"d-1"}"#);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for member in ["guestToken", "conversationId", "deploymentId"] {
        assert!(answer.contains(member), "{member} in {answer}");
    }
    let unknown = post(&address, path, r#"{"deploymentId":"d-2"}"#);
    assert!(unknown.starts_with("HTTP/1.1 4"), "{unknown}");
}

#[test]
fn a_port_that_is_taken_is_named_in_the_error() {
    let (_running, address) = emulate(&["--port", "0"]);
    let second = Command::new(env!("CARGO_BIN_EXE_webmessaging"))
        .args(["emulate", "--listen", &address])
        .output()
        .expect("the binary runs");
    assert_eq!(second.status.code(), Some(1));
    let error = String::from_utf8_lossy(&second.stderr);
    assert!(error.contains(&address) && error.contains("in use"), "{error}");
}

#[test]
fn a_fault_that_is_none_is_refused_with_the_possible_ones() {
    let refused = Command::new(env!("CARGO_BIN_EXE_webmessaging"))
        .args(["emulate", "--fault", "explode"])
        .output()
        .expect("the binary runs");
    assert_eq!(refused.status.code(), Some(2));
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(error.contains("swallow"), "{error}");
}
