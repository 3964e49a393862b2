//! What is measured, a file for each kind of row.

pub mod browser;
pub mod decode;
pub mod fleet;
pub mod keystroke;
pub mod memory;
pub mod receipt;
pub mod simulator;
pub mod sockets;
