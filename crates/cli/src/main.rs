//! The command line: one file a command.
//!
//! Owns: the list of the commands, and exit codes. Must not know: what a command does.

mod aside;
mod commands;
mod failure;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::demo::Demo;

/// Plays conversations of the guest side of Genesys Cloud Web Messaging. Without a command: demo.
#[derive(Debug, Parser)]
#[command(name = "webmessaging", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(Demo),
    Emulate(commands::emulate::Emulate),
    Load(commands::load::Load),
    Replay(commands::replay::Replay),
    Simulate(commands::simulate::Simulate),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Some(Command::Demo(demo)) => demo.run(),
        Some(Command::Emulate(emulate)) => emulate.run(),
        Some(Command::Load(load)) => load.run(),
        Some(Command::Replay(replay)) => replay.run(),
        Some(Command::Simulate(simulate)) => simulate.run(),
        None => Demo::PLAIN.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of our output has seen enough.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            aside::aside(format_args!("webmessaging: {failure}"));
            failure.exit_code()
        }
    }
}
