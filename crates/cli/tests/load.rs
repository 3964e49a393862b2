//! `webmessaging load` from the outside: what it prints where, and its exit codes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

fn load(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_webmessaging")).arg("load").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap()
}

/// An emulator in another process; it ends with the test, and its output is held open.
struct Emulator(Child, #[expect(dead_code, reason = "held open")] BufReader<ChildStdout>, String);

impl Emulator {
    fn start(options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_webmessaging"))
            .args(["emulate", "--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        output.read_line(&mut first).unwrap();
        let address = first.split("//").nth(1).unwrap().split('/').next().unwrap().to_owned();
        Self(child, output, format!("ws://{address}"))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn both_ends_of_a_small_load_agree() {
    let output = load(&["--sessions", "20", "--for", "4s", "--typing-every", "4s"]);
    let report = text(&output.stdout);
    assert!(output.status.success(), "{report}{}", text(&output.stderr));
    assert!(report.starts_with("guests        20 of 20 ready after "), "{report}");
    // A configure each; an On, an Off and a text for each of the 20 keys.
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    for row in ["of the guests 80 80", "typing On 20 20", "texts 20 20", "of the service 40 40"] {
        assert!(words.contains(row), "{row}: {report}");
    }
    assert!(words.contains("key to On 20 ") && words.contains("text to echo 20 "), "{report}");
    assert!(report.ends_with("\nboth ends agree\n"), "{report}");
    let told = text(&output.stderr);
    assert!(told.starts_with("20 guests over 1 deployments to ws://127.0.0.1:"), "{told}");
    assert!(told.contains("\nload: ") && !told.contains('\u{1b}'), "no terminal: {told}");
}

#[test]
fn an_emulator_that_runs_already_is_loaded_over_http() {
    let emulator = Emulator::start(&[]);
    let options = ["--sessions", "5", "--for", "1s", "--typing-every", "4s"];
    let output =
        load(&[&options[..], &["--endpoint", &emulator.2, "--deployment", "d-1"]].concat());
    let report = text(&output.stdout);
    assert!(output.status.success(), "{report}{}", text(&output.stderr));
    assert!(report.ends_with("\nboth ends agree\n"), "{report}");
}

#[test]
fn frames_that_vanish_are_found_and_are_a_failure() {
    let fault = r#"{"fault":"swallow","direction":"to_server","on":["typing_on"],"count":1}"#;
    let emulator = Emulator::start(&["--fault", fault]);
    let options = ["--sessions", "5", "--for", "4s", "--typing-every", "4s"];
    let output = load(&[&options[..], &["--endpoint", &emulator.2]].concat());
    let report = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{report}{}", text(&output.stderr));
    assert!(report.contains("\nWRONG         "), "{report}");
    assert!(text(&output.stderr).contains("webmessaging: "), "{}", text(&output.stderr));
}

#[test]
fn any_other_machine_is_refused() {
    for endpoint in ["wss://webmessaging.mypurecloud.com", "ws://192.0.2.1:8080", "nonsense"] {
        let refused = load(&["--endpoint", endpoint]);
        assert_eq!(refused.status.code(), Some(2), "{endpoint}");
        assert!(text(&refused.stdout).is_empty());
    }
    let told = load(&["--endpoint", "ws://192.0.2.1:8080"]);
    assert!(text(&told.stderr).contains("a load goes to loopback only"), "{}", text(&told.stderr));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_load_in_order() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_webmessaging"))
        .args(["load", "--sessions", "10", "--for", "10m", "--typing-every", "4s"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().starts_with("load: ")), "the load has begun");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let report = text(&output.stdout);
    assert!(output.status.success(), "{report}");
    assert!(
        report.contains(", interrupted\n") && report.ends_with("\nboth ends agree\n"),
        "{report}"
    );
}
