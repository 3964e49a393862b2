//! The way between a dialect of your own and the emulated service.
//!
//! Owns: [`Bridge`], and the one for the real wire. Must not know: what is carried.

use webmessaging_proto::dialect::{Dialect, WebMessaging};

/// What stands between guests that speak some dialect and a service that speaks the real wire.
///
/// Implement it for a dialect or a gateway of your own, and the simulator proves the same of it:
/// see [`Simulation::over`](super::Simulation::over). One bridge serves one guest, over all its connections.
pub trait Bridge {
    /// What the guest speaks.
    type Dialect: Dialect;

    /// The dialect of a guest.
    fn dialect(&self) -> Self::Dialect;

    /// A frame of the guest's becomes one of the real wire; `None`: it is lost.
    fn to_service(&mut self, frame: Vec<u8>) -> Option<Vec<u8>> {
        Some(frame)
    }

    /// A frame of the real wire becomes one of the guest's; `None`: it is lost.
    fn to_guest(&mut self, frame: Vec<u8>) -> Option<Vec<u8>> {
        Some(frame)
    }
}

/// No bridge at all: the guest speaks the real wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Direct;

impl Bridge for Direct {
    type Dialect = WebMessaging;

    fn dialect(&self) -> WebMessaging {
        WebMessaging
    }
}
