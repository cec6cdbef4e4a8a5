//! The phone, driven by the lab in `tests/`; here only tests that need its insides.
