//! The emulator's tests: the service under virtual time, without a sleep, and the shell over loopback sockets.

#![allow(clippy::unwrap_used)] // helpers of tests panic as tests do

mod agent;
mod bad_input;
mod ending;
mod faults;
mod fixtures;
mod hostile;
mod http;
mod limits;
mod messages;
mod receipts;
mod sessions;
mod shell_apis;
mod shell_faults;
mod shell_files;
mod shell_guest;
mod socket;
mod tokens;
mod typing;
mod world;
