//! An emulator on a port of loopback, until it is interrupted: `cargo run --example serve -- 8080`

use std::{env, error::Error, net::Ipv4Addr};

use webmessaging_emulator::Emulator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let mut running =
        Emulator::builder().listen((Ipv4Addr::LOCALHOST, port).into()).start().await?;
    println!("guests: {}?deploymentId=ANY", running.ws_url());
    println!("agents: {}/agent/sessions", running.http_url());
    running.wait().await?;
    Ok(())
}
