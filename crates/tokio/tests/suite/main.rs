//! The adapter against a service in memory, at exact virtual times, and over real sockets.

mod channels;
mod fleet;
mod flood;
mod hostile;
mod leaving;
mod loss;
mod properties;
mod restoring;
mod secrets;
mod support;
mod texts;
mod timing;
mod websocket;
