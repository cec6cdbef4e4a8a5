//! The phone, driven by the lab in `tests/`; here only what needs its insides.
