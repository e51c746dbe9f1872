//! The gradient of the loss: the chosen rule against differences, and the slopes painted on the edges.

use std::sync::Arc;

use eframe::egui::{self, Context, Grid, Rect, RichText, Shape, Stroke, Ui, pos2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::question::Question;
use super::row::rule_words;
use crate::document::Element;
use crate::export::csv::Table;
use crate::gui::canvas::{Camera, Scene};
use crate::gui::command::Command;
use crate::gui::number;
use crate::gui::picture::Subject;
use crate::gui::theme::{self, Palette};
use crate::job::{Cancel, Event, Worker};
use crate::learn::gradient::{RowRule, by_differences, by_simultaneous_perturbation};
use crate::learn::parameters::{Owner, Parameters};
use crate::learn::rows::{Rows, Unsettled, strict};
use crate::learn::trainer::TrainError;
use crate::learn::{Rule, Training};
use crate::network::{EdgeKey, Network};
use crate::solve::steady::Options;
use crate::system::System;

/// Differences measure the loss twice for each parameter; beyond this many the check would take minutes.
const MOST_CHECKED: usize = 600;

/// One parameter and the slope of the loss in it.
#[derive(Clone, Debug, PartialEq)]
struct Slope {
    owner: Owner,
    name: &'static str,
    /// By the chosen rule.
    by_rule: f64,
    /// By differences.
    by_differences: Option<f64>,
    /// The slope in the coordinate that training moves, which makes parameters comparable.
    in_coordinate: f64,
}

/// The gradient at the parameters of the document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gradient {
    rule: Rule,
    slopes: Vec<Slope>,
    /// Cosine between the rule's gradient and that by differences.
    cosine: Option<f64>,
}

struct Order {
    network: Network,
    question: Arc<Question>,
    training: Training,
}

/// What a gradient belongs to.
type Key = (u64, u64, u64);

/// Keeps the gradient while someone looks at it.
pub(crate) struct Gradients {
    worker: Option<Worker<Order, Option<Result<Gradient, String>>>>,
    ordered: Option<Key>,
    kept: Option<(Key, Result<Gradient, String>)>,
}

impl Gradients {
    /// Starts the thread; it wakes `ctx` when there is something to see.
    pub(crate) fn new(ctx: &Context) -> Self {
        let waker = ctx.clone();
        let worker = Worker::spawn(
            "gradient",
            move || waker.request_repaint(),
            |order: Order, cancel: &Cancel| compute(&order, cancel),
        );
        Self {
            worker: worker.ok(),
            ordered: None,
            kept: None,
        }
    }

    /// Asks for the gradient of what `key` stands for.
    pub(crate) fn want(
        &mut self,
        key: Key,
        network: &Network,
        question: &Arc<Question>,
        training: Training,
    ) {
        let Some(worker) = &mut self.worker else {
            return;
        };
        if self.ordered != Some(key) {
            self.ordered = Some(key);
            worker.submit(Order {
                network: network.clone(),
                question: Arc::clone(question),
                training,
            });
        }
        match worker.poll() {
            Some(Event::Done(Some(gradient))) => self.kept = Some((key, gradient)),
            Some(Event::Failed(message)) => self.kept = Some((key, Err(message))),
            Some(Event::Done(None)) | None => {}
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.ordered = None;
        self.kept = None;
    }

    /// The last gradient or what went wrong, and whether it belongs to older parameters.
    fn last(&self) -> Option<(Result<&Gradient, &str>, bool)> {
        let (key, gradient) = self.kept.as_ref()?;
        let is_stale = self.ordered != Some(*key);
        Some((gradient.as_ref().map_err(String::as_str), is_stale))
    }

    /// The slopes as numbers: whose they are, by the rule, by differences.
    pub(crate) fn table(&self, network: &Network) -> Table {
        let Some((Ok(gradient), _)) = self.last() else {
            return Table::default();
        };
        let mut table = Table::new([
            "id".to_owned(),
            "parameter".to_owned(),
            format!("dL/dθ by {}", rule_words(gradient.rule)),
            "dL/dθ by differences".to_owned(),
        ]);
        for slope in &gradient.slopes {
            let id = match slope.owner {
                Owner::Edge(key) => network.edge(key).map(|edge| edge.id.as_str()),
                Owner::Node(key) => network.node(key).map(|node| node.id.as_str()),
            };
            table.push([
                id.unwrap_or("?").into(),
                slope.name.into(),
                slope.by_rule.into(),
                slope.by_differences.into(),
            ]);
        }
        table
    }

    /// Whether there is one to be shown.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self.last(), Some((Ok(_), _)))
    }

    /// The largest slope of an edge: what the widest band stands for. `None` if there is no gradient.
    pub(crate) fn widest(&self) -> Option<f64> {
        let (gradient, _) = self.last()?;
        let slopes = gradient.ok()?.slopes.iter();
        let mut squares = std::collections::BTreeMap::new();
        for slope in slopes {
            if let Owner::Edge(key) = slope.owner {
                *squares.entry(key).or_insert(0.0) += slope.in_coordinate * slope.in_coordinate;
            }
        }
        let largest = squares.values().copied().fold(0.0, f64::max);
        Some(largest.sqrt())
    }

    /// Why there is none, if it could not be computed.
    pub(crate) fn failure(&self) -> Option<&str> {
        match self.last() {
            Some((Err(problem), _)) => Some(problem),
            _ => None,
        }
    }

    /// Whether one is being computed.
    pub(crate) fn is_busy(&self) -> bool {
        self.ordered.is_some() && self.worker.as_ref().is_some_and(Worker::is_busy)
    }
}

/// Why a gradient ends early.
enum Stopped {
    Cancelled,
    Wrong(TrainError),
}

impl From<TrainError> for Stopped {
    fn from(error: TrainError) -> Self {
        Self::Wrong(error)
    }
}

impl From<Unsettled> for Stopped {
    fn from(error: Unsettled) -> Self {
        Self::Wrong(error.into())
    }
}

fn compute(order: &Order, cancel: &Cancel) -> Option<Result<Gradient, String>> {
    match gradient(order, cancel) {
        Ok(gradient) => Some(Ok(gradient)),
        Err(Stopped::Cancelled) => None,
        Err(Stopped::Wrong(error)) => Some(Err(error.to_string())),
    }
}

fn gradient(order: &Order, cancel: &Cancel) -> Result<Gradient, Stopped> {
    let Order {
        network,
        question,
        training,
    } = order;
    let objective = &question.objective;
    let interrupt = cancel.interrupt();
    let options = Options {
        interrupt: interrupt.clone(),
        ..strict(false)
    };
    let mut system = System::new(network);
    let parameters = Parameters::new(&system, &question.task);
    let mut rows = Rows::new(objective);
    rows.settle(&mut system, objective, &options)?;
    let coordinates = parameters.coordinates(&system);
    let stretch: Vec<f64> = parameters
        .as_slice()
        .iter()
        .map(|parameter| parameter.stretch(parameter.read(&system)))
        .collect();
    let mut trial = rows.clone();
    let mut trial_system = system.clone();
    let mut measure = |at: &[f64]| -> Result<f64, Stopped> {
        if cancel.is_cancelled() {
            return Err(Stopped::Cancelled);
        }
        parameters.set_coordinates(&mut trial_system, at);
        Ok(trial.follow(&mut trial_system, objective, &options)?)
    };
    let mut in_coordinates: Vec<f64> = match RowRule::new(training.rule, training.beta) {
        Some(rule) => {
            let slopes = rows
                .gradient(&mut system, objective, &parameters, rule, &interrupt)
                .map_err(TrainError::from)?;
            slopes.iter().zip(&stretch).map(|(g, s)| g * s).collect()
        }
        None if training.rule == Rule::Spsa => {
            let mut rng = ChaCha8Rng::seed_from_u64(training.seed);
            let tie = |signs: &mut [f64]| parameters.spread(signs);
            let mut slopes =
                by_simultaneous_perturbation(&coordinates, &mut rng, tie, &mut measure)?;
            parameters.share(&mut slopes);
            slopes
        }
        None => by_differences(&coordinates, &mut measure)?,
    };
    let mut checked = if parameters.len() <= MOST_CHECKED {
        Some(by_differences(&coordinates, &mut measure)?)
    } else {
        None
    };
    // Whoever moves one of a tie moves all of it.
    for slopes in [Some(&mut in_coordinates), checked.as_mut()] {
        let Some(slopes) = slopes else { continue };
        parameters.gather(slopes);
        parameters.spread(slopes);
    }
    let cosine = checked
        .as_ref()
        .and_then(|checked| cosine(&in_coordinates, checked));
    let slopes = parameters
        .as_slice()
        .iter()
        .enumerate()
        .map(|(k, parameter)| Slope {
            owner: Parameters::owner(&system, parameter),
            name: parameter.name,
            by_rule: in_coordinates[k] / stretch[k],
            by_differences: checked.as_ref().map(|checked| checked[k] / stretch[k]),
            in_coordinate: in_coordinates[k],
        })
        .collect();
    Ok(Gradient {
        rule: training.rule,
        slopes,
        cosine,
    })
}

/// Gradients below this are rounding: of a loss that is known to 1e-16 or so, by steps of 1e-4 or so.
const ROUNDING: f64 = 1e-12;

/// The cosine of the angle between two vectors; `None` if one of them is nothing, or both are rounding.
fn cosine(a: &[f64], b: &[f64]) -> Option<f64> {
    let dot = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p * q).sum::<f64>();
    let [of_a, of_b] = [a, b].map(|v| dot(v, v).sqrt());
    let is_told = of_a.max(of_b) > ROUNDING && of_a > 0.0 && of_b > 0.0;
    is_told.then(|| dot(a, b) / (of_a * of_b))
}

/// Draws the window with the gradient.
pub(crate) fn window_ui(
    ctx: &Context,
    gradients: &Gradients,
    selected: Option<Element>,
    is_painted: &mut bool,
    commands: &mut Vec<Command>,
) -> bool {
    let mut is_open = true;
    egui::Window::new("Gradient")
        .open(&mut is_open)
        .resizable(false)
        .collapsible(false)
        .default_width(300.0)
        .default_pos(pos2(16.0, 84.0))
        .show(ctx, |ui| {
            body_ui(ui, gradients, selected, is_painted);
            let save = egui::Button::new("Save picture or numbers…");
            if ui.add_enabled(gradients.is_known(), save).clicked() {
                commands.push(Command::AskPicture(Subject::Gradient));
            }
        });
    is_open
}

fn body_ui(ui: &mut Ui, gradients: &Gradients, selected: Option<Element>, is_painted: &mut bool) {
    let palette = Palette::current(ui);
    let dim = |text: &str| RichText::new(text).size(theme::SMALL).color(palette.dim);
    ui.checkbox(is_painted, "paint dL/dθ on the edges");
    let (gradient, is_stale) = match gradients.last() {
        None => {
            ui.label(dim("being computed …"));
            return;
        }
        Some((Err(problem), _)) => {
            ui.add(egui::Label::new(RichText::new(problem).color(palette.error)).wrap());
            return;
        }
        Some((Ok(gradient), is_stale)) => (gradient, is_stale),
    };
    let cosine = match gradient.cosine {
        Some(cosine) => format!("cosine over all parameters {cosine:.6}"),
        None if gradient.slopes.len() > MOST_CHECKED => {
            "too many parameters for the check by differences".to_owned()
        }
        None => "the gradient is zero to rounding: nothing to compare".to_owned(),
    };
    let ink = if is_stale { palette.dim } else { palette.text };
    ui.label(RichText::new(cosine).color(ink));
    let of_selected = gradient
        .slopes
        .iter()
        .filter(|slope| match (selected, slope.owner) {
            (Some(Element::Edge(key)), Owner::Edge(owner)) => key == owner,
            (Some(Element::Node(key)), Owner::Node(owner)) => key == owner,
            _ => false,
        });
    let mut is_empty = true;
    Grid::new("slopes").spacing([16.0, 4.0]).show(ui, |ui| {
        for (k, slope) in of_selected.enumerate() {
            is_empty = false;
            if k == 0 {
                for text in ["dL/dθ", rule_words(gradient.rule), "differences"] {
                    ui.label(dim(text));
                }
                ui.end_row();
            }
            let number = |x: f64| {
                RichText::new(number::significant(x, 6))
                    .font(theme::mono(theme::SMALL))
                    .color(ink)
            };
            ui.label(slope.name.replace('_', " "));
            ui.label(number(slope.by_rule));
            match slope.by_differences {
                Some(slope) => ui.label(number(slope)),
                None => ui.label(dim("not measured")),
            };
            ui.end_row();
        }
    });
    if is_empty {
        ui.label(dim("select an edge to see its slopes"));
    }
}

/// Paints the size of each edge's slopes along it, over the canvas that fills `area`.
pub(crate) fn edges_ui(ui: &Ui, area: Rect, camera: Camera, scene: &Scene, gradients: &Gradients) {
    let Some((Ok(gradient), is_stale)) = gradients.last() else {
        return;
    };
    let palette = Palette::current(ui);
    let painter = ui.painter_at(area);
    let size = |key: EdgeKey| {
        let squares = gradient
            .slopes
            .iter()
            .filter(|slope| slope.owner == Owner::Edge(key))
            .map(|slope| slope.in_coordinate * slope.in_coordinate);
        squares.sum::<f64>().sqrt()
    };
    let sizes: Vec<f64> = scene.pipes.iter().map(|pipe| size(pipe.key)).collect();
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    if largest <= 0.0 {
        return;
    }
    let strength = if is_stale { 0.25 } else { 0.55 };
    for (pipe, size) in scene.pipes.iter().zip(sizes) {
        // Widths go with the square root: an edge with a hundredth of the largest slope can still be seen.
        let width = 10.0 * (size / largest).sqrt() as f32;
        if width < 0.5 {
            continue;
        }
        let points = pipe
            .points
            .iter()
            .map(|&point| camera.screen_from_canvas(area, point))
            .collect();
        let stroke = Stroke::new(width, palette.accent.gamma_multiply(strength));
        painter.add(Shape::line(points, stroke));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::presets::preset;
    use crate::learn::objective::Objective;

    #[test]
    fn rounding_has_no_direction() {
        assert_eq!(cosine(&[3e-21, 0.0], &[0.0, 1.4e-17]), None);
        assert_eq!(cosine(&[0.0, 0.0], &[0.0, 1.0]), None);
        assert_eq!(cosine(&[0.0, 2e-3], &[0.0, 1e-17]), Some(1.0));
    }

    /// Nobody asks the thread any more once the gradient is of no interest: that must not look like work for ever.
    #[test]
    fn what_is_forgotten_is_not_being_computed() {
        let document = preset("xor").unwrap().load().unwrap().document;
        let task = document.task.unwrap();
        let system = System::new(&document.network);
        let question = Arc::new(Question {
            objective: Objective::new(&document.network, &system, &task, None).unwrap(),
            task: Arc::new(task),
            floor: None,
        });
        let mut gradients = Gradients::new(&Context::default());
        gradients.want((1, 1, 1), &document.network, &question, Training::default());
        assert!(gradients.is_busy());
        gradients.clear();
        assert!(!gradients.is_busy());
    }
}
