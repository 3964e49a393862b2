//! Many sessions in one task, at exact virtual times.

mod backpressure;
mod dialing;
mod fairness;
mod leaving;
mod membership;
mod rest;
mod world;
