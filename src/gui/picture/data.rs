//! The numbers behind a picture, in the units that are shown.

use super::Subject;
use super::sitting::{Missing, Sitting};
use crate::device::Platform;
use crate::export::csv::{Cell, Table, heading};
use crate::gui::iv::{self, Curves};
use crate::gui::traces;
use crate::gui::training;
use crate::network::{Node, NodeKey};

impl Sitting<'_> {
    /// The numbers that the picture of `subject` shows.
    ///
    /// # Errors
    /// What is missing for it.
    pub(crate) fn table(&self, subject: Subject) -> Result<Table, Missing> {
        if let Some(missing) = self.missing(subject) {
            return Err(missing);
        }
        Ok(match subject {
            Subject::Canvas => self.network_table(),
            Subject::Iv => self.curve_table().unwrap_or_default(),
            Subject::Traces => self.traces_table(),
            Subject::Loss => training::loss_table(self.coach),
            Subject::Response => training::response_table(self.network(), self.coach),
            Subject::Gradient => self.coach.gradients().table(self.network()),
        })
    }

    fn title(&self, key: NodeKey) -> &str {
        self.network().node(key).map_or("?", Node::title)
    }

    /// Reservoirs, then edges.
    fn network_table(&self) -> Table {
        let network = self.network();
        let scales = self.scales();
        let flow = self.simulation.flow();
        let largest = flow.responses.iter().map(|response| response.current.abs());
        let state = scales.state();
        let current = scales.current(largest.fold(0.0, f64::max));
        let mut table = Table::new([
            "id".to_owned(),
            "what".to_owned(),
            "from".to_owned(),
            "to".to_owned(),
            heading(
                match network.platform() {
                    Platform::Electronic => "potential",
                    Platform::Chemical => "concentration",
                },
                state.unit,
            ),
            heading("steady state", state.unit),
            heading("current", current.unit),
        ]);
        for node in network.nodes() {
            let steady = self.derived.steady_state_of(node.key());
            let now = self.simulation.state_of(node.key());
            table.push([
                node.id.as_str().into(),
                node.role.name().into(),
                Cell::Empty,
                Cell::Empty,
                now.map(|x| state.of(x)).into(),
                steady
                    .filter(|(_, is_stale)| !is_stale)
                    .map(|(x, _)| state.of(x))
                    .into(),
            ]);
        }
        for edge in network.edges() {
            let link = self.simulation.system().link(edge.key());
            let response = link.and_then(|link| flow.responses.get(link));
            table.push([
                edge.id.as_str().into(),
                edge.device.kind().name().into(),
                self.id(edge.from).into(),
                self.id(edge.to).into(),
                Cell::Empty,
                Cell::Empty,
                response.map(|response| current.of(response.current)).into(),
            ]);
        }
        table
    }

    fn id(&self, key: NodeKey) -> &str {
        self.network()
            .node(key)
            .map_or("?", |node| node.id.as_str())
    }

    fn curve_table(&self) -> Option<Table> {
        let edge = self.edge()?;
        self.with_iv(edge, 0.0, |shown| iv::table(&mut Curves::at_once(), &shown))?
    }

    fn traces_table(&self) -> Table {
        let scales = self.scales();
        let state = scales.state();
        let shown = traces::shown_traces(self.editor.document(), &self.view.selection);
        let slots: Vec<(NodeKey, usize)> = shown
            .iter()
            .filter_map(|&key| Some((key, self.simulation.system().slot(key)?)))
            .collect();
        let symbol = self.network().platform().state_symbol();
        let traces = self.simulation.traces();
        let time = scales.time(traces.back().map_or(0.0, |(t, _)| *t));
        let names = slots
            .iter()
            .map(|&(key, _)| heading(&format!("{symbol}({})", self.title(key)), state.unit));
        let mut table = Table::new(std::iter::once(heading("t", time.unit)).chain(names));
        for (t, x) in traces {
            let states = slots
                .iter()
                .map(|&(_, slot)| x.get(slot).map(|&x| state.of(x)).into());
            table.push(std::iter::once(Cell::from(time.of(*t))).chain(states));
        }
        table
    }
}
