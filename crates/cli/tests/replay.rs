//! `webmessaging replay` from the outside: what it prints where, and its exit codes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

const CONFIG: &str = r#"{"config":{"deployment_id":"d","token":"t"}}"#;

fn webmessaging(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_webmessaging"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A program that fails early does not read everything: that is no failure of the test.
    let writer = thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap()
}

fn script(steps: &[&str]) -> String {
    format!("{CONFIG}\n{}\n", steps.join("\n"))
}

#[test]
fn the_example_is_a_whole_conversation() {
    let example = webmessaging(&["replay", "--example"], "");
    assert!(example.status.success());
    let output = webmessaging(&["replay"], text(&example.stdout));
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!("example", text(&output.stdout));
}

#[test]
fn both_executors_print_the_same_to_the_byte() {
    let example = webmessaging(&["replay", "--example"], "");
    let run = |executor| webmessaging(&["replay", "--executor", executor], text(&example.stdout));
    assert_eq!(text(&run("session").stdout), text(&run("endpoint").stdout));
}

#[test]
fn a_file_is_read_like_standard_input() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("script.jsonl");
    let script = script(&[r#"{"at_ms":0,"input":"connect"}"#, r#"{"until_ms":1}"#]);
    std::fs::write(&file, &script).unwrap();
    let from_file = webmessaging(&["replay", file.to_str().unwrap()], "");
    assert!(from_file.status.success());
    assert_eq!(text(&from_file.stdout), text(&webmessaging(&["replay"], &script).stdout));
}

#[test]
fn a_malformed_line_is_named_and_nothing_is_played() {
    let script = script(&[
        r#"{"at_ms":0,"input":"connect"}"#,
        "",
        r#"{"at_ms":5,"input":"keystroke","on":true}"#,
        r#"{"until_ms":9}"#,
    ]);
    let output = webmessaging(&["replay"], &script);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
    insta::assert_snapshot!(
        text(&output.stderr),
        @"webmessaging: line 4: `on` means nothing here; possible are `at_ms`, `input`"
    );
}

#[test]
fn a_step_that_answers_what_was_never_sent_is_named_after_what_came_before_it() {
    let script = script(&[
        r#"{"at_ms":0,"input":"connect"}"#,
        r#"{"at_ms":5,"recv":{"tracingId":"$tracing"}}"#,
        r#"{"until_ms":9}"#,
    ]);
    let output = webmessaging(&["replay"], &script);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout).lines().count(), 3);
    insta::assert_snapshot!(
        text(&output.stderr),
        @r#"webmessaging: line 3: "$tracing" names a frame that was not sent; frames sent so far: 0"#
    );
}

#[test]
fn what_can_not_be_read_is_no_malformed_line() {
    let output = webmessaging(&["replay", "there is no such file"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("webmessaging: there is no such file: "));
}

#[test]
fn a_wrong_option_has_the_exit_code_of_wrong_input() {
    assert_eq!(webmessaging(&["replay", "--loudly"], "").status.code(), Some(2));
    assert_eq!(webmessaging(&["replay", "--executor", "cat"], "").status.code(), Some(2));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let keys = (0..20_000).map(|at| format!("{{\"at_ms\":{},\"input\":\"connect\"}}\n", at * 10));
    let script = format!("{CONFIG}\n{}{{\"until_ms\":400000}}\n", keys.collect::<String>());
    let mut child = Command::new(env!("CARGO_BIN_EXE_webmessaging"))
        .arg("replay")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn help_describes_every_input_and_every_member() {
    let help = webmessaging(&["replay", "--help"], "");
    assert!(help.status.success());
    let help = text(&help.stdout);
    for input in webmessaging_testkit::script::INPUTS {
        assert!(help.contains(input), "{input} is not described");
    }
    // The error for an unknown member lists those that exist.
    for part in ["", "typing", "receipts", "reconnect", "limits"] {
        let unknown =
            if part.is_empty() { r#""?":0"#.into() } else { format!(r#""{part}":{{"?":0}}"#) };
        let script = format!(r#"{{"config":{{"deployment_id":"d","token":"t",{unknown}}}}}"#);
        let error = webmessaging(&["replay"], &script);
        let (_, members) = text(&error.stderr).trim().split_once("possible are ").unwrap();
        for member in members.split(", ").map(|member| member.trim_matches('`')) {
            assert!(help.contains(member), "{member} is not described");
        }
    }
    assert!(help.lines().all(|line| line.len() <= 100), "too wide for a terminal");
}
