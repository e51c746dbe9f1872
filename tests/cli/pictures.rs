//! Pictures without a window: what is in them, that they come out the same, and what is said when there are none.

use std::collections::BTreeSet;
use std::fs;

use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree::Document;

use super::program::{Folder, run};

/// Draws into a folder that goes afterwards; returns the file.
fn drawn(args: &[&str], name: &str) -> Vec<u8> {
    let folder = Folder::new();
    let out = folder.path().join(name);
    let mut all = vec!["picture", args[0], out.to_str().unwrap()];
    all.extend(&args[1..]);
    assert_eq!(run(&all).done(), "");
    fs::read(out).unwrap()
}

/// Every text in an SVG file.
fn texts(svg: &[u8]) -> Vec<String> {
    let svg = str::from_utf8(svg).unwrap();
    let document = Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|n| n.has_tag_name("text"));
    texts.filter_map(|n| n.text().map(str::to_owned)).collect()
}

fn has(texts: &[String], words: &str) -> bool {
    texts.iter().any(|text| text.contains(words))
}

#[test]
fn the_canvas_names_every_reservoir() {
    let svg = drawn(&["presets/xor.json"], "x.svg");
    let texts = texts(&svg);
    for id in ["x1", "x2", "hi", "lo", "h1", "h2", "h3", "h4", "y", "XOR"] {
        assert!(texts.iter().any(|text| text == id), "{id}: {texts:?}");
    }
    let marked = drawn(&["presets/xor.json", "--edge", "e3"], "x.svg");
    assert!(self::texts(&marked).iter().any(|text| text == "e3"));
}

/// As in the window, a hidden tank has its own response beside it: a patch of many colours.
#[test]
fn hidden_tanks_have_their_thumbnails() {
    let folder = Folder::new();
    let path = folder.path().join("untaught.json");
    let text = fs::read_to_string("presets/xor.json").unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    file.as_object_mut().unwrap().remove("task");
    fs::write(&path, file.to_string()).unwrap();
    let patches = |path: &str| {
        let svg = String::from_utf8(drawn(&[path], "x.svg")).unwrap();
        svg.matches("<path").count()
    };
    let [with, without] = ["presets/xor.json", path.to_str().unwrap()].map(patches);
    // Four patches of a few dozen colours each.
    assert!(with > without + 4 * 50, "{with} and {without}");
}

#[test]
fn every_picture_comes_out_the_same_and_in_pixels() {
    for (what, size) in [
        ("canvas", [640, 360]),
        ("iv", [500, 450]),
        ("traces", [600, 300]),
        ("response", [300, 300]),
        ("loss", [500, 300]),
        ("gradient", [640, 360]),
    ] {
        let [width, height] = size;
        let size = format!("{width}x{height}");
        let args = ["presets/xor-minimal.json", "--what", what, "--size", &size];
        assert_eq!(drawn(&args, "a.svg"), drawn(&args, "b.svg"), "{what}");
        for (theme, background) in [("light", [0xff, 0xff, 0xff]), ("dark", [0x0f, 0x13, 0x19])] {
            let args = [&args[..], &["--theme", theme]].concat();
            let png = drawn(&args, "a.png");
            assert_eq!(png, drawn(&args, "b.PNG"), "{what}");
            let pixels = Pixmap::decode_png(&png).unwrap();
            assert_eq!([pixels.width(), pixels.height()], [2 * width, 2 * height]);
            let corner = pixels.pixels()[0];
            assert_eq!([corner.red(), corner.green(), corner.blue()], background);
            let colors: BTreeSet<[u8; 3]> = pixels
                .pixels()
                .iter()
                .map(|p| [p.red(), p.green(), p.blue()])
                .collect();
            // Ground, grid, curves and the edges of letters: a blank picture has one or two.
            assert!(colors.len() > 40, "{what}: {} colours", colors.len());
        }
    }
}

#[test]
fn what_does_not_settle_is_not_drawn_as_if_it_did() {
    let settled = texts(&drawn(&["presets/fold.json"], "x.svg"));
    assert!(!has(&settled, "steady state"), "{settled:?}");
    let texts = texts(&drawn(&["tests/cli/oscillator.json"], "x.svg"));
    assert!(has(&texts, "oscillates with period"), "{texts:?}");
    assert!(has(&texts, "moving"), "{texts:?}");
}

#[test]
fn units_and_settings_are_those_of_the_file_and_the_arguments() {
    let folder = Folder::new();
    let path = folder.path().join("fold.json");
    let text = fs::read_to_string("presets/fold.json").unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    file["units"] = serde_json::json!({"temperature_k": 300.0, "rate_hz": 1e9});
    fs::write(&path, file.to_string()).unwrap();
    let path = path.to_str().unwrap();
    let curve = texts(&drawn(&[path, "--what", "iv", "--edge", "e1"], "x.svg"));
    assert!(has(&curve, "/e  in mV") && has(&curve, "nA"), "{curve:?}");
    // 8 k_B·T at 300 K are 206.8 meV.
    let canvas = texts(&drawn(&[path, "--set", "x=8"], "x.svg"));
    assert!(has(&canvas, "206.8"), "{canvas:?}");
    let traces = texts(&drawn(&[path, "--what", "traces"], "x.svg"));
    assert!(
        has(&traces, "in meV") && has(&traces, "t in ns"),
        "{traces:?}"
    );
}

#[test]
fn refusals_say_what_to_do() {
    let fold = "presets/fold.json";
    let folder = Folder::new();
    let out = folder.path().join("x.png");
    let out = out.to_str().unwrap();
    run(&["picture", fold, out, "--edge", "no"]).failed(&["--edge", "'no'", "'e1'"]);
    run(&["picture", "no.json", out]).failed(&["no.json", "no such file"]);
    let tanks = "presets/three-tanks.json";
    for what in ["response", "loss", "gradient"] {
        run(&["picture", tanks, out, "--what", what]).failed(&["no task", "give it one"]);
    }
    let huge = ["picture", fold, out, "--size", "8000x8000", "--scale", "4"];
    run(&huge).failed(&["1024 million pixels", "smaller size"]);
    assert!(!folder.path().join("x.png").exists());
    let nowhere = folder.path().join("none").join("x.svg");
    run(&["picture", fold, nowhere.to_str().unwrap()]).failed(&["no such folder"]);
    for args in [
        &["x.pdf"][..],
        &["x"],
        &[out, "--size", "100"],
        &[out, "--size", "1x1"],
        &[out, "--scale", "0"],
        &[out, "--what", "nothing"],
    ] {
        run(&[&["picture", fold], args].concat()).misused(&["error: "]);
    }
}
