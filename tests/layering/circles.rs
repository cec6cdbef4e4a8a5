//! No modules that lie beside each other import each other in a circle: neither files nor folders. A module and what
//! lies inside it are one thing, so what a parent and its child name of each other does not count.
//!
//! The sources are read as text: every path that begins with `crate`, `super` or `self` is followed to the module that
//! it leads to, through re-exports too.

use super::{code, is_test, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The path of a module in its crate: `["host", "names"]`.
type Module = Vec<String>;

/// A path as it was written, and the name that it has here.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Import {
    path: Vec<String>,
    name: String,
}

/// The names in a file.
#[derive(Default)]
struct Source {
    file: String,
    /// All paths that begin with `crate`, `super` or `self`.
    paths: Vec<Import>,
    /// Those that stand in a `use`: other modules may find them here by their names.
    uses: Vec<Import>,
}

type Modules = BTreeMap<Module, Source>;

/// The parts of a path: words, `::`, and single letters.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let len = if rest.starts_with("::") {
            2
        } else if word(first) {
            rest.find(|letter| !word(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(len);
        if !first.is_whitespace() {
            found.push(token);
        }
        rest = after;
    }
    found
}

fn is_word(token: &str) -> bool {
    token.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
}

/// Reads one path, or a tree of them, from `at` on; says where it ends.
fn tree(tokens: &[&str], mut at: usize, before: &[String], found: &mut Vec<Import>) -> usize {
    let mut path = before.to_vec();
    loop {
        match tokens.get(at) {
            Some(&"{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != "}") {
                    let next = tree(tokens, at, &path, found);
                    // other code is passed over
                    at = next.max(at + usize::from(next == at));
                    at += usize::from(tokens.get(at) == Some(&","));
                }
                return at + 1;
            }
            Some(&"*") => {
                found.push(Import { path, name: "*".to_owned() });
                return at + 1;
            }
            Some(word) if is_word(word) => path.push((*word).to_owned()),
            _ => return at,
        }
        at += 1;
        if tokens.get(at) != Some(&"::") {
            break;
        }
        at += 1;
    }
    let mut name = path.last().cloned().unwrap_or_default();
    if tokens.get(at) == Some(&"as") {
        name = (*tokens.get(at + 1).unwrap_or(&"_")).to_owned();
        at += 2;
    }
    // `{self}` names the module before it
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
        if name == "self" {
            name = path.last().cloned().unwrap_or_default();
        }
    }
    found.push(Import { path, name });
    at
}

/// Reads the names in some code.
fn read(file: &str, code: &str) -> Source {
    let tokens = tokens(code);
    let mut source = Source { file: file.to_owned(), ..Source::default() };
    let mut at = 0;
    while at < tokens.len() {
        let inside = at > 0 && tokens[at - 1] == "::";
        match tokens[at] {
            "use" => {
                let mut found = Vec::new();
                at = tree(&tokens, at + 1, &[], &mut found).max(at + 1);
                source.paths.extend(found.iter().filter(|import| is_ours(import)).cloned());
                source.uses.extend(found);
            }
            "crate" | "super" | "self" if !inside && tokens.get(at + 1) == Some(&"::") => {
                at = tree(&tokens, at, &[], &mut source.paths).max(at + 1);
            }
            _ => at += 1,
        }
    }
    source
}

fn is_ours(import: &Import) -> bool {
    matches!(import.path.first().map(String::as_str), Some("crate" | "super" | "self"))
}

/// The modules of a crate, without its tests.
fn modules(root: &Path) -> Modules {
    let mut files = Vec::new();
    sources(root, &mut files);
    let mut found = Modules::new();
    for path in files.iter().filter(|path| !is_test(root, path)) {
        let inside = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let mut module: Module = inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| last == "mod" || (last == "lib" && module.len() == 1)) {
            module.pop();
        }
        let text = code(&fs::read_to_string(path).unwrap());
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        found.insert(module, read(&inside, text));
    }
    assert!(found.len() > 20, "only {} files in {}", found.len(), root.display());
    found
}

/// The module that a path leads to, seen from another.
fn resolve(modules: &Modules, from: &Module, path: &[String], depth: usize) -> Option<Module> {
    let mut at: Module = from.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => at = Vec::new(),
        "self" => {}
        "super" => {
            at.pop()?;
        }
        // a child, as `use` may name it
        _ => rest = &[],
    }
    if rest.is_empty() {
        at.push(path.first()?.clone());
        modules.get(&at)?;
    }
    for (index, step) in path.iter().enumerate().skip(1) {
        if step == "super" {
            at.pop()?;
            continue;
        }
        at.push(step.clone());
        if modules.contains_key(&at) {
            continue;
        }
        at.pop();
        // an item: of that module, or of the one where it was imported from
        let imported = modules.get(&at)?.uses.iter().find(|import| import.name == *step);
        let behind = path.get(index + 1..).unwrap_or_default();
        return match imported {
            Some(import) if depth < 8 => {
                let whole: Vec<String> = import.path.iter().chain(behind).cloned().collect();
                resolve(modules, &at, &whole, depth + 1).or(Some(at))
            }
            _ => Some(at),
        };
    }
    Some(at)
}

/// Of each folder: which of its modules names which other, with the words that do.
type Arrows = BTreeMap<Module, BTreeMap<(String, String), String>>;

fn arrows(modules: &Modules) -> Arrows {
    let mut found = Arrows::new();
    for (from, source) in modules {
        for import in &source.paths {
            let Some(to) = resolve(modules, from, &import.path, 0) else { continue };
            let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
            let (Some(one), Some(other)) = (from.get(common), to.get(common)) else { continue };
            let why = format!("{} names {}", source.file, import.path.join("::"));
            let folder = from.get(..common).unwrap_or_default().to_vec();
            found.entry(folder).or_default().entry((one.clone(), other.clone())).or_insert(why);
        }
    }
    found
}

/// The modules that lead from one to another, those of their ways among them.
fn reached<'a>(arrows: &'a BTreeMap<(String, String), String>, start: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut next: Vec<&str> = vec![start];
    while let Some(last) = next.pop() {
        for (_, to) in arrows.keys().filter(|(from, _)| from == last) {
            if seen.insert(to.as_str()) {
                next.push(to);
            }
        }
    }
    seen
}

/// The modules of each circle of a folder: all that reach each other.
fn circles(arrows: &BTreeMap<(String, String), String>) -> BTreeSet<BTreeSet<&str>> {
    let all: BTreeSet<&str> = arrows.keys().map(|(from, _)| from.as_str()).collect();
    let ways: BTreeMap<&str, BTreeSet<&str>> = all.iter().map(|start| (*start, reached(arrows, start))).collect();
    let together = |start: &str| -> BTreeSet<&str> {
        ways[start].iter().copied().filter(|to| ways.get(to).is_some_and(|back| back.contains(start))).collect()
    };
    all.iter().map(|start| together(start)).filter(|group| !group.is_empty()).collect()
}

/// The circles of a crate, each with the names that make it.
fn circles_in(name: &str, root: &Path) -> Vec<String> {
    let mut told = Vec::new();
    for (folder, arrows) in arrows(&modules(root)) {
        let place = [name].into_iter().chain(folder.iter().map(String::as_str)).collect::<Vec<_>>().join("/");
        for group in circles(&arrows) {
            let inside = |name: &String| group.contains(name.as_str());
            let because = arrows.iter().filter(|((from, to), _)| inside(from) && inside(to));
            let because: Vec<&str> = because.map(|(_, why)| why.as_str()).collect();
            let group: Vec<&str> = group.into_iter().collect();
            told.push(format!("a circle in {place}: {}\n    {}", group.join(", "), because.join("\n    ")));
        }
    }
    told
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let mut wrong = circles_in("core/src", &root.join("core/src"));
    wrong.extend(circles_in("ffi/src", &root.join("ffi/src")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_reads() {
    let paths =
        |code: &str| -> Vec<String> { read("x.rs", code).paths.iter().map(|import| import.path.join("::")).collect() };
    assert_eq!(
        paths("use super::{a::{self, B}, c as d}; use std::fs; fn f() { crate::g::h(self.x, self::i()) }"),
        ["super::a", "super::a::B", "super::c", "crate::g::h", "self::i"]
    );
    let mut modules = Modules::new();
    let mut add = |place: &[&str], code: &str| {
        modules.insert(place.iter().map(|part| (*part).to_owned()).collect(), read(&place.join("/"), code));
    };
    add(&[], "");
    add(&["a"], "pub use one::One; mod one; mod two;");
    add(&["a", "one"], "use super::two::Two; use crate::b::Other;");
    add(&["a", "two"], "use super::One;");
    add(&["b"], "");
    let found = arrows(&modules);
    let inside = &found[&vec!["a".to_owned()]];
    assert_eq!(circles(inside), BTreeSet::from([BTreeSet::from(["one", "two"])]), "through a re-export");
    assert!(circles(&found[&Vec::new()]).is_empty());
}
