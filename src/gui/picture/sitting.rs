//! Everything a picture is drawn from, and the drawing: the same code as in the window, with nothing to press.

use eframe::egui::{Frame, Margin, RichText, Ui, Vec2};

use super::{Picture, Studio, Subject};
use crate::device::Device;
use crate::gui::canvas::{self, Dots, Scene, Shown, StateScale, Words};
use crate::gui::derived::{Derived, SteadyNews, outcome_words};
use crate::gui::editor::Editor;
use crate::gui::inspector;
use crate::gui::iv::{self, Curves, IvShown};
use crate::gui::number;
use crate::gui::simulation::Simulation;
use crate::gui::theme;
use crate::gui::time_bar::gauge_words;
use crate::gui::traces::{self, TracesShown};
use crate::gui::training::{self, Coach};
use crate::gui::units::Scales;
use crate::gui::view::{ViewState, only_edge};
use crate::network::{Edge, Network, Node};

/// The margin around a plot.
const MARGIN: i8 = 12;

/// What the heading and the verdict over a curve take.
const ABOVE_CURVE: f32 = 64.0;

/// What there is to be drawn.
pub(crate) struct Sitting<'a> {
    pub(crate) editor: &'a Editor,
    pub(crate) simulation: &'a Simulation,
    pub(crate) derived: &'a Derived,
    pub(crate) scale: &'a StateScale,
    pub(crate) scene: &'a Scene,
    pub(crate) dots: &'a Dots,
    pub(crate) view: &'a ViewState,
    pub(crate) coach: &'a Coach,
}

/// Why there is no picture, or no data: what is missing, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; {remedy}")]
pub struct Missing {
    /// What is missing.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl Missing {
    fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

impl<'a> Sitting<'a> {
    /// The network as it is seen: with the parameters of a training under way.
    pub(crate) fn network(&self) -> &'a Network {
        self.coach.live().0.unwrap_or(self.editor.network())
    }

    /// The units numbers are shown in.
    pub(super) fn scales(&self) -> Scales {
        Scales::of(self.network(), self.view.is_dimensionless)
    }

    /// The edge whose curve is drawn.
    pub(super) fn edge(&self) -> Option<&'a Edge> {
        self.network().edge(only_edge(&self.view.selection)?)
    }

    /// Why there is no picture of this, if there is none.
    pub(crate) fn missing(&self, subject: Subject) -> Option<Missing> {
        match subject {
            Subject::Canvas => self
                .network()
                .nodes()
                .is_empty()
                .then(|| Missing::new("the network is empty", "add a reservoir")),
            Subject::Iv => self
                .edge()
                .is_none()
                .then(|| Missing::new("no edge is selected", "select one edge")),
            Subject::Traces => traces::shown_traces(self.editor.document(), &self.view.selection)
                .is_empty()
                .then(|| Missing::new("no trace is shown", "choose a reservoir in the time plot")),
            Subject::Loss => self.missing_task().or_else(|| {
                let mut curves = self.coach.shown();
                curves
                    .all(|(curve, _)| curve.record.losses.is_empty())
                    .then(|| Missing::new("nothing has been trained yet", "press Train"))
            }),
            Subject::Response => self.missing_response(),
            Subject::Gradient => self.missing_task().or_else(|| {
                let gradients = self.coach.gradients();
                match gradients.failure() {
                    Some(failure) => Some(Missing::new(
                        format!("there is no gradient: {failure}"),
                        "choose another rule, or change the network",
                    )),
                    None => (!gradients.is_known()).then(|| {
                        Missing::new(
                            "the gradient has not been computed",
                            "open the Gradient window",
                        )
                    }),
                }
            }),
        }
    }

    fn missing_task(&self) -> Option<Missing> {
        if self.editor.document().task.is_none() {
            return Some(Missing::new(
                "the network has no task",
                "give it one: inputs, outputs and rows",
            ));
        }
        if let Some(Err(problem)) = self.coach.answer() {
            return Some(Missing::new(
                format!("{}: {}", problem.place, problem.problem),
                problem.remedy.clone(),
            ));
        }
        None
    }

    fn missing_response(&self) -> Option<Missing> {
        if let Some(missing) = self.missing_task() {
            return Some(missing);
        }
        if self.coach.is_comparison() {
            // Two pictures; each has a network of its own.
            return None;
        }
        let responder = self.coach.responder(0);
        match (responder.response(), responder.failure()) {
            (Some(_), _) => None,
            (None, Some(failure)) => Some(Missing::new(
                format!("the response could not be computed: {failure}"),
                "change the network or its task",
            )),
            (None, None) => Some(Missing::new(
                "the response is still being computed",
                "try again in a moment",
            )),
        }
    }

    /// Draws a picture.
    ///
    /// # Errors
    /// What is missing for it.
    pub(crate) fn draw(
        &self,
        studio: &Studio,
        subject: Subject,
        size: Vec2,
    ) -> Result<Picture, Missing> {
        if let Some(missing) = self.missing(subject) {
            return Err(missing);
        }
        let title = format!("{}: {}", self.network().name, subject.title());
        let mut curves = Curves::at_once();
        Ok(studio.draw(&title, size, |ui| match subject {
            Subject::Canvas => self.canvas_ui(ui, false),
            Subject::Gradient => self.canvas_ui(ui, true),
            _ => {
                Frame::new()
                    .inner_margin(Margin::same(MARGIN))
                    .show(ui, |ui| self.plot_ui(ui, &mut curves, subject));
            }
        }))
    }

    fn plot_ui(&self, ui: &mut Ui, curves: &mut Curves, subject: Subject) {
        let panel = training::Panel {
            editor: self.editor,
            simulation: self.simulation,
            derived: self.derived,
            scale: self.scale,
            view: self.view,
            coach: self.coach,
            is_drawing: false,
        };
        match subject {
            // These are drawn without a margin.
            Subject::Canvas | Subject::Gradient => {}
            Subject::Iv => self.curve_ui(ui, curves),
            Subject::Traces => {
                let shown = TracesShown {
                    document: self.editor.document(),
                    simulation: self.simulation,
                    derived: self.derived,
                    scale: self.scale,
                    selection: &self.view.selection,
                    scales: self.scales(),
                    is_still: true,
                };
                traces::traces_ui(ui, &shown, &mut Vec::new());
            }
            Subject::Loss => training::still_loss_ui(ui, &panel),
            Subject::Response => training::still_response_ui(ui, &panel),
        }
    }

    fn canvas_ui(&self, ui: &mut Ui, has_gradient: bool) {
        let network = self.network();
        let shown = Shown {
            network,
            app: &self.editor.document().app,
            scene: self.scene,
            scale: self.scale,
            simulation: self.simulation,
            dots: self.dots,
            derived: self.derived,
            scales: self.scales(),
            standing: &[],
        };
        let remarks = self.remarks(has_gradient);
        let words = Words::Remarks(&remarks);
        let (area, camera) = canvas::still_ui(ui, &shown, self.view, words);
        if has_gradient {
            training::edges_ui(ui, area, camera, self.scene, self.coach.gradients());
        } else if let (Some(response), false) = (
            self.coach.responder(0).response(),
            self.coach.is_comparison(),
        ) {
            training::thumbnails_ui(ui, area, camera, self.scene, network, response);
        }
    }

    /// What the picture has to say of itself: a state that is not steady is not shown as if it were.
    fn remarks(&self, has_gradient: bool) -> Vec<String> {
        let mut remarks = Vec::new();
        if has_gradient {
            let widest = self.coach.gradients().widest().unwrap_or_default();
            remarks.push(format!(
                "width of the bands: dL/dθ of the edge's parameters, {} at the widest",
                number::significant(widest, 2)
            ));
        }
        let known = match self.derived.news() {
            SteadyNews::Known(outcome) => outcome_words(outcome),
            SteadyNews::Pending | SteadyNews::Failed(_) => None,
        };
        let scales = self.scales();
        let (words, is_settled) =
            gauge_words(self.network(), scales, self.simulation, self.derived);
        if !is_settled {
            let t = self.simulation.time();
            let t = scales.time(t).text(t, 3);
            remarks.push(format!("at t = {t}: {words}"));
        }
        remarks.extend(known);
        remarks
    }

    fn curve_ui(&self, ui: &mut Ui, curves: &mut Curves) {
        let network = self.network();
        let Some(edge) = self.edge() else {
            return;
        };
        let title = |key| network.node(key).map_or("?", Node::title);
        let heading = format!(
            "{}   {} → {}   {}",
            edge.title(),
            title(edge.from),
            title(edge.to),
            edge.device.kind().title()
        );
        ui.label(RichText::new(heading).font(theme::strong(theme::HEADING)));
        let height = (ui.max_rect().height() - ABOVE_CURVE).max(iv::LEAST_HEIGHT);
        self.with_iv(edge, height, |shown| {
            iv::iv_ui(ui, curves, shown, &mut Vec::new());
        });
    }

    /// What the curve of an edge is drawn from; nothing if it does not run.
    pub(super) fn with_iv<T>(
        &self,
        edge: &Edge,
        height: f32,
        use_it: impl FnOnce(IvShown<'_>) -> T,
    ) -> Option<T> {
        let network = self.network();
        let simulation = self.simulation;
        let title = |key| network.node(key).map_or("?", Node::title);
        Some(use_it(IvShown {
            platform: network.platform(),
            scales: self.scales(),
            edge: edge.key(),
            simulation,
            device: self.running_device(edge)?,
            before: None,
            now: simulation.operating_point(edge.key())?,
            ago: simulation.looks_back(),
            tail: &mut std::iter::empty(),
            span: inspector::span(self.editor.base()),
            top: self.scale.hi,
            height,
            ends: [title(edge.from), title(edge.to)],
        }))
    }

    /// The device that runs: that of then, if the run is looked back on.
    pub(super) fn running_device(&self, edge: &Edge) -> Option<&'a Device> {
        let system = self.simulation.system();
        let link = system.link(edge.key())?;
        Some(&system.links().get(link)?.device)
    }
}
