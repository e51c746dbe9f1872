//! A picture of a file, without a window: what `thermonet picture` draws.

use eframe::egui::{ColorImage, Theme, Vec2};

use super::sitting::{Missing, Sitting};
use super::{RasterError, Studio, Subject};
use crate::document::{Document, Element};
use crate::gui::canvas::{Dots, Scene, Shown, StateScale, Words, still_ui, tank_height};
use crate::gui::derived::{Derived, SteadyNews};
use crate::gui::editor::Editor;
use crate::gui::simulation::{Rest, Simulation};
use crate::gui::training::Coach;
use crate::gui::units::Scales;
use crate::gui::view::{ViewState, selection_of, telling_edge};
use crate::network::{EdgeKey, Role};
use crate::solve::steady::Outcome;

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines and text.
    Svg,
    /// Pixels.
    Png,
}

/// What is to be drawn, and how.
#[derive(Clone, Debug)]
pub struct Order {
    /// What it is a picture of.
    pub subject: Subject,
    /// The edge whose curve is drawn, or which is marked; the most telling one for a curve if `None`.
    pub edge: Option<EdgeKey>,
    /// Width and height in points; those of the subject if `None`.
    pub size: Option<[f32; 2]>,
    /// Dark or light.
    pub is_dark: bool,
    /// Pixels to a point, in a PNG.
    pub scale: f32,
    /// What kind of file.
    pub format: Format,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Something is missing for it.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// It cannot be put into pixels.
    #[error("{error}; {remedy}", error = .0, remedy = .0.remedy())]
    Raster(#[from] RasterError),
}

/// Frames of a run that is drawn: half a minute would be 1800, after which the first are forgotten.
const MOST_FRAMES: usize = 900;

/// Frames after everything has come to rest, so that it is seen to rest.
const FRAMES_AT_REST: usize = 60;

/// Seconds between two frames.
const FRAME: f64 = 1.0 / 60.0;

/// Oscillations that are drawn.
const PERIODS: f64 = 6.0;

/// Draws a picture of a network; returns the file. The same document and order give the same bytes.
///
/// # Errors
/// What is missing for this picture, or that it is too large.
pub fn picture(document: Document, order: &Order) -> Result<Vec<u8>, PictureError> {
    let Order {
        subject,
        edge,
        size,
        is_dark,
        scale,
        format,
    } = *order;
    let studio = studio(is_dark);
    let Model {
        editor,
        derived,
        scale: state_scale,
        simulation,
    } = Model::new(document, subject);
    let edge = edge.or_else(|| {
        (subject == Subject::Iv)
            .then(|| telling_edge(editor.network(), &simulation))
            .flatten()
    });
    let view = ViewState {
        selection: selection_of(edge.map(Element::Edge)),
        ..ViewState::default()
    };
    let coach = coached(&studio, &editor, &derived, subject)?;
    let sitting = Sitting {
        editor: &editor,
        simulation: &simulation,
        derived: &derived,
        scale: &state_scale,
        scene: &Scene::new(editor.network()),
        dots: &Dots::default(),
        view: &view,
        coach: &coach,
    };
    let size = size.map_or(subject.size(), Vec2::from);
    let picture = sitting.draw(&studio, subject, size)?;
    Ok(match format {
        Format::Svg => picture.svg().into_bytes(),
        Format::Png => picture.png(scale)?,
    })
}

/// Hidden tanks up to which each has its thumbnail, as in the window.
const MOST_THUMBNAILS: usize = 40;

/// What the training panel knows of a network, as far as a picture needs it. The threads that work for the window work
/// here, too, and are waited for.
fn coached(
    studio: &Studio,
    editor: &Editor,
    derived: &Derived,
    subject: Subject,
) -> Result<Coach, Missing> {
    let mut coach = Coach::new(studio.context());
    let document = editor.document();
    let hidden = document.network.nodes().iter();
    let hidden = hidden.filter(|node| node.role == Role::Hidden).count();
    let is_wanted = match subject {
        Subject::Response | Subject::Loss | Subject::Gradient => true,
        // The answers of what does not settle are hard to come by, and no ornament of a canvas.
        Subject::Canvas => {
            document.task.is_some()
                && (1..=MOST_THUMBNAILS).contains(&hidden)
                && derived.settled().is_some()
        }
        Subject::Iv | Subject::Traces => false,
    };
    if !is_wanted {
        return Ok(coach);
    }
    coach.update(editor, false);
    if subject == Subject::Loss && document.task.is_some() {
        coach.train_anew(editor);
    }
    let wants_gradient = subject == Subject::Gradient;
    coach.update(editor, wants_gradient);
    while coach.is_busy() {
        std::thread::sleep(std::time::Duration::from_millis(1));
        coach.update(editor, wants_gradient);
    }
    match (subject, coach.notice()) {
        (Subject::Loss, Some(problem)) => Err(Missing {
            problem: format!("{}: {}", problem.place, problem.problem),
            remedy: problem.remedy.clone(),
        }),
        _ => Ok(coach),
    }
}

/// Draws a small picture of a network, without words.
///
/// # Errors
/// If it would fill the memory.
pub(crate) fn thumbnail(
    document: Document,
    is_dark: bool,
    size: Vec2,
    scale: f32,
) -> Result<ColorImage, RasterError> {
    let model = Model::new(document, Subject::Canvas);
    let scene = Scene::new(model.editor.network());
    let shown = Shown {
        network: model.editor.network(),
        app: &model.editor.document().app,
        scene: &scene,
        scale: &model.scale,
        simulation: &model.simulation,
        dots: &Dots::default(),
        derived: &model.derived,
        scales: Scales::of(model.editor.network(), true),
        standing: &[],
    };
    let view = ViewState::default();
    let picture = studio(is_dark).draw(&shown.network.name, size, |ui| {
        still_ui(ui, &shown, &view, Words::None);
    });
    picture.image(scale)
}

fn studio(is_dark: bool) -> Studio {
    Studio::new(if is_dark { Theme::Dark } else { Theme::Light })
}

/// A network and what follows from it, all computed.
struct Model {
    editor: Editor,
    derived: Derived,
    scale: StateScale,
    simulation: Simulation,
}

impl Model {
    fn new(document: Document, subject: Subject) -> Self {
        let editor = Editor::new(document);
        let derived = Derived::at_once(editor.network(), editor.revision());
        let steady: &[f64] = derived
            .settled()
            .map_or(&[], |(state, _)| state.x.as_slice());
        let scale = StateScale::new(editor.network(), steady);
        let simulation = run(&editor, &derived, &scale, subject);
        Self {
            editor,
            derived,
            scale,
            simulation,
        }
    }
}

/// The run that is drawn: at its end for the canvas and a curve, from its beginning for the time plot.
fn run(editor: &Editor, derived: &Derived, scale: &StateScale, subject: Subject) -> Simulation {
    let mut simulation = Simulation::new(editor.network(), 1.0);
    simulation.wait_for_steps();
    // A hundredth of what a person could see in the window.
    let visible = 0.01 * scale.state_per_point(tank_height(1.0));
    if subject != Subject::Traces {
        if let Some((state, _)) = derived.settled() {
            simulation.jump(&state.x);
        } else if let Some(state) = derived.last_state() {
            simulation.jump(state);
        }
        simulation.judge(visible);
        return simulation;
    }
    let speed = match derived.news() {
        SteadyNews::Known(Outcome::Oscillates { period, .. }) => {
            PERIODS * period / (MOST_FRAMES as f64 * FRAME)
        }
        // Thirty relaxation times at most, in case the way there is long.
        _ => 2.0 * derived.relaxation_time().unwrap_or(1.0),
    };
    simulation.set_speed(speed);
    let mut left = MOST_FRAMES;
    while left > 0 && simulation.is_running() {
        simulation.advance(FRAME, visible);
        left -= 1;
        if simulation.rest() == Rest::Settled {
            left = left.min(FRAMES_AT_REST);
        }
    }
    simulation
}
