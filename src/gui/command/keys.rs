//! The key of each action.

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use super::Action;

impl Action {
    /// The key that does it.
    pub(crate) fn shortcut(self) -> KeyboardShortcut {
        let plain = |key| KeyboardShortcut::new(Modifiers::NONE, key);
        let command = |key| KeyboardShortcut::new(Modifiers::COMMAND, key);
        let shifted = |key| KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key);
        match self {
            Self::New => command(Key::N),
            Self::NewChemical => shifted(Key::N),
            Self::Open => command(Key::O),
            Self::Save => command(Key::S),
            Self::SaveAs => shifted(Key::S),
            Self::ExportPicture => command(Key::P),
            Self::CopyPicture => shifted(Key::C),
            Self::BringBack => shifted(Key::B),
            Self::StartFresh => shifted(Key::F),
            Self::Undo => command(Key::Z),
            Self::Redo => shifted(Key::Z),
            Self::Cut => command(Key::X),
            Self::Copy => command(Key::C),
            Self::CopyText => command(Key::T),
            Self::Paste => command(Key::V),
            Self::Duplicate => command(Key::D),
            Self::Delete => plain(Key::Delete),
            Self::SelectAll => command(Key::A),
            Self::Deselect => plain(Key::Escape),
            Self::Find => plain(Key::Slash),
            Self::NewHidden => plain(Key::H),
            Self::NewInput => plain(Key::X),
            Self::NewBias => plain(Key::U),
            Self::NewOutput => plain(Key::Y),
            Self::NewNote => plain(Key::M),
            Self::StartEdge => plain(Key::E),
            Self::Reverse => plain(Key::W),
            Self::ConnectAll => command(Key::E),
            Self::ConnectChain => shifted(Key::E),
            Self::ConnectRail => command(Key::R),
            Self::Layered => command(Key::I),
            Self::Device(1) => plain(Key::Num1),
            Self::Device(2) => plain(Key::Num2),
            Self::Device(3) => plain(Key::Num3),
            Self::Device(4) => plain(Key::Num4),
            Self::Device(5) => plain(Key::Num5),
            Self::Device(6) => plain(Key::Num6),
            Self::Device(_) => plain(Key::Num7),
            Self::Tidy => command(Key::L),
            Self::Fit => plain(Key::F),
            Self::ZoomReset => plain(Key::Num0),
            Self::Values => plain(Key::V),
            Self::LinearFlow => plain(Key::J),
            Self::Units => plain(Key::Q),
            Self::Larger => command(Key::Plus),
            Self::Smaller => command(Key::Minus),
            Self::UsualSize => command(Key::Num0),
            Self::ReducedMotion => plain(Key::A),
            Self::HighContrast => shifted(Key::H),
            Self::Snap => command(Key::G),
            Self::Inspector => plain(Key::I),
            Self::Traces => plain(Key::T),
            Self::Theme => plain(Key::L),
            Self::PlayPause => plain(Key::Space),
            Self::Step => plain(Key::Period),
            Self::ResetState => plain(Key::R),
            Self::JumpToSteady => plain(Key::End),
            Self::Training => plain(Key::P),
            Self::Train => plain(Key::G),
            Self::TrainStep => plain(Key::Comma),
            Self::Rewind => plain(Key::B),
            Self::NewSeed => plain(Key::N),
            Self::Compare => plain(Key::C),
            Self::Task => plain(Key::K),
            Self::Gradient => plain(Key::D),
            Self::Keys => plain(Key::Questionmark),
            Self::About => plain(Key::F1),
        }
    }

    /// The key as people write it.
    pub(crate) fn key_text(self) -> String {
        let KeyboardShortcut {
            modifiers,
            logical_key,
        } = self.shortcut();
        let mut text = String::new();
        if modifiers.command {
            text.push_str(if cfg!(target_os = "macos") {
                "Cmd+"
            } else {
                "Ctrl+"
            });
        }
        if modifiers.shift {
            text.push_str("Shift+");
        }
        text.push_str(match logical_key {
            Key::Period => ".",
            Key::Comma => ",",
            Key::Questionmark => "?",
            Key::Slash => "/",
            Key::Escape => "Esc",
            Key::Plus => "+",
            Key::Minus => "−",
            key => key.name(),
        });
        text
    }

    /// The tip for a tooltip: it ends with the key.
    pub(crate) fn tooltip(self) -> String {
        format!("{}  ({})", self.tip(), self.key_text())
    }
}

#[cfg(test)]
mod tests {
    use super::Action;
    use crate::gui::command::Menu;

    #[test]
    fn no_two_actions_share_a_key() {
        for (k, a) in Action::ALL.iter().enumerate() {
            for b in &Action::ALL[k + 1..] {
                assert_ne!(a.shortcut(), b.shortcut(), "{a:?} and {b:?}");
            }
            assert!(a.tooltip().ends_with(')'));
        }
    }

    #[test]
    fn every_action_is_in_a_menu() {
        for menu in Menu::ALL {
            assert!(Action::ALL.iter().any(|action| action.menu() == menu));
        }
    }
}
