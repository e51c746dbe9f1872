//! What leaves the program for other programs.

pub mod csv;
