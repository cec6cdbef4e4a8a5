//! Fuzz targets: each takes any bytes, reads them in every way that the network can make us read them, and checks the
//! conditions that hold for any input. `libfuzzer/` hands them to cargo-fuzz; the program of this package replays the
//! corpus and deterministic mutations of it.

mod bodies;
mod dialog;
mod media;
mod message;
pub mod mutate;
mod numbers;
mod refer;
mod registration;
mod session;
mod subscription;
mod world;

pub use bodies::bodies;
pub use dialog::dialog;
pub use media::{rtcp, rtp};
pub use message::{message, sdp, stream};
pub use numbers::numbers;
pub use refer::refer;
pub use registration::registration;
pub use session::session;
pub use subscription::subscription;

/// A target.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also its folder in `corpus/`.
pub const TARGETS: &[(&str, Target)] = &[
    ("message", message),
    ("sdp", sdp),
    ("stream", stream),
    ("rtp", rtp),
    ("rtcp", rtcp),
    ("dialog", dialog),
    ("registration", registration),
    ("numbers", numbers),
    ("session", session),
    ("refer", refer),
    ("subscription", subscription),
    ("bodies", bodies),
];
