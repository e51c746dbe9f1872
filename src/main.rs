//! The `thermonet` program: arguments go to the command line or to the window.

fn main() -> Result<(), thermonet::gui::GuiError> {
    let preset = std::env::args().nth(1);
    thermonet::gui::run(thermonet::gui::Start {
        preset,
        ..Default::default()
    })
}
