//! The commands, one file each: its options and what it does.

pub(crate) mod demo;
pub(crate) mod emulate;
pub(crate) mod load;
pub(crate) mod replay;
pub(crate) mod simulate;
