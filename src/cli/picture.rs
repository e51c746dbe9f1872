//! `thermonet picture`: the canvas or a plot of a network, as an SVG or PNG file.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Clamps, CliError};

#[derive(Debug, Args)]
pub struct PictureArgs {
    /// Network to read (JSON, format thermonet/1)
    file: PathBuf,
    /// File to write; its ending, .svg or .png, says what kind
    #[arg(value_parser = parse_out)]
    out: Out,
    /// What to draw
    #[arg(long, value_name = "WHAT", value_enum, default_value = "canvas")]
    what: What,
    /// Edge whose I-V curve to draw (default: one that operates where its current falls), or to mark on the canvas
    #[arg(long, value_name = "ID")]
    edge: Option<String>,
    /// Width and height in points (default: what suits the picture)
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    size: Option<[f32; 2]>,
    /// Colours
    #[arg(long, value_enum, default_value = "light")]
    theme: Theme,
    /// Pixels to a point, in a PNG
    #[arg(long, value_name = "N", default_value = "2", value_parser = parse_scale, allow_hyphen_values = true)]
    scale: f32,
    #[command(flatten)]
    clamps: Clamps,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// The network at its steady state
    Canvas,
    /// The current of an edge, with its slope and the load line
    Iv,
    /// The states over time, from t = 0
    Traces,
    /// What the network answers to its task, over one input or two
    Response,
    /// The loss of a training, drawn anew from the file's seed
    Loss,
    /// The slope of the loss in the parameters of each edge, on the canvas
    Gradient,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Theme {
    Dark,
    Light,
}

/// A file to write, and of what kind it is.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(feature = "gui"),
    expect(dead_code, reason = "nothing is drawn without the window")
)]
struct Out {
    path: PathBuf,
    is_svg: bool,
}

fn parse_out(text: &str) -> Result<Out, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().and_then(std::ffi::OsStr::to_str);
    let is = |kind: &str| ending.is_some_and(|ending| ending.eq_ignore_ascii_case(kind));
    if !is("svg") && !is("png") {
        return Err("must end in .svg or .png".to_owned());
    }
    let is_svg = is("svg");
    Ok(Out { path, is_svg })
}

/// Sides of a picture in points: smaller ones hold nothing, larger ones are a slip.
const SIDES: std::ops::RangeInclusive<f32> = 120.0..=8000.0;

fn parse_size(text: &str) -> Result<[f32; 2], String> {
    let side = |text: &str| -> Option<f32> {
        let side = text.trim().parse().ok()?;
        SIDES.contains(&side).then_some(side)
    };
    text.split_once(['x', 'X', '×'])
        .and_then(|(width, height)| Some([side(width)?, side(height)?]))
        .ok_or_else(|| {
            "write it as WIDTHxHEIGHT with sides from 120 to 8000, for example 1280x720".to_owned()
        })
}

fn parse_scale(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(scale) if (0.1..=16.0).contains(&scale) => Ok(scale),
        _ => Err("must be a number from 0.1 to 16".to_owned()),
    }
}

#[cfg(not(feature = "gui"))]
pub(super) fn run(_args: &PictureArgs) -> Result<(), CliError> {
    Err(CliError::Window(
        "this thermonet was built without its window, and draws nothing; build it with the feature `gui`".to_owned(),
    ))
}

#[cfg(feature = "gui")]
pub(super) fn run(args: &PictureArgs) -> Result<(), CliError> {
    use super::output::listed;
    use crate::document::{load, save_bytes};
    use crate::gui::picture::{Format, Order, Subject, picture};

    let PictureArgs {
        file,
        out,
        what,
        edge,
        size,
        theme,
        scale,
        clamps,
    } = args;
    let mut document = load(file)?.document;
    clamps.apply(&mut document.network, file)?;
    let network = &document.network;
    let edge = edge
        .as_ref()
        .map(|id| {
            network
                .edge_by_id(id)
                .ok_or_else(|| CliError::UnknownId {
                    option: "--edge",
                    what: "edge",
                    id: id.clone(),
                    file: file.display().to_string(),
                    known: listed(network.edges().iter().map(|edge| edge.id.as_str())),
                })
                .map(crate::network::Edge::key)
        })
        .transpose()?;
    let order = Order {
        subject: match what {
            What::Canvas => Subject::Canvas,
            What::Iv => Subject::Iv,
            What::Traces => Subject::Traces,
            What::Response => Subject::Response,
            What::Loss => Subject::Loss,
            What::Gradient => Subject::Gradient,
        },
        edge,
        size: *size,
        is_dark: matches!(theme, Theme::Dark),
        scale: *scale,
        format: if out.is_svg { Format::Svg } else { Format::Png },
    };
    let bytes = picture(document, &order).map_err(|error| CliError::Picture {
        file: file.display().to_string(),
        error,
    })?;
    Ok(save_bytes(&bytes, &out.path)?)
}
