//! Packets to PCM and back.
