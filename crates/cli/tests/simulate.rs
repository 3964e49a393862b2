//! `webmessaging simulate` from the outside: what it prints where, and its exit codes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::process::{Command, Output, Stdio};

fn simulate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_webmessaging"))
        .arg("simulate")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_same_options_print_the_same_on_any_number_of_threads() {
    let play = |threads| {
        simulate(&["--sessions", "40", "--seconds", "30", "--seed", "500", "--threads", threads])
    };
    let (one, two) = (play("1"), play("2"));
    assert!(one.status.success(), "{}", text(&one.stdout));
    let report = text(&one.stdout);
    assert!(report.starts_with("sessions      40, seeds 500 to 539\n"), "{report}");
    assert!(report.contains("virtual time  0 h 20 min 0 s\n"), "{report}");
    assert!(report.contains("\n  user types ") && report.contains("\n  confirmed "), "{report}");
    assert!(report.ends_with("violations    none\n"), "{report}");
    assert_eq!(report, text(&two.stdout));
    assert!(text(&one.stderr).contains("session-minutes a second"));
}

#[test]
fn a_story_is_told_line_by_line() {
    let story = simulate(&["--trace", "--seed", "3", "--seconds", "20"]);
    assert!(story.status.success());
    let lines = text(&story.stdout);
    assert!(lines.starts_with("seed 3, 20000 ms, "), "{lines}");
    assert!(lines.contains("PhaseChanged(Ready)"), "{lines}");
    assert_eq!(lines, text(&simulate(&["--trace", "--seed", "3", "--seconds", "20"]).stdout));
}

#[test]
fn options_out_of_range_are_wrong() {
    for arguments in
        [["--sessions", "0"], ["--seconds", "0"], ["--threads", "0"], ["--threads", "100000"]]
    {
        let refused = simulate(&arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(text(&refused.stdout).is_empty());
    }
}

#[test]
fn a_standard_error_that_nobody_reads_makes_no_difference() {
    let mut simulate = Command::new(env!("CARGO_BIN_EXE_webmessaging"))
        .args(["simulate", "--sessions", "200"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(simulate.stderr.take());
    let output = simulate.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    assert!(text(&output.stdout).ends_with("violations    none\n"));
}
