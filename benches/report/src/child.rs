//! A part of the report in a process of its own.
//!
//! Owns: how it is started and spoken with, in lines of JSON; what a process knows of its memory.
//! Must not know: what runs in it.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub const FLAG: &str = "--child";

/// Runs this program as `--child NAME ARGUMENTS`, with more in its environment, and takes its answer.
pub fn run<T: DeserializeOwned>(
    name: &str,
    arguments: &[String],
    environment: &[(&str, &str)],
) -> Result<T, String> {
    let program =
        env::current_exe().map_err(|error| format!("this program is not found: {error}"))?;
    let output = Command::new(program)
        .args([FLAG, name])
        .args(arguments)
        .envs(environment.iter().copied())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{name} did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name} {arguments:?} failed: {}", output.status));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{name} gave no answer: {error}"))
}

/// A child that is spoken with while it runs. It ends when its input does.
pub struct Conversation {
    name: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Conversation {
    pub fn start(name: &str, arguments: &[String]) -> Result<Self, String> {
        let program = env::current_exe().map_err(|error| format!("this program: {error}"))?;
        let mut child = Command::new(program)
            .args([FLAG, name])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name} did not start: {error}"))?;
        let input = child.stdin.take().ok_or("a child without input")?;
        let output = BufReader::new(child.stdout.take().ok_or("a child without output")?);
        Ok(Self { name: name.into(), child, input, output })
    }

    pub fn tell(&mut self, what: impl Serialize) -> Result<(), String> {
        let line = serde_json::to_string(&what).map_err(|error| error.to_string())?;
        writeln!(self.input, "{line}").map_err(|error| format!("{} is gone: {error}", self.name))
    }

    pub fn hear<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|error| format!("{}: {error}", self.name))
    }

    pub fn end(mut self) -> Result<(), String> {
        drop(self.input);
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("{}: {status}", self.name)) }
    }
}

pub fn answer(answer: impl Serialize) {
    println!("{}", serde_json::to_string(&answer).expect("an answer is JSON"));
}

/// Bytes of this process in memory, now and at most.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub resident: f64,
    pub peak: f64,
}

pub fn memory() -> Memory {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        number.unwrap_or(f64::NAN) * 1_024.0
    };
    Memory { resident: kilobytes("VmRSS:"), peak: kilobytes("VmHWM:") }
}
