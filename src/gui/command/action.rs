//! The actions: what each is called, what it does, and which menu lists it.

use super::Menu;

/// Something that can be done at the press of a key or from a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// An empty network of dots and other electronics.
    New,
    /// An empty network of enzymes and other chemistry.
    NewChemical,
    /// Shows the dialog that opens a file.
    Open,
    /// Saves under the name the document has.
    Save,
    /// Shows the dialog that saves under another name.
    SaveAs,
    /// Shows the dialog that saves a picture or its numbers.
    ExportPicture,
    /// Puts a picture of the network on the clipboard.
    CopyPicture,
    /// Swaps the document with the unsaved one that it took the place of.
    BringBack,
    /// What a start with nothing left unsaved shows.
    StartFresh,
    /// Takes the last change back.
    Undo,
    /// Makes it again.
    Redo,
    /// Puts the selection on the clipboard and deletes it.
    Cut,
    /// Puts the selection on the clipboard, as text.
    Copy,
    /// Puts the whole network on the clipboard, as a short line.
    CopyText,
    /// Adds what is on the clipboard.
    Paste,
    /// Adds the selection once more.
    Duplicate,
    /// Deletes the selection.
    Delete,
    /// Selects everything.
    SelectAll,
    /// Selects nothing.
    Deselect,
    /// Anything by its name.
    Find,
    /// A new hidden reservoir.
    NewHidden,
    /// A new input.
    NewInput,
    /// A new bias rail.
    NewBias,
    /// A new output.
    NewOutput,
    /// A new note.
    NewNote,
    /// Starts an edge at the selected reservoir.
    StartEdge,
    /// Swaps the ends of the selected edges.
    Reverse,
    /// Joins each of the selected reservoirs with each.
    ConnectAll,
    /// Joins the selected reservoirs one after the other.
    ConnectChain,
    /// Joins the selected reservoirs with a rail.
    ConnectRail,
    /// The panel that makes layered networks.
    Layered,
    /// Chooses the law with this number among those of the platform.
    Device(u8),
    /// Arranges the reservoirs.
    Tidy,
    /// Shows the whole network.
    Fit,
    /// Magnification 100 %.
    ZoomReset,
    /// Numbers on the canvas.
    Values,
    /// Flow in proportion to the current.
    LinearFlow,
    /// Physical units, or the model's own.
    Units,
    /// Reservoirs stand on a grid.
    Snap,
    /// Everything larger: for a projector.
    Larger,
    /// Everything smaller.
    Smaller,
    /// Everything at its usual size.
    UsualSize,
    /// Arrows for moving dots.
    ReducedMotion,
    /// Inks and grounds as far apart as can be.
    HighContrast,
    /// The panel on the right.
    Inspector,
    /// The panel with x(t).
    Traces,
    /// Dark or light.
    Theme,
    /// Lets time pass, or holds it.
    PlayPause,
    /// A tenth of a second, then holds.
    Step,
    /// Every reservoir back to its initial state.
    ResetState,
    /// Straight to the steady state.
    JumpToSteady,
    /// The panel with loss and response.
    Training,
    /// Lets a training run, or holds it and keeps its best.
    Train,
    /// One update.
    TrainStep,
    /// Back to the first parameters of the seed.
    Rewind,
    /// The first parameters of another seed.
    NewSeed,
    /// With and without NDC.
    Compare,
    /// The window with gates, functions and data.
    Task,
    /// The window with the gradient.
    Gradient,
    /// All keys on a sheet.
    Keys,
    /// What the program is and rests on.
    About,
}

impl Action {
    /// All actions, in the order menus and the key sheet list them.
    pub(crate) const ALL: [Self; 67] = [
        Self::New,
        Self::NewChemical,
        Self::Open,
        Self::Save,
        Self::SaveAs,
        Self::ExportPicture,
        Self::CopyPicture,
        Self::BringBack,
        Self::StartFresh,
        Self::Undo,
        Self::Redo,
        Self::Cut,
        Self::Copy,
        Self::CopyText,
        Self::Paste,
        Self::Duplicate,
        Self::Delete,
        Self::SelectAll,
        Self::Deselect,
        Self::Find,
        Self::NewHidden,
        Self::NewInput,
        Self::NewBias,
        Self::NewOutput,
        Self::NewNote,
        Self::StartEdge,
        Self::Reverse,
        Self::ConnectAll,
        Self::ConnectChain,
        Self::ConnectRail,
        Self::Layered,
        Self::Device(1),
        Self::Device(2),
        Self::Device(3),
        Self::Device(4),
        Self::Device(5),
        Self::Device(6),
        Self::Device(7),
        Self::Tidy,
        Self::Fit,
        Self::ZoomReset,
        Self::Values,
        Self::LinearFlow,
        Self::Units,
        Self::Snap,
        Self::Larger,
        Self::Smaller,
        Self::UsualSize,
        Self::ReducedMotion,
        Self::HighContrast,
        Self::Inspector,
        Self::Traces,
        Self::Theme,
        Self::PlayPause,
        Self::Step,
        Self::ResetState,
        Self::JumpToSteady,
        Self::Training,
        Self::Train,
        Self::TrainStep,
        Self::Rewind,
        Self::NewSeed,
        Self::Compare,
        Self::Task,
        Self::Gradient,
        Self::Keys,
        Self::About,
    ];

    /// The menu that lists it.
    pub(crate) fn menu(self) -> Menu {
        match self {
            Self::New
            | Self::NewChemical
            | Self::Open
            | Self::Save
            | Self::SaveAs
            | Self::ExportPicture
            | Self::CopyPicture
            | Self::BringBack
            | Self::StartFresh => Menu::File,
            Self::Undo
            | Self::Redo
            | Self::Cut
            | Self::Copy
            | Self::CopyText
            | Self::Paste
            | Self::Duplicate
            | Self::Delete
            | Self::SelectAll
            | Self::Deselect
            | Self::Find => Menu::Edit,
            Self::NewHidden
            | Self::NewInput
            | Self::NewBias
            | Self::NewOutput
            | Self::NewNote
            | Self::StartEdge
            | Self::Reverse
            | Self::ConnectAll
            | Self::ConnectChain
            | Self::ConnectRail
            | Self::Layered
            | Self::Device(_)
            | Self::Tidy => Menu::Build,
            Self::Fit
            | Self::ZoomReset
            | Self::Values
            | Self::LinearFlow
            | Self::Units
            | Self::Snap
            | Self::Larger
            | Self::Smaller
            | Self::UsualSize
            | Self::ReducedMotion
            | Self::HighContrast
            | Self::Inspector
            | Self::Traces
            | Self::Training
            | Self::Theme => Menu::View,
            Self::PlayPause | Self::Step | Self::ResetState | Self::JumpToSteady => Menu::Time,
            Self::Train
            | Self::TrainStep
            | Self::Rewind
            | Self::NewSeed
            | Self::Compare
            | Self::Task
            | Self::Gradient => Menu::Train,
            Self::Keys | Self::About => Menu::Help,
        }
    }

    /// The words on a menu or button.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::NewChemical => "New, chemical",
            Self::Open => "Open…",
            Self::Save => "Save",
            Self::SaveAs => "Save as…",
            Self::ExportPicture => "Export picture…",
            Self::CopyPicture => "Copy picture",
            Self::BringBack => "Bring back",
            Self::StartFresh => "Start fresh",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::Cut => "Cut",
            Self::Copy => "Copy",
            Self::CopyText => "Copy all as text",
            Self::Paste => "Paste",
            Self::Duplicate => "Duplicate",
            Self::Delete => "Delete",
            Self::SelectAll => "Select all",
            Self::Deselect => "Deselect",
            Self::Find => "Find…",
            Self::NewHidden => "New reservoir",
            Self::NewInput => "New input",
            Self::NewBias => "New bias rail",
            Self::NewOutput => "New output",
            Self::NewNote => "New note",
            Self::StartEdge => "Start edge…",
            Self::Reverse => "Reverse direction",
            Self::ConnectAll => "Join each with each",
            Self::ConnectChain => "Join in a chain",
            Self::ConnectRail => "Join with a rail",
            Self::Layered => "Layered network…",
            Self::Device(1) => "First device",
            Self::Device(2) => "Second device",
            Self::Device(3) => "Third device",
            Self::Device(4) => "Fourth device",
            Self::Device(5) => "Fifth device",
            Self::Device(6) => "Sixth device",
            Self::Device(_) => "Seventh device",
            Self::Tidy => "Tidy layout",
            Self::Fit => "Fit to view",
            Self::ZoomReset => "Zoom to 100 %",
            Self::Values => "Values on canvas",
            Self::LinearFlow => "Flow to linear scale",
            Self::Units => "Physical units",
            Self::Snap => "Snap to grid",
            Self::Larger => "Everything larger",
            Self::Smaller => "Everything smaller",
            Self::UsualSize => "Usual size",
            Self::ReducedMotion => "Reduced motion",
            Self::HighContrast => "High contrast",
            Self::Inspector => "Inspector",
            Self::Traces => "Time plot",
            Self::Theme => "Light or dark",
            Self::PlayPause => "Play or pause",
            Self::Step => "Step",
            Self::ResetState => "Reset state",
            Self::JumpToSteady => "Jump to steady state",
            Self::Training => "Training panel",
            Self::Train => "Train, or stop",
            Self::TrainStep => "One training step",
            Self::Rewind => "Rewind training",
            Self::NewSeed => "New seed",
            Self::Compare => "Compare with and without NDC",
            Self::Task => "Task…",
            Self::Gradient => "Gradient",
            Self::Keys => "Keyboard keys",
            Self::About => "About thermonet",
        }
    }

    /// One sentence: what it does.
    pub(crate) fn tip(self) -> &'static str {
        match self {
            Self::New => "Begin an empty network of electronic devices",
            Self::NewChemical => "Begin an empty network of chemical devices",
            Self::Open => "Open a network from a file",
            Self::Save => "Save the network to its file",
            Self::SaveAs => "Save the network under another name",
            Self::ExportPicture => "Save a picture of the network or a plot, or its numbers",
            Self::CopyPicture => "Put a picture of the network on the clipboard",
            Self::BringBack => "Go back to the unsaved network that this one took the place of",
            Self::StartFresh => "Open what the window begins with; unsaved work is kept",
            Self::Undo => "Take the last change back; the run goes on",
            Self::Redo => "Make the change again that was taken back",
            Self::Deselect => "Select nothing, or give up a drag",
            Self::Cut => "Copy the selection and delete it",
            Self::Copy => "Copy the selection as text, to be pasted here or in another window",
            Self::CopyText => {
                "Copy the whole network as a short line of text; Paste opens it again"
            }
            Self::Paste => {
                "Add the copied reservoirs and edges at the pointer, or open a copied network"
            }
            Self::Duplicate => "Add the selection once more, beside itself",
            Self::Delete => "Delete the selection; Undo brings it back",
            Self::SelectAll => "Select every reservoir, edge and note",
            Self::Find => "Find any command, preset, reservoir, edge or note by its name",
            Self::NewHidden => "Add a reservoir at the pointer; a double click does the same",
            Self::NewInput => "Add an input at the pointer: a reservoir held at its value",
            Self::NewBias => "Add a bias rail at the pointer: a reservoir held at its value",
            Self::NewOutput => "Add an output at the pointer: a reservoir whose state is read",
            Self::NewNote => "Write on the canvas at the pointer",
            Self::StartEdge => {
                "Start an edge at the selected reservoir; a click on another one ends it"
            }
            Self::Reverse => "Swap the ends of the selected edges",
            Self::ConnectAll => "Join each of the selected reservoirs with each of the others",
            Self::ConnectChain => {
                "Join the selected reservoirs one after the other, from left to right"
            }
            Self::ConnectRail => {
                "Join the selected reservoirs with the rail among them, or with a new one"
            }
            Self::Layered => "Insert inputs, hidden layers, outputs and rails, made to measure",
            Self::Device(_) => "Use this device for the next edge; selected edges become one",
            Self::Tidy => "Arrange the reservoirs in layers, by their distance from the inputs",
            Self::Fit => "Show the whole network",
            Self::ZoomReset => "Show the network at its natural size",
            Self::Values => "Show currents and states on the canvas",
            Self::Units => {
                "Show potentials in meV and currents in amperes, for a temperature and a reference rate; nothing else changes"
            }
            Self::LinearFlow => {
                "Draw flow in proportion to the current, or compressed, so that small flows show, too"
            }
            Self::Larger => "Show everything larger, for a projector: 125, 150 or 200 %",
            Self::Smaller => "Show everything smaller again",
            Self::UsualSize => "Show everything at its usual size",
            Self::HighContrast => "Show text and lines at high contrast, light or dark",
            Self::ReducedMotion => "Show arrows in place of moving dots, and let no inputs flip",
            Self::Snap => "Let reservoirs and notes snap to a grid when they are moved",
            Self::Inspector => "Show or hide the panel on the right",
            Self::Traces => "Show or hide the states over time",
            Self::Theme => "Switch between light and dark",
            Self::PlayPause => "Let time pass, or hold it",
            Self::Step => "Let a tenth of a second pass, then hold",
            Self::ResetState => "Put every reservoir back to its initial state",
            Self::JumpToSteady => "Put the reservoirs where the motion from the initial state ends",
            Self::Training => "Show or hide loss and response",
            Self::Train => "Train the network beside the window, or stop and keep the best so far",
            Self::TrainStep => "Take one training step",
            Self::Rewind => {
                "Go back to the first parameters of this seed; training from there repeats the run"
            }
            Self::NewSeed => "Draw first parameters from the next seed",
            Self::Compare => {
                "Train this network with and without NDC, from the same seed, side by side"
            }
            Self::Task => {
                "Choose what the network is asked to compute: a gate, a function, a data file"
            }
            Self::Gradient => "Check the gradient of the loss, and paint it on the edges",
            Self::Keys => "Show all keys",
            Self::About => "What this program is, and what it rests on",
        }
    }
}
