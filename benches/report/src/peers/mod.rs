//! What a user would otherwise pick, written as a competent programmer writes it.

pub mod frames;
pub mod plain_client;
