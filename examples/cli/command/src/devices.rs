//! `microsip devices`: the sound devices.

use std::sync::Arc;

use serde_json::json;

use crate::args::{Listen, Network, Show};
use crate::output::Output;
use crate::phone::Direction;
use crate::session::{Exit, Session, Stop, advised};

pub(crate) fn run(show: &Show, output: &Arc<Output>, all: bool) -> Result<(), Stop> {
    let listen = "127.0.0.1:0".parse().ok().map(|address| Listen { address, transport: None }); // any port: no call is expected
    let session = Session::open(show, output, &Network { listen, ..Network::default() }, 1, true, false)?;
    for (direction, name) in [(Direction::Input, "input"), (Direction::Output, "output")] {
        let devices = session
            .phone()
            .devices(direction, all)
            .map_err(|failure| Stop::new(Exit::Device, advised(&failure.text, failure.code)))?;
        for (id, title) in &devices {
            output.say(
                "device",
                || json!({ "direction": name, "id": id, "name": title }),
                &format!("{name:<7} {id}  {title}"),
            );
        }
        if devices.is_empty() {
            output.line(&format!("{name:<7} none: calls go on without, with the null device"));
        }
    }
    Ok(())
}
