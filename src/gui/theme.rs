//! Colours, faces and sizes: the look in one place, light and dark.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin,
    Stroke, TextStyle, Theme, Vec2, Visuals,
};

/// The size of secondary text: units, axis numbers, hints.
pub(super) const SMALL: f32 = 12.0;
/// The size of ordinary text.
pub(super) const BODY: f32 = 13.0;
/// The size of headings.
pub(super) const HEADING: f32 = 15.0;
/// One step of the grid everything is laid out on.
pub(super) const STEP: f32 = 8.0;

/// The roles colours play; each theme fills them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Palette {
    /// Behind the canvas and inside plots.
    pub background: Color32,
    /// Panels and menus.
    pub panel: Color32,
    /// Buttons, fields and other raised things.
    pub raised: Color32,
    /// Rules, frames, grids.
    pub line: Color32,
    /// Ordinary text and the strongest lines.
    pub text: Color32,
    /// Secondary text.
    pub dim: Color32,
    /// Below zero, as text or line.
    pub negative: Color32,
    /// Above zero, as text or line.
    pub positive: Color32,
    /// Fill of the most negative state, of zero, and of the most positive one.
    pub states: [Color32; 3],
    /// Negative differential conductance, and nothing else, as text or line.
    pub ndc: Color32,
    /// The same as a tint over the background.
    pub ndc_tint: Color32,
    /// Settled, steady, fine.
    pub ok: Color32,
    /// What went wrong.
    pub error: Color32,
    /// The one thing to press, and what is selected.
    pub accent: Color32,
    /// Text on the accent colour.
    pub on_accent: Color32,
    /// A pipe without flow, and with the strongest.
    pub pipes: [Color32; 2],
    /// The dots that flow.
    pub dot: Color32,
    /// Lines that stand for reservoirs: hues that mean neither a sign nor NDC.
    pub traces: [Color32; 8],
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

const DARK: Palette = Palette {
    background: rgb(0x0f_13_19),
    panel: rgb(0x17_1c_24),
    raised: rgb(0x22_29_34),
    line: rgb(0x2a_31_3d),
    text: rgb(0xdf_e5_ee),
    dim: rgb(0x8d_98_a9),
    negative: rgb(0x5a_a9_ff),
    positive: rgb(0xff_9f_5a),
    states: [rgb(0x3f_95_f5), rgb(0xe9_ee_f5), rgb(0xff_8f_42)],
    ndc: rgb(0xff_d1_66),
    ndc_tint: rgb(0xff_d1_66),
    ok: rgb(0x7b_d3_89),
    error: rgb(0xff_7b_72),
    accent: rgb(0x5a_a9_ff),
    on_accent: rgb(0x0f_13_19),
    pipes: [rgb(0x36_3f_4e), rgb(0x6d_7b_93)],
    dot: rgb(0xe4_ee_ff),
    traces: [
        rgb(0x56_d4_c8),
        rgb(0xb7_9c_ff),
        rgb(0xf5_8f_bf),
        rgb(0xdf_e5_ee),
        rgb(0x8d_98_a9),
        rgb(0x3a_a7_9c),
        rgb(0x8f_7a_d0),
        rgb(0xc7_6a_98),
    ],
};

const LIGHT: Palette = Palette {
    background: rgb(0xff_ff_ff),
    panel: rgb(0xf3_f5_f8),
    raised: rgb(0xe4_e8_ee),
    line: rgb(0xd3_d9_e2),
    text: rgb(0x1a_22_2e),
    dim: rgb(0x55_61_71),
    negative: rgb(0x17_61_bf),
    positive: rgb(0x8f_3a_04),
    states: [rgb(0x2f_84_e4), rgb(0xf1_f4_f8), rgb(0xf2_7f_2d)],
    ndc: rgb(0x8a_6a_00),
    ndc_tint: rgb(0xff_c4_3d),
    ok: rgb(0x1c_75_36),
    error: rgb(0xb4_23_18),
    accent: rgb(0x17_61_bf),
    on_accent: rgb(0xff_ff_ff),
    pipes: [rgb(0xc6_ce_da), rgb(0x7e_8b_a1)],
    dot: rgb(0x2c_3a_52),
    traces: [
        rgb(0x0b_75_6c),
        rgb(0x6b_3f_c4),
        rgb(0xb0_2f_78),
        rgb(0x1a_22_2e),
        rgb(0x55_61_71),
        rgb(0x2f_6f_68),
        rgb(0x72_52_b8),
        rgb(0x8f_48_6e),
    ],
};

/// The dark theme for eyes that need more: every ink has a contrast of 7 or more on every ground.
const DARK_HIGH: Palette = Palette {
    background: rgb(0x00_00_00),
    panel: rgb(0x0b_0d_10),
    raised: rgb(0x1c_21_29),
    line: rgb(0x78_82_91),
    text: rgb(0xff_ff_ff),
    dim: rgb(0xd2_d8_e2),
    negative: rgb(0x5c_b6_ff),
    positive: rgb(0xff_a3_66),
    states: [rgb(0x2f_8c_ff), rgb(0xff_ff_ff), rgb(0xff_85_30)],
    ndc: rgb(0xff_e6_80),
    ndc_tint: rgb(0xff_e6_80),
    ok: rgb(0x9a_f7_ae),
    error: rgb(0xff_9d_96),
    accent: rgb(0x5c_b6_ff),
    on_accent: rgb(0x00_00_00),
    pipes: [rgb(0x6b_76_87), rgb(0xb4_c2_d8)],
    dot: rgb(0xff_ff_ff),
    traces: [
        rgb(0x66_ec_e0),
        rgb(0xcb_b6_ff),
        rgb(0xff_a8_d2),
        rgb(0xff_ff_ff),
        rgb(0xd2_d8_e2),
        rgb(0x4f_d0_c3),
        rgb(0xb2_9c_f5),
        rgb(0xf2_91_c2),
    ],
};

/// The light theme for eyes that need more.
const LIGHT_HIGH: Palette = Palette {
    background: rgb(0xff_ff_ff),
    panel: rgb(0xf7_f8_fa),
    raised: rgb(0xe2_e6_ec),
    line: rgb(0x6d_76_84),
    text: rgb(0x00_00_00),
    dim: rgb(0x33_3c_49),
    negative: rgb(0x00_47_a8),
    positive: rgb(0x8a_38_00),
    states: [rgb(0x1c_6f_d6), rgb(0xff_ff_ff), rgb(0xe0_66_10)],
    ndc: rgb(0x5a_41_00),
    ndc_tint: rgb(0xff_c4_3d),
    ok: rgb(0x00_52_1f),
    error: rgb(0x96_0f_06),
    accent: rgb(0x00_47_a8),
    on_accent: rgb(0xff_ff_ff),
    pipes: [rgb(0x8b_96_a6), rgb(0x44_50_63)],
    dot: rgb(0x00_00_00),
    traces: [
        rgb(0x00_56_4f),
        rgb(0x4f_25_9f),
        rgb(0x8a_15_58),
        rgb(0x00_00_00),
        rgb(0x33_3c_49),
        rgb(0x1c_50_4b),
        rgb(0x57_39_96),
        rgb(0x70_30_50),
    ],
};

/// Where the window keeps whether its contrast is high.
fn high_contrast() -> egui::Id {
    egui::Id::unique("high contrast")
}

impl Palette {
    /// The colours of a theme, at its usual contrast or at a high one.
    pub(super) fn of(theme: Theme, is_high: bool) -> &'static Self {
        match (theme, is_high) {
            (Theme::Dark, false) => &DARK,
            (Theme::Light, false) => &LIGHT,
            (Theme::Dark, true) => &DARK_HIGH,
            (Theme::Light, true) => &LIGHT_HIGH,
        }
    }

    /// The colours in force where there is no [`egui::Ui`] to ask.
    pub(super) fn in_force(ctx: &Context) -> &'static Self {
        Self::of(ctx.theme(), is_contrast_high(ctx))
    }

    /// The colours of the theme in force.
    pub(super) fn current(ui: &egui::Ui) -> &'static Self {
        Self::of(ui.theme(), is_contrast_high(ui.ctx()))
    }

    /// The fill of a state: −1 blue, 0 near white, +1 orange.
    pub(super) fn state(&self, signed_unit: f32) -> Color32 {
        let [low, zero, high] = self.states;
        let s = if signed_unit.is_finite() {
            signed_unit.clamp(-1.0, 1.0)
        } else {
            0.0
        };
        // The square root keeps small states off white, so that their sign is seen.
        let t = s.abs().sqrt();
        zero.lerp_to_gamma(if s < 0.0 { low } else { high }, t)
    }

    /// Ink for a number of this sign.
    pub(super) fn sign(&self, x: f64) -> Color32 {
        if x > 0.0 {
            self.positive
        } else if x < 0.0 {
            self.negative
        } else {
            self.text
        }
    }

    fn visuals(&self, theme: Theme) -> Visuals {
        let mut v = match theme {
            Theme::Dark => Visuals::dark(),
            Theme::Light => Visuals::light(),
        };
        let hairline = Stroke::new(1.0, self.line);
        v.panel_fill = self.panel;
        v.window_fill = self.panel;
        v.window_stroke = hairline;
        v.extreme_bg_color = self.background;
        v.faint_bg_color = self.raised;
        v.code_bg_color = self.raised;
        v.hyperlink_color = self.accent;
        v.warn_fg_color = self.positive;
        v.error_fg_color = self.error;
        v.weak_text_color = Some(self.dim);
        v.selection.bg_fill = self.accent.gamma_multiply(0.35);
        v.selection.stroke = Stroke::new(1.0, self.text);
        v.window_corner_radius = CornerRadius::same(8);
        v.menu_corner_radius = CornerRadius::same(8);
        v.slider_trailing_fill = true;
        let states = [
            (&mut v.widgets.noninteractive, self.panel, self.text),
            (&mut v.widgets.inactive, self.raised, self.text),
            (
                &mut v.widgets.hovered,
                self.raised.lerp_to_gamma(self.text, 0.10),
                self.text,
            ),
            (
                &mut v.widgets.active,
                self.raised.lerp_to_gamma(self.text, 0.18),
                self.text,
            ),
            (
                &mut v.widgets.open,
                self.raised.lerp_to_gamma(self.text, 0.10),
                self.text,
            ),
        ];
        for (widget, fill, ink) in states {
            widget.bg_fill = fill;
            widget.weak_bg_fill = fill;
            widget.bg_stroke = Stroke::NONE;
            widget.fg_stroke = Stroke::new(1.0, ink);
            widget.corner_radius = CornerRadius::same(5);
            widget.expansion = 0.0;
        }
        v.widgets.noninteractive.bg_stroke = hairline;
        v.widgets.hovered.bg_stroke = Stroke::new(1.0, self.line.lerp_to_gamma(self.dim, 0.4));
        v.widgets.active.bg_stroke = Stroke::new(1.0, self.accent);
        v
    }
}

/// The family of headings and names.
pub(super) fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// A heading or name at this size.
pub(super) fn strong(size: f32) -> FontId {
    FontId::new(size, strong_family())
}

/// Running text at this size.
pub(super) fn plain(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Numbers that must line up, at this size.
pub(super) fn mono(size: f32) -> FontId {
    FontId::monospace(size)
}

fn is_contrast_high(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp(high_contrast()) == Some(true))
}

/// Draws everything at high contrast, or at the usual one.
pub(super) fn set_contrast(ctx: &Context, is_high: bool) {
    ctx.data_mut(|data| data.insert_temp(high_contrast(), is_high));
    for of in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(of, |style| {
            style.visuals = Palette::of(of, is_high).visuals(of);
        });
    }
}

/// Installs faces, sizes and both themes, and puts `theme` in force.
pub(super) fn install(ctx: &Context, theme: Theme, is_contrast_high: bool) {
    ctx.set_fonts(fonts());
    set_contrast(ctx, is_contrast_high);
    for of in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(of, |style| {
            style.text_styles = [
                (TextStyle::Small, plain(SMALL)),
                (TextStyle::Body, plain(BODY)),
                (TextStyle::Button, plain(BODY)),
                (TextStyle::Heading, strong(HEADING)),
                (TextStyle::Monospace, mono(SMALL)),
            ]
            .into();
            style.drag_value_text_style = TextStyle::Monospace;
            let spacing = &mut style.spacing;
            spacing.item_spacing = Vec2::splat(STEP);
            spacing.button_padding = Vec2::new(STEP, 4.0);
            spacing.menu_margin = Margin::same(6);
            spacing.interact_size = Vec2::new(32.0, 24.0);
            style.interaction.selectable_labels = false;
            style.interaction.tooltip_delay = 0.4;
        });
    }
    // Under five points of movement a press is a click, everywhere.
    ctx.options_mut(|options| options.input_options.max_click_dist = 5.0);
    ctx.set_theme(theme);
}

/// The bytes of a face.
type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// The bytes of every face, the window's own first.
pub(super) fn faces() -> Vec<Bytes> {
    let fonts = fonts();
    let own = ["inter", "inter-semibold", "jetbrains-mono"];
    let rank = |name: &str| own.iter().position(|first| *first == name);
    let mut faces: Vec<_> = fonts.font_data.into_iter().collect();
    faces.sort_by_key(|(name, _)| rank(name).unwrap_or(own.len()));
    faces
        .into_iter()
        .map(|(_, face)| Arc::clone(&face.font))
        .collect()
}

/// Inter for text and names, JetBrains Mono for numbers (both SIL OFL 1.1, see assets/fonts); egui's own faces stand
/// behind them for anything they lack.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let faces: [(&str, &'static [u8]); 3] = [
        (
            "inter",
            include_bytes!("../../assets/fonts/Inter-Regular.otf"),
        ),
        (
            "inter-semibold",
            include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
        ),
        (
            "jetbrains-mono",
            include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"),
        ),
    ];
    for (name, bytes) in faces {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let fallback = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    for (family, first) in [
        (FontFamily::Proportional, vec!["inter", "jetbrains-mono"]),
        (
            strong_family(),
            vec!["inter-semibold", "inter", "jetbrains-mono"],
        ),
        (FontFamily::Monospace, vec!["jetbrains-mono", "inter"]),
    ] {
        let names = first
            .into_iter()
            .map(str::to_owned)
            .chain(["Hack".to_owned()])
            .chain(fallback.iter().cloned())
            .collect();
        fonts.families.insert(family, names);
    }
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast after WCAG 2.1.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let [r, g, b, _] = c.to_array().map(|v| {
                let v = f32::from(v) / 255.0;
                if v <= 0.040_45 {
                    v / 12.92
                } else {
                    ((v + 0.055) / 1.055).powf(2.4)
                }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (x, y) = (luminance(a), luminance(b));
        (x.max(y) + 0.05) / (x.min(y) + 0.05)
    }

    /// Every palette, with the contrast that its inks must have.
    fn palettes() -> [(&'static str, &'static Palette, f32); 4] {
        [
            ("dark", &DARK, 4.5),
            ("light", &LIGHT, 4.5),
            ("dark, high contrast", &DARK_HIGH, 7.0),
            ("light, high contrast", &LIGHT_HIGH, 7.0),
        ]
    }

    #[test]
    fn inks_can_be_read_on_every_ground() {
        for (name, p, least) in palettes() {
            for ground in [p.background, p.panel] {
                let inks = [
                    p.text, p.dim, p.negative, p.positive, p.ndc, p.ok, p.error, p.accent,
                ];
                for ink in inks.into_iter().chain(p.traces) {
                    let got = contrast(ink, ground);
                    assert!(got >= least, "{name}: {ink:?} on {ground:?} is {got}");
                }
            }
            assert!(contrast(p.on_accent, p.accent) >= least, "{name}");
            assert!(contrast(p.text, p.raised) >= least, "{name}");
            // Rules and frames are seen, not read (WCAG 1.4.11).
            assert!(
                least < 7.0 || contrast(p.line, p.background) >= 3.0,
                "{name}"
            );
        }
    }

    #[test]
    fn states_differ_in_lightness_as_well_as_hue() {
        for (name, p, _) in palettes() {
            let [low, zero, high] = p.states;
            assert!(
                contrast(low, zero) > 1.8 && contrast(high, zero) > 1.8,
                "{name}"
            );
            assert_eq!(p.state(f32::NAN), p.state(0.0));
        }
    }

    /// Red, green and blue as a screen emits them.
    fn linear(c: Color32) -> [f32; 3] {
        let [r, g, b, _] = c.to_array();
        [r, g, b].map(|v| {
            let v = f32::from(v) / 255.0;
            if v <= 0.040_45 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// What a deuteranope sees: Machado, Oliveira & Fernandes 2009, IEEE Trans. Vis. Comput. Graph. 15, table of
    /// deuteranomaly at severity 1.
    fn deuteranope([r, g, b]: [f32; 3]) -> [f32; 3] {
        [
            0.367_322 * r + 0.860_646 * g - 0.227_968 * b,
            0.280_085 * r + 0.672_501 * g + 0.047_413 * b,
            -0.011_820 * r + 0.042_940 * g + 0.968_881 * b,
        ]
        .map(|v| v.clamp(0.0, 1.0))
    }

    /// L*, a*, b* of the CIE, for the white of screens (D65).
    fn lab([r, g, b]: [f32; 3]) -> [f32; 3] {
        let f = |t: f32| {
            if t > 216.0 / 24_389.0 {
                t.cbrt()
            } else {
                (24_389.0 / 27.0 * t + 16.0) / 116.0
            }
        };
        let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.950_47);
        let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.088_83);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(p: [f32; 3], q: [f32; 3]) -> f32 {
        let square: f32 = p.iter().zip(q).map(|(p, q)| (p - q) * (p - q)).sum();
        square.sqrt()
    }

    /// A difference of 2 in CIELAB is just noticed between large fields; 10 is plain in lines and small marks.
    #[test]
    fn a_deuteranope_tells_the_four_meanings_apart() {
        for (name, p, _) in palettes() {
            let meanings = [p.negative, p.positive, p.ndc, p.ok];
            for (k, &a) in meanings.iter().enumerate() {
                for &b in &meanings[..k] {
                    let [seen_a, seen_b] = [a, b].map(|c| lab(deuteranope(linear(c))));
                    let apart = distance(seen_a, seen_b);
                    assert!(apart >= 10.0, "{name}: {a:?} and {b:?} are {apart} apart");
                }
            }
            let [low, zero, high] = p.states.map(|c| lab(deuteranope(linear(c))));
            let least = distance(low, zero)
                .min(distance(zero, high))
                .min(distance(low, high));
            assert!(least >= 40.0, "{name}: {least}");
        }
    }

    /// In greys a sign is told by where the level of a tank stands, and by the sign of its number. What has to be told by
    /// lightness is how far a state is from zero, and NDC from the ordinary positive flow on whose edge its glow lies.
    #[test]
    fn greys_tell_what_no_shape_tells() {
        let lightness = |c: Color32| lab(linear(c))[0];
        for (name, p, _) in palettes() {
            let [low, zero, high] = p.states.map(lightness);
            assert!((zero - low).min(zero - high) >= 15.0, "{name}");
            let apart = (lightness(p.ndc) - lightness(p.positive)).abs();
            assert!(apart >= 5.0, "{name}: {apart}");
        }
    }
}
