//! The formula of a custom device: read while it is typed, its faults marked where they are, its laws checked.

use std::sync::Arc;

use eframe::egui::text::CCursor;
use eframe::egui::{
    self, Context, Id, Key, Label, RichText, Shape, Stroke, TextEdit, Ui, pos2, vec2,
};

use super::{Inspected, round_up};
use crate::device::{CustomLaw, Device, Flaw, Kind, ParamRange, ParamSpec, Platform};
use crate::document::Edit;
use crate::formula::{FormulaError, Function};
use crate::gui::command::Command;
use crate::gui::editor::Editor;
use crate::gui::theme::{self, Palette};
use crate::gui::widgets::{self, Scale};
use crate::network::{Edge, EdgeKey};

/// A law to begin with.
struct Example {
    name: &'static str,
    formula: &'static str,
    values: &'static [f64],
}

const ELECTRONIC: [Example; 4] = [
    Example {
        name: "ohmic conductor",
        formula: "g*(a - b)",
        values: &[1.0],
    },
    Example {
        name: "saturating conductor",
        formula: "g*w*tanh((a - b)/w)",
        values: &[1.0, 2.0],
    },
    Example {
        name: "Gaussian-peaked conductor",
        formula: "g*(a - b)*exp(-((a - b)/w)^2)",
        values: &[1.0, 3.0],
    },
    Example {
        name: "level between two leads",
        formula: "g*(fermi(e_0 - a) - fermi(e_0 - b))",
        values: &[1.0, 1.0],
    },
];

const CHEMICAL: [Example; 3] = [
    Example {
        name: "passive exchange",
        formula: "k*(a - b)",
        values: &[1.0],
    },
    Example {
        name: "substrate inhibition",
        formula: "v*(a - b)/(k + a + b + a^2/i)",
        values: &[1.0, 0.5, 0.5],
    },
    Example {
        name: "cooperative carrier (Hill)",
        formula: "v*(a^n - b^n)/(k^n + a^n + b^n)",
        values: &[1.0, 2.0, 1.0],
    },
];

fn examples(platform: Platform) -> &'static [Example] {
    match platform {
        Platform::Electronic => &ELECTRONIC,
        Platform::Chemical => &CHEMICAL,
    }
}

impl Example {
    fn device(&self) -> Option<Device> {
        let law = Arc::new(CustomLaw::new(self.formula).ok()?);
        let mut device = Device::custom(&law);
        for (p, &value) in self.values.iter().enumerate() {
            device.set_param(p, value).ok()?;
        }
        Some(device)
    }
}

/// A text that cannot be read, and the formula that is in force instead.
#[derive(Clone, Default)]
struct Broken {
    text: String,
    in_force: String,
}

/// Where the text that cannot be read is kept.
fn broken_id(key: EdgeKey) -> Id {
    Id::unique(("broken formula", key))
}

fn field_id(key: EdgeKey) -> Id {
    Id::unique(("formula", key))
}

/// The edge whose formula is being typed.
fn typed_id() -> Id {
    Id::unique("formula that is typed")
}

/// Ends the typing of a formula whose field has lost the keyboard, wherever that went: one step of undo.
pub(crate) fn end_typing(ctx: &Context, editor: &Editor, commands: &mut Vec<Command>) {
    let typed: Option<Option<EdgeKey>> = ctx.data(|data| data.get_temp(typed_id()));
    let Some(key) = typed
        .flatten()
        .filter(|key| !ctx.memory(|memory| memory.has_focus(field_id(*key))))
    else {
        return;
    };
    ctx.data_mut(|data| data.remove_temp::<Option<EdgeKey>>(typed_id()));
    if editor.is_dragging() {
        let title = editor.network().edge(key).map_or("an edge", Edge::title);
        commands.push(Command::End(format!("formula of {title}")));
    }
}

/// A device that follows `law`, with the values that parameters of the same names have, or had before the typing.
fn following(law: &Arc<CustomLaw>, now: &Device, before: Option<&Device>) -> Device {
    let mut device = Device::custom(law);
    for (p, spec) in law.specs().iter().enumerate() {
        let known = now.param(spec.name).or_else(|| before?.param(spec.name));
        if let Some(value) = known {
            // A value that this name may not have keeps its default.
            let _ = device.set_param(p, value);
        }
    }
    device
}

/// What is wrong with a text as the law of a device on `platform`.
fn read(text: &str, platform: Platform) -> Result<Arc<CustomLaw>, FormulaError> {
    let law = CustomLaw::new(text)?;
    let constant = law.specs().iter().position(|spec| spec.name == "k_eq");
    if let (Platform::Electronic, Some(p)) = (platform, constant) {
        let start = law.first_named(p);
        return Err(FormulaError::new(
            start..start + "k_eq".len(),
            "k_eq is the equilibrium constant of a reaction, and this network is electronic",
            "choose another name",
        ));
    }
    Ok(Arc::new(law))
}

/// The field of the formula, its faults, and what is known of the law.
pub(super) fn formula_ui(
    ui: &mut Ui,
    shown: &Inspected<'_>,
    edge: &Edge,
    commands: &mut Vec<Command>,
) {
    let Some(device) = shown
        .editor
        .network()
        .edge(edge.key())
        .map(|edge| &edge.device)
    else {
        return;
    };
    let Some(law) = device.formula() else {
        return;
    };
    let key = edge.key();
    let palette = Palette::current(ui);
    let kept: Option<Broken> = ui.data(|data| data.get_temp(broken_id(key)));
    // A formula that has changed by other means than typing is what counts.
    let kept = kept.filter(|broken| broken.in_force == law.text());
    let mut text = kept
        .as_ref()
        .map_or_else(|| law.text().to_owned(), |broken| broken.text.clone());
    ui.horizontal(|ui| {
        ui.label(
            RichText::new("I(a, b) =")
                .font(theme::mono(theme::BODY))
                .color(palette.dim),
        )
        .on_hover_text(help(shown.network.platform()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            examples_ui(ui, shown, edge, commands);
        });
    });
    let output = TextEdit::multiline(&mut text)
        .id(field_id(key))
        .font(theme::mono(theme::BODY))
        .desired_rows(2)
        .desired_width(f32::INFINITY)
        .return_key(None::<egui::KeyboardShortcut>)
        .show(ui);
    let response = &output.response.response;
    let response = response.clone().accessible_name("formula");
    let platform = shown.network.platform();
    if response.changed() {
        if let Ok(law) = read(&text, platform) {
            ui.data_mut(|data| data.remove_temp::<Broken>(broken_id(key)));
            ui.data_mut(|data| data.insert_temp(typed_id(), Some(key)));
            let before = shown.editor.base().edge(key).map(|edge| &edge.device);
            let device = following(&law, device, before);
            commands.push(Command::Live(Edit::SetDevice(key, device)));
        } else {
            let broken = Broken {
                text: text.clone(),
                in_force: law.text().to_owned(),
            };
            ui.data_mut(|data| data.insert_temp(broken_id(key), broken));
        }
    }
    if response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter)) {
        ui.memory_mut(|memory| memory.surrender_focus(field_id(key)));
    }
    if response.lost_focus() && ui.input(|i| i.key_pressed(Key::Escape)) {
        ui.data_mut(|data| {
            data.remove_temp::<Broken>(broken_id(key));
            data.remove_temp::<Option<EdgeKey>>(typed_id());
        });
        if shown.editor.is_dragging() {
            commands.push(Command::Abandon);
        }
        return;
    }
    if let Err(error) = read(&text, platform) {
        mark(ui, &output, &error.at, palette);
        fault_ui(ui, &error, law, key);
    } else {
        checks_ui(ui, shown, key);
    }
}

/// The shortest mark: it is seen where no character is at fault but a missing one.
const LEAST: f32 = 8.0;

/// A wavy line under the characters at fault.
fn mark(
    ui: &Ui,
    output: &egui::text_edit::TextEditOutput,
    at: &std::ops::Range<usize>,
    palette: &Palette,
) {
    let [start, end] = [at.start, at.end].map(|index| {
        let rect = output.galley.pos_from_cursor(CCursor::new(index));
        rect.translate(output.galley_pos.to_vec2())
    });
    // A fault that goes on over the end of a line is marked as far as the line goes.
    let right = if (start.bottom() - end.bottom()).abs() < 1.0 {
        end.left().max(start.left() + LEAST)
    } else {
        output.text_clip_rect.right()
    };
    let base = start.bottom() + 1.0;
    let points = (0_u16..2_000)
        .map(|k| {
            pos2(
                start.left() + 2.0 * f32::from(k),
                base + if k % 2 == 0 { 0.0 } else { 2.0 },
            )
        })
        .take_while(|point| point.x <= right)
        .collect();
    ui.painter()
        .add(Shape::line(points, Stroke::new(1.5, palette.error)));
}

/// What is wrong, what to do, and the way back.
fn fault_ui(ui: &mut Ui, error: &FormulaError, in_force: &CustomLaw, key: EdgeKey) {
    let palette = Palette::current(ui);
    let words = format!("{}: {}.", error.located(), error.remedy);
    ui.add(Label::new(RichText::new(words).color(palette.error)).wrap());
    ui.horizontal_wrapped(|ui| {
        let words = format!("In force: {}", in_force.text());
        ui.label(
            RichText::new(words)
                .font(theme::mono(theme::SMALL))
                .color(palette.dim),
        );
        let back = ui
            .small_button("Go back to it")
            .on_hover_text("Take the text back to the last formula that could be read");
        if back.clicked() {
            ui.data_mut(|data| data.remove_temp::<Broken>(broken_id(key)));
        }
    });
}

/// Badges: at rest without a force, along its force, free of NDC where that counts.
fn checks_ui(ui: &mut Ui, shown: &Inspected<'_>, key: EdgeKey) {
    let palette = Palette::current(ui);
    let Some((certified, is_stale)) = shown.derived.certified() else {
        return;
    };
    let Some(link) = certified.links.iter().position(|&link| link == key) else {
        return;
    };
    let flaws: Vec<Flaw> = certified
        .flaws
        .iter()
        .filter(|flawed| flawed.link == link)
        .map(|flawed| flawed.flaw)
        .collect();
    let of = |wanted: fn(&Flaw) -> bool| flaws.iter().find(|flaw| wanted(flaw)).copied();
    let faded = |color: egui::Color32| {
        if is_stale {
            color.gamma_multiply(0.5)
        } else {
            color
        }
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        for (flaw, kept, why) in [
            (
                of(|flaw| matches!(flaw, Flaw::Unrest { .. })),
                "I = 0 at rest",
                "No current flows where no force drives one, at all points looked at over the network's range",
            ),
            (
                of(|flaw| matches!(flaw, Flaw::Uphill { .. })),
                "I·A ≥ 0",
                "The current follows its force, at all points looked at over the network's range",
            ),
        ] {
            let (text, color, tip) = match flaw {
                Some(flaw) => (flaw.title(), palette.error, sentence(flaw)),
                None => (kept, palette.ok, format!("{why}.")),
            };
            widgets::badge_ui(ui, text, text, faded(color)).on_hover_text(tip);
        }
        if let Some(flaw) = of(|flaw| matches!(flaw, Flaw::Undefined { .. })) {
            widgets::badge_ui(ui, flaw.title(), flaw.title(), faded(palette.error))
                .on_hover_text(sentence(flaw));
        }
        let culprits = certified.certificates.monotone.culprits.iter();
        let own: Vec<_> = culprits.filter(|culprit| culprit.link == link).collect();
        let (text, color, tip) = if own.iter().any(|culprit| culprit.witness.is_some()) {
            ("NDC", palette.ndc, "Its slope turns negative somewhere in the network's range.")
        } else if own.is_empty() {
            ("no NDC", palette.ok, "Proved: its slope is negative nowhere in the network's range, where that counts.")
        } else {
            ("NDC?", palette.dim, "Whether its slope turns negative could be neither proved nor ruled out; flat stretches prove nothing.")
        };
        widgets::badge_ui(ui, text, &format!("{text} of the formula"), faded(color)).on_hover_text(tip);
    });
    // What is wrong stands there in words, not only for whoever hovers.
    for flaw in flaws {
        let words = RichText::new(sentence(flaw))
            .size(theme::SMALL)
            .color(faded(palette.error));
        ui.add(Label::new(words).wrap());
    }
}

fn sentence(flaw: Flaw) -> String {
    let mut words = flaw.to_string();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{words}.")
}

fn examples_ui(ui: &mut Ui, shown: &Inspected<'_>, edge: &Edge, commands: &mut Vec<Command>) {
    ui.menu_button("Examples", |ui| {
        for example in examples(shown.network.platform()) {
            if ui
                .button(example.name)
                .on_hover_text(example.formula)
                .clicked()
            {
                let name = format!("formula of {}", edge.title());
                let edits = example
                    .device()
                    .map(|device| Edit::SetDevice(edge.key(), device));
                commands.push(Command::DoneAll(name, edits.into_iter().collect()));
                ui.close();
            }
        }
    })
    .response
    .on_hover_text("Laws to begin with");
}

/// What may stand in a formula.
fn help(platform: Platform) -> String {
    let states = match platform {
        Platform::Electronic => "a and b are the potentials at the two ends, in k_BT",
        Platform::Chemical => {
            "a and b are the concentrations at the two ends, in mM; k_eq is the equilibrium constant"
        }
    };
    let functions: Vec<&str> = Function::ALL.into_iter().map(Function::name).collect();
    format!(
        "The current from a to b. {states}. Every other name is a parameter.\nNumbers, + - * / ^, parentheses, pi, e, {}, min, max.",
        functions.join(", ")
    )
}

/// The slider of a made-up parameter: round ends around the value that it had before the drag.
pub(super) fn slider(shown: &Inspected<'_>, key: EdgeKey, spec: &ParamSpec) -> Option<Scale> {
    let device = &shown.editor.base().edge(key)?.device;
    if device.kind() != Kind::Custom || spec.range != ParamRange::Real {
        return None;
    }
    let value = device.param(spec.name).unwrap_or(spec.default).abs();
    let reach = if value > 0.0 {
        round_up(2.0 * value)
    } else {
        1.0
    };
    reach.is_normal().then(|| Scale::linear(-reach, reach))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Interval;

    #[test]
    fn examples_are_laws_without_flaws() {
        for platform in [Platform::Electronic, Platform::Chemical] {
            let range = match platform {
                Platform::Electronic => Interval::new(-6.0, 6.0),
                Platform::Chemical => Interval::new(0.01, 5.0),
            };
            for example in examples(platform) {
                let device = example.device().unwrap();
                assert_eq!(
                    device.params().len(),
                    example.values.len(),
                    "{}",
                    example.name
                );
                assert!(
                    device.flaws(platform, range, range).is_empty(),
                    "{}",
                    example.name
                );
            }
        }
    }

    #[test]
    fn values_follow_their_names() {
        let law = |text: &str| Arc::new(CustomLaw::new(text).unwrap());
        let mut before = Device::custom(&law("g*(a-b)*w"));
        before.set_param(0, 0.3).unwrap();
        before.set_param(1, 7.0).unwrap();
        let half = following(&law("g*(a-b)"), &before, Some(&before));
        let again = following(&law("w*g*(a-b)/u"), &half, Some(&before));
        let values = ["w", "g", "u"].map(|name| again.param(name).unwrap());
        assert_eq!(values.map(f64::to_bits), [7.0, 0.3, 1.0].map(f64::to_bits));
    }
}
