//! The `thermonet` program: arguments go to the command line or to the window.

use std::process::ExitCode;

use clap::Parser;
use thermonet::cli::{Cli, Invocation};

fn main() -> ExitCode {
    match Cli::parse().invocation() {
        Invocation::Command(command) => thermonet::cli::run(&command),
        Invocation::Window(start) => thermonet::cli::open_window(start),
    }
}
