//! The `thermonet` program: arguments go to the command line or to the window.

fn main() {}
