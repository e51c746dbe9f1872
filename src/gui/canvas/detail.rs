//! How much is drawn of a network: the more there is in view, the less of each thing, so that the picture can be read
//! and a frame stays short.

/// Up to so many pipes in view are drawn whole.
const MOST_WHOLE: usize = 400;

/// Up to so many keep their dots.
const MOST_WITH_DOTS: usize = 1500;

/// Up to so many are drawn at all before they are bundled: more cost a frame, whatever their length.
const MOST_LINES: usize = 12_000;

/// Pipes that would cover the canvas more often than this are bundled: what is left of single ones is grey.
const MOST_LAYERS: f32 = 2.5;

/// Below this magnification there is no room for glyphs, …
const LEAST_ZOOM_WHOLE: f32 = 0.25;

/// … and below this one none for dots.
const LEAST_ZOOM_WITH_DOTS: f32 = 0.08;

/// What is drawn of the pipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    /// Curves, dots, arrows, glyphs.
    Whole,
    /// Curves and dots.
    Dots,
    /// Curves alone.
    Lines,
    /// What runs between the same parts of the canvas as one.
    Bundles,
}

impl Detail {
    /// The detail for so many pipes in view, which cover the canvas so many times.
    pub(super) fn of(pipes: usize, layers: f32, zoom: f32) -> Self {
        if pipes <= MOST_WHOLE && zoom >= LEAST_ZOOM_WHOLE {
            Self::Whole
        } else if pipes <= MOST_WITH_DOTS && zoom >= LEAST_ZOOM_WITH_DOTS {
            Self::Dots
        } else if pipes <= MOST_WITH_DOTS || (pipes <= MOST_LINES && layers <= MOST_LAYERS) {
            Self::Lines
        } else {
            Self::Bundles
        }
    }
}

/// Tanks lower than this are plain boxes: marks and rounded corners could not be told, …
const LEAST_WHOLE_TANK: f32 = 15.0;

/// … and so are those of a crowd, which would cost a frame.
const MOST_WHOLE_TANKS: usize = 400;

/// Whether so many tanks of this height in view are drawn as plain boxes.
pub(super) fn are_tanks_plain(count: usize, height: f32) -> bool {
    height < LEAST_WHOLE_TANK || count > MOST_WHOLE_TANKS
}

/// So many tanks in view have a name beside them; in a crowd only what is selected has.
pub(super) const MOST_NAMED_TANKS: usize = 150;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detail_is_lost_step_by_step() {
        assert_eq!(Detail::of(400, 9.0, 1.0), Detail::Whole);
        assert_eq!(Detail::of(401, 9.0, 1.0), Detail::Dots);
        assert_eq!(
            Detail::of(40, 0.1, 0.2),
            Detail::Dots,
            "too small for glyphs"
        );
        assert_eq!(Detail::of(40, 0.1, 0.05), Detail::Lines);
        assert_eq!(Detail::of(1500, 9.0, 1.0), Detail::Dots);
        assert_eq!(Detail::of(1501, 1.0, 1.0), Detail::Lines);
        assert_eq!(
            Detail::of(10_000, 2.0, 0.1),
            Detail::Lines,
            "many short ones"
        );
        assert_eq!(
            Detail::of(10_000, 3.0, 0.1),
            Detail::Bundles,
            "they hide one another"
        );
        assert_eq!(Detail::of(12_001, 0.5, 0.1), Detail::Bundles);
    }

    #[test]
    fn more_in_view_is_never_drawn_in_more_detail() {
        for zoom in [0.05, 0.2, 1.0] {
            for layers in [0.5, 5.0] {
                let levels: Vec<Detail> = (0..15_000)
                    .step_by(50)
                    .map(|pipes| Detail::of(pipes, layers, zoom))
                    .collect();
                assert!(levels.windows(2).all(|pair| pair[0] <= pair[1]));
            }
        }
    }

    #[test]
    fn tanks_are_plain_when_small_or_many() {
        assert!(!are_tanks_plain(400, 15.0));
        assert!(are_tanks_plain(1, 14.0) && are_tanks_plain(401, 56.0));
    }
}
