//! The adapter against the emulator of the service, over real sockets of loopback.
//!
//! Each test looks at both sides: the guest's events, and what the agent is shown.

mod agent;
mod closing;
mod conversation;
mod ending;
mod fleet;
mod guest;
mod isolation;
mod limits;
mod live;
mod loss;
mod refusals;
mod restart;
mod tokens;
mod transit;
mod upgrade;
mod world;
