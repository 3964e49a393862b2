//! The emulator as a process, and a bare HTTP client for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Ends with the test, whatever becomes of that. Keeps its output open: a process that can't print
/// ends by itself.
pub(crate) struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    /// Where it listens.
    pub(crate) address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// The next line that it prints and that begins like this.
    pub(crate) fn line(&mut self, start: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).expect("it prints"), 0, "no {start:?}");
            if line.starts_with(start) {
                return line;
            }
        }
    }

    /// The first line of what goes wrong without ending it.
    #[cfg(target_os = "linux")]
    pub(crate) fn error_line(&mut self) -> String {
        let errors = self.child.stderr.take().expect("a pipe");
        in_time(move || {
            let mut line = String::new();
            BufReader::new(errors).read_line(&mut line).map(|_| line)
        })
        .expect("it prints")
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.ask("GET", path, "")
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> String {
        self.ask("POST", path, body)
    }

    /// The path goes out as it stands.
    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let (address, length) = (&self.address, body.len());
        let mut connection = TcpStream::connect(address).expect("it listens");
        write!(
            connection,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
        )
        .expect("it reads");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

/// Waits for what may never come, but not for ever.
#[cfg(target_os = "linux")]
pub(crate) fn in_time<T: Send + 'static>(wait: impl FnOnce() -> T + Send + 'static) -> T {
    /// Far longer than anything here takes.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(wait()));
    receiver.recv_timeout(PATIENCE).expect("it comes in time")
}

pub(crate) fn command(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webmessaging"));
    command.arg("emulate").args(options);
    command
}

/// Starts it on a free port.
pub(crate) fn start(command: &mut Command) -> Running {
    let mut child = command
        .args(["--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut running = Running { child, output, address: String::new() };
    let first = running.line("guests:");
    let address = first.split("//").nth(1).and_then(|rest| rest.split('/').next());
    address.unwrap_or_else(|| panic!("no address in {first:?}")).clone_into(&mut running.address);
    running
}

/// What it says instead of starting.
pub(crate) fn refused(options: &[&str]) -> (Option<i32>, String) {
    let mut child = command(options)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // Nothing, but from one that has started: that one would run for ever.
    let mut said = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    output.read_line(&mut said).expect("it prints or ends");
    if !said.is_empty() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(said, "", "it has started");
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}
