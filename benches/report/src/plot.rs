//! The cost of an input against the number of sessions, as a picture.

#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub sessions: usize,
    pub nanoseconds: f64,
}
