//! Where a parameter lies in a compiled system: looked up once for many visits, such as those of a training.

use super::System;

/// The place of a parameter. It stays valid while reservoirs and edges are the same, and the kinds of their devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    link: u32,
    /// The parameter's position in its law.
    p: u32,
    group: u32,
    /// The device's position in its group.
    place: u32,
}

impl System {
    /// The place of parameter `p` of a link.
    ///
    /// # Panics
    /// If there is no such link.
    #[must_use]
    pub fn spot(&self, link: usize, p: usize) -> Spot {
        let (group, place) = self.places[link];
        // No network has 2³² devices.
        let [link, p, group, place] =
            [link, p, group, place].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        Spot {
            link,
            p,
            group,
            place,
        }
    }

    /// As [`System::set_param`], by the parameter's place.
    ///
    /// # Panics
    /// If the place is not one of this system's.
    #[inline(always)]
    pub fn put(&mut self, spot: Spot, value: f64) {
        let [link, p, group, place] =
            [spot.link, spot.p, spot.group, spot.place].map(|at| at as usize);
        self.groups[group].params[p][place] = value;
        self.links[link].device.put_param(p, value);
    }

    /// As [`System::param`], by the parameter's place.
    ///
    /// # Panics
    /// If the place is not one of this system's.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, spot: Spot) -> f64 {
        self.groups[spot.group as usize].params[spot.p as usize][spot.place as usize]
    }
}
