//! Sound on a host: rings, WAV files, devices.
