//! The invariants that a reader of the sources can check: imports point down (I2), and the core names no heap, no
//! system and nothing unsafe (I1).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    missing_docs
)]

mod circles;

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer and what it may name. `base ← wire ← {sip, media} ← offer ← phone`; `sip` and `media` do not know each
/// other. `numbers` stands on `wire`, beside them.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &["base"]),
    ("wire", &["base", "wire"]),
    ("sip", &["base", "wire", "sip"]),
    ("media", &["base", "wire", "media"]),
    ("offer", &["base", "wire", "sip", "media", "offer"]),
    ("numbers", &["base", "wire", "numbers"]),
    ("phone", &["base", "wire", "sip", "media", "offer", "numbers", "phone"]),
];

/// The rooms of `phone`: each a folder that owns its slots. They lie beside each other, and none names another; what
/// follows from what one did is returned, and the phone hands it on. The type that owns the slots is named as its
/// folder is, and no other module sees its fields.
const ROOMS: &[&str] = &["transactions", "accounts", "dialogs", "media", "calls"];

/// The modules of `phone` that a room may name beside itself: values and what all rooms share. None of them knows the
/// phone.
const GROUND: &[&str] = &[
    "arrived",
    "bus",
    "capacity",
    "command",
    "context",
    "credential",
    "event",
    "fields",
    "fixed",
    "header_lines",
    "id",
    "identity",
    "location",
    "lender",
    "media_timeout",
    "object",
    "packages",
    "place",
    "reliable",
    "response",
    "rule",
    "session_timer",
    "target",
    "tone",
    "trace",
    "understood",
    "write",
];

/// The one room that stands on the others: it may name them, what joins them, and `Lower`, which is all of them
/// together.
const UPPER: &str = "calls";

/// The folder of what joins the rooms below for one outgoing request.
const JOIN: &str = "requests";

/// The types of the rooms' slots, and how many of their fields others see. The numbers may only fall.
const SLOTS: &[(&str, &str, usize)] = &[
    ("transactions/request.rs", "Request", 0),
    ("transactions/server.rs", "Server", 0),
    ("accounts/account.rs", "Account", 0),
    ("accounts/trusted.rs", "Trusted", 0),
    ("media/line.rs", "Line", 0),
    ("media/description.rs", "Agreement", 0),
    ("dialogs/leg.rs", "Leg", 0),
    ("calls/call.rs", "Call", 0),
];

/// Words that stand for a heap, a system, unsafe code or state of the whole process (constant tables may be `static`).
const FOREIGN: &[&str] = &[
    "std",
    "alloc",
    "unsafe",
    "extern",
    "thread_local",
    "RefCell",
    "UnsafeCell",
    "OnceCell",
    "Mutex",
    "AtomicU32",
    "AtomicBool",
    "AtomicUsize",
    "println",
    "print",
    "eprintln",
    "dbg",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

fn core_sources() -> (PathBuf, Vec<PathBuf>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src").canonicalize().unwrap();
    let mut found = Vec::new();
    sources(&root, &mut found);
    found.sort();
    assert!(found.len() > 50, "only {} files in {}", found.len(), root.display());
    (root, found)
}

/// The code of a file: comments, texts and bytes between quotes taken out. What stands behind `#[cfg(test)]` stays.
fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (String::new(), 0);
    while at < bytes.len() {
        let rest = &text[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if rest.starts_with('"') {
            let mut end = 1;
            while end < rest.len() && rest.as_bytes()[end] != b'"' {
                end += if rest.as_bytes()[end] == b'\\' { 2 } else { 1 };
            }
            at += (end + 1).min(rest.len());
        } else if rest.starts_with("'\"'") || rest.starts_with("'/'") {
            at += 3;
        } else {
            let next = rest.chars().next().unwrap();
            out.push(next);
            at += next.len_utf8();
        }
    }
    out
}

/// The words of some code, in their order.
fn words(code: &str) -> Vec<&str> {
    code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty()).collect()
}

fn is_test(root: &Path, path: &Path) -> bool {
    let inside = path.strip_prefix(root).unwrap();
    inside.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests.rs" | "tests")))
}

/// The layers after `crate::`, also inside braces: `use crate::{base, wire}`.
fn layers_named(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(inside) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut first = true;
            for piece in inside.split_inclusive(|letter: char| "{},".contains(letter)) {
                let word = piece
                    .trim()
                    .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .next()
                    .unwrap_or_default();
                if depth == 0 && first && !word.is_empty() {
                    found.push(word.to_owned());
                }
                first = piece.ends_with(',');
                match piece.chars().last() {
                    Some('{') => depth += 1,
                    Some('}') if depth == 0 => break,
                    Some('}') => depth -= 1,
                    _ => {}
                }
            }
        } else {
            found.push(words(rest).first().map(|word| (*word).to_owned()).unwrap_or_default());
        }
    }
    found
}

#[test]
fn imports_point_down() {
    let (root, files) = core_sources();
    let mut wrong = Vec::new();
    for path in files {
        let inside = path.strip_prefix(&root).unwrap();
        let top = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let layer = top.trim_end_matches(".rs");
        if layer == "lib" {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            wrong.push(format!("{} lies in no layer", inside.display()));
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for named in layers_named(&code(&text)) {
            if LAYERS.iter().any(|(name, _)| *name == named) && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{} names crate::{named}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rooms that some code names, as `super::room`, `phone::room` or inside the braces of such a path.
fn rooms_named(code: &str) -> Vec<&'static str> {
    // words stay apart: `use super::media as rooms`
    let flat = code.split_whitespace().collect::<Vec<_>>().join(" ").replace(":: ", "::").replace("{ ", "{");
    let is = |text: &str, room: &str| words(text).first() == Some(&room) && text.starts_with(room);
    let names = |room: &str| {
        ["super::", "crate::phone::"].iter().any(|path| {
            flat.match_indices(path).any(|(at, _)| {
                let rest = &flat[at + path.len()..];
                match rest.strip_prefix('{') {
                    Some(inside) => {
                        let inside = inside.split(';').next().unwrap_or_default();
                        inside.split([',', '{']).any(|piece| is(piece.trim(), room))
                    }
                    None => is(rest, room),
                }
            })
        })
    };
    ROOMS.iter().copied().filter(|room| names(room)).collect()
}

/// The modules of `phone` that some code names by `path`, also inside braces: `use crate::phone::{Flow, trace::What}`.
fn modules_named<'c>(flat: &'c str, path: &str) -> Vec<&'c str> {
    let pieces = flat.match_indices(path).filter(|(at, _)| !flat[..*at].ends_with("super::")).flat_map(|(at, _)| {
        let rest = &flat[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(inside) => inside.split(';').next().unwrap_or_default().split([',', '{', '}']).collect(),
            None => vec![rest],
        }
    });
    let name = |piece: &'c str| piece.split_once("::").map(|(name, _)| name);
    let is_module = |name: &&str| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    pieces.filter_map(name).filter(is_module).collect()
}

fn knows_the_phone(code: &str) -> bool {
    words(code).windows(2).any(|pair| pair == ["impl", "Phone"]) || code.contains("Phone<")
}

#[test]
fn a_room_stands_on_the_ground_alone() {
    let (root, files) = core_sources();
    let mut wrong = Vec::new();
    for path in files.iter().filter(|path| !is_test(&root, path)) {
        let Ok(inside) = path.strip_prefix(root.join("phone")) else { continue };
        let text = code(&fs::read_to_string(path).unwrap());
        let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if GROUND.contains(&module) && knows_the_phone(&text) {
            wrong.push(format!("{} is ground of the rooms and knows the phone", inside.display()));
        }
        if !ROOMS.contains(&module) {
            continue;
        }
        let flat: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let mut named = modules_named(&flat, "crate::phone::");
        if inside.ends_with("mod.rs") {
            named.extend(modules_named(&flat, "super::")); // the phone's own; of other files it is the room
        }
        let below = |name: &&str| module == UPPER && (ROOMS.contains(name) || *name == JOIN);
        let wrongly = |name: &&str| *name != module && !GROUND.contains(name) && !below(name);
        for name in named.into_iter().filter(wrongly) {
            wrong.push(format!("{} names {name}", inside.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let flat = "usecrate::phone::{Flow,trace::What,a::{b::C}};crate::phone::calls::Calls;pub(incrate::phone)fnf()";
    assert_eq!(modules_named(flat, "crate::phone::"), ["trace", "a", "b", "calls"]);
}

/// Code has an `impl` of this type.
fn implements(code: &str, name: &str) -> bool {
    let code = code.replace("<'_>", "").replace("<'a>", "");
    words(&code).windows(2).any(|pair| pair == ["impl", name])
}

/// The methods of `Lower`, which join the rooms for one outgoing request, stand in one folder that owns nothing.
#[test]
fn the_rooms_are_joined_in_one_folder() {
    let (root, files) = core_sources();
    let folder = root.join("phone/requests");
    for path in files.iter().filter(|path| !is_test(&root, path)) {
        let text = code(&fs::read_to_string(path).unwrap());
        let inside = path.starts_with(&folder);
        assert!(inside || !implements(&text, "Lower"), "{} has methods of Lower", path.display());
        assert!(
            !inside || !implements(&text, "Phone") && !text.contains("Phone<"),
            "{} names the phone",
            path.display()
        );
    }
    assert!(implements("impl Lower<'_> {", "Lower") && !implements("impl Phone<'_> { lower: Lower<'_> }", "Lower"));
}

#[test]
fn no_room_of_the_phone_names_another_or_the_phone() {
    let (root, files) = core_sources();
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for path in files.iter().filter(|path| !is_test(&root, path)) {
        let inside = path.strip_prefix(root.join("phone")).ok().and_then(|inside| inside.components().next());
        let Some(room) = inside.and_then(|first| first.as_os_str().to_str()).filter(|first| ROOMS.contains(first))
        else {
            continue;
        };
        seen.push(room.to_owned());
        let text = code(&fs::read_to_string(path).unwrap());
        for other in rooms_named(&text).into_iter().filter(|other| *other != room && room != UPPER) {
            wrong.push(format!("{} names the room {other}", path.strip_prefix(&root).unwrap().display()));
        }
        if room != UPPER && words(&text).contains(&"Lower") {
            wrong.push(format!("{} names what holds all rooms", path.strip_prefix(&root).unwrap().display()));
        }
        // an `impl Phone` inside a room would see its private fields
        if knows_the_phone(&text) {
            wrong.push(format!("{} names the phone", path.strip_prefix(&root).unwrap().display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ROOMS.iter().all(|room| seen.iter().any(|found| found == room)), "a room has no folder: {seen:?}");
}

/// The fields of a type that others see.
fn open_fields<'c>(code: &'c str, name: &str) -> Vec<&'c str> {
    let at = code.find(&format!("struct {name}<")).or_else(|| code.find(&format!("struct {name} "))).unwrap();
    let (_, body) = code[at..].split_once('{').unwrap();
    let (body, _) = body.split_once('}').unwrap();
    body.lines().map(str::trim).filter(|line| line.starts_with("pub")).collect()
}

#[test]
fn the_fields_of_a_room_are_its_own() {
    let (root, _) = core_sources();
    for room in ROOMS {
        let text = code(&fs::read_to_string(root.join("phone").join(room).join("mod.rs")).unwrap());
        let name = room[..1].to_uppercase() + &room[1..];
        assert_eq!(open_fields(&text, &name), [""; 0], "{room}");
    }
    for (file, name, open) in SLOTS {
        let text = code(&fs::read_to_string(root.join("phone").join(file)).unwrap());
        // in a file of the room `super` is the room
        let seen = open_fields(&text, name).into_iter().filter(|field| !field.starts_with("pub(super)"));
        assert_eq!(seen.count(), *open, "fields of {name} that others see");
    }
    assert_eq!(
        open_fields("struct A<'a> {\n a: u8,\n pub(super) b: &'a u8,\n}\n pub c", "A"),
        ["pub(super) b: &'a u8,"]
    );
}

#[test]
fn the_core_names_no_heap_no_system_and_nothing_unsafe() {
    let (root, files) = core_sources();
    let mut wrong = Vec::new();
    for path in files.iter().filter(|path| !is_test(&root, path)) {
        let text = code(&fs::read_to_string(path).unwrap());
        // code of tests may use them
        let text = text.replace("#[cfg(test)]\nextern crate std;", "");
        let text = match text.find("#[cfg(test)]\nmod tests {") {
            Some(at) => text[..at].to_owned(),
            None => text,
        };
        if text.contains("static mut ") {
            wrong.push(format!("{} has state of the whole process", path.strip_prefix(&root).unwrap().display()));
        }
        for word in words(&text) {
            if FOREIGN.contains(&word) {
                wrong.push(format!("{} names {word}", path.strip_prefix(&root).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let crate_root = fs::read_to_string(root.join("lib.rs")).unwrap();
    assert!(crate_root.contains("#![no_std]") && crate_root.contains("#![forbid(unsafe_code)]"));
}

/// Words that no comment begins with: its subject would be a riddle, as in "What the network did".
const RIDDLES: &[&str] =
    &["What", "Whatever", "Who", "Whoever", "Whose", "Which", "Whether", "Why", "How", "Nobody", "Somebody"];

fn begins_with_a_riddle(line: &str) -> bool {
    let Some(comment) = line.trim_start().strip_prefix("//") else { return false };
    let first = comment.trim_start_matches(['/', '!']).split_whitespace().next().unwrap_or_default();
    RIDDLES.contains(&first)
}

#[test]
fn a_comment_begins_with_its_noun() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let mut files = Vec::new();
    for folder in ["core/src", "ffi/src", "ffi/tests", "examples/cli", "tests"] {
        sources(&root.join(folder), &mut files);
    }
    let mut wrong = Vec::new();
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| begins_with_a_riddle(line)) {
            wrong.push(format!("{}:{}: {}", path.strip_prefix(&root).unwrap().display(), at + 1, line.trim()));
        }
    }
    assert!(files.len() > 300 && wrong.is_empty(), "of {} files:\n{}", files.len(), wrong.join("\n"));
    assert!(begins_with_a_riddle("    //! What it is.") && !begins_with_a_riddle("/// Whole."));
}

#[test]
fn the_readers_of_this_test_read() {
    assert_eq!(layers_named("use crate::{base::{time, rng}, wire}; crate::phone::Flow"), ["base", "wire", "phone"]);
    assert_eq!(
        rooms_named("use super::{Flow, dialogs::Dialogs};\nself.calls.get(crate::phone::media::Line)"),
        ["dialogs", "media"]
    );
    assert_eq!(rooms_named("use super::media;\nuse crate::phone::{Flow, dialogs as d};"), ["dialogs", "media"]);
    assert_eq!(rooms_named("use super::media_timeout::Silence; use super::{calls_of, Media};"), [""; 0]);
    assert_eq!(rooms_named("use super::object::Object; use crate::media::Stream; self.calls.slots"), [""; 0]);
    assert_eq!(words(&code("a // std\n\"alloc\" b /* unsafe */ '\"' c \"\\\"std\" d")), ["a", "b", "c", "d"]);
}
